//! The account pages: P-29 and P-19. The masked user ID stands at the top of each.

use serde::Serialize;

use super::Problem;

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
