//! GET and POST /login/{login}: P-01, 在学生ログイン (journeys J-01 1.2).

use axum::response::Response;

use crate::{
    domain::{
        authorization_request::Prompt,
        clock::Timestamp,
        ids::UpstreamId,
        language::{Language, LanguageWishes},
        login::{Destination, Gate, Login, LoginTicket, PendingLogin},
    },
    flows::{Arrived, Remembered},
    http::{
        failure::PageFailure,
        paths,
        visit::{About, Flash, Visit, see_other},
    },
    theme::{Argument, Page, Problem, SignIn, SignInUpstream},
};

use super::{AtLogin, Press, Standing};

fn wishes<'a>(visit: &'a Visit, kept: &Remembered) -> LanguageWishes<'a> {
    LanguageWishes { chosen: kept.language, requested: kept.destination.ui_locale(), ..visit.wishes() }
}

/// What P-01 needs to know, with the last press; the sealed login, if the university has not answered yet.
async fn entry(at: &AtLogin) -> Result<(Remembered, Timestamp, Option<Box<PendingLogin>>), PageFailure> {
    Ok(match at.standing().await? {
        Standing::Pending(pending) => {
            let kept = Remembered {
                destination: pending.destination.clone(),
                begun_at: pending.begun_at,
                language: pending.language,
            };
            (kept, pending.pressed_at, Some(pending))
        }
        // Back from a later page (J-14): the same entry; ログイン restarts the login.
        Standing::Row(current) if current.login.finished_at.is_none() => {
            let Login { destination, begun_at, pressed_at, language, .. } = current.login;
            (Remembered { destination, begun_at, language: Some(language) }, pressed_at, None)
        }
        Standing::Row(_) => return Err(PageFailure::Elsewhere(at.path("already-signed-in"))),
    })
}

pub async fn get(at: AtLogin) -> Result<Response, PageFailure> {
    let (kept, pressed_at, pending) = entry(&at).await?;
    let visit = &at.visit;
    if let Some(pending) = &pending {
        visit.flows().has_arrived(&at.id);
        let live = visit.live_session().await?;
        if live.is_some() && pending.destination.demand().prompt == Prompt::SelectAccount {
            return Ok(see_other(&at.path("already-signed-in")));
        }
        match (visit.flows().pending_gate(visit.tenant(), pending, live.as_ref()).await?, &pending.destination) {
            (Gate::SignIn, _) => {}
            // Signed in meanwhile, in another tab: the page that was wanted is open.
            (Gate::Done, Destination::Account(wanted)) => {
                let mut response = see_other(&visit.path(&paths::account(wanted)));
                visit.take_ticket(response.headers_mut(), &at.id);
                return Ok(response);
            }
            (Gate::Done, Destination::Device(_)) => return Ok(see_other(&at.path("device"))),
            (gate, _) => return Ok(see_other(&at.gate_path(&gate))),
        }
    }
    let language = visit.settle(&wishes(visit, &kept));
    let flash = at.flash("sign-in");
    let tenant = visit.tenant();
    let upstreams = tenant.enabled_upstreams().map(|upstream| SignInUpstream {
        id: upstream.id.to_string(),
        name: upstream.name.in_language(language, tenant.default_language).unwrap_or_default().to_owned(),
        asks_password: upstream.kind.asks_password(),
    });
    let typed = |name: &str| flash.kept.get(name).cloned();
    let page = Page::SignIn(SignIn {
        action: visit.path(&paths::sign_in(&at.id)),
        form_token: at.form_token(),
        upstreams: upstreams.collect(),
        chosen: typed("upstream"),
        user_name: typed("username").or_else(|| kept.destination.login_hint().map(str::to_owned)).unwrap_or_default(),
        languages: visit.site.languages.clone(),
        forgot: at.forgot(),
        errors: flash.problems,
    });
    let theme = visit.theme_of(kept.destination.client());
    let time_limit = Some(at.time_limit(kept.begun_at, pressed_at));
    Ok(visit.page(&page, &About { language, support_code: at.id.as_str(), theme, time_limit }))
}

pub async fn post(press: Press) -> Result<Response, PageFailure> {
    let at = &press.at;
    let (kept, _, pending) = entry(at).await?;
    at.unless_signed_in(kept.begun_at).await?;
    let mut pending = match pending {
        Some(pending) => *pending,
        None => at.visit.flows().restart_login(&kept).ok_or(PageFailure::TimedOut)?,
    };
    pending.pressed_at = at.visit.house.clock.now();
    match press.text("action") {
        "set-language" => set_language(&press, pending),
        _ => sign_in(&press, &kept, pending).await,
    }
}

