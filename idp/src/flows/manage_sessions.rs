//! A student looks at their sessions and at the services that receive something, and ends them (P-33; SR-11, SR-60).

use std::collections::BTreeSet;

use crate::domain::{
    account::Account,
    audit::Event,
    grant::{Grant, REFRESH_TOKEN_LIFETIME},
    ids::{ClientId, SessionId},
    session::Session,
    tenant::Tenant,
};

use super::{Acting, FlowError, Flows};

/// More than anybody has; a page shows no more.
const MOST: usize = 50;

/// What P-33 shows.
#[derive(Debug)]
pub struct Overview {
    /// The live ones, the newest first.
    pub sessions: Vec<Session>,
    /// Who may still read something of the account, or may without asking.
    pub clients: BTreeSet<ClientId>,
}

/// Which session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The one this browser acts by.
    Here,
    /// Another one of the account, now or before.
    Elsewhere,
}

impl Flows {
    pub async fn overview(&self, tenant: &Tenant, account: &Account) -> Result<Overview, FlowError> {
        let now = self.now();
        let mut sessions = self.store.sessions_of_account(account.id).await?;
        sessions.retain(|session| session.is_live(&tenant.policy.session, now));
        let live: BTreeSet<SessionId> = sessions.iter().map(|session| session.id).collect();
        // A grant counts while its session may still give codes, or a refresh token may still be used without one.
        let counts = |grant: &Grant| {
            live.contains(&grant.session)
                || (grant.terms.scope.contains("offline_access") && now < grant.created_at.plus(REFRESH_TOKEN_LIFETIME))
        };
        let grants = self.store.grants_of_account(account.id).await?;
        let agreed = self.store.consents_of_account(account.id).await?.into_iter().map(|consent| consent.client);
        let clients = grants.into_iter().filter(counts).map(|grant| grant.client).chain(agreed).collect();
        sessions.truncate(MOST);
        Ok(Overview { sessions, clients })
    }

    /// ログアウトする: as a logout there. Somebody else's session is not found.
    pub async fn end_one_session(
        &self,
        tenant: &Tenant,
        acting: &Acting<'_>,
        id: SessionId,
    ) -> Result<Ended, FlowError> {
        let (now, account) = (self.now(), acting.account().id);
        let here = id == acting.live.session.id;
        let event = if here { Event::Logout } else { Event::SessionEnded };
        let audit = self.account_event(tenant, acting, event).with("session", id.to_string());
        let ended = self
            .store
            .write(async |tx| {
                let tx = &tx;
                let holder = self.fresh_account(tx, acting).await?;
                let session = tx.session_by_id(id).await?;
                if session.is_none_or(|session| session.account != account) {
                    return Err(FlowError::NotDue);
                }
                if tx.end_session(id, now).await? {
                    self.settle_ended(tx, tenant, &holder, &[id], now).await?;
                    tx.record(audit.clone()).await?;
                }
                Ok(if here { Ended::Here } else { Ended::Elsewhere })
            })
            .await?;
        self.logout_bell().notify_one();
        Ok(ended)
    }

    /// ほかの端末をすべてログアウトする.
    pub async fn end_other_sessions(&self, tenant: &Tenant, acting: &Acting<'_>) -> Result<(), FlowError> {
        let ended = self.account_event(tenant, acting, Event::SessionEnded);
        self.store
            .write(async |tx| {
                let tx = &tx;
                let account = self.fresh_account(tx, acting).await?;
                self.end_others(tx, tenant, &account, Some(acting.live.session.id), &ended).await?;
                Ok::<_, FlowError>(())
            })
            .await?;
        self.logout_bell().notify_one();
        Ok(())
    }

    /// 提供をやめる: every token that the client has of this account dies with its grants, and what was agreed to is forgotten.
    pub async fn stop_sharing(&self, tenant: &Tenant, acting: &Acting<'_>, client: &ClientId) -> Result<(), FlowError> {
        let now = self.now();
        let event = |event: Event| self.account_event(tenant, acting, event).of_client(client);
        let (revocation, forgetting) = (event(Event::GrantRevoked), event(Event::ConsentRevoked));
        self.store
            .write(async |tx| {
                let tx = &tx;
                let account = self.fresh_account(tx, acting).await?;
                let revoked = tx.revoke_grants_of_client(account.id, client, now).await?;
                if !revoked.is_empty() {
                    tx.record(revocation.clone().with("grants", revoked.len())).await?;
                }
                if tx.remove_consent(account.id, client).await? {
                    tx.record(forgetting.clone()).await?;
                }
                Ok::<_, FlowError>(())
            })
            .await
    }
}
