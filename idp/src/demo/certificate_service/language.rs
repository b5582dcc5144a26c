//! The language chosen on the page 印刷先選択, and the one that our own pages are in (journeys J-11, 11.4).

use std::sync::Arc;

use axum::{
    Form,
    extract::State,
    http::HeaderMap,
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use http::header;
use serde::Deserialize;

use super::{Service, cookies};
use crate::domain::language::Language;

#[derive(Deserialize)]
pub struct Choice {
    language: String,
}

/// Keeps the choice for a year; from now on it goes to the identity provider as `ui_locales`.
pub async fn post(State(service): State<Arc<Service>>, Form(choice): Form<Choice>) -> Response {
    let kept = Language::from_tag(&choice.language)
        .map(|language| service.cookie(cookies::LANGUAGE, language.tag(), Some(365 * 24 * 60 * 60)));
    (AppendHeaders(kept), Redirect::to("/")).into_response()
}

/// The language the user chose here; none if they never did.
pub fn chosen(headers: &HeaderMap) -> Option<Language> {
    Language::from_tag(&cookies::value(headers, cookies::LANGUAGE)?)
}

/// The language of our own page: the choice, else the `locale` claim, else the browser's, else Japanese.
pub fn shown(headers: &HeaderMap, locale: Option<&str>) -> Language {
    let accepted = || Language::accepted(headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?, &Language::ALL);
    chosen(headers).or_else(|| Language::lookup(locale?, &Language::ALL)).or_else(accepted).unwrap_or(Language::Ja)
}