/// J-11 11.2: the choice holds in this login, and as a cookie for a year.
fn set_language(press: &Press, mut pending: PendingLogin) -> Result<Response, PageFailure> {
    let visit = &press.at.visit;
    let Some(language) =
        Language::from_tag(press.text("ui_locale")).filter(|wanted| visit.site.languages.contains(wanted))
    else {
        return Err(PageFailure::out_of_order());
    };
    pending.language = Some(language);
    pending.pressed_at = visit.house.clock.now();
    let mut response = see_other(&visit.path(&paths::sign_in(&pending.id)));
    visit.give_language(response.headers_mut(), language);
    hand_over(&press.at, &mut response, &LoginTicket::Pending(Box::new(pending)))?;
    Ok(response)
}

async fn sign_in(press: &Press, kept: &Remembered, pending: PendingLogin) -> Result<Response, PageFailure> {
    let visit = &press.at.visit;
    let tenant = visit.tenant();
    let named = press.form.get("upstream");
    let upstream = match named {
        Some(id) => tenant.upstream(id).ok_or_else(PageFailure::out_of_order)?,
        None => tenant.enabled_upstreams().next().ok_or_else(PageFailure::university_away)?,
    };
    let wishes = wishes(visit, kept);
    if upstream.kind.asks_password() {
        let typed = (press.text("username"), press.secret("password"));
        let flows = visit.flows();
        let arrived =
            flows.prove_university_password(tenant, &upstream.id, typed, &pending, &wishes, &visit.visitor).await;
        return ended(&press.at, pending, press.at.due(arrived)?, Some((&upstream.id, press.text("username"))));
    }
    match visit.flows().depart(tenant, pending.clone(), &upstream.id, &wishes, &visit.visitor).await? {
        Ok((location, pending)) => {
            let mut response = see_other(&location);
            hand_over(&press.at, &mut response, &LoginTicket::Pending(Box::new(pending)))?;
            Ok(response)
        }
        Err(arrived) => ended(&press.at, pending, arrived, None),
    }
}

/// How a sign-in at the university ended: the next page, or P-01 again with a word about it.
pub(super) fn ended(
    at: &AtLogin,
    mut pending: PendingLogin,
    arrived: Arrived,
    typed: Option<(&UpstreamId, &str)>,
) -> Result<Response, PageFailure> {
    // Coming back from the university is a press too; an answer that came too late begins the wait anew (J-01 1.3).
    pending.pressed_at = at.visit.house.clock.now();
    let problem = match arrived {
        Arrived::Proven(ticket) => {
            let mut response = see_other(&at.visit.path(&paths::page(ticket.id(), "next")));
            hand_over(at, &mut response, &ticket)?;
            return Ok(response);
        }
        Arrived::NotEligible(reason) => {
            pending.ineligible = Some(reason);
            let mut response = see_other(&at.visit.path(&paths::page(&pending.id, "not-eligible")));
            hand_over(at, &mut response, &LoginTicket::Pending(Box::new(pending)))?;
            return Ok(response);
        }
        Arrived::Unusable => return Err(PageFailure::university_away()),
        Arrived::NotCompleted => Problem::page("E-08"),
        Arrived::Foreign => Problem::page("E-09"),
        Arrived::Incomplete => Problem::field("username", "E-05"),
        Arrived::WrongPassword => Problem::field("username", "E-06"),
        Arrived::Throttled { wait } => {
            Problem::page("E-07").with("minutes", Argument::Number(wait.as_secs().div_ceil(60).max(1)))
        }
    };
    let mut flash = Flash { place: format!("{}/sign-in", pending.id), problems: vec![problem], ..Flash::default() };
    if let Some((upstream, username)) = typed {
        flash.kept.insert("upstream".into(), upstream.to_string());
        flash.kept.insert("username".into(), username.chars().take(128).collect());
    }
    let mut response = see_other(&at.visit.path(&paths::sign_in(&pending.id)));
    at.visit.give_flash(response.headers_mut(), flash)?;
    pending.departure = None;
    hand_over(at, &mut response, &LoginTicket::Pending(Box::new(pending)))?;
    Ok(response)
}

/// The browser's ticket becomes this one; a restarted login leaves its old one behind.
fn hand_over(at: &AtLogin, response: &mut Response, ticket: &LoginTicket) -> Result<(), PageFailure> {
    if *ticket.id() != at.id {
        at.visit.take_ticket(response.headers_mut(), &at.id);
    }
    Ok(at.visit.give_ticket(response.headers_mut(), ticket)?)
}
