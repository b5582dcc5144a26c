//! UserInfo and introspection as signed answers (OpenID Connect Core §5.3.2, RFC 9701).

use serde_json::{Value, json};

use crate::support::{
    World,
    browser::Call,
    client::Answer,
    dpop::confidential,
    jose,
    setup::{ISSUER, Setup},
};

fn clients() -> Setup {
    let signed = "userinfo_signed_response_alg = \"ES256\"\nintrospection_signed_response_alg = \"PS256\"\n";
    Setup::default().further_client("signed", &confidential("signed", signed))
}

struct Scene {
    world: std::sync::Arc<World>,
    jwks: Value,
    tokens: Answer,
}

async fn scene(client: &str) -> Scene {
    let world = World::with(clients()).await;
    let party = world.client(client);
    let page = world.student().await.signs_in_at(&party.url(&[("scope", "openid email")])).await;
    let tokens = party.redeem(&page.code()).await;
    let jwks = party.send(Call::get(&format!("{ISSUER}/jwks"))).await.json();
    Scene { world, jwks, tokens }
}

#[tokio::test]
async fn userinfo_is_signed_for_the_client_that_wishes_it() {
    let scene = scene("signed").await;
    let answer = scene.world.client("signed").userinfo(&scene.tokens.text("access_token")).await;
    assert_eq!((answer.status(), answer.header("content-type")), (200, "application/jwt"));
    assert_eq!(answer.header("cache-control"), "no-store");
    let said = jose::verified(&scene.jwks, &answer.page.body);
    assert_eq!(jose::header(&answer.page.body)["alg"], "ES256");
    assert_eq!((&said["iss"], &said["aud"]), (&json!(ISSUER), &json!("signed")));
    assert_eq!(said["sub"], scene.tokens.claims()["sub"]);
    assert_eq!(said["email"], "s2025001@mail.example");
    for name in ["nonce", "exp", "acr"] {
        assert!(said.get(name).is_none(), "{name}");
    }
}

#[tokio::test]
async fn a_signed_answer_is_neither_a_hint_nor_a_token() {
    let scene = scene("signed").await;
    let party = scene.world.client("signed");
    let answer = party.userinfo(&scene.tokens.text("access_token")).await.page.body;
    assert_eq!(party.userinfo(&answer).await.status(), 401);
    assert_eq!(party.introspect_as(&answer, "application/json").await.json(), json!({ "active": false }));
    let mut browser = scene.world.browser();
    let page = browser.open(&party.url(&[("prompt", "none"), ("id_token_hint", &answer)])).await;
    assert_eq!(page.parameter("error").as_deref(), Some("invalid_request"));
}

#[tokio::test]
async fn introspection_is_signed_by_accept_or_by_registration() {
    const SIGNED: &str = "application/token-introspection+jwt";
    let scene = scene("signed").await;
    let (party, access) = (scene.world.client("signed"), scene.tokens.text("access_token"));
    for (accept, kind) in [("", SIGNED), ("*/*", SIGNED), (SIGNED, SIGNED), ("application/json", "application/json")] {
        let answer = party.introspect_as(&access, accept).await;
        assert_eq!((answer.status(), answer.header("content-type")), (200, kind), "{accept}");
        if kind == "application/json" {
            continue;
        }
        assert_eq!(jose::header(&answer.page.body)["typ"], "token-introspection+jwt");
        let said = jose::verified(&scene.jwks, &answer.page.body);
        assert_eq!((&said["iss"], &said["aud"]), (&json!(ISSUER), &json!("signed")));
        assert_eq!(said["iat"], scene.world.now().as_seconds());
        assert_eq!(said["token_introspection"]["active"], true);
        assert_eq!(said["token_introspection"]["sub"], scene.tokens.claims()["sub"]);
        assert!(said.get("sub").is_none() && said.get("exp").is_none(), "RFC 9701 §5: nothing of the token outside");
    }
    let unknown = party.introspect_as("x", SIGNED).await;
    assert_eq!(jose::verified(&scene.jwks, &unknown.page.body)["token_introspection"], json!({ "active": false }));

    let service = scene.world.service();
    assert!(service.introspect_as("x", "*/*").await.header("content-type").starts_with("application/json"));
    let asked = service.introspect_as("x", SIGNED).await;
    assert_eq!(asked.header("content-type"), SIGNED);
    assert_eq!(jose::header(&asked.page.body)["alg"], "RS256", "RFC 9701 §6: the default");
}
