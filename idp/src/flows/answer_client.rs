//! Answers to clients by way of the browser: every code and every error passes here (RFC 6749 §4.1.2, JARM §2).

use crate::{
    domain::{
        authorization_request::AuthorizationRequest,
        authorization_response::{Answer, AuthorizationResponse},
        oauth_error::{ErrorCode, OAuthError},
        secret::TokenKey,
        tenant::Tenant,
    },
    keys::Typ,
};

use super::{FlowError, Flows, LiveSession};

impl Flows {
    /// The answer as its client wants it: plain, or signed by a key of this tenant. `session` is the browser's from now on.
    pub(super) fn put(
        &self,
        tenant: &Tenant,
        answer: Answer,
        session: Option<&TokenKey>,
    ) -> Result<AuthorizationResponse, FlowError> {
        let session_state = self.session_state(tenant, answer.client(), answer.redirect_uri(), session);
        let answer = answer.with_session_state(session_state);
        let client = tenant.client(answer.client().as_str()).ok_or(FlowError::LoginOver)?;
        answer.put(tenant.issuer.as_str(), self.now(), |claims| {
            let keys = self.keyring(&tenant.id)?.current();
            let signer = keys.signer(client.authorization_signed_response_alg).ok_or(FlowError::NotReady)?;
            Ok(signer.sign(Typ::AuthorizationResponse, claims)?)
        })
    }

    /// The client is told of an error, and that ends its request: a pushed one is used up.
    pub async fn answer_error(
        &self,
        tenant: &Tenant,
        request: &AuthorizationRequest,
        error: &OAuthError,
        live: Option<&LiveSession>,
    ) -> Result<AuthorizationResponse, FlowError> {
        if let Some(key) = &request.pushed {
            let first = self.store.write(async |tx| Ok::<_, FlowError>(tx.consume_pushed_request(key).await?)).await?;
            if !first {
                return Err(answered_before());
            }
        }
        self.put(tenant, Answer::error(request.error_target(), error), live.map(|live| &live.session.key))
    }

    pub(super) async fn was_answered(&self, pushed: Option<&TokenKey>) -> Result<bool, FlowError> {
        Ok(match pushed {
            Some(key) => self.store.pushed_request(key).await?.is_none_or(|pushed| pushed.used),
            None => false,
        })
    }
}

/// The client has its answer, by another tab: this one is told on a page, for the client must not be told twice.
pub(super) fn answered_before() -> FlowError {
    OAuthError::new(ErrorCode::InvalidRequestUri, "the pushed request was answered before").into()
}
