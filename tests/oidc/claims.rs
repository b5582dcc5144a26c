//! Which claim goes where (protocol.md §3, §10; OpenID Connect Core §5).

use serde_json::{Value, json};

use crate::support::{World, setup::Setup};

use super::{error_of, signed_in};

async fn userinfo(parameters: &[(&str, &str)]) -> Value {
    let (world, _, tokens) = signed_in(parameters).await;
    world.service().userinfo(&tokens.text("access_token")).await.json()
}

#[tokio::test]
async fn openid_alone_gives_the_subject_and_nothing_else() {
    let claims = userinfo(&[]).await;
    assert_eq!(claims.as_object().unwrap().keys().collect::<Vec<_>>(), ["sub"]);
}

#[tokio::test]
async fn each_scope_gives_its_own_claims() {
    let email = userinfo(&[("scope", "openid email")]).await;
    assert_eq!((&email["email"], &email["email_verified"]), (&json!("s2025001@mail.example"), &json!(true)));
    assert!(email.get("name").is_none());
    let profile = userinfo(&[("scope", "openid profile")]).await;
    assert_eq!(profile["name"], "佐藤 春香");
    assert_eq!(profile["preferred_username"], "s2025001");
    assert_eq!(profile["locale"], "ja");
    assert_eq!(profile["updated_at"], 1_735_689_600);
    assert!(profile.get("email").is_none());
    let rest = userinfo(&[("scope", "openid address phone student account")]).await;
    assert_eq!(rest["address"], json!({"country": "JP"}));
    assert_eq!((&rest["phone_number"], &rest["phone_number_verified"]), (&json!("+81 90-5550-0001"), &json!(true)));
    assert_eq!((&rest["student_number"], &rest["user_kind"]), (&json!("2025001"), &json!("student")));
    assert_eq!(rest["two_factor_enabled"], false);
}

#[tokio::test]
async fn what_is_not_known_is_left_out() {
    let claims = userinfo(&[("scope", "openid profile email address phone student account")]).await;
    for (name, value) in claims.as_object().unwrap() {
        assert!(!value.is_null() && *value != json!("") && *value != json!({}), "{name}");
    }
    assert!(claims.get("nickname").is_none());
}

#[tokio::test]
async fn claims_asks_for_single_claims_in_either_place() {
    let asked =
        json!({"userinfo": {"name": {"essential": true}}, "id_token": {"email": null, "shoe_size": null}}).to_string();
    let (world, _, tokens) = signed_in(&[("claims", &asked)]).await;
    let userinfo = world.service().userinfo(&tokens.text("access_token")).await.json();
    assert_eq!(userinfo["name"], "佐藤 春香");
    assert!(userinfo.get("email").is_none());
    assert_eq!(tokens.claims()["email"], "s2025001@mail.example");
    assert!(tokens.claims().get("name").is_none() && tokens.claims().get("shoe_size").is_none());
}

#[tokio::test]
async fn a_subject_asked_for_by_claims_must_be_this_person() {
    let (_, mut student, tokens) = signed_in(&[]).await;
    let own = json!({"id_token": {"sub": {"value": tokens.claims()["sub"]}}}).to_string();
    assert!(student.begins_with(&[("claims", &own), ("prompt", "none")]).await.parameter("code").is_some());
    let other = json!({"id_token": {"sub": {"value": "somebody-else"}}}).to_string();
    let page = student.begins_with(&[("claims", &other), ("prompt", "none")]).await;
    assert_eq!(super::error_of(&page), "login_required");
}

#[tokio::test]
async fn every_advertised_acr_comes_back_as_one_of_them() {
    let (_, _, tokens) = signed_in(&[("acr_values", "urn:idp:acr:second-password urn:idp:acr:university")]).await;
    assert_eq!(tokens.claims()["acr"], "urn:idp:acr:second-password");
}

#[tokio::test]
async fn a_claim_asked_for_with_a_value_is_given_with_that_value_only_and_never_fails() {
    let asked = |value: &str| json!({"id_token": {"email": {"essential": true, "value": value}}}).to_string();
    let (_, _, tokens) = signed_in(&[("claims", &asked("s2025001@mail.example"))]).await;
    assert_eq!(tokens.claims()["email"], "s2025001@mail.example");
    let (_, _, tokens) = signed_in(&[("claims", &asked("somebody@mail.example"))]).await;
    assert!(tokens.claims().get("email").is_none());
    let (_, _, tokens) = signed_in(&[("claims", r#"{"id_token":{"nickname":{"essential":true}}}"#)]).await;
    assert!(tokens.claims().get("nickname").is_none(), "not known, and no error");
}

#[tokio::test]
async fn a_claims_parameter_that_can_be_read_in_two_ways_is_refused() {
    let world = World::start().await;
    let mut student = world.student().await;
    let deep = format!(r#"{{"userinfo":{{"name":{{"value":{}1{}}}}}}}"#, "[".repeat(20), "]".repeat(20));
    let long = format!(r#"{{"userinfo":{{"name":{{"value":"{}"}}}}}}"#, "a".repeat(4096));
    for claims in [
        r#"{"userinfo":{"name":null},"userinfo":{"email":null}}"#,
        r#"{"userinfo":{"name":{"essential":true,"essential":false}}}"#,
        r#"{"userinfo":{"name":{"value":"a","values":["b"]}}}"#,
        r#"{"userinfo":{"name":{"essential":"yes"}}}"#,
        r#"{"userinfo":["name"]}"#,
        r#"{"id_token":{"sub":{"values":["one","other"]}}}"#,
        "{",
        &deep,
        &long,
    ] {
        let page = student.begins_with(&[("claims", claims)]).await;
        assert_eq!(error_of(&page), "invalid_request", "{claims}");
    }
}

#[tokio::test]
async fn claims_open_nothing_that_the_client_may_not_ask_for() {
    let narrow =
        crate::support::setup::client("narrow").replace("profile email address phone student account ", "email ");
    let file = format!("{narrow}token_endpoint_auth_method = \"none\"\n");
    let world = World::with(Setup::default().further_client("narrow", &file)).await;
    let mut client = world.client("narrow");
    client.secret = None;
    let mut student = world.student().await;
    let asked = r#"{"userinfo":{"student_number":{"essential":true},"email":null},"id_token":{"name":null}}"#;
    let page = student.signs_in_at(&client.url(&[("claims", asked)])).await;
    let tokens = client.redeem(&page.code()).await;
    assert!(tokens.claims().get("name").is_none());
    let userinfo = client.userinfo(&tokens.text("access_token")).await.json();
    assert_eq!(userinfo["email"], "s2025001@mail.example");
    assert!(userinfo.get("student_number").is_none());
}
