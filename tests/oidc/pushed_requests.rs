//! Pushed authorization requests: how they are pushed, opened, and used up (RFC 9126; protocol.md §7.2).

use std::{sync::Arc, time::Duration};

use axum::http::Method;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;

use super::{error_of, refusal, refused};
use crate::support::{
    Page, World,
    browser::Call,
    client::{CALLBACK, basic},
    setup::{ISSUER, Setup, client, secret},
    student::SECOND_PASSWORD,
};

/// E-01 with the protocol's word for it, and nobody is redirected.
pub fn is_page_of(page: &Page, error: &str) {
    assert_eq!((page.status.as_u16(), page.error().as_str()), (400, "E-01"), "{}", page.url);
    assert!(page.headers.get("location").is_none());
    assert!(page.body.contains(error), "{}", page.body);
}

async fn rows(world: &World) -> i64 {
    world.rows("pushed_request").await
}

#[tokio::test]
async fn a_request_is_pushed_opened_and_answered() {
    let world = World::start().await;
    let mut student = world.student().await;
    let service = world.service();
    let pushed = service.push(&[]).await;
    assert_eq!(pushed.status(), 201, "{}", pushed.page.body);
    assert_eq!(pushed.header("cache-control"), "no-store");
    assert!(pushed.header("content-type").starts_with("application/json"));
    assert_eq!(pushed.json()["expires_in"], json!(60));
    let uri = pushed.text("request_uri");
    let secret = uri.strip_prefix("urn:ietf:params:oauth:request_uri:").unwrap();
    assert!(secret.len() >= 43 && secret.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
    let page = student.signs_in_at(&service.pushed_url(&uri)).await;
    assert_eq!(page.parameter("state").as_deref(), Some("state-1"));
    assert_eq!(page.parameter("iss").as_deref(), Some(ISSUER));
    let tokens = service.redeem(&page.code()).await;
    assert_eq!(tokens.claims()["nonce"], "nonce-1");
}

#[tokio::test]
async fn no_request_uri_is_like_another_and_none_can_be_read_from_the_database() {
    let world = World::start().await;
    let service = world.service();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..20 {
        assert!(seen.insert(service.push(&[]).await.text("request_uri")));
    }
    let database = world.raw_database().await;
    let all = Statement::from_string(database.get_database_backend(), "SELECT key FROM pushed_request");
    for row in database.query_all_raw(all).await.unwrap() {
        let key: String = row.try_get_by_index(0).unwrap();
        assert!(seen.iter().all(|uri| !uri.contains(&key) && !key.contains(uri.rsplit(':').next().unwrap())));
    }
    assert_eq!(rows(&world).await, 20);
}

#[tokio::test]
async fn a_live_session_answers_at_once() {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    let page = student.browser.open(&world.service().pushes(&[("state", "again")]).await).await;
    assert_eq!(page.parameter("state").as_deref(), Some("again"));
    assert_eq!(world.service().redeem(&page.code()).await.status(), 200);
}

#[tokio::test]
async fn a_public_client_pushes_by_its_client_id() {
    let world = World::start().await;
    let mut student = world.student().await;
    let app = world.client("phone-app");
    let page = student.signs_in_at(&app.pushes(&[]).await).await;
    assert_eq!(app.redeem(&page.code()).await.status(), 200);
}

#[tokio::test]
async fn whoever_does_not_authenticate_as_registered_pushes_nothing() {
    let world = World::start().await;
    let service = world.service();
    let url = format!("{ISSUER}/par");
    let good = service.parameters(&[]);
    let good: Vec<(&str, &str)> = good.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let without = service.send(Call::form(&url, &good)).await;
    assert_eq!(refusal(&without), refused(401, "invalid_client"));
    let wrong = Call::form(&url, &good).with("authorization", &basic(&service.id, "wrong"));
    let wrong = service.send(wrong).await;
    assert_eq!(refusal(&wrong), refused(401, "invalid_client"));
    assert!(wrong.header("www-authenticate").starts_with("Basic"));
    let mut posted = good.clone();
    let own = secret(&service.id);
    posted.push(("client_secret", &own));
    assert_eq!(refusal(&service.send(Call::form(&url, &posted)).await), refused(401, "invalid_client"));
    let both = Call::form(&url, &posted).with("authorization", &basic(&service.id, &own));
    assert_eq!(refusal(&service.send(both).await), refused(400, "invalid_request"));
    let other = Call::form(&url, &good).with("authorization", &basic("legacy", &secret("legacy")));
    assert_eq!(refusal(&service.send(other).await), refused(401, "invalid_client"));
    assert_eq!(rows(&world).await, 0);
}

#[tokio::test]
async fn every_check_of_the_authorization_request_is_made_when_it_is_pushed() {
    let world = World::start().await;
    let service = world.service();
    for (other, error) in [
        (&[("redirect_uri", "")][..], "invalid_request"),
        (&[("redirect_uri", "https://rp.example/callback/")], "invalid_request"),
        (&[("response_type", "")], "invalid_request"),
        (&[("response_type", "token")], "unsupported_response_type"),
        (&[("response_type", "code id_token")], "unsupported_response_type"),
        (&[("response_mode", "fragment")], "invalid_request"),
        (&[("scope", "nonsense")], "invalid_scope"),
        (&[("code_challenge", ""), ("code_challenge_method", "")], "invalid_request"),
        (&[("code_challenge_method", "plain")], "invalid_request"),
        (&[("code_challenge_method", "")], "invalid_request"),
        (&[("prompt", "none login")], "invalid_request"),
        (&[("max_age", "soon")], "invalid_request"),
        (&[("claims", "{")], "invalid_request"),
        (&[("id_token_hint", "e30.e30.e30")], "invalid_request"),
        (&[("dpop_jkt", "too-short")], "invalid_request"),
        (&[("resource", "https://api.example")], "invalid_target"),
        (&[("registration", "{}")], "registration_not_supported"),
        (&[("request_uri", "https://rp.example/request.jwt")], "invalid_request"),
    ] {
        assert_eq!(refusal(&service.push(other).await), refused(400, error), "{other:?}");
    }
    assert_eq!(rows(&world).await, 0);
}

#[tokio::test]
async fn par_authorization_request_containing_request_uri_form_param() {
    let world = World::start().await;
    let service = world.service();
    let uri = service.push(&[]).await.text("request_uri");
    assert_eq!(refusal(&service.push(&[("request_uri", &uri)]).await), refused(400, "invalid_request"));
}

#[tokio::test]
async fn par_attempt_invalid_http_method() {
    let world = World::start().await;
    let service = world.service();
    let form = service.parameters(&[]);
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for method in [Method::PUT, Method::GET, Method::DELETE, Method::PATCH] {
        let call = Call::form(&format!("{ISSUER}/par"), &form)
            .with("authorization", &basic(&service.id, &secret(&service.id)))
            .method(method.clone());
        assert_eq!(service.send(call).await.status(), 405, "{method}");
    }
    assert_eq!(rows(&world).await, 0);
}

#[tokio::test]
async fn par_without_duplicate_parameters() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.signs_in_at(&world.service().pushes(&[]).await).await;
    assert!(page.parameter("code").is_some(), "client_id and request_uri are enough");
}

