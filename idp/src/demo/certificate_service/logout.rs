//! Logging out, here and at the identity provider (RP-Initiated Logout; journeys J-12).

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use minijinja::context;
use serde::Deserialize;

use super::{Service, cookies, language};
use crate::domain::secret::random_text;

#[derive(Deserialize)]
pub struct Back {
    state: Option<String>,
}

/// Ends the session here first, whatever becomes of the provider's.
pub async fn post(State(service): State<Arc<Service>>, headers: HeaderMap) -> Response {
    let session = cookies::value(&headers, cookies::SESSION).and_then(|id| service.sessions.end(&id));
    let state = random_text(&*service.entropy);
    let set =
        [service.cookie(cookies::SESSION, "", Some(0)), service.cookie(cookies::LOGOUT, state.expose(), Some(3_600))];
    let there = match session {
        Some(session) => {
            let language = language::chosen(&headers);
            service.provider.logout_url(&session.id_token, state.expose(), language).await
        }
        None => None,
    };
    let next = there.map_or_else(|| "/signed-out".to_owned(), String::from);
    (AppendHeaders(set), Redirect::to(&next)).into_response()
}

/// Where the provider sends the browser afterwards; only its answer to our own request speaks for both sides.
pub async fn signed_out(State(service): State<Arc<Service>>, headers: HeaderMap, Query(back): Query<Back>) -> Response {
    let both = back.state.is_some() && back.state == cookies::value(&headers, cookies::LOGOUT);
    let frame = service.frame(&headers, None);
    let page = service.pages.page(StatusCode::OK, "signed-out", &context! { both, ..frame });
    (AppendHeaders([service.cookie(cookies::LOGOUT, "", Some(0))]), page).into_response()
}
