//! What a client asks, out of the wrapping it comes in: plain, in a signed object (RFC 9101), or pushed before (RFC 9126 §4).

use crate::domain::{
    authorization_request::{Asked, AuthorizationRequest, Refusal, Way, known_client},
    client::Client,
    oauth_error::{ErrorCode, OAuthError},
    parameters::Parameters,
    pushed_request::{Named, named},
    secret::TokenKey,
    tenant::Tenant,
};

use super::{FlowError, Flows};

pub(super) type Opened = Result<AuthorizationRequest, Refusal>;

impl Flows {
    pub(super) async fn open_request(&self, tenant: &Tenant, outside: &Parameters) -> Result<Opened, FlowError> {
        let client = match known_client(outside, tenant) {
            Ok(client) => client,
            Err(error) => return Ok(Err(Refusal::Page(error))),
        };
        let asked = Asked { parameters: outside, tenant, client: &client, way: Way::default() };
        match outside.get("request_uri").map(named) {
            Some(Named::Pushed(key)) => self.pushed_before(&asked, &key).await,
            Some(Named::Nothing) => Ok(Err(Refusal::Page(not_open()))),
            // The list of checks has the word for it.
            Some(Named::Elsewhere) => Ok(self.check_request(&asked)),
            None => Ok(self.unwrapped(&asked).await),
        }
    }

    /// Plain or in a signed object, at whichever endpoint it arrives.
    pub(super) async fn unwrapped(&self, outside: &Asked<'_>) -> Opened {
        let Some(object) = outside.parameters.get("request") else { return self.check_request(outside) };
        if let Err(repeated) = outside.parameters.once() {
            let error = OAuthError::new(ErrorCode::InvalidRequest, repeated.to_string());
            return Err(outside.refusal(error));
        }
        match self.open_request_object(outside, object).await {
            Ok(parameters) => {
                let way = Way { signed: true, ..outside.way };
                self.check_request(&Asked { parameters: &parameters, way, ..*outside })
            }
            Err(error) => Err(outside.refusal(error)),
        }
    }

    /// Everything beside `client_id` and `request_uri` is ignored, but that they stand once (RFC 9126 §4, FAPI 2.0).
    async fn pushed_before(&self, asked: &Asked<'_>, key: &TokenKey) -> Result<Opened, FlowError> {
        if asked.parameters.is_repeated("request_uri") || asked.parameters.get("request").is_some() {
            let error = OAuthError::new(ErrorCode::InvalidRequest, "request_uri stands once, and without request");
            return Ok(Err(Refusal::Page(error)));
        }
        let pushed = self.store.pushed_request(key).await?;
        let open = pushed.filter(|pushed| {
            pushed.tenant == asked.tenant.id && pushed.request.client == asked.client.id && pushed.is_open(self.now())
        });
        Ok(open.map(|pushed| pushed.request()).ok_or_else(|| Refusal::Page(not_open())))
    }

    /// The list of checks, with what this house knows of its own tokens.
    pub(super) fn check_request(&self, asked: &Asked<'_>) -> Opened {
        AuthorizationRequest::check(asked, |hint: &str, client: &Client| self.hinted(asked.tenant, hint, client))
    }
}

/// Unknown, another client's, too old or answered: which of them is nobody's business.
fn not_open() -> OAuthError {
    OAuthError::new(ErrorCode::InvalidRequestUri, "request_uri is unknown, has expired or was used")
}
