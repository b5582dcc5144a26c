//! The second password: P-06, P-07, P-13, P-25.

use serde::Serialize;

use super::Problem;

/// P-06.
#[derive(Clone, Debug, Serialize)]
pub struct SetSecondPassword {
    pub action: String,
    pub form_token: String,
    pub min_length: u64,
    pub errors: Vec<Problem>,
}

/// P-07.
#[derive(Clone, Debug, Serialize)]
pub struct SecondPassword {
    pub action: String,
    pub form_token: String,
    /// P-14.
    pub forgot: Option<String>,
    pub back: String,
    pub errors: Vec<Problem>,
}

/// P-13.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeSecondPassword {
    pub action: String,
    pub form_token: String,
    pub user_id_masked: String,
    pub min_length: u64,
    pub back: String,
    pub errors: Vec<Problem>,
}

/// P-25.
#[derive(Clone, Debug, Serialize)]
pub struct Locked {
    /// How long still, about; none: until a reset.
    pub minutes: Option<u64>,
    pub forgot: Option<String>,
    pub sign_in: Option<String>,
    /// On an account page: where it was called from.
    pub back: Option<String>,
}
