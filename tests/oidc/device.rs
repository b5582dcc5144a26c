//! The device flow: codes, the page, the questions of the device, each refusal (RFC 8628; journeys P-32).

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use axum::http::Method;
use idp::domain::device_code::{DEVICE_CODE_LIFETIME, MOST_ASKED_FOR};
use sea_orm::ConnectionTrait;
use tokio::task::JoinSet;

use crate::support::{
    World,
    browser::Call,
    client::Answer,
    clock::{HOUR, MINUTE, SECOND},
    device::{GRANT_TYPE, Pair},
    dpop::KeyHolder,
    setup::{ISSUER, OTHER_ISSUER, Setup},
    student::SECOND_PASSWORD,
    world::events,
};

use super::{refusal, refused};

#[tokio::test]
async fn a_device_is_told_both_codes_where_to_go_and_how_often_to_ask() {
    let world = World::with_devices().await;
    let answer = world.television().asks_for_codes("openid email").await;
    assert_eq!(answer.status(), 200, "{}", answer.page.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.header("content-type").starts_with("application/json"));
    let body = answer.json();
    assert!(answer.text("device_code").len() >= 43, "256 bits");
    let user_code = answer.text("user_code");
    let shape = |c: char| if c == '-' { '-' } else { 'x' };
    assert_eq!(user_code.chars().map(shape).collect::<String>(), "xxxx-xxxx");
    assert!(!user_code.contains(['A', 'E', 'I', 'O', 'U', 'Y', '0', '1']));
    assert_eq!(body["verification_uri"], format!("{ISSUER}/device"));
    assert_eq!(body["verification_uri_complete"], format!("{ISSUER}/device?user_code={user_code}"));
    assert_eq!((body["expires_in"].as_u64(), body["interval"].as_u64()), (Some(900), Some(5)));
    assert_eq!(body.as_object().unwrap().len(), 6, "{body}");
}

#[tokio::test]
async fn neither_code_can_be_read_from_the_database() {
    let world = World::with_devices().await;
    let pair = world.television().pair().await;
    let database = world.raw_database().await;
    let backend = database.get_database_backend();
    let rows = database
        .query_all_raw(sea_orm::Statement::from_string(backend, "SELECT key, user_code FROM device_code"))
        .await
        .unwrap();
    let texts: Vec<String> = rows
        .iter()
        .flat_map(|row| [row.try_get_by_index::<String>(0).unwrap(), row.try_get_by_index::<String>(1).unwrap()])
        .collect();
    assert_eq!(texts.len(), 2);
    let letters = pair.user_code.replace('-', "");
    for text in texts {
        assert!(!text.contains(&pair.device_code[12..]) && !text.contains(&letters), "{text}");
    }
}

#[tokio::test]
async fn who_may_not_ask_for_codes_is_told_why() {
    let world = World::with_devices().await;
    let television = world.television();
    let unauthorized = world.service().asks_for_codes("openid").await;
    assert_eq!(refusal(&unauthorized), refused(400, "unauthorized_client"));
    assert_eq!(refusal(&television.asks_for_codes("address nonsense").await), refused(400, "invalid_scope"));
    let target = television.post("/device_authorization", &[("scope", "openid"), ("resource", "https://api.example/")]);
    assert_eq!(refusal(&target.await), refused(400, "invalid_target"));
    let without = television.post("/device_authorization", &[]).await;
    assert_eq!(refusal(&without), refused(400, "invalid_scope"));
    let mut wrong = world.television();
    wrong.secret = Some("wrong".to_owned());
    let wrong = wrong.asks_for_codes("openid").await;
    assert_eq!(refusal(&wrong), refused(401, "invalid_client"));
    assert!(wrong.header("www-authenticate").starts_with("Basic"));
    let url = format!("{ISSUER}/device_authorization");
    let twice = Call::form(&url, &[("client_id", "kiosk"), ("scope", "openid"), ("scope", "openid")]);
    assert_eq!(refusal(&television.send(twice).await), refused(400, "invalid_request"));
    let nobody = television.send(Call::form(&url, &[("scope", "openid")])).await;
    assert_eq!(refusal(&nobody), refused(401, "invalid_client"));
    let json = Call::form(&url, &[("client_id", "kiosk")]).with("content-type", "application/json");
    assert_eq!(television.send(json).await.status(), 400);
    assert_eq!(television.send(Call::get(&url)).await.status(), 405);
    assert_eq!(television.send(Call::get(&url).method(Method::OPTIONS)).await.status(), 204);
}

