//! Requests in signed objects, by value and pushed (RFC 9101, OpenID Connect Core §6; protocol.md §3 and §7.2).

use serde_json::{Value, json};

use super::{error_of, refusal, refused};
use crate::support::{
    World,
    client::CALLBACK,
    jose::{self, Key},
    portal::{PORTAL, Portal},
    setup::ISSUER,
};

const OTHER_CALLBACK: &str = "https://rp.example/callback?kept=yes";

/// Refused at both endpoints: at `/par` as JSON, at `/authorize` at the redirect URI that stands outside.
async fn refused_everywhere(portal: &Portal, object: &str, error: &str, why: &str) {
    let pushed = portal.client.post("/par", &[("request", object)]).await;
    assert_eq!(refusal(&pushed), refused(400, error), "pushed: {why}");
    let url = Portal::url_beside(object, &[("redirect_uri", CALLBACK), ("state", "outside")]);
    let page = portal.world.browser().open(&url).await;
    assert_eq!(error_of(&page), error, "by value: {why}");
}

/// Good at both endpoints.
async fn good_everywhere(portal: &Portal, object: &str, why: &str) {
    let pushed = portal.client.post("/par", &[("request", object)]).await;
    assert_eq!(pushed.status(), 201, "pushed: {why}: {}", pushed.page.body);
    let page = portal.world.browser().open(&Portal::url_of(object)).await;
    assert_eq!(page.id(), "sign-in", "by value: {why}");
}

#[tokio::test]
async fn a_request_comes_in_an_object_that_its_client_signed() {
    let portal = Portal::open("ES256").await;
    let mut student = portal.world.student().await;
    let object = portal.sign(&portal.claims(&[("state", "inside"), ("nonce", "inside-nonce")]));
    let page = student.signs_in_at(&Portal::url_of(&object)).await;
    assert_eq!(page.parameter("state").as_deref(), Some("inside"));
    let tokens = portal.client.redeem(&page.code()).await;
    assert_eq!(tokens.claims()["nonce"], "inside-nonce");
    let pushed = portal.client.post("/par", &[("request", object.as_str())]).await;
    let page = student.browser.open(&portal.client.pushed_url(&pushed.text("request_uri"))).await;
    assert_eq!(page.parameter("state").as_deref(), Some("inside"));
    assert_eq!(portal.client.redeem(&page.code()).await.status(), 200);
}

#[tokio::test]
async fn every_algorithm_of_the_list_is_believed() {
    for algorithm in ["RS256", "PS256", "ES256", "EdDSA"] {
        let portal = Portal::open(algorithm).await;
        good_everywhere(&portal, &portal.sign(&portal.claims(&[])), algorithm).await;
    }
}

#[tokio::test]
async fn a_registered_algorithm_is_the_only_one() {
    let portal = Portal::with("RS256", "request_object_signing_alg = \"PS256\"").await;
    refused_everywhere(&portal, &portal.sign(&portal.claims(&[])), "invalid_request_object", "RS256").await;
    let portal = Portal::with("PS256", "request_object_signing_alg = \"PS256\"").await;
    good_everywhere(&portal, &portal.sign(&portal.claims(&[])), "PS256").await;
}

#[tokio::test]
async fn ensure_different_nonce_and_state_inside_and_outside_request_object() {
    let portal = Portal::open("ES256").await;
    let mut student = portal.world.student().await;
    let object = portal.sign(&portal.claims(&[("state", "inside"), ("nonce", "inside")]));
    let beside = [("state", "outside"), ("nonce", "outside"), ("scope", "openid email"), ("prompt", "none")];
    let page = student.signs_in_at(&Portal::url_beside(&object, &beside)).await;
    assert_eq!(page.parameter("state").as_deref(), Some("inside"));
    let tokens = portal.client.redeem(&page.code()).await;
    assert_eq!((&tokens.claims()["nonce"], tokens.text("scope").as_str()), (&json!("inside"), "openid"));
    let mut form = vec![("request", object.as_str())];
    form.extend(beside);
    let pushed = portal.client.post("/par", &form).await;
    let page = student.browser.open(&portal.client.pushed_url(&pushed.text("request_uri"))).await;
    assert_eq!(page.parameter("state").as_deref(), Some("inside"));
}

