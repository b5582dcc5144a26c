//! A client redeems its authorization code (RFC 6749 §4.1.3, OpenID Connect Core §3.1.3, SR-52).

use crate::{
    domain::{
        audit::{AuditEvent, Event},
        client::{Client, GrantType},
        clock::Timestamp,
        confirmation::{Possession, binding, code_is_bound_to},
        grant::{AuthorizationCode, Grant},
        oauth_error::{ErrorCode, OAuthError},
        pkce::CodeVerifier,
        resource,
        secret::TokenKey,
        tenant::Tenant,
    },
    store::{Redeem, Won},
};

use super::{
    FlowError, Flows, TokenResponse, Visitor,
    access_tokens::own_resource,
    issue_tokens::{TokenSubject, Wish, proven_enough},
};

/// What the token request says.
#[derive(Debug)]
pub struct CodeRedemption<'a> {
    pub code: &'a str,
    pub redirect_uri: Option<&'a str>,
    pub code_verifier: Option<&'a str>,
    pub resources: Vec<&'a str>,
}

impl Flows {
    /// The client is authenticated before this, and what it holds is proven.
    pub async fn redeem_code(
        &self,
        tenant: &Tenant,
        client: &Client,
        asked: &CodeRedemption<'_>,
        possession: &Possession,
        visitor: &Visitor,
    ) -> Result<TokenResponse, FlowError> {
        may_redeem(client)?;
        let now = self.now();
        let key = TokenKey::of(asked.code).ok_or_else(unknown)?;
        let code = self.store.authorization_code(&key).await?.ok_or_else(unknown)?;
        let grant = self.store.grant(code.grant).await?.ok_or_else(unknown)?;
        issued_to(&grant, tenant, client)?;
        same_redirect_uri(&code, asked)?;
        verifier_matches(&code, asked)?;
        code_is_bound_to(code.dpop_jkt.as_deref(), possession)?;
        let confirmation = binding(client, possession)?;
        if code.used {
            return Err(self.code_reused(tenant, &grant, visitor).await?);
        }
        still_good(&code, &grant, now)?;
        let audience = resource::audience(&asked.resources, &grant.terms, &own_resource(tenant))?;
        let account =
            self.grantee(tenant, &grant).await?.ok_or_else(|| invalid_grant("the account is not available"))?;
        proven_enough(tenant, client, &grant).map_err(|_| invalid_grant("more must be proven by now"))?;

        let about = TokenSubject { tenant, client, account: &account, grant: &grant };
        let wish = Wish { scope: grant.terms.scope.clone(), audience, confirmation };
        let made = self.first_tokens(&about, wish, now).await?;
        let redeem = Redeem { code: key, now, access: made.access, refresh: made.refresh, audit: None };
        match self.store.redeem(redeem).await? {
            Won::Won => Ok(made.answer),
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

/// RFC 6749 §5.2: the client is registered for this grant type.
fn may_redeem(client: &Client) -> Result<(), OAuthError> {
    if client.may(GrantType::AuthorizationCode) {
        Ok(())
    } else {
        Err(OAuthError::new(ErrorCode::UnauthorizedClient, "this client may not use authorization_code"))
    }
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

/// RFC 6749 §4.1.2: short-lived, and over when its session or grant is.
fn still_good(code: &AuthorizationCode, grant: &Grant, now: Timestamp) -> Result<(), OAuthError> {
    if now >= code.expires_at {
        return Err(invalid_grant("the code has expired"));
    }
    if grant.revoked_at.is_some() {
        return Err(invalid_grant("the code was revoked"));
    }
    Ok(())
}
