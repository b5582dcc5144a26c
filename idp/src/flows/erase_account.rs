//! An account is erased: personal data goes, the trail and a mark of the subject stay (SR-62, SR-94).

use crate::domain::{
    audit::{AuditEvent, Event},
    ids::AccountId,
    tenant::Tenant,
};

use super::{FlowError, Flows, help_desk::Warrant};

impl Flows {
    /// In a directory upstream the person goes too; elsewhere the next login makes a new account with another subject.
    pub async fn erase_account(&self, tenant: &Tenant, account: AccountId, warrant: &Warrant) -> Result<(), FlowError> {
        let now = self.now();
        let event = AuditEvent::new(now, Event::AccountErased, tenant.id.clone()).of_account(account);
        let event = warrant.sign(event);
        self.store
            .write(async |tx| {
                let tx = &tx;
                let mut account = tx.account(account).await?.ok_or(FlowError::NotDue)?;
                self.close(tx, tenant, &mut account).await?;
                tx.erase_account(&account, now).await?;
                tx.record(event.clone()).await?;
                Ok::<_, FlowError>(())
            })
            .await
    }
}
