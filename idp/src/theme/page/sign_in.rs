//! Entry: P-01, P-27, P-28.

use serde::Serialize;

use super::Problem;
use crate::domain::language::Language;

/// P-01. The forms of sign-in and of the language go to the same `action` with the same token.
#[derive(Clone, Debug, Serialize)]
pub struct SignIn {
    pub action: String,
    pub form_token: String,
    pub upstreams: Vec<SignInUpstream>,
    /// The upstream whose form was sent before, so that its errors and user name stand there; with one upstream it does not matter.
    pub chosen: Option<String>,
    /// Kept input.
    pub user_name: String,
    /// Offered languages; the present one is the frame's. Fewer than two: no pulldown.
    pub languages: Vec<Language>,
    /// J-09; none as long as the tenant has no such page.
    pub forgot: Option<String>,
    pub errors: Vec<Problem>,
}

#[derive(Clone, Debug, Serialize)]
pub struct SignInUpstream {
    pub id: String,
    /// In the language of the page; shown when there are several.
    pub name: String,
    /// `ldap` and `directory`: user name and password are typed here.
    pub asks_password: bool,
}

/// P-27.
#[derive(Clone, Debug, Serialize)]
pub struct AlreadySignedIn {
    pub action: String,
    pub form_token: String,
    /// Whom the session belongs to, when it is not who signs in here; none: the same account.
    pub other_user_id_masked: Option<String>,
}

/// P-28.
#[derive(Clone, Debug, Serialize)]
pub struct TimedOut {
    pub sign_in: Option<String>,
}
