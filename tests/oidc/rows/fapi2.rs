//! FAPI 2.0 Security Profile: the happy flow, the authorization request and its answer (protocol.md §7).
//! Two clients, each with a key of its own, tokens bound by DPoP.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::support::{
    Page, Student, World,
    bank::{Bank, GOOD, Keys, WITH_DUMMIES},
    browser::Call,
    client::{Answer, CALLBACK},
    jose,
    setup::{ISSUER, Setup},
};

use super::{
    super::{refusal, refused},
    module::{read, strong, well_formed},
};

pub struct Scene {
    pub world: Arc<World>,
    pub student: Student,
    pub one: Bank,
    pub two: Bank,
    pub discovery: Value,
    pub jwks: Value,
}

impl Scene {
    pub async fn start() -> Self {
        Self::with(Setup::default(), "dpop_bound_access_tokens = true\n").await
    }

    /// These lines besides in both clients' files.
    pub async fn with(setup: Setup, lines: &str) -> Self {
        let keys = Keys::generate();
        let world = World::with(keys.registered(setup, lines)).await;
        let (one, two) = (Bank::new(&world, "bank-1", &keys.first), Bank::new(&world, "bank-2", &keys.second));
        let service = world.service();
        let discovery = read(&service, "/.well-known/openid-configuration").await;
        let jwks = read(&service, "/jwks").await;
        Self { student: world.student().await, world, one, two, discovery, jwks }
    }

    /// Pushed and opened, with every page that comes.
    pub async fn authorizes(&mut self, bank: &Bank, other: &[(&str, &str)]) -> Page {
        let uri = pushed(&bank.pushes(other).await);
        self.student.signs_in_at(&bank.url(&[("request_uri", &uri)])).await
    }

    pub async fn code(&mut self, bank: &Bank) -> String {
        self.authorizes(bank, &[]).await.code()
    }

    pub async fn tokens(&mut self, bank: &Bank, other: &[(&str, &str)]) -> Answer {
        let code = self.authorizes(bank, other).await.code();
        let answer = bank.redeems(&code).await;
        self.checks(bank, &answer);
        answer
    }

    /// §7.1: token and ID token.
    pub fn checks(&self, bank: &Bank, answer: &Answer) {
        assert_eq!(answer.status(), 200, "{}", answer.page.body);
        assert!(strong(&answer.text("access_token")));
        assert_eq!(answer.text("token_type"), "DPoP");
        assert!(answer.json()["expires_in"].as_u64().is_some_and(|lives| lives > 0));
        assert!(answer.header("cache-control").contains("no-store"));
        let jwt = answer.text("id_token");
        let header = jose::header(&jwt);
        assert!(matches!(header["alg"].as_str(), Some("PS256" | "ES256" | "EdDSA")), "{header}");
        let claims = jose::verified(&self.jwks, &jwt);
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(ISSUER), &json!(bank.id)));
        well_formed(&claims);
    }
}

/// §7.1: what a push gives.
pub fn pushed(answer: &Answer) -> String {
    assert_eq!(answer.status(), 201, "{}", answer.page.body);
    assert!(answer.header("content-type").starts_with("application/json"));
    assert!(answer.json()["expires_in"].as_u64().is_some_and(|lives| lives >= 5));
    let uri = answer.text("request_uri");
    assert!(strong(uri.rsplit(':').next().unwrap()));
    uri
}

/// A page for the person, and no redirect.
pub fn is_page(page: &Page, error: &str) {
    assert_eq!((page.status.as_u16(), page.error().as_str()), (400, "E-01"), "{}", page.url);
    assert!(page.headers.get("location").is_none());
    assert!(page.text().contains(error), "{}", page.text());
}

pub fn is_one_of(answer: &Answer, allowed: &[(u16, &str)]) {
    let (status, error) = refusal(answer);
    assert!(allowed.contains(&(status, error.as_str())), "{status} {error}: {}", answer.page.body);
}

