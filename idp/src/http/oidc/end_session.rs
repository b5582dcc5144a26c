//! GET and POST /logout (OpenID Connect RP-Initiated Logout 1.0 §2, journeys J-12).

use std::collections::BTreeSet;

use axum::{body::Bytes, extract::RawQuery, http::HeaderMap, response::Response};
use url::Url;

use crate::{
    domain::{
        account_visit::AccountPage,
        language::Language,
        parameters::{Parameters, encode},
    },
    flows::{EndSession, Flows, LogoutRequest},
    theme::{ConfirmSignOut, HiddenField, Page, SignedOut},
};

use super::{
    super::{
        csrf,
        failure::PageFailure,
        headers::ContentPolicy,
        visit::{About, Visit, see_other},
    },
    form::is_form,
};

/// What a client may send; carried through the question of P-20.
const CARRIED: [&str; 6] =
    ["id_token_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales", "logout_hint"];

pub async fn get(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, PageFailure> {
    let parameters = read(query.unwrap_or_default().as_bytes())?;
    start(&visit, &parameters).await
}

/// A client's POST, or the answer to our own question.
pub async fn post(visit: Visit, headers: HeaderMap, body: Bytes) -> Result<Response, PageFailure> {
    if !is_form(&headers) {
        return Err(PageFailure::out_of_order());
    }
    let parameters = read(&body)?;
    match parameters.get("action") {
        None => cross_site_as_get(&visit, &parameters, &body).await,
        Some(action) => {
            csrf::same_site(&visit, &headers)?;
            let expected = form_token(&visit);
            if !Flows::is_form_token(&expected, parameters.get("form_token")) {
                return Err(PageFailure::out_of_order());
            }
            let request = visit.flows().logout_request(visit.tenant(), &parameters);
            if action == "yes" {
                finish(&visit, &parameters, &request, true).await
            } else {
                stay(&visit, &request).await
            }
        }
    }
}

/// A client's cross-site POST comes without the Lax cookie; as GET it comes with it (SR-3).
async fn cross_site_as_get(visit: &Visit, parameters: &Parameters, body: &Bytes) -> Result<Response, PageFailure> {
    let text = std::str::from_utf8(body).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_graphic()));
    match text.filter(|text| text.len() <= 8 * 1024) {
        Some(query) => Ok(see_other(&visit.path(&format!("/logout?{query}")))),
        None => start(visit, parameters).await,
    }
}

async fn start(visit: &Visit, parameters: &Parameters) -> Result<Response, PageFailure> {
    let live = visit.live_session().await?;
    let request = visit.flows().logout_request(visit.tenant(), parameters);
    match visit.flows().logout_question(&request, live.as_ref()) {
        EndSession::AtOnce => finish(visit, parameters, &request, false).await,
        EndSession::Ask => Ok(ask(visit, parameters, &request)),
    }
}

fn ask(visit: &Visit, parameters: &Parameters, request: &LogoutRequest) -> Response {
    let carried =
        |name: &str| parameters.get(name).map(|value| HiddenField { name: name.to_owned(), value: value.to_owned() });
    let page = Page::ConfirmSignOut(ConfirmSignOut {
        action: visit.path("/logout"),
        form_token: form_token(visit),
        fields: CARRIED.into_iter().filter_map(carried).collect(),
    });
    show(visit, parameters, request, &page)
}

async fn finish(
    visit: &Visit,
    parameters: &Parameters,
    request: &LogoutRequest,
    pressed: bool,
) -> Result<Response, PageFailure> {
    let frames = match visit.live_session().await? {
        Some(live) => visit.flows().end_session(visit.tenant(), &live, request.client.as_ref(), &visit.visitor).await?,
        None => Vec::new(),
    };
    let mut response = match &request.destination {
        Some(destination) if frames.is_empty() => see_other(destination),
        None if frames.is_empty() && pressed => see_other(&visit.path(&again(parameters))),
        _ => signed_out(visit, parameters, request, frames),
    };
    visit.take_session(response.headers_mut());
    Ok(response)
}

/// P-21 by GET, so that a reload sends nothing again: nobody is signed in any more, and nothing is asked.
fn again(parameters: &Parameters) -> String {
    let kept = ["client_id", "ui_locales"].into_iter().filter_map(|name| Some((name, parameters.get(name)?)));
    let query: Vec<String> = kept.map(|(name, value)| format!("{name}={}", encode(value))).collect();
    if query.is_empty() { "/logout".to_owned() } else { format!("/logout?{}", query.join("&")) }
}

/// P-21, with the pages of clients that end their own sessions in frames (Front-Channel Logout §3).
fn signed_out(visit: &Visit, parameters: &Parameters, request: &LogoutRequest, frames: Vec<String>) -> Response {
    let origins = frames.iter().filter_map(|frame| Some(Url::parse(frame).ok()?.origin().ascii_serialization()));
    let origins: BTreeSet<String> = origins.collect();
    let policy = (!origins.is_empty()).then(|| ContentPolicy::framing(origins.iter().map(String::as_str)));
    let page =
        Page::SignedOut(SignedOut { sign_in: back_to(visit, request), frames, onward: request.destination.clone() });
    let mut response = show(visit, parameters, request, &page);
    if let Some(policy) = policy {
        response.extensions_mut().insert(policy);
    }
    response
}

/// いいえ: back to where the person came from; without a service to go back to, P-29 (12.2).
async fn stay(visit: &Visit, request: &LogoutRequest) -> Result<Response, PageFailure> {
    if request.client.is_none() && visit.live_session().await?.is_some() {
        return Ok(see_other(&visit.path(AccountPage::Menu.path())));
    }
    Ok(see_other(&back_to(visit, request).unwrap_or_else(|| visit.path("/"))))
}

fn back_to(visit: &Visit, request: &LogoutRequest) -> Option<String> {
    match &request.client {
        Some(client) => visit.start_of(client.as_str(), None),
        None => visit.start(),
    }
}

fn form_token(visit: &Visit) -> String {
    let cookie = visit.session_cookie();
    visit.flows().session_form_token(&visit.tenant().id, cookie.as_ref().map(|cookie| cookie.0.expose()))
}

fn show(visit: &Visit, parameters: &Parameters, request: &LogoutRequest, page: &Page) -> Response {
    let mut wishes = visit.wishes();
    wishes.requested = parameters.get("ui_locales").and_then(|tags| Language::first_of(tags, &visit.site.languages));
    let support_code = visit.flows().support_code();
    let client = request.client.as_ref().and_then(|client| visit.tenant().client(client.as_str()));
    let theme = client.as_ref().and_then(|client| client.theme.as_deref());
    visit.page(page, &About { language: visit.settle(&wishes), support_code: &support_code, theme, time_limit: None })
}

fn read(encoded: &[u8]) -> Result<Parameters, PageFailure> {
    use crate::domain::oauth_error::{ErrorCode, OAuthError};
    Parameters::parse(encoded)
        .map_err(|error| PageFailure::rejected(OAuthError::new(ErrorCode::InvalidRequest, error.to_string())))
}
