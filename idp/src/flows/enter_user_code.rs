//! A person types what the device shows: the right code begins a login for that device (P-32; RFC 8628 §3.3, §5.1).

use crate::domain::{
    audit::{AuditEvent, Event},
    device_code::{DeviceVisit, MOST_WRONG, MOST_WRONG_OF_SOURCE, UserCode, WRONG_WINDOW},
    login::{Attempt, Destination, PendingLogin},
    tenant::Tenant,
};

use super::{
    FlowError, Flows, Visitor, authorize_device::user_code_purpose, forgot_second_password::source,
    strangers_tries::within,
};

/// What became of an entry at P-32.
#[derive(Debug)]
pub enum UserCodeEntry {
    /// A login in this browser, for the device.
    Right(Box<PendingLogin>),
    Wrong,
    /// Too many wrong ones from here, or from everywhere: not compared.
    Throttled,
}

impl Flows {
    pub async fn enter_user_code(
        &self,
        tenant: &Tenant,
        typed: &str,
        visitor: &Visitor,
    ) -> Result<UserCodeEntry, FlowError> {
        // What cannot be a code guesses nothing.
        let Some(code) = UserCode::read(typed) else { return Ok(UserCodeEntry::Wrong) };
        let hashes = self.vault.indexes(&user_code_purpose(&tenant.id), code.letters());
        let budgets = [
            (self.wrong_codes(tenant, &source(visitor.address)), MOST_WRONG_OF_SOURCE),
            (self.wrong_codes(tenant, "everybody"), MOST_WRONG),
        ];
        let now = self.now();
        let entry = self.store.write(async |tx| {
            let tx = &tx;
            let mut spent = Vec::with_capacity(budgets.len());
            for (key, most) in &budgets {
                let (mut ledger, version) = tx.stranger_ledger(key).await?;
                if !matches!(ledger.spend(&within(WRONG_WINDOW, *most), now), Attempt::Counted { .. }) {
                    return Ok(UserCodeEntry::Throttled);
                }
                spent.push((key, ledger, version));
            }
            if let Some(code) = tx.waiting_device_code(&hashes, now).await?.filter(|code| code.tenant == tenant.id) {
                let visit = DeviceVisit { code: code.key, client: code.client };
                let pending = self.new_pending(Destination::Device(Box::new(visit)));
                return Ok(UserCodeEntry::Right(Box::new(pending)));
            }
            // Counted with the compare in one transaction: of tries side by side each finds the others.
            for (key, ledger, version) in spent {
                tx.save_stranger_ledger(key, &ledger, version, now.plus(WRONG_WINDOW * 2)).await?;
            }
            Ok::<_, FlowError>(UserCodeEntry::Wrong)
        });
        let entry = entry.await?;
        match &entry {
            UserCodeEntry::Right(pending) => self.note_begun(&pending.id),
            UserCodeEntry::Wrong => self.note_wrong_code(tenant, "the user code is not known", visitor).await,
            UserCodeEntry::Throttled => self.note_wrong_code(tenant, "too many wrong user codes", visitor).await,
        }
        Ok(entry)
    }

    fn wrong_codes(&self, tenant: &Tenant, whose: &str) -> String {
        self.vault.index(&format!("wrong-user-codes/{}", tenant.id), whose)
    }

    async fn note_wrong_code(&self, tenant: &Tenant, what: &str, visitor: &Visitor) {
        let event = AuditEvent::new(self.now(), Event::RequestRejected, tenant.id.clone())
            .from(visitor.address_prefix().as_deref())
            .with("description", what);
        self.record_stranger(event).await;
    }
}
