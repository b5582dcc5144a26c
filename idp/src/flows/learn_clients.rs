//! What was registered, here or at another node, becomes known to every request.

use std::sync::Arc;

use uuid::Uuid;

use crate::domain::tenant::Tenant;

use super::{FlowError, Flows};

impl Flows {
    /// Looks for changes of all tenants: one small read when there are none.
    pub async fn learn_clients(&self, tenants: &[Arc<Tenant>]) -> Result<(), FlowError> {
        let revisions = self.store.client_revisions().await?;
        for tenant in tenants {
            if revisions.get(&tenant.id).is_some_and(|revision| *revision > tenant.registered.revision()) {
                self.learn_changes(tenant).await?;
            }
        }
        Ok(())
    }

    /// After a change of our own. If it cannot be read now, then at the next look: what was done is done.
    pub(super) async fn learn_own_change(&self, tenant: &Tenant) {
        if let Err(error) = self.learn_changes(tenant).await {
            tracing::error!(tenant = %tenant.id, %error, "registered clients cannot be read");
        }
    }

    /// A name that is not known may have been given by another node just now.
    pub(super) async fn look_for_client(&self, tenant: &Tenant, id: &str) {
        let ours = || Uuid::try_parse(id).is_ok();
        if tenant.client(id).is_none() && ours() && tenant.registered.may_ask(self.now()) {
            self.learn_own_change(tenant).await;
        }
    }

    async fn learn_changes(&self, tenant: &Tenant) -> Result<(), FlowError> {
        let changes = self.store.client_changes(&tenant.id, tenant.registered.revision()).await?;
        for (client, problem) in tenant.registered.learn(&changes) {
            tracing::error!(tenant = %tenant.id, %client, problem = problem.text(), "a registered client cannot be served");
        }
        Ok(())
    }
}
