//! GET and POST /login/{login}/authenticator and …/recovery-code: P-34, a code of the app or one in its place.

use axum::response::Response;

use crate::{
    domain::login::{Gate, LoginTicket, PendingLogin},
    flows::{AppEntry, Current, KeySending, LiveSession},
    http::{
        failure::PageFailure,
        visit::{Flash, see_other},
    },
    theme::{Argument, Authenticator, Page, Problem},
};

use super::{AtLogin, Press, Standing, auth_key::hindered, second_password::seconds_left, send_auth_key};

const PAGE: &str = "authenticator";
const RECOVERY: &str = "recovery-code";

/// A row at this gate, or a live session that is asked for more.
enum Asked {
    Row(Box<Current>),
    Session(Box<PendingLogin>, LiveSession),
}

async fn asked(at: &AtLogin) -> Result<Asked, PageFailure> {
    if let Standing::Pending(pending) = at.standing().await? {
        let live = at.visit.live_session().await?;
        return match (at.visit.flows().pending_gate(at.visit.tenant(), &pending, live.as_ref()).await?, live) {
            (Gate::Authenticator, Some(live)) => Ok(Asked::Session(pending, live)),
            (gate, _) => Err(PageFailure::Elsewhere(at.gate_path(&gate))),
        };
    }
    at.current_at(|gate| *gate == Gate::Authenticator).await.map(|current| Asked::Row(Box::new(current)))
}

pub async fn get(at: AtLogin) -> Result<Response, PageFailure> {
    show(&at, false).await
}

pub async fn get_recovery(at: AtLogin) -> Result<Response, PageFailure> {
    show(&at, true).await
}

async fn show(at: &AtLogin, recovery: bool) -> Result<Response, PageFailure> {
    let visit = &at.visit;
    let asked = asked(at).await?;
    let (account, key_suffices) = match &asked {
        Asked::Row(current) => (&current.account, current.key_suffices),
        Asked::Session(pending, live) => {
            (&live.account, visit.flows().key_suffices(visit.tenant(), &pending.destination, &live.account))
        }
    };
    if recovery && !key_suffices {
        return Err(PageFailure::Elsewhere(at.path(PAGE)));
    }
    let (here, other) = if recovery { (RECOVERY, PAGE) } else { (PAGE, RECOVERY) };
    let mut errors = at.flash(here).problems;
    if errors.is_empty() {
        let hindrance = visit.flows().authenticator_hindrance(visit.tenant(), account).await?;
        errors.extend(hindrance.as_ref().and_then(|entry| problem(entry, recovery)));
    }
    let page = Page::Authenticator(Authenticator {
        action: at.path(here),
        form_token: at.form_token(),
        recovery,
        other: key_suffices.then(|| at.path(other)),
        mail: key_suffices,
        back: at.path("restart"),
        errors,
    });
    Ok(match &asked {
        Asked::Row(current) => at.show(current, &page),
        Asked::Session(pending, live) => send_auth_key::show(at, pending, live, &page),
    })
}

pub async fn post(press: Press) -> Result<Response, PageFailure> {
    enter(&press, false).await
}

pub async fn post_recovery(press: Press) -> Result<Response, PageFailure> {
    enter(&press, true).await
}

async fn enter(press: &Press, recovery: bool) -> Result<Response, PageFailure> {
    let at = &press.at;
    let (current, ticket) = row(at).await?;
    let done = if press.text("action") == "use-mail" {
        by_mail(at, &current).await
    } else {
        tried(press, &current, recovery).await
    };
    let mut answer = match done {
        Err(PageFailure::Elsewhere(path)) => see_other(&path),
        done => done?,
    };
    if let Some(ticket) = &ticket {
        at.visit.give_ticket(answer.headers_mut(), ticket)?;
    }
    Ok(answer)
}

/// The row that a press is for; out of a live session it is made now.
async fn row(at: &AtLogin) -> Result<(Current, Option<LoginTicket>), PageFailure> {
    let LoginTicket::Pending(_) = &at.ticket else { return Ok((at.pressed().await?, None)) };
    let Asked::Session(pending, live) = asked(at).await? else {
        return Err(PageFailure::Elsewhere(at.path("next")));
    };
    let visit = &at.visit;
    let wishes = send_auth_key::wishes(at, &pending);
    let begun = visit.flows().begin_step_up(visit.tenant(), &pending, &live, &wishes, &visit.visitor).await;
    let ticket = at.due(begun)?;
    let LoginTicket::Row { id, secret } = &ticket else { return Err(PageFailure::out_of_order()) };
    let current = visit.flows().current(visit.tenant(), id, secret).await?;
    Ok((current, Some(ticket)))
}

async fn tried(press: &Press, current: &Current, recovery: bool) -> Result<Response, PageFailure> {
    let (at, visit) = (&press.at, &press.at.visit);
    let (flows, tenant, typed) = (visit.flows(), visit.tenant(), press.text("code"));
    let entry = if recovery {
        flows.prove_recovery_code(tenant, current, typed, &visit.visitor).await
    } else {
        flows.prove_authenticator(tenant, current, typed, &visit.visitor).await
    };
    match problem(&at.due(entry)?, recovery) {
        None => Ok(at.onward()),
        Some(problem) => at.again_with(if recovery { RECOVERY } else { PAGE }, vec![problem]),
    }
}

/// メールの認証キーを使う.
async fn by_mail(at: &AtLogin, current: &Current) -> Result<Response, PageFailure> {
    let visit = &at.visit;
    let sending: KeySending = at.due(visit.flows().choose_mailed_key(visit.tenant(), current, &visit.visitor).await)?;
    match hindered(&sending) {
        None => Ok(at.onward()),
        Some(problem) => at.again(PAGE, Flash { problems: vec![problem], ..Flash::default() }),
    }
}

fn problem(entry: &AppEntry, recovery: bool) -> Option<Problem> {
    let field = |code: &str| Some(Problem::field("code", code));
    match entry {
        AppEntry::Right => None,
        AppEntry::Wrong | AppEntry::Unreadable if recovery => field("E-73"),
        AppEntry::Wrong | AppEntry::Unreadable => field("E-71"),
        AppEntry::TooEarly { wait } => {
            field("E-53").map(|problem| problem.with("seconds", Argument::Number(seconds_left(*wait))))
        }
        AppEntry::Stopped => Some(Problem::page("E-70")),
    }
}
