//! A client asks whether a token is still good: one of its own, or one that is meant for it (RFC 7662, SR-63).

use serde::Serialize;

use crate::{
    domain::{
        client::Client,
        confirmation::Confirmation,
        grant::{AccessToken, Grant, Origin, RefreshState},
        secret::TokenKey,
        signing_key::SigningAlgorithm,
        tenant::Tenant,
    },
    keys::Typ,
};

use super::{FlowError, Flows, access_tokens::own_resource};

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
    pub jti: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Confirmation>,
}

/// RFC 9701 §5: the answer is one claim, so that nothing of the token is taken for a claim about the answer.
#[derive(Serialize)]
struct SignedIntrospection<'a> {
    iss: &'a str,
    aud: &'a str,
    iat: i64,
    token_introspection: &'a Introspection,
}

impl Flows {
    /// The caller is authenticated before this; tokens that are none of its business are as good as unknown.
    pub async fn introspect_token(
        &self,
        tenant: &Tenant,
        caller: &Client,
        token: &str,
    ) -> Result<Introspection, FlowError> {
        let answer = match self.access_token(tenant, token).await? {
            Some(access) => self.about_access_token(tenant, caller, &access).await?,
            None => self.about_refresh_token(tenant, caller, token).await?,
        };
        Ok(answer.unwrap_or_default())
    }

    /// RFC 9701 §5.
    pub async fn signed_introspection(
        &self,
        tenant: &Tenant,
        caller: &Client,
        answer: &Introspection,
    ) -> Result<String, FlowError> {
        let keys = self.published_keys(tenant).await?;
        let algorithm = caller.introspection_signed_response_alg.unwrap_or(SigningAlgorithm::Rs256);
        let signer = keys.signer(algorithm).ok_or(FlowError::NotReady)?;
        let claims = SignedIntrospection {
            iss: tenant.issuer.as_str(),
            aud: caller.id.as_str(),
            iat: self.now().as_seconds(),
            token_introspection: answer,
        };
        Ok(signer.sign(Typ::Introspection, &claims)?)
    }

    async fn about_access_token(
        &self,
        tenant: &Tenant,
        caller: &Client,
        access: &AccessToken,
    ) -> Result<Option<Introspection>, FlowError> {
        let about = match &access.origin {
            Origin::Grant(id) => match self.store.grant(*id).await? {
                Some(grant) if concerns(caller, grant.client.as_str(), access) => self.about(tenant, &grant).await?,
                _ => None,
            },
            Origin::Client(of, client) if *of == tenant.id && concerns(caller, client.as_str(), access) => {
                tenant.client(client.as_str()).map(|client| own(tenant, &client))
            }
            Origin::Client(..) => None,
        };
        Ok(about.map(|about| Introspection {
            scope: Some(access.scope.to_string()).filter(|scope| !scope.is_empty()),
            token_type: Some(Confirmation::token_type(access.confirmation.as_ref())),
            exp: Some(access.expires_at.as_seconds()),
            iat: Some(access.created_at.as_seconds()),
            aud: Some(access.audience.clone().unwrap_or_else(|| own_resource(tenant))),
            jti: Some(access.key.as_str().to_owned()),
            cnf: access.confirmation.clone(),
            ..about
        }))
    }

    /// Only its own client is told of a refresh token.
    async fn about_refresh_token(
        &self,
        tenant: &Tenant,
        caller: &Client,
        token: &str,
    ) -> Result<Option<Introspection>, FlowError> {
        let Some(key) = TokenKey::of(token) else { return Ok(None) };
        let Some(refresh) = self.store.refresh_token(&key).await? else { return Ok(None) };
        if refresh.state != RefreshState::Open || self.now() >= refresh.expires_at {
            return Ok(None);
        }
        let Some(grant) = self.own_grant(tenant, caller, refresh.grant).await? else { return Ok(None) };
        Ok(self.about(tenant, &grant).await?.map(|about| Introspection {
            scope: Some(grant.terms.scope.to_string()),
            exp: Some(refresh.expires_at.as_seconds()),
            cnf: refresh.confirmation.clone(),
            ..about
        }))
    }

    /// What a live grant says of its person.
    async fn about(&self, tenant: &Tenant, grant: &Grant) -> Result<Option<Introspection>, FlowError> {
        if grant.tenant != tenant.id || grant.revoked_at.is_some() {
            return Ok(None);
        }
        let Some(client) = tenant.client(grant.client.as_str()) else { return Ok(None) };
        let Some(account) = self.grantee(tenant, grant).await? else { return Ok(None) };
        let subject = self.subject_for(tenant, &client, &account.subject)?;
        Ok(Some(Introspection {
            sub: Some(subject.to_string()),
            acr: Some(grant.terms.acr.urn()),
            auth_time: Some(grant.terms.auth_time.as_seconds()),
            ..of_client(tenant, &client)
        }))
    }
}

/// A client's own token; its `sub` is nobody's (SR-62).
fn own(tenant: &Tenant, client: &Client) -> Introspection {
    Introspection { sub: Some(client.id.to_string()), ..of_client(tenant, client) }
}

fn of_client(tenant: &Tenant, client: &Client) -> Introspection {
    Introspection {
        active: true,
        client_id: Some(client.id.to_string()),
        iss: Some(tenant.issuer.as_str().to_owned()),
        ..Introspection::default()
    }
}

/// Whose business an access token is: its client's, and that of the resource it is for. A resource server is the client
/// whose `client_id` is the resource.
fn concerns(caller: &Client, owner: &str, access: &AccessToken) -> bool {
    caller.id.as_str() == owner || access.audience.as_deref() == Some(caller.id.as_str())
}
