//! GET and POST /login/{login}/set-second-password, and D-01 at …/second-password-set: P-06 (journeys J-03).

use axum::response::Response;

use crate::{
    domain::{
        login::{Factor, Gate},
        policy::{AfterSetup, SecondPasswordPolicy},
        second_password::Unmet,
    },
    flows::Current,
    http::{failure::PageFailure, visit::see_other},
    theme::{Argument, Message, Page, Problem, SetSecondPassword},
};

use super::{AtLogin, Press};

const PAGE: &str = "set-second-password";

pub async fn get(at: AtLogin) -> Result<Response, PageFailure> {
    let current = at.current_at(|gate| *gate == Gate::SetSecondPassword).await?;
    let page = Page::SetSecondPassword(SetSecondPassword {
        action: at.path(PAGE),
        form_token: at.form_token(),
        min_length: at.visit.tenant().policy.second_password.min_length as u64,
        errors: at.flash(PAGE).problems,
    });
    Ok(at.show(&current, &page))
}

pub async fn post(press: Press) -> Result<Response, PageFailure> {
    let at = &press.at;
    let current = at.pressed().await?;
    let typed = (press.secret("second_password"), press.secret("second_password_confirmation"));
    let tenant = at.visit.tenant();
    let broken = at.due(at.visit.flows().set_second_password(tenant, &current, typed, &at.visit.visitor).await)?;
    if broken.is_empty() {
        return Ok(see_other(&at.path("second-password-set")));
    }
    at.again_with(PAGE, problems(&tenant.policy.second_password, broken))
}

/// E-40 to E-48 and E-52, each at its field.
pub(in crate::http) fn problems(policy: &SecondPasswordPolicy, broken: Vec<Unmet>) -> Vec<Problem> {
    let problem = |unmet: Unmet| {
        let field = if unmet == Unmet::Mismatch { "second_password_confirmation" } else { "second_password" };
        let problem = Problem::field(field, unmet.code());
        match unmet {
            Unmet::TooShort => problem.with("min", Argument::Number(policy.min_length as u64)),
            Unmet::TooLong => problem.with("max", Argument::Number(policy.max_length as u64)),
            _ => problem,
        }
    };
    broken.into_iter().map(problem).collect()
}

/// D-01.
pub async fn done(at: AtLogin) -> Result<Response, PageFailure> {
    let current = at.current().await?;
    let continues = at.visit.tenant().policy.after_setup == AfterSetup::Continue;
    let ok = match current.gate {
        Gate::SecondPasswordSet => at.path("restart"),
        _ if continues && set_here(&current) => at.path("next"),
        _ => return Err(PageFailure::Elsewhere(at.gate_path(&current.gate))),
    };
    Ok(at.show(&current, &Page::Message(Message::SecondPasswordSet { ok })))
}

/// Whether the second password was set within this login.
fn set_here(current: &Current) -> bool {
    let university_at = current.login.proofs.at(Factor::University, &current.account);
    let set_at = current.account.second_password.as_ref().map(|kept| kept.set_at);
    matches!((set_at, university_at), (Some(set), Some(proven)) if set > proven)
}
