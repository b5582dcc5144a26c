//! What tenant and client demand is asked again at every use of what was given before, and who is eligible (SR-6; RFC 9470).

use std::sync::Arc;

use idp::domain::ids::UpstreamId;

use crate::support::{Page, Student, World, client::Answer, setup::Setup, student::SECOND_PASSWORD, world::events};

use super::{refusal, refused, signed_in};

const AUTH_KEY: &str = "urn:idp:acr:auth-key";

async fn offline() -> (Arc<World>, Answer) {
    let (world, _, tokens) = signed_in(&[("scope", "openid offline_access")]).await;
    (world, tokens)
}

/// UserInfo says what would do, refreshing ends, and neither uses anything up.
async fn is_refused(world: &Arc<World>, tokens: &Answer) {
    let (access, refresh) = (tokens.text("access_token"), tokens.text("refresh_token"));
    let answer = world.service().userinfo(&access).await;
    assert_eq!(answer.status(), 401);
    let challenge = answer.header("www-authenticate");
    assert!(challenge.starts_with("Bearer error=\"insufficient_user_authentication\""), "{challenge}");
    assert!(challenge.contains(&format!("acr_values=\"{AUTH_KEY}\"")), "{challenge}");
    assert_eq!(answer.error(), "insufficient_user_authentication");
    assert_eq!(refusal(&world.service().refresh(&refresh).await), refused(400, "invalid_grant"));
}

#[tokio::test]
async fn a_tenant_that_begins_to_require_two_factor_is_obeyed_at_once() {
    let (world, tokens) = offline().await;
    let required = Setup::default().set("policy.two_factor", "required");
    world.restart_with(required).await;
    is_refused(&world, &tokens).await;
    world.restart_with(Setup::default()).await;
    assert_eq!(world.service().userinfo(&tokens.text("access_token")).await.status(), 200);
    assert_eq!(world.service().refresh(&tokens.text("refresh_token")).await.status(), 200);
}

#[tokio::test]
async fn a_client_whose_minimum_is_raised_is_obeyed_at_once() {
    let (world, tokens) = offline().await;
    world.restart_with(Setup::default().client(&format!("minimum_acr = \"{AUTH_KEY}\""))).await;
    is_refused(&world, &tokens).await;
    let mut student = world.student_again().await;
    let page = student.signs_in_for(&[("scope", "openid offline_access")]).await;
    let anew = world.service().redeem(&page.code()).await;
    assert_eq!(anew.claims()["acr"], AUTH_KEY);
    assert_eq!(world.service().userinfo(&anew.text("access_token")).await.status(), 200, "a step up is enough");
}

#[tokio::test]
async fn a_code_from_before_is_worth_nothing_after() {
    let (world, mut student, _) = signed_in(&[]).await;
    let code = student.begins().await.code();
    world.restart_with(Setup::default().set("policy.two_factor", "required")).await;
    assert_eq!(refusal(&world.service().redeem(&code).await), refused(400, "invalid_grant"));
}

#[tokio::test]
async fn whoever_asked_for_less_than_was_proven_is_not_held_to_what_they_asked_for() {
    let (world, _, tokens) =
        signed_in(&[("scope", "openid offline_access"), ("acr_values", "urn:idp:acr:university")]).await;
    assert_eq!(tokens.claims()["acr"], "urn:idp:acr:university");
    assert_eq!(world.service().userinfo(&tokens.text("access_token")).await.status(), 200);
    assert_eq!(world.service().refresh(&tokens.text("refresh_token")).await.status(), 200);
}

#[tokio::test]
async fn a_university_that_is_switched_off_speaks_for_nobody() {
    let (world, tokens) = offline().await;
    let off =
        Setup::default().tenant("[[upstream]]\nid = \"another\"\nkind = \"directory\"\nname = { ja = \"別の大学\" }\n");
    world.restart_with(off.without_the_university()).await;
    assert_eq!(world.service().userinfo(&tokens.text("access_token")).await.status(), 401);
    assert_eq!(refusal(&world.service().refresh(&tokens.text("refresh_token")).await), refused(400, "invalid_grant"));
}

const ALUMNI: &str = "alum@example.ac.jp";

