//! private_key_jwt: an assertion is taken from its client, for this provider, in its time, and once (RFC 7523 §3, OpenID Connect Core §9; SR-56).

use std::sync::Arc;

use serde_json::{Value, json};

use crate::support::{
    World,
    assertion::{JWT_BEARER, Signer, file, jwks, key},
    browser::Call,
    client::{CALLBACK, VERIFIER},
    clock::{MINUTE, SECOND},
    setup::{ISSUER, Setup},
    world::events,
};

use super::{refusal, refused};

/// `signer` with all four keys, `pinned` to PS256, `bank` with FAPI 2.0, `other` with a key of its own.
fn clients() -> Setup {
    let all: Vec<Value> = ["RS256", "PS256", "ES256", "EdDSA"].map(|alg| key(alg).jwk()).into();
    let mut open_rsa = key("RS256").bare_jwk();
    open_rsa["kid"] = json!("rsa");
    let fapi = "profile = \"fapi2\"\ndpop_bound_access_tokens = true\n";
    Setup::default()
        .further_client("signer", &file("signer", &jwks(&all)))
        .further_client(
            "pinned",
            &file("pinned", &(jwks(&[open_rsa.clone()]) + "\ntoken_endpoint_auth_signing_alg = \"PS256\"")),
        )
        .further_client("bank", &file("bank", &format!("{fapi}{}", jwks(&all))))
        .further_client("other", &file("other", &jwks(&[key("EdDSA").jwk()])))
}

async fn world() -> Arc<World> {
    World::with(clients()).await
}

fn signer(world: &Arc<World>) -> Signer {
    Signer::new(world, "signer", key("ES256"))
}

#[tokio::test]
async fn an_assertion_of_each_algorithm_authenticates_at_every_endpoint() {
    let world = world().await;
    let mut student = world.student().await;
    for alg in ["RS256", "PS256", "ES256", "EdDSA"] {
        let signer = Signer::new(&world, "signer", key(alg));
        let page = student.signs_in_at(&world.client("signer").url(&[("prompt", "login")])).await;
        let code = page.code();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let tokens = signer.shows(&signer.assertion(), "/token", &form).await;
        assert_eq!(tokens.status(), 200, "{alg}: {}", tokens.page.body);
        let access = tokens.text("access_token");
        let seen = signer.shows(&signer.assertion(), "/introspect", &[("token", &access)]).await;
        assert_eq!(seen.json()["active"], true, "{alg}");
        let revoked = signer.shows(&signer.assertion(), "/revoke", &[("token", &access)]).await;
        assert_eq!(revoked.status(), 200, "{alg}");
        assert_eq!(world.service().userinfo(&access).await.status(), 401);
    }
}

#[tokio::test]
async fn the_client_id_is_needless_and_must_agree() {
    let world = world().await;
    let signer = signer(&world);
    let with =
        async |id: &str| signer.shows(&signer.assertion(), "/introspect", &[("token", "x"), ("client_id", id)]).await;
    assert_eq!(with("signer").await.status(), 200);
    for id in ["other", "nobody", "Signer", ""] {
        let answer = with(id).await;
        // An empty parameter counts as left out (RFC 6749 §3.1).
        let expected = if id.is_empty() { (200, String::new()) } else { refused(401, "invalid_client") };
        assert_eq!(refusal(&answer), expected, "{id}");
    }
}

#[tokio::test]
async fn without_the_right_type_it_is_no_assertion() {
    let world = world().await;
    let signer = signer(&world);
    let send = async |form: &[(&str, &str)]| {
        let answer = world.service().send(Call::form(&format!("{ISSUER}/introspect"), form)).await;
        assert_eq!(answer.header("www-authenticate").is_empty(), answer.status() != 401);
        refusal(&answer)
    };
    let assertion = signer.assertion();
    let invalid = refused(401, "invalid_client");
    assert_eq!(send(&[("token", "x"), ("client_assertion", &assertion)]).await, invalid);
    for wrong in ["x", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer", "JWT-BEARER"] {
        let form = [("token", "x"), ("client_assertion", assertion.as_str()), ("client_assertion_type", wrong)];
        assert_eq!(send(&form).await, invalid, "{wrong}");
    }
    assert_eq!(send(&[("token", "x"), ("client_assertion_type", JWT_BEARER)]).await, invalid);
    let type_only = [("token", "x"), ("client_assertion_type", JWT_BEARER), ("client_id", "signer")];
    assert_eq!(send(&type_only).await, invalid);
    assert!(signer.passes(&assertion).await, "none of that used it up");
}

#[tokio::test]
async fn a_second_method_beside_it_is_refused() {
    let world = world().await;
    let signer = signer(&world);
    let posted = [("token", "x"), ("client_secret", "x")];
    let answer = signer.shows(&signer.assertion(), "/introspect", &posted).await;
    assert_eq!(refusal(&answer), refused(400, "invalid_request"));
    let assertion = signer.assertion();
    let form = [("token", "x"), ("client_assertion_type", JWT_BEARER), ("client_assertion", assertion.as_str())];
    let call = Call::form(&format!("{ISSUER}/introspect"), &form).with("authorization", "Basic c2lnbmVyOng=");
    assert_eq!(refusal(&world.service().send(call).await), refused(400, "invalid_request"));
}

