//! The service's cookies: names of their own, since ports do not keep cookies apart.

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::{Cookie, SameSite};

use super::Service;

pub const SESSION: &str = "certificate-service-session";
pub const LANGUAGE: &str = "certificate-service-language";
pub const LOGOUT: &str = "certificate-service-logout";
/// Followed by what tells one attempt from another.
pub const LOGIN: &str = "certificate-service-login-";

/// All cookies of a request.
pub fn all(headers: &HeaderMap) -> impl Iterator<Item = Cookie<'_>> {
    headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| Cookie::split_parse(value).filter_map(Result::ok))
}

/// The value of one cookie.
pub fn value(headers: &HeaderMap, name: &str) -> Option<String> {
    all(headers).find(|cookie| cookie.name() == name).map(|cookie| cookie.value().to_owned())
}

impl Service {
    /// A `Set-Cookie` header; `lasts` in seconds, none until the browser closes, zero to remove it.
    pub fn cookie(&self, name: &str, value: &str, lasts: Option<i64>) -> (header::HeaderName, HeaderValue) {
        let mut cookie = Cookie::build((name, value)).path("/").http_only(true).same_site(SameSite::Lax);
        if self.settings.base.scheme() == "https" {
            cookie = cookie.secure(true);
        }
        if let Some(seconds) = lasts {
            cookie = cookie.max_age(cookie::time::Duration::seconds(seconds));
        }
        let text = cookie.build().encoded().to_string();
        (header::SET_COOKIE, HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("")))
    }
}
