//! Refresh tokens: rotation, reuse, a lost answer (RFC 6749 §6, RFC 9700 §4.14; SR-54).

use crate::support::{
    World,
    client::Answer,
    clock::{HOUR, MINUTE},
    setup,
};

use super::{refusal, refused, signed_in};

async fn offline() -> (std::sync::Arc<World>, crate::support::Student, Answer) {
    signed_in(&[("scope", "openid email offline_access"), ("prompt", "consent")]).await
}

#[tokio::test]
async fn a_refresh_gives_new_tokens_and_the_same_person() {
    let (world, _, first) = offline().await;
    world.clock.pass(MINUTE);
    let second = world.service().refresh(&first.text("refresh_token")).await;
    assert_eq!(second.status(), 200, "{}", second.page.body);
    assert_eq!(second.header("cache-control"), "no-store");
    assert_eq!(second.json()["token_type"], "Bearer");
    assert_ne!(first.text("refresh_token"), second.text("refresh_token"));
    assert_ne!(first.text("access_token"), second.text("access_token"));
    let (one, two) = (first.claims(), second.claims());
    for name in ["iss", "sub", "aud", "auth_time", "acr", "amr", "sid"] {
        assert_eq!(one[name], two[name], "{name}");
    }
    assert!(two["iat"].as_i64() > one["iat"].as_i64());
    assert!(two.get("nonce").is_none());
}

#[tokio::test]
async fn the_granted_scope_may_be_named_or_narrowed_and_not_widened() {
    let (world, _, first) = offline().await;
    let service = world.service();
    let refresh = |token: String, scope: &'static str| {
        let service = service.clone();
        async move { service.token(&[("grant_type", "refresh_token"), ("refresh_token", &token), ("scope", scope)]).await }
    };
    let same = refresh(first.text("refresh_token"), "openid email offline_access").await;
    assert_eq!(same.status(), 200);
    let less = refresh(same.text("refresh_token"), "openid").await;
    assert_eq!(less.text("scope"), "openid");
    let userinfo = service.userinfo(&less.text("access_token")).await;
    assert!(userinfo.json().get("email").is_none());
    let more = refresh(less.text("refresh_token"), "openid email profile offline_access").await;
    assert_eq!(refusal(&more), refused(400, "invalid_scope"));
    let again = refresh(less.text("refresh_token"), "openid email").await;
    assert_eq!(again.status(), 200, "narrowing once narrows this answer, not the grant");
}

#[tokio::test]
async fn a_lost_answer_can_be_asked_for_again_as_long_as_it_was_never_used() {
    let (world, _, first) = offline().await;
    let service = world.service();
    let lost = service.refresh(&first.text("refresh_token")).await;
    world.clock.pass(30 * MINUTE);
    let again = service.refresh(&first.text("refresh_token")).await;
    assert_eq!(again.status(), 200, "{}", again.page.body);
    assert_eq!(service.refresh(&again.text("refresh_token")).await.status(), 200);
    assert_eq!(
        refusal(&service.refresh(&lost.text("refresh_token")).await),
        refused(400, "invalid_grant"),
        "the lost one gave way"
    );
}

#[tokio::test]
async fn a_token_used_twice_ends_the_whole_family() {
    let (world, _, first) = offline().await;
    let service = world.service();
    let second = service.refresh(&first.text("refresh_token")).await;
    let third = service.refresh(&second.text("refresh_token")).await;
    assert_eq!(third.status(), 200);
    assert_eq!(refusal(&service.refresh(&first.text("refresh_token")).await), refused(400, "invalid_grant"));
    assert_eq!(refusal(&service.refresh(&third.text("refresh_token")).await), refused(400, "invalid_grant"));
    for tokens in [&first, &second, &third] {
        assert_eq!(service.userinfo(&tokens.text("access_token")).await.status(), 401);
    }
    assert!(world.whole_trail().await.iter().any(|row| row.event == "grant.refresh_reused"));
}

#[tokio::test]
async fn the_token_of_another_client_is_refused_and_lives_on() {
    let (world, _, first) = offline().await;
    let token = first.text("refresh_token");
    assert_eq!(refusal(&world.client("library").refresh(&token).await), refused(400, "invalid_grant"));
    let mut elsewhere = world.service();
    elsewhere.issuer = setup::OTHER_ISSUER.into();
    assert_eq!(refusal(&elsewhere.refresh(&token).await), refused(400, "invalid_grant"));
    assert_eq!(world.service().refresh(&token).await.status(), 200);
}

#[tokio::test]
async fn without_the_client_s_secret_a_token_is_nothing() {
    let (world, _, first) = offline().await;
    let mut thief = world.service();
    thief.secret = Some("guess".into());
    assert_eq!(refusal(&thief.refresh(&first.text("refresh_token")).await), refused(401, "invalid_client"));
    thief.secret = None;
    assert_eq!(refusal(&thief.refresh(&first.text("refresh_token")).await), refused(401, "invalid_client"));
}

#[tokio::test]
async fn an_access_token_or_a_code_is_no_refresh_token() {
    let (world, mut student, first) = offline().await;
    let code = student.begins().await.code();
    for token in [first.text("access_token"), first.text("id_token"), code, "x".into()] {
        assert_eq!(refusal(&world.service().refresh(&token).await), refused(400, "invalid_grant"));
    }
}

#[tokio::test]
async fn thirty_days_are_the_end_whatever_was_rotated() {
    let (world, _, first) = offline().await;
    let service = world.service();
    let mut token = first.text("refresh_token");
    for _ in 0..29 {
        world.clock.pass(24 * HOUR);
        token = service.refresh(&token).await.text("refresh_token");
    }
    world.clock.pass(24 * HOUR);
    assert_eq!(refusal(&service.refresh(&token).await), refused(400, "invalid_grant"));
}

#[tokio::test]
async fn logout_ends_refresh_tokens() {
    let (world, mut student, first) = offline().await;
    student.browser.open(&world.service().logout_url(&[("id_token_hint", &first.text("id_token"))])).await;
    assert_eq!(refusal(&world.service().refresh(&first.text("refresh_token")).await), refused(400, "invalid_grant"));
}

#[tokio::test]
async fn a_suspended_account_s_tokens_are_refused() {
    use idp::domain::account::AccountStatus;
    let (world, _, first) = offline().await;
    let mut account = world.flows().store.accounts_by_user_id(&world.tenant().id, "s2025001").await.unwrap().remove(0);
    account.status = AccountStatus::Suspended;
    world
        .flows()
        .store
        .write(async |tx| Ok::<_, idp::store::StoreError>(tx.save_account(&account).await?))
        .await
        .unwrap();
    let service = world.service();
    assert_eq!(refusal(&service.refresh(&first.text("refresh_token")).await), refused(400, "invalid_grant"));
    assert_eq!(service.userinfo(&first.text("access_token")).await.status(), 401);
    assert_eq!(service.introspect(&first.text("access_token")).await.json()["active"], false);
}

#[tokio::test]
async fn rotation_holds_through_a_restart_of_the_server() {
    let (world, _, first) = offline().await;
    let second = world.service().refresh(&first.text("refresh_token")).await;
    world.restart().await;
    let third = world.service().refresh(&second.text("refresh_token")).await;
    assert_eq!(third.status(), 200);
    world.restart().await;
    assert_eq!(refusal(&world.service().refresh(&first.text("refresh_token")).await), refused(400, "invalid_grant"));
    assert_eq!(refusal(&world.service().refresh(&third.text("refresh_token")).await), refused(400, "invalid_grant"));
}
