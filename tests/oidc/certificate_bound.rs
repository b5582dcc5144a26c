//! Tokens that are bound to the certificate of a connection, as a trusted proxy tells it (RFC 8705 §3).

use std::sync::Arc;

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use idp::domain::secret::sha256;
use serde_json::json;

use crate::support::{
    World,
    browser::Call,
    client::{Answer, RelyingParty, claims},
    dpop::{KeyHolder, machine},
    setup::{self, ISSUER, Setup},
};

use super::{refusal, refused};

const OWN: [(&str, &str); 1] = [("grant_type", "client_credentials")];

/// Where every browser of the tests sits is the proxy here.
const PROXY: &str = "trusted_proxies = [\"203.0.113.0/24\"]\nclient_certificate_header = \"client-cert\"";

fn clients() -> Setup {
    let bound = "tls_client_certificate_bound_access_tokens = true\naccess_token_format = \"jwt\"";
    let app = setup::client("app")
        + "token_endpoint_auth_method = \"none\"\ntls_client_certificate_bound_access_tokens = true\n";
    Setup::default().further_client("bound", &machine("bound", bound)).further_client("app", &app)
}

async fn world() -> Arc<World> {
    World::with(clients().server(PROXY)).await
}

/// DER enough for what is not read.
fn der(seed: u8) -> Vec<u8> {
    [&[0x30, 32][..], &[seed; 32]].concat()
}

fn header(seed: u8) -> String {
    format!(":{}:", BASE64_STANDARD.encode(der(seed)))
}

async fn token(party: &RelyingParty, form: &[(&str, &str)], certificate: Option<u8>) -> Answer {
    let call = party.call("/token", form);
    party.send(certificate.map(header).iter().fold(call, |call, value| call.with("client-cert", value))).await
}

async fn userinfo(party: &RelyingParty, access: &str, certificate: Option<u8>) -> Answer {
    let call = Call::get(&format!("{ISSUER}/userinfo")).with("authorization", &format!("Bearer {access}"));
    party.send(certificate.map(header).iter().fold(call, |call, value| call.with("client-cert", value))).await
}

#[tokio::test]
async fn a_token_is_bound_to_the_certificate_and_opens_for_it_alone() {
    let world = world().await;
    let party = world.client("bound");
    let code = world.student().await.signs_in_at(&party.url(&[])).await.code();
    let form = RelyingParty::redemption(&code);
    assert_eq!(refusal(&token(&party, &form, None).await), refused(400, "invalid_request"), "no certificate");
    let tokens = token(&party, &form, Some(1)).await;
    assert_eq!((tokens.status(), tokens.text("token_type").as_str()), (200, "Bearer"), "{}", tokens.page.body);
    let access = tokens.text("access_token");
    let bound = json!({ "x5t#S256": BASE64_URL_SAFE_NO_PAD.encode(sha256(&der(1))) });
    assert_eq!(claims(&access)["cnf"], bound);
    assert_eq!(party.introspect(&access).await.json()["cnf"], bound);

    assert_eq!(userinfo(&party, &access, Some(1)).await.status(), 200);
    for other in [Some(2), None] {
        let answer = userinfo(&party, &access, other).await;
        assert_eq!(answer.status(), 401, "{other:?}");
        assert!(answer.header("www-authenticate").starts_with("Bearer error=\"invalid_token\""));
    }
    assert_eq!(party.userinfo_with(&KeyHolder::new("ES256"), &access).await.status(), 401, "a proof is another thing");
}

#[tokio::test]
async fn a_certificate_that_no_trusted_proxy_tells_of_is_none() {
    for server in ["", "trusted_proxies = [\"192.0.2.0/24\"]\nclient_certificate_header = \"client-cert\""] {
        let world = World::with(clients().server(server)).await;
        let answer = token(&world.client("bound"), &OWN, Some(1)).await;
        assert_eq!(refusal(&answer), refused(400, "invalid_request"), "{server}");
    }
}

#[tokio::test]
async fn what_is_no_certificate_binds_nothing() {
    let world = world().await;
    let party = world.client("bound");
    for value in ["", "x", "::", ":AAAA:", ":MAA=", "MAA="] {
        let answer = party.send(party.call("/token", &OWN).with("client-cert", value)).await;
        assert_eq!(refusal(&answer), refused(400, "invalid_request"), "{value}");
    }
    let twice = party.call("/token", &OWN).with("client-cert", &header(1)).with("client-cert", &header(1));
    assert_eq!(refusal(&party.send(twice).await), refused(400, "invalid_request"));
    assert_eq!(token(&party, &OWN, Some(1)).await.status(), 200);
}

#[tokio::test]
async fn the_refresh_token_of_an_app_is_bound_to_its_certificate_and_of_others_not() {
    let world = world().await;
    for (client, another) in [("app", refused(400, "invalid_grant")), ("bound", (200, String::new()))] {
        let mut party = world.client(client);
        party.secret = party.secret.filter(|_| client != "app");
        let mut student = world.student_again().await;
        let code = student.signs_in_at(&party.url(&[("scope", "openid offline_access")])).await.code();
        let refresh = token(&party, &RelyingParty::redemption(&code), Some(1)).await.text("refresh_token");
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
        assert_eq!(refusal(&token(&party, &form, None).await), refused(400, "invalid_request"), "{client}");
        let answer = token(&party, &form, Some(2)).await;
        assert_eq!((answer.status(), answer.error()), another, "{client}");
        if client == "app" {
            assert_eq!(token(&party, &form, Some(1)).await.status(), 200);
        }
    }
}

#[tokio::test]
async fn a_proof_does_not_stand_in_for_a_certificate() {
    let world = world().await;
    let answer = world.client("bound").token_with(&KeyHolder::new("ES256"), &OWN).await;
    assert_eq!(refusal(&answer), refused(400, "invalid_request"));
}