#[tokio::test]
async fn what_stands_beside_a_request_uri_is_ignored() {
    let world = World::start().await;
    let mut student = world.student().await;
    let service = world.service();
    let uri = service.push(&[("state", "pushed"), ("nonce", "pushed-nonce")]).await.text("request_uri");
    let beside = service.url(&[
        ("request_uri", &uri),
        ("state", "beside"),
        ("nonce", "beside"),
        ("redirect_uri", "https://evil.example/"),
        ("response_type", "token"),
        ("scope", "openid email"),
        ("prompt", "none"),
    ]);
    let page = student.signs_in_at(&beside).await;
    assert!(page.url.as_str().starts_with(CALLBACK), "{}", page.url);
    assert_eq!(page.parameter("state").as_deref(), Some("pushed"));
    let tokens = service.redeem(&page.code()).await;
    assert_eq!(tokens.claims()["nonce"], "pushed-nonce");
    assert_eq!(tokens.text("scope"), "openid");
}

#[tokio::test]
async fn a_restart_of_the_server_loses_no_pushed_request() {
    let world = World::start().await;
    let mut student = world.student().await;
    let service = world.service();
    let url = service.pushes(&[("state", "before")]).await;
    world.restart().await;
    let page = student.browser.open(&url).await;
    assert_eq!(page.id(), "sign-in");
    world.restart().await;
    let page = student.types_university_password(&page).await;
    world.restart().await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(page.parameter("state").as_deref(), Some("before"));
    assert_eq!(service.redeem(&page.code()).await.status(), 200);
    world.restart().await;
    is_page_of(&student.browser.open(&url).await, "invalid_request_uri");
}

#[tokio::test]
async fn a_request_too_long_for_a_browser_is_told_to_be_pushed_and_then_works() {
    let world = World::start().await;
    let mut student = world.student().await;
    let service = world.service();
    let (state, nonce) = ("s".repeat(1500), "n".repeat(1500));
    let long = [("state", state.as_str()), ("nonce", nonce.as_str())];
    let page = student.browser.open(&service.url(&long)).await;
    assert_eq!(error_of(&page), "invalid_request");
    assert!(page.parameter("error_description").unwrap().contains("/par"));
    let page = student.browser.open(&service.pushes(&long).await).await;
    let cookies = student.browser.cookie_header("id.example.jp");
    assert!(cookies.len() < 1500, "the cookie holds the id, not the request: {}", cookies.len());
    let page = student.types_university_password(&page).await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(page.parameter("state"), Some(state));
    assert_eq!(service.redeem(&page.code()).await.claims()["nonce"], json!(nonce));
}

