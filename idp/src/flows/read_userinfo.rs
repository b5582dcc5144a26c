//! A client reads what it may know of the person (OpenID Connect Core §5.3).

use std::collections::BTreeMap;

use serde_json::Value;

use crate::domain::{
    oauth_error::{ErrorCode, OAuthError},
    secret::TokenKey,
    tenant::Tenant,
};

use super::{FlowError, Flows};

impl Flows {
    pub async fn read_userinfo(
        &self,
        tenant: &Tenant,
        access_token: &str,
    ) -> Result<BTreeMap<String, Value>, FlowError> {
        let key = TokenKey::of(access_token).ok_or_else(invalid_token)?;
        let token = self.store.access_token(&key).await?.ok_or_else(invalid_token)?;
        if token.revoked || self.now() >= token.expires_at {
            return Err(invalid_token());
        }
        let grant = self.store.grant(token.grant).await?.ok_or_else(invalid_token)?;
        let known = tenant.client(grant.client.as_str()).is_some();
        if grant.tenant != tenant.id || grant.revoked_at.is_some() || !known {
            return Err(invalid_token());
        }
        if !token.scope.contains("openid") {
            return Err(OAuthError::new(ErrorCode::InsufficientScope, "the scope openid is needed").into());
        }
        let account = self.grantee(tenant, &grant).await?.ok_or_else(invalid_token)?;
        let mut claims = self.userinfo_claims(tenant, &account, &token.scope, &grant.terms.claims)?;
        claims.insert("sub".to_owned(), Value::from(&*account.subject.0));
        Ok(claims)
    }
}

fn invalid_token() -> FlowError {
    OAuthError::new(ErrorCode::InvalidToken, "the access token is not valid").into()
}
