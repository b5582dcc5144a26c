//! Secrets that a tenant keeps for good: made once, whoever is first.

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use crate::domain::{clock::Timestamp, ids::TenantId, secret::Sealed};

use super::{
    Store, StoreError,
    entity::tenant_secret::{Column, Entity, Model},
    stored::only,
};

impl Store {
    /// The secret that is kept for a purpose; `fresh` becomes it if there is none yet.
    pub async fn tenant_secret(
        &self,
        tenant: &TenantId,
        purpose: &str,
        fresh: impl FnOnce() -> Sealed,
        now: Timestamp,
    ) -> Result<Sealed, StoreError> {
        let select = || {
            let of_tenant = Entity::find().filter(Column::Tenant.eq(tenant.as_str()));
            of_tenant.filter(Column::Purpose.eq(purpose))
        };
        if let Some(kept) = only(self.reader(), select()).await? {
            return Ok(Sealed(kept.secret));
        }
        let row = Model {
            tenant: tenant.to_string(),
            purpose: purpose.to_owned(),
            secret: fresh().0,
            created_at: now.as_millis(),
        };
        Entity::insert(row.into_active_model()).on_conflict_do_nothing().exec_without_returning(self.writer()).await?;
        // Another process may have been faster: what is kept counts. The writer sees it for certain.
        let kept = only(self.writer(), select()).await?;
        kept.map(|kept| Sealed(kept.secret)).ok_or(StoreError::Corrupt { what: "tenant secret" })
    }
}
