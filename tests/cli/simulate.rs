//! idp simulate: the gates that a login would meet are those that it meets.

use idp::cli::Outcome;
use serde_json::Value;

use super::idp;
use crate::support::{World, clock::MINUTE, setup::Setup};

fn gates(said: &Value) -> Vec<String> {
    let gates = said["gates"].as_array().unwrap().iter();
    gates.map(|gate| gate["gate"].as_str().unwrap()[..4].to_owned()).collect()
}

const LINE: [&str; 5] = ["simulate", "--account", "s2025001", "--client", "certificate-service"];

#[tokio::test]
async fn what_is_asked_by_acr_is_said_with_its_reason_and_met_in_truth() {
    let world = World::start().await;
    let mut student = world.student().await;
    let said = idp(&world, &[LINE.as_slice(), &["--json"]].concat()).await.json();
    assert_eq!(gates(&said), ["P-01", "P-07", "code"]);
    assert_eq!((said["acr"].as_str(), said["ends_well"].as_bool()), (Some("urn:idp:acr:second-password"), Some(true)));

    let said = idp(&world, &[LINE.as_slice(), &["--acr", "auth-key", "--json"]].concat()).await.json();
    assert_eq!(gates(&said), ["P-01", "P-07", "P-08", "code"]);
    assert_eq!(said["gates"][2]["because"], serde_json::json!(["the request's acr_values"]));
    assert_eq!(said["amr"], serde_json::json!(["pwd", "otp"]));
    student.reaches_auth_key_for(&[("acr_values", "urn:idp:acr:auth-key")]).await;

    let text = idp(&world, &LINE).await.fine();
    assert!(text.contains("P-07 second password") && text.contains("policy.second_password.use"), "{text}");
}

#[tokio::test]
async fn policy_and_client_are_told_apart_as_reasons() {
    let world = World::with(
        Setup::default().set("policy.two_factor", "required").client("minimum_acr = \"urn:idp:acr:auth-key\""),
    )
    .await;
    world.newcomer().passes_the_university().await;
    let said = idp(&world, &[LINE.as_slice(), &["--json"]].concat()).await.json();
    assert_eq!(gates(&said).len(), 10, "{said}");
    let key = said["gates"].as_array().unwrap().iter().find(|gate| gate["gate"] == "P-08 auth key").unwrap();
    let reasons = serde_json::json!(["policy.two_factor = \"required\"", "the client's minimum_acr"]);
    assert_eq!(key["because"], reasons);
}

#[tokio::test]
async fn what_would_stop_a_login_is_exit_code_1() {
    let world = World::start().await;
    let mut student = world.student().await;
    let mut page = student.reaches_second_password().await;
    for _ in 0..5 {
        page = student.enters_second_password(&page, "Wrong1Password").await;
        world.clock.pass(MINUTE / 2);
    }
    let locked = idp(&world, &[LINE.as_slice(), &["--json"]].concat()).await;
    assert_eq!(*locked.outcome.as_ref().unwrap(), Outcome::Found);
    assert_eq!(gates(&locked.json()), ["P-01", "P-25"]);
    idp(&world, &["account", "suspend", "s2025001", "--reason", "stolen"]).await.fine();
    let suspended = idp(&world, &LINE).await;
    assert_eq!(*suspended.outcome.as_ref().unwrap(), Outcome::Found);
    assert!(suspended.text.contains("refused: the account is suspended (P-24)"), "{}", suspended.text);
}

#[tokio::test]
async fn what_does_not_exist_is_an_error() {
    let world = World::start().await;
    world.student().await;
    let with = |words: &[&'static str]| words.to_vec();
    for (words, told) in [
        (with(&["simulate", "--account", "nobody", "--client", "certificate-service"]), "no account goes by nobody"),
        (with(&["simulate", "--account", "s2025001", "--client", "nobody"]), "tenant demo has no client nobody"),
        ([LINE.as_slice(), &["--acr", "gold"]].concat(), "there is no acr gold"),
    ] {
        assert_eq!(idp(&world, &words).await.error(), told);
    }
}
