//! A try of the second password, wherever it is typed: counted before it is compared, and what a wrong one leaves (SR-16, SR-17).

use std::time::Duration;

use crate::{
    domain::{
        account::Account,
        audit::AuditEvent,
        clock::Timestamp,
        ids::AccountId,
        login::{Attempt, Factor, Lock},
        outbox::OutboxLetter,
        secret::Secret,
        tenant::Tenant,
    },
    keys::HashVerdict,
    store::Tx,
};

use super::{FlowError, Flows};

/// What became of an entry.
#[derive(Debug, PartialEq, Eq)]
pub enum PasswordEntry {
    Right,
    Wrong,
    Empty,
    /// Neither compared nor counted (E-53).
    TooEarly {
        wait: Duration,
    },
    Locked(Lock),
}

/// A try, before anything but its count is written.
pub(super) enum Tried {
    /// With the hash that takes the place of an outdated one.
    Right {
        renewed: Option<String>,
    },
    Wrong {
        last_before_lock: bool,
    },
    /// It was not compared.
    Not(PasswordEntry),
}

const HOUR: Duration = Duration::from_hours(1);

impl Flows {
    pub(super) async fn try_second_password(
        &self,
        tenant: &Tenant,
        account: &Account,
        candidate: Secret,
    ) -> Result<Tried, FlowError> {
        let stored = account.second_password.as_ref().ok_or(FlowError::NotDue)?;
        if candidate.is_empty() {
            return Ok(Tried::Not(PasswordEntry::Empty));
        }
        // A place is taken before the try is spent: whoever finds the house full loses nothing.
        let turn = self.hasher.turn().await?;
        let last_before_lock = match self.spend_second_password(tenant, account).await? {
            Attempt::Counted { last_before_lock } => last_before_lock,
            Attempt::TooEarly { wait } => return Ok(Tried::Not(PasswordEntry::TooEarly { wait })),
            Attempt::Locked(lock) => return Ok(Tried::Not(PasswordEntry::Locked(lock))),
        };
        Ok(match self.hasher.verify_in(turn, candidate.clone(), &stored.hash).await? {
            HashVerdict::Match { outdated: true } => Tried::Right { renewed: Some(self.hasher.hash(candidate).await?) },
            HashVerdict::Match { outdated: false } => Tried::Right { renewed: None },
            HashVerdict::Mismatch => Tried::Wrong { last_before_lock },
        })
    }

    async fn spend_second_password(&self, tenant: &Tenant, account: &Account) -> Result<Attempt, FlowError> {
        let (rules, now) = (self.second_password_rules(tenant), self.now());
        self.store
            .write(async |tx| {
                let tx = &tx;
                let (mut ledger, version) = tx.ledger(account.id, Factor::SecondPassword).await?;
                let attempt = ledger.spend(&rules, now);
                if matches!(attempt, Attempt::Counted { .. }) {
                    tx.save_ledger(account.id, Factor::SecondPassword, &ledger, version).await?;
                }
                Ok::<_, FlowError>(attempt)
            })
            .await
    }

    /// How things stand after a wrong try that was the last one before the lock.
    pub(super) async fn locked_entry(&self, tenant: &Tenant, account: AccountId) -> Result<PasswordEntry, FlowError> {
        let ledger = self.store.ledger(account, Factor::SecondPassword).await?;
        let lock = ledger.lock(&self.second_password_rules(tenant), self.now());
        Ok(lock.map_or(PasswordEntry::Wrong, PasswordEntry::Locked))
    }
}

/// What a wrong entry leaves.
pub(super) struct WrongEntry {
    pub failed: AuditEvent,
    /// It was the last one before the lock: the row that tells so, and M-09.
    pub lock: Option<(AuditEvent, Option<OutboxLetter>)>,
}

impl WrongEntry {
    /// Says whether a mail was written.
    pub(super) async fn write(&self, tx: &Tx, account: AccountId, now: Timestamp) -> Result<bool, FlowError> {
        tx.record(self.failed.clone()).await?;
        let Some((locked, letter)) = &self.lock else { return Ok(false) };
        tx.record(locked.clone()).await?;
        // SR-27: at most one such mail an hour.
        let Some(letter) = letter else { return Ok(false) };
        if tx.letters_since(account, &letter.kind, now.minus(HOUR)).await? > 0 {
            return Ok(false);
        }
        tx.insert_letter(letter).await?;
        Ok(true)
    }
}

/// A right entry ends the row of wrong ones.
pub(super) async fn clear_tries(tx: &Tx, account: AccountId) -> Result<(), FlowError> {
    let (mut ledger, version) = tx.ledger(account, Factor::SecondPassword).await?;
    ledger.clear();
    tx.save_ledger(account, Factor::SecondPassword, &ledger, version).await?;
    Ok(())
}
