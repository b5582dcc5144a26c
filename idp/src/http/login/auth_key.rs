//! GET and POST /login/{login}/auth-key, with D-03 and D-04 beside it: P-08 (journeys J-05, J-06).

use axum::response::Response;

use crate::{
    domain::{
        auth_key::{AuthKeyState, AuthKeyVerdict},
        login::Gate,
    },
    flows::{Current, KeyEntry, KeySending},
    http::{failure::PageFailure, visit::see_other},
    theme::{Argument, AuthKey, Message, Page, Problem, SentKey},
};

use super::{AtLogin, Press, at::mail_status, second_password::seconds_left};

const PAGE: &str = "auth-key";
const INVALID: &str = "auth-key-invalid";
const REISSUED: &str = "auth-key-reissued";

pub async fn get(at: AtLogin) -> Result<Response, PageFailure> {
    let current = at.current_at(|gate| *gate == Gate::AuthKey).await?;
    let visit = &at.visit;
    let mut errors = at.flash(PAGE).problems;
    if current.auth_key.is_none() && errors.is_empty() {
        // A cap kept the first key back: the page says which.
        let hindrance = visit.flows().auth_key_hindrance(&current).await?;
        errors.extend(hindrance.as_ref().and_then(hindered));
    }
    let policy = &visit.tenant().policy.auth_key;
    let sent = current.auth_key.as_ref().map(|key| SentKey {
        sent_at: key.created_at,
        reference: key.reference.clone(),
        status: mail_status(current.letter.as_ref()),
    });
    let page = Page::AuthKey(AuthKey {
        action: at.path(PAGE),
        form_token: at.form_token(),
        email_masked: masked(&at, &current)?,
        sent,
        digits: u8::try_from(policy.digits).unwrap_or(u8::MAX),
        minutes: policy.lifetime.as_secs() / 60,
        max_attempts: policy.max_attempts.into(),
        dead: is_dead(&current),
        bounced: current.account.email.as_ref().is_some_and(|email| email.undeliverable),
        check: at.path(PAGE),
        lost_mailbox: at.path("lost-mailbox"),
        back: at.path("restart"),
        status_url: at.path("status"),
        errors,
    });
    Ok(at.show(&current, &page))
}

pub async fn post(press: Press) -> Result<Response, PageFailure> {
    let at = &press.at;
    let current = at.pressed().await?;
    match press.text("action") {
        "reissue" => reissue(at, &current).await,
        _ => verify(&press, &current).await,
    }
}

async fn verify(press: &Press, current: &Current) -> Result<Response, PageFailure> {
    let (at, visit) = (&press.at, &press.at.visit);
    let entry = visit.flows().prove_auth_key(visit.tenant(), current, press.text("auth_key"), &visit.visitor).await;
    let field = |code: &str| Problem::field("auth_key", code);
    let problem = match at.due(entry)? {
        KeyEntry::Judged(AuthKeyVerdict::Right) => return Ok(at.onward()),
        KeyEntry::Judged(AuthKeyVerdict::Killed | AuthKeyVerdict::Dead) => return Ok(see_other(&at.path(INVALID))),
        KeyEntry::Judged(AuthKeyVerdict::Wrong) => {
            let reference = current.auth_key.as_ref().map(|key| key.reference.clone()).unwrap_or_default();
            field("E-61").with("key_ref", Argument::Text(reference))
        }
        KeyEntry::Judged(AuthKeyVerdict::Expired | AuthKeyVerdict::Missing) => field("E-62"),
        KeyEntry::Unreadable => {
            let digits = visit.tenant().policy.auth_key.digits as u64;
            field("E-60").with("digits", Argument::Number(digits))
        }
        KeyEntry::Stopped => Problem::page("E-70"),
    };
    at.again_with(PAGE, vec![problem])
}

async fn reissue(at: &AtLogin, current: &Current) -> Result<Response, PageFailure> {
    let visit = &at.visit;
    let sending = at.due(visit.flows().reissue_auth_key(visit.tenant(), current, &visit.visitor).await)?;
    match hindered(&sending) {
        None => Ok(see_other(&at.path(REISSUED))),
        Some(problem) => at.again_with(PAGE, vec![problem]),
    }
}

/// E-63 to E-65 and E-70.
pub(super) fn hindered(sending: &KeySending) -> Option<Problem> {
    Some(match sending {
        KeySending::Sent => return None,
        KeySending::CoolingDown(wait) => Problem::page("E-63").with("seconds", Argument::Number(seconds_left(*wait))),
        KeySending::LoginLimit => Problem::page("E-64"),
        KeySending::AccountLimit(at) => Problem::page("E-65").with("time", Argument::Time(*at)),
        KeySending::Stopped => Problem::page("E-70"),
    })
}

/// D-03: shown as long as the key is dead.
pub async fn invalid(at: AtLogin) -> Result<Response, PageFailure> {
    let current = at.current_at(|gate| *gate == Gate::AuthKey).await?;
    if !is_dead(&current) {
        return Err(PageFailure::Elsewhere(at.path(PAGE)));
    }
    Ok(at.show(&current, &Page::Message(Message::AuthKeyInvalid { ok: at.path(PAGE) })))
}

/// D-04: shown as long as the re-issued key is live.
pub async fn reissued(at: AtLogin) -> Result<Response, PageFailure> {
    let current = at.current_at(|gate| *gate == Gate::AuthKey).await?;
    if !current.auth_key.as_ref().is_some_and(|key| key.state == AuthKeyState::Open) {
        return Err(PageFailure::Elsewhere(at.path(PAGE)));
    }
    let email_masked = masked(&at, &current)?;
    Ok(at.show(&current, &Page::Message(Message::AuthKeyReissued { ok: at.path(PAGE), email_masked })))
}

fn is_dead(current: &Current) -> bool {
    current.auth_key.as_ref().is_some_and(|key| key.state == AuthKeyState::Dead)
}

fn masked(at: &AtLogin, current: &Current) -> Result<String, PageFailure> {
    let email = at.visit.flows().email(&current.account)?;
    Ok(email.ok_or_else(PageFailure::out_of_order)?.masked())
}
