//! GET and POST /login/{login}/send-auth-key: P-17, a live session is asked for more (journeys J-01 1.1, J-05 5.1).

use axum::response::Response;

use crate::{
    domain::{
        language::LanguageWishes,
        login::{Gate, PendingLogin},
    },
    flows::LiveSession,
    http::{
        failure::PageFailure,
        paths,
        visit::{About, see_other},
    },
    theme::{Page, SendAuthKey},
};

use super::{AtLogin, Press, Standing};

const PAGE: &str = "send-auth-key";

/// The sealed login and the session that it raises, if that is still where things stand.
async fn step_up(at: &AtLogin) -> Result<(Box<PendingLogin>, LiveSession), PageFailure> {
    let Standing::Pending(pending) = at.standing().await? else {
        return Err(PageFailure::Elsewhere(at.path("next")));
    };
    let live = at.visit.live_session().await?;
    match (at.visit.flows().pending_gate(at.visit.tenant(), &pending, live.as_ref()).await?, live) {
        (Gate::SendAuthKey, Some(live)) => Ok((pending, live)),
        (gate, _) => Err(PageFailure::Elsewhere(at.gate_path(&gate))),
    }
}

pub(super) fn wishes<'a>(at: &'a AtLogin, pending: &PendingLogin) -> LanguageWishes<'a> {
    LanguageWishes { chosen: pending.language, requested: pending.destination.ui_locale(), ..at.visit.wishes() }
}

pub async fn get(at: AtLogin) -> Result<Response, PageFailure> {
    let (pending, live) = step_up(&at).await?;
    let visit = &at.visit;
    let email = visit.flows().email(&live.account)?.ok_or_else(PageFailure::out_of_order)?;
    let page = Page::SendAuthKey(SendAuthKey {
        action: at.path(PAGE),
        form_token: at.form_token(),
        email_masked: email.masked(),
        errors: at.flash(PAGE).problems,
    });
    Ok(show(&at, &pending, &live, &page))
}

/// A page of a login that raises a live session.
pub(super) fn show(at: &AtLogin, pending: &PendingLogin, live: &LiveSession, page: &Page) -> Response {
    let visit = &at.visit;
    let wishes = LanguageWishes { account: live.account.language, ..wishes(at, pending) };
    let theme = visit.theme_of(pending.destination.client());
    let time_limit = Some(at.time_limit(pending.begun_at, pending.pressed_at));
    visit.page(page, &About { language: visit.settle(&wishes), support_code: at.id.as_str(), theme, time_limit })
}

pub async fn post(press: Press) -> Result<Response, PageFailure> {
    let at = &press.at;
    let (pending, live) = step_up(at).await?;
    let visit = &at.visit;
    let wishes = wishes(at, &pending);
    let begun = visit.flows().begin_step_up(visit.tenant(), &pending, &live, &wishes, &visit.visitor).await;
    let ticket = at.due(begun)?;
    let mut response = see_other(&visit.path(&paths::page(&at.id, "next")));
    visit.give_ticket(response.headers_mut(), &ticket)?;
    Ok(response)
}
