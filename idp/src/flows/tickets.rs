//! What a browser holds is sealed here, and what comes back is opened: login tickets, flashes, form tokens.

use data_encoding::HEXLOWER;
use serde::{Serialize, de::DeserializeOwned};

use crate::domain::{
    ids::{LoginId, SessionId, TenantId},
    login::{CarriedTicket, LoginTicket},
    secret::same_bytes,
};

use super::{FlowError, Flows};

impl Flows {
    /// Seals a value for one cookie of one tenant; under another name it does not open.
    pub fn seal_cookie(&self, tenant: &TenantId, name: &str, value: &impl Serialize) -> Result<String, FlowError> {
        let bytes = serde_json::to_vec(value).map_err(|error| FlowError::Stored(error.to_string()))?;
        Ok(self.vault.seal_text(&cookie_purpose(tenant, name), &bytes))
    }

    /// None: altered, another cookie's, or nonsense.
    pub fn open_cookie<T: DeserializeOwned>(&self, tenant: &TenantId, name: &str, text: &str) -> Option<T> {
        let bytes = self.vault.open_text(&cookie_purpose(tenant, name), text).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Of a pushed request only its key goes into the cookie.
    pub fn seal_ticket(&self, tenant: &TenantId, name: &str, ticket: &LoginTicket) -> Result<String, FlowError> {
        let LoginTicket::Pending(pending) = ticket else { return self.seal_cookie(tenant, name, ticket) };
        match pending.carried() {
            Some(carried) => self.seal_cookie(tenant, name, &CarriedTicket::Pushed(Box::new(carried))),
            None => self.seal_cookie(tenant, name, ticket),
        }
    }

    /// None: altered, another cookie's, or the row of its pushed request is gone.
    pub async fn open_ticket(
        &self,
        tenant: &TenantId,
        name: &str,
        text: &str,
    ) -> Result<Option<LoginTicket>, FlowError> {
        Ok(match self.open_cookie(tenant, name, text) {
            Some(CarriedTicket::Pending(pending)) => Some(LoginTicket::Pending(pending)),
            Some(CarriedTicket::Row { id, secret }) => Some(LoginTicket::Row { id, secret }),
            Some(CarriedTicket::Pushed(carried)) => {
                let pushed = self.store.pushed_request(&carried.destination.key).await?;
                pushed.map(|pushed| carried.with(pushed.request()))
            }
            None => None,
        })
    }

    /// The token of every form of one login (SR-7): bound to its ticket.
    pub fn login_form_token(&self, tenant: &TenantId, ticket: &LoginTicket) -> String {
        match ticket {
            LoginTicket::Pending(pending) => self.pending_form_token(tenant, &pending.id),
            LoginTicket::Row { id, secret } => self.form_token(tenant, "login", &[id.as_str(), secret.expose()]),
        }
    }

    /// The token of P-01, before the university has answered.
    pub fn pending_form_token(&self, tenant: &TenantId, login: &LoginId) -> String {
        self.form_token(tenant, "pending-login", &[login.as_str()])
    }

    /// The token of the forms that a session's browser may send.
    pub fn session_form_token(&self, tenant: &TenantId, session: Option<&str>) -> String {
        self.form_token(tenant, "session", &[session.unwrap_or_default()])
    }

    /// The token of the account pages' forms: bound to the session, and good through its step-ups in other tabs.
    pub fn account_form_token(&self, tenant: &TenantId, session: SessionId) -> String {
        self.form_token(tenant, "account", &[&session.to_string()])
    }

    /// Whether a form carries the token it was given.
    pub fn is_form_token(expected: &str, presented: Option<&str>) -> bool {
        presented.is_some_and(|presented| same_bytes(expected.as_bytes(), presented.as_bytes()))
    }

    pub(super) fn form_token(&self, tenant: &TenantId, act: &str, parts: &[&str]) -> String {
        let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
        HEXLOWER.encode(&self.vault.mac(&format!("form/{tenant}/{act}"), &parts))
    }
}

fn cookie_purpose(tenant: &TenantId, name: &str) -> String {
    format!("cookie/{tenant}/{name}")
}
