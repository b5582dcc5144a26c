//! GET and POST /account/second-password, and D-02 at …/changed: P-13 (journeys J-08).

use axum::response::Response;

use crate::{
    flows::{Confirmed, FlowError, PasswordChange, PasswordEntry},
    http::{
        failure::PageFailure,
        login::{second_password::entry_problem, set_second_password::problems},
        visit::see_other,
    },
    theme::{ChangeSecondPassword, Locked, Message, Page, Problem},
};

use super::{AccountPress, AtAccount, locked::minutes_left};

const CHANGED: &str = "/changed";
const PRESENT: &str = "current_second_password";

pub async fn get(at: AtAccount) -> Result<Response, PageFailure> {
    let visit = &at.visit;
    if let Some(lock) = visit.flows().second_password_lock(visit.tenant(), at.account()).await? {
        let minutes = minutes_left(&lock, visit.house.clock.now());
        let page = Page::Locked(Locked { minutes, forgot: visit.forgot(), sign_in: None, back: Some(at.back()) });
        return Ok(at.show(&page));
    }
    let page = Page::ChangeSecondPassword(ChangeSecondPassword {
        action: at.path(),
        form_token: at.form_token(),
        user_id_masked: at.user_id_masked(),
        min_length: visit.tenant().policy.second_password.min_length as u64,
        back: at.back(),
        errors: at.flash("").problems,
    });
    Ok(at.show(&page))
}

pub async fn post(press: AccountPress) -> Result<Response, PageFailure> {
    let at = &press.at;
    let (visit, tenant) = (&at.visit, at.visit.tenant());
    let present = press.secret(PRESENT);
    let missing = present.is_empty();
    let typed = (press.secret("second_password"), press.secret("second_password_confirmation"));
    match visit.flows().change_second_password(tenant, &at.acting(), present, typed).await {
        Ok(PasswordChange::Changed(session)) => {
            let mut response = see_other(&at.below(CHANGED));
            visit.give_session(response.headers_mut(), &session);
            Ok(response)
        }
        Ok(PasswordChange::Broken(broken)) => {
            let mut told: Vec<Problem> = missing.then(|| Problem::field(PRESENT, "E-49")).into_iter().collect();
            told.extend(problems(&tenant.policy.second_password, broken));
            at.again_with("", told)
        }
        Ok(PasswordChange::Not(Confirmed::LockedOut(lock))) => at.locked_out(&lock),
        // P-25 stands in the form's place.
        Ok(PasswordChange::Not(Confirmed::Not(PasswordEntry::Locked(_)) | Confirmed::Right(_))) => {
            Ok(see_other(&at.path()))
        }
        Ok(PasswordChange::Not(Confirmed::Not(entry))) => {
            at.again_with("", entry_problem(&entry, PRESENT, "E-51").into_iter().collect())
        }
        // Pressed twice: the first press has changed it (J-14).
        Err(FlowError::NotDue) => Ok(see_other(&at.below(CHANGED))),
        Err(error) => Err(error.into()),
    }
}

/// D-02.
pub async fn changed(at: AtAccount) -> Result<Response, PageFailure> {
    let changed_at = at.account().second_password.as_ref().map(|kept| kept.changed_at);
    if changed_at.is_none_or(|changed| changed < at.live.session.created_at) {
        return Ok(see_other(&at.path()));
    }
    Ok(at.show(&Page::Message(Message::SecondPasswordChanged { ok: at.back() })))
}
