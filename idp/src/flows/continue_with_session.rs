//! Another tab finished first: this tab's request is answered by the session that is there now (journeys J-13, P-27).

use crate::domain::{
    authorization_request::Prompt,
    authorization_response::AuthorizationResponse,
    clock::Timestamp,
    login::{Gate, Need},
    session::is_fresh,
    tenant::Tenant,
};

use super::{FlowError, Flows, LiveSession, current::covers};
use crate::domain::authorization_request::AuthorizationRequest;

/// What 続ける leads to.
#[derive(Debug)]
pub enum Continued {
    Answered(AuthorizationResponse),
    /// The session does not cover this request: the login goes on.
    NotEnough,
    /// It does, but the person has not agreed to what the client asks for.
    NotAgreed,
}

impl Flows {
    /// A request that began before the session did is content with its proofs, even one that asked for a fresh login.
    pub async fn continue_with_session(
        &self,
        tenant: &Tenant,
        request: &AuthorizationRequest,
        begun_at: Timestamp,
        live: &LiveSession,
    ) -> Result<Continued, FlowError> {
        let Some(client) = tenant.client(request.client.as_str()) else { return Err(FlowError::LoginOver) };
        let (account, proofs) = (&live.account, &live.session.proofs);
        if !self.is_named(tenant, &client, request.subject.as_ref(), account) {
            return Ok(Continued::NotEnough);
        }
        let Ok(need) = Need::of(&tenant.policy, Some(&client), &request.demand(), Some(account)) else {
            return Ok(Continued::NotEnough);
        };
        let proven_since = proofs.reach(account).is_some_and(|(_, oldest)| oldest >= begun_at);
        let prompt = if proven_since { Prompt::Unset } else { request.prompt };
        let fresh = is_fresh(proofs, account, &need, prompt, self.now());
        if !fresh || covers(tenant, &need, account, proofs) != Gate::Done {
            return Ok(Continued::NotEnough);
        }
        if self.consent_due(&client, request, account.id).await? {
            return Ok(Continued::NotAgreed);
        }
        self.answer_by_session(tenant, &client, request, live).await.map(Continued::Answered)
    }
}
