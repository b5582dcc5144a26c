//! The mail with a one-time URL and a short code for an address that is to be confirmed: a new account's, or a changed one (J-02, J-07).

use std::time::Duration;

use data_encoding::HEXLOWER;

use crate::{
    domain::{
        account::Account,
        clock::Timestamp,
        email_address::{EmailAddress, Refused},
        ids::{LoginId, SessionId},
        language::Language,
        letter::Letter,
        one_time_url::{OneTimeUrl, Purpose},
        outbox::OutboxLetter,
        tenant::Tenant,
    },
    store::Tx,
};

use super::{
    FlowError, Flows,
    deliver_mail::{Post, withdraw},
    links::{LinkSecrets, LinkTarget},
};

/// What became of an address that was typed.
#[derive(Debug, PartialEq, Eq)]
pub enum EmailEntry {
    /// The mail is on its way.
    Sent,
    Refused(Refused),
    /// The two fields differ (E-22).
    Mismatch,
    /// It is the one that is registered (E-28).
    Same,
    /// Too many confirmation mails (E-26): when the next one may go.
    LimitReached(Timestamp),
    /// Sent a moment ago (E-27).
    CoolingDown(Duration),
}

/// Who asks for a confirmation, and what it will do.
pub(super) struct Asking<'a> {
    pub purpose: Purpose,
    pub account: &'a Account,
    /// The support code it is found under.
    pub login: Option<&'a LoginId>,
    pub session: Option<SessionId>,
    pub language: Language,
}

/// A link and its mail, ready to be written.
pub(super) struct NewLink {
    pub url: OneTimeUrl,
    pub letter: OutboxLetter,
}

/// A second press this soon after a re-send is the same press (J-14): it sees the first one's success.
const DOUBLE_CLICK: Duration = Duration::from_secs(2);
/// Links that strangers ask for (J-09) use nobody's share up.
const OF_EMAIL: [Purpose; 2] = [Purpose::RegisterEmail, Purpose::ChangeEmail];
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// E-20 to E-25: the address that both fields name, if the tenant takes it.
pub(super) fn typed_address(tenant: &Tenant, typed: (&str, &str)) -> Result<EmailAddress, EmailEntry> {
    let address = EmailAddress::read(typed.0).map_err(EmailEntry::Refused)?;
    if EmailAddress::read(typed.1).as_ref() != Ok(&address) {
        return Err(EmailEntry::Mismatch);
    }
    address.admit(&tenant.policy.email).map_err(EmailEntry::Refused)?;
    Ok(address)
}

impl Flows {
    pub(super) fn new_confirmation(
        &self,
        tenant: &Tenant,
        asking: &Asking<'_>,
        address: &EmailAddress,
        now: Timestamp,
    ) -> Result<NewLink, FlowError> {
        let LinkSecrets { url, code, key } = self.link_secrets(tenant)?;
        let lifetime = tenant.policy.one_time_url.lifetime;
        let expires_at = now.plus(lifetime);
        let code_mac = self.code_mac(&key, code.expose());
        let letter = match asking.purpose {
            Purpose::ChangeEmail => Letter::ChangeEmail { url, code, lifetime, expires_at },
            _ => Letter::ConfirmEmail { url, code, lifetime, expires_at },
        };
        let Asking { purpose, account, login, session, language } = *asking;
        let post = Post { account, login: None, language, to: address, letter: &letter, expires_at };
        let letter = OutboxLetter { login: login.cloned(), ..self.outbox_letter(tenant, &post, now)? };
        let target = LinkTarget { purpose, account, login, session, language, address, code_mac };
        Ok(NewLink { url: self.new_url(tenant, target, key, letter.id, now), letter })
    }

    /// Writes link and mail, and the earlier ones of this purpose die. None: written; else what the press came to instead.
    /// `pending`: what waits already, where a double click would find the first one's mail; `cooldown`: the pause that a re-send keeps.
    pub(super) async fn write_confirmation(
        &self,
        tx: &Tx,
        link: &NewLink,
        pending: Option<OneTimeUrl>,
        cooldown: Option<Duration>,
        now: Timestamp,
    ) -> Result<Option<EmailEntry>, FlowError> {
        let pause = self.limits.one_time_url.resend_cooldown;
        let same = |url: &OneTimeUrl| url.address_index == link.url.address_index && now.since(url.created_at) < pause;
        if cooldown.is_none() && pending.is_some_and(|url| same(&url)) {
            return Ok(Some(EmailEntry::Sent));
        }
        if let Some(refusal) = self.address_limit(tx, link, now).await? {
            return Ok(Some(refusal));
        }
        if let Some(refusal) = self.link_limits(tx, &link.url, cooldown, now).await? {
            return Ok(Some(refusal));
        }
        withdraw(tx, tx.replace_one_time_urls(link.url.account, link.url.purpose).await?, now).await?;
        tx.insert_one_time_url(&link.url).await?;
        tx.insert_letter(&link.letter).await?;
        Ok(None)
    }

    /// The day's number holds for an address too, whoever asks, so that nobody's mailbox is filled by many accounts.
    async fn address_limit(&self, tx: &Tx, link: &NewLink, now: Timestamp) -> Result<Option<EmailEntry>, FlowError> {
        let indexes = self.vault.indexes("email", &self.pending_address(&link.url)?.as_text());
        let sent = tx.letters_to_since(&link.url.tenant, &indexes, &link.letter.kind, now.minus(DAY)).await?;
        let reached = sent.count >= self.limits.one_time_url.max_per_account_day;
        Ok(reached.then(|| EmailEntry::LimitReached(sent.oldest_at.unwrap_or(now).plus(DAY))))
    }

    /// SR-39: so many links an hour and a day and account, and a pause between two.
    async fn link_limits(
        &self,
        tx: &Tx,
        url: &OneTimeUrl,
        cooldown: Option<Duration>,
        now: Timestamp,
    ) -> Result<Option<EmailEntry>, FlowError> {
        let OneTimeUrl { account, purpose, .. } = *url;
        let limits = &self.limits.one_time_url;
        for (window, most) in [(HOUR, limits.max_per_account_hour), (DAY, limits.max_per_account_day)] {
            let sent = tx.one_time_urls_since(account, &OF_EMAIL, now.minus(window)).await?;
            if sent.count >= most {
                return Ok(Some(EmailEntry::LimitReached(sent.oldest_at.unwrap_or(now).plus(window))));
            }
            if let (Some(cooldown), Some(newest)) = (cooldown, sent.newest_at) {
                let alike = tx.one_time_urls_since(account, &[purpose], now.minus(window)).await?;
                if alike.count > 1 && now.since(newest) < DOUBLE_CLICK {
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

    fn code_mac(&self, key: &str, code: &str) -> String {
        HEXLOWER.encode(&self.vault.mac("link-code", &[key.as_bytes(), code.as_bytes()]))
    }

    pub(super) fn is_code(&self, url: &OneTimeUrl, code: &str) -> bool {
        HEXLOWER
            .decode(url.code_mac.as_bytes())
            .is_ok_and(|mac| self.vault.is_mac("link-code", &[url.key.as_bytes(), code.as_bytes()], &mac))
    }
}
