//! The address is confirmed: by a press on the link's page, or by the short code in the waiting tab (journeys J-02 2.2 to 2.4, J-15).

use std::sync::Arc;

use crate::{
    domain::{
        account::{Account, RegisteredEmail, masked_user_id},
        audit::{AuditEvent, Event},
        auth_key,
        clock::Timestamp,
        ids::LoginId,
        language::Language,
        login::Gate,
        one_time_url::{LinkVerdict, OneTimeUrl, Purpose},
        secret::link_key,
        tenant::Tenant,
    },
    store::Tx,
};

use super::{
    Current, FlowError, Flows, Visitor,
    current::{email_purpose, fresh},
    deliver_mail::withdraw,
    issue_tokens::may_be_served,
};

/// What the page behind a link shows.
#[derive(Debug)]
pub enum LinkView {
    Good {
        email_masked: String,
        user_id_masked: String,
        about: LinkAbout,
    },
    /// The address it confirmed is in force: the same page as after the press.
    Confirmed(LinkAbout),
    Bad {
        verdict: LinkVerdict,
        about: LinkAbout,
    },
    Unknown,
}

/// What a link is for and where it came from: its language, and the login that waits for it.
#[derive(Debug)]
pub struct LinkAbout {
    pub purpose: Purpose,
    pub language: Language,
    pub login: Option<LoginId>,
}

/// What became of a short code.
#[derive(Debug, PartialEq, Eq)]
pub enum CodeVerdict {
    Confirmed,
    Wrong,
    /// Too many wrong ones: the code is dead, the link stays.
    Dead,
    Expired,
}

impl Flows {
    /// GET of a link: nothing changes, however often and whoever asks (SR-41).
    pub async fn look_at_link(&self, tenant: &Tenant, token: &str) -> Result<LinkView, FlowError> {
        let Some((url, account)) = self.mailed_link(tenant, token).await? else { return Ok(LinkView::Unknown) };
        let about = LinkAbout { purpose: url.purpose, language: url.language, login: url.login.clone() };
        Ok(match self.link_verdict(tenant, &url, &account) {
            LinkVerdict::Good => LinkView::Good {
                email_masked: self.pending_address(&url)?.masked(),
                user_id_masked: masked_user_id(&account.user_id),
                about,
            },
            LinkVerdict::Used if url.is_confirmed(&account) => LinkView::Confirmed(about),
            verdict => LinkView::Bad { verdict, about },
        })
    }

    /// The press on 登録を完了する: no session, no cookie, no login comes of it (SR-42).
    pub async fn confirm_link(&self, tenant: &Tenant, token: &str, visitor: &Visitor) -> Result<LinkView, FlowError> {
        let Some((url, account)) = self.mailed_link(tenant, token).await? else { return Ok(LinkView::Unknown) };
        let now = self.now();
        if url.purpose != Purpose::RegisterEmail || url.verdict(&account, now) != LinkVerdict::Good {
            return self.look_at_link(tenant, token).await;
        }
        let confirmed = self.confirmed_address(&url, &account, now)?;
        let audit = self.registered(tenant, &url, visitor, "link");
        self.store
            .write(async |tx| {
                let tx = &tx;
                let account = tx.account(url.account).await?.ok_or(FlowError::NotDue)?;
                if url.credential_version != account.credential_version {
                    return Ok(());
                }
                confirm(tx, &url, account, &confirmed, now, &audit).await.map(drop)
            })
            .await?;
        // Whoever lost a race sees what stands now.
        self.look_at_link(tenant, token).await
    }

