//! Back-channel logout (OpenID Connect Back-Channel Logout 1.0): clients are told of a session's end, written with that end and sent by a worker.

use std::{collections::HashMap, sync::Arc, time::Duration};

use serde::Serialize;
use serde_json::json;
use tokio::task::JoinSet;

use crate::{
    domain::{
        account::Account,
        client::Client,
        clock::Timestamp,
        entropy,
        ids::{ClientId, LogoutNoticeId, SessionId, TenantId},
        logout_notice::{LogoutNotice, TOKEN_LIFETIME, Told},
        outbox::retry_after,
        tenant::Tenant,
    },
    keys::Typ,
    store::Tx,
};

use super::{Delivery, FlowError, Flows};

/// How long a worker may keep a notice to itself: longer than a call can take.
const LEASE: Duration = Duration::from_secs(30);
const BATCH: u64 = 64;
/// Calls at one time, in all and to one client.
const LANES: usize = 64;
const LANES_OF_ONE: usize = 4;
/// The one event of a logout token (Back-Channel Logout §2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Back-Channel Logout §2.4; a `nonce` must not be there.
#[derive(Serialize)]
struct LogoutTokenClaims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
    sid: String,
    events: serde_json::Value,
}

/// Who is being called now.
#[derive(Default)]
struct Lanes(HashMap<(TenantId, ClientId), usize>);

impl Lanes {
    fn are_free(&self) -> bool {
        self.0.values().sum::<usize>() < LANES
    }

    /// Those whose lanes are all taken.
    fn busy(&self) -> Vec<(TenantId, ClientId)> {
        self.0.iter().filter(|(_, taken)| **taken >= LANES_OF_ONE).map(|(client, _)| client.clone()).collect()
    }

    fn enter(&mut self, notice: &LogoutNotice) -> bool {
        if !self.are_free() {
            return false;
        }
        let taken = self.0.entry((notice.tenant.clone(), notice.client.clone())).or_default();
        let free = *taken < LANES_OF_ONE;
        *taken += usize::from(free);
        free
    }

    fn leave(&mut self, notice: &LogoutNotice) {
        let client = (notice.tenant.clone(), notice.client.clone());
        if let Some(taken) = self.0.get_mut(&client) {
            *taken = taken.saturating_sub(1);
        }
    }
}

impl Flows {
    /// These sessions have ended in this very transaction: what was issued in them dies, and the clients that wish it will be told.
    /// Gives the clients that were given something in them.
    pub(super) async fn settle_ended(
        &self,
        tx: &Tx,
        tenant: &Tenant,
        account: &Account,
        ended: &[SessionId],
        now: Timestamp,
    ) -> Result<Vec<(SessionId, Arc<Client>)>, FlowError> {
        for session in ended {
            tx.revoke_grants_of_session(account.id, *session, now).await?;
        }
        if ended.is_empty() {
            return Ok(Vec::new());
        }
        let served = tx.clients_of_sessions(account.id, ended).await?;
        let served = served.into_iter();
        let served = served.filter_map(|(session, id)| Some((session, tenant.client(id.as_str())?)));
        let served: Vec<(SessionId, Arc<Client>)> = served.collect();
        for (session, client) in served.iter().filter(|(_, client)| client.backchannel_logout_uri.is_some()) {
            let notice = LogoutNotice {
                id: LogoutNoticeId(entropy::uuid(&*self.entropy, now)),
                tenant: tenant.id.clone(),
                client: client.id.clone(),
                subject: account.subject.clone(),
                session: *session,
                attempts: 0,
                next_attempt_at: now,
                created_at: now,
            };
            tx.insert_logout_notice(&notice).await?;
        }
        Ok(served)
    }

