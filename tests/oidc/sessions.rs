//! `prompt`, `max_age` and the session behind them (OpenID Connect Core §3.1.2.1; protocol.md §3).

use crate::support::{
    World,
    clock::{MINUTE, SECOND},
    setup::Setup,
};

use super::signed_in;

fn auth_time(claims: &serde_json::Value) -> i64 {
    claims["auth_time"].as_i64().unwrap()
}

#[tokio::test]
async fn prompt_login_asks_for_every_proof_anew() {
    let (world, mut student, first) = signed_in(&[]).await;
    world.clock.pass(2 * SECOND);
    let page = student.begins_with(&[("prompt", "login")]).await;
    assert_eq!(page.id(), "sign-in");
    let page = student.types_university_password(&page).await;
    assert_eq!(page.id(), "second-password");
    let page = student.enters_second_password(&page, crate::support::student::SECOND_PASSWORD).await;
    let second = world.service().redeem(&page.code()).await.claims();
    assert!(auth_time(&second) > auth_time(&first.claims()));
    assert_eq!(second["sub"], first.claims()["sub"]);
}

#[tokio::test]
async fn max_age_that_has_passed_with_prompt_none_is_an_error() {
    let (world, mut student, _) = signed_in(&[]).await;
    world.clock.pass(10 * SECOND);
    let page = student.begins_with(&[("max_age", "1"), ("prompt", "none")]).await;
    assert!(matches!(super::error_of(&page).as_str(), "login_required" | "interaction_required"));
}

#[tokio::test]
async fn max_age_zero_always_asks_and_still_ends() {
    let (world, mut student, _) = signed_in(&[]).await;
    let page = student.signs_in_for(&[("max_age", "0")]).await;
    assert!(page.is_at_the_client(), "{}", page.id());
    assert_eq!(world.service().redeem(&page.code()).await.status(), 200);
}

#[tokio::test]
async fn a_client_s_default_max_age_counts() {
    let world = World::with(Setup::default().client("default_max_age = 60")).await;
    let mut student = world.student().await;
    student.signs_in().await;
    world.clock.pass(30 * SECOND);
    assert!(student.begins().await.is_at_the_client());
    world.clock.pass(MINUTE);
    assert_eq!(student.begins().await.id(), "sign-in");
}

#[tokio::test]
async fn one_session_serves_every_client_of_the_tenant() {
    let (world, mut student, first) = signed_in(&[]).await;
    let library = world.client("library");
    let page = student.browser.open(&library.url(&[])).await;
    let claims = library.redeem(&page.code()).await.claims();
    assert_eq!(
        (&claims["sub"], &claims["sid"], &claims["aud"]),
        (&first.claims()["sub"], &first.claims()["sid"], &serde_json::json!("library"))
    );
}

#[tokio::test]
async fn a_session_of_one_tenant_is_none_at_another() {
    let (world, student, _) = signed_in(&[]).await;
    let mut elsewhere = world.service();
    elsewhere.issuer = crate::support::setup::OTHER_ISSUER.into();
    let cookies = student.browser.cookie_header("id.example.jp").replace("idp-demo-", "idp-other-");
    let call = crate::support::browser::Call::get(&elsewhere.url(&[("prompt", "none")])).with("cookie", &cookies);
    let answer = world.browser().send(call).await;
    assert!(answer.header("location").contains("error=login_required"), "{}", answer.header("location"));
}

#[tokio::test]
async fn prompt_consent_shows_no_page_to_a_first_party_client() {
    let (_, mut student, _) = signed_in(&[]).await;
    assert!(student.begins_with(&[("prompt", "consent")]).await.is_at_the_client());
}

#[tokio::test]
async fn prompt_select_account_asks_who_goes_on() {
    let (_, mut student, _) = signed_in(&[]).await;
    let page = student.begins_with(&[("prompt", "select_account"), ("state", "chosen")]).await;
    assert_eq!(page.id(), "already-signed-in");
    let page = student.browser.press(&page, &[], "continue").await;
    assert_eq!(page.parameter("state").as_deref(), Some("chosen"));
}
