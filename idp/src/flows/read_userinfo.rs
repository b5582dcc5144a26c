//! A client reads what it may know of the person (OpenID Connect Core §5.3).

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;

use crate::{
    domain::{
        client::Client,
        confirmation::{Confirmation, Possession},
        grant::{AccessToken, Grant, Origin},
        oauth_error::{ErrorCode, OAuthError},
        tenant::Tenant,
    },
    keys::Typ,
};

use super::{
    FlowError, Flows,
    issue_tokens::{Shortfall, proven_enough},
};

/// By which scheme an access token came (RFC 6750 §2, RFC 9449 §7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Bearer,
    Dpop,
}

/// What UserInfo answers: JSON, or the same signed.
#[derive(Debug)]
pub enum UserInfo {
    Plain(BTreeMap<String, Value>),
    Signed(String),
}

impl Flows {
    /// What the sender holds is proven before this.
    pub async fn read_userinfo(
        &self,
        tenant: &Tenant,
        (scheme, access_token): (Scheme, &str),
        possession: &Possession,
    ) -> Result<UserInfo, FlowError> {
        let token = self.access_token(tenant, access_token).await?.ok_or_else(invalid_token)?;
        scheme_fits(scheme, &token)?;
        sender_is_meant(&token, possession)?;
        meant_for_userinfo(&token)?;
        let (grant, client) = self.live_grant(tenant, &token).await?.ok_or_else(invalid_token)?;
        has_openid(&token)?;
        let account = self.grantee(tenant, &grant).await?.ok_or_else(invalid_token)?;
        proven_enough(tenant, &client, &grant).map_err(step_up)?;

        let mut claims = self.userinfo_claims(tenant, &account, &token.scope, &grant.terms.claims)?;
        let subject = self.subject_for(tenant, &client, &account.subject)?;
        claims.insert("sub".to_owned(), Value::from(&*subject.0));
        self.signed_if_wished(tenant, &client, claims).await
    }

    /// The grant that a token hangs on, and its client, while both are there.
    async fn live_grant(
        &self,
        tenant: &Tenant,
        token: &AccessToken,
    ) -> Result<Option<(Arc<Grant>, Arc<Client>)>, FlowError> {
        let Origin::Grant(id) = &token.origin else { return Ok(None) };
        let Some(grant) = self.store.grant(*id).await? else { return Ok(None) };
        if grant.tenant != tenant.id || grant.revoked_at.is_some() {
            return Ok(None);
        }
        Ok(tenant.client(grant.client.as_str()).map(|client| (grant, client)))
    }

    /// OpenID Connect Core §5.3.2: a signed answer says from whom it is and for whom.
    async fn signed_if_wished(
        &self,
        tenant: &Tenant,
        client: &Client,
        mut claims: BTreeMap<String, Value>,
    ) -> Result<UserInfo, FlowError> {
        let Some(algorithm) = client.userinfo_signed_response_alg else { return Ok(UserInfo::Plain(claims)) };
        claims.insert("iss".to_owned(), Value::from(tenant.issuer.as_str()));
        claims.insert("aud".to_owned(), Value::from(client.id.as_str()));
        let keys = self.published_keys(tenant).await?;
        let signer = keys.signer(algorithm).ok_or(FlowError::NotReady)?;
        Ok(UserInfo::Signed(signer.sign(Typ::UserInfo, &claims)?))
    }
}

fn invalid_token() -> FlowError {
    OAuthError::new(ErrorCode::InvalidToken, "the access token is not valid").into()
}

/// RFC 9449 §7.1: the scheme goes with the kind of token, so that none is taken for less than it is.
fn scheme_fits(scheme: Scheme, token: &AccessToken) -> Result<(), OAuthError> {
    let bound_to_a_key = matches!(token.confirmation, Some(Confirmation::Key(_)));
    match (scheme, bound_to_a_key) {
        (Scheme::Dpop, true) | (Scheme::Bearer, false) => Ok(()),
        (Scheme::Bearer, true) => {
            Err(OAuthError::new(ErrorCode::InvalidToken, "the access token is bound to a key; use the scheme DPoP"))
        }
        (Scheme::Dpop, false) => Err(OAuthError::new(
            ErrorCode::InvalidToken,
            "the access token is not bound to a key; use the scheme Bearer",
        )),
    }
}

/// RFC 9449 §4.3 no. 12, RFC 8705 §3: only whom the token is bound to.
fn sender_is_meant(token: &AccessToken, possession: &Possession) -> Result<(), OAuthError> {
    match &token.confirmation {
        Some(confirmation) if !confirmation.is_met(possession) => {
            Err(OAuthError::new(ErrorCode::InvalidToken, "the access token is bound to another sender"))
        }
        _ => Ok(()),
    }
}

/// RFC 8707 §2.2: a token of another resource opens nothing here.
fn meant_for_userinfo(token: &AccessToken) -> Result<(), OAuthError> {
    match token.audience {
        None => Ok(()),
        Some(_) => Err(OAuthError::new(ErrorCode::InvalidToken, "the access token is for another resource")),
    }
}

/// OpenID Connect Core §5.3.
fn has_openid(token: &AccessToken) -> Result<(), OAuthError> {
    if token.scope.contains("openid") {
        Ok(())
    } else {
        Err(OAuthError::new(ErrorCode::InsufficientScope, "the scope openid is needed"))
    }
}

/// RFC 9470 §3: the client is told what would do, if anything would.
fn step_up(Shortfall(acr): Shortfall) -> FlowError {
    acr.map_or_else(invalid_token, FlowError::TooLittleProven)
}
