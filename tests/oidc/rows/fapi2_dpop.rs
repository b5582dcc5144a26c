//! FAPI 2.0: proofs of possession, and tokens bound to their key (protocol.md §7.2; RFC 9449).

use serde_json::{Value, json};

use crate::support::{bank::GOOD, jose::Key, setup::ISSUER};

use super::{
    super::{refusal, refused},
    fapi2::{Scene, is_one_of, pushed},
};

const NO_PROOF: &[(u16, &str)] = &[(400, "invalid_request"), (400, "invalid_grant"), (400, "invalid_dpop_proof")];

#[tokio::test]
async fn fapi2_check_dpop_proof_nbf_exp() {
    let mut scene = Scene::start().await;
    let one = scene.one.clone();
    let more = |claims: &mut Value| {
        let now = claims["iat"].as_i64().unwrap();
        claims["nbf"] = json!(now);
        claims["exp"] = json!(now + 300);
    };
    let code = scene.code(&one).await;
    let tokens = one.redeems_with(&code, &[], Some(GOOD), Some(&more)).await;
    scene.checks(&one, &tokens);
    assert_eq!(one.userinfo_with(&tokens.text("access_token"), "DPoP", &more).await.status(), 200);
}

/// The proof's clock is so many seconds off, at each place.
async fn tolerates(seconds: i64) {
    let mut scene = Scene::start().await;
    let one = scene.one.clone();
    let off = |claims: &mut Value| claims["iat"] = json!(claims["iat"].as_i64().unwrap() + seconds);
    let uri = pushed(&one.pushes_with(&[], GOOD, Some(&off)).await);
    let code = scene.student.signs_in_at(&one.url(&[("request_uri", &uri)])).await.code();
    let tokens = one.redeems_with(&code, &[], Some(GOOD), Some(&off)).await;
    scene.checks(&one, &tokens);
    assert_eq!(one.userinfo_with(&tokens.text("access_token"), "DPoP", &off).await.status(), 200);
}

#[tokio::test]
async fn fapi2_ensure_dpopproof_with_iat_10seconds_before_succeeds() {
    tolerates(-10).await;
}

#[tokio::test]
async fn fapi2_ensure_dpopproof_with_iat_10seconds_after_succeeds() {
    tolerates(10).await;
}

#[tokio::test]
async fn fapi2_ensure_mismatched_dpop_jkt_fails() {
    let scene = Scene::start().await;
    let other = scene.one.with_another_key().thumbprint();
    let answer = scene.one.pushes_with(&[("dpop_jkt", &other)], GOOD, Some(GOOD)).await;
    is_one_of(&answer, &[(400, "invalid_request"), (400, "invalid_dpop_proof")]);
}

#[tokio::test]
async fn fapi2_ensure_token_endpoint_fails_with_mismatched_dpop_proof_jkt() {
    let mut scene = Scene::start().await;
    let one = scene.one.clone();
    let uri = pushed(&one.pushes_with(&[], GOOD, Some(GOOD)).await);
    let code = scene.student.signs_in_at(&one.url(&[("request_uri", &uri)])).await.code();
    is_one_of(&one.with_another_key().redeems(&code).await, NO_PROOF);
}

#[tokio::test]
async fn fapi2_ensure_token_endpoint_fails_with_mismatched_dpop_jkt() {
    let mut scene = Scene::start().await;
    let one = scene.one.clone();
    let thumbprint = one.thumbprint();
    let code = scene.authorizes(&one, &[("dpop_jkt", &thumbprint)]).await.code();
    is_one_of(&one.with_another_key().redeems(&code).await, NO_PROOF);
}

#[tokio::test]
async fn fapi2_ensure_dpopproof_at_par_endpoint_binding_success() {
    let mut scene = Scene::start().await;
    let one = scene.one.clone();
    let uri = pushed(&one.pushes_with(&[], GOOD, Some(GOOD)).await);
    let code = scene.student.signs_in_at(&one.url(&[("request_uri", &uri)])).await.code();
    let tokens = one.redeems(&code).await;
    scene.checks(&one, &tokens);
}

#[tokio::test]
async fn fapi2_ensure_dpop_auth_code_binding_success() {
    let mut scene = Scene::start().await;
    let one = scene.one.clone();
    let thumbprint = one.thumbprint();
    for proof in [None, Some(GOOD)] {
        let uri = pushed(&one.pushes_with(&[("dpop_jkt", &thumbprint)], GOOD, proof).await);
        let code = scene.student.signs_in_at(&one.url(&[("request_uri", &uri)])).await.code();
        let tokens = one.redeems(&code).await;
        scene.checks(&one, &tokens);
    }
}

#[tokio::test]
async fn fapi2_ensure_holder_of_key_required() {
    let mut scene = Scene::start().await;
    let one = scene.one.clone();
    let code = scene.code(&one).await;
    is_one_of(&one.redeems_with(&code, &[], Some(GOOD), None).await, NO_PROOF);
}

