//! P-16 behind a mailed link, and D-02 at /link/{token}/done (journeys J-09 9.4, 9.5).

use axum::{
    extract::{Path, rejection::PathRejection},
    response::Response,
};

use crate::{
    domain::{
        one_time_url::{LinkVerdict, Purpose},
        parameters::Parameters,
        secret::{Secret, sha256_hex},
    },
    flows::{LinkView, ResetEntry},
    http::{
        failure::PageFailure,
        paths,
        visit::{Flash, Visit, see_other},
    },
    theme::{Message, Page, ResetSecondPassword},
};

use super::{
    confirm_link::{readable, show},
    reset_ticket::sign_in,
    set_second_password::problems,
};

/// The form: what scanners open and press changes nothing (SR-42).
pub(super) fn page(visit: &Visit, token: &str, user_id_masked: String) -> Page {
    Page::ResetSecondPassword(ResetSecondPassword {
        action: visit.path(&paths::link(token)),
        user_id_masked,
        min_length: visit.tenant().policy.second_password.min_length as u64,
        errors: visit.flash(&place(token)).problems,
    })
}

pub(super) async fn post(visit: &Visit, token: &str, form: &Parameters) -> Result<Response, PageFailure> {
    let typed = |name: &str| Secret::new(form.get(name).unwrap_or_default());
    let typed = (typed("second_password"), typed("second_password_confirmation"));
    let path = visit.path(&paths::link(token));
    let tenant = visit.tenant();
    match visit.flows().reset_second_password(tenant, token, typed, &visit.visitor).await? {
        ResetEntry::Changed => Ok(see_other(&format!("{path}/done"))),
        ResetEntry::NoGood => Ok(see_other(&path)),
        ResetEntry::Broken(broken) => {
            let problems = problems(&tenant.policy.second_password, broken);
            let mut response = see_other(&path);
            let flash = Flash { place: place(token), problems, ..Flash::default() };
            visit.give_flash(response.headers_mut(), flash)?;
            Ok(response)
        }
    }
}

/// D-02.
pub async fn done(visit: Visit, token: Result<Path<String>, PathRejection>) -> Result<Response, PageFailure> {
    let token = readable(token);
    match visit.flows().look_at_link(visit.tenant(), &token).await? {
        LinkView::Bad { verdict: LinkVerdict::Used, about } if about.purpose == Purpose::ResetSecondPassword => {
            let ok = sign_in(&visit, about.login.as_ref()).unwrap_or_else(|| visit.path("/"));
            Ok(show(&visit, &Page::Message(Message::SecondPasswordChanged { ok }), Some(&about)))
        }
        _ => Ok(see_other(&visit.path(&paths::link(&token)))),
    }
}

/// The token itself stays out of the flash.
fn place(token: &str) -> String {
    sha256_hex(token.to_ascii_lowercase().as_bytes())
}
