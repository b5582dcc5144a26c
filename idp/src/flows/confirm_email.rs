//! The address is confirmed: by a press on the link's page, or by the short code in the waiting tab (journeys J-02 2.2 to 2.4, J-07, J-15).

use std::sync::Arc;

use crate::{
    domain::{
        account::{Account, masked_user_id},
        auth_key,
        ids::{AccountId, LoginId},
        language::Language,
        login::Gate,
        one_time_url::{LinkVerdict, OneTimeUrl, Purpose},
        secret::link_key,
        tenant::Tenant,
    },
    store::Tx,
};

use super::{Acting, Current, EmailChange, FlowError, Flows, Visitor, current::fresh, issue_tokens::may_be_served};

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
    pub account: AccountId,
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
        let about =
            LinkAbout { purpose: url.purpose, account: account.id, language: url.language, login: url.login.clone() };
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

    /// The press on 登録を完了する or 変更を完了する: no session, no cookie, no login comes of it (SR-42).
    pub async fn confirm_link(&self, tenant: &Tenant, token: &str, visitor: &Visitor) -> Result<LinkView, FlowError> {
        let Some((url, account)) = self.mailed_link(tenant, token).await? else { return Ok(LinkView::Unknown) };
        if url.purpose == Purpose::ResetSecondPassword || self.link_verdict(tenant, &url, &account) != LinkVerdict::Good
        {
            return self.look_at_link(tenant, token).await;
        }
        let confirming = self.confirming(tenant, &url, &account, visitor, "link")?;
        self.store
            .write(async |tx| {
                let tx = &tx;
                let account = tx.account(url.account).await?.ok_or(FlowError::NotDue)?;
                confirming.write(self, tenant, tx, account).await.map(drop)
            })
            .await?;
        self.outbox_bell().notify_one();
        self.logout_bell().notify_one();
        // Whoever lost a race sees what stands now.
        self.look_at_link(tenant, token).await
    }

    /// The short code, typed into the tab that waits at P-03.
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
        let code = match self.readable_code(tenant, url, typed) {
            Ok(code) => code,
            Err(verdict) => return Ok(verdict),
        };
        let now = self.now();
        let confirming = self.confirming(tenant, url, &current.account, visitor, "code")?;
        self.store
            .write(async |tx| {
                let tx = &tx;
                // A dead code is not compared at all.
                let Some(counted) = self.count_code(tx, tenant, url).await? else { return Ok(CodeVerdict::Dead) };
                let (login, account) = fresh(tx, tenant, &current.login, now).await?;
                let verdict = self.compare_code(tenant, &counted, &code);
                if verdict == CodeVerdict::Confirmed && !confirming.write(self, tenant, tx, account).await? {
                    return Err(FlowError::NotDue);
                }
                tx.save_login(&login).await?;
                Ok(verdict)
            })
            .await
    }

    /// The same at P-10.
    pub async fn confirm_change_by_code(
        &self,
        tenant: &Tenant,
        acting: &Acting<'_>,
        typed: &str,
    ) -> Result<CodeVerdict, FlowError> {
        let EmailChange::Waiting(waiting) = self.email_change(acting.live).await? else {
            return Err(FlowError::NotDue);
        };
        let url = &waiting.url;
        let code = match self.readable_code(tenant, url, typed) {
            Ok(code) => code,
            Err(verdict) => return Ok(verdict),
        };
        let confirming = self.confirming(tenant, url, acting.account(), acting.visitor, "code")?;
        let verdict = self
            .store
            .write(async |tx| {
                let tx = &tx;
                let Some(counted) = self.count_code(tx, tenant, url).await? else { return Ok(CodeVerdict::Dead) };
                let account = self.fresh_account(tx, acting).await?;
                let verdict = self.compare_code(tenant, &counted, &code);
                if verdict == CodeVerdict::Confirmed && !confirming.write(self, tenant, tx, account).await? {
                    return Err(FlowError::NotDue);
                }
                Ok(verdict)
            })
            .await?;
        self.outbox_bell().notify_one();
        self.logout_bell().notify_one();
        Ok(verdict)
    }

    fn readable_code(&self, tenant: &Tenant, url: &OneTimeUrl, typed: &str) -> Result<String, CodeVerdict> {
        if self.now() >= url.expires_at {
            return Err(CodeVerdict::Expired);
        }
        auth_key::read(typed, tenant.policy.one_time_url.code_digits).ok_or(CodeVerdict::Wrong)
    }

    /// Counted before it is compared (SR-23).
    async fn count_code(&self, tx: &Tx, tenant: &Tenant, url: &OneTimeUrl) -> Result<Option<OneTimeUrl>, FlowError> {
        Ok(tx.spend_url_code_try(&url.key, tenant.policy.one_time_url.code_max_attempts, self.now()).await?)
    }

    fn compare_code(&self, tenant: &Tenant, counted: &OneTimeUrl, code: &str) -> CodeVerdict {
        match self.is_code(counted, code) {
            true => CodeVerdict::Confirmed,
            false if counted.code_tries >= tenant.policy.one_time_url.code_max_attempts => CodeVerdict::Dead,
            false => CodeVerdict::Wrong,
        }
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
}
