//! A client sends a browser to `/authorize`: an answer at once, or a login (journeys J-01 1.1).

use std::sync::Arc;

use crate::{
    domain::{
        account::Account,
        acr::Acr,
        audit::{AuditEvent, Event},
        authorization_request::{AuthorizationRequest, Prompt, Refusal},
        authorization_response::{Answer, AuthorizationResponse},
        claims::ClaimsRequest,
        client::{Client, Consent},
        clock::Timestamp,
        entropy,
        grant::{AuthorizationCode, CODE_LIFETIME, Grant, Terms},
        ids::{ClientId, GrantId, LoginId, SessionId, Subject},
        login::{Destination, Gate, Need, PendingLogin, Proofs, reachable},
        oauth_error::{ErrorCode, OAuthError},
        parameters::Parameters,
        scope::Scope,
        secret::{Secret, TokenKey, token},
        session::{Session, is_fresh},
        tenant::Tenant,
    },
    keys::Typ,
    store::{Authorize, Won},
};

use super::{
    FlowError, Flows, SessionCookie, Visitor,
    answer_client::answered_before,
    current::covers,
    issue_tokens::{key_of, may_be_served},
};

/// What an authorization request leads to.
#[derive(Debug)]
pub enum Begun {
    /// The client is answered at once: a code by single sign-on, or an error.
    Answered(AuthorizationResponse),
    /// Nobody can be answered: a page for the person, a line for the client's engineer (E-01).
    Rejected(OAuthError),
    /// A login begins in this browser.
    Login(Box<PendingLogin>),
}

/// A live session with its account.
#[derive(Clone, Debug)]
pub struct LiveSession {
    pub session: Arc<Session>,
    pub account: Arc<Account>,
}

