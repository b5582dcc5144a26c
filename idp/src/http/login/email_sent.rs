//! GET and POST /login/{login}/email-sent: P-03, the tab that waits (journeys J-02 2.2).

use axum::response::Response;

use crate::{
    domain::login::Gate,
    flows::{CodeVerdict, Current},
    http::{
        failure::PageFailure,
        visit::{Flash, see_other},
    },
    theme::{EmailSent, Page, Problem},
};

use super::{AtLogin, Press, at::mail_status, email_registered, register_email};

const PAGE: &str = "email-sent";

pub async fn get(at: AtLogin) -> Result<Response, PageFailure> {
    let current = at.current().await?;
    let Some(url) = current.pending_url.as_ref().filter(|_| current.gate == Gate::EmailSent) else {
        let done = email_registered::is_shown(&current);
        return Ok(see_other(&if done { at.path("email-registered") } else { at.gate_path(&current.gate) }));
    };
    let flash = at.flash(PAGE);
    let digits = at.visit.tenant().policy.one_time_url.code_digits;
    let page = Page::EmailSent(EmailSent {
        action: at.path(PAGE),
        form_token: at.form_token(),
        change_of: None,
        email: at.visit.flows().pending_address(url)?.as_text(),
        expires_at: url.expires_at,
        code_digits: u8::try_from(digits).ok(),
        status: mail_status(current.letter.as_ref()),
        resent: flash.kept.contains_key("resent"),
        check: at.path(PAGE),
        sign_in: Some(at.path("restart")),
        back: None,
        status_url: at.path("status"),
        errors: flash.problems,
    });
    Ok(at.show(&current, &page))
}

pub async fn post(press: Press) -> Result<Response, PageFailure> {
    let at = &press.at;
    let current = at.pressed().await?;
    match press.text("action") {
        "resend" => resend(&press, &current).await,
        "correct" => correct(&press, &current).await,
        _ => confirm(&press, &current).await,
    }
}

async fn resend(press: &Press, current: &Current) -> Result<Response, PageFailure> {
    let (at, visit) = (&press.at, &press.at.visit);
    let entry = at.due(visit.flows().resend_confirmation(visit.tenant(), current, &visit.visitor).await)?;
    match register_email::problem(&entry) {
        Some(problem) => at.again_with(PAGE, vec![problem]),
        None => at.again(PAGE, Flash { kept: [("resent".into(), "1".into())].into(), ..Flash::default() }),
    }
}

async fn correct(press: &Press, current: &Current) -> Result<Response, PageFailure> {
    let (at, visit) = (&press.at, &press.at.visit);
    let Some(address) = at.due(visit.flows().correct_email(visit.tenant(), current).await)? else {
        return Ok(at.onward());
    };
    let kept = [("email".into(), address.as_text()), ("email_confirmation".into(), String::new())].into();
    at.again("register-email", Flash { kept, ..Flash::default() })
}

async fn confirm(press: &Press, current: &Current) -> Result<Response, PageFailure> {
    let (at, visit) = (&press.at, &press.at.visit);
    let verdict = visit.flows().confirm_by_code(visit.tenant(), current, press.text("code"), &visit.visitor).await;
    let code = match at.due(verdict)? {
        CodeVerdict::Confirmed => return Ok(see_other(&at.path("email-registered"))),
        CodeVerdict::Wrong => "E-67",
        CodeVerdict::Dead => "E-68",
        CodeVerdict::Expired => "E-69",
    };
    at.again_with(PAGE, vec![Problem::field("code", code)])
}
