//! Keys that a client publishes: fetched once, again for an unknown name, kept while their server is away, and never from inside (protocol.md 10 no. 14, SR-80).

use std::sync::Arc;

use serde_json::json;
use tokio::sync::Semaphore;

use crate::support::{
    World,
    assertion::{Signer, file, jwks, key},
    clock::{MINUTE, SECOND},
    https::{Https, authority},
    jose::Key,
    key_server::{KeyServer, Says},
    setup::Setup,
};

/// A world with `publisher`, whose keys lie at this server.
async fn world(server: &KeyServer) -> Arc<World> {
    let publisher = file("publisher", &format!("jwks_uri = \"{}\"", server.address()));
    let inline = file("inline", &jwks(&[key("ES256").jwk()]));
    World::with(Setup::default().further_client("publisher", &publisher).further_client("inline", &inline)).await
}

fn publisher(world: &Arc<World>, key: &'static Key) -> Signer {
    Signer::new(world, "publisher", key)
}

/// A key for one test, as long as the process lives.
fn new_key(kid: &str) -> &'static Key {
    Box::leak(Box::new(Key::generate("ES256", kid)))
}

#[tokio::test]
async fn published_keys_are_fetched_once_for_many_requests() {
    let server = KeyServer::open(Says::keys(&[key("ES256")])).await;
    let world = world(&server).await;
    assert_eq!(server.asked(), 0, "nobody has signed yet");
    let publisher = publisher(&world, key("ES256"));
    for _ in 0..5 {
        assert!(publisher.passes(&publisher.assertion()).await);
    }
    assert_eq!(server.asked(), 1);
    world.clock.pass(14 * MINUTE);
    assert!(publisher.passes(&publisher.assertion()).await);
    assert_eq!(server.asked(), 1);
    world.clock.pass(2 * MINUTE);
    assert!(publisher.passes(&publisher.assertion()).await);
    assert_eq!(server.asked(), 2, "after a quarter of an hour they are asked for again");
}

#[tokio::test]
async fn many_at_once_cause_one_fetch() {
    let gate = Arc::new(Semaphore::new(0));
    let held = Says { gate: Some(Arc::clone(&gate)), ..Says::keys(&[key("ES256")]) };
    let server = KeyServer::open(held).await;
    let world = world(&server).await;
    let racers: Vec<_> = (0..10)
        .map(|_| {
            let publisher = publisher(&world, key("ES256"));
            tokio::spawn(async move { publisher.passes(&publisher.assertion()).await })
        })
        .collect();
    while server.asked() == 0 {
        tokio::task::yield_now().await;
    }
    gate.add_permits(1);
    for racer in racers {
        assert!(racer.await.unwrap());
    }
    assert_eq!(server.asked(), 1);
}

/// `oidcc-refresh-token-rp-key-rotation`: within a minute a new key is found, and the old one has gone.
#[tokio::test]
async fn a_rotated_key_is_found_within_a_minute() {
    let (old, new) = (new_key("old"), new_key("new"));
    let server = KeyServer::open(Says::keys(&[old])).await;
    let world = world(&server).await;
    let (before, after) = (publisher(&world, old), publisher(&world, new));
    assert!(before.passes(&before.assertion()).await);
    server.says(Says::keys(&[new]));
    assert!(!after.passes(&after.assertion()).await, "they were fetched just now");
    assert_eq!(server.asked(), 1);
    world.clock.pass(31 * SECOND);
    assert!(after.passes(&after.assertion()).await);
    assert_eq!(server.asked(), 2);
    assert!(!before.passes(&before.assertion()).await, "the old key is gone");
}

#[tokio::test]
async fn made_up_names_of_keys_cause_one_fetch_in_half_a_minute() {
    let server = KeyServer::open(Says::keys(&[key("ES256")])).await;
    let world = world(&server).await;
    let good = publisher(&world, key("ES256"));
    assert!(good.passes(&good.assertion()).await);
    for round in 1..=2 {
        world.clock.pass(31 * SECOND);
        for name in ["a", "b", "c"] {
            let unknown = publisher(&world, new_key(name));
            assert!(!unknown.passes(&unknown.assertion()).await);
        }
        assert_eq!(server.asked(), 1 + round);
        assert!(good.passes(&good.assertion()).await, "the known ones still count");
    }
}