#[tokio::test]
async fn a_public_client_cannot_fill_the_store() {
    let world = World::with_devices().await;
    let kiosk = world.kiosk();
    for _ in 1..MOST_ASKED_FOR {
        assert_eq!(kiosk.asks_for_codes("openid").await.status(), 200);
    }
    kiosk.asks_for_codes("openid").await;
    let refusal = kiosk.asks_for_codes("openid").await;
    assert_eq!((refusal.status(), refusal.error().as_str()), (429, "temporarily_unavailable"));
    assert!(!refusal.header("retry-after").is_empty());
    assert_eq!(world.television().asks_for_codes("openid").await.status(), 200, "another client's codes are its own");
    world.clock.pass(16 * MINUTE);
    assert_eq!(kiosk.asks_for_codes("openid").await.status(), 200);
}

#[tokio::test]
async fn a_person_connects_a_device_and_it_gets_its_tokens() {
    let world = World::with_devices().await;
    let mut student = world.student().await;
    let television = world.television();
    let pair = television.pair_for("openid email offline_access").await;
    assert_eq!(refusal(&television.polls(&pair).await), refused(400, "authorization_pending"));

    let page = student.reaches_the_device(&pair).await;
    assert!(page.text().contains("談話室のテレビ"), "{}", page.text());
    assert_eq!(page.all("[data-scope]", "data-scope"), ["email", "offline_access"]);
    world.clock.pass(5 * SECOND);
    assert_eq!(
        refusal(&television.polls(&pair).await),
        refused(400, "authorization_pending"),
        "nothing is pressed yet"
    );

    let done = student.browser.press(&page, &[], "allow").await;
    assert_eq!(done.message(), "device-connected");
    assert!(student.browser.has_session());
    let tokens = television.polls(&pair).await;
    assert_eq!(tokens.status(), 200, "{}", tokens.page.body);
    assert_eq!(tokens.header("cache-control"), "no-store");
    assert_eq!(tokens.text("scope"), "email offline_access openid");
    let claims = tokens.claims();
    assert_eq!((claims["aud"].as_str(), claims["iss"].as_str()), (Some("television"), Some(ISSUER)));
    assert!(claims.get("nonce").is_none());
    assert_eq!(claims["acr"], "urn:idp:acr:second-password");
    let userinfo = television.userinfo(&tokens.text("access_token")).await;
    assert_eq!(userinfo.json()["email"], student.email);
    assert_eq!(television.refresh(&tokens.text("refresh_token")).await.status(), 200);
    assert_eq!(refusal(&television.polls(&pair).await), refused(400, "invalid_grant"), "once only");
}

#[tokio::test]
async fn plain_oauth_for_a_resource_is_spoken_too() {
    const API: &str = "https://api.example/";
    let setup = Setup::default().with_television(&format!("resources = [\"{API}\"]\naccess_token_format = \"jwt\"\n"));
    let world = World::with(setup).await;
    let mut student = world.student().await;
    let television = world.television();
    let codes = television.post("/device_authorization", &[("scope", "email"), ("resource", API)]).await;
    let pair = Pair::of(&codes);
    let page = student.reaches_the_device(&pair).await;
    assert!(page.text().contains(API), "{}", page.text());
    student.browser.press(&page, &[], "allow").await;
    let tokens = television.polls(&pair).await;
    assert!(tokens.json().get("id_token").is_none(), "openid was not asked for");
    assert_eq!(crate::support::client::claims(&tokens.text("access_token"))["aud"], API);
}

#[tokio::test]
async fn the_trail_tells_who_connected_which_client() {
    let world = World::with_devices().await;
    let mut student = world.student().await;
    let pair = world.television().pair().await;
    let page = student.connects(&pair).await;
    let trail = world.trail(&page.support_code()).await;
    assert_eq!(
        events(&trail),
        ["login.university_proven", "second_password.proven", "login.completed", "login.completed"]
    );
    let last = &trail[3].entry;
    assert_eq!(last.client.as_deref(), Some("television"));
    assert!(last.account.is_some() && last.detail.contains("\"device\":true"), "{}", last.detail);
}

