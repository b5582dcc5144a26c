//! The tokens that let clients register, and how often they do (RFC 7591 §1.2).

use axum::http::Method;
use idp::domain::registered_client::{MOST_IN_WINDOW, MOST_TRIES};
use serde_json::json;

use crate::support::{
    browser::Call,
    clock::{HOUR, MINUTE},
    https::Https,
    registrar::{WEEK, json_call, metadata, metadata_with, open_world},
};

use super::{refusal, refused};

const REGISTER: &str = "https://id.example.jp/register";

#[tokio::test]
async fn nothing_is_registered_without_a_token_that_is_good() {
    let world = open_world().await;
    let post = async |call: Call| world.service().send(call).await;
    let bare = Call {
        headers: vec![("content-type".into(), "application/json".into())],
        ..json_call(Method::POST, REGISTER, "", &metadata())
    };
    let answer = post(bare).await;
    assert_eq!((answer.status(), answer.header("www-authenticate"), answer.page.body.as_str()), (401, "Bearer", ""));
    assert_eq!(answer.header("cache-control"), "no-store");
    let good = world.registration_token(1).await;
    let other = format!("{}{}", &good[..54], if good.ends_with('x') { 'y' } else { 'x' });
    for token in ["x", "a b", &"0".repeat(55), &other] {
        let answer = world.register_with(token, &metadata()).await;
        assert_eq!(refusal(&answer), refused(401, "invalid_token"), "{token}");
        assert!(answer.header("www-authenticate").starts_with("Bearer error=\"invalid_token\""));
    }
    let elsewhere = REGISTER.replace("id.example.jp", "other.example.jp");
    let answer = post(json_call(Method::POST, &elsewhere, &good, &metadata())).await;
    assert_eq!(refusal(&answer), refused(401, "invalid_token"), "another tenant's token");
    assert_eq!(world.register_with(&good, &metadata()).await.status(), 201);
}

#[tokio::test]
async fn a_token_is_good_for_its_uses_and_its_time() {
    let world = open_world().await;
    let (twice, late) = (world.registration_token(2).await, world.registration_token(9).await);
    let refused_one = world.register_with(&twice, &json!({ "redirect_uris": ["x"] })).await;
    assert_eq!(refused_one.status(), 400, "what is refused uses nothing up");
    for status in [201, 201, 401] {
        assert_eq!(world.register_with(&twice, &metadata()).await.status(), status);
    }
    world.clock.pass(WEEK.saturating_sub(MINUTE));
    assert_eq!(world.register_with(&late, &metadata()).await.status(), 201);
    world.clock.pass(MINUTE);
    assert_eq!(refusal(&world.register_with(&late, &metadata()).await), refused(401, "invalid_token"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_use_the_last_use_at_once_one_wins() {
    let world = open_world().await;
    let token = world.registration_token(1).await;
    let tries = (0..20).map(|_| {
        let (world, token) = (world.clone(), token.clone());
        tokio::spawn(async move { world.register_with(&token, &metadata()).await.status() })
    });
    let mut statuses = Vec::new();
    for attempt in tries.collect::<Vec<_>>() {
        statuses.push(attempt.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses[0], 201);
    assert!(statuses[1..].iter().all(|status| *status == 401), "{statuses:?}");
    assert_eq!(world.tenant().registered.list().len(), 1);
}

#[tokio::test]
async fn an_hour_takes_so_many_registrations_and_the_next_begins_anew() {
    let world = open_world().await;
    let (token, another) = (world.registration_token(MOST_IN_WINDOW).await, world.registration_token(2).await);
    assert_eq!(world.register_with(&another, &metadata()).await.status(), 201);
    for _ in 1..MOST_IN_WINDOW {
        assert_eq!(world.register_with(&token, &metadata()).await.status(), 201);
    }
    let answer = world.register_with(&token, &metadata()).await;
    assert_eq!(refusal(&answer), refused(503, "temporarily_unavailable"), "whoever's token it is");
    assert!(!answer.header("retry-after").is_empty());
    world.clock.pass(HOUR);
    assert_eq!(world.register_with(&another, &metadata()).await.status(), 201);
}

#[tokio::test]
async fn a_token_is_good_for_so_many_tries_in_an_hour_whatever_comes_of_them() {
    let world = open_world().await;
    let server = Https::listen();
    let sector = server.publish("/sector.json", &json!([]));
    let costly = metadata_with(json!({ "sector_identifier_uri": sector }));
    let (stolen, another) = (world.registration_token(1).await, world.registration_token(1).await);
    assert_eq!(refusal(&world.register_with(&stolen, &costly).await), refused(400, "invalid_client_metadata"));
    for _ in 1..MOST_TRIES {
        let answer = world.register_with(&stolen, &json!({})).await;
        assert_eq!(refusal(&answer), refused(400, "invalid_redirect_uri"));
    }
    for _ in 0..2 {
        world.restart().await;
        let answer = world.register_with(&stolen, &costly).await;
        assert_eq!(refusal(&answer), refused(429, "temporarily_unavailable"), "a restart forgives nothing");
        assert!(!answer.header("retry-after").is_empty());
    }
    assert_eq!(server.asked(), ["/sector.json"], "nobody is called for it");
    assert_eq!(world.register_with(&another, &metadata()).await.status(), 201, "another token's tries are its own");
    world.clock.pass(HOUR);
    assert_eq!(world.register_with(&stolen, &metadata()).await.status(), 201, "none of it used the token up");
}
