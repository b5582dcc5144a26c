//! Small good values that tests change one thing of.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use uuid::Uuid;

use super::{
    account::{Account, AccountStatus, Attributes, RegisteredEmail, SecondPasswordHash},
    authenticator::Authenticator,
    authorization_request::AuthorizationRequest,
    client::{
        AccessTokenFormat, Client, ClientAuthentication, ClientKeys, ClientSecrets, Consent, GrantType, Menu, Origin,
        Profile, SubjectType,
    },
    clock::Timestamp,
    ids::{AccountId, ClientId, Subject, TenantId, UpstreamId},
    language::Language,
    policy::*,
    redirect_uri::RedirectUri,
    scope::{SUPPORTED, Scope},
    secret::{Sealed, sha256},
    signing_key::SigningAlgorithm,
    tenant::{Issuer, LocalizedText, Tenant},
};

pub fn policy() -> Policy {
    Policy {
        after_setup: AfterSetup::SignInAgain,
        two_factor: TwoFactor::UserChoice,
        two_factor_default: false,
        two_factor_confirm_enable: false,
        authenticator: AuthenticatorUse::Off,
        step_up_age: Duration::from_mins(15),
        upstream_logout: false,
        dynamic_registration: false,
        session_management: false,
        mail_format: MailFormat::Text,
        email: EmailPolicy {
            enrolment: true,
            allow_domains: vec![],
            deny_domains: vec![],
            legacy_carrier_addresses: true,
            legacy_carrier_domains: [
                "docomo.ne.jp",
                "ezweb.ne.jp",
                "*.ezweb.ne.jp",
                "softbank.ne.jp",
                "*.vodafone.ne.jp",
            ]
            .map(str::to_owned)
            .to_vec(),
        },
        second_password: SecondPasswordPolicy {
            required: true,
            min_length: 8,
            max_length: 128,
            max_attempts: 5,
            window: Duration::from_mins(15),
            lock: Duration::from_mins(15),
        },
        auth_key: AuthKeyPolicy { digits: 6, lifetime: Duration::from_mins(10), max_attempts: 5 },
        one_time_url: OneTimeUrlPolicy { lifetime: Duration::from_mins(30), code_digits: 6, code_max_attempts: 5 },
        session: SessionPolicy { idle: Duration::from_mins(30), absolute: Duration::from_hours(8) },
    }
}

pub fn client() -> Client {
    Client {
        id: ClientId::new("rp"),
        origin: Origin::File,
        name: LocalizedText::same("RP"),
        redirect_uris: vec![RedirectUri::register("https://rp.example/cb").unwrap()],
        post_logout_redirect_uris: vec![],
        grant_types: [GrantType::AuthorizationCode, GrantType::RefreshToken].into(),
        scope: Scope::parse(&SUPPORTED.join(" ")),
        authentication: ClientAuthentication::SecretBasic(ClientSecrets::new(vec![sha256(b"secret")])),
        keys: ClientKeys::None,
        subject_type: SubjectType::Public,
        id_token_signed_response_alg: SigningAlgorithm::Rs256,
        userinfo_signed_response_alg: None,
        introspection_signed_response_alg: None,
        authorization_signed_response_alg: SigningAlgorithm::Rs256,
        request_object_signing_alg: None,
        require_signed_request_object: false,
        require_pushed_authorization_requests: false,
        dpop_bound_access_tokens: false,
        tls_client_certificate_bound_access_tokens: false,
        default_acr_values: vec![],
        default_max_age: None,
        require_auth_time: false,
        initiate_login_uri: None,
        backchannel_logout_uri: None,
        frontchannel_logout: None,
        logo_uri: None,
        policy_uri: None,
        tos_uri: None,
        theme: None,
        account_return_uris: vec![],
        menu: Menu::default(),
        minimum_acr: None,
        require_pkce: true,
        consent: Consent::None,
        profile: Profile::Plain,
        access_token_format: AccessTokenFormat::Opaque,
        resources: vec![],
    }
}

pub fn tenant() -> Tenant {
    Tenant {
        id: TenantId::new("demo"),
        issuer: Issuer::parse("https://id.example").unwrap(),
        name: LocalizedText::same("The University"),
        service_name: LocalizedText::same("証明書発行サービス"),
        theme: "default".into(),
        languages: vec![Language::Ja, Language::En],
        default_language: Language::Ja,
        default_client: Some(ClientId::new("rp")),
        mail_from: "no-reply@id.example".into(),
        contact: super::tenant::Contact::default(),
        maintenance: None,
        policy: policy(),
        upstreams: vec![],
        clients: BTreeMap::from([(ClientId::new("rp"), Arc::new(client()))]),
        registered: super::known_clients::KnownClients::default(),
    }
}

pub fn request() -> AuthorizationRequest {
    AuthorizationRequest {
        client: ClientId::new("rp"),
        redirect_uri: RedirectUri::register("https://rp.example/cb").unwrap(),
        response_mode: super::authorization_request::ResponseMode::Query,
        scope: Scope::parse("openid"),
        state: None,
        nonce: None,
        code_challenge: None,
        prompt: super::authorization_request::Prompt::Unset,
        max_age: None,
        acr: super::authorization_request::AcrRequest::default(),
        claims: super::claims::ClaimsRequest::default(),
        login_hint: None,
        subject: None,
        ui_locale: None,
        consent: false,
        resources: vec![],
        dpop_jkt: None,
        pushed: None,
    }
}

pub fn account() -> Account {
    Account {
        id: AccountId(Uuid::from_u128(1)),
        tenant: TenantId::new("demo"),
        upstream: UpstreamId::new("university"),
        upstream_subject: "u1".into(),
        subject: Subject("sub-1".into()),
        user_id: "s2025001".into(),
        attributes: Attributes::default(),
        email: None,
        second_password: None,
        authenticator: None,
        two_factor: false,
        language: None,
        status: AccountStatus::Active,
        credential_version: 0,
        version: 0,
        created_at: Timestamp::from_millis(0),
    }
}

pub fn email(at: i64) -> RegisteredEmail {
    RegisteredEmail {
        address: Sealed(vec![]),
        index: String::new(),
        registered_at: Timestamp::from_millis(at),
        confirmed_at: Timestamp::from_millis(at),
        undeliverable: false,
    }
}

pub fn authenticator(at: i64) -> Authenticator {
    Authenticator { secret: Sealed(vec![]), enrolled_at: Timestamp::from_millis(at), last_step: 0 }
}

pub fn second_password(at: i64) -> SecondPasswordHash {
    SecondPasswordHash {
        hash: String::new(),
        set_at: Timestamp::from_millis(at),
        changed_at: Timestamp::from_millis(at),
    }
}
