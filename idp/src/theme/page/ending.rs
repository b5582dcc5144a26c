//! Ends: P-20, P-21, P-22, P-24, P-26, and the page that carries an answer to a client.

use serde::Serialize;

use crate::domain::clock::Timestamp;

/// P-20.
#[derive(Clone, Debug, Serialize)]
pub struct ConfirmSignOut {
    pub action: String,
    pub form_token: String,
    /// What the client asked for, carried along.
    pub fields: Vec<HiddenField>,
}

#[derive(Clone, Debug, Serialize)]
pub struct HiddenField {
    pub name: String,
    pub value: String,
}

/// P-21.
#[derive(Clone, Debug, Serialize)]
pub struct SignedOut {
    pub sign_in: Option<String>,
    /// Pages of clients that end their own sessions (OpenID Connect Front-Channel Logout §3).
    pub frames: Vec<String>,
    /// Where the client wants the person then; by itself with script, once the frames are there.
    pub onward: Option<String>,
}

/// P-22.
#[derive(Clone, Debug, Serialize)]
pub struct ErrorPage {
    /// `E-01`.
    pub code: String,
    /// For the client's engineer, in small type.
    pub protocol_error: Option<ProtocolError>,
    pub sign_in: Option<String>,
    /// Where 戻る leads without script (with script: to the page before).
    pub back: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct ProtocolError {
    pub error: String,
    pub description: String,
}

/// P-24.
#[derive(Clone, Debug, Serialize)]
pub struct NotEligible {
    pub reason: NotEligibleReason,
    /// To the client with `access_denied`.
    pub back_to_service: Option<String>,
    /// For declined consent.
    pub retry: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", content = "items", rename_all = "kebab-case")]
pub enum NotEligibleReason {
    Graduate,
    Missing(Vec<MissingItem>),
    Suspended,
}

/// What the university did not send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MissingItem {
    Affiliation,
    UserId,
}

/// P-26.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Maintenance {
    pub from: Timestamp,
    pub until: Timestamp,
}

/// `response_mode=form_post`: sent by a script file, with a button for browsers without script.
#[derive(Clone, Debug, Serialize)]
pub struct FormPost {
    /// The client's redirect URI.
    pub action: String,
    pub fields: Vec<HiddenField>,
}
