//! A client redeems its authorization code (RFC 6749 §4.1.3, OpenID Connect Core §3.1.3, SR-52).

use crate::{
    domain::{
        audit::{AuditEvent, Event},
        client::{Client, GrantType},
        grant::{ACCESS_TOKEN_LIFETIME, AuthorizationCode, Grant, REFRESH_TOKEN_LIFETIME, RefreshState, RefreshToken},
        oauth_error::{ErrorCode, OAuthError},
        pkce::CodeVerifier,
        secret::{TokenKey, token},
        tenant::Tenant,
    },
    store::{Redeem, Won},
};

use super::{
    FlowError, Flows, TokenResponse, Visitor,
    issue_tokens::{TokenSubject, key_of},
};

/// What the token request says.
#[derive(Debug)]
pub struct CodeRedemption<'a> {
    pub code: &'a str,
    pub redirect_uri: Option<&'a str>,
    pub code_verifier: Option<&'a str>,
}

impl Flows {
    /// The client is authenticated before this.
    pub async fn redeem_code(
        &self,
        tenant: &Tenant,
        client: &Client,
        asked: &CodeRedemption<'_>,
        visitor: &Visitor,
    ) -> Result<TokenResponse, FlowError> {
        if !client.may(GrantType::AuthorizationCode) {
            return Err(
                OAuthError::new(ErrorCode::UnauthorizedClient, "this client may not use authorization_code").into()
            );
        }
        let now = self.now();
        let key = TokenKey::of(asked.code).ok_or_else(unknown)?;
        let code = self.store.authorization_code(&key).await?.ok_or_else(unknown)?;
        let grant = self.store.grant(code.grant).await?.ok_or_else(unknown)?;
        issued_to(&grant, tenant, client)?;
        same_redirect_uri(&code, asked)?;
        verifier_matches(&code, asked)?;
        if code.used {
            return Err(self.code_reused(tenant, &grant, visitor).await?);
        }
        if now >= code.expires_at {
            return Err(invalid_grant("the code has expired").into());
        }
        if grant.revoked_at.is_some() {
            return Err(invalid_grant("the code was revoked").into());
        }
        let account =
            self.grantee(tenant, &grant).await?.ok_or_else(|| invalid_grant("the account is not available"))?;

        let keys = self.published_keys(tenant).await?;
        let about = TokenSubject { tenant, client, account: &account, grant: &grant };
        let id_token = self.id_token(&keys, &about, grant.terms.nonce.as_deref(), now)?;
        let (access_token, access) = self.new_access_token(&grant, grant.terms.scope.clone(), now)?;
        let refresh_token = grant.terms.scope.contains("offline_access").then(|| token(&*self.entropy, now));
        let refresh = match &refresh_token {
            Some(secret) => Some(RefreshToken {
                key: key_of(secret)?,
                grant: grant.id,
                expires_at: grant.created_at.plus(REFRESH_TOKEN_LIFETIME),
                state: RefreshState::Open,
            }),
            None => None,
        };
        match self.store.redeem(Redeem { code: key, now, access, refresh, audit: None }).await? {
            Won::Won => Ok(TokenResponse {
                access_token,
                expires_in: ACCESS_TOKEN_LIFETIME.as_secs(),
                refresh_token,
                id_token: Some(id_token),
                scope: grant.terms.scope.clone(),
            }),
            Won::Lost => Err(self.code_reused(tenant, &grant, visitor).await?),
        }
    }

    /// RFC 6749 §4.1.2: a second use ends what the first one gave. Only its own client gets here.
    async fn code_reused(&self, tenant: &Tenant, grant: &Grant, visitor: &Visitor) -> Result<FlowError, FlowError> {
        let event = AuditEvent::new(self.now(), Event::CodeReused, tenant.id.clone())
            .of_account(grant.account)
            .of_client(&grant.client)
            .from(visitor.address_prefix().as_deref())
            .with("grant", grant.id.to_string());
        self.revoke_grant(grant.id, event).await?;
        Ok(invalid_grant("the code was used before").into())
    }
}

fn invalid_grant(description: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidGrant, description)
}

fn unknown() -> FlowError {
    invalid_grant("the code is not known").into()
}

/// RFC 6749 §4.1.3: issued to this client.
fn issued_to(grant: &Grant, tenant: &Tenant, client: &Client) -> Result<(), OAuthError> {
    if grant.tenant == tenant.id && grant.client == client.id {
        Ok(())
    } else {
        Err(invalid_grant("the code was issued to another client"))
    }
}

/// RFC 6749 §4.1.3: `redirect_uri` is the one of the authorization request.
fn same_redirect_uri(code: &AuthorizationCode, asked: &CodeRedemption<'_>) -> Result<(), OAuthError> {
    match asked.redirect_uri {
        Some(uri) if uri == code.redirect_uri.as_str() => Ok(()),
        Some(_) => Err(invalid_grant("redirect_uri is not the one of the authorization request")),
        None => Err(invalid_grant("redirect_uri is missing")),
    }
}

/// RFC 7636 §4.6; a verifier without a challenge is refused too (RFC 9700 §4.8.2).
fn verifier_matches(code: &AuthorizationCode, asked: &CodeRedemption<'_>) -> Result<(), OAuthError> {
    match (&code.code_challenge, asked.code_verifier) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(invalid_grant("code_verifier without a code_challenge")),
        (Some(_), None) => Err(invalid_grant("code_verifier is missing")),
        (Some(challenge), Some(text)) => {
            let verifier = CodeVerifier::parse(text);
            if verifier.is_some_and(|verifier| challenge.matches(&verifier)) {
                Ok(())
            } else {
                Err(invalid_grant("code_verifier does not match"))
            }
        }
    }
}
