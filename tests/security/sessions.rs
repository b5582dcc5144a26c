//! Sessions: new at every raise, closed to others, ended in time, honest about their age (SR-2 to SR-6, SR-12).

use std::sync::Arc;

use idp::{domain::account::AccountStatus, store::StoreError};

use crate::support::{
    Page, Student, World,
    browser::{Browser, Call},
    clock::{HOUR, MINUTE},
    setup::{ISSUER, Setup},
    student::SECOND_PASSWORD,
};

const KEY: (&str, &str) = ("acr_values", "urn:idp:acr:auth-key");
const HOST: &str = "id.example.jp";

fn session_of(student: &Student) -> String {
    let header = student.browser.cookie_header(HOST);
    let cookie = header.split("; ").find(|cookie| cookie.contains("-session="));
    cookie.expect("a session").to_owned()
}

/// Whether a browser that holds just this cookie is signed in.
async fn opens(world: &Arc<World>, cookie: &str) -> bool {
    let call = Call::get(&world.service().url(&[("prompt", "none")])).with("cookie", cookie);
    let mut browser = world.browser();
    let answer = browser.send(call).await;
    browser.follow(answer).await.parameter("code").is_some()
}

async fn saves_status(world: &World, status: AccountStatus) {
    let flows = world.flows();
    let store = &flows.store;
    let mut account = store.accounts_by_user_id(&world.tenant().id, "s2025001").await.unwrap().remove(0);
    account.status = status;
    store.write(async |tx| Ok::<_, StoreError>(tx.save_account(&account).await?)).await.unwrap();
}

#[tokio::test]
async fn sr_2_a_raised_session_has_a_new_secret_and_the_old_one_is_dead() {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    let first = session_of(&student);
    assert!(opens(&world, &first).await);
    world.clock.pass(MINUTE);
    assert!(student.signs_in_for(&[KEY]).await.is_at_the_client());
    let second = session_of(&student);
    assert_ne!(first, second);
    assert!(opens(&world, &second).await && !opens(&world, &first).await);

    let value = second.split_once('=').unwrap().1;
    let made_up = second.replace(value, &"A".repeat(value.len()));
    assert!(!opens(&world, &made_up).await, "an id that the server did not issue is none");
}

#[tokio::test]
async fn sr_3_every_cookie_is_bound_to_the_host_closed_to_script_and_short() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let mut lines = Vec::new();
    let mut page = student.browser.send(Call::get(&world.service().url(&[("ui_locales", "en")]))).await;
    // By hand, so that the answers in between are seen too.
    for _ in 0..16 {
        lines.extend(page.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned()));
        let to = page.header("location").to_owned();
        let next = if to.is_empty() {
            by_hand(&student, &page).await
        } else {
            Call::get(page.url.join(&to).unwrap().as_str())
        };
        if !world.serves(&next.url) {
            break;
        }
        page = student.browser.send(next).await;
    }
    assert!(lines.iter().any(|line| line.contains("-session=")), "{lines:?}");
    for line in &lines {
        assert!(line.starts_with("__Host-idp-demo-") && line.len() < 4096, "{line}");
        for part in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
            assert!(line.contains(part), "{part}: {line}");
        }
        assert!(!line.contains("Domain=") && !line.contains("SameSite=None"), "{line}");
    }
}

/// What the student does on a page, as one request.
async fn by_hand(student: &Student, page: &Page) -> Call {
    let key = if page.id() == "auth-key" { student.key().await } else { String::new() };
    let typed = match page.id().as_str() {
        "sign-in" => vec![("username", student.user_id.as_str()), ("password", student.password.as_str())],
        "second-password" => vec![("second_password", SECOND_PASSWORD)],
        "auth-key" => vec![("auth_key", key.as_str())],
        other => panic!("{other}"),
    };
    Browser::call_of(&page.form(&typed, None))
}

#[tokio::test]
async fn sr_4_a_session_ends_half_an_hour_after_its_last_use_and_eight_hours_after_its_beginning() {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    world.clock.pass(29 * MINUTE);
    assert!(student.begins().await.is_at_the_client());
    world.clock.pass(31 * MINUTE);
    assert_eq!(student.begins().await.id(), "sign-in");

    student.signs_in().await;
    let end = world.now().plus(8 * HOUR);
    while world.now().plus(25 * MINUTE) < end {
        world.clock.pass(25 * MINUTE);
        assert!(student.begins().await.is_at_the_client(), "{:?}", world.now());
    }
    world.clock.pass(25 * MINUTE);
    assert_eq!(student.begins().await.id(), "sign-in", "however busy it was");
}

