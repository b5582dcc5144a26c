//! The relying party against a provider that can misbehave.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicI64, Ordering},
};

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use serde_json::json;

use super::{
    fake::{Fake, Fault, Key, NONCE, at_hash},
    *,
};
use crate::{
    domain::{
        entropy::tests::Seeded,
        language::Language,
        secret::{Secret, sha256},
        tenant::{LocalizedText, UpstreamKind},
    },
    upstream::outbound::OutboundSettings,
};

const CALLBACK: &str = "https://id.example/upstream/university/callback";
const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

struct Hands(AtomicI64);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}

struct World {
    fake: Fake,
    clock: Arc<Hands>,
    upstream: Oidc,
}

impl World {
    async fn start() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut tenant::OidcUpstream)) -> Self {
        let fake = Fake::start(NOW).await;
        let clock = Arc::new(Hands(AtomicI64::new(NOW.as_millis())));
        let mut settings = tenant::OidcUpstream {
            issuer: fake.issuer.clone(),
            client_id: "idp".into(),
            client_secret: Secret::new("s:ecret"),
            scope: "openid profile".into(),
            force_reauthentication: true,
        };
        change(&mut settings);
        let configured = tenant::Upstream {
            id: UpstreamId::new("university"),
            name: LocalizedText::default(),
            enabled: true,
            kind: UpstreamKind::Oidc(settings.clone()),
            attributes: ["name", "affiliation"].map(|name| (name.to_owned(), name.to_owned())).into(),
            eligible: vec![],
        };
        let total_timeout = Duration::from_secs(if cfg!(debug_assertions) { 3 } else { 1 });
        let outbound = Outbound::new(&OutboundSettings { total_timeout, ..OutboundSettings::default() }).unwrap();
        let entropy = Arc::new(Seeded::new(1));
        let upstream = Oidc::new(&configured, settings, &outbound, Arc::<Hands>::clone(&clock), entropy).unwrap();
        Self { fake, clock, upstream }
    }

    fn passes(&self, length: Duration) {
        let now = self.clock.now().plus(length);
        self.clock.0.store(now.as_millis(), Ordering::Relaxed);
        self.fake.set().now = now;
    }

    async fn depart(&self, reauthenticate: bool) -> Result<Departure, UpstreamError> {
        let request = DepartureRequest {
            callback: CALLBACK,
            state: "state-1",
            nonce: NONCE,
            ui_locale: Language::Ja,
            login_hint: Some("s2025001"),
            reauthenticate,
            max_age: None,
        };
        self.upstream.depart(request).await
    }

    async fn comes_back(&self, query: &str, reauthenticate: bool) -> Result<Identity, UpstreamError> {
        self.arrives(query, reauthenticate, None).await
    }

    async fn arrives(
        &self,
        query: &str,
        reauthenticate: bool,
        max_age: Option<Duration>,
    ) -> Result<Identity, UpstreamError> {
        let parameters = Parameters::parse(query.as_bytes()).unwrap();
        let verifier = Secret::new("v".repeat(43));
        let arrival = Arrival {
            callback: CALLBACK,
            parameters: &parameters,
            nonce: NONCE,
            verifier: &verifier,
            sent_at: self.clock.now(),
            reauthenticate,
            max_age,
        };
        self.upstream.arrive(arrival).await
    }

    async fn signs_in(&self) -> Result<Identity, UpstreamError> {
        self.comes_back("code=c1&state=state-1", false).await
    }

    fn claims(&self, name: &str, value: Value) {
        self.fake.set().claims.insert(name.to_owned(), value);
    }
}

