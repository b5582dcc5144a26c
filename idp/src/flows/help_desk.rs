//! The office in charge acts for a student: finds the account, ends a lock, closes and opens it (journeys J-18; SR-11, SR-18).

use std::{sync::Arc, time::Duration};

use crate::{
    domain::{
        account::{Account, AccountStatus},
        audit::{AuditEvent, Event},
        ids::{AccountId, LoginId, Subject},
        letter::Letter,
        outbox::OutboxLetter,
        tenant::Tenant,
    },
    store::{AuditFilter, Tx},
};

use super::{
    FlowError, Flows,
    deliver_mail::{Post, withdraw},
    strangers_tries::clear_stranger,
};

/// A notice is of use for so long.
const NOTICE: Duration = Duration::from_hours(24);

/// Who acts, and why: both stand in the trail (SR-92).
#[derive(Clone, Debug)]
pub struct Warrant {
    pub by: String,
    /// The account of the machine that it was done from.
    pub system_user: String,
    pub reason: String,
}

/// By what an account is named on the telephone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedBy {
    UserId,
    SupportCode,
    Subject,
}

/// What an unlocking ended.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Unlocked {
    /// Factors that had wrong tries.
    pub factors: Vec<String>,
    pub was_suspended: bool,
    /// Enrolment had ended, and goes on.
    pub was_ended: bool,
}

/// Why an account is no longer served.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shut {
    Suspended,
    Ended,
}

impl Warrant {
    pub(super) fn sign(&self, event: AuditEvent) -> AuditEvent {
        event
            .with("by", self.by.as_str())
            .with("system_user", self.system_user.as_str())
            .with("reason", self.reason.as_str())
    }
}

impl Flows {
    /// All accounts of a tenant that go by this name; none given: by any kind of name.
    pub async fn find_accounts(
        &self,
        tenant: &Tenant,
        name: &str,
        by: Option<NamedBy>,
    ) -> Result<Vec<Account>, FlowError> {
        let wanted = |kind: NamedBy| by.is_none_or(|by| by == kind);
        let mut found: Vec<Account> = Vec::new();
        if wanted(NamedBy::UserId) {
            found.extend(self.store.accounts_by_user_id(&tenant.id, name).await?);
        }
        if wanted(NamedBy::Subject) {
            found.extend(self.store.account_by_subject(&tenant.id, &Subject(name.into())).await?);
        }
        if wanted(NamedBy::SupportCode)
            && let Some(code) = LoginId::from_lower(&name.to_ascii_lowercase())
        {
            for id in self.accounts_behind(tenant, &code).await? {
                found.extend(self.store.account(id).await?.map(Arc::unwrap_or_clone));
            }
        }
        found.sort_by_key(|account| account.id);
        found.dedup_by_key(|account| account.id);
        Ok(found)
    }

