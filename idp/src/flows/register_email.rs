//! A student registers an address: the mail with its one-time URL and short code (journeys J-02 2.1, 2.2).

use std::time::Duration;

use crate::domain::{
    account::Account,
    audit::{AuditEvent, Event},
    clock::Timestamp,
    email_address::EmailAddress,
    entropy,
    ids::LetterId,
    login::Gate,
    one_time_url::Purpose,
    outbox::LetterState,
    tenant::Tenant,
};

use super::{
    Current, EmailEntry, FlowError, Flows, Visitor,
    current::fresh,
    deliver_mail::withdraw,
    send_confirmation::{Asking, typed_address},
};

/// M-01 in the outbox.
const KIND: &str = "confirm-email";

impl Flows {
    /// 確認 on P-02.
    pub async fn register_email(
        &self,
        tenant: &Tenant,
        current: &Current,
        typed: (&str, &str),
        visitor: &Visitor,
    ) -> Result<EmailEntry, FlowError> {
        if !matches!(current.gate, Gate::RegisterEmail | Gate::EmailSent) {
            return Err(FlowError::NotDue);
        }
        match typed_address(tenant, typed) {
            Ok(address) => self.send_registration(tenant, current, &address, None, visitor).await,
            Err(entry) => Ok(entry),
        }
    }

    /// 確認メールを再送する on P-03: a new link and code, the old ones die.
    pub async fn resend_confirmation(
        &self,
        tenant: &Tenant,
        current: &Current,
        visitor: &Visitor,
    ) -> Result<EmailEntry, FlowError> {
        let Some(pending) = &current.pending_url else { return Err(FlowError::NotDue) };
        let address = self.pending_address(pending)?;
        let cooldown = self.limits.one_time_url.resend_cooldown;
        self.send_registration(tenant, current, &address, Some(cooldown), visitor).await
    }

    /// メールアドレスを修正する on P-03: the pending link dies. Gives the address that was typed.
    pub async fn correct_email(&self, tenant: &Tenant, current: &Current) -> Result<Option<EmailAddress>, FlowError> {
        let Some(pending) = &current.pending_url else { return Ok(None) };
        let address = self.pending_address(pending)?;
        let now = self.now();
        self.store
            .write(async |tx| {
                let tx = &tx;
                let (login, account) = fresh(tx, tenant, &current.login, now).await?;
                withdraw(tx, tx.replace_one_time_urls(account.id, Purpose::RegisterEmail).await?, now).await?;
                tx.save_login(&login).await?;
                Ok::<_, FlowError>(())
            })
            .await?;
        Ok(Some(address))
    }

    async fn send_registration(
        &self,
        tenant: &Tenant,
        current: &Current,
        address: &EmailAddress,
        cooldown: Option<Duration>,
        visitor: &Visitor,
    ) -> Result<EmailEntry, FlowError> {
        let now = self.now();
        let asking = Asking {
            purpose: Purpose::RegisterEmail,
            account: &current.account,
            login: Some(&current.login.id),
            session: None,
            language: current.login.language,
        };
        let link = self.new_confirmation(tenant, &asking, address, now)?;
        let audit = AuditEvent::new(now, Event::EmailRequested, tenant.id.clone())
            .of_login(&current.login.id)
            .of_account(current.account.id)
            .of_client(current.login.destination.client())
            .from(visitor.address_prefix().as_deref());
        let entry = self
            .store
            .write(async |tx| {
                let tx = &tx;
                let (login, account) = fresh(tx, tenant, &current.login, now).await?;
                if account.email.is_some() {
                    return Err(FlowError::NotDue);
                }
                let pending = tx.pending_url(&login, Purpose::RegisterEmail).await?;
                if let Some(instead) = self.write_confirmation(tx, &link, pending, cooldown, now).await? {
                    return Ok(instead);
                }
                tx.save_login(&login).await?;
                tx.record(audit.clone()).await?;
                Ok(EmailEntry::Sent)
            })
            .await?;
        if entry == EmailEntry::Sent {
            self.outbox_bell().notify_one();
        }
        Ok(entry)
    }

    /// Whether the last confirmation mail, or one to the address in force, came back: another address is advised (J-20).
    pub async fn advises_another_address(&self, account: &Account) -> Result<bool, FlowError> {
        let marked = account.email.as_ref().is_some_and(|email| email.undeliverable);
        let last = self.store.latest_letter(account.id, KIND).await?;
        Ok(marked || last.is_some_and(|letter| letter.state == LetterState::Refused))
    }

    pub(super) fn new_letter_id(&self, now: Timestamp) -> LetterId {
        LetterId(entropy::uuid(&*self.entropy, now))
    }
}
