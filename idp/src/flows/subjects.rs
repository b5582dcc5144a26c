//! What each client calls a person: everyone the same, or each sector its own (OpenID Connect Core §8, SR-62).

use crate::{
    domain::{
        account::Account,
        client::{Client, SubjectType},
        entropy,
        ids::{Subject, TenantId},
        tenant::Tenant,
    },
    keys::PairwiseKey,
};

use super::{FlowError, Flows};

const PURPOSE: &str = "pairwise-subject";

impl Flows {
    /// The `sub` of an account's own subject in all that this client is told.
    pub(super) fn subject_for(&self, tenant: &Tenant, client: &Client, own: &Subject) -> Result<Subject, FlowError> {
        match &client.subject_type {
            SubjectType::Public => Ok(own.clone()),
            SubjectType::Pairwise { sector } => {
                let key = self.keyring(&tenant.id)?.pairwise().ok_or(FlowError::NotReady)?;
                Ok(Subject(key.subject(sector, &own.0).into()))
            }
        }
    }

    /// Whether the `sub` that a client names, or has named in a hint, is this account's (OpenID Connect Core §3.1.2.1, §5.5.1).
    pub(super) fn is_named(
        &self,
        tenant: &Tenant,
        client: &Client,
        named: Option<&Subject>,
        account: &Account,
    ) -> bool {
        let Some(named) = named else { return true };
        self.subject_for(tenant, client, &account.subject).is_ok_and(|subject| subject == *named)
    }

    /// The tenant's key, made now if it is a new tenant.
    pub(super) async fn load_pairwise_key(&self, tenant: &TenantId) -> Result<PairwiseKey, FlowError> {
        let purpose = format!("tenant_secret/{tenant}/{PURPOSE}");
        let fresh = || self.vault.seal(&purpose, &entropy::bytes::<{ PairwiseKey::LENGTH }>(&*self.entropy));
        let kept = self.store.tenant_secret(tenant, PURPOSE, fresh, self.now()).await?;
        Ok(PairwiseKey::new(&self.vault.open(&purpose, &kept)?))
    }
}
