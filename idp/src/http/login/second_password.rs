//! GET and POST /login/{login}/second-password: P-07 (journeys J-04).

use std::time::Duration;

use axum::response::Response;

use crate::{
    domain::login::Gate,
    flows::PasswordEntry,
    http::failure::PageFailure,
    theme::{Argument, Page, Problem, SecondPassword},
};

use super::{AtLogin, Press};

const PAGE: &str = "second-password";

pub async fn get(at: AtLogin) -> Result<Response, PageFailure> {
    let current = at.current_at(|gate| *gate == Gate::SecondPassword).await?;
    let page = Page::SecondPassword(SecondPassword {
        action: at.path(PAGE),
        form_token: at.form_token(),
        forgot: at.forgot(),
        back: at.path("restart"),
        errors: at.flash(PAGE).problems,
    });
    Ok(at.show(&current, &page))
}

pub async fn post(press: Press) -> Result<Response, PageFailure> {
    let at = &press.at;
    let current = at.pressed().await?;
    let (visit, candidate) = (&at.visit, press.secret("second_password"));
    let entry = visit.flows().prove_second_password(visit.tenant(), &current, candidate, &visit.visitor).await;
    match entry_problem(&at.due(entry)?, "second_password", "E-50") {
        None => Ok(at.onward()),
        Some(problem) => at.again_with(PAGE, vec![problem]),
    }
}

/// What is said at the field of an entry; nothing of one that was right, or locked (P-25).
pub fn entry_problem(entry: &PasswordEntry, field: &str, wrong: &str) -> Option<Problem> {
    Some(match entry {
        PasswordEntry::Right | PasswordEntry::Locked(_) => return None,
        PasswordEntry::Empty => Problem::field(field, "E-49"),
        PasswordEntry::Wrong => Problem::field(field, wrong),
        PasswordEntry::TooEarly { wait } => {
            Problem::field(field, "E-53").with("seconds", Argument::Number(seconds_left(*wait)))
        }
    })
}

/// Whole seconds, never zero: what is left is at least a moment.
pub(super) fn seconds_left(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u64::MAX).max(1)
}