/// Nothing that was given before opens anything, and a session leads to no code.
async fn nobody_is_served(world: &Arc<World>, student: &mut Student, tokens: &Answer, code: &str) {
    let service = world.service();
    let access = tokens.text("access_token");
    let userinfo = service.userinfo(&access).await;
    assert_eq!((userinfo.status(), userinfo.error().as_str()), (401, "invalid_token"));
    let told = service.post("/introspect", &[("token", &access)]).await.json();
    assert_eq!(told, serde_json::json!({ "active": false }));
    let refresh = tokens.text("refresh_token");
    assert_eq!(refusal(&service.refresh(&refresh).await), refused(400, "invalid_grant"));
    assert_eq!(refusal(&service.redeem(code).await), refused(400, "invalid_grant"));
    let silent = student.browser.open(&service.url(&[("prompt", "none")])).await;
    assert_eq!(super::error_of(&silent), "login_required");
}

/// Signed in, with tokens and a code that is not redeemed yet.
async fn served(setup: Setup) -> (Arc<World>, Student, Answer, String) {
    let world = World::with(setup).await;
    let mut student = world.student().await;
    let page = student.signs_in_for(&[("scope", "openid offline_access")]).await;
    let tokens = world.service().redeem(&page.code()).await;
    let code = student.begins().await.code();
    (world, student, tokens, code)
}

#[tokio::test]
async fn whom_the_rule_of_today_leaves_out_is_served_no_longer() {
    let (world, mut student, tokens, code) = served(Setup::default()).await;
    world.restart_with(Setup::default().eligible(ALUMNI)).await;
    nobody_is_served(&world, &mut student, &tokens, &code).await;
    world.restart_with(Setup::default()).await;
    assert_eq!(world.service().userinfo(&tokens.text("access_token")).await.status(), 200, "nothing was used up");
    assert_eq!(world.service().refresh(&tokens.text("refresh_token")).await.status(), 200);
}

#[tokio::test]
async fn who_is_no_student_any_more_by_the_imported_file_is_served_no_longer() {
    let (world, mut student, tokens, code) = served(Setup::default()).await;
    let file = format!("user_id,student_number,affiliation\ns2025001,2025001,{ALUMNI}\n");
    let directory = UpstreamId::new("university");
    world.flows().import_accounts(&world.tenant(), &directory, file.as_bytes(), false, |_, _| {}).await.unwrap();
    nobody_is_served(&world, &mut student, &tokens, &code).await;
    assert!(events(&world.whole_trail().await).contains(&"session.ended"), "clients are told of a logout");
    let page = student.begins().await;
    let page = student.types_university_password(&page).await;
    assert_eq!(page.id(), "not-eligible");
}

/// From the service over the university's own page to the first gate after it.
async fn passes_the_university(student: &mut Student, parameters: &[(&str, &str)]) -> Page {
    let page = student.begins_with(parameters).await;
    let page = student.browser.enter(&page, &[]).await;
    if page.id() == "sign-in" { student.types_university_password(&page).await } else { page }
}

#[tokio::test]
async fn whom_the_university_refuses_at_a_login_is_served_no_longer_anywhere() {
    let world = World::with_university(Setup::default()).await;
    let mut student = world.newcomer();
    let page = passes_the_university(&mut student, &[]).await;
    let email = student.email.clone();
    let page = student.registers(&page, &email).await;
    let digits = student.mail().await.digits();
    student.browser.enter(&page, &[("code", &digits)]).await;
    let page = passes_the_university(&mut student, &[]).await;
    student.sets_second_password(&page, SECOND_PASSWORD, SECOND_PASSWORD).await;
    let page = passes_the_university(&mut student, &[("scope", "openid offline_access")]).await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    let tokens = world.service().redeem(&page.code()).await;
    let code = student.begins().await.code();

    let university = world.configuration().tenant("university").cloned().unwrap();
    let file = format!("user_id,student_number,affiliation\ns2025001,2025001,{ALUMNI}\n");
    let directory = UpstreamId::new("directory");
    world.flows().import_accounts(&university, &directory, file.as_bytes(), false, |_, _| {}).await.unwrap();
    assert_eq!(world.service().userinfo(&tokens.text("access_token")).await.status(), 200, "nobody has said so here");
    let page = passes_the_university(&mut student.at_another_device(), &[]).await;
    assert_eq!(page.id(), "not-eligible");
    nobody_is_served(&world, &mut student, &tokens, &code).await;
    assert!(events(&world.whole_trail().await).contains(&"session.ended"), "clients are told of a logout");
}