#[tokio::test]
async fn fapi2_dpop_nonce_is_asked_for_and_honoured() {
    let scene = Scene::start().await;
    let fresh = scene.one.clone();
    let form = [("grant_type", "authorization_code"), ("code", "x")];
    let stale = |claims: &mut Value| claims["nonce"] = json!("stale");
    let answer = fresh.posts("/token", &form, Some(GOOD), Some(&stale)).await;
    assert_eq!(refusal(&answer), refused(400, "use_dpop_nonce"));
    assert!(!answer.header("dpop-nonce").is_empty());
    let resource = fresh.userinfo_with("x", "DPoP", &stale).await;
    assert_eq!(resource.status(), 401);
}

#[tokio::test]
async fn fapi2_dpop_negative_tests() {
    let mut scene = Scene::start().await;
    let one = scene.one.clone();
    let access = scene.tokens(&one, &[]).await.text("access_token");
    assert_eq!(one.userinfo(&access).await.status(), 200, "the nonce is known from here on");
    let remove = |name: &'static str| move |claims: &mut Value| drop(claims.as_object_mut().unwrap().remove(name));
    let set = |name: &'static str, value: Value| move |claims: &mut Value| claims[name] = value.clone();
    let refused = async |name: &str, proofs: &[&str], scheme: &str| {
        let answer = one.resource(&access, scheme, proofs).await;
        assert!(matches!(answer.status(), 400 | 401), "{name}: {}", answer.status());
        assert!(answer.header("www-authenticate").starts_with("DPoP") || scheme == "Bearer", "{name}");
    };
    let proof = |change: &dyn Fn(&mut Value)| one.proof("GET", "/userinfo", Some(&access), change);

    refused("two DPoP headers", &[&proof(GOOD), &proof(GOOD)], "DPoP").await;
    refused("no JWT", &["x"], "DPoP").await;
    refused("no proof", &[], "DPoP").await;
    refused("no proof, with Bearer", &[], "Bearer").await;
    refused("a proof, with Bearer", &[&proof(GOOD)], "Bearer").await;
    for name in ["jti", "htm", "htu", "iat", "ath"] {
        refused(name, &[&proof(&remove(name))], "DPoP").await;
    }
    refused("wrong htm", &[&proof(&set("htm", json!("POST")))], "DPoP").await;
    refused("other htu", &[&proof(&set("htu", json!("https://evil.example/userinfo")))], "DPoP").await;
    refused("other path", &[&proof(&set("htu", json!(format!("{ISSUER}/token"))))], "DPoP").await;
    refused("wrong ath", &[&proof(&set("ath", json!("AAAA")))], "DPoP").await;
    refused("another key", &[&one.with_another_key().proof("GET", "/userinfo", Some(&access), GOOD)], "DPoP").await;

    let claims = crate::support::client::claims(&proof(GOOD));
    for name in ["typ", "alg", "jwk"] {
        let mut header = one.proof_header();
        header.as_object_mut().unwrap().remove(name);
        refused(name, &[&one.bound_to.sign(&header, &claims)], "DPoP").await;
    }
    let with = |name: &str, value: Value| {
        let mut header = one.proof_header();
        header[name] = value;
        header
    };
    refused("wrong typ", &[&one.bound_to.sign(&with("typ", json!("JWT")), &claims)], "DPoP").await;
    let unsigned = one.bound_to.sign(&with("alg", json!("none")), &claims);
    refused("none", &[&unsigned], "DPoP").await;
    refused("none, unsigned", &[&format!("{}.", unsigned.rsplit_once('.').unwrap().0)], "DPoP").await;
    let rsa = Key::generate("RS256", "rsa");
    let header = json!({ "typ": "dpop+jwt", "alg": "RS256", "jwk": rsa.bare_jwk() });
    refused("RS256", &[&rsa.sign(&header, &claims)], "DPoP").await;
    let private = {
        let mut jwk = one.bound_to.bare_jwk();
        jwk["d"] = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        jwk
    };
    refused("a private key in jwk", &[&one.bound_to.sign(&with("jwk", private), &claims)], "DPoP").await;
    let good = proof(GOOD);
    let (signed, _) = good.rsplit_once('.').unwrap();
    refused("bad signature", &[&format!("{signed}.{}", "A".repeat(86))], "DPoP").await;
    refused(
        "the same proof again",
        &{
            assert_eq!(one.resource(&access, "DPoP", &[&good]).await.status(), 200);
            [good.as_str()]
        },
        "DPoP",
    )
    .await;

    for htu in [
        format!("{ISSUER}/userinfo?query=x#fragment"),
        format!("{ISSUER}/userinfo#x"),
        "https://ID.example.jp/userinfo".to_owned(),
        "https://id.example.jp:443/userinfo".to_owned(),
    ] {
        assert_eq!(one.userinfo_with(&access, "DPoP", &set("htu", json!(htu))).await.status(), 200, "{htu}");
    }
    assert_eq!(one.userinfo_with(&access, "DPoP", &set("unknown", json!({ "x": 1 }))).await.status(), 200);
}
