//! A student proves the second password in a login (journeys J-04).

use std::time::Duration;

use crate::domain::{
    audit::{AuditEvent, Event},
    letter::Letter,
    login::{Factor, Gate, Proof},
    outbox::OutboxLetter,
    secret::Secret,
    tenant::Tenant,
};

use super::{
    Current, FlowError, Flows, PasswordEntry, Visitor,
    current::fresh,
    deliver_mail::Post,
    second_password_tries::{Tried, WrongEntry, clear_tries},
};

const DAY: Duration = Duration::from_hours(24);

impl Flows {
    /// 次へ on P-07. When a key is needed, it is on its way as this returns.
    pub async fn prove_second_password(
        &self,
        tenant: &Tenant,
        current: &Current,
        candidate: Secret,
        visitor: &Visitor,
    ) -> Result<PasswordEntry, FlowError> {
        if !matches!(current.gate, Gate::SecondPassword | Gate::Locked(_)) {
            return Err(FlowError::NotDue);
        }
        match self.try_second_password(tenant, &current.account, candidate).await? {
            Tried::Right { renewed } => {
                self.second_password_right(tenant, current, renewed, visitor).await?;
                Ok(PasswordEntry::Right)
            }
            Tried::Wrong { last_before_lock } => {
                self.second_password_wrong(tenant, current, last_before_lock, visitor).await
            }
            Tried::Not(entry) => Ok(entry),
        }
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
                clear_tries(tx, account.id).await?;
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
        let lock = if last {
            let letter = self.notice_of_failures(tenant, current, tenant.policy.second_password.lock)?;
            Some((self.event(tenant, current, Event::SecondPasswordLocked, visitor), letter))
        } else {
            None
        };
        let wrong = WrongEntry { failed: self.event(tenant, current, Event::SecondPasswordFailed, visitor), lock };
        let told = self
            .store
            .write(async |tx| {
                let tx = &tx;
                let (login, account) = fresh(tx, tenant, &current.login, now).await?;
                tx.save_login(&login).await?;
                wrong.write(tx, account.id, now).await
            })
            .await?;
        if told {
            self.outbox_bell().notify_one();
        }
        if last { self.locked_entry(tenant, current.account.id).await } else { Ok(PasswordEntry::Wrong) }
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
            expires_at: now.plus(DAY),
        };
        self.outbox_letter(tenant, &post, now).map(Some)
    }

    pub(super) fn event(&self, tenant: &Tenant, current: &Current, event: Event, visitor: &Visitor) -> AuditEvent {
        AuditEvent::new(self.now(), event, tenant.id.clone())
            .of_login(&current.login.id)
            .of_account(current.account.id)
            .of_client(current.login.destination.client())
            .from(visitor.address_prefix().as_deref())
    }
}
