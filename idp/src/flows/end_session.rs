//! Logout (OpenID Connect RP-Initiated Logout 1.0, journeys J-12, SR-12): the session, its refresh tokens and open codes end together.

use crate::{
    domain::{
        account::Account,
        audit::{AuditEvent, Event},
        ids::{ClientId, SessionId},
        parameters::{Parameters, encode},
        tenant::Tenant,
    },
    store::Tx,
};

use super::{FlowError, Flows, LiveSession, Visitor};

/// What a client asks for, as far as it can be believed.
#[derive(Debug)]
pub struct LogoutRequest {
    /// Where to go afterwards: registered, and vouched for by the hint.
    pub destination: Option<String>,
    /// Where the person comes from: for いいえ and P-21.
    pub client: Option<ClientId>,
    /// The session that the hint names.
    hinted_session: Option<String>,
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub enum EndSession {
    /// The hint names this very session, or nobody is signed in here: no question is asked.
    AtOnce,
    /// P-20.
    Ask,
}

impl Flows {
    /// Reads an end-session request. A bad hint or an unregistered address is left aside: then the person is asked, and stays here.
    pub fn logout_request(&self, tenant: &Tenant, parameters: &Parameters) -> LogoutRequest {
        let once = parameters.once().is_ok();
        let named = parameters.get("client_id").and_then(|id| tenant.client(id));
        let hint = parameters.get("id_token_hint").filter(|_| once).and_then(|hint| self.own_id_token(tenant, hint));
        // RP-Initiated Logout §2: client_id, when sent, must be the one the hint was issued to.
        let hint = hint.filter(|hint| named.as_ref().is_none_or(|client| client.id.as_str() == hint.audience));
        let hinted = hint.as_ref().and_then(|hint| tenant.client(&hint.audience));
        let destination = hinted.as_ref().and_then(|client| {
            let uri = client.post_logout_redirect_uri(parameters.get("post_logout_redirect_uri")?)?;
            Some(with_state(uri.as_str(), parameters.get("state")))
        });
        LogoutRequest {
            destination,
            client: hinted.or(named).map(|client| client.id.clone()),
            hinted_session: hint.and_then(|hint| hint.session),
        }
    }

    /// Whether the person is asked before the session ends.
    pub fn logout_question(&self, request: &LogoutRequest, live: Option<&LiveSession>) -> EndSession {
        match (live, &request.hinted_session) {
            (Some(live), Some(hinted)) if *hinted == live.session.id.to_string() => EndSession::AtOnce,
            (None, _) => EndSession::AtOnce,
            _ => EndSession::Ask,
        }
    }

    /// Gives the pages by which clients end their own sessions in this browser.
    /// `client`: at whose wish or request, as far as it is known.
    pub async fn end_session(
        &self,
        tenant: &Tenant,
        live: &LiveSession,
        client: Option<&ClientId>,
        visitor: &Visitor,
    ) -> Result<Vec<String>, FlowError> {
        let now = self.now();
        let (session, account) = (live.session.id, live.account.id);
        let mut audit = AuditEvent::new(now, Event::Logout, tenant.id.clone())
            .of_account(account)
            .from(visitor.address_prefix().as_deref())
            .with("session", session.to_string());
        audit.client = client.cloned();
        let served = self
            .store
            .write(async |tx| {
                let tx = &tx;
                if !tx.end_session(session, now).await? {
                    return Ok(Vec::new());
                }
                let served = self.settle_ended(tx, tenant, &live.account, &[session], now).await?;
                tx.record(audit.clone()).await?;
                Ok::<_, FlowError>(served)
            })
            .await?;
        self.logout_bell().notify_one();
        let frames = served.iter().filter_map(|(session, client)| {
            Some(client.frontchannel_logout.as_ref()?.address(tenant.issuer.as_str(), *session))
        });
        Ok(frames.collect())
    }

    /// Ends the sessions of an account but one, as a logout ends them; their clients are told. Says how many.
    /// `ended` is the row that each leaves in the trail; its instant is theirs.
    pub(super) async fn end_others(
        &self,
        tx: &Tx,
        tenant: &Tenant,
        account: &Account,
        kept: Option<SessionId>,
        ended: &AuditEvent,
    ) -> Result<usize, FlowError> {
        let sessions = tx.end_sessions_of_account(account.id, kept, ended.at).await?;
        self.settle_ended(tx, tenant, account, &sessions, ended.at).await?;
        // Also what a session gave that is long gone itself.
        tx.revoke_grants_of_account(account.id, kept, ended.at).await?;
        for session in &sessions {
            tx.record(ended.clone().with("session", session.to_string())).await?;
        }
        Ok(sessions.len())
    }
}

fn with_state(uri: &str, state: Option<&str>) -> String {
    match state {
        None => uri.to_owned(),
        Some(state) => {
            let separator = if uri.contains('?') { '&' } else { '?' };
            format!("{uri}{separator}state={}", encode(state))
        }
    }
}