#[tokio::test]
async fn a_client_of_another_method_cannot_use_it_nor_this_one_another() {
    let world = world().await;
    let foreign = Signer::new(&world, "certificate-service", key("ES256"));
    assert!(!foreign.passes(&foreign.assertion()).await);
    let mut client = world.client("signer");
    assert_eq!(refusal(&client.introspect("x").await), refused(401, "invalid_client"));
    client.secret = None;
    assert_eq!(refusal(&client.introspect("x").await), refused(401, "invalid_client"));
}

#[tokio::test]
async fn each_required_claim_is_needed_in_its_type() {
    let world = world().await;
    let signer = signer(&world);
    for name in ["iss", "sub", "aud", "exp", "jti"] {
        let without = signer.changed(|claims| drop(claims.remove(name)));
        assert!(!signer.passes(&without).await, "without {name}");
        for wrong in [Value::Null, json!(true), json!({}), json!([]), json!([7]), json!("")] {
            let changed = signer.changed(|claims| drop(claims.insert(name.into(), wrong.clone())));
            assert!(!signer.passes(&changed).await, "{name} {wrong}");
        }
    }
    for name in ["iat", "nbf"] {
        let without = signer.changed(|claims| drop(claims.remove(name)));
        assert!(signer.passes(&without).await, "without {name}");
        for wrong in [Value::Null, json!("1"), json!(-1), json!([1]), json!(1e300)] {
            let changed = signer.changed(|claims| drop(claims.insert(name.into(), wrong.clone())));
            assert!(!signer.passes(&changed).await, "{name} {wrong}");
        }
    }
    let long = signer.changed(|claims| drop(claims.insert("jti".into(), "j".repeat(257).into())));
    assert!(!signer.passes(&long).await);
}

#[tokio::test]
async fn issuer_and_subject_are_the_client_itself() {
    let world = world().await;
    let signer = signer(&world);
    for name in ["iss", "sub"] {
        for wrong in ["other", "Signer", "signer ", "certificate-service", ISSUER] {
            let changed = signer.changed(|claims| drop(claims.insert(name.into(), wrong.into())));
            assert!(!signer.passes(&changed).await, "{name} {wrong}");
        }
    }
}

#[tokio::test]
async fn the_audience_is_this_provider() {
    let world = world().await;
    let signer = signer(&world);
    let for_whom = |aud: Value| signer.changed(|claims| drop(claims.insert("aud".into(), aud)));
    let at = |path: &str| format!("{ISSUER}{path}");
    for good in
        [json!(ISSUER), json!(at("/token")), json!(at("/introspect")), json!([ISSUER, "x"]), json!([at("/token")])]
    {
        assert!(signer.passes(&for_whom(good.clone())).await, "{good}");
    }
    for wrong in [
        json!(format!("{ISSUER}/")),
        json!(ISSUER.to_uppercase()),
        json!(at("/authorize")),
        json!(at("/revoke")),
        json!(at("/token/")),
        json!(at("/token?x")),
        json!("https://other.example.jp"),
        json!("https://other.example.jp/token"),
        json!("/token"),
        json!("x"),
        json!(["x"]),
        json!(format!("{ISSUER} {ISSUER}/token")),
    ] {
        assert!(!signer.passes(&for_whom(wrong.clone())).await, "{wrong}");
    }
}

/// protocol.md 10 no. 19: FAPI 2.0 clients name the issuer, as a text, and nothing else.
#[tokio::test]
async fn of_a_fapi_client_only_the_issuer_as_a_text_is_an_audience() {
    let world = world().await;
    let bank = Signer::new(&world, "bank", key("PS256"));
    assert!(bank.passes(&bank.assertion()).await);
    for wrong in
        [json!([ISSUER]), json!(format!("{ISSUER}/token")), json!(format!("{ISSUER}/introspect")), json!([ISSUER, "x"])]
    {
        let assertion = bank.changed(|claims| drop(claims.insert("aud".into(), wrong.clone())));
        assert!(!bank.passes(&assertion).await, "{wrong}");
    }
}

#[tokio::test]
async fn a_fapi_client_never_signs_with_rs256() {
    let world = world().await;
    for (alg, good) in [("RS256", false), ("PS256", true), ("ES256", true), ("EdDSA", true)] {
        let bank = Signer::new(&world, "bank", key(alg));
        assert_eq!(bank.passes(&bank.assertion()).await, good, "{alg}");
    }
}

