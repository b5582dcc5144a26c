//! トップページ and the pages around it: 印刷先選択 with the menu and the received claims, the manual.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use minijinja::{Value, context};
use serde_json::Value as Json;
use url::Url;

use super::{
    super::japan_time,
    Service, cookies, language,
    session::{Claims, Session},
};
use crate::domain::{clock::Timestamp, language::Language};

/// Menu items that lead to the identity provider's account pages, and the claim that says their state.
const ACCOUNT_PAGES: [&str; 3] = ["email", "second-password", "two-factor"];
/// Claims that are seconds since 1970 (RFC 7519 §2).
const INSTANTS: [&str; 5] = ["exp", "iat", "nbf", "auth_time", "updated_at"];

pub async fn get(State(service): State<Arc<Service>>, headers: HeaderMap) -> Response {
    let Some((id, session)) = service.session(&headers) else {
        return service.pages.page(StatusCode::OK, "welcome", &service.frame(&headers, None));
    };
    let (session, age) = service.refreshed(&id, session).await;
    let frame = service.frame(&headers, Some(&session));
    let chosen = language::chosen(&headers);
    let selected = chosen.or_else(|| Language::lookup(session.locale()?, &Language::ALL));
    let userinfo = session.userinfo.as_ref();
    let values = context! {
        languages => Language::ALL.map(|one| {
            context! { tag => one.tag(), name => one.name(), selected => selected == Some(one) }
        }),
        name => session.claim("name").or_else(|| session.claim("preferred_username")).map(written),
        facts => context! {
            acr => session.claims.get("acr").map(written),
            amr => session.claims.get("amr").map(written),
            auth_time => session.claims.get("auth_time").map(|at| readable("auth_time", at)),
        },
        id_token => rows(&session.claims),
        userinfo => userinfo.map(|userinfo| rows(&userinfo.claims)),
        read_at => userinfo.map(|userinfo| japan_time(userinfo.read_at)),
        age,
        ..frame
    };
    service.pages.page(StatusCode::OK, "top", &values)
}

pub async fn manual(State(service): State<Arc<Service>>, headers: HeaderMap) -> Response {
    let session = service.session(&headers).map(|(_, session)| session);
    service.pages.page(StatusCode::OK, "manual", &service.frame(&headers, session.as_deref()))
}

pub async fn not_found(State(service): State<Arc<Service>>, headers: HeaderMap) -> Response {
    service.problem(&headers, StatusCode::NOT_FOUND, "not_found", None)
}

impl Service {
    /// The session of this browser, with its id.
    pub fn session(&self, headers: &HeaderMap) -> Option<(String, Arc<Session>)> {
        let id = cookies::value(headers, cookies::SESSION)?;
        let session = self.sessions.find(&id, self.clock.now())?;
        Some((id, session))
    }

    /// The menu of the manual, in its order (journeys J-10, J-19).
    pub fn menu(&self, headers: &HeaderMap, session: &Session) -> Value {
        let known = session.userinfo.is_some();
        let two_factor = session.claim("two_factor_enabled").and_then(Json::as_bool);
        let [email, second_password, two_factor_page] = ACCOUNT_PAGES.map(|page| self.account_page(headers, page));
        context! {
            email,
            second_password,
            // a provider that knows the account but no such setting has two-factor switched off for all
            two_factor => (two_factor.is_some() || !known).then_some(two_factor_page),
            two_factor_enabled => two_factor,
        }
    }

    /// An account page at the identity provider with the way back here (journeys 19.1).
    fn account_page(&self, headers: &HeaderMap, page: &str) -> String {
        let address = [self.provider.issuer().trim_end_matches('/'), "/account/", page].concat();
        match Url::parse(&address) {
            Ok(mut url) => {
                url.query_pairs_mut()
                    .append_pair("client_id", &self.settings.client_id)
                    .append_pair("return_to", self.settings.page("/").as_str())
                    .extend_pairs(language::chosen(headers).map(|language| ("ui_locales", language.tag())));
                url.into()
            }
            Err(_) => address,
        }
    }

    /// Reads UserInfo again, so that a changed setting is seen at once. When that fails the last known
    /// claims stay, and the second value says why: the access token is over, or the provider did not answer.
    async fn refreshed(&self, id: &str, session: Arc<Session>) -> (Arc<Session>, Option<&'static str>) {
        if session.access_ends_at.is_some_and(|end| end <= self.clock.now()) {
            return (session, Some("expired"));
        }
        match self.provider.userinfo(&session).await {
            Ok(userinfo) => {
                let session = Arc::new(Session { userinfo: Some(userinfo), ..(*session).clone() });
                self.sessions.learn(id, &session);
                (session, None)
            }
            Err(error) => {
                tracing::warn!(?error, "UserInfo could not be read again");
                (session, Some("failed"))
            }
        }
    }
}

fn rows(claims: &Claims) -> Vec<Value> {
    claims.iter().map(|(name, value)| context! { name, value => readable(name, value) }).collect()
}

fn readable(name: &str, value: &Json) -> String {
    match value.as_i64() {
        Some(seconds) if INSTANTS.contains(&name) => {
            [&japan_time(Timestamp::from_seconds(seconds)), " JST (", &seconds.to_string(), ")"].concat()
        }
        _ => written(value),
    }
}

fn written(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Array(values) => values.iter().map(written).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