fn texts(document: &Value, name: &str) -> Vec<String> {
    let list = document[name].as_array().unwrap_or_else(|| panic!("{name} is no list"));
    list.iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn fapi2_discovery_end_point_verification() {
    let scene = Scene::start().await;
    let document = &scene.discovery;
    assert_eq!(document["pushed_authorization_request_endpoint"], format!("{ISSUER}/par"));
    assert_eq!(document["authorization_response_iss_parameter_supported"], true);
    assert!(document["require_pushed_authorization_requests"].as_bool().is_none_or(|required| !required));
    for (name, wanted) in [
        ("code_challenge_methods_supported", "S256"),
        ("response_types_supported", "code"),
        ("grant_types_supported", "authorization_code"),
        ("token_endpoint_auth_methods_supported", "private_key_jwt"),
        ("response_modes_supported", "jwt"),
    ] {
        assert!(texts(document, name).iter().any(|text| text == wanted), "{name}");
    }
    for name in [
        "token_endpoint_auth_signing_alg_values_supported",
        "id_token_signing_alg_values_supported",
        "dpop_signing_alg_values_supported",
        "request_object_signing_alg_values_supported",
        "authorization_signing_alg_values_supported",
    ] {
        let algorithms = texts(document, name);
        for wanted in ["PS256", "ES256", "EdDSA"] {
            assert!(algorithms.iter().any(|text| text == wanted), "{name}");
        }
        assert!(!algorithms.iter().any(|text| text == "none" || text.starts_with("HS")), "{name}");
    }
    let plain = read(&scene.world.service(), "/.well-known/oauth-authorization-server").await;
    assert_eq!(plain, *document);
}

#[tokio::test]
async fn fapi2_happy_flow() {
    let mut scene = Scene::start().await;
    let (one, two) = (scene.one.clone(), scene.two.clone());
    for bank in [&one, &two] {
        let page = scene.authorizes(bank, &[("scope", "openid profile")]).await;
        assert_eq!(page.parameter("iss").as_deref(), Some(ISSUER));
        assert_eq!(page.parameter("state").as_deref(), Some("state-1"));
        assert!(strong(&page.code()));
        let tokens = bank.redeems(&page.code()).await;
        scene.checks(bank, &tokens);
        let access = tokens.text("access_token");
        let resource = bank.userinfo(&access).await;
        assert_eq!((resource.status(), &resource.json()["sub"]), (200, &tokens.claims()["sub"]));

        // A token in the address is none.
        let proof = bank.proof("GET", "/userinfo", Some(&access), GOOD);
        let call = Call::get(&format!("{ISSUER}/userinfo?access_token={access}")).with("dpop", &proof);
        assert_eq!(bank.send(call).await.status(), 401);
        for accept in ["", "*/*", "application/json;charset=x", "text/html", "nonsense"] {
            let proof = bank.proof("GET", "/userinfo", Some(&access), GOOD);
            let call = Call::get(&format!("{ISSUER}/userinfo"))
                .with("authorization", &format!("DPoP {access}"))
                .with("dpop", &proof)
                .with("accept", accept);
            assert_eq!(bank.send(call).await.status(), 200, "{accept}");
        }
        // The other one's key does not open it.
        let other = if bank.id == one.id { &two } else { &one };
        assert_eq!(other.userinfo(&access).await.status(), 401);
    }
    let thumbprint = one.thumbprint();
    scene.tokens(&one, &[("dpop_jkt", &thumbprint)]).await;
}

#[tokio::test]
async fn fapi2_user_rejects_authentication() {
    let mut scene = Scene::with(Setup::default(), "dpop_bound_access_tokens = true\nconsent = \"ask\"\n").await;
    let two = scene.two.clone();
    let page = scene.authorizes(&two, &[("redirect_uri", WITH_DUMMIES)]).await;
    assert_eq!(page.id(), "consent");
    let page = scene.student.browser.press(&page, &[], "deny").await;
    assert_eq!(page.parameter("error").as_deref(), Some("access_denied"));
    assert_eq!(page.parameter("state").as_deref(), Some("state-1"));
    assert_eq!(page.parameter("iss").as_deref(), Some(ISSUER));
    assert_eq!((page.parameter("dummy1"), page.parameter("dummy2")), (Some("lorem".into()), Some("ipsum".into())));
    assert!(page.parameter("code").is_none());
}

#[tokio::test]
async fn fapi2_ensure_authorization_request_without_state_success() {
    let mut scene = Scene::start().await;
    let one = scene.one.clone();
    let page = scene.authorizes(&one, &[("state", "")]).await;
    assert!(page.parameter("state").is_none());
    let tokens = one.redeems(&page.code()).await;
    scene.checks(&one, &tokens);
    assert!(tokens.claims().get("s_hash").is_none());
}

#[tokio::test]
async fn fapi2_ensure_authorization_request_without_nonce_success() {
    let mut scene = Scene::start().await;
    let one = scene.one.clone();
    assert!(scene.tokens(&one, &[("nonce", "")]).await.claims().get("nonce").is_none());
}

#[tokio::test]
async fn fapi2_ensure_authorization_request_with_64_char_nonce_success() {
    let mut scene = Scene::start().await;
    let one = scene.one.clone();
    let nonce = "0123456789abcdef".repeat(4);
    assert_eq!(scene.tokens(&one, &[("nonce", &nonce)]).await.claims()["nonce"], nonce);
}

#[tokio::test]
async fn fapi2_ensure_authorization_request_with_long_nonce() {
    let mut scene = Scene::start().await;
    let one = scene.one.clone();
    let nonce = "n".repeat(384);
    assert_eq!(scene.tokens(&one, &[("nonce", &nonce)]).await.claims()["nonce"], nonce);
}

#[tokio::test]
async fn fapi2_ensure_authorization_request_with_long_state() {
    let mut scene = Scene::start().await;
    let one = scene.one.clone();
    let state = "s".repeat(384);
    assert_eq!(scene.authorizes(&one, &[("state", &state)]).await.parameter("state"), Some(state));
}

#[tokio::test]
async fn fapi2_ensure_other_scope_order_succeeds() {
    let mut scene = Scene::start().await;
    let one = scene.one.clone();
    let tokens = scene.tokens(&one, &[("scope", "profile openid")]).await;
    assert_eq!(one.userinfo(&tokens.text("access_token")).await.json()["name"], "佐藤 春香");
}

#[tokio::test]
async fn fapi2_par_without_duplicate_parameters() {
    let mut scene = Scene::start().await;
    let one = scene.one.clone();
    scene.tokens(&one, &[]).await;
    // Repeated outside, what FAPI repeats is tolerated, and what stands inside is used.
    let uri = pushed(&one.pushes(&[]).await);
    let outside = one.url(&[
        ("request_uri", &uri),
        ("response_type", "code"),
        ("scope", "openid email"),
        ("redirect_uri", CALLBACK),
        ("state", "outside"),
    ]);
    let page = scene.student.browser.open(&outside).await;
    assert_eq!(page.parameter("state").as_deref(), Some("state-1"));
    assert_eq!(one.redeems(&page.code()).await.text("scope"), "openid");
}

#[tokio::test]
async fn fapi2_test_claims_parameter_identity_claims() {
    let mut scene = Scene::start().await;
    let one = scene.one.clone();
    assert_eq!(scene.discovery["claims_parameter_supported"], true);
    let asked = json!({
        "id_token": { "given_name": { "essential": true }, "shoe_size": null, "email": null },
        "userinfo": { "name": null, "unknown": { "essential": true } },
    });
    let tokens = scene.tokens(&one, &[("claims", &asked.to_string())]).await;
    assert_eq!((&tokens.claims()["given_name"], tokens.claims().get("shoe_size")), (&json!("春香"), None));
    let userinfo = one.userinfo(&tokens.text("access_token")).await.json();
    assert_eq!((&userinfo["name"], userinfo.get("unknown")), (&json!("佐藤 春香"), None));
}

#[tokio::test]
async fn fapi2_access_token_type_header_case_sensitivity() {
    let mut scene = Scene::start().await;
    let one = scene.one.clone();
    let access = scene.tokens(&one, &[]).await.text("access_token");
    for scheme in ["dPoP", "dpop", "DPOP"] {
        assert_eq!(one.userinfo_with(&access, scheme, GOOD).await.status(), 200, "{scheme}");
    }
}

#[tokio::test]
async fn fapi2_ensure_redirect_uri_in_authorization_request() {
    let scene = Scene::start().await;
    assert_eq!(refusal(&scene.one.pushes(&[("redirect_uri", "")]).await), refused(400, "invalid_request"));
}

#[tokio::test]
async fn fapi2_ensure_registered_redirect_uri() {
    let scene = Scene::start().await;
    for uri in
        ["https://rp.example/callback/other", "https://rp.example/callback?dummy1=lorem", "https://evil.example/"]
    {
        assert_eq!(
            refusal(&scene.one.pushes(&[("redirect_uri", uri)]).await),
            refused(400, "invalid_request"),
            "{uri}"
        );
    }
    assert_eq!(scene.two.pushes(&[("redirect_uri", WITH_DUMMIES)]).await.status(), 201);
}

#[tokio::test]
async fn fapi2_ensure_unsigned_authorization_request_without_using_par_fails() {
    let mut scene = Scene::start().await;
    for prompt in ["", "none"] {
        let url = scene.one.usual_url(&[("prompt", prompt)]);
        let page = scene.student.browser.open(&url).await;
        assert_eq!(super::super::error_of(&page), "invalid_request");
    }
}

#[tokio::test]
async fn fapi2_ensure_response_type_code_idtoken_fails() {
    let scene = Scene::start().await;
    let answer = scene.one.pushes(&[("response_type", "code id_token")]).await;
    assert_eq!(refusal(&answer), refused(400, "unsupported_response_type"));
}

#[tokio::test]
async fn fapi2_ensure_response_type_token_fails() {
    let scene = Scene::start().await;
    let answer = scene.one.pushes(&[("response_type", "token")]).await;
    assert_eq!(refusal(&answer), refused(400, "unsupported_response_type"));
}
