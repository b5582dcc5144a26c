//! A student registers an address: the mail with its one-time URL and short code (journeys J-02 2.1, 2.2).

use std::time::Duration;

use crate::{
    domain::{
        account::Account,
        audit::{AuditEvent, Event},
        clock::Timestamp,
        email_address::{EmailAddress, Refused},
        entropy,
        ids::LetterId,
        letter::Letter,
        login::{Gate, Login},
        one_time_url::{OneTimeUrl, OneTimeUrlState, Purpose},
        outbox::{LetterState, OutboxLetter},
        secret::{Secret, link_key, link_token},
        tenant::Tenant,
    },
    store::Tx,
};

use super::{
    Current, FlowError, Flows, Visitor,
    current::{fresh, link_purpose},
    deliver_mail::{Post, withdraw},
};

/// What became of an address that was typed.
#[derive(Debug, PartialEq, Eq)]
pub enum EmailEntry {
    /// The mail is on its way.
    Sent,
    Refused(Refused),
    /// The two fields differ (E-22).
    Mismatch,
    /// Too many confirmation mails (E-26): when the next one may go.
    LimitReached(Timestamp),
    /// Sent a moment ago (E-27).
    CoolingDown(Duration),
}

/// A second press this soon after a re-send is the same press (J-14): it sees the first one's success.
const DOUBLE_CLICK: Duration = Duration::from_secs(2);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
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
        let address = match EmailAddress::read(typed.0) {
            Ok(address) => address,
            Err(refused) => return Ok(EmailEntry::Refused(refused)),
        };
        if EmailAddress::read(typed.1).as_ref() != Ok(&address) {
            return Ok(EmailEntry::Mismatch);
        }
        if let Err(refused) = address.admit(&tenant.policy.email) {
            return Ok(EmailEntry::Refused(refused));
        }
        self.send_confirmation(tenant, current, &address, None, visitor).await
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
        self.send_confirmation(tenant, current, &address, Some(cooldown), visitor).await
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

    async fn send_confirmation(
        &self,
        tenant: &Tenant,
        current: &Current,
        address: &EmailAddress,
        cooldown: Option<Duration>,
        visitor: &Visitor,
    ) -> Result<EmailEntry, FlowError> {
        let now = self.now();
        let link = self.new_link(tenant, &current.login, &current.account, address, now)?;
        let audit = AuditEvent::new(now, Event::EmailRequested, tenant.id.clone())
            .of_login(&current.login.id)
            .of_account(current.account.id)
            .of_client(&current.client.id)
            .from(visitor.address_prefix().as_deref());
        let entry = self
            .store
            .write(async |tx| {
                let tx = &tx;
                let (login, account) = fresh(tx, tenant, &current.login, now).await?;
                if account.email.is_some() {
                    return Err(FlowError::NotDue);
                }
                // A double click: the mail is on its way already.
                let pause = self.limits.one_time_url.resend_cooldown;
                let same =
                    |url: &OneTimeUrl| url.address_index == link.url.address_index && now.since(url.created_at) < pause;
                if cooldown.is_none()
                    && tx.pending_url(&login, Purpose::RegisterEmail).await?.is_some_and(|url| same(&url))
                {
                    return Ok(EmailEntry::Sent);
                }
                if let Some(refusal) = self.link_limits(tx, &account, address, cooldown, now).await? {
                    return Ok(refusal);
                }
                withdraw(tx, tx.replace_one_time_urls(account.id, Purpose::RegisterEmail).await?, now).await?;
                tx.insert_one_time_url(&link.url).await?;
                tx.insert_letter(&link.letter).await?;
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

    /// SR-39: so many links an hour and a day and account, and a pause between two. The day's number holds for an address
    /// too, whoever asks, so that nobody's mailbox is filled by many accounts.
    async fn link_limits(
        &self,
        tx: &Tx,
        account: &Account,
        address: &EmailAddress,
        cooldown: Option<Duration>,
        now: Timestamp,
    ) -> Result<Option<EmailEntry>, FlowError> {
        let limits = &self.limits.one_time_url;
        let indexes = self.vault.indexes("email", &address.as_text());
        let sent = tx.letters_to_since(&account.tenant, &indexes, KIND, now.minus(DAY)).await?;
        if sent.count >= limits.max_per_account_day {
            return Ok(Some(EmailEntry::LimitReached(sent.oldest_at.unwrap_or(now).plus(DAY))));
        }
        for (window, most) in [(HOUR, limits.max_per_account_hour), (DAY, limits.max_per_account_day)] {
            let sent = tx.one_time_urls_since(account.id, now.minus(window)).await?;
            if sent.count >= most {
                return Ok(Some(EmailEntry::LimitReached(sent.oldest_at.unwrap_or(now).plus(window))));
            }
            if let (Some(cooldown), Some(newest)) = (cooldown, sent.newest_at) {
                if sent.count > 1 && now.since(newest) < DOUBLE_CLICK {
                    return Ok(Some(EmailEntry::Sent));
                }
                let wait = now.until(newest.plus(cooldown));
                if !wait.is_zero() {
                    return Ok(Some(EmailEntry::CoolingDown(wait)));
                }
            }
        }
        Ok(None)
    }

    fn new_link(
        &self,
        tenant: &Tenant,
        login: &Login,
        account: &Account,
        address: &EmailAddress,
        now: Timestamp,
    ) -> Result<NewLink, FlowError> {
        let policy = &tenant.policy.one_time_url;
        let token = link_token(&*self.entropy);
        let code = entropy::digits(&*self.entropy, policy.code_digits);
        let key = link_key(token.expose()).ok_or_else(|| FlowError::Stored("a new link has no key".into()))?;
        let expires_at = now.plus(policy.lifetime);
        let letter = Letter::ConfirmEmail {
            url: Secret::new(tenant.issuer.join(&format!("/link/{}", token.expose()))),
            code: Secret::new(code.as_str()),
            lifetime: policy.lifetime,
            expires_at,
        };
        let post =
            Post { account, login: Some(login), language: login.language, to: address, letter: &letter, expires_at };
        let outbox = self.outbox_letter(tenant, &post, now)?;
        let url = OneTimeUrl {
            address: self.vault.seal(&link_purpose(&key), address.as_text().as_bytes()),
            address_index: self.vault.index("email", &address.as_text()),
            code_mac: self.code_mac(&key, &code),
            key,
            tenant: tenant.id.clone(),
            purpose: Purpose::RegisterEmail,
            account: account.id,
            login: Some(login.id.clone()),
            code_tries: 0,
            credential_version: account.credential_version,
            state: OneTimeUrlState::Open,
            letter: outbox.id,
            language: login.language,
            created_at: now,
            expires_at,
        };
        Ok(NewLink { url, letter: outbox })
    }

    fn code_mac(&self, key: &str, code: &str) -> String {
        data_encoding::HEXLOWER.encode(&self.vault.mac("link-code", &[key.as_bytes(), code.as_bytes()]))
    }

    pub(super) fn is_code(&self, url: &OneTimeUrl, code: &str) -> bool {
        data_encoding::HEXLOWER
            .decode(url.code_mac.as_bytes())
            .is_ok_and(|mac| self.vault.is_mac("link-code", &[url.key.as_bytes(), code.as_bytes()], &mac))
    }

    pub(super) fn new_letter_id(&self, now: Timestamp) -> LetterId {
        LetterId(entropy::uuid(&*self.entropy, now))
    }
}

struct NewLink {
    url: OneTimeUrl,
    letter: OutboxLetter,
}
