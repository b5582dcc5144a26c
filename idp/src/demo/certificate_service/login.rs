//! Logging in: the way to the identity provider and back (OpenID Connect Core §3.1, §4; RFC 9207).

use std::{sync::Arc, time::Duration};

use axum::{
    Form,
    extract::{Query, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::{
    Service, cookies, language,
    provider::{Marks, Wishes},
    rendering::ProtocolError,
};
use crate::domain::{
    acr::Acr,
    clock::Timestamp,
    secret::{random_text, same_bytes, sha256_hex, token},
};

/// As long as the identity provider lets a login take at most.
const ATTEMPT_LIFETIME: Duration = Duration::from_hours(1);
/// A browser keeps this many attempts; the oldest goes.
const MAX_ATTEMPTS: usize = 5;

/// How a login may be begun: by our own buttons, or by a third party (OpenID Connect Core §4).
#[derive(Deserialize)]
pub struct Start {
    iss: Option<String>,
    login_hint: Option<String>,
    target_link_uri: Option<String>,
    acr: Option<String>,
}

/// The identity provider's answer (RFC 6749 §4.1.2).
#[derive(Deserialize)]
pub struct Answer {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// One attempt to log in, kept in a cookie of its own: so tabs do not disturb each other, and no restart does.
#[derive(Serialize, Deserialize)]
struct Attempt {
    #[serde(flatten)]
    marks: Marks,
    target: String,
    began_at: Timestamp,
}

pub async fn get(State(service): State<Arc<Service>>, headers: HeaderMap, Query(start): Query<Start>) -> Response {
    service.start(&headers, start).await
}

pub async fn post(State(service): State<Arc<Service>>, headers: HeaderMap, Form(start): Form<Start>) -> Response {
    service.start(&headers, start).await
}

pub async fn callback(
    State(service): State<Arc<Service>>,
    headers: HeaderMap,
    Query(answer): Query<Answer>,
) -> Response {
    let attempt = answer.state.as_deref().and_then(|state| service.attempt(&headers, state));
    let Some(attempt) = attempt else {
        // The browser's back button leads to an answer that was taken before: whoever is signed in is where they want to be.
        // No session is made of it, so a foreign answer gains nothing here.
        if service.session(&headers).is_some() {
            return Redirect::to("/").into_response();
        }
        return service.problem(&headers, StatusCode::BAD_REQUEST, "stale", None);
    };
    match service.provider.is_from_issuer(answer.iss.as_deref()).await {
        Ok(true) => {}
        Ok(false) => return service.problem(&headers, StatusCode::BAD_REQUEST, "wrong_issuer", None),
        Err(error) => return service.unreachable(&headers, &error),
    }
    let over = [service.cookie(&cookie_name(&attempt.marks.state), "", Some(0))];
    let response = service.finish(&headers, attempt, answer).await;
    (AppendHeaders(over), response).into_response()
}

impl Service {
    async fn start(&self, headers: &HeaderMap, start: Start) -> Response {
        if start.iss.as_deref().is_some_and(|iss| iss != self.provider.issuer()) {
            return self.problem(headers, StatusCode::BAD_REQUEST, "foreign_start", None);
        }
        let attempt = Attempt {
            marks: Marks {
                state: random_text(&*self.entropy).expose().to_owned(),
                nonce: random_text(&*self.entropy).expose().to_owned(),
                verifier: random_text(&*self.entropy).expose().to_owned(),
            },
            target: start.target_link_uri.and_then(|target| self.own_page(&target)).unwrap_or_else(|| "/".to_owned()),
            began_at: self.clock.now(),
        };
        let wishes = Wishes {
            language: language::chosen(headers),
            acr: start.acr.as_deref().and_then(Acr::from_urn),
            login_hint: start.login_hint.filter(|hint| !hint.is_empty() && hint.len() <= 256),
        };
        match self.provider.authorization_url(&attempt.marks, wishes).await {
            Ok(url) => {
                let mut set = self.surplus(headers);
                set.push(self.cookie(&cookie_name(&attempt.marks.state), &attempt.written(), Some(3_600)));
                (AppendHeaders(set), Redirect::to(url.as_str())).into_response()
            }
            Err(error) => self.unreachable(headers, &error),
        }
    }

    async fn finish(&self, headers: &HeaderMap, attempt: Attempt, answer: Answer) -> Response {
        let code = match (answer.error, answer.code) {
            (None, Some(code)) => code,
            (error, _) => {
                let kind = if error.as_deref() == Some("access_denied") { "denied" } else { "refused" };
                let said = ProtocolError { error, description: answer.error_description };
                return self.problem(headers, StatusCode::OK, kind, Some(said));
            }
        };
        match self.provider.redeem(code, attempt.marks).await {
            Ok(session) => {
                if let Some(old) = cookies::value(headers, cookies::SESSION) {
                    self.sessions.end(&old);
                }
                let id = token(&*self.entropy, self.clock.now());
                self.sessions.begin(&id, session);
                let set = [self.cookie(cookies::SESSION, id.expose(), None)];
                (AppendHeaders(set), Redirect::to(&attempt.target)).into_response()
            }
            Err(error) => {
                tracing::warn!(?error, "the certificate service could not finish a login");
                self.problem(headers, StatusCode::BAD_GATEWAY, "unfinished", None)
            }
        }
    }

    /// This browser's attempt with this state.
    fn attempt(&self, headers: &HeaderMap, state: &str) -> Option<Attempt> {
        let attempt = Attempt::read(&cookies::value(headers, &cookie_name(state))?)?;
        let same = same_bytes(attempt.marks.state.as_bytes(), state.as_bytes());
        (same && self.clock.now().since(attempt.began_at) < ATTEMPT_LIFETIME).then_some(attempt)
    }

    /// Removes the oldest attempts of this browser, so that one more has room.
    fn surplus(&self, headers: &HeaderMap) -> Vec<(HeaderName, HeaderValue)> {
        let mut attempts: Vec<(Option<Timestamp>, String)> = cookies::all(headers)
            .filter(|cookie| cookie.name().starts_with(cookies::LOGIN))
            .map(|cookie| (Attempt::read(cookie.value()).map(|attempt| attempt.began_at), cookie.name().to_owned()))
            .collect();
        attempts.sort();
        let surplus = (attempts.len() + 1).saturating_sub(MAX_ATTEMPTS);
        attempts.iter().take(surplus).map(|(_, name)| self.cookie(name, "", Some(0))).collect()
    }

    /// Path and query of a page of ours; none for anybody else's, so that nobody is led away from here.
    fn own_page(&self, target: &str) -> Option<String> {
        let page = self.settings.base.join(target).ok()?;
        let ours =
            page.origin() == self.settings.base.origin() && page.path() != "/login" && page.path() != "/callback";
        // `//host` would be another site in a Location header
        (ours && !page.path().starts_with("//"))
            .then(|| page.query().map_or_else(|| page.path().to_owned(), |query| [page.path(), "?", query].concat()))
    }

    fn unreachable(&self, headers: &HeaderMap, error: &anyhow::Error) -> Response {
        tracing::warn!(?error, "the certificate service cannot reach its identity provider");
        self.problem(headers, StatusCode::BAD_GATEWAY, "unreachable", None)
    }
}

impl Attempt {
    fn written(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    fn read(text: &str) -> Option<Self> {
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }
}

fn cookie_name(state: &str) -> String {
    let mut name = cookies::LOGIN.to_owned();
    name.extend(sha256_hex(state.as_bytes()).chars().take(16));
    name
}