fn unusable(result: Result<Identity, UpstreamError>) -> String {
    match result {
        Err(UpstreamError::Unusable(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_browser_is_sent_with_pkce_nonce_and_hints() {
    let world = World::start().await;
    let departure = world.depart(false).await.unwrap();
    let url = Url::parse(&departure.location).unwrap();
    assert_eq!(url.as_str().split('?').next().unwrap(), format!("{}/authorize", world.fake.issuer));
    let query: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(sha256(departure.verifier.expose().as_bytes()));
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "idp"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid profile"),
        ("state", "state-1"),
        ("nonce", NONCE),
        ("code_challenge_method", "S256"),
        ("code_challenge", &challenge),
        ("ui_locales", "ja"),
        ("login_hint", "s2025001"),
    ] {
        assert_eq!(query.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert!(!query.contains_key("prompt"));
    assert!(world.depart(true).await.unwrap().location.contains("prompt=login"));
    let lenient = World::with(|settings| settings.force_reauthentication = false).await;
    assert!(!lenient.depart(true).await.unwrap().location.contains("prompt"));
}

#[tokio::test]
async fn a_good_answer_tells_who_it_is() {
    let world = World::start().await;
    world.claims("at_hash", json!(at_hash()));
    let identity = world.signs_in().await.unwrap();
    assert_eq!((identity.subject.as_str(), identity.user_id.as_str()), ("u-1", "s2025001"));
    assert_eq!(identity.attributes.texts("affiliation"), ["student"]);
    assert_eq!(identity.attributes.text("name"), Some("太郎"));
    assert_eq!(identity.auth_time, Some(NOW));
    let (authorization, body) = world.fake.set().token_request.clone().unwrap();
    assert_eq!(authorization, format!("Basic {}", BASE64_STANDARD.encode("idp:s%3Aecret")));
    assert!(body.contains("grant_type=authorization_code") && body.contains("code=c1"));
    assert!(body.contains(&format!("code_verifier={}", "v".repeat(43))));
    assert!(!body.contains("ecret"));
}

#[tokio::test]
async fn every_pinned_algorithm_is_verified() {
    for key in [Key::ed(), Key::rsa(false), Key::rsa(true)] {
        let world = World::start().await;
        {
            let mut fake = world.fake.set();
            fake.keys = vec![key.jwk("k1")];
            fake.key = key;
        }
        assert_eq!(world.signs_in().await.unwrap().subject, "u-1");
    }
}

#[tokio::test]
async fn metadata_of_another_issuer_are_refused() {
    for change in ["/", "x", "HTTP"] {
        let world = World::start().await;
        let issuer = world.fake.issuer.clone();
        world.fake.set().issuer_in_metadata =
            if change == "HTTP" { issuer.replace("http:", "HTTP:") } else { format!("{issuer}{change}") };
        assert!(matches!(world.depart(false).await, Err(UpstreamError::Unusable(_))), "{change}");
        assert!(matches!(world.signs_in().await, Err(UpstreamError::Unusable(_))), "{change}");
    }
}

#[tokio::test]
async fn an_id_token_that_says_anything_wrong_is_refused() {
    let world = World::start().await;
    let now = NOW.as_seconds();
    for (name, value) in [
        ("iss", json!("https://evil.example")),
        ("aud", json!("another")),
        ("aud", json!(["idp", "another"])),
        ("aud", json!([])),
        ("azp", json!("another")),
        ("nonce", json!("nonce-2")),
        ("nonce", Value::Null),
        ("exp", json!(now - 61)),
        ("exp", json!("2999999999")),
        ("exp", json!(1e300)),
        ("exp", Value::Null),
        ("iat", json!(now + 120)),
        ("iat", Value::Null),
        ("iat", json!(-5)),
        ("nbf", json!(now + 120)),
        ("nbf", json!("x")),
        ("auth_time", json!("now")),
        ("sub", json!("")),
        ("sub", Value::Null),
        ("sub", json!("a\nb")),
        ("sub", json!("x".repeat(256))),
        ("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA")),
        ("padding", json!("x".repeat(20_000))),
    ] {
        world.fake.set().claims = Map::new();
        world.claims(name, value.clone());
        assert!(matches!(world.signs_in().await, Err(UpstreamError::Unusable(_))), "{name} {value}");
    }
    world.fake.set().claims = Map::new();
    for (name, value) in [
        ("crit", json!(["exp"])),
        ("jku", json!("https://evil.example/jwks")),
        ("jwk", json!({"kty": "oct", "k": "AA"})),
        ("x5c", json!(["AA"])),
        ("typ", json!("at+jwt")),
        ("alg", json!("RS512")),
        ("alg", json!("RS256")),
    ] {
        world.fake.set().header = [(name.to_owned(), value.clone())].into_iter().collect();
        assert!(matches!(world.signs_in().await, Err(UpstreamError::Unusable(_))), "{name} {value}");
    }
    world.fake.set().header = Map::new();
    assert!(world.signs_in().await.is_ok());
}

#[tokio::test]
async fn clocks_may_differ_by_a_minute() {
    let world = World::start().await;
    world.claims("exp", json!(NOW.as_seconds() - 59));
    world.claims("iat", json!(NOW.as_seconds() + 59));
    assert!(world.signs_in().await.is_ok());
}

#[tokio::test]
async fn forged_tokens_are_refused() {
    let world = World::start().await;
    let public_key = world.fake.set().keys[0].to_string();
    for secret in ["s:ecret".to_owned(), public_key, String::new()] {
        world.fake.set().hmac_with = Some(secret.into_bytes());
        unusable(world.signs_in().await);
    }
    world.fake.set().hmac_with = None;

    let good = world.fake.set().make_id_token(&world.fake.issuer);
    let parts: Vec<&str> = good.split('.').collect();
    let none = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
    let twice = BASE64_URL_SAFE_NO_PAD.encode(
        String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap().replacen(
            '{',
            r#"{"acr":"1","acr":"2","#,
            1,
        ),
    );
    for forged in [
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.{}", parts[1], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}.{}", parts[0], parts[1], BASE64_URL_SAFE_NO_PAD.encode([0; 64])),
        format!("{}.{twice}.{}", parts[0], parts[2]),
        format!("{good}.x"),
        "garbage".to_owned(),
    ] {
        world.fake.set().id_token = Some(forged.clone());
        assert!(matches!(world.signs_in().await, Err(UpstreamError::Unusable(_))), "{forged}");
    }
    world.fake.set().id_token = Some(good);
    assert!(world.signs_in().await.is_ok());
}

#[tokio::test]
async fn a_new_signing_key_is_found_by_one_look() {
    let world = World::start().await;
    world.signs_in().await.unwrap();
    {
        let mut fake = world.fake.set();
        fake.key = Key::ec();
        fake.kid = "k2".into();
        let jwk = fake.key.jwk("k2");
        fake.keys.push(jwk);
    }
    world.signs_in().await.unwrap();
    world.signs_in().await.unwrap();
    assert_eq!(world.fake.calls("/jwks"), 2);
}

#[tokio::test]
async fn an_unknown_key_is_looked_for_once_a_minute() {
    let world = World::start().await;
    world.fake.set().kid = "k9".into();
    for _ in 0..3 {
        assert!(unusable(world.signs_in().await).contains("unknown key"));
    }
    assert_eq!(world.fake.calls("/jwks"), 2, "once with the metadata, once for the key");
    world.passes(Duration::from_secs(61));
    unusable(world.signs_in().await);
    assert_eq!(world.fake.calls("/jwks"), 3);
}

#[tokio::test]
async fn userinfo_must_speak_of_the_same_person_and_never_wins_over_the_id_token() {
    let world = World::start().await;
    world.fake.set().userinfo = json!({"sub": "u-2", "preferred_username": "s2"});
    assert!(unusable(world.signs_in().await).contains("another person"));
    world.fake.set().userinfo = json!({"sub": "u-1", "preferred_username": "s2025001", "name": "other", "aud": 1});
    assert_eq!(world.signs_in().await.unwrap().attributes.text("name"), Some("太郎"));
}

#[tokio::test]
async fn without_a_user_id_something_is_missing() {
    let world = World::start().await;
    world.fake.set().userinfo = json!({"sub": "u-1"});
    assert_eq!(world.signs_in().await.unwrap_err(), UpstreamError::Missing(vec!["user_id".into()]));
}

#[tokio::test]
async fn an_error_from_there_is_told_before_anything_is_called() {
    let world = World::start().await;
    let result = world.comes_back("error=access_denied&state=state-1", false).await;
    assert_eq!(result.unwrap_err(), UpstreamError::Cancelled("access_denied".into()));
    let result = world.comes_back("error=a%0d%0ab%22%3cx", false).await;
    assert_eq!(result.unwrap_err(), UpstreamError::Cancelled("ab<x".into()));
    assert_eq!(world.fake.calls("/.well-known/openid-configuration"), 0);
}

#[tokio::test]
async fn the_issuer_of_the_answer_is_checked() {
    let world = World::start().await;
    let own = crate::domain::parameters::encode(&world.fake.issuer).into_owned();
    unusable(world.comes_back("code=c1&iss=https%3A%2F%2Fevil.example", false).await);
    unusable(world.comes_back("error=access_denied&iss=https%3A%2F%2Fevil.example", false).await);
    assert!(world.comes_back(&format!("code=c1&iss={own}"), false).await.is_ok());
    assert!(world.signs_in().await.is_ok());

    let strict = World::start().await;
    strict.fake.set().sends_issuer = true;
    unusable(strict.signs_in().await);
    let own = crate::domain::parameters::encode(&strict.fake.issuer).into_owned();
    assert!(strict.comes_back(&format!("code=c1&iss={own}"), false).await.is_ok());
    unusable(strict.comes_back(&format!("code=c1&code=c2&iss={own}"), false).await);
    unusable(strict.comes_back(&format!("iss={own}"), false).await);
}

#[tokio::test]
async fn a_fresh_sign_in_that_was_asked_for_must_be_fresh() {
    let world = World::start().await;
    world.claims("auth_time", json!(NOW.as_seconds() - 61));
    assert_eq!(world.comes_back("code=c1", true).await.unwrap_err(), UpstreamError::NotFresh);
    assert!(world.comes_back("code=c1", false).await.is_ok());
    world.claims("auth_time", json!(NOW.as_seconds() - 59));
    assert!(world.comes_back("code=c1", true).await.is_ok());
    world.claims("auth_time", Value::Null);
    assert!(world.comes_back("code=c1", true).await.is_ok(), "it is checked when it is sent");

    world.claims("auth_time", json!(NOW.as_seconds() - 600));
    let within = |seconds| world.arrives("code=c1", false, Some(Duration::from_secs(seconds)));
    assert!(within(600).await.is_ok());
    assert_eq!(within(300).await.unwrap_err(), UpstreamError::NotFresh);

    let lenient = World::with(|settings| settings.force_reauthentication = false).await;
    lenient.claims("auth_time", json!(NOW.as_seconds() - 3600));
    assert!(lenient.comes_back("code=c1", true).await.is_ok());
}

#[tokio::test]
async fn a_code_that_is_no_good_is_worth_another_try_but_our_own_mistake_is_not() {
    let world = World::start().await;
    world.fake.set().refusal = Some("invalid_grant");
    assert_eq!(world.signs_in().await.unwrap_err(), UpstreamError::Cancelled("invalid_grant".into()));
    world.fake.set().refusal = Some("invalid_client");
    assert!(unusable(world.signs_in().await).contains("invalid_client"));
}

#[tokio::test]
async fn answers_that_are_too_large_redirect_or_no_json_are_not_taken() {
    for path in ["/.well-known/openid-configuration", "/jwks", "/token", "/userinfo"] {
        for fault in [Fault::TooLarge, Fault::Redirect, Fault::Html] {
            let world = World::start().await;
            world.fake.set().faults.insert(path, fault);
            assert!(matches!(world.signs_in().await, Err(UpstreamError::Unusable(_))), "{path}");
            assert_eq!(world.fake.calls("/elsewhere"), 0, "{path}");
        }
    }
}

#[tokio::test]
async fn a_silent_provider_is_given_up_and_then_left_alone_for_a_while() {
    let world = World::start().await;
    world.fake.set().faults.insert("/.well-known/openid-configuration", Fault::Never);
    assert!(matches!(world.signs_in().await, Err(UpstreamError::Unreachable(_))));

    world.fake.set().faults.insert("/.well-known/openid-configuration", Fault::Away);
    for _ in 0..5 {
        assert!(matches!(world.signs_in().await, Err(UpstreamError::Unreachable(_))));
    }
    assert_eq!(world.fake.calls("/.well-known/openid-configuration"), 3);
    world.fake.set().faults.clear();
    assert!(world.signs_in().await.is_err(), "not asked before the pause is over");
    world.passes(Duration::from_secs(11));
    assert!(world.signs_in().await.is_ok());
}

#[tokio::test]
async fn what_was_known_is_used_for_a_day_while_the_metadata_are_away() {
    let world = World::start().await;
    world.signs_in().await.unwrap();
    world.fake.set().faults.insert("/.well-known/openid-configuration", Fault::Away);
    world.passes(Duration::from_hours(23));
    for _ in 0..5 {
        world.signs_in().await.unwrap();
    }
    assert_eq!(world.fake.calls("/.well-known/openid-configuration"), 2);
    world.passes(Duration::from_hours(2));
    assert!(matches!(world.signs_in().await, Err(UpstreamError::Unreachable(_))));
}

#[tokio::test]
async fn many_logins_at_once_read_the_metadata_once() {
    let world = World::start().await;
    let all = futures_util::future::join_all((0..10).map(|_| world.signs_in())).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(world.fake.calls("/.well-known/openid-configuration"), 1);
    assert_eq!(world.fake.calls("/jwks"), 1);
}

#[tokio::test]
async fn an_upstream_with_plain_http_off_loopback_is_not_built() {
    let outbound = Outbound::new(&OutboundSettings::default()).unwrap();
    for issuer in ["http://idp.example.ac.jp", "https://10.0.0.1", "not an address"] {
        assert!(outbound.entry(issuer).is_err(), "{issuer}");
    }
}