#[tokio::test]
async fn state_only_outside_request_object_not_used() {
    let portal = Portal::open("ES256").await;
    let mut student = portal.world.student().await;
    let object = portal.sign(&portal.claims(&[("state", ""), ("nonce", "")]));
    let page = student.signs_in_at(&Portal::url_beside(&object, &[("state", "outside"), ("nonce", "outside")])).await;
    assert_eq!(page.parameter("state"), None);
    assert!(portal.client.redeem(&page.code()).await.claims().get("nonce").is_none());
}

#[tokio::test]
async fn oidcc_ensure_request_object_with_redirect_uri() {
    let portal = Portal::open("ES256").await;
    let mut student = portal.world.student().await;
    let object = portal.sign(&portal.claims(&[("redirect_uri", OTHER_CALLBACK)]));
    let bad = [("redirect_uri", "https://evil.example/")];
    let page = student.signs_in_at(&Portal::url_beside(&object, &bad)).await;
    assert!(page.url.as_str().starts_with(OTHER_CALLBACK), "{}", page.url);
    // Nothing that could be believed says where else to go.
    let page = student.browser.open(&Portal::url_beside(&format!("{object}x"), &bad)).await;
    assert_eq!((page.status.as_u16(), page.error().as_str()), (400, "E-01"));
}

#[tokio::test]
async fn ensure_request_object_without_redirect_uri_fails() {
    let portal = Portal::open("ES256").await;
    for uri in ["", "https://rp.example/another"] {
        let object = portal.sign(&portal.claims(&[("redirect_uri", uri)]));
        let pushed = portal.client.post("/par", &[("request", object.as_str())]).await;
        assert_eq!(refusal(&pushed), refused(400, "invalid_request"), "{uri}");
        let page = portal.world.browser().open(&Portal::url_beside(&object, &[("redirect_uri", CALLBACK)])).await;
        assert_eq!((page.status.as_u16(), page.error().as_str()), (400, "E-01"), "{uri}");
    }
}

#[tokio::test]
async fn what_stands_in_the_object_is_checked_as_any_request_is() {
    let portal = Portal::open("ES256").await;
    for (other, error) in [
        (("response_type", "code id_token"), "unsupported_response_type"),
        (("response_type", ""), "invalid_request"),
        (("scope", "nonsense"), "invalid_scope"),
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("prompt", "none login"), "invalid_request"),
        (("response_mode", "fragment"), "invalid_request"),
        (("resource", "https://api.example"), "invalid_target"),
        (("registration", "{}"), "registration_not_supported"),
    ] {
        let object = portal.sign(&portal.claims(&[other, ("state", "inside")]));
        let pushed = portal.client.post("/par", &[("request", object.as_str())]).await;
        assert_eq!(refusal(&pushed), refused(400, error), "{other:?}");
        let beside = [("response_type", ""), ("redirect_uri", CALLBACK)];
        let page = portal.world.browser().open(&Portal::url_beside(&object, &beside)).await;
        assert_eq!(error_of(&page), error, "{other:?}");
        assert_eq!(page.parameter("state").as_deref(), Some("inside"), "{other:?}");
    }
}

#[tokio::test]
async fn members_that_are_no_text_are_read_as_their_json() {
    let portal = Portal::with("ES256", "resources = [\"https://a.example\", \"https://b.example\"]").await;
    let mut student = portal.world.student().await;
    let object = portal.sign(&portal.claims_with(&[
        ("max_age", json!(600)),
        ("claims", json!({ "id_token": { "given_name": { "essential": true } } })),
        ("resource", json!(["https://a.example", "https://b.example"])),
        ("unknown", json!([1, { "x": null }])),
    ]));
    let page = student.signs_in_at(&Portal::url_of(&object)).await;
    let tokens = portal
        .client
        .token(&[
            ("grant_type", "authorization_code"),
            ("code", &page.code()),
            ("redirect_uri", CALLBACK),
            ("code_verifier", crate::support::client::VERIFIER),
            ("resource", "https://b.example"),
        ])
        .await;
    assert_eq!(tokens.claims()["given_name"], "春香", "{}", tokens.page.body);
    let mistyped = portal.sign(&portal.claims_with(&[("response_type", json!(["code"]))]));
    let pushed = portal.client.post("/par", &[("request", mistyped.as_str())]).await;
    assert_eq!(refusal(&pushed), refused(400, "unsupported_response_type"));
}

