//! The office clears what a student can no longer use: the address, the second password, or both in one step (journeys J-18).

use crate::domain::{
    account::Account,
    audit::{AuditEvent, Event},
    letter::Letter,
    outbox::OutboxLetter,
    tenant::Tenant,
};

use super::{FlowError, Flows, help_desk::Warrant};

/// What is cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clearing {
    pub email: bool,
    pub second_password: bool,
}

impl Flows {
    /// What is there of the two is cleared; keys, links, sessions and grants end; the address learns of it.
    /// An account that was changed since `seen` is [`FlowError::NotDue`].
    pub async fn clear_account(
        &self,
        tenant: &Tenant,
        seen: &Account,
        clearing: Clearing,
        warrant: &Warrant,
    ) -> Result<Clearing, FlowError> {
        let cleared = Clearing {
            email: clearing.email && seen.email.is_some(),
            second_password: clearing.second_password && seen.second_password.is_some(),
        };
        if !cleared.email && !cleared.second_password {
            return Ok(cleared);
        }
        let letters = self.notices_of_clearing(tenant, seen, cleared)?;
        let now = self.now();
        let event = |event: Event| warrant.sign(AuditEvent::new(now, event, tenant.id.clone()).of_account(seen.id));
        self.store
            .write(async |tx| {
                let tx = &tx;
                let mut account = tx.account(seen.id).await?.ok_or(FlowError::NotDue)?;
                if account.credential_version != seen.credential_version {
                    return Err(FlowError::NotDue);
                }
                self.close(tx, tenant, &mut account).await?;
                if cleared.email {
                    account.email = None;
                    tx.record(event(Event::EmailCleared)).await?;
                }
                if cleared.second_password {
                    account.second_password = None;
                    // A lock guards a password that is no more.
                    tx.forget_tries(account.id).await?;
                    tx.record(event(Event::SecondPasswordCleared)).await?;
                }
                tx.save_account(&account).await?;
                for letter in &letters {
                    tx.insert_letter(letter).await?;
                }
                Ok::<_, FlowError>(())
            })
            .await?;
        self.outbox_bell().notify_one();
        Ok(cleared)
    }

    /// M-10, and M-07 (changed), which of the two letters on a second password is the one that fits.
    fn notices_of_clearing(
        &self,
        tenant: &Tenant,
        account: &Account,
        cleared: Clearing,
    ) -> Result<Vec<OutboxLetter>, FlowError> {
        let at = self.now();
        let mut letters = Vec::new();
        if cleared.email {
            letters.extend(self.office_notice(tenant, account, &Letter::EmailCleared { at })?);
        }
        if cleared.second_password {
            letters.extend(self.office_notice(tenant, account, &Letter::SecondPasswordChanged { at })?);
        }
        Ok(letters)
    }
}
