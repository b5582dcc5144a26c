//! The end of a login: the gate is asked once more inside the transaction, and only `Done` makes a session or a code (security.md, decision 1).

use crate::{
    domain::{
        account_visit::{AccountVisit, Errand},
        acr::Acr,
        audit::{AuditEvent, Event},
        authorization_request::Prompt,
        authorization_response::{Answer, AuthorizationResponse},
        clock::Timestamp,
        entropy,
        ids::SessionId,
        login::{Destination, Gate, Login},
        oauth_error::{ErrorCode, OAuthError},
        secret::{Secret, token},
        session::{Session, is_fresh},
        tenant::Tenant,
    },
    store::Tx,
};

use super::{
    Current, FlowError, Flows, LiveSession, SessionCookie, Visitor,
    acting::entered,
    answer_client::answered_before,
    current::{Facts, fresh, gate_of, need_of},
    give_consent::kept_consent,
    issue_tokens::{key_of, may_be_served},
};

/// What a finished login leaves.
#[derive(Debug)]
pub enum Finished {
    /// The client's answer, and the browser's new session.
    Answered { response: AuthorizationResponse, session: SessionCookie },
    /// The account page is open, in the language of the login, and this was done on the way.
    Entered { visit: AccountVisit, done: Option<Errand>, session: SessionCookie },
    /// The page that asks about the device is open.
    AtDevice(SessionCookie),
    /// The client asked for somebody else (OpenID Connect Core §3.1.2.2): told so, no session made.
    OtherSubject(AuthorizationResponse),
}

impl Flows {
    /// `live` is the session this browser has already, if it is of the same account: it is raised, and its old id dies (SR-2).
    pub async fn finish_login(
        &self,
        tenant: &Tenant,
        current: &Current,
        live: Option<&LiveSession>,
        visitor: &Visitor,
    ) -> Result<Finished, FlowError> {
        let now = self.now();
        let destination = &current.login.destination;
        if let Some(request) = destination.request()
            && let Some(client) = tenant.client(request.client.as_str())
            && !self.is_named(tenant, &client, request.subject.as_ref(), &current.account)
        {
            let error = OAuthError::new(ErrorCode::LoginRequired, "somebody else signed in");
            return self.answer_error(tenant, request, &error, live).await.map(Finished::OtherSubject);
        }
        self.still_raises(tenant, current, live)?;
        let secret = token(&*self.entropy, now);
        let key = key_of(&secret)?;
        let session_id = SessionId(entropy::uuid(&*self.entropy, now));
        let errand = self.errand(tenant, current, live, visitor)?;
        let audit = self.event(tenant, current, Event::LoginCompleted, visitor);
        let code = self
            .store
            .write(async |tx| {
                let tx = &tx;
                let (mut login, mut account) = fresh(tx, tenant, &current.login, now).await?;
                // Decided here, from what is true here: no page, cookie or earlier look counts.
                let consent = kept_consent(tx, tenant, &login.destination, account.id).await?;
                let gate = gate_of(tenant, &login, &account, Facts { consent, ..Facts::default() })?;
                if gate != Gate::Done || login.finished_at.is_some() || !may_be_served(tenant, &account) {
                    return Err(FlowError::NotDue);
                }
                if let Some(key) = login.destination.request().and_then(|request| request.pushed.as_ref())
                    && !tx.consume_pushed_request(key).await?
                {
                    return Err(answered_before());
                }
                let mut session = Session {
                    id: session_id,
                    key: key.clone(),
                    tenant: tenant.id.clone(),
                    account: account.id,
                    proofs: login.proofs.clone(),
                    login: Some(login.id.clone()),
                    browser: visitor.browser,
                    created_at: now,
                    used_at: now,
                    ended_at: None,
                };
                let sid = raise_or_insert(tx, live, &mut session, &login).await?;
                let given = match login.destination.request() {
                    Some(request) => Some(self.new_grant(tenant, request, &account, &login.proofs, sid, now)?),
                    None => None,
                };
                if let Some(given) = &given {
                    tx.insert_grant_and_code(&given.grant, &given.code).await?;
                }
                login.finished_at = Some(now);
                tx.save_login(&login).await?;
                let reached = login.proofs.reach(&account).map_or(Acr::University, |(reached, _)| reached);
                let acr = given.as_ref().map_or(reached, |given| given.grant.terms.acr);
                tx.record(completed(&audit, now, acr.urn())).await?;
                let switched = match &errand {
                    Some(errand) => errand.write(self, tx, tenant, &mut account).await?,
                    None => false,
                };
                if switched || account.language != Some(login.language) {
                    account.language = Some(login.language);
                    tx.save_account(&account).await?;
                }
                Ok(given.map(|given| given.secret))
            })
            .await?;
        let session = SessionCookie(secret);
        if errand.is_some() {
            self.outbox_bell().notify_one();
            self.logout_bell().notify_one();
        }
        match (destination, code) {
            (Destination::Client(request), Some(code)) => {
                let response = self.put(tenant, Answer::code(request.error_target(), &code), Some(&key))?;
                Ok(Finished::Answered { response, session })
            }
            (Destination::Account(visit), _) => {
                let done = visit.errand.filter(|_| errand.is_some());
                Ok(Finished::Entered { visit: entered(visit, current.login.language), done, session })
            }
            (Destination::Device(_), _) => Ok(Finished::AtDevice(session)),
            (Destination::Client(_), None) => Err(FlowError::LoginOver),
        }
    }
}

impl Flows {
    /// A step-up builds on a session's proofs: without that session, or once they are too old, it is over.
    fn still_raises(&self, tenant: &Tenant, current: &Current, live: Option<&LiveSession>) -> Result<(), FlowError> {
        let login = &current.login;
        let Some(raised) = login.session else { return Ok(()) };
        let need = need_of(tenant, &login.destination, &current.account)?;
        let there = live.is_some_and(|live| live.session.id == raised);
        if there && is_fresh(&login.proofs, &current.account, &need, Prompt::Unset, self.now()) {
            Ok(())
        } else {
            Err(FlowError::LoginOver)
        }
    }
}

/// The browser's session of the same account keeps its `sid` under a new key; otherwise a new one begins.
async fn raise_or_insert(
    tx: &Tx,
    live: Option<&LiveSession>,
    session: &mut Session,
    login: &Login,
) -> Result<SessionId, FlowError> {
    if let Some(live) = live.filter(|live| live.account.id == login.account) {
        let raised = Session { id: live.session.id, created_at: live.session.created_at, ..session.clone() };
        if tx.raise_session(&live.session.key, &raised).await? {
            return Ok(raised.id);
        }
    }
    tx.insert_session(session).await?;
    Ok(session.id)
}

fn completed(audit: &AuditEvent, at: Timestamp, acr: &str) -> AuditEvent {
    AuditEvent { at, ..audit.clone() }.with("acr", acr)
}

impl SessionCookie {
    pub fn new(text: impl Into<String>) -> Self {
        Self(Secret::new(text))
    }
}
