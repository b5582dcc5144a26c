//! ID tokens: what they say, and that it is true (protocol.md B8 to B11; OpenID Connect Core §2).

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as B64};
use serde_json::Value;

use crate::support::{
    World,
    browser::Call,
    clock::{MINUTE, SECOND},
    setup::ISSUER,
};

use super::signed_in;

#[tokio::test]
async fn an_id_token_says_who_for_whom_and_when() {
    let (world, _, answer) = signed_in(&[]).await;
    let claims = answer.claims();
    let now = world.now().as_seconds();
    assert_eq!(claims["iss"], ISSUER);
    assert_eq!(claims["aud"], "certificate-service");
    assert_eq!(claims["nonce"], "nonce-1");
    assert!((now - 5..=now).contains(&claims["iat"].as_i64().unwrap()));
    assert!(claims["exp"].as_i64().unwrap() > now);
    assert!((now - 300..=now).contains(&claims["auth_time"].as_i64().unwrap()));
    let sub = claims["sub"].as_str().unwrap();
    assert!((1..=255).contains(&sub.len()) && sub.bytes().all(|byte| (0x20..=0x7e).contains(&byte)));
    assert!(!sub.contains("2025001"), "not the student number");
    assert!(claims["sid"].is_string());
}

#[tokio::test]
async fn it_holds_no_claim_that_was_not_asked_for() {
    let scope = "openid profile email address phone student account";
    let (_, _, answer) = signed_in(&[("scope", scope)]).await;
    let known = [
        "iss",
        "sub",
        "aud",
        "exp",
        "iat",
        "auth_time",
        "nonce",
        "acr",
        "amr",
        "azp",
        "at_hash",
        "c_hash",
        "jti",
        "sid",
        "nbf",
    ];
    let claims = answer.claims();
    for name in claims.as_object().unwrap().keys() {
        assert!(known.contains(&name.as_str()), "{name}");
    }
}

#[tokio::test]
async fn it_verifies_by_the_published_key_that_its_header_names() {
    let (world, _, answer) = signed_in(&[]).await;
    let token = answer.text("id_token");
    let parts: Vec<&str> = token.split('.').collect();
    let header: Value = serde_json::from_slice(&B64.decode(parts[0]).unwrap()).unwrap();
    assert_eq!(header["alg"], "RS256");
    let jwks = world.service().send(Call::get(&format!("{ISSUER}/jwks"))).await.json();
    let keys: Vec<&Value> = jwks["keys"].as_array().unwrap().iter().filter(|key| key["kid"] == header["kid"]).collect();
    assert_eq!(keys.len(), 1, "one key, and only one");
    let (n, e) =
        (B64.decode(keys[0]["n"].as_str().unwrap()).unwrap(), B64.decode(keys[0]["e"].as_str().unwrap()).unwrap());
    let key = RsaPublicKeyComponents { n, e };
    let input = format!("{}.{}", parts[0], parts[1]);
    let signature = B64.decode(parts[2]).unwrap();
    key.verify(&RSA_PKCS1_2048_8192_SHA256, input.as_bytes(), &signature).expect("the signature holds");
    let changed = input.replace(parts[1], &B64.encode("{}"));
    assert!(key.verify(&RSA_PKCS1_2048_8192_SHA256, changed.as_bytes(), &signature).is_err());
}

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
async fn an_expired_hint_of_the_same_person_is_accepted() {
    let (world, mut student, first) = signed_in(&[]).await;
    world.clock.pass(20 * MINUTE);
    let hint = first.text("id_token");
    let page = student.begins_with(&[("prompt", "none"), ("id_token_hint", &hint)]).await;
    let second = world.service().redeem(&page.code()).await.claims();
    assert_eq!(first.claims()["sub"], second["sub"]);
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
