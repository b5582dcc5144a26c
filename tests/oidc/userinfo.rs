//! UserInfo: by header or form, and every refusal's challenge (OpenID Connect Core §5.3, RFC 6750 §3).

use axum::http::Method;

use crate::support::{
    World,
    browser::Call,
    clock::{MINUTE, SECOND},
    setup::{ISSUER, OTHER_ISSUER},
};

use super::signed_in;

fn url() -> String {
    format!("{ISSUER}/userinfo")
}

#[tokio::test]
async fn get_post_and_form_answer_alike() {
    let (world, _, tokens) = signed_in(&[("scope", "openid profile")]).await;
    let access = tokens.text("access_token");
    let service = world.service();
    let by_get = service.userinfo(&access).await;
    assert_eq!((by_get.status(), by_get.header("cache-control")), (200, "no-store"));
    assert!(by_get.header("content-type").starts_with("application/json"));
    assert_eq!(by_get.json()["sub"], tokens.claims()["sub"]);
    let bearer = format!("bEARER {access}");
    let by_post = service.send(Call::get(&url()).method(Method::POST).with("authorization", &bearer)).await;
    let by_form = service.send(Call::form(&url(), &[("access_token", &access)])).await;
    assert_eq!((by_get.json(), by_get.json()), (by_post.json(), by_form.json()));
}

#[tokio::test]
async fn without_a_token_the_challenge_has_no_error() {
    let world = World::start().await;
    for call in [
        Call::get(&url()),
        Call::form(&url(), &[]),
        Call::get(&format!("{}?access_token=x", url())),
        Call::get(&url()).with("authorization", "Basic eDp5"),
    ] {
        let answer = world.service().send(call).await;
        assert_eq!((answer.status(), answer.header("www-authenticate")), (401, "Bearer"));
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn a_token_that_is_not_valid_is_challenged_with_invalid_token() {
    let (world, mut student, tokens) = signed_in(&[("scope", "openid offline_access")]).await;
    let code = student.begins().await.code();
    for token in ["x", "", &"a".repeat(43), &code, &tokens.text("refresh_token"), &tokens.text("id_token")] {
        let answer = world.service().userinfo(token).await;
        assert_eq!(answer.status(), 401, "{token}");
        assert!(
            token.is_empty() || answer.header("www-authenticate").starts_with("Bearer error=\"invalid_token\""),
            "{token}: {}",
            answer.header("www-authenticate")
        );
    }
}

#[tokio::test]
async fn a_token_of_five_minutes_is_over() {
    let (world, _, tokens) = signed_in(&[]).await;
    world.clock.pass(4 * MINUTE + 59 * SECOND);
    assert_eq!(world.service().userinfo(&tokens.text("access_token")).await.status(), 200);
    world.clock.pass(SECOND);
    let answer = world.service().userinfo(&tokens.text("access_token")).await;
    assert_eq!(answer.status(), 401);
    assert!(answer.header("www-authenticate").contains("invalid_token"));
}

#[tokio::test]
async fn a_token_sent_in_two_ways_is_invalid_request() {
    let (world, _, tokens) = signed_in(&[]).await;
    let access = tokens.text("access_token");
    let call = Call::form(&url(), &[("access_token", &access)]).with("authorization", &format!("Bearer {access}"));
    let answer = world.service().send(call).await;
    assert_eq!(answer.status(), 400);
    assert!(answer.header("www-authenticate").contains("invalid_request"));
}

#[tokio::test]
async fn a_token_of_one_tenant_is_nothing_at_another() {
    let (world, _, tokens) = signed_in(&[]).await;
    let mut elsewhere = world.service();
    elsewhere.issuer = OTHER_ISSUER.into();
    assert_eq!(elsewhere.userinfo(&tokens.text("access_token")).await.status(), 401);
}

#[tokio::test]
async fn the_address_and_the_switch_are_read_at_once_not_remembered() {
    let (world, _, tokens) = signed_in(&[("scope", "openid account")]).await;
    let before = world.service().userinfo(&tokens.text("access_token")).await.json();
    assert_eq!(before["two_factor_enabled"], false);
    let mut account = world.flows().store.accounts_by_user_id(&world.tenant().id, "s2025001").await.unwrap().remove(0);
    account.two_factor = true;
    world
        .flows()
        .store
        .write(async |tx| Ok::<_, idp::store::StoreError>(tx.save_account(&account).await?))
        .await
        .unwrap();
    let after = world.service().userinfo(&tokens.text("access_token")).await.json();
    assert_eq!(after["two_factor_enabled"], true);
}

#[tokio::test]
async fn browsers_of_registered_clients_may_read_it_and_no_others() {
    let (world, _, tokens) = signed_in(&[]).await;
    let bearer = format!("Bearer {}", tokens.text("access_token"));
    let from = |origin: &str| Call::get(&url()).with("authorization", &bearer).with("origin", origin);
    let ours = world.service().send(from("https://rp.example")).await;
    assert_eq!(ours.header("access-control-allow-origin"), "https://rp.example");
    assert_eq!(ours.header("access-control-allow-credentials"), "");
    let theirs = world.service().send(from("https://evil.example")).await;
    assert_eq!(theirs.header("access-control-allow-origin"), "");
}