#[tokio::test]
async fn sr_4_of_two_ages_that_are_asked_for_the_lower_one_holds() {
    let world = World::with(Setup::default().client("default_max_age = 600")).await;
    let mut student = world.student().await;
    student.signs_in().await;
    world.clock.pass(5 * MINUTE);
    assert!(student.begins().await.is_at_the_client());
    assert_eq!(student.begins_with(&[("max_age", "60")]).await.id(), "sign-in", "the request asks for less");
    world.clock.pass(6 * MINUTE);
    assert_eq!(student.begins_with(&[("max_age", "86400")]).await.id(), "sign-in", "the client asks for less");
}

#[tokio::test]
async fn sr_5_auth_time_is_the_oldest_proof_and_neither_a_look_nor_a_step_up_moves_it() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.begins().await;
    let proven = world.now().as_millis() / 1000;
    let page = student.types_university_password(&page).await;
    world.clock.pass(10 * MINUTE);
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    let auth_time = |claims: serde_json::Value| claims["auth_time"].as_i64().unwrap();
    assert_eq!(auth_time(world.service().redeem(&page.code()).await.claims()), proven);
    world.clock.pass(10 * MINUTE);
    let page = student.begins().await;
    assert_eq!(auth_time(world.service().redeem(&page.code()).await.claims()), proven, "without a page");
    let page = student.signs_in_for(&[KEY]).await;
    let claims = world.service().redeem(&page.code()).await.claims();
    assert_eq!((claims["acr"].as_str(), auth_time(claims.clone())), (Some(KEY.1), proven), "after a step-up");
}

#[tokio::test]
async fn sr_6_a_live_session_skips_no_rule_that_came_later() {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    world.restart_with(Setup::default().set("policy.two_factor", "required")).await;
    assert_eq!(student.begins().await.id(), "send-auth-key", "a tenant that asks for more");
    world.restart_with(Setup::default().client("minimum_acr = \"urn:idp:acr:auth-key\"")).await;
    assert_eq!(student.begins().await.id(), "send-auth-key", "a client that asks for more");
}

#[tokio::test]
async fn sr_6_a_suspended_account_is_out_at_every_endpoint() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.signs_in_for(&[("scope", "openid offline_access"), ("prompt", "consent")]).await;
    let tokens = world.service().redeem(&page.code()).await;
    let unredeemed = student.begins().await.code();
    saves_status(&world, AccountStatus::Suspended).await;
    let service = world.service();
    assert_eq!(service.redeem(&unredeemed).await.error(), "invalid_grant");
    assert_eq!(service.refresh(&tokens.text("refresh_token")).await.error(), "invalid_grant");
    assert_eq!(service.userinfo(&tokens.text("access_token")).await.status(), 401);
    assert!(!student.begins().await.is_at_the_client());
    assert_ne!(student.browser.open(&format!("{ISSUER}/account")).await.id(), "account");
}

#[tokio::test]
async fn sr_12_a_logout_ends_the_session_its_refresh_tokens_and_its_codes_at_once() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.signs_in_for(&[("scope", "openid email")]).await;
    let tokens = world.service().redeem(&page.code()).await;
    let unredeemed = student.begins().await.code();
    let refresh = tokens.json()["refresh_token"].as_str().map(str::to_owned);
    let cookie = session_of(&student);
    let asked = student.browser.open(&world.service().logout_url(&[])).await;
    assert_eq!(asked.id(), "confirm-sign-out", "without a hint the person is asked");
    assert!(opens(&world, &cookie).await, "and nothing has ended yet");
    let hint = tokens.text("id_token");
    student.browser.open(&world.service().logout_url(&[("id_token_hint", &hint)])).await;
    assert!(!opens(&world, &cookie).await && !student.browser.has_session());
    let service = world.service();
    assert_eq!(service.redeem(&unredeemed).await.error(), "invalid_grant");
    assert_eq!(service.userinfo(&tokens.text("access_token")).await.status(), 401);
    if let Some(refresh) = refresh {
        assert_eq!(service.refresh(&refresh).await.error(), "invalid_grant");
    }
}
