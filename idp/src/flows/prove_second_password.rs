//! A student proves the second password: counted before it is compared (journeys J-04; SR-16, SR-17).

use std::time::Duration;

use crate::{
    domain::{
        account::Account,
        audit::{AuditEvent, Event},
        letter::Letter,
        login::{Attempt, Factor, Gate, Lock, Proof},
        outbox::OutboxLetter,
        secret::Secret,
        tenant::Tenant,
    },
    keys::HashVerdict,
};

use super::{Current, FlowError, Flows, Visitor, current::fresh, deliver_mail::Post};

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

const HOUR: Duration = Duration::from_hours(1);

impl Flows {
    /// 次へ on P-07. When a key is needed, it is on its way as this returns.
    pub async fn prove_second_password(
        &self,
        tenant: &Tenant,
        current: &Current,
        candidate: Secret,
        visitor: &Visitor,
    ) -> Result<PasswordEntry, FlowError> {
        let account = &current.account;
        let (Gate::SecondPassword | Gate::Locked(_), Some(stored)) = (&current.gate, &account.second_password) else {
            return Err(FlowError::NotDue);
        };
        if candidate.is_empty() {
            return Ok(PasswordEntry::Empty);
        }
        // A place is taken before the try is spent: whoever finds the house full loses nothing.
        let turn = self.hasher.turn().await?;
        let last = match self.spend_second_password(tenant, account).await? {
            Attempt::Counted { last_before_lock } => last_before_lock,
            Attempt::TooEarly { wait } => return Ok(PasswordEntry::TooEarly { wait }),
            Attempt::Locked(lock) => return Ok(PasswordEntry::Locked(lock)),
        };
        match self.hasher.verify_in(turn, candidate.clone(), &stored.hash).await? {
            HashVerdict::Match { outdated } => {
                let renewed = if outdated { Some(self.hasher.hash(candidate).await?) } else { None };
                self.second_password_right(tenant, current, renewed, visitor).await?;
                Ok(PasswordEntry::Right)
            }
            HashVerdict::Mismatch => self.second_password_wrong(tenant, current, last, visitor).await,
        }
    }

    /// Counts a try of the account's second password, wherever it is typed.
    pub(super) async fn spend_second_password(&self, tenant: &Tenant, account: &Account) -> Result<Attempt, FlowError> {
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

    async fn second_password_right(
        &self,
        tenant: &Tenant,
        current: &Current,
        renewed: Option<String>,
        visitor: &Visitor,
    ) -> Result<(), FlowError> {
        let now = self.now();
        let audit = self.event(tenant, current, Event::SecondPasswordProven, visitor);
        self.store
            .write(async |tx| {
                let tx = &tx;
                let (mut login, mut account) = fresh(tx, tenant, &current.login, now).await?;
                // What was compared must still be what is set.
                if account.credential_version != current.account.credential_version {
                    return Err(FlowError::NotDue);
                }
                let (mut ledger, version) = tx.ledger(account.id, Factor::SecondPassword).await?;
                ledger.clear();
                tx.save_ledger(account.id, Factor::SecondPassword, &ledger, version).await?;
                if let (Some(hash), Some(stored)) = (&renewed, &mut account.second_password) {
                    stored.hash.clone_from(hash);
                    tx.save_account(&account).await?;
                }
                login.proofs.add(Proof {
                    factor: Factor::SecondPassword,
                    account: account.id,
                    at: now,
                    evidence: account.credential_version.to_string(),
                });
                tx.save_login(&login).await?;
                tx.record(audit.clone()).await?;
                Ok::<_, FlowError>(())
            })
            .await?;
        self.send_first_key_if_due(tenant, &current.login.id, visitor).await
    }

    async fn second_password_wrong(
        &self,
        tenant: &Tenant,
        current: &Current,
        last: bool,
        visitor: &Visitor,
    ) -> Result<PasswordEntry, FlowError> {
        let now = self.now();
        let failed = self.event(tenant, current, Event::SecondPasswordFailed, visitor);
        let locked = self.event(tenant, current, Event::SecondPasswordLocked, visitor);
        let lock = tenant.policy.second_password.lock;
        let letter = if last { self.notice_of_failures(tenant, current, lock)? } else { None };
        let told = self
            .store
            .write(async |tx| {
                let tx = &tx;
                let (login, account) = fresh(tx, tenant, &current.login, now).await?;
                tx.save_login(&login).await?;
                tx.record(failed.clone()).await?;
                if !last {
                    return Ok(false);
                }
                tx.record(locked.clone()).await?;
                // SR-27: at most one such mail an hour.
                let Some(letter) = &letter else { return Ok(false) };
                if tx.letters_since(account.id, &letter.kind, now.minus(HOUR)).await? > 0 {
                    return Ok(false);
                }
                tx.insert_letter(letter).await?;
                Ok::<_, FlowError>(true)
            })
            .await?;
        if told {
            self.outbox_bell().notify_one();
        }
        if !last {
            return Ok(PasswordEntry::Wrong);
        }
        let ledger = self.store.ledger(current.account.id, Factor::SecondPassword).await?;
        let lock = ledger.lock(&self.second_password_rules(tenant), now);
        Ok(lock.map_or(PasswordEntry::Wrong, PasswordEntry::Locked))
    }

    /// M-09.
    pub(super) fn notice_of_failures(
        &self,
        tenant: &Tenant,
        current: &Current,
        lock: Duration,
    ) -> Result<Option<OutboxLetter>, FlowError> {
        let Some(to) = self.email(&current.account)? else { return Ok(None) };
        let now = self.now();
        let letter = Letter::RepeatedFailures { at: now, lock };
        let post = Post {
            account: &current.account,
            login: Some(&current.login),
            language: current.login.language,
            to: &to,
            letter: &letter,
            expires_at: now.plus(HOUR * 24),
        };
        self.outbox_letter(tenant, &post, now).map(Some)
    }

    pub(super) fn event(&self, tenant: &Tenant, current: &Current, event: Event, visitor: &Visitor) -> AuditEvent {
        AuditEvent::new(self.now(), event, tenant.id.clone())
            .of_login(&current.login.id)
            .of_account(current.account.id)
            .of_client(&current.client.id)
            .from(visitor.address_prefix().as_deref())
    }
}
