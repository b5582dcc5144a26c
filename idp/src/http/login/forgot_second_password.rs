//! GET and POST /forgot-second-password: P-14 (journeys J-09 9.1). It answers alike for every address.

use axum::{http::Uri, response::Response};

use crate::{
    domain::{
        email_address::Refused,
        ids::LoginId,
        language::{Language, LanguageWishes},
        parameters::Parameters,
        reset::ResetTicket,
    },
    flows::{Flows, ResetWish},
    http::{
        failure::PageFailure,
        paths,
        visit::{Flash, see_other},
    },
    theme::{ForgotSecondPassword, Page, Problem},
};

use super::reset_ticket::{AtReset, ResetPress};

const PAGE: &str = "forgot-second-password";

pub async fn get(at: AtReset, uri: Uri) -> Result<Response, PageFailure> {
    let asked = Parameters::parse(uri.query().unwrap_or_default().as_bytes()).unwrap_or_default();
    let (visit, tenant) = (&at.visit, at.visit.tenant());
    let ticket = ticket(&at, &asked).await?;
    let flash = visit.flash(PAGE);
    let page = Page::ForgotSecondPassword(ForgotSecondPassword {
        action: visit.path(paths::FORGOT),
        form_token: visit.flows().forgot_form_token(tenant, &ticket),
        email: flash.kept.get("email").cloned().unwrap_or_default(),
        minutes: tenant.policy.one_time_url.lifetime.as_secs() / 60,
        back: back(&at, &ticket),
        errors: flash.problems,
    });
    let mut response = at.show(&ticket, &page);
    at.give(response.headers_mut(), &ticket)?;
    Ok(response)
}

pub async fn post(press: ResetPress) -> Result<Response, PageFailure> {
    let ResetPress { at, ticket, .. } = &press;
    let (visit, tenant) = (&at.visit, at.visit.tenant());
    let token = press.form.get("form_token");
    if !Flows::is_form_token(&visit.flows().forgot_form_token(tenant, ticket), token) {
        let before = visit.flows().reset_form_token(tenant, ticket);
        // Pressed twice: the first press has sent it (J-14).
        let again = before.is_some_and(|before| Flows::is_form_token(&before, token));
        return if again { Ok(see_other(&visit.path(paths::RESET_SENT))) } else { Err(PageFailure::out_of_order()) };
    }
    let typed = press.text("email");
    let problem = match visit.flows().request_reset(tenant, ticket, typed, &visit.visitor).await? {
        ResetWish::Taken(ticket) => {
            let mut response = see_other(&visit.path(paths::RESET_SENT));
            at.give(response.headers_mut(), &ticket)?;
            return Ok(response);
        }
        ResetWish::Refused(Refused::Empty) => Problem::field("email", "E-20"),
        ResetWish::Refused(_) => Problem::field("email", "E-21"),
        ResetWish::Throttled => Problem::page("E-29"),
    };
    let mut response = see_other(&visit.path(paths::FORGOT));
    let kept = [("email".to_owned(), typed.to_owned())].into();
    visit.give_flash(
        response.headers_mut(),
        Flash { place: PAGE.to_owned(), problems: vec![problem], kept, ..Flash::default() },
    )?;
    Ok(response)
}

/// The ticket of this browser, in the language of what led here: a login of this browser, or a link's `ui_locales`.
async fn ticket(at: &AtReset, asked: &Parameters) -> Result<ResetTicket, PageFailure> {
    let (visit, offered) = (&at.visit, &at.visit.site.languages);
    let requested = asked.get("ui_locales").and_then(|tags| Language::first_of(tags, offered));
    let login = asked.get("login").and_then(LoginId::from_lower);
    let held = match &login {
        Some(login) => visit.ticket(login).await?,
        None => None,
    };
    let (came_from, wishes) = match (held, login) {
        (Some(ticket), Some(login)) => {
            let kept = visit.flows().remembered(visit.tenant(), &ticket).await?;
            let of_request = kept.as_ref().and_then(|kept| kept.destination.ui_locale());
            let chosen = kept.and_then(|kept| kept.language);
            (Some(login), LanguageWishes { chosen, requested: requested.or(of_request), ..visit.wishes() })
        }
        _ => (None, LanguageWishes { requested, ..visit.wishes() }),
    };
    let flows = visit.flows();
    Ok(match (&at.ticket, came_from) {
        // Looked at again: everything stays.
        (Some(ticket), None) if requested.is_none() => ticket.clone(),
        (Some(ticket), login) => {
            let login = login.unwrap_or_else(|| ticket.login.clone());
            ResetTicket { login, language: visit.settle(&wishes), ..ticket.clone() }
        }
        (None, login) => {
            let login = login.unwrap_or_else(|| LoginId::new(flows.support_code()));
            flows.new_reset_ticket(login, visit.settle(&wishes))
        }
    })
}

/// The login where it stands, or the service.
fn back(at: &AtReset, ticket: &ResetTicket) -> Option<String> {
    if at.visit.holds_ticket(&ticket.login) {
        Some(at.visit.path(&paths::page(&ticket.login, "next")))
    } else {
        at.visit.start()
    }
}