    /// The login's row while there is one, its trail afterwards.
    async fn accounts_behind(&self, tenant: &Tenant, code: &LoginId) -> Result<Vec<AccountId>, FlowError> {
        if let Some(login) = self.store.login(&tenant.id, code).await? {
            return Ok(vec![login.account]);
        }
        let filter =
            AuditFilter { tenant: Some(tenant.id.clone()), login: Some(code.clone()), ..AuditFilter::default() };
        let rows = self.store.audit_rows(&filter, 0, 1000).await?;
        let mut ids: Vec<AccountId> = rows
            .iter()
            .filter_map(|row| uuid::Uuid::try_parse(row.entry.account.as_deref()?).ok().map(AccountId))
            .collect();
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    /// Ends every lock and E-70, opens a suspended or ended account; what was sent and counted for the caps on mails stays counted.
    pub async fn unlock_account(
        &self,
        tenant: &Tenant,
        account: AccountId,
        warrant: &Warrant,
    ) -> Result<Unlocked, FlowError> {
        let now = self.now();
        self.store
            .write(async |tx| {
                let tx = &tx;
                let mut account = tx.account(account).await?.ok_or(FlowError::NotDue)?;
                let mut unlocked = Unlocked { factors: tx.forget_tries(account.id).await?, ..Unlocked::default() };
                unlocked.factors.sort_unstable();
                unlocked.was_suspended = account.status == AccountStatus::Suspended;
                unlocked.was_ended = account.status == AccountStatus::Ended;
                let settings = tenant.upstream(account.upstream.as_str());
                if let Some(settings) = settings.filter(|settings| settings.kind.asks_password()) {
                    let key = self.stranger_key(tenant, settings, &account.user_id);
                    clear_stranger(tx, &key, now).await?;
                }
                if account.status != AccountStatus::Active {
                    account.status = AccountStatus::Active;
                    tx.save_account(&account).await?;
                }
                let event = AuditEvent::new(now, Event::AccountUnlocked, tenant.id.clone()).of_account(account.id);
                let event = event
                    .with("factors", unlocked.factors.clone())
                    .with("was_suspended", unlocked.was_suspended)
                    .with("was_ended", unlocked.was_ended);
                tx.record(warrant.sign(event)).await?;
                Ok::<_, FlowError>(unlocked)
            })
            .await
    }

    /// No login, no code, no refresh, no UserInfo from now on (SR-75); false if it was so already.
    pub async fn suspend_account(
        &self,
        tenant: &Tenant,
        account: AccountId,
        warrant: &Warrant,
    ) -> Result<bool, FlowError> {
        self.shut(tenant, account, Shut::Suspended, warrant).await
    }

    /// Stops serving an account; false if it was shut in this way already.
    pub(super) async fn shut(
        &self,
        tenant: &Tenant,
        account: AccountId,
        how: Shut,
        warrant: &Warrant,
    ) -> Result<bool, FlowError> {
        let (status, event) = match how {
            Shut::Suspended => (AccountStatus::Suspended, Event::AccountSuspended),
            Shut::Ended => (AccountStatus::Ended, Event::AccountEnded),
        };
        let now = self.now();
        self.store
            .write(async |tx| {
                let tx = &tx;
                let mut account = tx.account(account).await?.ok_or(FlowError::NotDue)?;
                if account.status == status {
                    return Ok(false);
                }
                account.status = status;
                self.close(tx, tenant, &mut account).await?;
                tx.save_account(&account).await?;
                let event = AuditEvent::new(now, event, tenant.id.clone()).of_account(account.id);
                tx.record(warrant.sign(event)).await?;
                Ok::<_, FlowError>(true)
            })
            .await
    }

    /// What the office did, for the registered address, if there is one.
    pub(super) fn office_notice(
        &self,
        tenant: &Tenant,
        account: &Account,
        letter: &Letter,
    ) -> Result<Option<OutboxLetter>, FlowError> {
        let Some(to) = self.email(account)? else { return Ok(None) };
        let now = self.now();
        let language = account.language.filter(|language| tenant.languages.contains(language));
        let post = Post {
            account,
            login: None,
            language: language.unwrap_or(tenant.default_language),
            to: &to,
            letter,
            expires_at: now.plus(NOTICE),
        };
        self.outbox_letter(tenant, &post, now).map(Some)
    }

    /// All that is open ends: keys, links, sessions, grants. The account itself is for the caller to save.
    pub(super) async fn close(&self, tx: &Tx, tenant: &Tenant, account: &mut Account) -> Result<(), FlowError> {
        let now = self.now();
        withdraw(tx, tx.replace_auth_keys_of_account(account.id).await?, now).await?;
        withdraw(tx, tx.replace_all_one_time_urls(account.id).await?, now).await?;
        account.credential_version += 1;
        let ended = tx.end_sessions_of_account(account.id, None, now).await?;
        self.settle_ended(tx, tenant, account, &ended, now).await?;
        // Those of sessions that ended long ago as well.
        tx.revoke_grants_of_account(account.id, None, now).await?;
        if !ended.is_empty() {
            let event = AuditEvent::new(now, Event::SessionEnded, account.tenant.clone()).of_account(account.id);
            tx.record(event.with("count", ended.len())).await?;
        }
        Ok(())
    }
}
