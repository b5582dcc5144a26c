//! Where a login stands that only its browser knows: at the sign-in page, or, with a live session, at what is missing.

use crate::domain::{
    login::{Gate, PendingLogin},
    session::is_fresh,
    tenant::Tenant,
};

use super::{
    Flows, LiveSession,
    current::{counted, covers, need_of},
};

impl Flows {
    /// [`Gate::Done`]: the session covers an account page's visit, and there is nothing to sign in for.
    /// A client's request that a session covers was answered at once; whoever comes to its sign-in page is asked.
    pub fn pending_gate(&self, tenant: &Tenant, pending: &PendingLogin, live: Option<&LiveSession>) -> Gate {
        let destination = &pending.destination;
        let (Some(live), demand) = (live, destination.demand()) else { return Gate::SignIn };
        if let Some(client) = destination.client().and_then(|client| tenant.client(client.as_str()))
            && !self.is_named(tenant, &client, demand.subject, &live.account)
        {
            return Gate::SignIn;
        }
        let Ok(need) = need_of(tenant, destination, &live.account) else { return Gate::SignIn };
        let proofs = counted(destination, &live.session.proofs);
        if !is_fresh(&proofs, &live.account, &need, demand.prompt, self.now()) {
            return Gate::SignIn;
        }
        match covers(tenant, &need, &live.account, &proofs) {
            gate @ (Gate::SendAuthKey | Gate::Authenticator) => gate,
            Gate::Done if destination.request().is_none() => Gate::Done,
            _ => Gate::SignIn,
        }
    }
}
