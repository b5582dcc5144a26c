//! FAPI 2.0 Message Signing: signed requests, pushed, and signed answers (protocol.md §7.2; RFC 9101, JARM).

use serde_json::{Value, json};

use crate::support::{
    Page,
    bank::{Bank, Change, GOOD},
    client::{Answer, claims},
    jose,
    setup::{ISSUER, Setup},
};

use super::{
    super::{refusal, refused},
    fapi2::{Scene, is_one_of, pushed},
};

const NO_OBJECT: &[(u16, &str)] = &[(400, "invalid_request_object")];

async fn scene() -> Scene {
    Scene::with(Setup::default(), "dpop_bound_access_tokens = true\nrequire_signed_request_object = true\n").await
}

/// The usual request, in a signed object.
fn object(bank: &Bank, change: Change<'_>) -> Value {
    let now = bank.now();
    let mut claims =
        json!({ "iss": bank.id, "aud": ISSUER, "iat": now, "nbf": now, "exp": now + 300, "client_id": bank.id });
    for (name, value) in bank.parameters(&[]) {
        claims[name] = json!(value);
    }
    change(&mut claims);
    claims
}

fn header(bank: &Bank) -> Value {
    bank.key.header("oauth-authz-req+jwt")
}

async fn pushes_token(bank: &Bank, token: &str, outside: &[(&str, &str)]) -> Answer {
    let form = [&[("request", token)], outside].concat();
    bank.posts("/par", &form, Some(GOOD), None).await
}

async fn pushes(bank: &Bank, change: Change<'_>) -> Answer {
    pushes_token(bank, &bank.key.sign(&header(bank), &object(bank, change)), &[]).await
}

async fn opens(scene: &mut Scene, bank: &Bank, answer: &Answer) -> Page {
    scene.student.signs_in_at(&bank.url(&[("request_uri", &pushed(answer))])).await
}

async fn is_refused(change: Change<'_>) {
    let scene = scene().await;
    assert_eq!(pushes(&scene.one, GOOD).await.status(), 201);
    is_one_of(&pushes(&scene.one, change).await, NO_OBJECT);
}

fn set(name: &'static str, value: Value) -> impl Fn(&mut Value) {
    move |claims| claims[name] = value.clone()
}

#[tokio::test]
async fn fapi2_signed_request_happy_flow() {
    let mut scene = scene().await;
    for bank in [scene.one.clone(), scene.two.clone()] {
        let answer = pushes(&bank, GOOD).await;
        let page = opens(&mut scene, &bank, &answer).await;
        assert_eq!(page.parameter("state").as_deref(), Some("state-1"));
        let tokens = bank.redeems(&page.code()).await;
        scene.checks(&bank, &tokens);
        assert_eq!(tokens.claims()["nonce"], "nonce-1");
    }
}

#[tokio::test]
async fn fapi2_ensure_unsigned_request_at_par_endpoint_fails() {
    let scene = scene().await;
    assert_eq!(refusal(&scene.one.pushes(&[]).await), refused(400, "invalid_request"));
}

#[tokio::test]
async fn fapi2_ensure_different_nonce_inside_and_outside_request_object() {
    let mut scene = scene().await;
    let one = scene.one.clone();
    let token = one.key.sign(&header(&one), &object(&one, GOOD));
    let answer = pushes_token(&one, &token, &[("nonce", "outside")]).await;
    let page = opens(&mut scene, &one, &answer).await;
    assert_eq!(one.redeems(&page.code()).await.claims()["nonce"], "nonce-1");
}

#[tokio::test]
async fn fapi2_ensure_different_state_inside_and_outside_request_object() {
    let mut scene = scene().await;
    let one = scene.one.clone();
    let token = one.key.sign(&header(&one), &object(&one, GOOD));
    let answer = pushes_token(&one, &token, &[("state", "outside")]).await;
    assert_eq!(opens(&mut scene, &one, &answer).await.parameter("state").as_deref(), Some("state-1"));
}

#[tokio::test]
async fn fapi2_state_only_outside_request_object_not_used() {
    let mut scene = scene().await;
    let one = scene.one.clone();
    let without = |claims: &mut Value| drop(claims.as_object_mut().unwrap().remove("state"));
    let token = one.key.sign(&header(&one), &object(&one, &without));
    let answer = pushes_token(&one, &token, &[("state", "outside")]).await;
    assert_eq!(opens(&mut scene, &one, &answer).await.parameter("state"), None);
}

#[tokio::test]
async fn fapi2_ensure_request_object_without_redirect_uri_fails() {
    let scene = scene().await;
    let answer = pushes(&scene.one, &|claims| drop(claims.as_object_mut().unwrap().remove("redirect_uri"))).await;
    is_one_of(&answer, &[(400, "invalid_request"), (400, "invalid_request_object")]);
}

#[tokio::test]
async fn fapi2_ensure_request_object_with_nbf_8_seconds_in_the_future_is_accepted() {
    let scene = scene().await;
    let answer = pushes(&scene.one, &|claims| claims["nbf"] = json!(claims["iat"].as_i64().unwrap() + 8)).await;
    assert_eq!(answer.status(), 201, "{}", answer.page.body);
}

