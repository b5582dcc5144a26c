//! A client's frame watches whether the session lives on, where the tenant allows it (OpenID Connect Session Management 1.0).

use data_encoding::HEXLOWER;

use crate::domain::{
    ids::ClientId,
    redirect_uri::RedirectUri,
    secret::{TokenKey, random_text},
    session_state::session_state,
    tenant::Tenant,
};

use super::{FlowError, Flows, SessionCookie};

impl Flows {
    /// What the readable cookie says beside a session's own; none where no frame may watch.
    pub fn browser_state(&self, tenant: &Tenant, session: &SessionCookie) -> Option<String> {
        let key = TokenKey::of(session.0.expose())?;
        tenant.policy.session_management.then(|| self.state_of(tenant, &key))
    }

    /// The session of this browser, where a frame may watch it.
    pub(super) async fn watched(
        &self,
        tenant: &Tenant,
        cookie: Option<&SessionCookie>,
    ) -> Result<Option<TokenKey>, FlowError> {
        let Some(cookie) = cookie.filter(|_| tenant.policy.session_management) else { return Ok(None) };
        Ok(self.live_session(tenant, cookie).await?.map(|live| live.session.key.clone()))
    }

    /// `session_state` for an answer to this client: of this session, or of having none.
    pub(super) fn session_state(
        &self,
        tenant: &Tenant,
        client: &ClientId,
        redirect_uri: &RedirectUri,
        session: Option<&TokenKey>,
    ) -> Option<String> {
        if !tenant.policy.session_management {
            return None;
        }
        let browser_state = session.map(|key| self.state_of(tenant, key)).unwrap_or_default();
        let salt = random_text(&*self.entropy);
        Some(session_state(client, redirect_uri, &browser_state, salt.expose()))
    }

    /// It leads back to nothing: whoever reads it cannot find the session, nor its cookie.
    fn state_of(&self, tenant: &Tenant, session: &TokenKey) -> String {
        let purpose = format!("browser-state/{}", tenant.id);
        HEXLOWER.encode(&self.vault.mac(&purpose, &[session.as_str().as_bytes()]))
    }
}
