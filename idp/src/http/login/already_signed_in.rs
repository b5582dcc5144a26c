//! GET and POST /login/{login}/already-signed-in: P-27 (journeys J-13, J-19 19.4).

use axum::response::Response;

use crate::{
    domain::{
        account::masked_user_id,
        account_visit::AccountVisit,
        authorization_request::{AuthorizationRequest, Prompt},
        clock::Timestamp,
        language::{Language, LanguageWishes},
        login::{Destination, Gate, LoginTicket, PendingLogin},
    },
    flows::{Continued, LiveSession},
    http::{
        failure::PageFailure,
        paths,
        visit::{About, see_other},
    },
    theme::{AlreadySignedIn, Page},
};

use super::{AtLogin, Press, Standing, at::other_account};

struct Entry {
    destination: Destination,
    language: Option<Language>,
    begun_at: Timestamp,
    pressed_at: Timestamp,
    live: LiveSession,
    other: bool,
    /// The login goes on once nobody else is signed in here.
    unfinished: bool,
}

async fn entry(at: &AtLogin) -> Result<Entry, PageFailure> {
    let live = at.visit.live_session().await?;
    match (at.standing().await?, live) {
        (Standing::Pending(pending), Some(live)) => Ok(Entry {
            other: names_another(at, &pending, &live)?,
            destination: pending.destination,
            language: pending.language,
            begun_at: pending.begun_at,
            pressed_at: pending.pressed_at,
            live,
            unfinished: true,
        }),
        // A second press of the same button: the login is through, and only its end is missing.
        (Standing::Row(current), Some(live))
            if current.gate == Gate::Done
                && current.login.finished_at.is_none()
                && !other_account(Some(&live), &current) =>
        {
            Err(PageFailure::Elsewhere(at.gate_path(&Gate::Done)))
        }
        (Standing::Row(current), Some(live)) => Ok(Entry {
            other: other_account(Some(&live), &current),
            language: Some(current.login.language),
            begun_at: current.login.begun_at,
            pressed_at: current.login.pressed_at,
            unfinished: current.login.finished_at.is_none(),
            destination: current.login.destination,
            live,
        }),
        (Standing::Pending(_), None) => Err(PageFailure::Elsewhere(at.gate_path(&Gate::SignIn))),
        (Standing::Row(current), None) if current.login.finished_at.is_none() => {
            Err(PageFailure::Elsewhere(at.gate_path(&current.gate)))
        }
        (Standing::Row(_), None) => Err(PageFailure::TimedOut),
    }
}

/// Whether the page says who is signed in: who may choose must see it, and so must whoever was meant to be somebody else.
fn names_another(at: &AtLogin, pending: &PendingLogin, live: &LiveSession) -> Result<bool, PageFailure> {
    match &pending.destination {
        Destination::Client(request) => Ok(request.prompt == Prompt::SelectAccount),
        Destination::Device(_) => Ok(false),
        Destination::Account(wanted) => Ok(at.visit.flows().is_meant_for_another(wanted, live)?),
    }
}

pub async fn get(at: AtLogin) -> Result<Response, PageFailure> {
    let entry = entry(&at).await?;
    let page = Page::AlreadySignedIn(AlreadySignedIn {
        action: at.path("already-signed-in"),
        form_token: at.form_token(),
        other_user_id_masked: entry.other.then(|| masked_user_id(&entry.live.account.user_id)),
    });
    Ok(at.visit.page(&page, &about(&at, &entry)))
}

pub async fn post(press: Press) -> Result<Response, PageFailure> {
    let at = &press.at;
    let entry = entry(at).await?;
    let visit = &at.visit;
    if press.text("action") == "sign-out" {
        visit.flows().end_session(visit.tenant(), &entry.live, entry.destination.client(), &visit.visitor).await?;
        let mut response = if entry.unfinished { at.onward() } else { see_other(&at.path("restart")) };
        visit.take_session(response.headers_mut());
        return Ok(response);
    }
    match &entry.destination {
        Destination::Client(request) => answer(at, &entry, request).await,
        Destination::Account(wanted) => {
            // As who is signed in now: the hint has been answered.
            let wanted = AccountVisit { login_hint: None, ..(**wanted).clone() };
            let mut response = see_other(&visit.path(&paths::account(&wanted)));
            visit.take_ticket(response.headers_mut(), &at.id);
            Ok(response)
        }
        // As who is signed in now: the page says who that is, and asks.
        destination @ Destination::Device(_) => restart(at, &entry, destination.clone()),
    }
}

async fn answer(at: &AtLogin, entry: &Entry, request: &AuthorizationRequest) -> Result<Response, PageFailure> {
    let visit = &at.visit;
    match visit.flows().continue_with_session(visit.tenant(), request, entry.begun_at, &entry.live).await? {
        Continued::Answered(response) => {
            let mut answer = visit.send_to_client(&response, &about(at, entry));
            visit.take_ticket(answer.headers_mut(), &at.id);
            Ok(answer)
        }
        // The session is not enough for this request: the login starts again with it.
        Continued::NotEnough => restart(at, entry, asked_again(request, request.prompt)),
        // Only the agreement is missing: whoever has just signed in is not asked to do so again.
        Continued::NotAgreed => restart(at, entry, asked_again(request, Prompt::Unset)),
    }
}

/// The choice was made: it is not asked again.
fn asked_again(request: &AuthorizationRequest, prompt: Prompt) -> Destination {
    let prompt = if prompt == Prompt::SelectAccount { Prompt::Unset } else { prompt };
    Destination::Client(Box::new(AuthorizationRequest { prompt, ..request.clone() }))
}

fn restart(at: &AtLogin, entry: &Entry, destination: Destination) -> Result<Response, PageFailure> {
    let visit = &at.visit;
    let pending = PendingLogin { language: entry.language, ..visit.flows().new_pending(destination) };
    let mut response = see_other(&visit.path(&paths::sign_in(&pending.id)));
    visit.take_ticket(response.headers_mut(), &at.id);
    visit.give_ticket(response.headers_mut(), &LoginTicket::Pending(Box::new(pending)))?;
    Ok(response)
}

fn about<'a>(at: &'a AtLogin, entry: &Entry) -> About<'a> {
    let visit = &at.visit;
    let wishes = LanguageWishes {
        chosen: entry.language,
        requested: entry.destination.ui_locale(),
        account: entry.live.account.language,
        ..visit.wishes()
    };
    About {
        language: visit.settle(&wishes),
        support_code: at.id.as_str(),
        theme: visit.theme_of(entry.destination.client()),
        time_limit: entry.unfinished.then(|| at.time_limit(entry.begun_at, entry.pressed_at)),
    }
}
