//! The certificate service (証明書発行サービス): a plain OpenID Connect relying party with the menu of the manual.

mod cookies;
mod language;
mod login;
mod logout;
mod provider;
mod rendering;
mod session;
mod top;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use http::{HeaderValue, Method, StatusCode, header};
use url::Url;

use self::{provider::Provider, rendering::Pages, session::Sessions};
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
}

/// Everything a request needs.
struct Service {
    settings: CertificateService,
    provider: Provider,
    sessions: Sessions,
    pages: Pages,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl CertificateService {
    /// Its pages. The issuer is first asked when somebody logs in, so it may start later.
    pub fn router(self, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> anyhow::Result<Router> {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(15))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        let service = Arc::new(Service {
            provider: Provider::new(&self, http, Arc::clone(&clock))?,
            sessions: Sessions::default(),
            pages: Pages::new()?,
            settings: self,
            clock,
            entropy,
        });
        Ok(Router::new()
            .route("/", get(top::get))
            .route("/login", get(login::get).post(login::post))
            .route("/callback", get(login::callback))
            .route("/logout", post(logout::post))
            .route("/signed-out", get(logout::signed_out))
            .route("/language", post(language::post))
            .route("/manual", get(top::manual))
            .fallback(top::not_found)
            .layer(middleware::from_fn_with_state(Arc::clone(&service), own_forms_only))
            .layer(middleware::from_fn_with_state(Arc::clone(&service), own_name_only))
            .layer(middleware::map_response(guarded))
            .route("/assets/{name}", get(rendering::asset))
            .with_state(service))
    }
}

impl CertificateService {
    /// One of its own pages.
    fn page(&self, path: &str) -> Url {
        let mut page = self.base.clone();
        page.set_path(path);
        page
    }
}

/// Under another name of this machine the cookies and the way back would not fit.
async fn own_name_only(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).map(HeaderValue::as_bytes);
    let authority = service.settings.base.authority();
    let foreign = host.is_some_and(|host| !host.eq_ignore_ascii_case(authority.as_bytes()));
    if foreign && request.method() == Method::GET {
        let mut here = service.settings.page(request.uri().path());
        here.set_query(request.uri().query());
        return Redirect::to(here.as_str()).into_response();
    }
    next.run(request).await
}

/// A form of another site must not act here. `/login` is open to all (OpenID Connect Core §4).
async fn own_forms_only(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN).map(HeaderValue::as_bytes);
    let ours = service.settings.base.origin().ascii_serialization();
    let foreign = origin.is_some_and(|origin| origin != ours.as_bytes());
    if request.method() == Method::POST && foreign && request.uri().path() != "/login" {
        return service.problem(request.headers(), StatusCode::FORBIDDEN, "foreign_form", None);
    }
    next.run(request).await
}

/// Nothing of a person's page is kept, framed, guessed at or told to other sites.
async fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests;
