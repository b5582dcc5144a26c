//! FAPI 2.0 Security Profile: codes and refresh tokens (protocol.md §7.2).

use crate::support::{
    bank::GOOD,
    client::VERIFIER,
    clock::{MINUTE, SECOND},
};

use super::{
    super::{refusal, refused},
    fapi2::{Scene, is_one_of},
    module::strong,
};

#[tokio::test]
async fn fapi2_ensure_authorization_code_is_bound_to_client() {
    let mut scene = Scene::start().await;
    let (one, two) = (scene.one.clone(), scene.two.clone());
    let code = scene.code(&one).await;
    assert_eq!(refusal(&two.redeems(&code).await), refused(400, "invalid_grant"));
    assert_eq!(one.redeems(&code).await.status(), 200, "a stranger's try ends nothing");
}

#[tokio::test]
async fn fapi2_attempt_reuse_authorization_code_after_one_second() {
    let mut scene = Scene::start().await;
    let one = scene.one.clone();
    let code = scene.code(&one).await;
    let access = one.redeems(&code).await.text("access_token");
    scene.world.clock.pass(SECOND);
    assert_eq!(refusal(&one.redeems(&code).await), refused(400, "invalid_grant"));
    assert_eq!(one.userinfo(&access).await.status(), 401, "what it gave is revoked");
}

#[tokio::test]
async fn fapi2_ensure_token_endpoint_fails_with_expired_auth_code() {
    let mut scene = Scene::start().await;
    let one = scene.one.clone();
    let code = scene.code(&one).await;
    scene.world.clock.pass(SECOND * 62);
    assert_eq!(refusal(&one.redeems(&code).await), refused(400, "invalid_grant"));
}

#[tokio::test]
async fn fapi2_ensure_pkce_code_verifier_required() {
    let mut scene = Scene::start().await;
    let one = scene.one.clone();
    let code = scene.code(&one).await;
    let answer = one.redeems_with(&code, &[("code_verifier", "")], Some(GOOD), Some(GOOD)).await;
    assert_eq!(refusal(&answer), refused(400, "invalid_grant"));
}

#[tokio::test]
async fn fapi2_incorrect_pkce_code_verifier_rejected() {
    let mut scene = Scene::start().await;
    let one = scene.one.clone();
    for verifier in [&VERIFIER[1..], &"a".repeat(43)] {
        let code = scene.code(&one).await;
        let answer = one.redeems_with(&code, &[("code_verifier", verifier)], Some(GOOD), Some(GOOD)).await;
        assert_eq!(refusal(&answer), refused(400, "invalid_grant"), "{verifier}");
    }
}

#[tokio::test]
async fn fapi2_refresh_token() {
    let mut scene = Scene::start().await;
    let (one, two) = (scene.one.clone(), scene.two.clone());
    let asked = [("scope", "openid offline_access"), ("prompt", "consent")];
    let first = scene.tokens(&one, &asked).await;
    let token = first.text("refresh_token");
    assert!(strong(&token));
    for _ in 0..3 {
        // Retry safety: what was given once works again and again.
        scene.world.clock.pass(MINUTE);
        let again = one.refreshes(&token).await;
        scene.checks(&one, &again);
        for name in ["iss", "sub", "aud", "auth_time"] {
            assert_eq!(again.claims()[name], first.claims()[name], "{name}");
        }
        assert_eq!(one.userinfo(&again.text("access_token")).await.status(), 200);
    }
    let form = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
    let unauthenticated = one.posts("/token", &[&form[..], &[("client_id", &one.id)]].concat(), None, Some(GOOD)).await;
    is_one_of(&unauthenticated, &[(401, "invalid_client"), (400, "invalid_client")]);
    let unproven = one.posts("/token", &form, Some(GOOD), None).await;
    is_one_of(&unproven, &[(400, "invalid_request"), (400, "invalid_grant"), (400, "invalid_dpop_proof")]);
    assert_eq!(refusal(&two.refreshes(&token).await), refused(400, "invalid_grant"));
    let new_key = one.with_another_key();
    let rebound = new_key.refreshes(&token).await;
    scene.checks(&one, &rebound);
    assert_eq!(new_key.userinfo(&rebound.text("access_token")).await.status(), 200);
    assert_eq!(one.userinfo(&rebound.text("access_token")).await.status(), 401);
}
