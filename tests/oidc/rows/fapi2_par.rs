//! FAPI 2.0: pushed requests and the client assertions that come with them (protocol.md §7.2).

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{
    bank::{ASSERTION_TYPE, Change, GOOD},
    browser::Call,
    clock::SECOND,
    setup::ISSUER,
};

use super::{
    super::{refusal, refused},
    fapi2::{Scene, is_one_of, is_page, pushed},
};

const NO_CLIENT: &[(u16, &str)] = &[(401, "invalid_client"), (400, "invalid_client"), (400, "invalid_request")];

/// Refused at both places that read an assertion, and nothing is lost by it.
async fn no_assertion(change: Change<'_>) {
    let mut scene = Scene::start().await;
    let one = scene.one.clone();
    is_one_of(&one.pushes_with(&[], change, None).await, NO_CLIENT);
    let code = scene.code(&one).await;
    is_one_of(&one.redeems_with(&code, &[], Some(change), Some(GOOD)).await, NO_CLIENT);
    assert_eq!(one.redeems(&code).await.status(), 200, "a failed authentication ends nothing");
}

fn set(name: &str, value: Value) -> impl Fn(&mut Value) {
    move |claims| claims[name] = value.clone()
}

#[tokio::test]
async fn fapi2_par_ensure_reused_request_uri_prior_to_auth_completion_succeeds() {
    let mut scene = Scene::start().await;
    let one = scene.one.clone();
    let url = one.url(&[("request_uri", &pushed(&one.pushes(&[]).await))]);
    assert_eq!(scene.student.browser.open(&url).await.id(), "sign-in");
    let page = scene.student.signs_in_at(&url).await;
    assert_eq!(one.redeems(&page.code()).await.status(), 200);
}

#[tokio::test]
async fn fapi2_par_attempt_reuse_request_uri() {
    let mut scene = Scene::start().await;
    let one = scene.one.clone();
    let url = one.url(&[("request_uri", &pushed(&one.pushes(&[]).await))]);
    scene.student.signs_in_at(&url).await.code();
    is_page(&scene.student.browser.open(&url).await, "invalid_request_uri");
}

#[tokio::test]
async fn fapi2_par_attempt_to_use_expired_request_uri() {
    let mut scene = Scene::start().await;
    let one = scene.one.clone();
    let answer = one.pushes(&[]).await;
    let lives = answer.json()["expires_in"].as_u64().unwrap();
    let url = one.url(&[("request_uri", &pushed(&answer))]);
    scene.world.clock.pass(SECOND * u32::try_from(lives).unwrap());
    is_page(&scene.student.browser.open(&url).await, "invalid_request_uri");
}

#[tokio::test]
async fn fapi2_par_attempt_to_use_request_uri_for_different_client() {
    let mut scene = Scene::start().await;
    let uri = pushed(&scene.one.pushes(&[]).await);
    let url = scene.two.url(&[("request_uri", &uri)]);
    is_page(&scene.student.browser.open(&url).await, "invalid_request_uri");
}

#[tokio::test]
async fn fapi2_par_authorization_request_containing_request_uri_form_param() {
    let scene = Scene::start().await;
    let uri = pushed(&scene.one.pushes(&[]).await);
    for uri in [uri.as_str(), "https://rp.example/request.jwt"] {
        let answer = scene.one.pushes(&[("request_uri", uri)]).await;
        is_one_of(&answer, &[(400, "invalid_request"), (400, "request_uri_not_supported")]);
    }
}

#[tokio::test]
async fn fapi2_par_attempt_invalid_http_method() {
    let scene = Scene::start().await;
    for method in [Method::PUT, Method::GET, Method::DELETE] {
        let answer = scene.one.send(Call::get(&format!("{ISSUER}/par")).method(method.clone())).await;
        assert_eq!((answer.status(), answer.header("allow")), (405, "POST"), "{method}");
    }
}

#[tokio::test]
async fn fapi2_par_ensure_pkce_required() {
    let scene = Scene::start().await;
    let answer = scene.one.pushes(&[("code_challenge", ""), ("code_challenge_method", "")]).await;
    assert_eq!(refusal(&answer), refused(400, "invalid_request"));
}