#[tokio::test]
async fn a_code_ends_after_a_quarter_of_an_hour() {
    let world = World::with_devices().await;
    let mut student = world.student().await;
    student.signs_in().await;
    let television = world.television();
    let (asked, allowed) = (television.pair().await, television.pair().await);
    let question = student.reaches_the_device(&asked).await;
    student.connects(&allowed).await;
    world.clock.pass(DEVICE_CODE_LIFETIME);
    assert_eq!(refusal(&television.polls(&asked).await), refused(400, "expired_token"));
    assert_eq!(refusal(&television.polls(&allowed).await), refused(400, "expired_token"));
    let late = student.browser.press(&question, &[], "allow").await;
    assert_eq!((late.id().as_str(), late.field_error("user_code").as_str()), ("device", "E-72"));
    assert_eq!(student.types_user_code(&asked.user_code).await.field_error("user_code"), "E-72");
    assert_eq!(refusal(&television.polls(&asked).await), refused(400, "expired_token"));
}

#[tokio::test]
async fn a_device_that_asks_too_often_waits_longer_from_then_on() {
    let world = World::with_devices().await;
    let television = world.television();
    let pair = television.pair().await;
    let polls = async |seconds: u64| {
        world.clock.pass(Duration::from_secs(seconds));
        television.polls(&pair).await.error()
    };
    assert_eq!(polls(0).await, "authorization_pending");
    assert_eq!(polls(5).await, "authorization_pending");
    assert_eq!(polls(4).await, "slow_down", "ten seconds from now on");
    world.restart().await;
    let television = world.television();
    let polls = async |seconds: u64| {
        world.clock.pass(Duration::from_secs(seconds));
        television.polls(&pair).await.error()
    };
    assert_eq!(polls(9).await, "slow_down", "a restart forgives nothing: fifteen");
    assert_eq!(polls(15).await, "authorization_pending");
}

#[tokio::test]
async fn what_is_no_code_of_this_client_is_refused() {
    let world = World::with_devices().await;
    let mut student = world.student().await;
    let television = world.television();
    let pair = television.pair().await;
    student.connects(&pair).await;
    let kiosk = world.kiosk();
    assert_eq!(refusal(&kiosk.polls(&pair).await), refused(400, "invalid_grant"));
    assert_eq!(refusal(&world.service().polls(&pair).await), refused(400, "unauthorized_client"));
    for nonsense in ["nonsense", &pair.user_code, &pair.device_code[1..], &"0".repeat(55)] {
        let pair = Pair { device_code: nonsense.to_owned(), user_code: String::new(), complete: String::new() };
        assert_eq!(refusal(&television.polls(&pair).await), refused(400, "invalid_grant"), "{nonsense}");
    }
    let without = television.token(&[("grant_type", GRANT_TYPE)]).await;
    assert_eq!(refusal(&without), refused(400, "invalid_request"));
    let as_code = television.token(&[("grant_type", "authorization_code"), ("code", &pair.device_code)]).await;
    assert_eq!(refusal(&as_code), refused(400, "unauthorized_client"));
    assert_eq!(television.polls(&pair).await.status(), 200, "none of that used it up");
}

#[tokio::test]
async fn a_code_of_one_tenant_is_nothing_to_another() {
    let world = World::with_devices().await;
    let pair = world.television().pair().await;
    let mut browser = world.browser();
    let page = browser.open(&format!("{OTHER_ISSUER}/device")).await;
    let page = browser.enter(&page, &[("user_code", &pair.user_code)]).await;
    assert_eq!(page.field_error("user_code"), "E-72");
}

#[tokio::test]
async fn the_client_s_needs_hold_for_a_device_too() {
    let world = World::with(Setup::default().with_television("minimum_acr = \"urn:idp:acr:auth-key\"\n")).await;
    let mut student = world.student().await;
    student.signs_in().await;
    let television = world.television();
    let pair = television.pair().await;
    let page = student.types_user_code(&pair.user_code).await;
    assert_eq!(page.id(), "send-auth-key", "the live session lacks the key");
    let page = student.passes_the_gates(page).await;
    assert_eq!(page.id(), "confirm-device");
    student.browser.press(&page, &[], "allow").await;
    let claims = television.polls(&pair).await.claims();
    assert_eq!(claims["acr"], "urn:idp:acr:auth-key");
}

#[tokio::test]
async fn a_login_older_than_the_client_allows_is_done_anew() {
    let world = World::with(Setup::default().with_television("default_max_age = 60\n")).await;
    let mut student = world.student().await;
    student.signs_in().await;
    world.clock.pass(2 * MINUTE);
    let television = world.television();
    let pair = television.pair().await;
    let page = student.types_user_code(&pair.user_code).await;
    assert_eq!(page.id(), "sign-in");
    let page = student.passes_the_gates(page).await;
    assert_eq!(page.id(), "confirm-device");
    world.clock.pass(2 * MINUTE);
    let done = student.browser.press(&page, &[], "allow").await;
    assert_eq!(done.message(), "device-connected", "signed in for this very device");
}

