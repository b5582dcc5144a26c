//! GET and POST /account/email: P-09 (journeys J-07 7.1).

use axum::response::Response;

use crate::{
    http::{
        failure::PageFailure,
        login::register_email::problem,
        visit::{Flash, see_other},
    },
    theme::{ChangeEmail, Page},
};

use super::{AccountPress, AtAccount, email_sent::SENT};

pub async fn get(at: AtAccount) -> Result<Response, PageFailure> {
    at.proven_lately()?;
    let flash = at.flash("");
    let kept = |name: &str| flash.kept.get(name).cloned().unwrap_or_default();
    let page = Page::ChangeEmail(ChangeEmail {
        action: at.path(),
        form_token: at.form_token(),
        user_id_masked: at.user_id_masked(),
        current_masked: at.visit.flows().email(at.account())?.map(|email| email.masked()),
        bounced: at.account().email.as_ref().is_some_and(|email| email.undeliverable),
        email: kept("email"),
        email_confirmation: kept("email_confirmation"),
        minutes: at.visit.tenant().policy.one_time_url.lifetime.as_secs() / 60,
        back: at.back(),
        errors: flash.problems,
    });
    Ok(at.show(&page))
}

pub async fn post(press: AccountPress) -> Result<Response, PageFailure> {
    let at = &press.at;
    at.proven_lately()?;
    let typed = (press.text("email"), press.text("email_confirmation"));
    let entry = at.due(at.visit.flows().change_email(at.visit.tenant(), &at.acting(), typed).await)?;
    let Some(problem) = problem(&entry) else { return Ok(see_other(&at.below(SENT))) };
    let mut flash = Flash { problems: vec![problem], ..Flash::default() };
    flash.kept.insert("email".into(), typed.0.to_owned());
    flash.kept.insert("email_confirmation".into(), typed.1.to_owned());
    at.again("", flash)
}
