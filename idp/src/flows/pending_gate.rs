//! Where a login stands that only its browser knows: at the sign-in page, or, with a live session, at what is missing.

use crate::domain::{
    login::{Gate, Need, PendingLogin},
    session::is_fresh,
    tenant::Tenant,
};

use super::{Flows, LiveSession, current::covers};

impl Flows {
    pub fn pending_gate(&self, tenant: &Tenant, pending: &PendingLogin, live: Option<&LiveSession>) -> Gate {
        let request = pending.destination.request();
        let (Some(live), Some(client)) = (live, tenant.client(request.client.as_str())) else { return Gate::SignIn };
        if request.subject.as_ref().is_some_and(|subject| *subject != live.account.subject) {
            return Gate::SignIn;
        }
        let Ok(need) = Need::of(&tenant.policy, client, request, Some(&live.account)) else { return Gate::SignIn };
        let proofs = &live.session.proofs;
        if !is_fresh(proofs, &live.account, &need, request.prompt, self.now()) {
            return Gate::SignIn;
        }
        match covers(tenant, &need, &live.account, proofs) {
            gate @ (Gate::SendAuthKey | Gate::Authenticator) => gate,
            _ => Gate::SignIn,
        }
    }
}