    /// Tells those whose time has come, until nobody is left. Each client has a few lanes of its own: one that is slow to answer
    /// holds up its own notices only. Each notice is leased, so that two workers never send the same one.
    pub async fn tell_clients_of_logout(&self, tenants: &[Arc<Tenant>]) -> Result<Delivery, FlowError> {
        let mut calls = JoinSet::new();
        let mut lanes = Lanes::default();
        loop {
            let bell = self.logout_bell().notified();
            for notice in self.lease_for(&mut lanes).await? {
                let tenant = tenants.iter().find(|tenant| tenant.id == notice.tenant).cloned();
                let flows = self.clone();
                // A task of its own: what it writes must not wait for whoever leases the next one.
                calls.spawn(async move { (flows.tell_client(tenant.as_deref(), &notice).await, notice) });
            }
            if calls.is_empty() {
                return Ok(Delivery::IdleUntil(self.store.next_logout_notice_at().await?));
            }
            tokio::select! {
                Some(done) = calls.join_next() => match done {
                    Ok((told, notice)) => {
                        lanes.leave(&notice);
                        if let Err(error) = told {
                            // It is leased: it comes again.
                            tracing::error!(tenant = %notice.tenant, client = %notice.client, %error, "a client cannot be told of a logout");
                        }
                    }
                    Err(error) => {
                        tracing::error!(%error, "a call to a client broke off");
                        return Ok(Delivery::Worked);
                    }
                },
                // A session has ended meanwhile.
                () = bell => {}
            }
        }
    }

    /// As many notices as there are lanes for.
    async fn lease_for(&self, lanes: &mut Lanes) -> Result<Vec<LogoutNotice>, FlowError> {
        let mut leased = Vec::new();
        while lanes.are_free() {
            let now = self.now();
            let due = self.store.due_logout_notices(now, &lanes.busy(), BATCH).await?;
            if due.is_empty() {
                break;
            }
            for notice in due {
                if lanes.enter(&notice) {
                    match self.store.lease_logout_notice(&notice, now.plus(LEASE)).await? {
                        Some(notice) => leased.push(notice),
                        None => lanes.leave(&notice),
                    }
                }
            }
        }
        Ok(leased)
    }

    async fn tell_client(&self, tenant: Option<&Tenant>, notice: &LogoutNotice) -> Result<(), FlowError> {
        let client = tenant.and_then(|tenant| tenant.client(notice.client.as_str()));
        let uri = client.as_ref().and_then(|client| client.backchannel_logout_uri.as_deref());
        let (Some(tenant), Some(client), Some(uri)) = (tenant, &client, uri) else {
            // Taken out of the configuration meanwhile.
            return Ok(self.store.remove_logout_notice(notice).await?);
        };
        let now = self.now();
        let subject = self.subject_for(tenant, client, &notice.subject)?;
        let claims = LogoutTokenClaims {
            iss: tenant.issuer.as_str(),
            sub: &subject.0,
            aud: client.id.as_str(),
            iat: now.as_seconds(),
            exp: now.plus(TOKEN_LIFETIME).as_seconds(),
            // Each try is a token of its own: the one before may have been read without our hearing of it.
            jti: entropy::opaque_uuid(&*self.entropy).to_string(),
            sid: notice.session.to_string(),
            events: json!({ EVENT: {} }),
        };
        let keys = self.keyring(&tenant.id)?.current();
        let signer = keys.signer(client.id_token_signed_response_alg).ok_or(FlowError::NotReady)?;
        let token = signer.sign(Typ::LogoutToken, &claims)?;
        let sent = self.outbound.post_form(client.origin, uri, &[("logout_token", token.as_str())]).await;
        let (told, reason) = match sent {
            Ok(status) => (Told::by_status(status.as_u16()), status.to_string()),
            Err(error) => (Told::Unheard, error.to_string()),
        };
        metrics::counter!("idp_backchannel_logout_total", "outcome" => told.name()).increment(1);
        if told == Told::Done {
            return Ok(self.store.remove_logout_notice(notice).await?);
        }
        tracing::warn!(tenant = %tenant.id, client = %client.id, session = %notice.session, reason, "a client was not told of a logout");
        let [jitter] = entropy::bytes::<1>(&*self.entropy);
        let again = now.plus(retry_after(notice.attempts, jitter));
        if told == Told::Refused || notice.is_over(again) {
            return Ok(self.store.remove_logout_notice(notice).await?);
        }
        Ok(self.store.postpone_logout_notice(notice, again).await?)
    }
}
