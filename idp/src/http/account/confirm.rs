//! GET and POST /account/{page}/confirm: P-19, the second password once more (journeys J-07 7.0, J-10 10.3).

use axum::response::Response;

use crate::{
    domain::account_visit::AccountPage,
    flows::{Confirmed, PasswordEntry},
    http::{failure::PageFailure, login::second_password::entry_problem, visit::see_other},
    theme::{ConfirmSecondPassword, Locked, Page},
};

use super::{AccountPress, AtAccount, locked::minutes_left, two_factor};

pub(super) const BELOW: &str = "/confirm";

pub async fn get(at: AtAccount) -> Result<Response, PageFailure> {
    at_due(&at)?;
    let visit = &at.visit;
    if at.account().second_password.is_none() {
        return at.sign_in_anew();
    }
    if let Some(lock) = visit.flows().second_password_lock(visit.tenant(), at.account()).await? {
        let minutes = minutes_left(&lock, visit.house.clock.now());
        let page = Page::Locked(Locked { minutes, forgot: visit.forgot(), sign_in: None, back: Some(at.back()) });
        return Ok(at.show(&page));
    }
    let page = Page::ConfirmSecondPassword(ConfirmSecondPassword {
        action: at.below(BELOW),
        form_token: at.form_token(),
        user_id_masked: at.user_id_masked(),
        back: at.back(),
        errors: at.flash(BELOW).problems,
    });
    Ok(at.show(&page))
}

pub async fn post(press: AccountPress) -> Result<Response, PageFailure> {
    let at = &press.at;
    at_due(at)?;
    if at.wanted.page == AccountPage::TwoFactor {
        return two_factor::disable(&press).await;
    }
    let candidate = press.secret("second_password");
    let confirmed = at.visit.flows().confirm_second_password(at.visit.tenant(), &at.acting(), candidate).await;
    match at.due(confirmed)? {
        Confirmed::Right(session) => {
            let mut response = see_other(&at.path());
            at.visit.give_session(response.headers_mut(), &session);
            Ok(response)
        }
        other => not_right(at, &other),
    }
}

/// What is said of an entry that was not right.
pub(super) fn not_right(at: &AtAccount, confirmed: &Confirmed) -> Result<Response, PageFailure> {
    match confirmed {
        Confirmed::LockedOut(lock) => at.locked_out(lock),
        Confirmed::Not(PasswordEntry::Locked(_)) | Confirmed::Right(_) => Ok(see_other(&at.below(BELOW))),
        Confirmed::Not(entry) => {
            at.again_with(BELOW, entry_problem(entry, "second_password", "E-50").into_iter().collect())
        }
    }
}

/// Whoever proved it lately, or has nothing to prove it for, goes to the page. Turning two-factor off always asks.
fn at_due(at: &AtAccount) -> Result<(), PageFailure> {
    let (flows, tenant) = (at.visit.flows(), at.visit.tenant());
    let due = match at.wanted.page {
        AccountPage::Menu | AccountPage::Sessions => false,
        AccountPage::TwoFactor => flows.may_switch_two_factor(tenant) && at.account().two_factor,
        AccountPage::Email | AccountPage::SecondPassword | AccountPage::Authenticator => at.proven_lately().is_err(),
    };
    if due { Ok(()) } else { Err(PageFailure::Elsewhere(at.path())) }
}
