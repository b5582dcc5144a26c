//! Clients known by the certificate of their connection, as a trusted proxy passes it on (RFC 8705 §2).

use std::sync::Arc;

use serde_json::json;

use crate::support::{
    World,
    assertion::{jwks, key},
    browser::Call,
    certificate::Certificate,
    client::Answer,
    jose::Key,
    key_server::{KeyServer, Says},
    setup::{self, ISSUER, Setup},
};

use super::{refusal, refused};

/// Where every browser of the tests sits is the proxy here.
const PROXY: &str = "trusted_proxies = [\"203.0.113.0/24\"]\nclient_certificate_header = \"client-cert\"";
/// Another machine is.
const OTHER_PROXY: &str = "trusted_proxies = [\"198.51.100.0/24\"]\nclient_certificate_header = \"client-cert\"";

fn named(id: &str, name: &str) -> String {
    format!("{}token_endpoint_auth_method = \"tls_client_auth\"\n{name}\n", setup::client(id))
}

fn self_signed(id: &str, keys: &str) -> String {
    format!("{}token_endpoint_auth_method = \"self_signed_tls_client_auth\"\n{keys}\n", setup::client(id))
}

fn clients() -> Setup {
    Setup::default()
        .further_client("dn", &named("dn", "tls_client_auth_subject_dn = \"CN=rp, O=Test University\""))
        .further_client("dns", &named("dns", "tls_client_auth_san_dns = \"RP.example.jp\""))
        .further_client("uri", &named("uri", "tls_client_auth_san_uri = \"https://rp.example.jp/id\""))
        .further_client("ip", &named("ip", "tls_client_auth_san_ip = \"2001:db8::7\""))
        .further_client("email", &named("email", "tls_client_auth_san_email = \"rp@example.jp\""))
        .further_client(
            "own",
            &self_signed("own", &jwks(&[key("ES256").jwk(), key("RS256").jwk(), key("EdDSA").jwk()])),
        )
}

async fn world() -> Arc<World> {
    World::with(clients().server(PROXY)).await
}

async fn ask(world: &Arc<World>, id: &str, header: Option<&str>) -> Answer {
    let call = Call::form(&format!("{ISSUER}/introspect"), &[("token", "x"), ("client_id", id)]);
    let call = header.into_iter().fold(call, |call, value| call.with("client-cert", value));
    world.service().send(call).await
}

async fn passes(world: &Arc<World>, id: &str, certificate: &Certificate) -> bool {
    let answer = ask(world, id, Some(&certificate.header())).await;
    if answer.status() == 200 {
        return true;
    }
    assert_eq!(refusal(&answer), refused(401, "invalid_client"));
    false
}

fn plain() -> Certificate {
    Certificate::of(key("ES256"))
}

#[tokio::test]
async fn the_one_registered_name_authenticates() {
    let world = world().await;
    let v6 = "2001:db8::7".parse::<std::net::Ipv6Addr>().unwrap().octets();
    for (id, good, wrong) in [
        ("dn", plain(), plain().called("RP")),
        (
            "dns",
            plain().also(2, b"other.example").also(2, b"rp.EXAMPLE.jp"),
            plain().also(2, b"rp.example.jp.evil.example"),
        ),
        ("uri", plain().also(6, b"https://rp.example.jp/id"), plain().also(6, b"https://rp.example.jp/ID")),
        ("ip", plain().also(7, &v6), plain().also(7, &[127, 0, 0, 1])),
        ("email", plain().also(1, b"rp@example.jp"), plain().also(1, b"RP@example.jp")),
    ] {
        assert!(passes(&world, id, &good).await, "{id}");
        assert!(!passes(&world, id, &wrong).await, "{id}");
        assert_eq!(passes(&world, id, &plain()).await, id == "dn", "{id}: no such name in it");
    }
    let elsewhere = plain().also(6, b"rp.example.jp").also(1, b"rp.example.jp").called("rp.example.jp");
    assert!(!passes(&world, "dns", &elsewhere).await, "a host's name in another place");
    assert!(!passes(&world, "dns", &plain().also(2, b"*.example.jp")).await, "no wildcard");
}

#[tokio::test]
async fn both_spellings_of_the_header_are_read() {
    let world = world().await;
    assert_eq!(ask(&world, "dn", Some(&plain().header())).await.status(), 200);
    assert_eq!(ask(&world, "dn", Some(&plain().escaped_pem())).await.status(), 200);
}

#[tokio::test]
async fn what_cannot_be_read_authenticates_nobody() {
    let world = world().await;
    let good = plain().header();
    let cut = format!(":{}:", &good[1..=good.len() / 8 * 4]);
    let empty = ":MAA=:".to_owned();
    for header in ["", "x", "(null)", good.trim_matches(':'), &cut, &empty, &format!("{good}, {good}")] {
        for id in ["dn", "own"] {
            assert_eq!(refusal(&ask(&world, id, Some(header)).await), refused(401, "invalid_client"), "{id} {header}");
        }
    }
    assert_eq!(refusal(&ask(&world, "dn", None).await), refused(401, "invalid_client"));
    let call = Call::form(&format!("{ISSUER}/introspect"), &[("token", "x"), ("client_id", "dn")]);
    let twice = call.with("client-cert", &good).with("client-cert", &good);
    assert_eq!(refusal(&world.service().send(twice).await), refused(401, "invalid_client"), "two headers");
}

