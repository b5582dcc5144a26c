//! A client gives a token back (RFC 7009): a refresh token takes its whole grant along.

use std::sync::Arc;

use crate::domain::{
    audit::{AuditEvent, Event},
    client::Client,
    grant::Grant,
    ids::GrantId,
    secret::TokenKey,
    tenant::Tenant,
};

use super::{FlowError, Flows, Visitor};

impl Flows {
    /// The client is authenticated before this. What is unknown or another's is left alone, without a word (RFC 7009 §2.2).
    pub async fn revoke_token(
        &self,
        tenant: &Tenant,
        client: &Client,
        token: &str,
        visitor: &Visitor,
    ) -> Result<(), FlowError> {
        let Some(key) = TokenKey::of(token) else { return Ok(()) };
        let now = self.now();
        let event = |grant: &Grant, what: &str| {
            AuditEvent::new(now, Event::GrantRevoked, tenant.id.clone())
                .of_account(grant.account)
                .of_client(&client.id)
                .from(visitor.address_prefix().as_deref())
                .with("token", what)
                .with("grant", grant.id.to_string())
        };
        if let Some(access) = self.store.access_token(&key).await? {
            let Some(grant) = self.own_grant(tenant, client, access.grant).await? else { return Ok(()) };
            let event = event(&grant, "access_token");
            return self
                .store
                .write(async |tx| {
                    let tx = &tx;
                    tx.revoke_access_token(&key).await?;
                    tx.record(event.clone()).await?;
                    Ok::<_, FlowError>(())
                })
                .await;
        }
        let Some(refresh) = self.store.refresh_token(&key).await? else { return Ok(()) };
        match self.own_grant(tenant, client, refresh.grant).await? {
            Some(grant) => self.revoke_grant(grant.id, event(&grant, "refresh_token")).await,
            None => Ok(()),
        }
    }

    /// A live grant of this very client.
    pub(super) async fn own_grant(
        &self,
        tenant: &Tenant,
        client: &Client,
        id: GrantId,
    ) -> Result<Option<Arc<Grant>>, FlowError> {
        let grant = self.store.grant(id).await?;
        Ok(grant.filter(|grant| grant.tenant == tenant.id && grant.client == client.id && grant.revoked_at.is_none()))
    }
}