impl Flows {
    pub async fn begin_authorization(
        &self,
        tenant: &Tenant,
        parameters: &Parameters,
        session: Option<&SessionCookie>,
        visitor: &Visitor,
    ) -> Result<Begun, FlowError> {
        if let Some(id) = parameters.get("client_id") {
            self.look_for_client(tenant, id).await;
        }
        let request = match self.open_request(tenant, parameters).await? {
            Ok(request) => request,
            Err(Refusal::Page(error)) => {
                let client = parameters.get("client_id").and_then(|id| tenant.client(id));
                self.note_rejected(tenant, client.as_ref().map(|client| &client.id), &error, visitor).await;
                return Ok(Begun::Rejected(error));
            }
            Err(Refusal::Redirect { to, error }) => {
                self.note_rejected(tenant, Some(&to.client), &error, visitor).await;
                let watched = self.watched(tenant, session).await?;
                return self.put(tenant, Answer::error(to, &error), watched.as_ref()).map(Begun::Answered);
            }
        };
        let Some(client) = tenant.client(request.client.as_str()) else { return Err(FlowError::LoginOver) };
        let live = match session {
            Some(cookie) => self.live_session(tenant, cookie).await?,
            None => None,
        };
        let present = live.clone();
        let told = async |code, why: &'static str| {
            let error = OAuthError::new(code, why);
            self.answer_error(tenant, &request, &error, present.as_ref()).await.map(Begun::Answered)
        };
        let live = live.filter(|live| self.is_named(tenant, &client, request.subject.as_ref(), &live.account));
        // Whoever signs in anew may be somebody else, with other means.
        let anew = matches!(request.prompt, Prompt::Login | Prompt::SelectAccount);
        let account = live.as_ref().filter(|_| !anew).map(|live| &*live.account);
        let Ok(need) = Need::of(&tenant.policy, Some(&client), &request.demand(), account) else {
            let code = ErrorCode::UnmetAuthenticationRequirements;
            return told(code, "the acr asked for cannot be met here").await;
        };
        let now = self.now();
        if let Some(live) = &live
            && is_fresh(&live.session.proofs, &live.account, &need, request.prompt, now)
            && request.prompt != Prompt::SelectAccount
            && covers(tenant, &need, &live.account, &live.session.proofs) == Gate::Done
        {
            if !self.consent_due(&client, &request, live.account.id).await? {
                return self.answer_by_session(tenant, &client, &request, live).await.map(Begun::Answered);
            }
            if request.prompt == Prompt::None {
                return told(ErrorCode::ConsentRequired, "the person has not agreed to this").await;
            }
        }
        if request.prompt == Prompt::None {
            let why = if live.is_some() { "more must be proven" } else { "there is no session" };
            return told(ErrorCode::LoginRequired, why).await;
        }
        let pending = self.new_pending(Destination::Client(Box::new(request.clone())));
        if !pending.fits() {
            let why = "the request is too long for a browser: push it to /par";
            return told(ErrorCode::InvalidRequest, why).await;
        }
        self.note_begun(&pending.id);
        Ok(Begun::Login(Box::new(pending)))
    }

    /// A new login with a support code of its own.
    pub fn new_pending(&self, destination: Destination) -> PendingLogin {
        let now = self.now();
        PendingLogin {
            id: LoginId::new(entropy::code(&*self.entropy, 8)),
            destination,
            language: None,
            begun_at: now,
            pressed_at: now,
            departure: None,
            ineligible: None,
        }
    }

    /// A support code for a page outside of any login.
    pub fn support_code(&self) -> String {
        entropy::code(&*self.entropy, 8)
    }

    /// The session that a browser's cookie opens, if it and its account may be used now (SR-6).
    pub async fn live_session(
        &self,
        tenant: &Tenant,
        cookie: &SessionCookie,
    ) -> Result<Option<LiveSession>, FlowError> {
        let Some(key) = TokenKey::of(cookie.0.expose()) else { return Ok(None) };
        let Some(session) = self.store.session(&key).await? else { return Ok(None) };
        if session.tenant != tenant.id || !session.is_live(&tenant.policy.session, self.now()) {
            return Ok(None);
        }
        let account = self.store.account(session.account).await?.filter(|account| may_be_served(tenant, account));
        Ok(account.map(|account| LiveSession { session, account }))
    }

    /// A code by single sign-on; nothing is asked.
    pub(super) async fn answer_by_session(
        &self,
        tenant: &Tenant,
        client: &Client,
        request: &AuthorizationRequest,
        live: &LiveSession,
    ) -> Result<AuthorizationResponse, FlowError> {
        let now = self.now();
        let session = &live.session;
        let given = self.new_grant(tenant, request, &live.account, &session.proofs, session.id, now)?;
        let audit = AuditEvent::new(now, Event::LoginCompleted, tenant.id.clone())
            .of_account(live.account.id)
            .of_client(&client.id)
            .with("sso", true)
            .with("acr", given.grant.terms.acr.urn());
        let session_touch = session.wants_touch(now).then(|| (session.key.clone(), now));
        let authorize = Authorize {
            grant: given.grant,
            code: given.code,
            pushed: request.pushed.clone(),
            rests_on_consent: client.consent == Consent::Ask,
            session_touch,
            audit: Some(audit),
        };
        if self.store.authorize(authorize).await? == Won::Lost {
            if self.was_answered(request.pushed.as_ref()).await? {
                return Err(answered_before());
            }
            let ended = OAuthError::new(ErrorCode::LoginRequired, "the session or the consent has just ended");
            return self.answer_error(tenant, request, &ended, None).await;
        }
        self.put(tenant, Answer::code(request.error_target(), &given.secret), Some(&session.key))
    }

    /// A grant with its code, on the terms that these proofs reach.
    pub(super) fn new_grant(
        &self,
        tenant: &Tenant,
        request: &AuthorizationRequest,
        account: &Account,
        proofs: &Proofs,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Given, FlowError> {
        let client = tenant.client(request.client.as_str());
        let defaults = client.as_ref().map(|client| client.default_acr_values.as_slice());
        let list = if request.acr.values.is_empty() { defaults.unwrap_or_default() } else { &request.acr.values };
        let id = GrantId(entropy::uuid(&*self.entropy, now));
        let secret = token(&*self.entropy, now);
        let terms = Terms {
            claims: request.claims.clone(),
            nonce: request.nonce.clone(),
            resources: request.resources.clone(),
            ..terms(tenant, request.scope.clone(), list, (account, proofs))?
        };
        let code = AuthorizationCode {
            key: key_of(&secret)?,
            grant: id,
            redirect_uri: request.redirect_uri.clone(),
            code_challenge: request.code_challenge.clone(),
            dpop_jkt: request.dpop_jkt.clone(),
            expires_at: now.plus(CODE_LIFETIME),
            used: false,
        };
        let grant = Grant {
            id,
            tenant: tenant.id.clone(),
            client: request.client.clone(),
            account: account.id,
            session,
            terms,
            created_at: now,
            revoked_at: None,
        };
        Ok(Given { grant, code, secret })
    }

    /// Whom an `id_token_hint` names: an ID token of this issuer for this client, expired or not (Core §3.1.2.1).
    pub(super) fn hinted(&self, tenant: &Tenant, hint: &str, client: &Client) -> Option<Subject> {
        let claims = self.own_id_token(tenant, hint)?;
        (claims.audience == client.id.as_str()).then(|| Subject(claims.subject.as_str().into()))
    }

    /// Reads an ID token that was issued here, whatever its age.
    pub(super) fn own_id_token(&self, tenant: &Tenant, text: &str) -> Option<HintClaims> {
        let keys = self.keyring(&tenant.id).ok()?.current();
        let verified = keys.verifier().verify(Typ::IdToken, text).ok()?;
        let text = |name: &str| verified.claims.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
        (text("iss")? == tenant.issuer.as_str())
            .then(|| Some(HintClaims { subject: text("sub")?, audience: text("aud")?, session: text("sid") }))?
    }

    pub(super) async fn note_rejected(
        &self,
        tenant: &Tenant,
        client: Option<&ClientId>,
        error: &OAuthError,
        visitor: &Visitor,
    ) {
        let mut event = AuditEvent::new(self.now(), Event::RequestRejected, tenant.id.clone())
            .from(visitor.address_prefix().as_deref())
            .with("error", error.code.as_str())
            .with("description", error.description.as_ref());
        if let Some(client) = client {
            event = event.of_client(client);
        }
        self.record_stranger(event).await;
    }
}

