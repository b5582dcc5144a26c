//! GET and POST /login/{login}/consent: P-31, what a client is to receive (SR-60, OpenID Connect Core §3.1.2.4).

use std::sync::Arc;

use axum::{http::StatusCode, response::Response};
use url::Url;

use crate::{
    domain::{
        account::masked_user_id,
        authorization_request::AuthorizationRequest,
        client::Client,
        consent::{Item, Shared},
        language::{Language, LanguageWishes},
        login::{Gate, PendingLogin},
    },
    flows::{Current, LiveSession},
    http::{failure::PageFailure, headers::ContentPolicy, visit::About},
    theme::{Consent, ConsentItem, Page},
};

use super::{AtLogin, Press, Standing, send_auth_key::wishes};

const PAGE: &str = "consent";

/// A row at this gate, or a live session that proves everything.
enum Asked {
    Row(Box<Current>),
    Session(Box<PendingLogin>, LiveSession),
}

async fn asked(at: &AtLogin) -> Result<Asked, PageFailure> {
    if let Standing::Pending(pending) = at.standing().await? {
        let live = at.visit.live_session().await?;
        return match (at.visit.flows().pending_gate(at.visit.tenant(), &pending, live.as_ref()).await?, live) {
            (Gate::Consent, Some(live)) => Ok(Asked::Session(pending, live)),
            // Agreed to in another tab: P-27 leads to the client.
            (Gate::SignIn, Some(_)) => Err(PageFailure::Elsewhere(at.path("already-signed-in"))),
            (gate, _) => Err(PageFailure::Elsewhere(at.gate_path(&gate))),
        };
    }
    at.current_at(|gate| *gate == Gate::Consent).await.map(|current| Asked::Row(Box::new(current)))
}

pub async fn get(at: AtLogin) -> Result<Response, PageFailure> {
    let visit = &at.visit;
    let asked = asked(&at).await?;
    let (destination, user_id) = match &asked {
        Asked::Row(current) => (&current.login.destination, &current.account.user_id),
        Asked::Session(pending, live) => (&pending.destination, &live.account.user_id),
    };
    let request = destination.request().ok_or_else(PageFailure::out_of_order)?;
    let client = visit.tenant().client(request.client.as_str()).ok_or(PageFailure::TimedOut)?;
    let language = language(&at, &asked);
    let logo = client.shown_logo();
    let policy = logo
        .as_ref()
        .map_or(ContentPolicy::PageThatLeaves, |logo| ContentPolicy::picturing(&logo.origin().ascii_serialization()));
    let page = Page::Consent(Consent {
        action: at.path(PAGE),
        form_token: at.form_token(),
        user_id_masked: masked_user_id(user_id),
        client: name(&client, language, visit.tenant().default_language),
        host: host(request),
        logo: logo.map(String::from),
        policy: client.policy_uri.clone(),
        terms: client.tos_uri.clone(),
        items: Shared::of(request).items().into_iter().map(ConsentItem::from).collect(),
    });
    let (begun_at, pressed_at) = match &asked {
        Asked::Row(current) => (current.login.begun_at, current.login.pressed_at),
        Asked::Session(pending, _) => (pending.begun_at, pending.pressed_at),
    };
    let time_limit = Some(at.time_limit(begun_at, pressed_at));
    let about = About { language, support_code: at.id.as_str(), theme: client.theme.as_deref(), time_limit };
    Ok(visit.page_with(StatusCode::OK, policy, &page, &about))
}

pub async fn post(press: Press) -> Result<Response, PageFailure> {
    let at = &press.at;
    let asked = asked(at).await?;
    let (visit, tenant) = (&at.visit, at.visit.tenant());
    match (press.text("action"), &asked) {
        ("allow", Asked::Row(current)) => {
            at.due(visit.flows().give_consent(tenant, current, &visit.visitor).await)?;
            Ok(at.onward())
        }
        ("allow", Asked::Session(pending, live)) => {
            let wishes = wishes(at, pending);
            let given = visit.flows().give_consent_in_session(tenant, pending, live, &wishes, &visit.visitor).await;
            let ticket = at.due(given)?;
            let mut response = at.onward();
            visit.give_ticket(response.headers_mut(), &ticket)?;
            Ok(response)
        }
        ("deny", Asked::Row(current)) => {
            let live = visit.live_session().await?;
            let response = visit.flows().deny_consent(tenant, current, live.as_ref(), &visit.visitor).await?;
            Ok(at.answer(current, &response))
        }
        ("deny", Asked::Session(pending, live)) => {
            let response = visit.flows().deny_consent_in_session(tenant, pending, live, &visit.visitor).await?;
            let theme = visit.theme_of(pending.destination.client());
            let about = About { language: language(at, &asked), support_code: at.id.as_str(), theme, time_limit: None };
            let mut answer = visit.send_to_client(&response, &about);
            visit.take_ticket(answer.headers_mut(), &at.id);
            Ok(answer)
        }
        _ => Err(PageFailure::out_of_order()),
    }
}

fn language(at: &AtLogin, asked: &Asked) -> Language {
    let visit = &at.visit;
    match asked {
        Asked::Row(current) => at.language(current),
        Asked::Session(pending, live) => {
            visit.settle(&LanguageWishes { account: live.account.language, ..wishes(at, pending) })
        }
    }
}

fn name(client: &Arc<Client>, language: Language, fallback: Language) -> String {
    client.name.in_language(language, fallback).unwrap_or(client.id.as_str()).to_owned()
}

/// Where the answer goes: the part of the client that nobody else can have.
fn host(request: &AuthorizationRequest) -> String {
    let uri = Url::parse(request.redirect_uri.as_str()).ok();
    uri.as_ref().and_then(Url::host_str).unwrap_or(request.redirect_uri.as_str()).to_owned()
}

impl From<Item<'_>> for ConsentItem {
    fn from(item: Item<'_>) -> Self {
        match item {
            Item::Scope(token) => Self::Scope(token.to_owned()),
            Item::Claim(name) => Self::Claim(name.replace('_', "-")),
            Item::Resource(address) => Self::Resource(address.to_owned()),
            Item::OfflineAccess => Self::Offline,
        }
    }
}
