//! A confirmed address, ready to be written: an account's first, or one that takes another's place (journeys J-02 2.4, J-07 7.4).

use std::time::Duration;

use crate::{
    domain::{
        account::{Account, RegisteredEmail},
        audit::{AuditEvent, Event},
        clock::Timestamp,
        letter::Letter,
        one_time_url::{OneTimeUrl, Purpose},
        outbox::OutboxLetter,
        tenant::Tenant,
    },
    store::Tx,
};

use super::{
    FlowError, Flows, Visitor,
    current::email_purpose,
    deliver_mail::{Post, withdraw},
    send_auth_key::kill_auth_keys,
};

pub(super) struct Confirming {
    url: OneTimeUrl,
    address: RegisteredEmail,
    audit: AuditEvent,
    change: Option<Change>,
    at: Timestamp,
}

/// What a change brings besides.
struct Change {
    /// M-04, to the old address.
    notice: Option<OutboxLetter>,
    /// The row of each session that ends.
    ended: AuditEvent,
}

/// The old address is told for as long as it may take.
const DAY: Duration = Duration::from_hours(24);

impl Flows {
    /// `by`: link or code.
    pub(super) fn confirming(
        &self,
        tenant: &Tenant,
        url: &OneTimeUrl,
        account: &Account,
        visitor: &Visitor,
        by: &str,
    ) -> Result<Confirming, FlowError> {
        let now = self.now();
        let changes = url.purpose == Purpose::ChangeEmail;
        let event = if changes { Event::EmailChanged } else { Event::EmailRegistered };
        let mut audit = AuditEvent::new(now, event, tenant.id.clone())
            .of_account(url.account)
            .from(visitor.address_prefix().as_deref())
            .with("by", by);
        audit.login.clone_from(&url.login);
        let ended = AuditEvent { event: Event::SessionEnded, ..audit.clone() }.with("reason", "email changed");
        let change =
            if changes { Some(Change { notice: self.farewell(tenant, url, account, now)?, ended }) } else { None };
        let text = self.pending_address(url)?.as_text();
        let address = RegisteredEmail {
            address: self.vault.seal(&email_purpose(account), text.as_bytes()),
            index: url.address_index.clone(),
            // A change of address leaves it: no login is sent back to its first page.
            registered_at: account.email.as_ref().map_or(now, |email| email.registered_at),
            confirmed_at: now,
            undeliverable: false,
        };
        Ok(Confirming { url: url.clone(), address, audit, change, at: now })
    }

    /// M-04.
    fn farewell(
        &self,
        tenant: &Tenant,
        url: &OneTimeUrl,
        account: &Account,
        now: Timestamp,
    ) -> Result<Option<OutboxLetter>, FlowError> {
        let Some(to) = self.email(account)? else { return Ok(None) };
        let letter = Letter::EmailChanged { at: now };
        let expires_at = now.plus(DAY);
        let post = Post { account, login: None, language: url.language, to: &to, letter: &letter, expires_at };
        self.outbox_letter(tenant, &post, now).map(Some)
    }
}

impl Confirming {
    /// Uses the link up and sets the address, once. False: somebody was faster, or the account is not what the link was made for.
    pub(super) async fn write(
        &self,
        flows: &Flows,
        tenant: &Tenant,
        tx: &Tx,
        mut account: Account,
    ) -> Result<bool, FlowError> {
        let Self { url, at, .. } = self;
        if account.credential_version != url.credential_version || !tx.consume_one_time_url(&url.key, *at).await? {
            return Ok(false);
        }
        account.email = Some(self.address.clone());
        account.credential_version += 1;
        tx.save_account(&account).await?;
        withdraw(tx, tx.replace_one_time_urls(account.id, url.purpose).await?, *at).await?;
        if let Some(Change { notice, ended }) = &self.change {
            kill_auth_keys(tx, account.id, *at).await?;
            flows.end_others(tx, tenant, &account, url.session, ended).await?;
            if let Some(letter) = notice {
                tx.insert_letter(letter).await?;
            }
        }
        tx.record(self.audit.clone()).await?;
        Ok(true)
    }
}
