//! What leaves the house once a grant is due: an access token, an ID token, and whom they speak of (OpenID Connect Core §2, §3.1.3.3).

use std::{collections::BTreeMap, sync::Arc};

use serde::Serialize;
use serde_json::Value;

use crate::{
    domain::{
        account::Account,
        acr::Acr,
        claims::{ClaimsRequest, KnownClaims},
        client::Client,
        clock::Timestamp,
        confirmation::Confirmation,
        grant::{
            ACCESS_TOKEN_LIFETIME, AccessToken, Grant, ID_TOKEN_LIFETIME, REFRESH_TOKEN_LIFETIME, RefreshState,
            RefreshToken,
        },
        ids::Subject,
        login::{Ineligible, floor},
        policy::TwoFactor,
        scope::Scope,
        secret::{Secret, TokenKey, token},
        tenant::Tenant,
    },
    keys::{KeySet, Typ},
};

use super::{FlowError, Flows, access_tokens::Speaker};

/// A successful answer of the token endpoint (RFC 6749 §5.1).
#[derive(Debug)]
pub struct TokenResponse {
    pub access_token: Secret,
    pub token_type: &'static str,
    pub expires_in: u64,
    pub refresh_token: Option<Secret>,
    pub id_token: Option<String>,
    pub scope: Scope,
}

/// Whom tokens are about, and for whom.
pub(super) struct TokenSubject<'a> {
    pub tenant: &'a Tenant,
    pub client: &'a Client,
    pub account: &'a Account,
    pub grant: &'a Grant,
}

/// What the access token of one answer is to be: no more than its grant allows.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub scope: Scope,
    /// A protected resource; none: UserInfo.
    pub audience: Option<String>,
    pub confirmation: Option<Confirmation>,
}

/// Tokens that nobody has yet: the answer leaves only when the store has taken the rows.
pub(super) struct Made {
    pub answer: TokenResponse,
    pub access: AccessToken,
    pub refresh: Option<RefreshToken>,
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
    /// The first tokens of a grant: with its nonce, and a refresh token where `offline_access` was granted.
    pub(super) async fn first_tokens(
        &self,
        about: &TokenSubject<'_>,
        wish: Wish,
        now: Timestamp,
    ) -> Result<Made, FlowError> {
        let grant = about.grant;
        let confirmation = wish.confirmation.clone();
        let mut made = self.make_tokens(about, wish, grant.terms.nonce.as_deref(), now).await?;
        if grant.terms.scope.contains("offline_access") {
            let (secret, refresh) =
                self.new_refresh_token(grant, confirmation, grant.created_at.plus(REFRESH_TOKEN_LIFETIME), now)?;
            (made.answer.refresh_token, made.refresh) = (Some(secret), Some(refresh));
        }
        Ok(made)
    }

    /// An access token, and an ID token where `openid` was granted. `nonce` only in the first answer (protocol.md B9).
    pub(super) async fn make_tokens(
        &self,
        about: &TokenSubject<'_>,
        wish: Wish,
        nonce: Option<&str>,
        now: Timestamp,
    ) -> Result<Made, FlowError> {
        let keys = self.published_keys(about.tenant).await?;
        let subject = self.subject_for(about.tenant, about.client, &about.account.subject)?;
        let is_openid = about.grant.terms.scope.contains("openid");
        let id_token = is_openid.then(|| self.id_token(&keys, about, &subject, nonce, now)).transpose()?;
        let (scope, token_type) = (wish.scope.clone(), Confirmation::token_type(wish.confirmation.as_ref()));
        let speaker = Speaker::Person { subject: &subject, grant: about.grant };
        let (access_token, access) = self.new_access_token(&keys, (about.tenant, about.client), &speaker, wish, now)?;
        let answer = TokenResponse {
            access_token,
            token_type,
            expires_in: ACCESS_TOKEN_LIFETIME.as_secs(),
            refresh_token: None,
            id_token,
            scope,
        };
        Ok(Made { answer, access, refresh: None })
    }

    pub(super) fn new_refresh_token(
        &self,
        grant: &Grant,
        confirmation: Option<Confirmation>,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<(Secret, RefreshToken), FlowError> {
        let secret = token(&*self.entropy, now);
        let key = key_of(&secret)?;
        Ok((secret, RefreshToken { key, grant: grant.id, confirmation, expires_at, state: RefreshState::Open }))
    }

    fn id_token(
        &self,
        keys: &KeySet,
        about: &TokenSubject<'_>,
        subject: &Subject,
        nonce: Option<&str>,
        now: Timestamp,
    ) -> Result<String, FlowError> {
        let TokenSubject { tenant, client, account, grant } = about;
        let terms = &grant.terms;
        let asked = self.id_token_claims(tenant, account, &terms.claims)?;
        let claims = IdTokenClaims {
            iss: tenant.issuer.as_str(),
            sub: &subject.0,
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

    /// The account behind a grant, if it may still be spoken for (SR-6, SR-75): active, its upstream enabled, and its person eligible.
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
    Ineligible::of(tenant, account).is_none()
}

/// What was proven for a grant, against what tenant and client demand today (SR-6).
pub(super) fn proven_enough(tenant: &Tenant, client: &Client, grant: &Grant) -> Result<(), Shortfall> {
    match floor(&tenant.policy, Some(client)) {
        Ok(acr) if grant.terms.reached() >= acr => Ok(()),
        Ok(acr) => Err(Shortfall(Some(acr))),
        Err(_) => Err(Shortfall(None)),
    }
}

/// More is demanded by now than was proven; none: more than anybody here can prove.
#[derive(Debug)]
pub(super) struct Shortfall(pub Option<Acr>);

/// The key of a token that was made here.
pub(super) fn key_of(secret: &Secret) -> Result<TokenKey, FlowError> {
    TokenKey::of(secret.expose()).ok_or_else(|| FlowError::Stored("a new token has no key".into()))
}
