//! A client refreshes its tokens: each refresh token once, a used one ends the family (RFC 6749 §6, RFC 9700 §4.14, SR-54).

use crate::{
    domain::{
        audit::{AuditEvent, Event},
        client::{Client, GrantType},
        clock::Timestamp,
        grant::{ACCESS_TOKEN_LIFETIME, Grant, RefreshState, RefreshToken},
        oauth_error::{ErrorCode, OAuthError},
        scope::Scope,
        secret::{TokenKey, token},
        tenant::Tenant,
    },
    store::{Rotate, Won},
};

use super::{
    FlowError, Flows, TokenResponse, Visitor,
    issue_tokens::{TokenSubject, key_of},
};

/// What the token request says.
#[derive(Debug)]
pub struct Refreshment<'a> {
    pub refresh_token: &'a str,
    pub scope: Option<&'a str>,
}

impl Flows {
    /// The client is authenticated before this.
    pub async fn refresh_tokens(
        &self,
        tenant: &Tenant,
        client: &Client,
        asked: &Refreshment<'_>,
        visitor: &Visitor,
    ) -> Result<TokenResponse, FlowError> {
        if !client.may(GrantType::RefreshToken) {
            return Err(OAuthError::new(ErrorCode::UnauthorizedClient, "this client may not use refresh_token").into());
        }
        let now = self.now();
        let key = TokenKey::of(asked.refresh_token).ok_or_else(unknown)?;
        let presented = self.store.refresh_token(&key).await?.ok_or_else(unknown)?;
        let grant = self.store.grant(presented.grant).await?.ok_or_else(unknown)?;
        if grant.tenant != tenant.id || grant.client != client.id {
            return Err(invalid_grant("the refresh token was issued to another client").into());
        }
        if grant.revoked_at.is_some() || presented.state == RefreshState::Revoked {
            return Err(invalid_grant("the refresh token was revoked").into());
        }
        if now >= presented.expires_at {
            return Err(invalid_grant("the refresh token has expired").into());
        }
        let scope = narrowed(&grant, asked)?;
        let Some(lost) = self.lost_answer(&presented).await? else {
            return Err(self.refresh_reused(tenant, &grant, visitor).await?);
        };
        let account =
            self.grantee(tenant, &grant).await?.ok_or_else(|| invalid_grant("the account is not available"))?;

        let keys = self.published_keys(tenant).await?;
        let about = TokenSubject { tenant, client, account: &account, grant: &grant };
        let id_token = self.id_token(&keys, &about, None, now)?;
        let (access_token, access) = self.new_access_token(&grant, scope.clone(), now)?;
        let secret = token(&*self.entropy, now);
        let refresh = RefreshToken {
            key: key_of(&secret)?,
            grant: grant.id,
            expires_at: presented.expires_at,
            state: RefreshState::Open,
        };
        match self.store.rotate(Rotate { old: key, replaces: lost.0, now, access, refresh, audit: None }).await? {
            Won::Won => Ok(TokenResponse {
                access_token,
                expires_in: ACCESS_TOKEN_LIFETIME.as_secs(),
                refresh_token: Some(secret),
                id_token: Some(id_token),
                scope,
            }),
            // Somebody was faster with the same token: whoever asks again is judged by what stands then.
            Won::Lost => Err(invalid_grant("the refresh token was used just now").into()),
        }
    }

    /// The answer to an earlier refresh may have been lost: as long as its token was never used, it gives way.
    /// None: the token was used, and so was its successor.
    async fn lost_answer(&self, presented: &RefreshToken) -> Result<Option<LostSuccessor>, FlowError> {
        match &presented.state {
            RefreshState::Open => Ok(Some(LostSuccessor(None))),
            RefreshState::Revoked => Ok(None),
            RefreshState::Used { successor } => {
                let kept = self.store.refresh_token(successor).await?;
                let unused = kept.is_some_and(|token| token.state == RefreshState::Open);
                Ok(unused.then(|| LostSuccessor(Some(successor.clone()))))
            }
        }
    }

    async fn refresh_reused(&self, tenant: &Tenant, grant: &Grant, visitor: &Visitor) -> Result<FlowError, FlowError> {
        let event = AuditEvent::new(self.now(), Event::RefreshReused, tenant.id.clone())
            .of_account(grant.account)
            .of_client(&grant.client)
            .from(visitor.address_prefix().as_deref())
            .with("grant", grant.id.to_string());
        self.revoke_grant(grant.id, event).await?;
        Ok(invalid_grant("the refresh token was used before").into())
    }

    /// Ends a grant and all that hangs on it, and notes why.
    pub(super) async fn revoke_grant(
        &self,
        grant: crate::domain::ids::GrantId,
        event: AuditEvent,
    ) -> Result<(), FlowError> {
        let at: Timestamp = event.at;
        self.store
            .write(async |tx| {
                let tx = &tx;
                tx.revoke_grant(grant, at).await?;
                tx.record(event.clone()).await?;
                Ok::<_, FlowError>(())
            })
            .await
    }
}

/// The unused token that an earlier, lost answer carried.
struct LostSuccessor(Option<TokenKey>);

fn invalid_grant(description: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidGrant, description)
}

fn unknown() -> FlowError {
    invalid_grant("the refresh token is not known").into()
}

/// RFC 6749 §6: no scope beyond what was granted.
fn narrowed(grant: &Grant, asked: &Refreshment<'_>) -> Result<Scope, OAuthError> {
    let Some(text) = asked.scope else { return Ok(grant.terms.scope.clone()) };
    let scope = Scope::parse(text);
    if scope.is_empty() || !scope.is_subset(&grant.terms.scope) {
        return Err(OAuthError::new(ErrorCode::InvalidScope, "scope goes beyond what was granted"));
    }
    Ok(scope)
}
