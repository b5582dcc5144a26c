//! A registered client ends: by itself, or by an operator. What it was given dies with it.

use crate::domain::{
    audit::AuditEvent, client_metadata::ClientMetadata, clock::Timestamp, ids::ClientId,
    registered_client::RegisteredClient, secret::TokenKey, tenant::Tenant,
};

use super::{FlowError, Flows};

impl Flows {
    /// Its grants and with them codes and tokens end in the same moment, and what people agreed to; its name stays used. False if it had ended.
    pub async fn remove_client(&self, tenant: &Tenant, id: &ClientId, audit: AuditEvent) -> Result<bool, FlowError> {
        let now = self.now();
        let audit = audit.of_client(id).with("act", "removed");
        let removed = self
            .store
            .write(async |tx| {
                let tx = &tx;
                let mut register = tx.client_register(&tenant.id).await?;
                let stored = tx.registered_client(&tenant.id, id.as_str()).await?;
                let Some(client) = stored.filter(|client| client.removed_at.is_none()) else { return Ok(false) };
                let grants = tx.revoke_all_grants_of_client(&tenant.id, id, (client.issued_at, now)).await?;
                tx.remove_consents_of_client(id).await?;
                tx.end_pushed_requests_of_client(&tenant.id, id, client.issued_at).await?;
                let gone = RegisteredClient {
                    metadata: ClientMetadata::default(),
                    secret: None,
                    access: TokenKey::floor(Timestamp::default()),
                    revision: register.remove(),
                    removed_at: Some(now),
                    ..client
                };
                tx.save_registered_client(&gone).await?;
                tx.save_client_register(&tenant.id, &register).await?;
                tx.record(audit.clone().with("grants", grants.len())).await?;
                Ok::<_, FlowError>(true)
            })
            .await?;
        self.learn_own_change(tenant).await;
        Ok(removed)
    }
}
