//! ID tokens and access tokens: what leaves the house once every gate is passed (OpenID Connect Core §2, §3.1.3.3).

use std::{collections::BTreeMap, sync::Arc};

use serde::Serialize;
use serde_json::Value;

use crate::{
    domain::{
        account::{Account, AccountStatus},
        acr::Acr,
        claims::{ClaimsRequest, KnownClaims},
        client::Client,
        clock::Timestamp,
        grant::{ACCESS_TOKEN_LIFETIME, AccessToken, Grant, ID_TOKEN_LIFETIME},
        policy::TwoFactor,
        scope::Scope,
        secret::{Secret, TokenKey, token},
        tenant::Tenant,
    },
    keys::{KeySet, Typ},
};

use super::{FlowError, Flows};

/// A successful answer of the token endpoint (RFC 6749 §5.1).
#[derive(Debug)]
pub struct TokenResponse {
    pub access_token: Secret,
    pub expires_in: u64,
    pub refresh_token: Option<Secret>,
    pub id_token: Option<String>,
    pub scope: Scope,
}

#[derive(Serialize)]
struct IdTokenClaims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    acr: Acr,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    amr: &'a [String],
    sid: String,
    #[serde(flatten, skip_serializing_if = "BTreeMap::is_empty")]
    asked: BTreeMap<String, Value>,
}

impl Flows {
    /// Signs an ID token for a grant. `nonce` only in the answer to the code (protocol.md B9).
    pub(super) fn id_token(
        &self,
        keys: &KeySet,
        about: &TokenSubject<'_>,
        nonce: Option<&str>,
        now: Timestamp,
    ) -> Result<String, FlowError> {
        let TokenSubject { tenant, client, account, grant } = about;
        let terms = &grant.terms;
        let asked = self.id_token_claims(tenant, account, &terms.claims)?;
        let claims = IdTokenClaims {
            iss: tenant.issuer.as_str(),
            sub: &account.subject.0,
            aud: client.id.as_str(),
            iat: now.as_seconds(),
            exp: now.plus(ID_TOKEN_LIFETIME).as_seconds(),
            auth_time: terms.auth_time.as_seconds(),
            nonce,
            acr: terms.acr,
            amr: &terms.amr,
            sid: grant.session.to_string(),
            asked,
        };
        let signer = keys.signer(client.id_token_signed_response_alg).ok_or(FlowError::NotReady)?;
        Ok(signer.sign(Typ::IdToken, &claims)?)
    }

    /// What UserInfo says of an account: by scope, and by `claims`.
    pub(super) fn userinfo_claims(
        &self,
        tenant: &Tenant,
        account: &Account,
        scope: &Scope,
        asked: &ClaimsRequest,
    ) -> Result<BTreeMap<String, Value>, FlowError> {
        let wants_email = scope.contains("email") || asked.userinfo.iter().any(|name| name.starts_with("email"));
        let email = if wants_email { self.email_text(account)? } else { None };
        Ok(known(tenant, account, email.as_deref()).userinfo(scope, asked))
    }

    /// What the ID token says of an account: by `claims` alone.
    fn id_token_claims(
        &self,
        tenant: &Tenant,
        account: &Account,
        asked: &ClaimsRequest,
    ) -> Result<BTreeMap<String, Value>, FlowError> {
        if asked.id_token.is_empty() {
            return Ok(BTreeMap::new());
        }
        let wants_email = asked.id_token.iter().any(|name| name.starts_with("email"));
        let email = if wants_email { self.email_text(account)? } else { None };
        Ok(known(tenant, account, email.as_deref()).id_token(asked))
    }

    pub(super) fn new_access_token(
        &self,
        grant: &Grant,
        scope: Scope,
        now: Timestamp,
    ) -> Result<(Secret, AccessToken), FlowError> {
        let secret = token(&*self.entropy, now);
        let key = key_of(&secret)?;
        let access = AccessToken {
            key,
            grant: grant.id,
            scope,
            created_at: now,
            expires_at: now.plus(ACCESS_TOKEN_LIFETIME),
            revoked: false,
        };
        Ok((secret, access))
    }

    /// The account behind a grant, if it may still be spoken for (SR-6, SR-75): active, and its upstream enabled.
    pub(super) async fn grantee(&self, tenant: &Tenant, grant: &Grant) -> Result<Option<Arc<Account>>, FlowError> {
        let account = self.store.account(grant.account).await?;
        Ok(account.filter(|account| may_be_served(tenant, account)))
    }
}

fn known<'a>(tenant: &Tenant, account: &'a Account, email: Option<&'a str>) -> KnownClaims<'a> {
    let two_factor_enabled = match tenant.policy.two_factor {
        TwoFactor::Required => true,
        TwoFactor::Off => false,
        TwoFactor::UserChoice => account.two_factor,
    };
    KnownClaims { account, email, two_factor_enabled }
}

/// Whether an account may be served at all now.
pub(super) fn may_be_served(tenant: &Tenant, account: &Account) -> bool {
    account.tenant == tenant.id
        && account.status == AccountStatus::Active
        && tenant.upstream(account.upstream.as_str()).is_some()
}

/// Whom a token is about, and for whom.
pub(super) struct TokenSubject<'a> {
    pub tenant: &'a Tenant,
    pub client: &'a Client,
    pub account: &'a Account,
    pub grant: &'a Grant,
}

/// The key of a token that was made here.
pub(super) fn key_of(secret: &Secret) -> Result<TokenKey, FlowError> {
    TokenKey::of(secret.expose()).ok_or_else(|| FlowError::Stored("a new token has no key".into()))
}
