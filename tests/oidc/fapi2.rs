//! FAPI 2.0 at the authorization request: Security Profile and Message Signing, module by module (protocol.md §7.2).

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};

use super::{error_of, refusal, refused};
use crate::support::{
    Page, Student, World,
    assertion::{self, Signer, file, jwks, key},
    browser::Call,
    client::{Answer, CALLBACK, RelyingParty},
    dpop::KeyHolder,
    jose::{self, Key},
    setup::{ISSUER, Setup},
};

const BANK: &str = "bank";
const PROFILE: &str = "profile = \"fapi2\"\ndpop_bound_access_tokens = true\n";

/// A bank-grade client: an assertion for its authentication, a key that its tokens are bound to.
struct Bank {
    world: Arc<World>,
    client: RelyingParty,
    signer: Signer,
    holder: KeyHolder,
}

impl Bank {
    async fn open() -> Self {
        Self::with("ES256", "").await
    }

    /// Message Signing with signed requests.
    async fn signing(alg: &str) -> Self {
        Self::with(alg, "require_signed_request_object = true").await
    }

    async fn with(alg: &str, more: &str) -> Self {
        let lines = format!("{}\n{PROFILE}{more}", jwks(&[key(alg).jwk(), key("RS256").jwk()]));
        let world = World::with(Setup::default().further_client(BANK, &file(BANK, &lines))).await;
        let signer = Signer::new(&world, BANK, key(alg));
        Self { client: world.client(BANK), signer, holder: KeyHolder::new("ES256"), world }
    }

    async fn student(&self) -> Student {
        self.world.student().await
    }

    async fn shows(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let assertion = self.signer.assertion();
        self.signer.shows(&assertion, path, form).await
    }

    async fn push(&self, other: &[(&str, &str)]) -> Answer {
        let parameters = self.client.parameters(other);
        let form: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.shows("/par", &form).await
    }

    async fn push_object(&self, object: &str) -> Answer {
        self.shows("/par", &[("client_id", BANK), ("request", object)]).await
    }

    async fn pushes(&self, other: &[(&str, &str)]) -> String {
        self.client.pushed_url(&self.push(other).await.text("request_uri"))
    }

    async fn signs_in(&self, student: &mut Student, other: &[(&str, &str)]) -> Page {
        let url = self.pushes(other).await;
        student.signs_in_at(&url).await
    }

    async fn redeems(&self, code: &str) -> Answer {
        let url = format!("{ISSUER}/token");
        let send = || async {
            let form = RelyingParty::redemption(code);
            let assertion = self.signer.assertion();
            let shown = [("client_assertion_type", assertion::JWT_BEARER), ("client_assertion", assertion.as_str())];
            let form: Vec<(&str, &str)> = shown.into_iter().chain(form).collect();
            let proof = self.holder.proof(self.world.now(), "POST", &url, None);
            self.client.send(Call::form(&url, &form).with("dpop", &proof)).await
        };
        let answer = send().await;
        self.holder.hears(&answer);
        if answer.error() == "use_dpop_nonce" { send().await } else { answer }
    }

    fn claims(&self, other: &[(&str, Value)]) -> Value {
        let now = self.world.now().as_seconds();
        let mut claims = json!({ "iss": BANK, "aud": ISSUER, "iat": now, "nbf": now, "exp": now + 300 });
        for (name, value) in self.client.parameters(&[("response_mode", "jwt")]) {
            claims[name] = value.into();
        }
        for (name, value) in other {
            claims[*name] = value.clone();
        }
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        claims
    }

    fn object(&self, other: &[(&str, Value)]) -> String {
        self.signer.key.sign(&self.signer.key.header("oauth-authz-req+jwt"), &self.claims(other))
    }
}

#[tokio::test]
async fn happy_flow() {
    let bank = Bank::open().await;
    let mut student = bank.student().await;
    let page = bank.signs_in(&mut student, &[]).await;
    assert_eq!(page.parameter("iss").as_deref(), Some(ISSUER));
    assert_eq!(page.parameter("state").as_deref(), Some("state-1"));
    let tokens = bank.redeems(&page.code()).await;
    assert_eq!(tokens.text("token_type"), "DPoP", "{}", tokens.page.body);
    let header = jose::header(&tokens.text("id_token"));
    assert!(["PS256", "ES256", "EdDSA"].contains(&header["alg"].as_str().unwrap()), "{header}");
    assert!(header["kid"].is_string());
}

