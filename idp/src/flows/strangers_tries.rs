//! Tries at a university password that is typed here: counted by name, before anybody is known (decision 6, SR-45, SR-77).

use std::time::Duration;

use crate::{
    domain::{
        clock::Timestamp,
        login::{Attempt, Rules},
        tenant::{Tenant, Upstream as UpstreamSettings},
    },
    store::{StoreError, Tx},
    upstream::directory::typed_user_id,
};

use super::{FlowError, Flows};

/// Strangers' tries are forgotten after this.
const STRANGER_MEMORY: Duration = Duration::from_hours(24);

impl Flows {
    /// Strangers are counted by a keyed hash of the name, so that the counter tells nobody's name.
    pub(super) fn stranger_key(&self, tenant: &Tenant, settings: &UpstreamSettings, user_id: &str) -> String {
        // Counted as the directory reads it: another way of writing a name gets no tries of its own.
        let name = typed_user_id(user_id).unwrap_or_else(|| user_id.to_owned()).to_lowercase();
        self.vault.index(&format!("stranger/{}/{}", tenant.id, settings.id), &name)
    }

    /// Counts one try at a university password before it is compared; the wait, when there were too many.
    pub(super) async fn count_stranger(
        &self,
        settings: &UpstreamSettings,
        key: &str,
    ) -> Result<Option<Duration>, FlowError> {
        let Some(rules) = stranger_rules(settings) else { return Ok(None) };
        let now = self.now();
        self.store
            .write(async |tx| {
                let tx = &tx;
                let (mut ledger, version) = tx.stranger_ledger(key).await?;
                Ok::<_, FlowError>(match ledger.spend(&rules, now) {
                    Attempt::Counted { .. } => {
                        tx.save_stranger_ledger(key, &ledger, version, now.plus(STRANGER_MEMORY)).await?;
                        None
                    }
                    Attempt::TooEarly { wait } => Some(wait),
                    Attempt::Locked(_) => Some(now.until(ledger.locked_until.unwrap_or(now))),
                })
            })
            .await
    }
}

/// Counts one more of `whose` before anything is done for it, or says that there were too many.
pub(super) async fn spend(tx: &Tx, whose: &str, rules: &Rules, now: Timestamp) -> Result<(), FlowError> {
    let (mut ledger, version) = tx.stranger_ledger(whose).await?;
    match ledger.spend(rules, now) {
        Attempt::Counted { .. } => {
            Ok(tx.save_stranger_ledger(whose, &ledger, version, now.plus(rules.window * 2)).await?)
        }
        Attempt::TooEarly { .. } | Attempt::Locked(_) => Err(FlowError::TooMany),
    }
}

/// So many within a window, and then none until as much time has gone by.
pub(super) fn within(window: Duration, most: u32) -> Rules {
    Rules { max_attempts: most, window, lock: window, max_in_a_row: u32::MAX, slows_down: false }
}

/// The numbers that strangers' tries are held against; none where no password is typed here.
pub(super) fn stranger_rules(settings: &UpstreamSettings) -> Option<Rules> {
    let limits = settings.kind.password_limits()?;
    Some(within(limits.window, limits.max_attempts))
}

/// A right password: this name's count begins anew.
pub(super) async fn clear_stranger(tx: &Tx, key: &str, now: Timestamp) -> Result<(), StoreError> {
    let (mut ledger, version) = tx.stranger_ledger(key).await?;
    ledger.clear();
    tx.save_stranger_ledger(key, &ledger, version, now.plus(STRANGER_MEMORY)).await
}

/// Nobody compared: the try is given back.
pub(super) async fn refund_stranger(tx: &Tx, key: &str, rules: &Rules, now: Timestamp) -> Result<(), StoreError> {
    let (mut ledger, version) = tx.stranger_ledger(key).await?;
    ledger.refund(rules);
    tx.save_stranger_ledger(key, &ledger, version, now.plus(STRANGER_MEMORY)).await
}