/// What these proofs are worth. `acr` is the highest value of the client's list that they cover, without a list the
/// highest covered (product.md); `auth_time` is when the oldest proof that it rests on was given.
pub(super) fn terms(
    tenant: &Tenant,
    scope: Scope,
    list: &[Acr],
    (account, proofs): (&Account, &Proofs),
) -> Result<Terms, FlowError> {
    let (reached, _) = proofs.reach(account).ok_or(FlowError::LoginOver)?;
    // What the tenant has stopped giving is not given for what was proven before.
    let reached = reached.min(reachable(&tenant.policy));
    let acr = list.iter().copied().filter(|value| *value <= reached).max().unwrap_or(reached);
    Ok(Terms {
        scope,
        claims: ClaimsRequest::default(),
        nonce: None,
        acr,
        reached: (reached > acr).then_some(reached),
        amr: proofs.amr(account).into_iter().map(str::to_owned).collect(),
        auth_time: proofs.auth_time(acr, account).ok_or(FlowError::LoginOver)?,
        resources: Vec::new(),
    })
}

/// A grant on its way into the store, with the code as its client will know it.
pub(super) struct Given {
    pub grant: Grant,
    pub code: AuthorizationCode,
    pub secret: Secret,
}

/// What an ID token of ours says of whom it was issued to.
pub(super) struct HintClaims {
    pub subject: String,
    pub audience: String,
    pub session: Option<String>,
}