#[tokio::test]
async fn ensure_authorization_request_without_state_success() {
    let bank = Bank::open().await;
    let page = bank.signs_in(&mut bank.student().await, &[("state", "")]).await;
    assert_eq!(page.parameter("state"), None);
    let tokens = bank.redeems(&page.code()).await;
    assert!(tokens.claims().get("s_hash").is_none());
}

#[tokio::test]
async fn ensure_authorization_request_without_nonce_success() {
    let bank = Bank::open().await;
    let page = bank.signs_in(&mut bank.student().await, &[("nonce", "")]).await;
    assert!(bank.redeems(&page.code()).await.claims().get("nonce").is_none());
}

#[tokio::test]
async fn ensure_authorization_request_with_64_char_and_long_nonce() {
    let bank = Bank::open().await;
    let mut student = bank.student().await;
    for nonce in ["n".repeat(64), "n".repeat(384)] {
        let page = bank.signs_in(&mut student, &[("nonce", &nonce)]).await;
        assert_eq!(bank.redeems(&page.code()).await.claims()["nonce"], json!(nonce));
    }
}

#[tokio::test]
async fn ensure_authorization_request_with_long_state() {
    let bank = Bank::open().await;
    let state = "s".repeat(384);
    let page = bank.signs_in(&mut bank.student().await, &[("state", &state)]).await;
    assert_eq!(page.parameter("state"), Some(state));
}

#[tokio::test]
async fn ensure_other_scope_order_succeeds() {
    let bank = Bank::open().await;
    let page = bank.signs_in(&mut bank.student().await, &[("scope", "email profile openid")]).await;
    assert_eq!(bank.redeems(&page.code()).await.status(), 200);
}

#[tokio::test]
async fn plain_oauth_gives_no_id_token() {
    let bank = Bank::open().await;
    let page = bank.signs_in(&mut bank.student().await, &[("scope", "profile"), ("nonce", "")]).await;
    let tokens = bank.redeems(&page.code()).await;
    assert_eq!(tokens.status(), 200, "{}", tokens.page.body);
    assert!(tokens.json().get("id_token").is_none());
    assert_eq!(tokens.text("scope"), "profile");
}

#[tokio::test]
async fn ensure_unsigned_authorization_request_without_using_par_fails() {
    let bank = Bank::open().await;
    assert_eq!(error_of(&bank.world.browser().open(&bank.client.url(&[])).await), "invalid_request");
    let by_value = bank.client.url(&[("request", &bank.object(&[("response_mode", Value::Null)]))]);
    assert_eq!(error_of(&bank.world.browser().open(&by_value).await), "invalid_request", "signed, and not pushed");
}

#[tokio::test]
async fn ensure_response_type_code_idtoken_and_token_fails() {
    let bank = Bank::open().await;
    for response_type in ["code id_token", "token", "id_token"] {
        let answer = bank.push(&[("response_type", response_type)]).await;
        assert_eq!(refusal(&answer), refused(400, "unsupported_response_type"), "{response_type}");
    }
}

#[tokio::test]
async fn par_ensure_pkce_required_and_plain_pkce_rejected() {
    let bank = Bank::open().await;
    let without = bank.push(&[("code_challenge", ""), ("code_challenge_method", "")]).await;
    assert_eq!(refusal(&without), refused(400, "invalid_request"));
    assert_eq!(refusal(&bank.push(&[("code_challenge_method", "plain")]).await), refused(400, "invalid_request"));
}

#[tokio::test]
async fn ensure_redirect_uri_in_authorization_request_and_registered() {
    let bank = Bank::open().await;
    for uri in ["", "https://rp.example/callback/more", "https://rp.example/callback?dummy1=lorem&dummy2=ipsum"] {
        assert_eq!(refusal(&bank.push(&[("redirect_uri", uri)]).await), refused(400, "invalid_request"), "{uri}");
    }
    assert_eq!(bank.push(&[("redirect_uri", "https://rp.example/callback?kept=yes")]).await.status(), 201);
}

#[tokio::test]
async fn par_without_client_authentication_fails() {
    let bank = Bank::open().await;
    let parameters = bank.client.parameters(&[]);
    let form: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = bank.client.send(Call::form(&format!("{ISSUER}/par"), &form)).await;
    assert_eq!(refusal(&answer), refused(401, "invalid_client"));
}

