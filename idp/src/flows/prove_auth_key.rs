//! A student enters the auth key (journeys J-05 5.2, J-06; SR-22 to SR-24).

use crate::domain::{
    audit::Event,
    auth_key::{AuthKeyState, AuthKeyVerdict, read},
    login::{Attempt, Factor, Gate, Proof},
    tenant::Tenant,
};

use super::{Current, FlowError, Flows, Visitor, current::fresh};

/// What became of an entry.
#[derive(Debug, PartialEq, Eq)]
pub enum KeyEntry {
    Judged(AuthKeyVerdict),
    /// Empty, or not the right number of digits (E-60): not counted.
    Unreadable,
    /// Too many wrong ones in a row: only the office ends it (E-70).
    Stopped,
}

impl Flows {
    /// 認証 on P-08: try counted, key compared and used up in one transaction.
    pub async fn prove_auth_key(
        &self,
        tenant: &Tenant,
        current: &Current,
        typed: &str,
        visitor: &Visitor,
    ) -> Result<KeyEntry, FlowError> {
        if current.gate != Gate::AuthKey {
            return Err(FlowError::NotDue);
        }
        let now = self.now();
        let policy = &tenant.policy.auth_key;
        let Some(key) = &current.auth_key else { return Ok(KeyEntry::Judged(AuthKeyVerdict::Missing)) };
        if key.state == AuthKeyState::Dead {
            return Ok(KeyEntry::Judged(AuthKeyVerdict::Dead));
        }
        let Some(digits) = read(typed, policy.digits) else { return Ok(KeyEntry::Unreadable) };
        if now >= key.expires_at {
            return Ok(KeyEntry::Judged(AuthKeyVerdict::Expired));
        }
        let event = |event: Event| self.event(tenant, current, event, visitor);
        self.store
            .write(async |tx| {
                let tx = &tx;
                let (mut login, mut account) = fresh(tx, tenant, &current.login, now).await?;
                let (mut ledger, version) = tx.ledger(account.id, Factor::AuthKey).await?;
                if matches!(ledger.spend(&self.auth_key_rules(), now), Attempt::Locked(_)) {
                    return Ok(KeyEntry::Stopped);
                }
                let Some(spent) = tx.spend_auth_key_try(key.id, policy.max_attempts, now).await? else {
                    // Dead, used, replaced or expired since the page was shown: not compared, not counted.
                    return Ok(KeyEntry::Judged(AuthKeyVerdict::Dead));
                };
                if self.is_key(tenant, &spent, &digits) {
                    if !tx.consume_auth_key(key.id, now).await? {
                        return Err(FlowError::NotDue);
                    }
                    ledger.clear();
                    tx.save_ledger(account.id, Factor::AuthKey, &ledger, version).await?;
                    login.proofs.add(Proof {
                        factor: Factor::AuthKey,
                        account: account.id,
                        at: now,
                        evidence: key.id.to_string(),
                    });
                    tx.save_login(&login).await?;
                    // Whoever types the key has read the mail.
                    if let Some(email) = account.email.as_mut().filter(|email| email.undeliverable) {
                        email.undeliverable = false;
                        tx.save_account(&account).await?;
                    }
                    tx.record(event(Event::AuthKeyProven)).await?;
                    return Ok(KeyEntry::Judged(AuthKeyVerdict::Right));
                }
                tx.save_ledger(account.id, Factor::AuthKey, &ledger, version).await?;
                tx.save_login(&login).await?;
                tx.record(event(Event::AuthKeyFailed).with("tries", spent.tries)).await?;
                if ledger.lock(&self.auth_key_rules(), now).is_some() {
                    tx.record(event(Event::AuthKeyLocked)).await?;
                }
                if spent.tries < policy.max_attempts {
                    return Ok(KeyEntry::Judged(AuthKeyVerdict::Wrong));
                }
                tx.kill_auth_key(key.id).await?;
                tx.record(event(Event::AuthKeyInvalidated)).await?;
                Ok::<_, FlowError>(KeyEntry::Judged(AuthKeyVerdict::Killed))
            })
            .await
    }
}
