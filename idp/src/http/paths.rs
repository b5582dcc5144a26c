//! Addresses of the sign-in and account pages: the one place where a gate or a visit becomes a path.

use crate::domain::{account_visit::AccountVisit, ids::LoginId, login::Gate, parameters::encode};

/// Paths below the issuer.
pub fn sign_in(login: &LoginId) -> String {
    format!("/login/{}", login.lower())
}

pub fn page(login: &LoginId, page: &str) -> String {
    format!("/login/{}/{page}", login.lower())
}

/// P-14, and P-15 after it.
pub const FORGOT: &str = "/forgot-second-password";
pub const RESET_SENT: &str = "/forgot-second-password/sent";

/// P-14, opened from a login.
pub fn forgot(login: &LoginId) -> String {
    format!("{FORGOT}?login={}", login.lower())
}

/// P-32.
pub const DEVICE: &str = "/device";

/// The page behind a link; whatever was opened may hold what no address may.
pub fn link(token: &str) -> String {
    format!("/link/{}", encode(token))
}

/// The account page that a visit is meant for.
pub fn account(visit: &AccountVisit) -> String {
    account_below(visit, "")
}

/// A page below it: `/confirm`, `/enabled`.
pub fn account_below(visit: &AccountVisit, below: &str) -> String {
    format!("{}{below}{}", visit.page.path(), visit.query())
}

/// P-25 of somebody whose session ended with the lock.
pub const ACCOUNT_LOCKED: &str = "/account/locked";

/// The page of a gate.
pub fn of(login: &LoginId, gate: &Gate) -> String {
    match gate {
        Gate::SignIn => sign_in(login),
        Gate::RegisterEmail => page(login, "register-email"),
        Gate::EmailSent => page(login, "email-sent"),
        Gate::EmailRegistered => page(login, "email-registered"),
        Gate::SetSecondPassword => page(login, "set-second-password"),
        Gate::SecondPasswordSet => page(login, "second-password-set"),
        Gate::SecondPassword => page(login, "second-password"),
        Gate::Locked(_) => page(login, "locked"),
        Gate::SendAuthKey => page(login, "send-auth-key"),
        Gate::AuthKey => page(login, "auth-key"),
        Gate::Authenticator => page(login, "authenticator"),
        Gate::Consent => page(login, "consent"),
        Gate::Unmet => page(login, "unmet"),
        Gate::Done => page(login, "finish"),
    }
}
