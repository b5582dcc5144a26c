//! The certificate service (証明書発行サービス): a plain OpenID Connect relying party with the menu of the manual.

use std::sync::Arc;

use axum::Router;
use url::Url;

use crate::domain::{clock::Clock, entropy::Entropy, secret::Secret};

/// What the service must know to run as a client of one issuer.
///
/// Register for it: redirect URI `<base>/callback`, post-logout redirect URI `<base>/signed-out`,
/// `initiate_login_uri` `<base>/login`, account return URI `<base>/`.
#[derive(Debug, Clone)]
pub struct CertificateService {
    pub issuer: Url,
    /// Its own address, for example `http://localhost:9002`.
    pub base: Url,
    pub client_id: String,
    pub client_secret: Secret,
    /// Whether the issuer has the account pages that the menu leads to.
    pub account_pages: bool,
}

impl CertificateService {
    /// Its pages. The issuer is first asked when somebody logs in, so it may start later.
    pub fn router(self, _clock: Arc<dyn Clock>, _entropy: Arc<dyn Entropy>) -> anyhow::Result<Router> {
        Ok(Router::new())
    }
}