#[tokio::test]
async fn a_new_student_is_set_up_on_the_way() {
    let world = World::with_devices().await;
    let mut student = world.newcomer();
    let television = world.television();
    let pair = television.pair().await;
    let page = student.types_user_code(&pair.user_code).await;
    let page = student.types_university_password(&page).await;
    let email = student.email.clone();
    let page = student.registers(&page, &email).await;
    let code = student.mail().await.digits();
    let page = student.browser.enter(&page, &[("code", &code)]).await;
    assert_eq!(page.id(), "email-registered");
    let page = student.browser.click(&page, "sign-in").await;
    let page = student.types_university_password(&page).await;
    let page = student.sets_second_password(&page, SECOND_PASSWORD, SECOND_PASSWORD).await;
    assert_eq!(page.message(), "second-password-set");
    let page = student.browser.click(&page, "ok").await;
    let page = student.passes_the_gates(page).await;
    assert_eq!(page.id(), "confirm-device");
    student.browser.press(&page, &[], "allow").await;
    assert_eq!(television.polls(&pair).await.status(), 200);
}

#[tokio::test]
async fn a_logout_at_the_browser_is_none_at_the_device() {
    let world = World::with_devices().await;
    let mut student = world.student().await;
    let television = world.television();
    let pair = television.pair_for("openid offline_access").await;
    student.connects(&pair).await;
    let ask = student.browser.open(&format!("{ISSUER}/logout")).await;
    student.browser.press(&ask, &[], "yes").await;
    let tokens = television.polls(&pair).await;
    assert_eq!(tokens.status(), 200, "{}", tokens.page.body);
    world.clock.pass(HOUR);
    assert_eq!(television.refresh(&tokens.text("refresh_token")).await.status(), 200);
}

#[tokio::test]
async fn whoever_stops_sharing_disconnects_the_device() {
    let world = World::with_devices().await;
    let mut student = world.student().await;
    let television = world.television();
    let pair = television.pair_for("openid offline_access").await;
    student.connects(&pair).await;
    let tokens = television.polls(&pair).await;
    let page = student.browser.open(&format!("{ISSUER}/account/sessions")).await;
    student.browser.press(&page, &[("client", "television")], "revoke").await;
    assert_eq!(television.userinfo(&tokens.text("access_token")).await.status(), 401);
    assert_eq!(refusal(&television.refresh(&tokens.text("refresh_token")).await), refused(400, "invalid_grant"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_questions_at_once_one_gets_the_tokens() {
    let world = World::with_devices().await;
    let mut student = world.student().await;
    let pair = Arc::new(world.television().pair().await);
    student.connects(&pair).await;
    let mut racers = JoinSet::new();
    for _ in 0..20 {
        let (television, pair) = (world.television(), Arc::clone(&pair));
        racers.spawn(async move { television.polls(&pair).await });
    }
    let answers = racers.join_all().await;
    let won: Vec<_> = answers.iter().filter(|answer| answer.status() == 200).collect();
    assert_eq!(won.len(), 1);
    let lost: BTreeSet<String> = answers.iter().filter(|answer| answer.status() != 200).map(Answer::error).collect();
    assert_eq!(lost, BTreeSet::from(["invalid_grant".to_owned()]));
    assert_eq!(world.television().userinfo(&won[0].text("access_token")).await.status(), 200);
}

#[tokio::test]
async fn tokens_are_bound_to_the_device_s_key_and_asking_for_a_nonce_is_no_question() {
    let world = World::with(Setup::default().with_television("dpop_bound_access_tokens = true\n")).await;
    let mut student = world.student().await;
    let (television, holder) = (world.television(), KeyHolder::new("ES256"));
    let pair = television.pair().await;
    assert_eq!(refusal(&television.polls(&pair).await), refused(400, "invalid_dpop_proof"));
    let form = [("grant_type", GRANT_TYPE), ("device_code", pair.device_code.as_str())];
    // Without a nonce first, and at once again with it: one question.
    let answer = television.post_with(&holder, "/token", &form).await;
    assert_eq!(refusal(&answer), refused(400, "authorization_pending"));
    student.connects(&pair).await;
    let tokens = television.post_with(&holder, "/token", &form).await;
    assert_eq!((tokens.status(), tokens.text("token_type").as_str()), (200, "DPoP"), "{}", tokens.page.body);
    let access = tokens.text("access_token");
    assert_eq!(television.userinfo(&access).await.status(), 401, "not without its key");
    assert_eq!(television.userinfo_with(&holder, &access).await.status(), 200);
}