#[tokio::test]
async fn the_answer_may_be_asked_for_as_signed_from_inside_too() {
    let portal = Portal::open("ES256").await;
    let object = portal.sign(&portal.claims(&[("response_mode", "jwt"), ("prompt", "none")]));
    let page = portal.world.browser().open(&Portal::url_of(&object)).await;
    let jwks: Value = portal.client.send(crate::support::browser::Call::get(&format!("{ISSUER}/jwks"))).await.json();
    assert_eq!(jose::verified(&jwks, &page.parameter("response").unwrap())["error"], "login_required");
}

#[tokio::test]
async fn types_of_request_objects_and_no_others() {
    let portal = Portal::open("ES256").await;
    let claims = portal.claims(&[]);
    for typ in ["oauth-authz-req+jwt", "OAuth-Authz-Req+JWT", "JWT"] {
        good_everywhere(&portal, &portal.key.sign(&portal.key.header(typ), &claims), typ).await;
    }
    let mut header = portal.key.header("JWT");
    header.as_object_mut().unwrap().remove("typ");
    good_everywhere(&portal, &portal.key.sign(&header, &claims), "no typ").await;
    for typ in ["at+jwt", "logout+jwt", "dpop+jwt", "client-authentication+jwt", ""] {
        let object = portal.key.sign(&portal.key.header(typ), &claims);
        refused_everywhere(&portal, &object, "invalid_request_object", typ).await;
    }
}

#[tokio::test]
async fn ms_request_object_with_several_aud_one_ours() {
    let portal = Portal::open("ES256").await;
    for audience in [json!([ISSUER]), json!(["https://other.example", ISSUER])] {
        let object = portal.sign(&portal.claims_with(&[("aud", audience.clone())]));
        good_everywhere(&portal, &object, &audience.to_string()).await;
    }
}

#[tokio::test]
async fn ensure_request_object_with_nbf_8_seconds_in_the_future_is_accepted() {
    let portal = Portal::open("ES256").await;
    let now = portal.world.now().as_seconds();
    good_everywhere(&portal, &portal.sign(&portal.claims_with(&[("nbf", json!(now + 8))])), "8 s ahead").await;
}

#[tokio::test]
async fn ms_expired_bad_aud_bad_iss_or_too_early_is_an_invalid_request_object() {
    let portal = Portal::open("ES256").await;
    let now = portal.world.now().as_seconds();
    for change in [
        ("exp", json!(now - 300)),
        ("exp", json!(now)),
        ("exp", json!("soon")),
        ("nbf", json!(now + 61)),
        ("iat", json!(now + 600)),
        ("aud", json!("https://other.example")),
        ("aud", json!(format!("{ISSUER}/"))),
        ("aud", json!(format!("{ISSUER}/par"))),
        ("aud", json!([])),
        ("aud", Value::Null),
        ("iss", json!("certificate-service")),
        ("iss", Value::Null),
        ("sub", json!(PORTAL)),
        ("client_id", json!("certificate-service")),
        ("request", json!("e30.e30.e30")),
        ("request_uri", json!("https://rp.example/request.jwt")),
        ("request_uri", json!("urn:ietf:params:oauth:request_uri:x")),
        ("state", json!("a\u{0}b")),
    ] {
        // By value, what is wrong inside a well-signed object is told where the object itself says.
        let object = portal.sign(&portal.claims_with(std::slice::from_ref(&change)));
        refused_everywhere(&portal, &object, "invalid_request_object", &format!("{change:?}")).await;
    }
}

#[tokio::test]
async fn ms_bad_signature_and_other_clients_key_is_an_invalid_request_object() {
    let portal = Portal::open("ES256").await;
    let object = portal.sign(&portal.claims(&[]));
    let mut parts: Vec<&str> = object.split('.').collect();
    let signature: String = parts[2].chars().rev().collect();
    parts[2] = &signature;
    refused_everywhere(&portal, &parts.join("."), "invalid_request_object", "bad signature").await;
    for kid in ["portal-1", "another"] {
        let other = Key::generate("ES256", kid);
        let object = other.sign(&other.header("JWT"), &portal.claims(&[]));
        refused_everywhere(&portal, &object, "invalid_request_object", "another's key").await;
    }
}

