//! An operator makes, lists and revokes the tokens that let clients register (RFC 7591 §1.2).

use std::time::Duration;

use crate::domain::{
    audit::{AuditEvent, Event},
    entropy,
    ids::RegistrationTokenId,
    registered_client::RegistrationToken,
    secret::{Secret, token},
    tenant::Tenant,
};

use super::{FlowError, Flows, issue_tokens::key_of};

impl Flows {
    /// The token itself is told this once; its hash is kept.
    pub async fn make_registration_token(
        &self,
        tenant: &Tenant,
        (uses, lifetime): (u32, Duration),
        system_user: &str,
    ) -> Result<(RegistrationToken, Secret), FlowError> {
        let now = self.now();
        let secret = token(&*self.entropy, now);
        let made = RegistrationToken {
            id: RegistrationTokenId(entropy::uuid(&*self.entropy, now)),
            key: key_of(&secret)?,
            tenant: tenant.id.clone(),
            uses,
            uses_left: uses,
            created_at: now,
            expires_at: now.plus(lifetime),
            revoked_at: None,
        };
        let audit = self.token_event(tenant, made.id, "registration token made", system_user).with("uses", uses);
        self.store
            .write(async |tx| {
                let tx = &tx;
                tx.insert_registration_token(&made).await?;
                tx.record(audit.clone()).await?;
                Ok::<_, FlowError>(())
            })
            .await?;
        Ok((made, secret))
    }

    pub async fn registration_tokens(&self, tenant: &Tenant) -> Result<Vec<RegistrationToken>, FlowError> {
        Ok(self.store.registration_tokens(&tenant.id).await?)
    }

    /// False if there is none of this name, or it was revoked before. What was registered with it stays.
    pub async fn revoke_registration_token(
        &self,
        tenant: &Tenant,
        id: RegistrationTokenId,
        system_user: &str,
    ) -> Result<bool, FlowError> {
        let audit = self.token_event(tenant, id, "registration token revoked", system_user);
        let now = self.now();
        self.store
            .write(async |tx| {
                let tx = &tx;
                let revoked = tx.revoke_registration_token(&tenant.id, id, now).await?;
                if revoked {
                    tx.record(audit.clone()).await?;
                }
                Ok::<_, FlowError>(revoked)
            })
            .await
    }

    fn token_event(&self, tenant: &Tenant, id: RegistrationTokenId, act: &str, system_user: &str) -> AuditEvent {
        AuditEvent::new(self.now(), Event::AdminChanged, tenant.id.clone())
            .with("act", act)
            .with("token", id.to_string())
            .with("system_user", system_user)
    }
}