#[tokio::test]
async fn fapi2_par_plain_pkce_rejected() {
    let scene = Scene::start().await;
    let answer = scene.one.pushes(&[("code_challenge_method", "plain")]).await;
    assert_eq!(refusal(&answer), refused(400, "invalid_request"));
}

#[tokio::test]
async fn fapi2_ensure_client_id_in_token_endpoint() {
    let mut scene = Scene::start().await;
    let (one, two) = (scene.one.clone(), scene.two.clone());
    let code = scene.code(&one).await;
    let answer = one.redeems_with(&code, &[("client_id", &two.id)], Some(GOOD), Some(GOOD)).await;
    is_one_of(&answer, &[(401, "invalid_client"), (400, "invalid_client"), (400, "invalid_grant")]);
    assert_eq!(one.redeems_with(&code, &[("client_id", &one.id)], Some(GOOD), Some(GOOD)).await.status(), 200);
}

#[tokio::test]
async fn fapi2_ensure_signed_client_assertion_with_rs256_fails() {
    let scene = Scene::start().await;
    assert_eq!(scene.one.pushes(&[]).await.status(), 201);
    let by_rs256 = scene.one.signing_with(scene.one.key.as_alg("RS256"));
    assert_eq!(refusal(&by_rs256.pushes(&[]).await), refused(401, "invalid_client"));
}

#[tokio::test]
async fn fapi2_ensure_client_assertion_in_token_endpoint() {
    let mut scene = Scene::start().await;
    let one = scene.one.clone();
    let code = scene.code(&one).await;
    is_one_of(&one.redeems_with(&code, &[("client_id", &one.id)], None, Some(GOOD)).await, NO_CLIENT);
    let other_type = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
    let assertion = one.assertion(GOOD);
    for form in [
        &[("client_assertion", assertion.as_str())][..],
        &[("client_assertion_type", ASSERTION_TYPE)],
        &[("client_assertion", &assertion), ("client_assertion_type", other_type)],
    ] {
        is_one_of(&one.redeems_with(&code, form, None, Some(GOOD)).await, NO_CLIENT);
    }
    assert_eq!(one.redeems(&code).await.status(), 200);
}

#[tokio::test]
async fn fapi2_ensure_client_assertion_with_exp_is_5_minutes_in_past_fails() {
    no_assertion(&|claims| claims["exp"] = json!(claims["iat"].as_i64().unwrap() - 300)).await;
}

#[tokio::test]
async fn fapi2_ensure_client_assertion_with_wrong_aud_fails() {
    no_assertion(&set("aud", json!("https://evil.example"))).await;
}

#[tokio::test]
async fn fapi2_ensure_client_assertion_with_no_sub_fails() {
    no_assertion(&|claims| drop(claims.as_object_mut().unwrap().remove("sub"))).await;
}

#[tokio::test]
async fn fapi2_par_ensure_jwt_client_assertions_nbf_8_seconds_in_the_future_is_accepted() {
    let scene = Scene::start().await;
    let ahead = |claims: &mut Value| claims["nbf"] = json!(claims["iat"].as_i64().unwrap() + 8);
    assert_eq!(scene.one.pushes_with(&[], &ahead, None).await.status(), 201);
}

#[tokio::test]
async fn fapi2_par_ensure_jwt_client_assertions_nbf_over_60_seconds_in_the_future_is_not_accepted() {
    no_assertion(&|claims| {
        let now = claims["iat"].as_i64().unwrap();
        claims["nbf"] = json!(now + 65);
        claims["exp"] = json!(now + 125);
    })
    .await;
}

#[tokio::test]
async fn fapi2_par_test_array_as_audience_fails() {
    no_assertion(&set("aud", json!([ISSUER]))).await;
}

#[tokio::test]
async fn fapi2_par_test_par_endpoint_url_as_audience_fails() {
    no_assertion(&set("aud", json!(format!("{ISSUER}/par")))).await;
}

#[tokio::test]
async fn fapi2_par_test_token_endpoint_url_as_audience_fails() {
    no_assertion(&set("aud", json!(format!("{ISSUER}/token")))).await;
}
