//! What a checked request says.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ErrorTarget;
use crate::domain::{
    acr::Acr,
    claims::ClaimsRequest,
    ids::{ClientId, Subject},
    language::Language,
    pkce::CodeChallenge,
    redirect_uri::RedirectUri,
    scope::Scope,
    secret::TokenKey,
};

/// A request that passed every check. It is stored and sealed, never read from the browser again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    #[serde(rename = "c")]
    pub client: ClientId,
    #[serde(rename = "r")]
    pub redirect_uri: RedirectUri,
    #[serde(rename = "m", default)]
    pub response_mode: ResponseMode,
    #[serde(rename = "s")]
    pub scope: Scope,
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<CodeChallenge>,
    #[serde(rename = "o", default)]
    pub prompt: Prompt,
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<Duration>,
    #[serde(rename = "k", default)]
    pub acr: AcrRequest,
    #[serde(rename = "q", default)]
    pub claims: ClaimsRequest,
    #[serde(rename = "h", default, skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    /// Whom `id_token_hint` or `claims.id_token.sub` names: the login must be theirs.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub ui_locale: Option<Language>,
    /// `prompt` contains `consent`: the person is asked again, where the client asks at all (SR-60).
    #[serde(rename = "x", default, skip_serializing_if = "std::ops::Not::not")]
    pub consent: bool,
    /// The protected resources that the access token is for (RFC 8707 §2).
    #[serde(rename = "z", default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// The thumbprint of the only key that may redeem the code (RFC 9449 §10).
    #[serde(rename = "j", default, skip_serializing_if = "Option::is_none")]
    pub dpop_jkt: Option<String>,
    /// The row that it was pushed to (RFC 9126): used up by the answer.
    #[serde(rename = "y", default, skip_serializing_if = "Option::is_none")]
    pub pushed: Option<TokenKey>,
}

/// Where the answer goes (OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode), plain or signed (JARM §2.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResponseMode {
    #[default]
    #[serde(rename = "q")]
    Query,
    #[serde(rename = "f")]
    FormPost,
    #[serde(rename = "j")]
    QueryJwt,
    #[serde(rename = "k")]
    FormPostJwt,
}

impl ResponseMode {
    /// Each under its own name; `jwt` is short for `query.jwt` (JARM §2.3.4).
    pub const NAMED: [(&str, Self); 4] = [
        ("query", Self::Query),
        ("form_post", Self::FormPost),
        ("query.jwt", Self::QueryJwt),
        ("form_post.jwt", Self::FormPostJwt),
    ];

    pub fn is_form_post(self) -> bool {
        matches!(self, Self::FormPost | Self::FormPostJwt)
    }

    pub fn is_signed(self) -> bool {
        matches!(self, Self::QueryJwt | Self::FormPostJwt)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Prompt {
    #[default]
    #[serde(rename = "-")]
    Unset,
    #[serde(rename = "n")]
    None,
    #[serde(rename = "l")]
    Login,
    /// P-27, when there is a session.
    #[serde(rename = "s")]
    SelectAccount,
}

/// The classes asked for, first choice first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcrRequest {
    #[serde(rename = "v", default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Acr>,
    #[serde(rename = "e", default, skip_serializing_if = "std::ops::Not::not")]
    pub essential: bool,
}

impl AuthorizationRequest {
    pub fn error_target(&self) -> ErrorTarget {
        ErrorTarget {
            client: self.client.clone(),
            redirect_uri: self.redirect_uri.clone(),
            response_mode: self.response_mode,
            state: self.state.clone(),
        }
    }
}
