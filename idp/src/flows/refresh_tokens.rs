//! A client refreshes its tokens: each refresh token once, a used one ends the family (RFC 6749 §6, RFC 9700 §4.14, SR-54).

use crate::{
    domain::{
        audit::{AuditEvent, Event},
        client::{Client, GrantType, Profile},
        clock::Timestamp,
        confirmation::{Possession, binding, still_bound},
        grant::{Grant, RefreshState, RefreshToken},
        oauth_error::{ErrorCode, OAuthError},
        resource,
        scope::Scope,
        secret::TokenKey,
        tenant::Tenant,
    },
    store::{Issue, Rotate, Won},
};

use super::{
    FlowError, Flows, TokenResponse, Visitor,
    access_tokens::own_resource,
    issue_tokens::{Made, TokenSubject, Wish, proven_enough},
};

/// What the token request says.
#[derive(Debug)]
pub struct Refreshment<'a> {
    pub refresh_token: &'a str,
    pub scope: Option<&'a str>,
    pub resources: Vec<&'a str>,
}

impl Flows {
    /// The client is authenticated before this, and what it holds is proven.
    pub async fn refresh_tokens(
        &self,
        tenant: &Tenant,
        client: &Client,
        asked: &Refreshment<'_>,
        possession: &Possession,
        visitor: &Visitor,
    ) -> Result<TokenResponse, FlowError> {
        may_refresh(client)?;
        let now = self.now();
        let key = TokenKey::of(asked.refresh_token).ok_or_else(unknown)?;
        let presented = self.store.refresh_token(&key).await?.ok_or_else(unknown)?;
        let grant = self.store.grant(presented.grant).await?.ok_or_else(unknown)?;
        issued_to(&grant, tenant, client)?;
        still_good(&presented, &grant, now)?;
        let confirmation = binding(client, possession)?;
        still_bound(client, presented.confirmation.as_ref(), possession, confirmation.as_ref())?;
        let scope = narrowed(&grant, asked)?;
        let audience = resource::audience(&asked.resources, &grant.terms, &own_resource(tenant))?;
        let Some(lost) = self.lost_answer(&presented).await? else {
            return Err(self.refresh_reused(tenant, &grant, visitor).await?);
        };
        let account =
            self.grantee(tenant, &grant).await?.ok_or_else(|| invalid_grant("the account is not available"))?;
        proven_enough(tenant, client, &grant).map_err(|_| invalid_grant("more must be proven by now"))?;

        let about = TokenSubject { tenant, client, account: &account, grant: &grant };
        let made = self.make_tokens(&about, Wish { scope, audience, confirmation }, None, now).await?;
        if client.profile == Profile::Fapi2 {
            return self.keep_refresh_token(made).await;
        }
        self.replace_refresh_token(&presented, &grant, lost, made, now).await
    }

    /// FAPI 2.0 Security Profile §5.3.2.1 no. 9: no rotation, the one that was presented goes on working.
    async fn keep_refresh_token(&self, made: Made) -> Result<TokenResponse, FlowError> {
        self.store.issue(Issue { access: made.access, audit: None }).await?;
        Ok(made.answer)
    }

    async fn replace_refresh_token(
        &self,
        presented: &RefreshToken,
        grant: &Grant,
        lost: LostSuccessor,
        made: Made,
        now: Timestamp,
    ) -> Result<TokenResponse, FlowError> {
        // Whoever holds it next is held to what the family began with.
        let (secret, refresh) =
            self.new_refresh_token(grant, presented.confirmation.clone(), presented.expires_at, now)?;
        let old = presented.key.clone();
        match self
            .store
            .rotate(Rotate { old, replaces: lost.0, now, access: made.access, refresh, audit: None })
            .await?
        {
            Won::Won => Ok(TokenResponse { refresh_token: Some(secret), ..made.answer }),
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

/// RFC 6749 §5.2: the client is registered for this grant type.
fn may_refresh(client: &Client) -> Result<(), OAuthError> {
    if client.may(GrantType::RefreshToken) {
        Ok(())
    } else {
        Err(OAuthError::new(ErrorCode::UnauthorizedClient, "this client may not use refresh_token"))
    }
}

/// RFC 6749 §6: issued to this client.
fn issued_to(grant: &Grant, tenant: &Tenant, client: &Client) -> Result<(), OAuthError> {
    if grant.tenant == tenant.id && grant.client == client.id {
        Ok(())
    } else {
        Err(invalid_grant("the refresh token was issued to another client"))
    }
}

fn still_good(presented: &RefreshToken, grant: &Grant, now: Timestamp) -> Result<(), OAuthError> {
    if grant.revoked_at.is_some() || presented.state == RefreshState::Revoked {
        return Err(invalid_grant("the refresh token was revoked"));
    }
    if now >= presented.expires_at {
        return Err(invalid_grant("the refresh token has expired"));
    }
    Ok(())
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
