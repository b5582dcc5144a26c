//! Signing keys are made, take over, retire and go (SR-67, SR-68); the key ring follows what the database says.

use std::{sync::Arc, time::Duration};

use crate::{
    domain::{
        audit::{AuditEvent, Event},
        ids::{KeyId, TenantId},
        signing_key::{KeyState, Rotation, SigningAlgorithm, SigningKey, by_hand, due},
        tenant::Tenant,
    },
    keys::{KeySet, generate},
    store::Tx,
};

use super::{FlowError, Flows};

/// How long a request waits for the keys of a new tenant.
const PATIENCE: Duration = Duration::from_secs(10);

impl Flows {
    /// Does what is due for one tenant, then loads its key ring anew.
    pub async fn rotate_due_keys(&self, tenant: &TenantId) -> Result<(), FlowError> {
        let keys = self.store.signing_keys(tenant).await?;
        let steps = due(&keys, self.now());
        self.apply(tenant, keys, steps).await
    }

    /// `idp key rotate`: the successor takes over now.
    pub async fn rotate_keys_by_hand(&self, tenant: &TenantId, algorithm: SigningAlgorithm) -> Result<(), FlowError> {
        let keys = self.store.signing_keys(tenant).await?;
        let steps = by_hand(&keys, algorithm);
        self.apply(tenant, keys, steps).await
    }

    /// What the JWKS shows; of a new tenant as soon as it has keys.
    pub async fn published_keys(&self, tenant: &Tenant) -> Result<Arc<KeySet>, FlowError> {
        let ring = self.keyring(&tenant.id)?;
        tokio::time::timeout(PATIENCE, ring.complete()).await.map_err(|_| FlowError::NotReady)
    }

    /// Whether every tenant can sign.
    pub fn keys_are_ready(&self) -> bool {
        self.keyrings.values().all(|ring| ring.current().is_complete())
    }

    /// Loads what the database holds, so that a rotation by another process is seen.
    pub async fn load_keys(&self, tenant: &TenantId) -> Result<(), FlowError> {
        let keys = self.store.signing_keys(tenant).await?;
        let set = KeySet::open(&keys, &self.vault)?;
        let ring = self.keyring(tenant)?;
        if ring.current().etag() != set.etag() {
            ring.replace(set);
        }
        if ring.pairwise().is_none() {
            ring.keep_pairwise(self.load_pairwise_key(tenant).await?);
        }
        Ok(())
    }

    async fn apply(&self, tenant: &TenantId, keys: Vec<SigningKey>, steps: Vec<Rotation>) -> Result<(), FlowError> {
        let mut changes = Vec::with_capacity(steps.len());
        for step in steps {
            changes.push(match step {
                Rotation::Make { algorithm, state } => Change::Insert(self.make_key(tenant, algorithm, state).await?),
                Rotation::Activate(id) => self.changed(&keys, &id, SigningKey::activate, Event::KeyActivated)?,
                Rotation::Retire(id) => self.changed(&keys, &id, SigningKey::retire, Event::KeyRetired)?,
                Rotation::Destroy(id) => Change::Delete(id),
            });
        }
        if !changes.is_empty() {
            self.store
                .write(async |tx| {
                    let tx = &tx;
                    let tx = &tx;
                    // Another node may have rotated meanwhile: then its keys count, and ours are forgotten.
                    let present = tx.signing_keys(tenant).await?;
                    if present.len() == keys.len() && keys.iter().all(|key| present.contains(key)) {
                        for change in &changes {
                            self.write_change(tx, tenant, change).await?;
                        }
                    }
                    Ok::<_, FlowError>(())
                })
                .await?;
        }
        self.load_keys(tenant).await
    }

    async fn make_key(
        &self,
        tenant: &TenantId,
        algorithm: SigningAlgorithm,
        state: KeyState,
    ) -> Result<SigningKey, FlowError> {
        let (vault, owner, now) = (Arc::clone(&self.vault), tenant.clone(), self.now());
        let made = tokio::task::spawn_blocking(move || generate(algorithm, &owner, &vault, now)).await;
        let mut key = made.map_err(|error| FlowError::Stored(error.to_string()))??;
        if state == KeyState::Active {
            key.activate(now);
        }
        Ok(key)
    }

    fn changed(
        &self,
        keys: &[SigningKey],
        id: &KeyId,
        change: fn(&mut SigningKey, crate::domain::clock::Timestamp),
        event: Event,
    ) -> Result<Change, FlowError> {
        let mut key = keys.iter().find(|key| key.id == *id).cloned().ok_or(FlowError::NotDue)?;
        change(&mut key, self.now());
        Ok(Change::Save(key, event))
    }

    async fn write_change(&self, tx: &Tx, tenant: &TenantId, change: &Change) -> Result<(), FlowError> {
        let event =
            |event: Event, id: &KeyId| AuditEvent::new(self.now(), event, tenant.clone()).with("kid", id.as_str());
        match change {
            Change::Insert(key) => {
                tx.insert_signing_key(key).await?;
                let made = event(Event::KeyCreated, &key.id).with("alg", key.algorithm.name());
                tx.record(made).await?;
                if key.state == KeyState::Active {
                    tx.record(event(Event::KeyActivated, &key.id)).await?;
                }
            }
            Change::Save(key, what) => {
                tx.save_signing_key(key).await?;
                tx.record(event(*what, &key.id)).await?;
            }
            Change::Delete(id) => {
                tx.delete_signing_key(tenant, id).await?;
            }
        }
        Ok(())
    }
}

enum Change {
    Insert(SigningKey),
    Save(SigningKey, Event),
    Delete(KeyId),
}
