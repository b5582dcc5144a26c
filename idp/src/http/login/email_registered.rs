//! GET /login/{login}/email-registered: P-05 in the tab of the login (journeys J-02 2.5).

use axum::response::Response;

use crate::{
    domain::{
        login::{Factor, Gate},
        policy::AfterSetup,
    },
    flows::Current,
    http::failure::PageFailure,
    theme::{EmailRegistered, Onward, Page},
};

use super::AtLogin;

pub async fn get(at: AtLogin) -> Result<Response, PageFailure> {
    let current = at.current().await?;
    if !is_shown(&current) {
        return Err(PageFailure::Elsewhere(at.gate_path(&current.gate)));
    }
    let onward = match at.visit.tenant().policy.after_setup {
        AfterSetup::SignInAgain => Onward::SignIn(at.path("restart")),
        AfterSetup::Continue => Onward::Continue(at.path("next")),
    };
    Ok(at.show(&current, &Page::EmailRegistered(EmailRegistered { onward })))
}

/// The gate itself, or with `continue` the page once the address was registered within this login.
pub(super) fn is_shown(current: &Current) -> bool {
    if current.gate == Gate::EmailRegistered {
        return true;
    }
    let university_at = current.login.proofs.at(Factor::University, &current.account);
    let registered_at = current.account.email.as_ref().map(|email| email.registered_at);
    current.gate == Gate::SetSecondPassword
        && matches!((registered_at, university_at), (Some(registered), Some(proven)) if registered > proven)
}
