//! The account pages: P-18, P-19, P-29, P-33. The masked user ID stands at the top of each.

use serde::Serialize;

use super::Problem;
use crate::domain::clock::Timestamp;

/// P-29: the six items of the manual, in its order. What is none is left out.
#[derive(Clone, Debug, Serialize)]
pub struct AccountMenu {
    pub user_id_masked: String,
    pub top: Option<String>,
    pub manual: Option<String>,
    pub email: Option<String>,
    pub second_password: Option<String>,
    pub two_factor: Option<TwoFactorItem>,
    pub logout: String,
    /// P-35.
    pub authenticator: Option<String>,
    /// P-33.
    pub sessions: String,
}

/// 二要素認証設定 with how it stands.
#[derive(Clone, Debug, Serialize)]
pub struct TwoFactorItem {
    pub href: String,
    pub enabled: bool,
}

/// P-19.
#[derive(Clone, Debug, Serialize)]
pub struct ConfirmSecondPassword {
    pub action: String,
    pub form_token: String,
    pub user_id_masked: String,
    pub back: String,
    pub errors: Vec<Problem>,
}

/// P-18 with the question of D-05 or D-07.
#[derive(Clone, Debug, Serialize)]
pub struct TwoFactor {
    pub action: String,
    pub form_token: String,
    pub user_id_masked: String,
    pub enabled: bool,
    /// The tenant requires it: there is nothing to ask.
    pub forced: bool,
    /// Where keys go.
    pub email_masked: Option<String>,
    pub back: String,
}

/// P-33.
#[derive(Clone, Debug, Serialize)]
pub struct Sessions {
    pub action: String,
    pub form_token: String,
    pub user_id_masked: String,
    pub sessions: Vec<SessionItem>,
    /// There is another session than this browser's.
    pub others: bool,
    pub services: Vec<ServiceItem>,
    pub back: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct SessionItem {
    pub id: String,
    /// `Chrome (Windows)`; none: nothing that is known.
    pub browser: Option<String>,
    pub since: Timestamp,
    /// This very browser.
    pub here: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct ServiceItem {
    pub client: String,
    pub name: String,
}
