//! Whom the university has named is let in, as a login that is a row, or refused (G2, journeys J-17).

use crate::{
    domain::{
        account::{Account, AccountStatus, Identity},
        audit::{AuditEvent, Event},
        entropy,
        ids::{AccountId, Subject},
        language::LanguageWishes,
        login::{Factor, Ineligible, Login, LoginTicket, PendingLogin, Proof, Proofs},
        policy::TwoFactor,
        secret::{random_text, sha256_hex},
        tenant::{Tenant, Upstream as UpstreamSettings},
    },
    store::Tx,
};

use super::{Arrived, FlowError, Flows, Visitor};

impl Flows {
    /// The university knows the person: eligible? Then the login becomes a row, in one transaction with its account.
    pub(super) async fn admit(
        &self,
        tenant: &Tenant,
        settings: &UpstreamSettings,
        identity: Identity,
        pending: &PendingLogin,
        wishes: &LanguageWishes<'_>,
        visitor: &Visitor,
    ) -> Result<Arrived, FlowError> {
        let event = |event: Event| {
            AuditEvent::new(self.now(), event, tenant.id.clone())
                .of_login(&pending.id)
                .of_client(pending.destination.client())
                .from(visitor.address_prefix().as_deref())
                .with("upstream", settings.id.as_str())
        };
        if let Some(reason) = Ineligible::by(&settings.eligible, &identity.attributes) {
            let refused = event(Event::NotEligible).with("reason", format!("{reason:?}"));
            self.refuse(tenant, settings, &identity, (pending, &reason), &refused).await?;
            return Ok(Arrived::NotEligible(reason));
        }
        let now = self.now();
        let secret = random_text(&*self.entropy);
        let newcomer = self.newcomer(tenant, settings, &identity);
        let proven = event(Event::UniversityProven);
        let created = event(Event::AccountCreated).of_account(newcomer.id);
        let refused = self
            .store
            .write(async |tx| {
                let tx = &tx;
                let known = tx.account_by_upstream(&tenant.id, &settings.id, &identity.subject).await?;
                let account = if let Some(mut account) = known {
                    account.user_id.clone_from(&identity.user_id);
                    account.attributes = identity.attributes.clone();
                    tx.save_account(&account).await?;
                    account
                } else {
                    self.first_visit(tx, &newcomer, &created).await?
                };
                if let Some(reason) = Ineligible::of(tenant, &account) {
                    let status = format!("{:?}", account.status);
                    tx.record(event(Event::NotEligible).of_account(account.id).with("reason", status)).await?;
                    self.refuse_device(tx, tenant, &pending.id, &pending.destination).await?;
                    return Ok(Some(reason));
                }
                let mut proofs = Proofs::default();
                proofs.add(Proof {
                    factor: Factor::University,
                    account: account.id,
                    at: now,
                    evidence: settings.id.to_string(),
                });
                let wishes = LanguageWishes { account: account.language, ..*wishes };
                let login = Login {
                    id: pending.id.clone(),
                    tenant: tenant.id.clone(),
                    version: 0,
                    secret_hash: sha256_hex(secret.expose().as_bytes()),
                    account: account.id,
                    upstream: settings.id.clone(),
                    destination: pending.destination.clone(),
                    proofs,
                    session: None,
                    language: wishes.settle(&tenant.languages, tenant.default_language),
                    begun_at: pending.begun_at,
                    pressed_at: now,
                    finished_at: None,
                };
                if tx.insert_login(&login).await? {
                    tx.record(proven.clone().of_account(account.id)).await?;
                    Ok(None)
                } else {
                    // A second arrival of the same answer: the first one holds the row and its secret.
                    Err(FlowError::NotDue)
                }
            })
            .await?;
        Ok(match refused {
            Some(reason) => Arrived::NotEligible(reason),
            None => Arrived::Proven(LoginTicket::Row { id: pending.id.clone(), secret }),
        })
    }

    /// The university's word refuses the person. If they have been here before, that word is kept and all that is open
    /// ends, so that clients hear of it (SR-6). What was not sent says nothing yet: P-24 leads to another try.
    async fn refuse(
        &self,
        tenant: &Tenant,
        settings: &UpstreamSettings,
        identity: &Identity,
        (pending, reason): (&PendingLogin, &Ineligible),
        refused: &AuditEvent,
    ) -> Result<(), FlowError> {
        self.store
            .write(async |tx| {
                let tx = &tx;
                tx.record(refused.clone()).await?;
                if matches!(reason, Ineligible::Missing(_)) {
                    return Ok(());
                }
                self.refuse_device(tx, tenant, &pending.id, &pending.destination).await?;
                let known = tx.account_by_upstream(&tenant.id, &settings.id, &identity.subject).await?;
                if let Some(mut account) = known {
                    account.attributes = identity.attributes.clone();
                    self.close(tx, tenant, &mut account).await?;
                    tx.save_account(&account).await?;
                }
                Ok::<_, FlowError>(())
            })
            .await
    }

    /// Makes the account, or takes the one that somebody faster has just made of the same person.
    async fn first_visit(&self, tx: &Tx, newcomer: &Account, created: &AuditEvent) -> Result<Account, FlowError> {
        if tx.insert_account(newcomer).await? {
            tx.record(created.clone()).await?;
            return Ok(newcomer.clone());
        }
        let known = tx.account_by_upstream(&newcomer.tenant, &newcomer.upstream, &newcomer.upstream_subject).await?;
        known.ok_or(FlowError::NotDue)
    }

    fn newcomer(&self, tenant: &Tenant, settings: &UpstreamSettings, identity: &Identity) -> Account {
        let now = self.now();
        Account {
            id: AccountId(entropy::uuid(&*self.entropy, now)),
            tenant: tenant.id.clone(),
            upstream: settings.id.clone(),
            upstream_subject: identity.subject.clone(),
            subject: Subject(entropy::opaque_uuid(&*self.entropy).to_string().into()),
            user_id: identity.user_id.clone(),
            attributes: identity.attributes.clone(),
            email: None,
            second_password: None,
            authenticator: None,
            two_factor: tenant.policy.two_factor == TwoFactor::UserChoice && tenant.policy.two_factor_default,
            language: None,
            status: AccountStatus::Active,
            credential_version: 0,
            version: 0,
            created_at: now,
        }
    }
}
