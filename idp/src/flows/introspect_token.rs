//! A client asks whether a token of its own is still good (RFC 7662, SR-63).

use serde::Serialize;

use crate::domain::{
    client::Client,
    grant::{Grant, RefreshState},
    secret::TokenKey,
    tenant::Tenant,
};

use super::{FlowError, Flows};

/// RFC 7662 §2.2; what is not active says nothing more.
#[derive(Debug, Default, Serialize)]
pub struct Introspection {
    pub active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aud: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
}

impl Flows {
    /// The client is authenticated before this; tokens of others are as good as unknown.
    pub async fn introspect_token(
        &self,
        tenant: &Tenant,
        client: &Client,
        token: &str,
    ) -> Result<Introspection, FlowError> {
        let Some(key) = TokenKey::of(token) else { return Ok(Introspection::default()) };
        let now = self.now();
        if let Some(access) = self.store.access_token(&key).await? {
            if access.revoked || now >= access.expires_at {
                return Ok(Introspection::default());
            }
            let Some(grant) = self.own_grant(tenant, client, access.grant).await? else {
                return Ok(Introspection::default());
            };
            let answer = self.about(tenant, client, &grant).await?;
            return Ok(answer.map_or_else(Introspection::default, |answer| Introspection {
                scope: Some(access.scope.to_string()),
                token_type: Some("Bearer"),
                exp: Some(access.expires_at.as_seconds()),
                iat: Some(access.created_at.as_seconds()),
                ..answer
            }));
        }
        let Some(refresh) = self.store.refresh_token(&key).await? else { return Ok(Introspection::default()) };
        if refresh.state != RefreshState::Open || now >= refresh.expires_at {
            return Ok(Introspection::default());
        }
        let Some(grant) = self.own_grant(tenant, client, refresh.grant).await? else {
            return Ok(Introspection::default());
        };
        let answer = self.about(tenant, client, &grant).await?;
        Ok(answer.map_or_else(Introspection::default, |answer| Introspection {
            scope: Some(grant.terms.scope.to_string()),
            exp: Some(refresh.expires_at.as_seconds()),
            ..answer
        }))
    }

    async fn about(&self, tenant: &Tenant, client: &Client, grant: &Grant) -> Result<Option<Introspection>, FlowError> {
        Ok(self.grantee(tenant, grant).await?.map(|account| Introspection {
            active: true,
            client_id: Some(client.id.to_string()),
            sub: Some(account.subject.to_string()),
            aud: Some(client.id.to_string()),
            iss: Some(tenant.issuer.as_str().to_owned()),
            acr: Some(grant.terms.acr.urn()),
            auth_time: Some(grant.terms.auth_time.as_seconds()),
            ..Introspection::default()
        }))
    }
}
