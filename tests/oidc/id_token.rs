//! ID tokens: algorithms, subjects, and what one is worth as a hint (OpenID Connect Core §2, §3.1.2.1).

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as B64};
use serde_json::Value;

use crate::support::{
    World,
    clock::{MINUTE, SECOND},
};

use super::signed_in;

#[tokio::test]
async fn a_client_s_own_algorithm_is_honoured() {
    use crate::support::setup::{Setup, client};
    let text = client("signed") + "token_endpoint_auth_method = \"none\"\nid_token_signed_response_alg = \"ES256\"\n";
    let world = World::with(Setup::default().further_client("signed", &text)).await;
    let mut student = world.student().await;
    let mut signed = world.client("signed");
    signed.secret = None;
    let page = student.signs_in_at(&signed.url(&[])).await;
    let token = signed.redeem(&page.code()).await.text("id_token");
    let header: Value = serde_json::from_slice(&B64.decode(token.split('.').next().unwrap()).unwrap()).unwrap();
    assert_eq!(header["alg"], "ES256");
    assert!(header["kid"].is_string());
}

#[tokio::test]
async fn the_subject_is_the_same_at_every_login_and_differs_by_person() {
    let (world, student, first) = signed_in(&[]).await;
    let mut elsewhere = student.at_another_device();
    world.clock.pass(MINUTE);
    let page = elsewhere.signs_in().await;
    let second = world.service().redeem(&page.code()).await.claims();
    assert_eq!(first.claims()["sub"], second["sub"]);
    assert_ne!(first.claims()["sid"], second["sid"]);
    let mut other = world.another_student().await;
    let page = other.signs_in().await;
    assert_ne!(world.service().redeem(&page.code()).await.claims()["sub"], second["sub"]);
}

#[tokio::test]
async fn a_hint_of_somebody_else_is_login_required_or_a_login() {
    let (world, _, first) = signed_in(&[]).await;
    let mut other = world.another_student().await;
    other.signs_in().await;
    world.clock.pass(SECOND);
    let hint = first.text("id_token");
    let page = other.begins_with(&[("prompt", "none"), ("id_token_hint", &hint)]).await;
    assert_eq!(super::error_of(&page), "login_required");
    let page = other.begins_with(&[("id_token_hint", &hint)]).await;
    assert_eq!(page.id(), "sign-in", "the other person's session does not answer");
}

#[tokio::test]
async fn whoever_signs_in_against_the_hint_gets_no_code_and_no_session() {
    let (world, _, first) = signed_in(&[]).await;
    let mut other = world.another_student().await;
    let page = other.signs_in_for(&[("id_token_hint", &first.text("id_token"))]).await;
    assert_eq!(super::error_of(&page), "login_required");
    assert!(!other.browser.has_session());
}

#[tokio::test]
async fn a_forged_hint_is_refused() {
    let (_, mut student, first) = signed_in(&[]).await;
    let token = first.text("id_token");
    let parts: Vec<&str> = token.split('.').collect();
    let none = B64.encode("{\"alg\":\"none\"}");
    let mut signature = B64.decode(parts[2]).unwrap();
    signature[7] ^= 1;
    let forged = [
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.{}", parts[1], parts[2]),
        format!("{}.{}.{}", parts[0], parts[1], B64.encode(signature)),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
    ];
    for hint in forged {
        let page = student.begins_with(&[("prompt", "none"), ("id_token_hint", &hint)]).await;
        assert_eq!(super::error_of(&page), "invalid_request", "{hint}");
    }
}

#[tokio::test]
async fn another_client_s_token_is_no_hint() {
    let (world, mut student, _) = signed_in(&[]).await;
    let library = world.client("library");
    let page = student.browser.open(&library.url(&[])).await;
    let hint = library.redeem(&page.code()).await.text("id_token");
    let page = student.begins_with(&[("prompt", "none"), ("id_token_hint", &hint)]).await;
    assert_eq!(super::error_of(&page), "invalid_request");
}
