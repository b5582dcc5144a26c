//! P-19: the second password once more, so that the session may change the account (journeys J-07 7.0; SR-2, SR-5, SR-34).

use crate::{
    domain::{
        account::Account,
        audit::{AuditEvent, Event},
        clock::Timestamp,
        letter::Letter,
        login::{Factor, Lock, Proof},
        secret::{Secret, token},
        session::Session,
        tenant::Tenant,
    },
    store::Tx,
};

use super::{
    Acting, FlowError, Flows, PasswordEntry, SessionCookie,
    issue_tokens::key_of,
    second_password_tries::{Tried, WrongEntry, clear_tries},
};

/// What became of an entry on an account page.
#[derive(Debug)]
pub enum Confirmed {
    /// The session goes on under this cookie; the old one is dead.
    Right(SessionCookie),
    /// The last wrong one before the lock: this session has ended.
    LockedOut(Lock),
    Not(PasswordEntry),
}

impl Flows {
    pub async fn confirm_second_password(
        &self,
        tenant: &Tenant,
        acting: &Acting<'_>,
        candidate: Secret,
    ) -> Result<Confirmed, FlowError> {
        let renewed = match self.try_second_password(tenant, acting.account(), candidate).await? {
            Tried::Right { renewed } => renewed,
            tried => return self.not_right(tenant, acting, tried).await,
        };
        let right = self.right_entry(tenant, acting, renewed)?;
        self.store
            .write(async |tx| {
                let tx = &tx;
                let (account, _) = right.write(self, tx, acting).await?;
                tx.save_account(&account).await?;
                Ok::<_, FlowError>(())
            })
            .await?;
        Ok(Confirmed::Right(right.cookie))
    }

    /// What a right entry will write; the deed it was asked for goes into the same transaction.
    pub(super) fn right_entry(
        &self,
        tenant: &Tenant,
        acting: &Acting<'_>,
        renewed: Option<String>,
    ) -> Result<RightEntry, FlowError> {
        let at = self.now();
        let secret = token(&*self.entropy, at);
        let live = acting.live;
        let mut session = Session { key: key_of(&secret)?, used_at: at, ..(*live.session).clone() };
        session.proofs.add(Proof {
            factor: Factor::SecondPassword,
            account: live.account.id,
            at,
            evidence: live.account.credential_version.to_string(),
        });
        let audit = self.account_event(tenant, acting, Event::SecondPasswordProven);
        Ok(RightEntry { renewed, session, cookie: SessionCookie(secret), audit, at })
    }

    /// Whatever a try came to that was not right: a wrong one is noted, and the last one before the lock ends this session (J-08 8.1).
    pub(super) async fn not_right(
        &self,
        tenant: &Tenant,
        acting: &Acting<'_>,
        tried: Tried,
    ) -> Result<Confirmed, FlowError> {
        let last = match tried {
            Tried::Not(entry) => return Ok(Confirmed::Not(entry)),
            Tried::Right { .. } => return Err(FlowError::NotDue),
            Tried::Wrong { last_before_lock } => last_before_lock,
        };
        let (now, account) = (self.now(), acting.account().id);
        let lock = if last {
            let letter = Letter::RepeatedFailures { at: now, lock: tenant.policy.second_password.lock };
            let locked = self.account_event(tenant, acting, Event::SecondPasswordLocked);
            Some((locked, self.account_notice(tenant, acting, &letter)?))
        } else {
            None
        };
        let wrong = WrongEntry { failed: self.account_event(tenant, acting, Event::SecondPasswordFailed), lock };
        let ended = self.account_event(tenant, acting, Event::SessionEnded).with("reason", "second password locked");
        let told = self
            .store
            .write(async |tx| {
                let tx = &tx;
                let told = wrong.write(tx, account, now).await?;
                if last && tx.end_session(acting.live.session.id, now).await? {
                    self.settle_ended(tx, tenant, acting.account(), &[acting.live.session.id], now).await?;
                    tx.record(ended.clone()).await?;
                }
                Ok::<_, FlowError>(told)
            })
            .await?;
        if told {
            self.outbox_bell().notify_one();
        }
        if !last {
            return Ok(Confirmed::Not(PasswordEntry::Wrong));
        }
        self.logout_bell().notify_one();
        Ok(match self.locked_entry(tenant, account).await? {
            PasswordEntry::Locked(lock) => Confirmed::LockedOut(lock),
            entry => Confirmed::Not(entry),
        })
    }
}

/// A right entry, ready to be written.
pub(super) struct RightEntry {
    /// The hash that takes the place of an outdated one.
    renewed: Option<String>,
    /// The session under its new key, with the fresh proof: the university's proof stays where it is, and `auth_time` with it (SR-5).
    pub session: Session,
    pub cookie: SessionCookie,
    audit: AuditEvent,
    pub at: Timestamp,
}

impl RightEntry {
    /// Clears the counter and raises the session. Gives the account as it is now, still to be saved, and the session.
    pub(super) async fn write(
        &self,
        flows: &Flows,
        tx: &Tx,
        acting: &Acting<'_>,
    ) -> Result<(Account, Session), FlowError> {
        let mut account = flows.fresh_account(tx, acting).await?;
        // What was compared must still be what is set.
        if account.credential_version != acting.account().credential_version {
            return Err(FlowError::NotDue);
        }
        clear_tries(tx, account.id).await?;
        if let (Some(hash), Some(stored)) = (&self.renewed, &mut account.second_password) {
            stored.hash.clone_from(hash);
        }
        if !tx.raise_session(&acting.live.session.key, &self.session).await? {
            return Err(FlowError::NotDue);
        }
        tx.record(self.audit.clone()).await?;
        Ok((account, self.session.clone()))
    }
}
