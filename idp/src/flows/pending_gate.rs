//! Where a login stands that only its browser knows: at the sign-in page, or, with a live session, at what is missing.

use crate::domain::{
    login::{Gate, PendingLogin},
    session::is_fresh,
    tenant::Tenant,
};

use super::{
    FlowError, Flows, LiveSession,
    current::{counted, covers, need_of},
};

impl Flows {
    /// [`Gate::Done`]: the session covers an account page's visit, and there is nothing to sign in for.
    /// A client's request that a session covers was answered at once; whoever comes to its sign-in page is asked.
    pub async fn pending_gate(
        &self,
        tenant: &Tenant,
        pending: &PendingLogin,
        live: Option<&LiveSession>,
    ) -> Result<Gate, FlowError> {
        let destination = &pending.destination;
        let (Some(live), demand) = (live, destination.demand()) else { return Ok(Gate::SignIn) };
        if let Some(client) = destination.client().and_then(|client| tenant.client(client.as_str()))
            && !self.is_named(tenant, &client, demand.subject, &live.account)
        {
            return Ok(Gate::SignIn);
        }
        let Ok(need) = need_of(tenant, destination, &live.account) else { return Ok(Gate::SignIn) };
        let proofs = counted(destination, &live.session.proofs);
        if !is_fresh(&proofs, &live.account, &need, demand.prompt, self.now()) {
            return Ok(Gate::SignIn);
        }
        let gate = covers(tenant, &need, &live.account, &proofs);
        Ok(match (gate, destination.request()) {
            (gate @ (Gate::SendAuthKey | Gate::Authenticator), _) => gate,
            (Gate::Done, None) => Gate::Done,
            (Gate::Done, Some(request)) => match tenant.client(request.client.as_str()) {
                Some(client) if self.consent_due(&client, request, live.account.id).await? => Gate::Consent,
                _ => Gate::SignIn,
            },
            _ => Gate::SignIn,
        })
    }
}