#[tokio::test]
async fn par_attempt_to_use_expired_request_uri_of_a_bank() {
    let bank = Bank::open().await;
    let url = bank.pushes(&[]).await;
    bank.world.clock.pass(Duration::from_mins(1));
    let page = bank.world.browser().open(&url).await;
    assert_eq!((page.status.as_u16(), page.error().as_str()), (400, "E-01"));
}

#[tokio::test]
async fn ms_happy_flow_with_a_signed_request_and_a_signed_answer() {
    for alg in ["PS256", "ES256", "EdDSA"] {
        let bank = Bank::signing(alg).await;
        let mut student = bank.student().await;
        let pushed = bank.push_object(&bank.object(&[])).await;
        let page = student.signs_in_at(&bank.client.pushed_url(&pushed.text("request_uri"))).await;
        assert!(page.url.as_str().starts_with(CALLBACK));
        let names: Vec<String> = page.url.query_pairs().map(|(name, _)| name.into_owned()).collect();
        assert_eq!(names, ["response"]);
        let jwt = page.parameter("response").unwrap();
        let jwks: Value = bank.client.send(Call::get(&format!("{ISSUER}/jwks"))).await.json();
        let answer = jose::verified(&jwks, &jwt);
        assert_ne!(jose::header(&jwt)["alg"], "RS256");
        assert_eq!((&answer["aud"], &answer["state"]), (&json!(BANK), &json!("state-1")));
        assert!(answer["exp"].as_i64().unwrap() <= bank.world.now().as_seconds() + 600);
        assert_eq!(bank.redeems(answer["code"].as_str().unwrap()).await.status(), 200);
    }
}

#[tokio::test]
async fn ms_ensure_unsigned_request_at_par_endpoint_fails() {
    let bank = Bank::signing("PS256").await;
    assert_eq!(refusal(&bank.push(&[]).await), refused(400, "invalid_request"));
}

#[tokio::test]
async fn ms_request_objects_that_are_refused() {
    let bank = Bank::signing("PS256").await;
    let now = bank.world.now().as_seconds();
    for (name, change) in [
        ("without exp", vec![("exp", Value::Null)]),
        ("without nbf", vec![("nbf", Value::Null)]),
        ("expired", vec![("exp", json!(now - 300))]),
        ("bad aud", vec![("aud", json!("https://other.example"))]),
        ("exp over 60 minutes after nbf", vec![("exp", json!(now + 3661))]),
        ("nbf over 60 minutes old", vec![("nbf", json!(now - 3661)), ("exp", json!(now - 61 + 3600))]),
        ("nbf over 60 minutes old, short", vec![("nbf", json!(now - 3661)), ("exp", json!(now - 61))]),
        ("request_uri inside", vec![("request_uri", json!("urn:ietf:params:oauth:request_uri:x"))]),
    ] {
        let answer = bank.push_object(&bank.object(&change)).await;
        assert_eq!(refusal(&answer), refused(400, "invalid_request_object"), "{name}");
    }
    let claims = bank.claims(&[]);
    let rs256 = key("RS256").sign(&key("RS256").header("oauth-authz-req+jwt"), &claims);
    let none = bank.signer.key.sign(&json!({ "alg": "none" }), &claims);
    let unsigned = &none[..=none.rfind('.').unwrap()];
    let stranger = Key::generate("PS256", &bank.signer.key.kid);
    let others = stranger.sign(&stranger.header("oauth-authz-req+jwt"), &claims);
    let good = bank.object(&[]);
    let broken = format!("{}AAAA", &good[..good.len() - 4]);
    for (name, object) in [
        ("RS256", rs256.as_str()),
        ("none", unsigned),
        ("none with a signature", &none),
        ("other client's key", &others),
        ("bad signature", &broken),
    ] {
        let answer = bank.push_object(object).await;
        assert_eq!(refusal(&answer), refused(400, "invalid_request_object"), "{name}");
    }
    assert_eq!(bank.push_object(&good).await.status(), 201);
    let early = bank.object(&[("nbf", json!(now + 8))]);
    assert_eq!(bank.push_object(&early).await.status(), 201, "8 s ahead");
    let several = bank.object(&[("aud", json!(["https://other.example", ISSUER]))]);
    assert_eq!(bank.push_object(&several).await.status(), 201, "several aud");
}
