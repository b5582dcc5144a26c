//! Grants and what hangs on them: authorization codes, access tokens, refresh tokens.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    acr::Acr,
    claims::ClaimsRequest,
    clock::Timestamp,
    confirmation::Confirmation,
    ids::{AccountId, ClientId, GrantId, SessionId, TenantId},
    pkce::CodeChallenge,
    redirect_uri::RedirectUri,
    scope::Scope,
    secret::TokenKey,
};

/// contract.md: access tokens and ID tokens 5 min, codes 60 s, refresh tokens 30 d at most.
pub const ACCESS_TOKEN_LIFETIME: Duration = Duration::from_mins(5);
pub const ID_TOKEN_LIFETIME: Duration = Duration::from_mins(5);
pub const CODE_LIFETIME: Duration = Duration::from_mins(1);
pub const REFRESH_TOKEN_LIFETIME: Duration = Duration::from_hours(720);

/// What a client was given by one login: all tokens count only while it does.
#[derive(Clone, Debug)]
pub struct Grant {
    pub id: GrantId,
    pub tenant: TenantId,
    pub client: ClientId,
    pub account: AccountId,
    pub session: SessionId,
    pub terms: Terms,
    pub created_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

/// What was agreed at the moment of the grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub scope: Scope,
    #[serde(default)]
    pub claims: ClaimsRequest,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    pub acr: Acr,
    /// The highest class that was proven, where that is more than the client asked for; policies are held against it (SR-6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<Acr>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    pub auth_time: Timestamp,
    /// The protected resources it is for; none: this provider's own (RFC 8707).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
}

impl Terms {
    /// The highest class that was proven.
    pub fn reached(&self) -> Acr {
        self.reached.map_or(self.acr, |reached| reached.max(self.acr))
    }
}

#[derive(Clone, Debug)]
pub struct AuthorizationCode {
    pub key: TokenKey,
    pub grant: GrantId,
    pub redirect_uri: RedirectUri,
    pub code_challenge: Option<CodeChallenge>,
    /// The thumbprint of the only key that may redeem it (RFC 9449 §10).
    pub dpop_jkt: Option<String>,
    pub expires_at: Timestamp,
    pub used: bool,
}

#[derive(Clone, Debug)]
pub struct AccessToken {
    pub key: TokenKey,
    pub origin: Origin,
    pub scope: Scope,
    /// The protected resource that it is for (RFC 8707); none: this provider's UserInfo.
    pub audience: Option<String>,
    pub confirmation: Option<Confirmation>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub revoked: bool,
}

/// Where an access token comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It counts only while its grant does.
    Grant(GrantId),
    /// A client speaks for itself (RFC 6749 §4.4): there is no person, and nothing to outlive.
    Client(TenantId, ClientId),
}

#[derive(Clone, Debug)]
pub struct RefreshToken {
    pub key: TokenKey,
    pub grant: GrantId,
    pub confirmation: Option<Confirmation>,
    /// The end of the whole family: rotation never prolongs it.
    pub expires_at: Timestamp,
    pub state: RefreshState,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefreshState {
    Open,
    /// Rotated out, in favour of this one.
    Used {
        successor: TokenKey,
    },
    Revoked,
}
