//! A forgotten second password: what a stranger asked for, known address or not (journeys J-09, SR-45).

use serde::{Deserialize, Serialize};

use super::{
    clock::Timestamp,
    ids::{LoginId, TenantId},
    language::Language,
    secret::{Sealed, Secret},
};

/// What a browser holds of its wish for a reset, sealed in its reset cookie.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ResetTicket {
    /// The support code: that of the login the student came from, if any.
    #[serde(rename = "l")]
    pub login: LoginId,
    #[serde(rename = "v")]
    pub language: Language,
    /// Becomes the proof of the request that P-14 sends: pressed twice, it is one request.
    #[serde(rename = "n")]
    pub next: Secret,
    /// The proof of the request that P-15 waits for.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Secret>,
}

/// A request as the store knows it. The same is written for every address; a worker looks it up later.
#[derive(Clone, Debug)]
pub struct ResetRequest {
    /// SHA-256 of the proof in the browser's cookie.
    pub key: String,
    pub tenant: TenantId,
    pub address: Sealed,
    pub address_index: String,
    /// /24 or /48 of where it came from, for the trail.
    pub address_prefix: Option<String>,
    /// The support code.
    pub login: LoginId,
    pub language: Language,
    pub state: ResetState,
    /// One for each link of its mail; for an unknown address one that nothing opens.
    pub codes: Vec<ResetCode>,
    pub code_tries: u32,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// A short code of the mail, and the link it stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResetCode {
    /// HMAC over request and digits.
    pub mac: String,
    /// The stored key of the link.
    pub link: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResetState {
    /// Nobody has looked the address up yet.
    Waiting,
    Mailed,
    /// Unknown here, not served, or too often within the hour.
    Silent,
}
