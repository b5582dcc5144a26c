//! FAPI 2.0 with certificates instead of assertions and proofs, and the TLS that stands before it (protocol.md §7; RFC 8705).

use std::{fs, sync::Arc};

use serde_json::json;

use crate::support::{
    Student, World,
    assertion::{jwks, key},
    browser::Call,
    certificate::Certificate,
    client::{Answer, CALLBACK, RelyingParty, VERIFIER},
    jose,
    setup::{ISSUER, Setup, client},
};

use super::{
    super::{refusal, refused},
    fapi2::{is_one_of, pushed},
    module::{read, strong},
};

/// Where every browser of the tests sits is the proxy here.
const PROXY: &str = "trusted_proxies = [\"203.0.113.0/24\"]\nclient_certificate_header = \"client-cert\"";

struct Scene {
    world: Arc<World>,
    student: Student,
    party: RelyingParty,
}

/// The bank's own certificate, and one of somebody else.
fn own() -> Certificate {
    Certificate::of(key("ES256")).self_signed()
}

fn foreign() -> Certificate {
    Certificate::of(key("EdDSA")).self_signed()
}

impl Scene {
    async fn start() -> Self {
        let file = client("bank")
            + &format!(
                "profile = \"fapi2\"\ntoken_endpoint_auth_method = \"self_signed_tls_client_auth\"\n{}\n\
                 tls_client_certificate_bound_access_tokens = true\nid_token_signed_response_alg = \"PS256\"\n",
                jwks(&[key("ES256").jwk()])
            );
        let world = World::with(Setup::default().server(PROXY).further_client("bank", &file)).await;
        Self { student: world.student().await, party: world.client("bank"), world }
    }

    async fn posts(&self, path: &str, fields: &[(&str, &str)], certificate: Option<&Certificate>) -> Answer {
        let fields = [&[("client_id", "bank")], fields].concat();
        let call = Call::form(&format!("{ISSUER}{path}"), &fields);
        let header = certificate.map(Certificate::header);
        self.party.send(header.iter().fold(call, |call, value| call.with("client-cert", value))).await
    }

    async fn code(&mut self) -> String {
        let usual = self.party.parameters(&[]);
        let usual: Vec<(&str, &str)> = usual
            .iter()
            .filter(|(name, _)| name != "client_id")
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let uri = pushed(&self.posts("/par", &usual, Some(&own())).await);
        self.student.signs_in_at(&self.party.pushed_url(&uri)).await.code()
    }

    async fn redeems(&self, code: &str, certificate: Option<&Certificate>) -> Answer {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        self.posts("/token", &form, certificate).await
    }

    async fn userinfo(&self, token: &str, certificate: Option<&Certificate>) -> Answer {
        let call = Call::get(&format!("{ISSUER}/userinfo")).with("authorization", &format!("Bearer {token}"));
        let header = certificate.map(Certificate::header);
        self.party.send(header.iter().fold(call, |call, value| call.with("client-cert", value))).await
    }
}

#[tokio::test]
async fn fapi2_mtls_discovery_end_point_verification() {
    let scene = Scene::start().await;
    let document = read(&scene.world.service(), "/.well-known/openid-configuration").await;
    assert_eq!(document["tls_client_certificate_bound_access_tokens"], true);
    assert!(document["mtls_endpoint_aliases"].is_object());
    let methods = document["token_endpoint_auth_methods_supported"].as_array().unwrap();
    assert!(methods.contains(&json!("tls_client_auth")) && methods.contains(&json!("self_signed_tls_client_auth")));
}

#[tokio::test]
async fn fapi2_mtls_happy_flow() {
    let mut scene = Scene::start().await;
    let code = scene.code().await;
    let tokens = scene.redeems(&code, Some(&own())).await;
    assert_eq!((tokens.status(), tokens.text("token_type").as_str()), (200, "Bearer"), "{}", tokens.page.body);
    let jwks = read(&scene.party, "/jwks").await;
    assert_eq!(jose::header(&tokens.text("id_token"))["alg"], "PS256");
    let claims = jose::verified(&jwks, &tokens.text("id_token"));
    let access = tokens.text("access_token");
    assert!(strong(&access));
    let resource = scene.userinfo(&access, Some(&own())).await;
    assert_eq!((resource.status(), &resource.json()["sub"]), (200, &claims["sub"]));
    for other in [None, Some(&foreign())] {
        let answer = scene.userinfo(&access, other).await;
        assert_eq!(answer.status(), 401, "another's certificate opens nothing");
        assert!(answer.header("www-authenticate").contains("invalid_token"));
    }
}

#[tokio::test]
async fn fapi2_mtls_ensure_holder_of_key_required() {
    let mut scene = Scene::start().await;
    let code = scene.code().await;
    for other in [None, Some(&foreign())] {
        is_one_of(
            &scene.redeems(&code, other).await,
            &[(401, "invalid_client"), (400, "invalid_client"), (400, "invalid_request")],
        );
    }
    assert_eq!(scene.redeems(&code, Some(&own())).await.status(), 200, "nothing was lost by it");
    assert_eq!(refusal(&scene.posts("/par", &[], None).await), refused(401, "invalid_client"));
}

#[tokio::test]
async fn fapi2_tls_of_the_example_proxy() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/examples/nginx-mtls.conf");
    let text = fs::read_to_string(path).unwrap();
    let says = |name: &str| {
        let mut lines = text.lines().map(str::trim).filter_map(|line| line.strip_prefix(name));
        let value = lines.next().unwrap_or_else(|| panic!("no {name}"));
        assert!(lines.next().is_none(), "{name} twice");
        value.trim().trim_end_matches(';').to_owned()
    };
    assert_eq!(says("ssl_protocols"), "TLSv1.2 TLSv1.3", "1.0 and 1.1 are refused");
    for suite in says("ssl_ciphers").split(':') {
        assert!(suite.starts_with("ECDHE-") && suite.contains("-AES") && suite.contains("-GCM-"), "{suite}");
    }
}
