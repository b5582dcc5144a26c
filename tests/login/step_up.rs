//! A client asks for more than the account's own switch or the live session gives (J-01 1.1, J-05; P-17).

use serde_json::json;

use crate::support::{
    World,
    clock::{MINUTE, SECOND},
    setup::Setup,
    world::events,
};

const KEY: &str = "urn:idp:acr:auth-key";

#[tokio::test]
async fn with_two_factor_off_the_client_s_acr_values_bring_the_key_page() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_auth_key_for(&[("acr_values", KEY)]).await;
    let key = student.key().await;
    let page = student.enters_key(&page, &key).await;
    assert_eq!(world.service().redeem(&page.code()).await.claims()["acr"], KEY);
}

#[tokio::test]
async fn in_a_live_session_only_the_missing_gate_is_asked() {
    let world = World::start().await;
    let mut student = world.student().await;
    let first = student.signs_in().await;
    let first = world.service().redeem(&first.code()).await.claims();
    world.clock.pass(MINUTE);
    let mails = student.mails().await.len();
    let page = student.begins_with(&[("acr_values", KEY)]).await;
    assert_eq!(page.id(), "send-auth-key");
    assert!(page.text().contains("••"), "the address is masked: {}", page.text());
    assert_eq!(student.mails().await.len(), mails, "the page sends nothing");
    let page = student.browser.enter(&page, &[]).await;
    assert_eq!(page.id(), "auth-key");
    assert_eq!(student.mails().await.len(), mails + 1);
    let key = student.key().await;
    let page = student.enters_key(&page, &key).await;
    let second = world.service().redeem(&page.code()).await.claims();
    assert_eq!(second["acr"], KEY);
    assert_eq!(second["amr"], json!(["pwd", "otp"]));
    assert_eq!(first["sid"], second["sid"], "the session is raised, not replaced");
}

#[tokio::test]
async fn after_a_step_up_the_session_answers_at_once() {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    world.clock.pass(SECOND);
    student.signs_in_for(&[("acr_values", KEY)]).await;
    let page = student.begins_with(&[("acr_values", KEY), ("state", "third")]).await;
    assert_eq!(page.parameter("state").as_deref(), Some("third"));
}

#[tokio::test]
async fn the_step_up_page_is_no_way_around_a_wrong_key() {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    world.clock.pass(SECOND);
    let page = student.begins_with(&[("acr_values", KEY)]).await;
    let page = student.browser.enter(&page, &[]).await;
    let key = student.key().await;
    let page = student.enters_key(&page, &crate::support::student::wrong(&key)).await;
    assert_eq!(page.field_error("auth_key"), "E-61");
    let finish = page.url.as_str().replace("auth-key", "finish");
    assert_eq!(student.browser.open(&finish).await.id(), "auth-key");
    let trail = world.trail(&page.support_code()).await;
    assert_eq!(events(&trail), ["auth_key.sent", "auth_key.failed"]);
}

#[tokio::test]
async fn pressing_the_button_of_the_step_up_twice_sends_one_key() {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    world.clock.pass(SECOND);
    let mails = student.mails().await.len();
    let page = student.begins_with(&[("acr_values", KEY)]).await;
    student.browser.enter(&page, &[]).await;
    let again = student.browser.enter(&page, &[]).await;
    assert_eq!(again.id(), "auth-key");
    assert_eq!(student.mails().await.len(), mails + 1);
}

#[tokio::test]
async fn the_hour_s_cap_holds_for_the_button_of_the_step_up_too() {
    let world = World::with(Setup::default().set("limits.auth_key.max_per_account_hour", "5")).await;
    let mut student = world.student().await;
    student.signs_in().await;
    for _ in 0..5 {
        world.clock.pass(MINUTE);
        let page = student.begins_with(&[("acr_values", KEY)]).await;
        assert!(student.browser.enter(&page, &[]).await.errors().is_empty());
    }
    let keys = student.mails().await.iter().filter(|mail| mail.is_key()).count();
    let page = student.begins_with(&[("acr_values", KEY)]).await;
    let page = student.browser.enter(&page, &[]).await;
    assert_eq!((page.id().as_str(), page.errors()), ("auth-key", vec!["E-65".to_owned()]));
    assert_eq!(student.mails().await.iter().filter(|mail| mail.is_key()).count(), keys);
}

#[tokio::test]
async fn a_client_s_minimum_is_asked_for_without_a_word_of_the_request() {
    let world = World::with(Setup::default().client(&format!("minimum_acr = \"{KEY}\""))).await;
    let mut student = world.student().await;
    student.reaches_auth_key().await;
}

#[tokio::test]
async fn a_client_s_default_acr_values_count_when_the_request_has_none() {
    let world = World::with(Setup::default().client(&format!("default_acr_values = [\"{KEY}\"]"))).await;
    let mut student = world.student().await;
    student.reaches_auth_key().await;
    let page =
        student.at_another_device().passes_the_university_for(&[("acr_values", "urn:idp:acr:second-password")]).await;
    assert_eq!(page.id(), "second-password");
}

#[tokio::test]
async fn a_wished_class_out_of_reach_is_left_aside_and_an_essential_one_is_refused() {
    let world = World::with(Setup::default().set("policy.two_factor", "off")).await;
    let mut student = world.student().await;
    let page = student.signs_in_for(&[("acr_values", KEY)]).await;
    assert_eq!(world.service().redeem(&page.code()).await.claims()["acr"], "urn:idp:acr:second-password");
    let claims = json!({"id_token": {"acr": {"essential": true, "values": [KEY]}}}).to_string();
    let page = student.begins_with(&[("claims", &claims)]).await;
    assert_eq!(page.parameter("error").as_deref(), Some("unmet_authentication_requirements"));
    assert_eq!(page.parameter("state").as_deref(), Some("state-1"));
}

#[tokio::test]
async fn an_essential_class_within_reach_is_met() {
    let world = World::start().await;
    let mut student = world.student().await;
    let claims = json!({"id_token": {"acr": {"essential": true, "values": ["urn:other", KEY]}}}).to_string();
    let page = student.reaches_auth_key_for(&[("claims", &claims)]).await;
    let key = student.key().await;
    let page = student.enters_key(&page, &key).await;
    assert_eq!(world.service().redeem(&page.code()).await.claims()["acr"], KEY);
}

/// RFC 9470 §4: what a resource server's challenge names is what the client asks for.
#[tokio::test]
async fn the_challenge_of_a_resource_server_leads_through_the_missing_gate_alone() {
    let world = World::start().await;
    let mut student = world.student().await;
    let first = world.service().redeem(&student.signs_in().await.code()).await;
    world.restart_with(Setup::default().set("policy.two_factor", "required")).await;
    world.clock.pass(MINUTE);
    let refused = world.service().userinfo(&first.text("access_token")).await;
    assert_eq!(refused.status(), 401);
    let challenge = refused.header("www-authenticate");
    assert!(challenge.contains("error=\"insufficient_user_authentication\""), "{challenge}");
    let wanted =
        challenge.split("acr_values=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("what would do");
    let page = student.begins_with(&[("acr_values", wanted)]).await;
    assert_eq!(page.id(), "send-auth-key", "the session's own proofs are kept");
    let page = student.browser.enter(&page, &[]).await;
    let key = student.key().await;
    let page = student.enters_key(&page, &key).await;
    let raised = world.service().redeem(&page.code()).await;
    assert_eq!(raised.claims()["acr"], wanted);
    assert_eq!(world.service().userinfo(&raised.text("access_token")).await.status(), 200);
}
