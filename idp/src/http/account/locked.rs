//! GET /account/locked: P-25 for somebody whose session has just ended with the lock (journeys J-08 8.1). It needs no session.

use axum::{extract::Request, http::StatusCode, response::Response};

use crate::{
    domain::{
        account_visit::{AccountPage, AccountVisit},
        clock::Timestamp,
        language::LanguageWishes,
        login::Lock,
    },
    http::{
        failure::PageFailure,
        headers::ContentPolicy,
        paths,
        visit::{About, Flash, Visit, see_other},
    },
    theme::{Locked, Page},
};

use super::at::wanted;

const MINUTES: &str = "minutes";

/// Where P-25 stands in this visit.
pub(super) fn path(wanted: &AccountVisit) -> String {
    format!("{}{}", paths::ACCOUNT_LOCKED, wanted.at(AccountPage::Menu).query())
}

pub(super) fn flash(visit: &Visit, lock: &Lock) -> Flash {
    let minutes = minutes_left(lock, visit.house.clock.now()).map_or(String::new(), |minutes| minutes.to_string());
    Flash { place: paths::ACCOUNT_LOCKED.to_owned(), kept: [(MINUTES.to_owned(), minutes)].into(), ..Flash::default() }
}

/// Whole minutes, never zero; none: only a reset ends it.
pub(super) fn minutes_left(lock: &Lock, now: Timestamp) -> Option<u64> {
    match lock {
        Lock::Until(until) => Some(now.until(*until).as_secs().div_ceil(60).max(1)),
        Lock::UntilReset => None,
    }
}

pub async fn get(visit: Visit, request: Request) -> Result<Response, PageFailure> {
    let wanted = wanted(&visit, AccountPage::Menu, &request.into_parts().0);
    let menu = visit.path(&paths::account(&wanted));
    let flash = visit.flash(paths::ACCOUNT_LOCKED);
    // Loaded again: the sign-in tells the same for as long as it lasts.
    let Some(minutes) = flash.kept.get(MINUTES) else { return Ok(see_other(&menu)) };
    let page =
        Page::Locked(Locked { minutes: minutes.parse().ok(), forgot: visit.forgot(), sign_in: Some(menu), back: None });
    let wishes = LanguageWishes { requested: wanted.ui_locale, ..visit.wishes() };
    let support_code = visit.flows().support_code();
    let theme = visit.theme_of(wanted.client.as_ref());
    let about = About { language: visit.settle(&wishes), support_code: &support_code, theme, time_limit: None };
    Ok(visit.page_with(StatusCode::OK, ContentPolicy::IsolatedPage, &page, &about))
}
