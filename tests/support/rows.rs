//! Small good rows that tests change one thing of.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use idp::domain::{
    account::{Account, AccountStatus, Attributes},
    acr::Acr,
    audit::{AuditEvent, Event},
    auth_key::{AuthKey, AuthKeyState},
    authorization_request::{AcrRequest, AuthorizationRequest, Prompt, ResponseMode},
    claims::ClaimsRequest,
    clock::Timestamp,
    entropy::{self, Entropy},
    grant::{AccessToken, AuthorizationCode, Grant, Origin, RefreshState, RefreshToken, Terms},
    ids::{AccountId, AuthKeyId, ClientId, GrantId, LetterId, LoginId, SessionId, Subject, TenantId, UpstreamId},
    language::Language,
    login::{Destination, Factor, Login, Proof, Proofs},
    one_time_url::{OneTimeUrl, OneTimeUrlState, Purpose},
    outbox::{LetterState, OutboxLetter},
    redirect_uri::RedirectUri,
    scope::Scope,
    secret::{Sealed, TokenKey, token},
    session::Session,
};
use uuid::Uuid;

pub const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
pub const MINUTE: Duration = Duration::from_mins(1);

/// Never the same twice within a run, and the same in each run.
pub struct Counting;

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        for (byte, value) in bytes.iter_mut().rev().zip(number.iter().rev().chain(std::iter::repeat(&0))) {
            *byte = *value;
        }
    }
}

pub fn id() -> Uuid {
    entropy::uuid(&Counting, NOW)
}

pub fn key() -> TokenKey {
    key_at(NOW)
}

pub fn key_at(at: Timestamp) -> TokenKey {
    TokenKey::of(token(&Counting, at).expose()).unwrap()
}

pub fn tenant() -> TenantId {
    TenantId::new("demo")
}

pub fn account() -> Account {
    let id = id();
    Account {
        id: AccountId(id),
        tenant: tenant(),
        upstream: UpstreamId::new("university"),
        upstream_subject: format!("upstream-{id}"),
        subject: Subject(format!("subject-{id}").into()),
        user_id: "s2025001".into(),
        attributes: Attributes([("name".to_owned(), "日本 太郎".into())].into()),
        email: None,
        authenticator: None,
        second_password: None,
        two_factor: false,
        language: Some(Language::Ja),
        status: AccountStatus::Active,
        credential_version: 0,
        version: 0,
        created_at: NOW,
    }
}

pub fn login(account: &Account) -> Login {
    let mut proofs = Proofs::default();
    proofs.add(Proof { factor: Factor::University, account: account.id, at: NOW, evidence: "university".into() });
    Login {
        id: LoginId::new(entropy::code(&Counting, 8)),
        tenant: tenant(),
        version: 0,
        secret_hash: "hash".into(),
        account: account.id,
        upstream: account.upstream.clone(),
        destination: Destination::Client(Box::new(request())),
        proofs,
        session: None,
        language: Language::Ja,
        begun_at: NOW,
        pressed_at: NOW,
        finished_at: None,
    }
}

fn request() -> AuthorizationRequest {
    AuthorizationRequest {
        client: ClientId::new("rp"),
        redirect_uri: RedirectUri::register("https://rp.example/cb").unwrap(),
        response_mode: ResponseMode::Query,
        scope: Scope::parse("openid"),
        state: Some("state".into()),
        nonce: None,
        code_challenge: None,
        prompt: Prompt::Unset,
        max_age: None,
        acr: AcrRequest::default(),
        claims: ClaimsRequest::default(),
        login_hint: None,
        subject: None,
        ui_locale: None,
        consent: false,
        resources: vec![],
        dpop_jkt: None,
        pushed: None,
    }
}

pub fn auth_key(login: &Login) -> AuthKey {
    AuthKey {
        id: AuthKeyId(id()),
        login: login.id.clone(),
        account: login.account,
        mac: "mac".into(),
        reference: "ABC".into(),
        tries: 0,
        state: AuthKeyState::Open,
        letter: LetterId(id()),
        created_at: NOW,
        expires_at: NOW.plus(10 * MINUTE),
    }
}

pub fn one_time_url(login: &Login) -> OneTimeUrl {
    OneTimeUrl {
        key: format!("url-{}", id()),
        tenant: tenant(),
        purpose: Purpose::RegisterEmail,
        account: login.account,
        login: Some(login.id.clone()),
        session: None,
        address: Sealed(vec![0, 1, 255]),
        address_index: "index".into(),
        code_mac: "mac".into(),
        code_tries: 0,
        credential_version: 0,
        state: OneTimeUrlState::Open,
        letter: LetterId(id()),
        language: Language::En,
        created_at: NOW,
        expires_at: NOW.plus(30 * MINUTE),
    }
}

pub fn session(account: &Account) -> Session {
    Session {
        id: SessionId(id()),
        key: key(),
        tenant: tenant(),
        account: account.id,
        proofs: Proofs::default(),
        login: None,
        browser: None,
        created_at: NOW,
        used_at: NOW,
        ended_at: None,
    }
}

pub fn grant(session: &Session) -> Grant {
    Grant {
        id: GrantId(id()),
        tenant: tenant(),
        client: ClientId::new("rp"),
        account: session.account,
        session: session.id,
        terms: Terms {
            scope: Scope::parse("openid offline_access"),
            claims: ClaimsRequest::default(),
            nonce: Some("nonce".into()),
            acr: Acr::SecondPassword,
            reached: None,
            amr: vec!["pwd".into()],
            auth_time: NOW,
            resources: vec![],
        },
        created_at: NOW,
        revoked_at: None,
    }
}

pub fn code(grant: &Grant) -> AuthorizationCode {
    AuthorizationCode {
        key: key(),
        grant: grant.id,
        redirect_uri: RedirectUri::register("https://rp.example/cb").unwrap(),
        code_challenge: None,
        dpop_jkt: None,
        expires_at: NOW.plus(MINUTE),
        used: false,
    }
}

pub fn access(grant: &Grant) -> AccessToken {
    AccessToken {
        key: key(),
        origin: Origin::Grant(grant.id),
        scope: Scope::parse("openid"),
        audience: None,
        confirmation: None,
        created_at: NOW,
        expires_at: NOW.plus(5 * MINUTE),
        revoked: false,
    }
}

pub fn refresh(grant: &Grant) -> RefreshToken {
    RefreshToken {
        key: key(),
        grant: grant.id,
        confirmation: None,
        expires_at: NOW.plus(60 * MINUTE),
        state: RefreshState::Open,
    }
}

pub fn letter(account: &Account) -> OutboxLetter {
    OutboxLetter {
        id: LetterId(id()),
        tenant: tenant(),
        kind: "m-01".into(),
        login: None,
        account: Some(account.id),
        recipient: Sealed(vec![1]),
        recipient_index: Some("index".into()),
        body: Some(Sealed(vec![2])),
        state: LetterState::Queued,
        attempts: 0,
        next_attempt_at: NOW,
        last_reply: None,
        created_at: NOW,
        expires_at: NOW.plus(30 * MINUTE),
        sent_at: None,
        delayed_at: None,
    }
}

pub fn event() -> AuditEvent {
    AuditEvent::new(NOW, Event::LoginCompleted, tenant()).with("acr", "second-password")
}