#[tokio::test]
async fn an_assertion_counts_in_its_time_only() {
    let world = world().await;
    let signer = signer(&world);
    let now = world.now().as_seconds();
    let at =
        |name: &'static str, ahead: i64| signer.changed(|claims| drop(claims.insert(name.into(), json!(now + ahead))));
    for (name, ahead, good) in [
        ("exp", 300, true),
        ("exp", 331, false),
        ("exp", 3600, false),
        ("exp", -300, false),
        ("exp", -31, false),
        ("exp", 1, true),
        ("nbf", 8, true),
        ("nbf", 61, false),
        ("nbf", -86_400, true),
        ("iat", 8, true),
        ("iat", 61, false),
        ("iat", -60, true),
        ("iat", -3601, false),
    ] {
        assert_eq!(signer.passes(&at(name, ahead)).await, good, "{name} {ahead}");
    }
}

#[tokio::test]
async fn an_assertion_is_taken_once_wherever_it_is_shown() {
    let world = world().await;
    let signer = signer(&world);
    let assertion = signer.changed(|claims| drop(claims.insert("aud".into(), json!(ISSUER))));
    assert!(signer.passes(&assertion).await);
    assert!(!signer.passes(&assertion).await);
    for path in ["/token", "/revoke", "/introspect"] {
        let answer = signer.shows(&assertion, path, &[("token", "x"), ("grant_type", "authorization_code")]).await;
        assert_eq!(refusal(&answer), refused(401, "invalid_client"), "{path}");
    }
    let same_id = signer.changed(|claims| drop(claims.insert("jti".into(), json!("mine"))));
    assert!(signer.passes(&same_id).await);
    let again = signer.changed(|claims| drop(claims.insert("jti".into(), json!("mine"))));
    assert!(!signer.passes(&again).await, "the id counts, not the text");
    let other = Signer::new(&world, "other", key("EdDSA"));
    let theirs = other.changed(|claims| drop(claims.insert("jti".into(), json!("mine"))));
    assert!(other.passes(&theirs).await, "another client has ids of its own");
    world.restart().await;
    assert!(!signer.passes(&again).await, "a restart forgets none");
    world.clock.pass(5 * MINUTE + 31 * SECOND);
    let anew = signer.changed(|claims| drop(claims.insert("jti".into(), json!("mine"))));
    assert!(signer.passes(&anew).await, "after its end the id may come again");
}

#[tokio::test]
async fn of_twenty_that_show_one_assertion_at_once_one_passes() {
    let world = world().await;
    let signer = signer(&world);
    let assertion = Arc::new(signer.assertion());
    let racers: Vec<_> = (0..20)
        .map(|_| {
            let (signer, assertion) = (signer.clone(), Arc::clone(&assertion));
            tokio::spawn(async move { signer.passes(&assertion).await })
        })
        .collect();
    let mut passed = 0;
    for racer in racers {
        passed += usize::from(racer.await.unwrap());
    }
    assert_eq!(passed, 1);
}

#[tokio::test]
async fn a_replayed_or_failed_authentication_ends_nothing_and_is_told_to_the_trail() {
    let world = world().await;
    let signer = signer(&world);
    let mut student = world.student().await;
    let page = student.signs_in_at(&world.client("signer").url(&[])).await;
    let code = page.code();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let assertion = signer.assertion();
    let tokens = signer.shows(&assertion, "/token", &form).await;
    let access = tokens.text("access_token");
    assert_eq!(refusal(&signer.shows(&assertion, "/token", &form).await), refused(401, "invalid_client"));
    let expired = signer.changed(|claims| drop(claims.insert("exp".into(), json!(1))));
    assert_eq!(refusal(&signer.shows(&expired, "/token", &form).await), refused(401, "invalid_client"));
    assert_eq!(world.service().userinfo(&access).await.status(), 200, "a replay is no use of the code");
    let trail = world.whole_trail().await;
    let failed: Vec<_> = trail.iter().filter(|row| row.event == "client.authentication_failed").collect();
    assert_eq!(failed.len(), 2, "{:?}", events(&trail));
    assert!(failed.iter().all(|row| row.entry.client.as_deref() == Some("signer")));
    assert!(failed[0].entry.detail.contains("presented before") && failed[1].entry.detail.contains("expired"));
    assert!(!failed.iter().any(|row| row.entry.detail.contains("ey")), "no token is written down");
}

#[tokio::test]
async fn the_registered_algorithm_is_the_only_one() {
    let world = world().await;
    // One and the same RSA key, signing in both ways.
    let signed = |alg: &'static str| {
        let (pinned, key) = (Signer::new(&world, "pinned", key("RS256")), key("RS256"));
        let header = json!({ "alg": alg, "kid": "rsa" });
        let assertion = key.as_alg(alg).sign(&header, &pinned.claims());
        (pinned, assertion)
    };
    let (pinned, good) = signed("PS256");
    assert!(pinned.passes(&good).await);
    let (pinned, wrong) = signed("RS256");
    assert!(!pinned.passes(&wrong).await);
}

#[tokio::test]
async fn a_key_of_another_client_signs_nothing_here() {
    let world = world().await;
    let other = Signer::new(&world, "other", key("ES256"));
    assert!(!other.passes(&other.assertion()).await, "a key of signer's");
    let mut named = other.header();
    named["kid"] = json!("EdDSA-1");
    assert!(!other.passes(&other.key.sign(&named, &other.claims())).await, "under the name of the right one");
}
