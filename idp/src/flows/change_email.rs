//! Somebody who is signed in changes their address: the mail to the new one, and the tab that waits (journeys J-07 7.1, 7.2; SR-34).

use std::time::Duration;

use crate::domain::{
    audit::Event,
    email_address::EmailAddress,
    one_time_url::{OneTimeUrl, OneTimeUrlState, Purpose},
    outbox::LetterStanding,
    tenant::Tenant,
};

use super::{
    Acting, EmailEntry, FlowError, Flows, LiveSession,
    deliver_mail::withdraw,
    send_confirmation::{Asking, typed_address},
};

/// Where a change of address stands, as far as this session asked for it.
#[derive(Debug)]
pub enum EmailChange {
    None,
    /// P-10.
    Waiting(Box<WaitingChange>),
    /// P-12.
    Done,
}

/// The address that waits for its confirmation, and what became of its mail.
#[derive(Debug)]
pub struct WaitingChange {
    pub url: OneTimeUrl,
    pub letter: Option<LetterStanding>,
}

impl Flows {
    /// What this session's newest link has come to.
    pub async fn email_change(&self, live: &LiveSession) -> Result<EmailChange, FlowError> {
        let (account, session) = (&live.account, live.session.id);
        let newest = self.store.url_of_session(account.id, session, Purpose::ChangeEmail).await?;
        let Some(url) = newest else { return Ok(EmailChange::None) };
        if url.is_confirmed(account) {
            return Ok(EmailChange::Done);
        }
        if url.state != OneTimeUrlState::Open || url.credential_version != account.credential_version {
            return Ok(EmailChange::None);
        }
        let letter = self.store.letter_state(url.letter).await?;
        Ok(EmailChange::Waiting(Box::new(WaitingChange { url, letter })))
    }

    /// 確認 on P-09. Until the new address is confirmed the present one stays in force.
    pub async fn change_email(
        &self,
        tenant: &Tenant,
        acting: &Acting<'_>,
        typed: (&str, &str),
    ) -> Result<EmailEntry, FlowError> {
        let address = match typed_address(tenant, typed) {
            Ok(address) => address,
            Err(entry) => return Ok(entry),
        };
        if self.email(acting.account())?.as_ref() == Some(&address) {
            return Ok(EmailEntry::Same);
        }
        self.send_change(tenant, acting, &address, None).await
    }

    /// 確認メールを再送する on P-10.
    pub async fn resend_change(&self, tenant: &Tenant, acting: &Acting<'_>) -> Result<EmailEntry, FlowError> {
        let EmailChange::Waiting(waiting) = self.email_change(acting.live).await? else {
            return Err(FlowError::NotDue);
        };
        let address = self.pending_address(&waiting.url)?;
        self.send_change(tenant, acting, &address, Some(self.limits.one_time_url.resend_cooldown)).await
    }

    /// メールアドレスを修正する on P-10: the pending link dies. Gives the address that was typed.
    pub async fn correct_change(&self, acting: &Acting<'_>) -> Result<Option<EmailAddress>, FlowError> {
        let EmailChange::Waiting(waiting) = self.email_change(acting.live).await? else { return Ok(None) };
        let address = self.pending_address(&waiting.url)?;
        let now = self.now();
        self.store
            .write(async |tx| {
                let tx = &tx;
                let account = self.fresh_account(tx, acting).await?;
                withdraw(tx, tx.replace_one_time_urls(account.id, Purpose::ChangeEmail).await?, now).await
            })
            .await?;
        Ok(Some(address))
    }

    async fn send_change(
        &self,
        tenant: &Tenant,
        acting: &Acting<'_>,
        address: &EmailAddress,
        cooldown: Option<Duration>,
    ) -> Result<EmailEntry, FlowError> {
        let (now, session) = (self.now(), acting.live.session.id);
        let asking = Asking {
            purpose: Purpose::ChangeEmail,
            account: acting.account(),
            login: acting.login(),
            session: Some(session),
            language: acting.language,
        };
        let link = self.new_confirmation(tenant, &asking, address, now)?;
        let audit = self.account_event(tenant, acting, Event::EmailChangeRequested);
        let entry = self
            .store
            .write(async |tx| {
                let tx = &tx;
                let account = self.fresh_account(tx, acting).await?;
                if account.credential_version != link.url.credential_version {
                    return Err(FlowError::NotDue);
                }
                let newest = tx.url_of_session(account.id, session, Purpose::ChangeEmail).await?;
                let pending = newest.filter(|url| url.state == OneTimeUrlState::Open);
                if let Some(instead) = self.write_confirmation(tx, &link, pending, cooldown, now).await? {
                    return Ok(instead);
                }
                tx.record(audit.clone()).await?;
                Ok::<_, FlowError>(EmailEntry::Sent)
            })
            .await?;
        if entry == EmailEntry::Sent {
            self.outbox_bell().notify_one();
        }
        Ok(entry)
    }
}
