//! Cookies: their names, their flags, and how many of them a browser is given (contract.md; SR-1, SR-3).

use std::time::Duration;

use axum::http::HeaderValue;

use crate::domain::{ids::LoginId, tenant::Tenant};

/// At most so many logins side by side, and so many bytes of them (architecture.md).
const MAX_LOGINS: usize = 5;
const MAX_LOGIN_BYTES: usize = 6 * 1024;

/// The names of one tenant's cookies. Ports and paths do not separate cookies, the names do.
#[derive(Clone, Copy)]
pub struct CookieNames<'a>(pub &'a Tenant);

impl CookieNames<'_> {
    pub fn login(self, id: &LoginId) -> String {
        format!("{}{}", self.login_prefix(), id.lower())
    }

    pub fn session(self) -> String {
        self.named("session")
    }

    /// Beside the session's own: what clients' frames read (OpenID Connect Session Management 1.0).
    pub fn session_state(self) -> String {
        self.named("session-state")
    }

    pub fn language(self) -> String {
        self.named("language")
    }

    pub fn reset(self) -> String {
        self.named("reset")
    }

    pub fn flash(self) -> String {
        self.named("flash")
    }

    fn login_prefix(self) -> String {
        self.named("login-")
    }

    fn named(self, what: &str) -> String {
        let prefix = if self.0.issuer.is_secure() { "__Host-" } else { "" };
        format!("{prefix}idp-{}-{what}", self.0.id)
    }
}

/// The cookies that a browser sent; of two with the same name none is believed.
#[derive(Clone, Debug, Default)]
pub struct Jar(Vec<(String, String)>);

impl Jar {
    /// From the values of the `Cookie` headers.
    pub fn read(values: &[HeaderValue]) -> Self {
        let lines = values.iter().filter_map(|value| value.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        Self(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.0.iter().filter(|(key, _)| key == name);
        let first = found.next()?;
        found.next().is_none().then_some(first.1.as_str())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The login cookies that must go so that a new one of this size has room: the oldest first.
    /// A login's cookie begins with the time it was made, in hex; whoever alters it only hurts their own order.
    pub fn surplus_logins(&self, names: CookieNames<'_>, new: &str, value: &str) -> Vec<String> {
        let prefix = names.login_prefix();
        let mut kept: Vec<&(String, String)> =
            self.0.iter().filter(|(name, _)| name.starts_with(&prefix) && name != new).collect();
        kept.sort_by(|a, b| b.1.cmp(&a.1));
        let mut bytes = new.len() + value.len();
        let mut surplus = Vec::new();
        for (index, (name, value)) in kept.into_iter().enumerate() {
            bytes += name.len() + value.len();
            if index + 1 >= MAX_LOGINS || bytes > MAX_LOGIN_BYTES {
                surplus.push(name.clone());
            }
        }
        surplus
    }
}

/// `Set-Cookie` for a value; without a lifetime it goes with the browser.
pub fn set(tenant: &Tenant, name: &str, value: &str, lifetime: Option<Duration>) -> Option<HeaderValue> {
    let secure = if tenant.issuer.is_secure() { "; Secure" } else { "" };
    let age = lifetime.map(|lifetime| format!("; Max-Age={}", lifetime.as_secs())).unwrap_or_default();
    HeaderValue::try_from(format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}{secure}")).ok()
}

/// For script at this origin, in a client's frame too: over https `SameSite=None`, which asks for `Secure`.
pub fn set_readable(tenant: &Tenant, name: &str, value: &str, lifetime: Option<Duration>) -> Option<HeaderValue> {
    let site = if tenant.issuer.is_secure() { "None; Secure" } else { "Lax" };
    let age = lifetime.map(|lifetime| format!("; Max-Age={}", lifetime.as_secs())).unwrap_or_default();
    HeaderValue::try_from(format!("{name}={value}; Path=/{age}; SameSite={site}")).ok()
}

pub fn remove(tenant: &Tenant, name: &str) -> Option<HeaderValue> {
    set(tenant, name, "", Some(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples;

    fn jar(text: &str) -> Jar {
        Jar::read(&[HeaderValue::from_str(text).unwrap()])
    }

    #[test]
    fn of_two_cookies_with_one_name_none_is_believed() {
        let jar = jar("a=1; b=2; a=3");
        assert_eq!((jar.get("a"), jar.get("b"), jar.get("c")), (None, Some("2"), None));
    }

    #[test]
    fn a_sixth_login_pushes_out_the_oldest() {
        let tenant = samples::tenant();
        let names = CookieNames(&tenant);
        let text: Vec<String> =
            (0..5).map(|n| format!("__Host-idp-demo-login-aaaaaaa{}=00{n}.x", char::from(b'a' + n))).collect();
        let surplus = jar(&text.join("; ")).surplus_logins(names, "__Host-idp-demo-login-zzzzzzzz", "009.x");
        assert_eq!(surplus, ["__Host-idp-demo-login-aaaaaaaa"]);
    }

    #[test]
    fn logins_never_take_more_than_six_kilobytes() {
        let tenant = samples::tenant();
        let long = "x".repeat(2500);
        let text = format!("__Host-idp-demo-login-aaaaaaaa=001.{long}; __Host-idp-demo-login-bbbbbbbb=002.{long}");
        let surplus = jar(&text).surplus_logins(CookieNames(&tenant), "__Host-idp-demo-login-cccccccc", &long);
        assert_eq!(surplus, ["__Host-idp-demo-login-aaaaaaaa"]);
    }

    #[test]
    fn over_https_cookies_are_host_bound_and_secure() {
        let tenant = samples::tenant();
        let name = CookieNames(&tenant).session();
        assert_eq!(name, "__Host-idp-demo-session");
        let value = set(&tenant, &name, "v", None).unwrap();
        assert_eq!(value, "__Host-idp-demo-session=v; Path=/; HttpOnly; SameSite=Lax; Secure");
    }
}
