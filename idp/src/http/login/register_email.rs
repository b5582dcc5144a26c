//! GET and POST /login/{login}/register-email: P-02 (journeys J-02 2.1).

use axum::response::Response;

use crate::{
    domain::{email_address::Refused, login::Gate},
    flows::EmailEntry,
    http::{failure::PageFailure, visit::Flash},
    theme::{Argument, Page, Problem, RegisterEmail},
};

use super::{AtLogin, Press, second_password::seconds_left};

const PAGE: &str = "register-email";

pub async fn get(at: AtLogin) -> Result<Response, PageFailure> {
    let current = at.current_at(|gate| *gate == Gate::RegisterEmail).await?;
    let flash = at.flash(PAGE);
    let kept = |name: &str| flash.kept.get(name).cloned().unwrap_or_default();
    let lifetime = at.visit.tenant().policy.one_time_url.lifetime;
    let page = Page::RegisterEmail(RegisterEmail {
        action: at.path(PAGE),
        form_token: at.form_token(),
        // J-18: whoever has a second password had an address before.
        again: current.account.second_password.is_some(),
        bounced: at.visit.flows().advises_another_address(&current.account).await?,
        email: kept("email"),
        email_confirmation: kept("email_confirmation"),
        minutes: lifetime.as_secs() / 60,
        errors: flash.problems,
    });
    Ok(at.show(&current, &page))
}

pub async fn post(press: Press) -> Result<Response, PageFailure> {
    let at = &press.at;
    let current = at.pressed().await?;
    let typed = (press.text("email"), press.text("email_confirmation"));
    let entry = at.visit.flows().register_email(at.visit.tenant(), &current, typed, &at.visit.visitor).await;
    let entry = at.due(entry)?;
    let Some(problem) = problem(&entry) else { return Ok(at.onward()) };
    let mut flash = Flash { problems: vec![problem], ..Flash::default() };
    flash.kept.insert("email".into(), typed.0.to_owned());
    flash.kept.insert("email_confirmation".into(), typed.1.to_owned());
    at.again(PAGE, flash)
}

/// E-20 to E-28; none: the mail is on its way.
pub(in crate::http) fn problem(entry: &EmailEntry) -> Option<Problem> {
    let domains = |domains: &str| Argument::Text(domains.to_owned());
    Some(match entry {
        EmailEntry::Sent => return None,
        EmailEntry::Refused(Refused::Empty) => Problem::field("email", "E-20"),
        EmailEntry::Refused(Refused::Format) => Problem::field("email", "E-21"),
        EmailEntry::Mismatch => Problem::field("email_confirmation", "E-22"),
        EmailEntry::Refused(Refused::Dots) => Problem::field("email", "E-23"),
        EmailEntry::Refused(Refused::Denied(domain)) => {
            Problem::field("email", "E-24").with("domains", domains(domain))
        }
        EmailEntry::Refused(Refused::NotAllowed(allowed)) => {
            Problem::field("email", "E-25").with("domains", domains(&allowed.join(", ")))
        }
        EmailEntry::Same => Problem::field("email", "E-28"),
        EmailEntry::LimitReached(at) => Problem::page("E-26").with("time", Argument::Time(*at)),
        EmailEntry::CoolingDown(wait) => Problem::page("E-27").with("seconds", Argument::Number(seconds_left(*wait))),
    })
}
