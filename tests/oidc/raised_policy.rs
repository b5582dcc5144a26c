//! What tenant and client demand is asked again at every use of what was given before (SR-6; RFC 9470).

use std::sync::Arc;

use crate::support::{World, client::Answer, setup::Setup};

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
