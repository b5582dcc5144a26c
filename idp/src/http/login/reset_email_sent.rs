//! GET and POST /forgot-second-password/sent: P-15 (journeys J-09 9.2). It never says what became of a mail, and never moves on by itself.

use axum::response::Response;

use crate::{
    flows::{Flows, ResetCodeEntry},
    http::{
        failure::PageFailure,
        paths,
        visit::{Flash, see_other},
    },
    theme::{LostMailbox, Page, Problem, ResetEmailSent},
};

use super::reset_ticket::{AtReset, ResetPress, sign_in};

const PAGE: &str = "reset-email-sent";

pub async fn get(at: AtReset) -> Result<Response, PageFailure> {
    let (visit, tenant) = (&at.visit, at.visit.tenant());
    let ticket = at.ticket.as_ref();
    let sent = ticket.and_then(|ticket| Some((ticket, visit.flows().reset_form_token(tenant, ticket)?)));
    let Some((ticket, form_token)) = sent else { return Ok(see_other(&visit.path(paths::FORGOT))) };
    let policy = &tenant.policy.one_time_url;
    let page = Page::ResetEmailSent(ResetEmailSent {
        action: visit.path(paths::RESET_SENT),
        form_token,
        minutes: policy.lifetime.as_secs() / 60,
        code_digits: u8::try_from(policy.code_digits).unwrap_or(u8::MAX),
        sign_in: sign_in(visit, Some(&ticket.login)),
        lost_mailbox: visit.path("/forgot-second-password/lost-mailbox"),
        errors: visit.flash(PAGE).problems,
    });
    Ok(at.show(ticket, &page))
}

pub async fn post(press: ResetPress) -> Result<Response, PageFailure> {
    let ResetPress { at, ticket, .. } = &press;
    let (visit, tenant) = (&at.visit, at.visit.tenant());
    let expected = visit.flows().reset_form_token(tenant, ticket);
    if !expected.is_some_and(|expected| Flows::is_form_token(&expected, press.form.get("form_token"))) {
        return Err(PageFailure::out_of_order());
    }
    let code = match visit.flows().enter_reset_code(tenant, ticket, press.text("code")).await? {
        ResetCodeEntry::Right(url) => return Ok(see_other(url.expose())),
        ResetCodeEntry::Wrong => "E-67",
        ResetCodeEntry::Dead => "E-68",
        ResetCodeEntry::Expired => "E-69",
    };
    let mut response = see_other(&visit.path(paths::RESET_SENT));
    let problems = vec![Problem::field("code", code)];
    visit.give_flash(response.headers_mut(), Flash { place: PAGE.to_owned(), problems, ..Flash::default() })?;
    Ok(response)
}

/// P-30 (J-18 18.1).
pub async fn lost_mailbox(at: AtReset) -> Result<Response, PageFailure> {
    let Some(ticket) = &at.ticket else { return Ok(see_other(&at.visit.path(paths::FORGOT))) };
    let back = Some(at.visit.path(paths::RESET_SENT));
    Ok(at.show(ticket, &Page::LostMailbox(LostMailbox { back })))
}
