//! idp client: tokens that let clients register, and clients that have.

use idp::cli::Outcome;

use super::idp;
use crate::support::{
    World,
    clock::{HOUR, MINUTE},
    registrar::{metadata, open_world},
};

fn value(text: &str, name: &str) -> String {
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
    line.unwrap_or_else(|| panic!("no {name}: {text}")).to_owned()
}

async fn token(world: &World, words: &[&str]) -> (String, String) {
    let line = [&["client", "registration-token", "--tenant", "demo"], words].concat();
    let text = idp(world, &line).await.fine();
    (value(&text, "registration_token"), value(&text, "id"))
}

#[tokio::test]
async fn a_token_made_beside_the_serving_process_lets_so_many_clients_register() {
    let world = open_world().await;
    let (token, id) = token(&world, &["--uses", "2", "--expires", "1h"]).await;
    for status in [201, 201, 401] {
        assert_eq!(world.register_with(&token, &metadata()).await.status(), status);
    }
    let listed = idp(&world, &["client", "registration-token", "list"]).await.fine();
    assert!(listed.contains(&format!("{id} 0 of 2 left")) && listed.contains("used up"), "{listed}");
    assert!(!listed.contains(&token), "it is told once");
}

#[tokio::test]
async fn without_being_told_otherwise_it_is_good_once_and_for_a_week() {
    let world = open_world().await;
    let (_, id) = token(&world, &[]).await;
    let listed = idp(&world, &["client", "registration-token", "list", "--json"]).await.json();
    assert_eq!((listed[0]["id"].as_str(), listed[0]["uses_left"].as_u64()), (Some(id.as_str()), Some(1)));
    let lives = listed[0]["expires_at"].as_i64().unwrap() - listed[0]["created_at"].as_i64().unwrap();
    assert_eq!(lives, 7 * 86_400);
}

#[tokio::test]
async fn a_revoked_token_lets_nobody_register_and_its_clients_stay() {
    let world = open_world().await;
    let (token, id) = token(&world, &["--uses", "5"]).await;
    let client = world.register_with(&token, &metadata()).await.text("client_id");
    idp(&world, &["client", "registration-token", "revoke", &id]).await.fine();
    assert_eq!(world.register_with(&token, &metadata()).await.status(), 401);
    assert!(world.tenant().client(&client).is_some());
    assert!(idp(&world, &["client", "registration-token", "revoke", &id]).await.error().contains("no token"));
    let listed = idp(&world, &["client", "registration-token", "list"]).await.fine();
    assert!(listed.contains("revoked"), "{listed}");
}

#[tokio::test]
async fn a_token_that_is_over_is_listed_as_such_and_leaves_after_a_month() {
    let world = open_world().await;
    token(&world, &["--expires", "1h"]).await;
    world.clock.pass(HOUR);
    let list = ["client", "registration-token", "list"];
    assert!(idp(&world, &list).await.fine().contains("expired"));
    world.clock.pass(HOUR * 24 * 30 + MINUTE);
    world.flows().purge(HOUR * 24).await.unwrap();
    assert_eq!(idp(&world, &list).await.fine(), "");
}

#[tokio::test]
async fn registered_clients_are_listed_and_shown_beside_those_of_files() {
    let world = open_world().await;
    let client = world.registered(&metadata()).await;
    let listed = idp(&world, &["client", "list"]).await.fine();
    assert!(listed.contains("certificate-service"), "{listed}");
    let line = listed.lines().find(|line| line.contains(&client.id())).unwrap();
    assert!(line.contains("client_secret_basic") && line.ends_with("(registered)"), "{line}");
    let listed = idp(&world, &["client", "list", "--json"]).await.json();
    let listed = listed.as_array().unwrap();
    let registered: Vec<_> = listed.iter().filter(|entry| entry["registered"] == true).collect();
    assert_eq!(registered.len(), 1);
    assert_eq!(registered[0]["client"]["client_id"], client.id());
    let shown = idp(&world, &["client", "show", &client.id()]).await.fine();
    assert_eq!((value(&shown, "tenant"), value(&shown, "consent")), ("demo".into(), "ask".into()));
    assert!(!shown.contains(&client.text("client_secret")));
    assert_eq!(idp(&world, &["client", "export", &client.id()]).await.json()["client_name"], "Newcomer");
}

#[tokio::test]
async fn a_removed_client_is_gone_from_the_serving_process_too() {
    let world = open_world().await;
    let client = world.registered(&metadata()).await;
    let said = idp(&world, &["client", "remove", &client.id()]).await;
    assert_eq!(*said.outcome.as_ref().unwrap(), Outcome::Fine, "{}", said.text);
    world.flows().learn_clients(&[world.tenant()]).await.unwrap();
    assert!(world.tenant().client(&client.id()).is_none());
    assert_eq!(client.reads().await.status(), 401);
    assert!(idp(&world, &["client", "remove", &client.id()]).await.error().contains("is registered"));
    let file = idp(&world, &["client", "remove", "certificate-service", "--tenant", "demo"]).await.error();
    assert!(file.contains("described by a file"), "{file}");
}

#[tokio::test]
async fn where_registration_is_off_the_command_says_so() {
    let world = World::start().await;
    let text = idp(&world, &["client", "registration-token", "--tenant", "demo"]).await.fine();
    assert!(text.contains("policy.dynamic_registration of tenant demo is off"), "{text}");
}
