//! GET and POST /account/email/sent, …/changed and …/status: P-10, the tab that waits, and P-12 (journeys J-07 7.2, 7.5).

use axum::{
    Json,
    extract::{FromRequestParts, Request},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{
    domain::account_visit::{AccountPage, AccountVisit},
    flows::{CodeVerdict, EmailChange, WaitingChange},
    http::{
        failure::PageFailure,
        login::{at::mail_status, register_email::problem},
        paths,
        visit::{Flash, Visit, see_other},
    },
    theme::{EmailChanged, EmailSent, Onward, Page, Problem},
};

use super::{AccountPress, AtAccount, at::wanted};

pub(super) const SENT: &str = "/sent";
const CHANGED: &str = "/changed";

/// The change comes first: with it the session may be worth less than an account page asks for, and P-12 is still due.
pub async fn get(visit: Visit, request: Request) -> Result<Response, PageFailure> {
    let (mut parts, _) = request.into_parts();
    if let Some(live) = visit.live_session().await?
        && matches!(visit.flows().email_change(&live).await?, EmailChange::Done)
    {
        return Ok(see_other(&below(&visit, &wanted(&visit, AccountPage::Email, &parts), CHANGED)));
    }
    let at = match AtAccount::from_request_parts(&mut parts, &()).await {
        Ok(at) => at,
        Err(elsewhere) => return Ok(elsewhere),
    };
    match at.visit.flows().email_change(&at.live).await? {
        EmailChange::Waiting(waiting) => shown(&at, &waiting),
        _ => Ok(see_other(&at.path())),
    }
}

fn shown(at: &AtAccount, waiting: &WaitingChange) -> Result<Response, PageFailure> {
    let flash = at.flash(SENT);
    let digits = at.visit.tenant().policy.one_time_url.code_digits;
    let page = Page::EmailSent(EmailSent {
        action: at.below(SENT),
        form_token: at.form_token(),
        change_of: Some(at.user_id_masked()),
        email: at.visit.flows().pending_address(&waiting.url)?.as_text(),
        expires_at: waiting.url.expires_at,
        code_digits: u8::try_from(digits).ok(),
        status: mail_status(waiting.letter.as_ref()),
        resent: flash.kept.contains_key("resent"),
        check: at.below(SENT),
        sign_in: None,
        back: Some(at.back()),
        status_url: at.visit.path("/account/email/status"),
        errors: flash.problems,
    });
    Ok(at.show(&page))
}

pub async fn post(press: AccountPress) -> Result<Response, PageFailure> {
    match press.text("action") {
        "resend" => resend(&press.at).await,
        "correct" => correct(&press.at).await,
        _ => confirm(&press).await,
    }
}

async fn resend(at: &AtAccount) -> Result<Response, PageFailure> {
    let entry = at.due(at.visit.flows().resend_change(at.visit.tenant(), &at.acting()).await)?;
    match problem(&entry) {
        Some(problem) => at.again_with(SENT, vec![problem]),
        None => at.again(SENT, Flash { kept: [("resent".into(), "1".into())].into(), ..Flash::default() }),
    }
}

async fn correct(at: &AtAccount) -> Result<Response, PageFailure> {
    let Some(address) = at.due(at.visit.flows().correct_change(&at.acting()).await)? else {
        return Ok(see_other(&at.below(SENT)));
    };
    let kept = [("email".into(), address.as_text()), ("email_confirmation".into(), String::new())].into();
    at.again("", Flash { kept, ..Flash::default() })
}

async fn confirm(press: &AccountPress) -> Result<Response, PageFailure> {
    let at = &press.at;
    let flows = at.visit.flows();
    let verdict = match flows.confirm_change_by_code(at.visit.tenant(), &at.acting(), press.text("code")).await {
        // Pressed twice, or confirmed elsewhere meanwhile.
        Err(crate::flows::FlowError::NotDue) => return Ok(see_other(&at.below(SENT))),
        verdict => verdict?,
    };
    let code = match verdict {
        CodeVerdict::Confirmed => return Ok(see_other(&at.below(CHANGED))),
        CodeVerdict::Wrong => "E-67",
        CodeVerdict::Dead => "E-68",
        CodeVerdict::Expired => "E-69",
    };
    at.again_with(SENT, vec![Problem::field("code", code)])
}

/// P-12.
pub async fn changed(visit: Visit, request: Request) -> Result<Response, PageFailure> {
    let (parts, _) = request.into_parts();
    let wanted = wanted(&visit, AccountPage::Email, &parts);
    let done = match visit.live_session().await? {
        Some(live) => matches!(visit.flows().email_change(&live).await?, EmailChange::Done).then_some(live),
        None => None,
    };
    let Some(live) = done else { return Ok(see_other(&below(&visit, &wanted, ""))) };
    let menu = visit.path(&paths::account(&wanted.at(AccountPage::Menu)));
    let onward = Onward::Back(wanted.return_to.clone().unwrap_or(menu));
    let at = AtAccount::after(visit, wanted, live);
    Ok(at.show(&Page::EmailChanged(EmailChanged { onward })))
}

/// What the waiting tab asks every few seconds; it counts as no use, and without a session nothing begins.
pub async fn status(visit: Visit) -> Result<Response, PageFailure> {
    let Some(live) = visit.live_session().await? else {
        return Ok(Json(json!({ "page": "sign-in" })).into_response());
    };
    Ok(match visit.flows().email_change(&live).await? {
        EmailChange::Waiting(waiting) => {
            Json(json!({ "page": "email-sent", "mail": mail_status(waiting.letter.as_ref()).tag() })).into_response()
        }
        EmailChange::Done => Json(json!({ "page": "email-changed" })).into_response(),
        EmailChange::None => Json(json!({ "page": "change-email" })).into_response(),
    })
}

fn below(visit: &Visit, wanted: &AccountVisit, below: &str) -> String {
    visit.path(&paths::account_below(wanted, below))
}
