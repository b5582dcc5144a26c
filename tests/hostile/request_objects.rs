//! Forged request objects: none of them is read (RFC 9101 §10, RFC 8725).

use serde_json::{Value, json};

use crate::support::{client::CALLBACK, portal::Portal};

use super::{
    Corpus,
    forge::{Forgery, Good},
};

/// Rightly signed, and still not for this issuer, of this client or of this time.
fn wrong_claims(portal: &Portal) -> Vec<(String, Value)> {
    let now = portal.world.now().as_seconds();
    let changes = [
        ("iss", json!("certificate-service")),
        ("iss", json!("Portal")),
        ("iss", json!(["portal"])),
        ("iss", Value::Null),
        ("aud", json!("https://id.example.jp/")),
        ("aud", json!("HTTPS://ID.EXAMPLE.JP")),
        ("aud", json!("https://id.example.jp/authorize")),
        ("aud", json!(["https://other.example.jp"])),
        ("aud", json!([["https://id.example.jp"]])),
        ("aud", json!({ "https://id.example.jp": true })),
        ("aud", Value::Null),
        ("exp", json!(now)),
        ("exp", json!(now - 1)),
        ("exp", json!(0)),
        ("exp", json!(-1)),
        ("exp", json!(1e300)),
        ("exp", json!("9999999999")),
        ("nbf", json!(now + 3600)),
        ("nbf", json!(true)),
        ("iat", json!(now + 3600)),
        ("iat", json!([now])),
        ("sub", json!("portal")),
        ("client_id", json!("certificate-service")),
        ("client_id", json!(["portal"])),
        ("redirect_uri", json!("https://evil.example/")),
        ("redirect_uri", json!([CALLBACK])),
        ("redirect_uri", Value::Null),
        ("response_type", json!("token")),
        ("response_type", json!(["code"])),
        ("code_challenge_method", json!("plain")),
        ("request", json!("x")),
        ("request_uri", json!("https://evil.example/")),
        ("state", json!("\u{0}")),
    ];
    let spoil = |(name, value): (&str, Value)| {
        (format!("rightly signed, {name} {value}"), portal.claims_with(&[(name, value)]))
    };
    changes.into_iter().map(spoil).collect()
}

#[tokio::test]
async fn no_forged_request_object_is_read() {
    let mut corpus = Corpus::of("forged request objects at /par and /authorize");
    for algorithm in ["ES256", "RS256"] {
        let portal = Portal::open(algorithm).await;
        let object = portal.sign(&portal.claims(&[]));
        let mut forged = Good::new(&object, &portal.key.jwk()).forgeries();
        for (name, claims) in wrong_claims(&portal) {
            forged.push(Forgery { name, token: portal.sign(&claims) });
        }
        let typ = portal.key.sign(&portal.key.header("at+jwt"), &portal.claims(&[]));
        forged.push(Forgery { name: "rightly signed, as an access token".into(), token: typ });
        let mut browser = portal.world.browser();
        for Forgery { name, token } in forged {
            let pushed = portal.client.post("/par", &[("request", token.as_str())]).await;
            corpus.tells(&format!("{algorithm} pushed: {name}"), !matches!(pushed.status(), 400 | 413));
            let page = browser.open(&Portal::url_beside(&token, &[("redirect_uri", CALLBACK)])).await;
            let refused = page.parameter("error").is_some() || matches!(page.status.as_u16(), 400 | 414);
            corpus.tells(&format!("{algorithm} by value: {name}"), !refused || page.id() == "sign-in");
        }
        assert_eq!(portal.client.post("/par", &[("request", object.as_str())]).await.status(), 201);
        assert_eq!(browser.open(&Portal::url_of(&object)).await.id(), "sign-in");
    }
    corpus.ends(300);
}
