//! Signed answers: `response_mode` jwt, query.jwt and form_post.jwt (JARM; protocol.md §7.2).

use serde_json::Value;

use super::signed_in;
use crate::support::{
    Page, World,
    browser::Call,
    client::{CALLBACK, RelyingParty},
    jose,
    setup::{ISSUER, Setup},
};

async fn key_set(service: &RelyingParty) -> Value {
    service.send(Call::get(&format!("{ISSUER}/jwks"))).await.json()
}

/// The one thing in the query, verified; and that nothing stands beside it.
async fn answer(service: &RelyingParty, page: &Page) -> Value {
    assert!(page.is_at_the_client(), "{}", page.id());
    let names: Vec<String> = page.url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["response"], "{}", page.url);
    assert!(page.url.fragment().is_none());
    checked(service, &page.parameter("response").unwrap()).await
}

async fn checked(service: &RelyingParty, jwt: &str) -> Value {
    let claims = jose::verified(&key_set(service).await, jwt);
    assert_eq!((&claims["iss"], &claims["aud"]), (&ISSUER.into(), &service.id.as_str().into()));
    let life = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert!((1..=600).contains(&life), "{life}");
    claims
}

#[tokio::test]
async fn jarm_a_code_comes_as_one_signed_parameter() {
    let (world, mut student, _) = signed_in(&[]).await;
    let service = world.service();
    for mode in ["jwt", "query.jwt"] {
        let page = student.begins_with(&[("response_mode", mode), ("state", "a b&c=日")]).await;
        let claims = answer(&service, &page).await;
        assert_eq!(claims["state"], "a b&c=日");
        assert_eq!(service.redeem(claims["code"].as_str().unwrap()).await.status(), 200);
    }
}

#[tokio::test]
async fn jarm_a_login_ends_in_a_signed_answer() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.signs_in_for(&[("response_mode", "jwt")]).await;
    let claims = answer(&world.service(), &page).await;
    assert_eq!(claims["state"], "state-1");
    assert!(claims.get("nonce").is_none());
}

#[tokio::test]
async fn jarm_without_state_none_is_invented() {
    let (world, mut student, _) = signed_in(&[]).await;
    let page = student.begins_with(&[("response_mode", "jwt"), ("state", "")]).await;
    let claims = answer(&world.service(), &page).await;
    assert!(claims.get("state").is_none() && claims["code"].is_string());
}

#[tokio::test]
async fn jarm_every_error_that_is_told_to_the_client_is_signed_too() {
    let world = World::start().await;
    let service = world.service();
    for (other, error) in [
        (("prompt", "none"), "login_required"),
        (("response_type", "token"), "unsupported_response_type"),
        (("scope", "nonsense"), "invalid_scope"),
        (("code_challenge_method", "plain"), "invalid_request"),
    ] {
        let page = world.browser().open(&service.url(&[("response_mode", "jwt"), other])).await;
        let claims = answer(&service, &page).await;
        assert_eq!((&claims["error"], &claims["state"]), (&error.into(), &"state-1".into()), "{other:?}");
        assert!(claims.get("code").is_none());
    }
}

#[tokio::test]
async fn jarm_by_form_post_the_form_holds_the_answer_and_nothing_else() {
    let (world, mut student, _) = signed_in(&[]).await;
    let service = world.service();
    for other in [("scope", "openid"), ("prompt", "none login")] {
        let page = student.begins_with(&[("response_mode", "form_post.jwt"), other]).await;
        let form = page.form(&[], None);
        assert_eq!(form.action.as_str(), CALLBACK);
        let [(name, jwt)] = form.fields.as_slice() else { panic!("{:?}", form.fields) };
        assert_eq!(name, "response");
        let claims = checked(&service, jwt).await;
        assert!(claims["code"].is_string() != claims["error"].is_string());
    }
}

#[tokio::test]
async fn jarm_each_client_is_answered_with_its_own_algorithm() {
    for algorithm in ["RS256", "ES256", "PS256", "EdDSA"] {
        let setup = Setup::default().client(&format!("authorization_signed_response_alg = \"{algorithm}\""));
        let world = World::with(setup).await;
        let service = world.service();
        let page = world.browser().open(&service.url(&[("response_mode", "jwt"), ("prompt", "none")])).await;
        let jwt = page.parameter("response").unwrap();
        assert_eq!(jose::header(&jwt)["alg"], algorithm);
        assert_eq!(checked(&service, &jwt).await["error"], "login_required");
    }
}

#[tokio::test]
async fn jarm_an_answer_is_no_id_token() {
    let (_, mut student, _) = signed_in(&[]).await;
    let page = student.begins_with(&[("response_mode", "jwt")]).await;
    let jwt = page.parameter("response").unwrap();
    assert_ne!(jose::header(&jwt)["typ"], "JWT");
    let page = student.begins_with(&[("id_token_hint", &jwt)]).await;
    assert_eq!(super::error_of(&page), "invalid_request");
}

#[tokio::test]
async fn jarm_the_registered_query_survives() {
    let (world, mut student, _) = signed_in(&[]).await;
    let kept = format!("{CALLBACK}?kept=yes");
    let page = student.begins_with(&[("response_mode", "jwt"), ("redirect_uri", &kept)]).await;
    let names: Vec<String> = page.url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["kept", "response"]);
    checked(&world.service(), &page.parameter("response").unwrap()).await;
}

#[tokio::test]
async fn jarm_what_cannot_be_redirected_stays_a_page() {
    let world = World::start().await;
    let bad = world.service().url(&[("response_mode", "jwt"), ("redirect_uri", "https://rp.example/other")]);
    let page = world.browser().open(&bad).await;
    assert_eq!((page.status.as_u16(), page.error().as_str()), (400, "E-01"));
}