#[tokio::test]
async fn an_object_of_one_client_is_none_of_anothers() {
    let portal = Portal::open("ES256").await;
    let object = portal.sign(&portal.claims(&[]));
    let service = portal.world.service();
    let pushed = service.post("/par", &[("request", object.as_str())]).await;
    assert_eq!(refusal(&pushed), refused(400, "invalid_request_object"));
    let url = Portal::url_beside(&object, &[("client_id", "certificate-service"), ("redirect_uri", CALLBACK)]);
    assert_eq!(error_of(&portal.world.browser().open(&url).await), "request_not_supported", "it has no keys");
}

#[tokio::test]
async fn an_unsigned_object_is_not_supported() {
    let portal = Portal::open("ES256").await;
    for header in [json!({ "alg": "none" }), json!({ "alg": "none", "kid": "portal-1", "typ": "oauth-authz-req+jwt" })]
    {
        let object = portal.key.sign_text(&header.to_string(), portal.claims(&[]).to_string().as_bytes());
        let object = &object[..=object.rfind('.').unwrap()];
        let pushed = portal.client.post("/par", &[("request", object)]).await;
        assert_eq!(refusal(&pushed), refused(400, "invalid_request_object"));
        let page = portal.world.browser().open(&Portal::url_beside(object, &[("redirect_uri", CALLBACK)])).await;
        assert_eq!(error_of(&page), "request_not_supported");
    }
    let signed_by_nobody = portal.key.sign(&json!({ "alg": "none" }), &portal.claims(&[]));
    refused_everywhere(&portal, &signed_by_nobody, "invalid_request_object", "none with a signature").await;
}

#[tokio::test]
async fn response_type_is_the_same_inside_and_outside() {
    let portal = Portal::open("ES256").await;
    let object = portal.sign(&portal.claims(&[]));
    let beside = [("response_type", "code id_token"), ("redirect_uri", CALLBACK)];
    let page = portal.world.browser().open(&Portal::url_beside(&object, &beside)).await;
    assert_eq!(error_of(&page), "invalid_request_object");
}

#[tokio::test]
async fn par_authorization_request_containing_request_uri_beside_or_inside_the_object() {
    let portal = Portal::open("ES256").await;
    let object = portal.sign(&portal.claims(&[]));
    let uri = portal.client.push(&[]).await.text("request_uri");
    let beside = portal.client.post("/par", &[("request", object.as_str()), ("request_uri", &uri)]).await;
    assert_eq!(refusal(&beside), refused(400, "invalid_request"));
    let inside = portal.sign(&portal.claims(&[("request_uri", &uri)]));
    let pushed = portal.client.post("/par", &[("request", inside.as_str())]).await;
    assert_eq!(refusal(&pushed), refused(400, "invalid_request_object"));
}

#[tokio::test]
async fn ms_ensure_unsigned_request_at_par_endpoint_fails() {
    let portal = Portal::with("ES256", "require_signed_request_object = true").await;
    assert_eq!(refusal(&portal.client.push(&[]).await), refused(400, "invalid_request"));
    assert_eq!(error_of(&portal.world.browser().open(&portal.client.url(&[])).await), "invalid_request");
    good_everywhere(&portal, &portal.sign(&portal.claims(&[])), "signed").await;
}

#[tokio::test]
async fn a_request_twice_is_refused() {
    let portal = Portal::open("ES256").await;
    let object = portal.sign(&portal.claims(&[]));
    let url = format!("{}&request={object}", Portal::url_beside(&object, &[("redirect_uri", CALLBACK)]));
    assert_eq!(error_of(&portal.world.browser().open(&url).await), "invalid_request");
}

#[tokio::test]
async fn an_object_from_elsewhere_is_not_fetched() {
    let world = World::start().await;
    let uri = [("request_uri", "https://rp.example/request.jwt#hash")];
    assert_eq!(error_of(&world.browser().open(&world.service().url(&uri)).await), "request_uri_not_supported");
    assert_eq!(refusal(&world.service().push(&uri).await), refused(400, "invalid_request"));
}
