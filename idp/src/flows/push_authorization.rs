//! A client pushes its authorization request, which is checked as a whole before any browser comes (RFC 9126 §2).

use crate::domain::{
    authorization_request::{Asked, Refusal, Way},
    client::Client,
    confirmation::{Possession, code_binding},
    oauth_error::{ErrorCode, OAuthError},
    parameters::Parameters,
    pushed_request::{self, PushedRequest},
    secret::token,
    tenant::Tenant,
};

use super::{FlowError, Flows, Visitor, issue_tokens::key_of, open_request::Opened};

/// What the client takes to the browser (RFC 9126 §2.2).
#[derive(Debug)]
pub struct Pushed {
    pub request_uri: String,
    pub expires_in: u64,
}

impl Flows {
    /// RFC 9126 §2.1: `request_uri` is the one parameter that cannot be pushed, not even beside an object.
    async fn pushed_now(&self, asked: &Asked<'_>) -> Opened {
        if asked.parameters.get("request_uri").is_some() {
            let error = OAuthError::new(ErrorCode::InvalidRequest, "request_uri cannot be pushed");
            return Err(Refusal::Page(error));
        }
        self.unwrapped(asked).await
    }

    pub async fn push_authorization(
        &self,
        tenant: &Tenant,
        client: &Client,
        form: &Parameters,
        possession: &Possession,
        visitor: &Visitor,
    ) -> Result<Pushed, FlowError> {
        let now = self.now();
        if !self.may_push(tenant, client, visitor, now) {
            return Err(FlowError::TooMany);
        }
        let asked = Asked { parameters: form, tenant, client, way: Way { pushed: true, signed: false } };
        let mut request = match self.pushed_now(&asked).await {
            Ok(request) => request,
            Err(Refusal::Page(error) | Refusal::Redirect { error, .. }) => {
                self.note_rejected(tenant, Some(&client.id), &error, visitor).await;
                return Err(error.into());
            }
        };
        request.dpop_jkt = code_binding(request.dpop_jkt, possession.key.as_deref())?;
        let secret = token(&*self.entropy, now);
        let pushed = PushedRequest {
            key: key_of(&secret)?,
            tenant: tenant.id.clone(),
            request,
            expires_at: now.plus(pushed_request::LIFETIME),
            used: false,
        };
        self.store.push(pushed).await?;
        Ok(Pushed { request_uri: pushed_request::request_uri(&secret), expires_in: pushed_request::LIFETIME.as_secs() })
    }
}
