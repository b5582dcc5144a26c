//! The authorization endpoint answers (protocol.md §3; OpenID Connect Core §3.1.2).

use crate::support::{World, browser::Call, client::CALLBACK, setup::ISSUER};

use super::{error_of, signed_in};

#[tokio::test]
async fn a_code_is_long_and_never_the_same() {
    let (_, mut student, _) = signed_in(&[]).await;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let code = student.begins().await.code();
        assert!(code.len() >= 43, "{code}");
        assert!(seen.insert(code));
    }
}

#[tokio::test]
async fn a_post_is_answered_303_to_the_same_request_as_get() {
    let (world, mut student, _) = signed_in(&[]).await;
    let request = world.service().request(&[("state", "by post")]);
    let mut call = Call::form(&format!("{ISSUER}/authorize"), &[])
        .with("origin", "https://rp.example")
        .with("sec-fetch-site", "cross-site");
    call.body.clone_from(&request);
    let answer = student.browser.send(call).await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.header("location"), format!("/authorize?{request}"));
    assert!(answer.headers.get("set-cookie").is_none());
    let page = student.browser.follow(answer).await;
    assert_eq!(page.parameter("state").as_deref(), Some("by post"));
}

#[tokio::test]
async fn a_post_of_another_content_type_is_a_page() {
    let world = World::start().await;
    let mut call = Call::form(&format!("{ISSUER}/authorize"), &[]);
    call.headers = vec![("content-type".into(), "application/json".into())];
    let page = world.browser().send(call).await;
    assert_eq!((page.status.as_u16(), page.error().as_str()), (400, "E-01"));
}

#[tokio::test]
async fn prompt_none_when_more_must_be_proven_is_login_required_too() {
    let (_, mut student, _) = signed_in(&[]).await;
    let page = student.begins_with(&[("prompt", "none"), ("acr_values", "urn:idp:acr:auth-key")]).await;
    assert_eq!(error_of(&page), "login_required");
}

#[tokio::test]
async fn form_post_puts_everything_into_a_form_and_nothing_into_the_address() {
    let (world, mut student, _) = signed_in(&[]).await;
    let page = student.begins_with(&[("response_mode", "form_post"), ("state", "\"><b>")]).await;
    assert_eq!(page.status, 200);
    let form = page.form(&[], None);
    assert_eq!(form.action.as_str(), CALLBACK);
    let field = |name: &str| form.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    assert_eq!(field("state").as_deref(), Some("\"><b>"));
    assert_eq!(field("iss").as_deref(), Some(ISSUER));
    assert_eq!(world.service().redeem(&field("code").unwrap()).await.status(), 200);
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(!page.body.contains("<b>"));
}

#[tokio::test]
async fn form_post_carries_errors_too() {
    let world = World::start().await;
    let page = world.browser().open(&world.service().url(&[("response_mode", "form_post"), ("prompt", "none")])).await;
    let form = page.form(&[], None);
    assert_eq!(form.action.as_str(), CALLBACK);
    let field = |name: &str| form.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!(
        (field("error"), field("state"), field("iss"), field("code")),
        (Some("login_required"), Some("state-1"), Some(ISSUER), None)
    );
}

#[tokio::test]
async fn a_login_that_ends_by_form_post_answers_by_it() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.signs_in_for(&[("response_mode", "form_post")]).await;
    assert_eq!(page.form(&[], None).action.as_str(), CALLBACK);
    assert!(student.browser.has_session());
}

#[tokio::test]
async fn an_s256_challenge_binds_the_code_and_a_public_client_works_with_it() {
    let world = World::start().await;
    let mut student = world.student().await;
    let app = world.client("phone-app");
    let page = student.signs_in_at(&app.url(&[])).await;
    assert_eq!(app.redeem(&page.code()).await.status(), 200);
}

#[tokio::test]
async fn an_exempted_client_needs_no_challenge_but_a_nonce() {
    let world = World::start().await;
    let mut student = world.student().await;
    let legacy = world.client("legacy");
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    let page = student.signs_in_at(&legacy.url(&without)).await;
    let answer =
        legacy.token(&[("grant_type", "authorization_code"), ("code", &page.code()), ("redirect_uri", CALLBACK)]).await;
    assert_eq!(answer.status(), 200, "{}", answer.page.body);
    let page = student.browser.open(&legacy.url(&[without[0], without[1], ("nonce", "")])).await;
    assert_eq!(error_of(&page), "invalid_request");
}