    /// The short code, typed into the tab that waits.
    pub async fn confirm_by_code(
        &self,
        tenant: &Tenant,
        current: &Current,
        typed: &str,
        visitor: &Visitor,
    ) -> Result<CodeVerdict, FlowError> {
        let Some(url) = current.pending_url.as_ref().filter(|_| current.gate == Gate::EmailSent) else {
            return Err(FlowError::NotDue);
        };
        let now = self.now();
        if now >= url.expires_at {
            return Ok(CodeVerdict::Expired);
        }
        let Some(code) = auth_key::read(typed, tenant.policy.one_time_url.code_digits) else {
            return Ok(CodeVerdict::Wrong);
        };
        let most = tenant.policy.one_time_url.code_max_attempts;
        let confirmed = self.confirmed_address(url, &current.account, now)?;
        let audit = self.registered(tenant, url, visitor, "code");
        self.store
            .write(async |tx| {
                let tx = &tx;
                // Counted before it is compared (SR-23); a dead code is not compared at all.
                let Some(spent) = tx.spend_url_code_try(&url.key, most, now).await? else {
                    return Ok(CodeVerdict::Dead);
                };
                let (login, account) = fresh(tx, tenant, &current.login, now).await?;
                if !self.is_code(&spent, &code) {
                    tx.save_login(&login).await?;
                    return Ok(if spent.code_tries >= most { CodeVerdict::Dead } else { CodeVerdict::Wrong });
                }
                if !confirm(tx, url, account, &confirmed, now, &audit).await? {
                    return Err(FlowError::NotDue);
                }
                tx.save_login(&login).await?;
                Ok(CodeVerdict::Confirmed)
            })
            .await
    }

    pub(super) async fn mailed_link(
        &self,
        tenant: &Tenant,
        token: &str,
    ) -> Result<Option<(OneTimeUrl, Arc<Account>)>, FlowError> {
        let Some(key) = link_key(token) else { return Ok(None) };
        let Some(url) = self.store.one_time_url(&key).await?.filter(|url| url.tenant == tenant.id) else {
            return Ok(None);
        };
        if url.purpose == Purpose::ResetSecondPassword && !tenant.policy.second_password.required {
            return Ok(None);
        }
        Ok(self.store.account(url.account).await?.map(|account| (url, account)))
    }

    /// A link of an account that is not served any more is over.
    pub(super) fn link_verdict(&self, tenant: &Tenant, url: &OneTimeUrl, account: &Account) -> LinkVerdict {
        match url.verdict(account, self.now()) {
            LinkVerdict::Good if !may_be_served(tenant, account) => LinkVerdict::Expired,
            verdict => verdict,
        }
    }

    /// The address as the account will keep it.
    fn confirmed_address(
        &self,
        url: &OneTimeUrl,
        account: &Account,
        now: Timestamp,
    ) -> Result<RegisteredEmail, FlowError> {
        let address = self.pending_address(url)?;
        Ok(RegisteredEmail {
            address: self.vault.seal(&email_purpose(account), address.as_text().as_bytes()),
            index: url.address_index.clone(),
            registered_at: now,
            confirmed_at: now,
            undeliverable: false,
        })
    }

    fn registered(&self, tenant: &Tenant, url: &OneTimeUrl, visitor: &Visitor, by: &str) -> AuditEvent {
        let mut event = AuditEvent::new(self.now(), Event::EmailRegistered, tenant.id.clone())
            .of_account(url.account)
            .from(visitor.address_prefix().as_deref())
            .with("by", by);
        event.login.clone_from(&url.login);
        event
    }
}

/// Uses the link up and sets the address, once. False: somebody was faster.
async fn confirm(
    tx: &Tx,
    url: &OneTimeUrl,
    mut account: Account,
    confirmed: &RegisteredEmail,
    now: Timestamp,
    audit: &AuditEvent,
) -> Result<bool, FlowError> {
    if !tx.consume_one_time_url(&url.key, now).await? {
        return Ok(false);
    }
    account.email = Some(confirmed.clone());
    account.credential_version += 1;
    tx.save_account(&account).await?;
    withdraw(tx, tx.replace_one_time_urls(account.id, Purpose::RegisterEmail).await?, now).await?;
    tx.record(audit.clone()).await?;
    Ok(true)
}
