//! Access tokens as their holders see them: opaque, or JWTs (RFC 9068); how they are made, and read again.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    domain::{
        acr::Acr,
        client::{AccessTokenFormat, Client},
        clock::Timestamp,
        confirmation::Confirmation,
        grant::{ACCESS_TOKEN_LIFETIME, AccessToken, Grant, Origin},
        ids::{ClientId, Subject},
        scope::Scope,
        secret::{Secret, TokenKey, token},
        tenant::Tenant,
    },
    keys::{KeySet, Typ},
};

use super::{
    FlowError, Flows,
    issue_tokens::{Wish, key_of},
};

/// In whose name an access token speaks.
pub(super) enum Speaker<'a> {
    Person {
        /// As the client knows the person.
        subject: &'a Subject,
        grant: &'a Grant,
    },
    /// RFC 6749 §4.4; `sub` is the client itself, which is nobody's subject (SR-62).
    Client,
}

/// RFC 9068 §2.2.
#[derive(Serialize)]
struct AccessTokenClaims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    client_id: &'a str,
    iat: i64,
    exp: i64,
    jti: &'a str,
    #[serde(skip_serializing_if = "String::is_empty")]
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<Acr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cnf: Option<&'a Confirmation>,
}

/// Where an access token is for when it names no resource.
pub(super) fn own_resource(tenant: &Tenant) -> String {
    tenant.issuer.join("/userinfo")
}

impl Flows {
    /// A token and its row. A JWT's `jti` is the key of its row, whose secret nobody has: it opens nothing by itself.
    /// A client's own JWT needs no row; one can still say that it was given back.
    pub(super) fn new_access_token(
        &self,
        keys: &KeySet,
        (tenant, client): (&Tenant, &Client),
        speaker: &Speaker<'_>,
        wish: Wish,
        now: Timestamp,
    ) -> Result<(Secret, AccessToken), FlowError> {
        let secret = token(&*self.entropy, now);
        let access = AccessToken {
            key: key_of(&secret)?,
            origin: speaker.origin(tenant, client),
            scope: wish.scope,
            audience: wish.audience,
            confirmation: wish.confirmation,
            created_at: now,
            expires_at: now.plus(ACCESS_TOKEN_LIFETIME),
            revoked: false,
        };
        if client.access_token_format == AccessTokenFormat::Opaque {
            return Ok((secret, access));
        }
        let own = own_resource(tenant);
        let (sub, terms) = match speaker {
            Speaker::Person { subject, grant } => (&*subject.0, Some(&grant.terms)),
            Speaker::Client => (client.id.as_str(), None),
        };
        let claims = AccessTokenClaims {
            iss: tenant.issuer.as_str(),
            sub,
            aud: access.audience.as_deref().unwrap_or(&own),
            client_id: client.id.as_str(),
            iat: now.as_seconds(),
            exp: access.expires_at.as_seconds(),
            jti: access.key.as_str(),
            scope: access.scope.to_string(),
            acr: terms.map(|terms| terms.acr),
            auth_time: terms.map(|terms| terms.auth_time.as_seconds()),
            cnf: access.confirmation.as_ref(),
        };
        let signer = keys.signer(client.id_token_signed_response_alg).ok_or(FlowError::NotReady)?;
        let jwt = Secret::new(signer.sign(Typ::AccessToken, &claims)?);
        Ok((jwt, access))
    }

    /// The access token that a text is, if it is one of this tenant's, neither over nor given back.
    /// What it hangs on is not looked at.
    pub(super) async fn access_token(
        &self,
        tenant: &Tenant,
        text: &str,
    ) -> Result<Option<Arc<AccessToken>>, FlowError> {
        let token = match (TokenKey::of(text), text.contains('.')) {
            (Some(key), _) => self.store.access_token(&key).await?,
            (None, true) => self.signed_access_token(tenant, text).await?,
            (None, false) => None,
        };
        let now = self.now();
        Ok(token.filter(|token| !token.revoked && now < token.expires_at))
    }

    async fn signed_access_token(&self, tenant: &Tenant, text: &str) -> Result<Option<Arc<AccessToken>>, FlowError> {
        let keys = self.keyring(&tenant.id)?.current();
        let Ok(verified) = keys.verifier().verify(Typ::AccessToken, text) else { return Ok(None) };
        let Ok(claims) = serde_json::from_value::<SignedClaims>(Value::Object(verified.claims)) else {
            return Ok(None);
        };
        if claims.iss != tenant.issuer.as_str() || self.now() >= Timestamp::from_seconds(claims.exp) {
            return Ok(None);
        }
        let key = TokenKey::from_stored(claims.jti.clone());
        match self.store.access_token(&key).await? {
            Some(row) => Ok(Some(row)),
            // Of a client that speaks for itself, all there is to know stands in the token.
            None if claims.acr.is_none() => Ok(Some(Arc::new(claims.of_client(tenant, key)))),
            None => Ok(None),
        }
    }
}

impl Speaker<'_> {
    fn origin(&self, tenant: &Tenant, client: &Client) -> Origin {
        match self {
            Self::Person { grant, .. } => Origin::Grant(grant.id),
            Self::Client => Origin::Client(tenant.id.clone(), client.id.clone()),
        }
    }
}

/// What is read of an access token of ours.
#[derive(Deserialize)]
struct SignedClaims {
    iss: String,
    aud: String,
    client_id: String,
    iat: i64,
    exp: i64,
    jti: String,
    #[serde(default)]
    scope: String,
    /// Wherever a person is spoken of, and nowhere else.
    acr: Option<Acr>,
    cnf: Option<Confirmation>,
}

impl SignedClaims {
    /// A token by which a client speaks for itself.
    fn of_client(self, tenant: &Tenant, key: TokenKey) -> AccessToken {
        AccessToken {
            key,
            scope: Scope::parse(&self.scope),
            audience: (self.aud != own_resource(tenant)).then_some(self.aud),
            confirmation: self.cnf,
            origin: Origin::Client(tenant.id.clone(), ClientId::new(self.client_id)),
            created_at: Timestamp::from_seconds(self.iat),
            expires_at: Timestamp::from_seconds(self.exp),
            revoked: false,
        }
    }
}
