//! A client gives a token back (RFC 7009): a refresh token takes its whole grant along.

use std::sync::Arc;

use crate::domain::{
    audit::{AuditEvent, Event},
    client::Client,
    grant::{AccessToken, Grant, Origin},
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
        let event = |what: &str| {
            AuditEvent::new(self.now(), Event::GrantRevoked, tenant.id.clone())
                .of_client(&client.id)
                .from(visitor.address_prefix().as_deref())
                .with("token", what)
        };
        let of_grant =
            |event: AuditEvent, grant: &Grant| event.of_account(grant.account).with("grant", grant.id.to_string());
        if let Some(access) = self.access_token(tenant, token).await? {
            let event = match &access.origin {
                Origin::Grant(id) => {
                    let Some(grant) = self.own_grant(tenant, client, *id).await? else { return Ok(()) };
                    of_grant(event("access_token"), &grant)
                }
                Origin::Client(of, owner) if *of == tenant.id && *owner == client.id => event("access_token"),
                Origin::Client(..) => return Ok(()),
            };
            return self.revoke_access_token(&access, event).await;
        }
        let Some(key) = TokenKey::of(token) else { return Ok(()) };
        let Some(refresh) = self.store.refresh_token(&key).await? else { return Ok(()) };
        match self.own_grant(tenant, client, refresh.grant).await? {
            Some(grant) => self.revoke_grant(grant.id, of_grant(event("refresh_token"), &grant)).await,
            None => Ok(()),
        }
    }

    async fn revoke_access_token(&self, access: &AccessToken, event: AuditEvent) -> Result<(), FlowError> {
        self.store
            .write(async |tx| {
                let tx = &tx;
                if !tx.revoke_access_token(&access.key).await? {
                    tx.insert_revoked(access).await?;
                }
                tx.record(event.clone()).await?;
                Ok::<_, FlowError>(())
            })
            .await
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
