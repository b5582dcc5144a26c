//! Back-channel logout (OpenID Connect Back-Channel Logout 1.0): clients are told of a session's end, written with that end and sent by a worker.

use std::{sync::Arc, time::Duration};

use serde::Serialize;
use serde_json::json;

use crate::{
    domain::{
        account::Account,
        client::Client,
        clock::Timestamp,
        entropy,
        ids::{LogoutNoticeId, SessionId},
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
const BATCH: u64 = 16;
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

    /// Tells those whose time has come; each notice is leased, so that two workers never send the same one.
    pub async fn tell_clients_of_logout(&self, tenants: &[Arc<Tenant>]) -> Result<Delivery, FlowError> {
        let notices = self.store.lease_logout_notices(self.now(), LEASE, BATCH).await?;
        if notices.is_empty() {
            return Ok(Delivery::IdleUntil(self.store.next_logout_notice_at().await?));
        }
        let work = notices.into_iter().map(|notice| async move {
            let tenant = tenants.iter().find(|tenant| tenant.id == notice.tenant);
            self.tell_client(tenant.map(|tenant| &**tenant), &notice).await
        });
        for result in futures_util::future::join_all(work).await {
            result?;
        }
        Ok(Delivery::Worked)
    }

    async fn tell_client(&self, tenant: Option<&Tenant>, notice: &LogoutNotice) -> Result<(), FlowError> {
        let client = tenant.and_then(|tenant| tenant.client(notice.client.as_str()));
        let uri = client.as_ref().and_then(|client| client.backchannel_logout_uri.as_deref());
        let (Some(tenant), Some(client), Some(uri)) = (tenant, &client, uri) else {
            // Taken out of the configuration meanwhile.
            return Ok(self.store.remove_logout_notice(notice).await?);
        };
        let now = self.now();
        let subject = self.subject_for(tenant, &client, &notice.subject)?;
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
        let (told, reason) = match self.outbound.post_form(uri, &[("logout_token", token.as_str())]).await {
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