#[tokio::test]
async fn fapi2_par_request_object_containing_request_uri() {
    let scene = scene().await;
    let answer = pushes(&scene.one, &set("request_uri", json!("urn:ietf:params:oauth:request_uri:x"))).await;
    is_one_of(
        &answer,
        &[(400, "invalid_request"), (400, "invalid_request_object"), (400, "request_uri_not_supported")],
    );
}

#[tokio::test]
async fn fapi2_request_object_with_several_audiences_one_ours() {
    let scene = scene().await;
    let answer = pushes(&scene.one, &set("aud", json!(["https://other.example", ISSUER]))).await;
    assert_eq!(answer.status(), 201, "{}", answer.page.body);
}

#[tokio::test]
async fn fapi2_request_object_without_exp_fails() {
    is_refused(&|claims| drop(claims.as_object_mut().unwrap().remove("exp"))).await;
}

#[tokio::test]
async fn fapi2_request_object_without_nbf_fails() {
    is_refused(&|claims| drop(claims.as_object_mut().unwrap().remove("nbf"))).await;
}

#[tokio::test]
async fn fapi2_request_object_expired_fails() {
    is_refused(&|claims| claims["exp"] = json!(claims["iat"].as_i64().unwrap() - 300)).await;
}

#[tokio::test]
async fn fapi2_request_object_with_bad_aud_fails() {
    is_refused(&set("aud", json!("https://other.example"))).await;
}

#[tokio::test]
async fn fapi2_request_object_with_exp_over_60_minutes_after_nbf_fails() {
    is_refused(&|claims| claims["exp"] = json!(claims["nbf"].as_i64().unwrap() + 3_700)).await;
}

#[tokio::test]
async fn fapi2_request_object_with_nbf_over_60_minutes_old_fails() {
    is_refused(&|claims| claims["nbf"] = json!(claims["iat"].as_i64().unwrap() - 3_700)).await;
}

#[tokio::test]
async fn fapi2_request_object_signed_with_rs256_fails() {
    let scene = scene().await;
    let key = scene.one.key.as_alg("RS256");
    let token = key.sign(&key.header("oauth-authz-req+jwt"), &object(&scene.one, GOOD));
    is_one_of(&pushes_token(&scene.one, &token, &[]).await, NO_OBJECT);
}

#[tokio::test]
async fn fapi2_request_object_with_alg_none_fails() {
    let scene = scene().await;
    let mut none = header(&scene.one);
    none["alg"] = json!("none");
    let token = scene.one.key.sign(&none, &object(&scene.one, GOOD));
    let (signed, _) = token.rsplit_once('.').unwrap();
    for token in [&token, &format!("{signed}.")] {
        is_one_of(&pushes_token(&scene.one, token, &[]).await, NO_OBJECT);
    }
}

#[tokio::test]
async fn fapi2_request_object_with_bad_signature_fails() {
    let scene = scene().await;
    let token = scene.one.key.sign(&header(&scene.one), &object(&scene.one, GOOD));
    let (signed, _) = token.rsplit_once('.').unwrap();
    is_one_of(&pushes_token(&scene.one, &format!("{signed}.{}", "A".repeat(342)), &[]).await, NO_OBJECT);
}

#[tokio::test]
async fn fapi2_request_object_signed_by_another_client_fails() {
    let scene = scene().await;
    let token = scene.two.key.sign(&header(&scene.two), &object(&scene.one, GOOD));
    is_one_of(
        &pushes_token(&scene.one, &token, &[]).await,
        &[(400, "invalid_request_object"), (400, "invalid_request")],
    );
}

#[tokio::test]
async fn fapi2_jarm() {
    let mut scene = scene().await;
    assert!(scene.discovery["response_modes_supported"].as_array().unwrap().contains(&json!("jwt")));
    for bank in [scene.one.clone(), scene.two.clone()] {
        let answer = pushes(&bank, &set("response_mode", json!("jwt"))).await;
        let page = opens(&mut scene, &bank, &answer).await;
        let names: Vec<String> = page.url.query_pairs().map(|(name, _)| name.into_owned()).collect();
        assert_eq!(names, ["response"], "nothing else in the query");
        let jwt = page.parameter("response").unwrap();
        let answer = jose::verified(&scene.jwks, &jwt);
        assert!(matches!(jose::header(&jwt)["alg"].as_str(), Some("PS256" | "ES256" | "EdDSA")));
        assert_eq!((&answer["iss"], &answer["aud"]), (&json!(ISSUER), &json!(bank.id)));
        let lives = answer["exp"].as_i64().unwrap() - scene.world.now().as_seconds();
        assert!((1..=600).contains(&lives), "{lives}");
        assert_eq!(answer["state"], "state-1");
        let tokens = bank.redeems(answer["code"].as_str().unwrap()).await;
        scene.checks(&bank, &tokens);
        assert_eq!(claims(&tokens.text("id_token"))["nonce"], "nonce-1");
    }
}