#[tokio::test]
async fn a_header_of_anybody_but_the_proxy_is_ignored() {
    let world = World::with(clients().server(OTHER_PROXY)).await;
    assert!(!passes(&world, "dn", &plain()).await);
    assert!(!passes(&world, "own", &plain().self_signed()).await);
    let world = World::with(clients().server("trusted_proxies = [\"203.0.113.0/24\"]")).await;
    assert!(!passes(&world, "dn", &plain()).await, "no header is configured");
}

#[tokio::test]
async fn a_certificate_counts_in_its_time_only() {
    let world = world().await;
    for (id, certificate) in [("dn", plain as fn() -> Certificate), ("own", || plain().self_signed())] {
        assert!(passes(&world, id, &certificate()).await, "{id}");
        assert!(!passes(&world, id, &certificate().until("20210101000000Z")).await, "{id}: expired");
        assert!(!passes(&world, id, &certificate().from("20480101000000Z")).await, "{id}: not yet");
    }
}

/// A proxy that lets self-signed certificates through verifies none of what they say.
#[tokio::test]
async fn a_self_signed_certificate_bears_no_name() {
    let world = world().await;
    assert!(!passes(&world, "dn", &plain().self_signed()).await);
    assert!(!passes(&world, "dn", &plain().hardly_self_signed()).await, "to a proxy this is self-signed too");
    assert!(!passes(&world, "dns", &plain().also(2, b"rp.example.jp").self_signed()).await);
}

#[tokio::test]
async fn a_certificate_of_its_own_is_known_by_its_key() {
    let world = world().await;
    for alg in ["ES256", "RS256", "EdDSA"] {
        assert!(passes(&world, "own", &Certificate::of(key(alg)).self_signed()).await, "{alg}");
    }
    assert!(passes(&world, "own", &plain().called("whatever").self_signed()).await);
    for alg in ["ES256", "RS256", "EdDSA"] {
        assert!(!passes(&world, "own", &Certificate::of(&Key::generate(alg, "x")).self_signed()).await, "{alg}");
    }
}

#[tokio::test]
async fn its_keys_may_lie_at_its_own_address_and_change() {
    let (old, new) = (Key::generate("ES256", "old"), Key::generate("ES256", "new"));
    let server = KeyServer::open(Says::keys(&[&old])).await;
    let far = self_signed("far", &format!("jwks_uri = \"{}\"", server.address()));
    let world = World::with(clients().server(PROXY).further_client("far", &far)).await;
    assert!(passes(&world, "far", &Certificate::of(&old).self_signed()).await);
    server.says(Says::keys(&[&new]));
    world.clock.pass(31 * crate::support::clock::SECOND);
    assert!(passes(&world, "far", &Certificate::of(&new).self_signed()).await);
    assert!(!passes(&world, "far", &Certificate::of(&old).self_signed()).await);
}

#[tokio::test]
async fn a_secret_beside_the_certificate_is_another_method() {
    let world = world().await;
    let form = [("token", "x"), ("client_id", "dn"), ("client_secret", "x")];
    let call = Call::form(&format!("{ISSUER}/introspect"), &form).with("client-cert", &plain().header());
    assert_eq!(refusal(&world.service().send(call).await), refused(401, "invalid_client"));
    let other = ask(&world, "certificate-service", Some(&plain().header())).await;
    assert_eq!(refusal(&other), refused(401, "invalid_client"), "a client with a secret");
}

#[tokio::test]
async fn discovery_names_these_methods_only_behind_such_a_proxy() {
    let read = async |world: &Arc<World>| {
        world.service().send(Call::get(&format!("{ISSUER}/.well-known/openid-configuration"))).await.json()
    };
    let with = read(&world().await).await;
    let without = read(&World::start().await).await;
    for endpoint in ["token", "introspection", "revocation"] {
        let methods =
            |document: &serde_json::Value| document[format!("{endpoint}_endpoint_auth_methods_supported")].clone();
        for method in ["tls_client_auth", "self_signed_tls_client_auth"] {
            assert!(methods(&with).as_array().unwrap().contains(&json!(method)), "{endpoint} {method}");
            assert!(!methods(&without).as_array().unwrap().contains(&json!(method)), "{endpoint} {method}");
        }
    }
    assert_eq!(with["tls_client_certificate_bound_access_tokens"], true);
    assert_eq!(with["mtls_endpoint_aliases"]["token_endpoint"], with["token_endpoint"]);
    assert!(without.get("tls_client_certificate_bound_access_tokens").is_none());
    assert!(without.get("mtls_endpoint_aliases").is_none());
}
