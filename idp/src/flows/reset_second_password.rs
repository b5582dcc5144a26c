//! A new second password by a mailed link: never a sign-in, and everything that rested on the old one ends (journeys J-09 9.4; SR-43).

use std::time::Duration;

use crate::{
    domain::{
        account::{Account, SecondPasswordHash},
        audit::{AuditEvent, Event},
        clock::Timestamp,
        letter::Letter,
        one_time_url::{LinkVerdict, OneTimeUrl, OneTimeUrlState, Purpose},
        outbox::OutboxLetter,
        second_password::Unmet,
        secret::Secret,
        tenant::Tenant,
    },
    store::Tx,
};

use super::{
    FlowError, Flows, Visitor,
    deliver_mail::{Post, withdraw},
    second_password_tries::clear_tries,
    send_auth_key::kill_auth_keys,
};

/// What became of the press on 変更.
#[derive(Debug, PartialEq, Eq)]
pub enum ResetEntry {
    Changed,
    /// The link stays good.
    Broken(Vec<Unmet>),
    /// The link's page says what is wrong with it.
    NoGood,
}

/// A second press this soon after the first, hashing included, is the same press (J-14).
const SAME_PRESS: Duration = Duration::from_secs(10);
const DAY: Duration = Duration::from_hours(24);

impl Flows {
    /// 変更 on P-16. The account comes from the link alone.
    pub async fn reset_second_password(
        &self,
        tenant: &Tenant,
        token: &str,
        typed: (Secret, Secret),
        visitor: &Visitor,
    ) -> Result<ResetEntry, FlowError> {
        let link = self.mailed_link(tenant, token).await?;
        let Some((url, account)) = link.filter(|(url, _)| url.purpose == Purpose::ResetSecondPassword) else {
            return Ok(ResetEntry::NoGood);
        };
        if self.link_verdict(tenant, &url, &account) != LinkVerdict::Good {
            return Ok(if is_same_press(&url, &account, self.now()) {
                ResetEntry::Changed
            } else {
                ResetEntry::NoGood
            });
        }
        let broken = self.broken_rules(tenant, &account, (&typed.0, &typed.1)).await?;
        if !broken.is_empty() {
            return Ok(ResetEntry::Broken(broken));
        }
        let hash = self.hasher.hash(typed.0).await?;
        let now = self.now();
        let letter = self.notice_of_change(tenant, &url, &account, now)?;
        let audit = AuditEvent::new(now, Event::SecondPasswordReset, tenant.id.clone())
            .of_account(account.id)
            .from(visitor.address_prefix().as_deref());
        let audit = url.login.iter().fold(audit, AuditEvent::of_login);
        let ended = AuditEvent { event: Event::SessionEnded, ..audit.clone() }.with("reason", "second password reset");
        let changed = self
            .store
            .write(async |tx| {
                let tx = &tx;
                let account = tx.account(url.account).await?.ok_or(FlowError::NotDue)?;
                if self.link_verdict(tenant, &url, &account) != LinkVerdict::Good
                    || !tx.consume_one_time_url(&url.key, now).await?
                {
                    return Ok(false);
                }
                let account = replace(tx, account, &hash, now).await?;
                let sessions = self.end_others(tx, tenant, &account, None, &ended).await?;
                if let Some(letter) = &letter {
                    tx.insert_letter(letter).await?;
                }
                tx.record(audit.clone().with("sessions", sessions)).await?;
                Ok::<_, FlowError>(true)
            })
            .await?;
        if changed {
            self.outbox_bell().notify_one();
            self.logout_bell().notify_one();
            return Ok(ResetEntry::Changed);
        }
        // Whoever lost a race sees what stands now.
        let stands = self.mailed_link(tenant, token).await?;
        let same = stands.is_some_and(|(url, account)| is_same_press(&url, &account, now));
        Ok(if same { ResetEntry::Changed } else { ResetEntry::NoGood })
    }

    /// M-07, in the language of the request.
    fn notice_of_change(
        &self,
        tenant: &Tenant,
        url: &OneTimeUrl,
        account: &Account,
        now: Timestamp,
    ) -> Result<Option<OutboxLetter>, FlowError> {
        let Some(to) = self.email(account)? else { return Ok(None) };
        let letter = Letter::SecondPasswordChanged { at: now };
        let expires_at = now.plus(DAY);
        let post = Post { account, login: None, language: url.language, to: &to, letter: &letter, expires_at };
        self.outbox_letter(tenant, &post, now).map(Some)
    }
}

/// The new hash is in force; open links and keys, tries and locks of the old one end.
async fn replace(tx: &Tx, mut account: Account, hash: &str, now: Timestamp) -> Result<Account, FlowError> {
    let set_at = account.second_password.as_ref().map_or(now, |kept| kept.set_at);
    account.second_password = Some(SecondPasswordHash { hash: hash.to_owned(), set_at, changed_at: now });
    account.credential_version += 1;
    tx.save_account(&account).await?;
    withdraw(tx, tx.replace_one_time_urls(account.id, Purpose::ResetSecondPassword).await?, now).await?;
    clear_tries(tx, account.id).await?;
    kill_auth_keys(tx, account.id, now).await?;
    Ok(account)
}

/// The link that made the present second password, a moment ago.
fn is_same_press(url: &OneTimeUrl, account: &Account, now: Timestamp) -> bool {
    let changed_at = account.second_password.as_ref().map(|kept| kept.changed_at);
    url.state == OneTimeUrlState::Used
        && account.credential_version == url.credential_version + 1
        && changed_at.is_some_and(|at| now.since(at) <= SAME_PRESS)
}