#[tokio::test]
async fn while_the_server_is_away_what_was_known_counts_for_a_day() {
    let server = KeyServer::open(Says::keys(&[key("ES256")])).await;
    let world = world(&server).await;
    let publisher = publisher(&world, key("ES256"));
    assert!(publisher.passes(&publisher.assertion()).await);
    server.says(Says::status(500));
    world.clock.pass(23 * 60 * MINUTE);
    assert!(publisher.passes(&publisher.assertion()).await);
    assert_eq!(server.asked(), 2);
    assert!(publisher.passes(&publisher.assertion()).await);
    assert_eq!(server.asked(), 2, "it is left alone for a moment");
    world.clock.pass(2 * 60 * MINUTE);
    assert!(!publisher.passes(&publisher.assertion()).await);
    server.says(Says::keys(&[key("ES256")]));
    world.clock.pass(31 * SECOND);
    assert!(publisher.passes(&publisher.assertion()).await, "it is back");
}

#[tokio::test]
async fn what_is_no_key_set_refuses_this_client_and_nobody_else() {
    let good = Says::keys(&[key("ES256")]);
    let private = good.body.replace("\"kty\":\"EC\"", "\"kty\":\"EC\",\"d\":\"AQAB\"");
    assert_ne!(private, good.body);
    let elsewhere = KeyServer::open(good.clone()).await;
    for (what, says) in [
        ("not found", good.clone().status_of(404)),
        ("an error", Says::status(500)),
        ("a redirect to good keys", good.clone().with("location", &elsewhere.address()).status_of(302)),
        ("a web page", good.clone().with("content-type", "text/html")),
        ("no content type", Says { headers: Vec::new(), ..good.clone() }),
        ("no JSON", Says::body("keys")),
        ("no set", Says::body("{}")),
        ("a name twice", Says::body(&good.body.replacen('{', "{\"keys\":[],", 1))),
        ("a private key", Says::body(&private)),
        ("too long", Says::body(&format!("{}{}", good.body, " ".repeat(256 * 1024)))),
        ("nothing", Says::body("")),
    ] {
        let server = KeyServer::open(says).await;
        let world = world(&server).await;
        let publisher = publisher(&world, key("ES256"));
        assert!(!publisher.passes(&publisher.assertion()).await, "{what}");
        assert_eq!(server.asked(), 1, "{what}");
        let inline = Signer::new(&world, "inline", key("ES256"));
        assert!(inline.passes(&inline.assertion()).await, "{what}");
        server.says(good.clone());
        assert!(!publisher.passes(&publisher.assertion()).await, "{what}: it is left alone for a moment");
        world.clock.pass(31 * SECOND);
        assert!(publisher.passes(&publisher.assertion()).await, "{what}, and then good");
    }
    assert_eq!(elsewhere.asked(), 0, "a redirect is never followed");
}

#[tokio::test]
async fn the_server_says_how_long_its_keys_are_fresh() {
    let server = KeyServer::open(Says::keys(&[key("ES256")]).with("cache-control", "max-age=120")).await;
    let world = world(&server).await;
    let publisher = publisher(&world, key("ES256"));
    assert!(publisher.passes(&publisher.assertion()).await);
    world.clock.pass(119 * SECOND);
    assert!(publisher.passes(&publisher.assertion()).await);
    assert_eq!(server.asked(), 1);
    world.clock.pass(2 * SECOND);
    assert!(publisher.passes(&publisher.assertion()).await);
    assert_eq!(server.asked(), 2);
}

#[tokio::test]
async fn an_https_address_is_read_behind_an_authority_that_the_operator_names_and_behind_no_other() {
    let server = Https::listen();
    let uri = server.publish("/jwks", &json!({ "keys": [key("ES256").jwk()] }));
    let by_another_name = uri.replace("127.0.0.1", "localhost");
    let setup = Setup::default()
        .further_client("publisher", &file("publisher", &format!("jwks_uri = \"{uri}\"")))
        .further_client("misnamed", &file("misnamed", &format!("jwks_uri = \"{by_another_name}\"")));
    let closed = World::with(setup.clone()).await;
    let signer = publisher(&closed, key("ES256"));
    assert!(!signer.passes(&signer.assertion()).await, "the certificate is of an unknown authority");
    assert!(server.asked().is_empty(), "nothing is said to whoever shows it");
    let open = World::with(setup.set("server.outbound_ca_file", authority().to_str().unwrap())).await;
    let misnamed = Signer::new(&open, "misnamed", key("ES256"));
    assert!(!misnamed.passes(&misnamed.assertion()).await, "the certificate is for another name");
    assert!(server.asked().is_empty());
    let signer = publisher(&open, key("ES256"));
    assert!(signer.passes(&signer.assertion()).await);
    assert_eq!(server.asked(), ["/jwks"]);
}