#[tokio::test]
async fn a_longer_request_than_any_is_not_read() {
    let world = World::start().await;
    let answer = world.service().push(&[("claims_locales", &"x".repeat(20_000))]).await;
    assert_eq!(answer.status(), 413);
    assert_eq!(rows(&world).await, 0);
}

#[tokio::test]
async fn a_login_of_a_pushed_request_begins_anew_with_it() {
    let world = World::start().await;
    let mut student = world.student().await;
    let service = world.service();
    let page = student.browser.open(&service.pushes(&[("state", "kept")]).await).await;
    let id = page.url.path().rsplit('/').next().unwrap().to_owned();
    let page = student.browser.open(&format!("{ISSUER}/login/{id}/restart")).await;
    assert_eq!(page.id(), "sign-in");
    let page = student.types_university_password(&page).await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(page.parameter("state").as_deref(), Some("kept"));
}

#[tokio::test]
async fn choosing_an_account_is_asked_once_of_a_pushed_request() {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    let page = student.browser.open(&world.service().pushes(&[("prompt", "select_account")]).await).await;
    assert_eq!(page.id(), "already-signed-in");
    let page = student.browser.press(&page, &[], "continue").await;
    assert!(page.is_at_the_client(), "{}", page.id());
}

fn pushing_client() -> Setup {
    let text = client("portal")
        + &format!(
            "token_endpoint_auth_method = \"client_secret_basic\"\nclient_secret_sha256 = \"{}\"\n\
             require_pushed_authorization_requests = true\n",
            idp::domain::secret::sha256_hex(secret("portal").as_bytes())
        );
    Setup::default().further_client("portal", &text)
}

#[tokio::test]
async fn a_client_that_must_push_is_refused_a_plain_request() {
    let world = World::with(pushing_client()).await;
    let mut student = world.student().await;
    let portal = world.client("portal");
    let page = student.browser.open(&portal.url(&[])).await;
    assert_eq!(error_of(&page), "invalid_request");
    assert_eq!(page.parameter("state").as_deref(), Some("state-1"));
    let page = student.signs_in_at(&portal.pushes(&[]).await).await;
    assert_eq!(portal.redeem(&page.code()).await.status(), 200);
}

#[tokio::test]
async fn a_client_that_pushes_too_often_waits_a_minute() {
    let world = World::with(Setup::default().set("limits.pushed_requests_per_minute", "10")).await;
    let service = world.service();
    for _ in 0..10 {
        assert_eq!(service.push(&[]).await.status(), 201);
    }
    let answer = service.push(&[]).await;
    assert_eq!(refusal(&answer), refused(429, "temporarily_unavailable"));
    assert_eq!(answer.header("retry-after"), "60");
    assert_eq!(world.client("library").push(&[]).await.status(), 201, "others are not held up");
    assert_eq!(rows(&world).await, 11);
    world.clock.pass(Duration::from_mins(1));
    assert_eq!(service.push(&[]).await.status(), 201);
}

#[tokio::test]
async fn of_a_public_client_one_network_takes_a_tenth() {
    let world = World::with(Setup::default().set("limits.pushed_requests_per_minute", "20")).await;
    let app = world.client("phone-app");
    let statuses = [app.push(&[]).await.status(), app.push(&[]).await.status(), app.push(&[]).await.status()];
    assert_eq!(statuses, [201, 201, 429]);
}

#[tokio::test]
async fn pushed_requests_are_removed_when_no_login_of_theirs_can_live() {
    let world = World::start().await;
    let service = world.service();
    service.push(&[]).await;
    let day = Duration::from_hours(24);
    world.clock.pass(Duration::from_hours(1));
    world.flows().purge(day).await.unwrap();
    assert_eq!(rows(&world).await, 1);
    world.clock.pass(Duration::from_mins(3));
    world.flows().purge(day).await.unwrap();
    assert_eq!(rows(&world).await, 0);
}

#[tokio::test]
async fn a_refusal_is_noted_in_the_trail_and_a_success_is_not() {
    let world: Arc<World> = World::start().await;
    let service = world.service();
    service.push(&[]).await;
    service.push(&[("response_type", "token")]).await;
    let trail = world.whole_trail().await;
    let rejected: Vec<_> = trail.iter().filter(|row| row.event.as_str() == "request.rejected").collect();
    assert_eq!(rejected.len(), 1);
}
