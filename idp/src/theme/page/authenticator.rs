//! The authenticator app: P-34, P-35, P-36.

use serde::Serialize;

use super::Problem;
use crate::theme::picture::Picture;

/// P-34.
#[derive(Clone, Debug, Serialize)]
pub struct Authenticator {
    pub action: String,
    pub form_token: String,
    /// Asked for a recovery code in place of the app's.
    pub recovery: bool,
    /// The same page, asking for the other of the two; none where a recovery code would not do.
    pub other: Option<String>,
    /// Whether a mailed key would do.
    pub mail: bool,
    pub back: String,
    pub errors: Vec<Problem>,
}

/// P-35.
#[derive(Clone, Debug, Serialize)]
pub struct SetUpAuthenticator {
    pub action: String,
    pub form_token: String,
    pub user_id_masked: String,
    /// None: an app is set up, and can be removed.
    pub offer: Option<AppOffer>,
    /// Where a removal is asked for.
    pub remove: String,
    /// The app was removed a moment ago.
    pub removed: bool,
    pub back: String,
    pub errors: Vec<Problem>,
}

/// A secret for an app.
#[derive(Clone, Serialize)]
pub struct AppOffer {
    pub picture: Picture,
    /// For typing, in groups of four.
    pub secret: String,
    /// For the app on this very device.
    pub uri: String,
}

/// P-36.
#[derive(Clone, Serialize)]
pub struct RecoveryCodes {
    pub action: String,
    pub form_token: String,
    pub codes: Vec<String>,
}

impl std::fmt::Debug for AppOffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AppOffer(***)")
    }
}

impl std::fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryCodes(***)")
    }
}
