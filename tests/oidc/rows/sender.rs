//! FAPI 2.0: proofs, certificates, codes and refresh tokens (protocol.md §7.2), at a client with its own key and DPoP.

use std::sync::Arc;

use serde_json::json;

use crate::support::{
    Student, World,
    assertion::{JWT_BEARER, Signer, file, jwks, key},
    browser::Call,
    client::{Answer, CALLBACK, RelyingParty, VERIFIER},
    clock::SECOND,
    dpop::KeyHolder,
    setup::{ISSUER, Setup},
};

use super::super::{refusal, refused};

/// A client of the profile as the suite plays it.
struct Bank {
    world: Arc<World>,
    student: Student,
    party: RelyingParty,
    signer: Signer,
    holder: KeyHolder,
}

impl Bank {
    async fn start() -> Self {
        let lines = |alg| format!("profile = \"fapi2\"\ndpop_bound_access_tokens = true\n{}", jwks(&[key(alg).jwk()]));
        let setup = Setup::default()
            .further_client("bank", &file("bank", &lines("ES256")))
            .further_client("second", &file("second", &lines("PS256")));
        let world = World::with(setup).await;
        let student = world.student().await;
        let (party, signer) = (world.client("bank"), Signer::new(&world, "bank", key("ES256")));
        Self { student, party, signer, holder: KeyHolder::new("ES256"), world }
    }

    /// A form with an assertion and, where there is a holder, a proof; tried again when a nonce is asked for.
    async fn sends(&self, holder: Option<&KeyHolder>, path: &str, form: &[(&str, &str)]) -> Answer {
        let send = async || {
            let assertion = self.signer.assertion();
            let shown = [("client_assertion_type", JWT_BEARER), ("client_assertion", assertion.as_str())];
            let call = Call::form(&format!("{ISSUER}{path}"), &[&shown[..], form].concat());
            let proof = holder.map(|holder| holder.proof(self.world.now(), "POST", &format!("{ISSUER}{path}"), None));
            self.party.send(proof.iter().fold(call, |call, proof| call.with("dpop", proof))).await
        };
        let answer = send().await;
        if let Some(holder) = holder {
            holder.hears(&answer);
        }
        if answer.error() == "use_dpop_nonce" { send().await } else { answer }
    }

    async fn pushes(&self, holder: Option<&KeyHolder>, other: &[(&str, &str)]) -> Answer {
        let parameters = self.party.parameters(other);
        let form: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.sends(holder, "/par", &form).await
    }

    async fn code_of(&mut self, pushed: &Answer) -> String {
        assert_eq!(pushed.status(), 201, "{}", pushed.page.body);
        let url = self.party.pushed_url(&pushed.text("request_uri"));
        self.student.signs_in_at(&url).await.code()
    }

    async fn code(&mut self) -> String {
        let pushed = self.pushes(None, &[("scope", "openid offline_access")]).await;
        self.code_of(&pushed).await
    }

    async fn redeems(&self, holder: Option<&KeyHolder>, code: &str) -> Answer {
        self.sends(holder, "/token", &RelyingParty::redemption(code)).await
    }

    async fn tokens(&mut self) -> Answer {
        let code = self.code().await;
        let tokens = self.redeems(Some(&self.holder), &code).await;
        assert_eq!((tokens.status(), tokens.text("token_type").as_str()), (200, "DPoP"), "{}", tokens.page.body);
        tokens
    }

    async fn refreshes(&self, holder: Option<&KeyHolder>, token: &str) -> Answer {
        self.sends(holder, "/token", &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    async fn resource(&self, scheme: &str, access: &str, proof: &str) -> u16 {
        let url = format!("{ISSUER}/userinfo");
        let call = Call::get(&url).with("authorization", &format!("{scheme} {access}")).with("dpop", proof);
        self.party.send(call).await.status()
    }
}

#[tokio::test]
async fn access_token_type_header_case_sensitivity() {
    let mut bank = Bank::start().await;
    let access = bank.tokens().await.text("access_token");
    for scheme in ["DPoP", "dPoP", "dpop", "DPOP"] {
        let proof = bank.holder.proof(bank.world.now(), "GET", &format!("{ISSUER}/userinfo"), Some(&access));
        assert_eq!(bank.resource(scheme, &access, &proof).await, 200, "{scheme}");
    }
}

#[tokio::test]
async fn check_dpop_proof_nbf_exp() {
    let mut bank = Bank::start().await;
    let access = bank.tokens().await.text("access_token");
    let now = bank.world.now();
    let mut claims = bank.holder.claims(now, "GET", &format!("{ISSUER}/userinfo"), Some(&access));
    (claims["nbf"], claims["exp"]) = (json!(now.as_seconds()), json!(now.as_seconds() + 60));
    let proof = bank.holder.key.sign(&bank.holder.header(), &claims);
    assert_eq!(bank.resource("DPoP", &access, &proof).await, 200);
}

#[tokio::test]
async fn ensure_dpopproof_with_iat_10seconds_before_and_after_succeeds() {
    let mut bank = Bank::start().await;
    let access = bank.tokens().await.text("access_token");
    let now = bank.world.now();
    for at in [now.minus(10 * SECOND), now.plus(10 * SECOND)] {
        let proof = bank.holder.proof(at, "GET", &format!("{ISSUER}/userinfo"), Some(&access));
        assert_eq!(bank.resource("DPoP", &access, &proof).await, 200);
    }
}

#[tokio::test]
async fn ensure_mismatched_dpop_jkt_fails() {
    let bank = Bank::start().await;
    let other = KeyHolder::new("ES256").thumbprint();
    let pushed = bank.pushes(Some(&bank.holder), &[("dpop_jkt", &other)]).await;
    assert_eq!(refusal(&pushed), refused(400, "invalid_dpop_proof"));
}

#[tokio::test]
async fn ensure_token_endpoint_fails_with_mismatched_dpop_proof_jkt() {
    let mut bank = Bank::start().await;
    let pushed = bank.pushes(Some(&bank.holder), &[]).await;
    let code = bank.code_of(&pushed).await;
    let answer = bank.redeems(Some(&KeyHolder::new("ES256")), &code).await;
    assert_eq!(refusal(&answer), refused(400, "invalid_grant"));
}

#[tokio::test]
async fn ensure_token_endpoint_fails_with_mismatched_dpop_jkt() {
    let mut bank = Bank::start().await;
    let thumbprint = bank.holder.thumbprint();
    let pushed = bank.pushes(None, &[("dpop_jkt", &thumbprint)]).await;
    let code = bank.code_of(&pushed).await;
    let answer = bank.redeems(Some(&KeyHolder::new("ES256")), &code).await;
    assert_eq!(refusal(&answer), refused(400, "invalid_grant"));
}

#[tokio::test]
async fn ensure_dpopproof_at_par_endpoint_binding_success() {
    let mut bank = Bank::start().await;
    let pushed = bank.pushes(Some(&bank.holder), &[]).await;
    let code = bank.code_of(&pushed).await;
    assert_eq!(bank.redeems(Some(&bank.holder), &code).await.status(), 200);
}

#[tokio::test]
async fn ensure_dpop_auth_code_binding_success() {
    let mut bank = Bank::start().await;
    let thumbprint = bank.holder.thumbprint();
    let pushed = bank.pushes(None, &[("dpop_jkt", &thumbprint)]).await;
    let code = bank.code_of(&pushed).await;
    assert_eq!(bank.redeems(Some(&bank.holder), &code).await.status(), 200);
}

#[tokio::test]
async fn dpop_negative_tests() {
    let mut bank = Bank::start().await;
    let access = bank.tokens().await.text("access_token");
    let (now, url) = (bank.world.now(), format!("{ISSUER}/userinfo"));
    let good = || bank.holder.claims(now, "GET", &url, Some(&access));
    for name in ["jti", "htm", "htu", "iat", "ath"] {
        let mut claims = good();
        claims.as_object_mut().unwrap().remove(name);
        let proof = bank.holder.key.sign(&bank.holder.header(), &claims);
        assert_eq!(bank.resource("DPoP", &access, &proof).await, 401, "without {name}");
    }
    for (name, value) in [
        ("htm", json!("POST")),
        ("htu", json!(format!("{ISSUER}/token"))),
        ("iat", json!(now.as_seconds() - 3600)),
        ("iat", json!(now.as_seconds() + 3600)),
        ("ath", json!("x")),
    ] {
        let mut claims = good();
        claims[name] = value.clone();
        let proof = bank.holder.key.sign(&bank.holder.header(), &claims);
        assert_eq!(bank.resource("DPoP", &access, &proof).await, 401, "{name} {value}");
    }
    for htu in [format!("{url}?a=b"), format!("{url}#c"), url.replace("id.example.jp", "ID.example.jp:443")] {
        let mut claims = good();
        (claims["htu"], claims["extra"]) = (json!(htu), json!({ "a": 1 }));
        let mut header = bank.holder.header();
        header["extra"] = json!("x");
        let proof = bank.holder.key.sign(&header, &claims);
        assert_eq!(bank.resource("DPoP", &access, &proof).await, 200, "{htu}");
    }
    assert_eq!(bank.resource("DPoP", &access, "not.a.jwt").await, 401);
    let other = KeyHolder::new("ES256");
    let proof = other.key.sign(&other.header(), &good());
    assert_eq!(bank.resource("DPoP", &access, &proof).await, 401, "another key");
    let proof = bank.holder.key.sign(&bank.holder.header(), &good());
    assert_eq!(bank.resource("Bearer", &access, &proof).await, 401);
}

#[tokio::test]
async fn ensure_holder_of_key_required() {
    let mut bank = Bank::start().await;
    let code = bank.code().await;
    assert_eq!(refusal(&bank.redeems(None, &code).await), refused(400, "invalid_dpop_proof"));
}

#[tokio::test]
async fn ensure_authorization_code_is_bound_to_client() {
    let mut bank = Bank::start().await;
    let code = bank.code().await;
    let mut second = Bank { party: bank.world.client("second"), ..bank };
    second.signer = Signer::new(&second.world, "second", key("PS256"));
    assert_eq!(refusal(&second.redeems(Some(&second.holder), &code).await), refused(400, "invalid_grant"));
}

#[tokio::test]
async fn attempt_reuse_authorization_code_after_one_second() {
    let mut bank = Bank::start().await;
    let code = bank.code().await;
    let tokens = bank.redeems(Some(&bank.holder), &code).await;
    bank.world.clock.pass(SECOND);
    assert_eq!(refusal(&bank.redeems(Some(&bank.holder), &code).await), refused(400, "invalid_grant"));
    assert_eq!(bank.party.userinfo_with(&bank.holder, &tokens.text("access_token")).await.status(), 401, "revoked");
}

#[tokio::test]
async fn ensure_token_endpoint_fails_with_expired_auth_code() {
    let mut bank = Bank::start().await;
    let code = bank.code().await;
    bank.world.clock.pass(62 * SECOND);
    assert_eq!(refusal(&bank.redeems(Some(&bank.holder), &code).await), refused(400, "invalid_grant"));
}

#[tokio::test]
async fn ensure_pkce_code_verifier_required_and_incorrect_one_rejected() {
    let mut bank = Bank::start().await;
    let code = bank.code().await;
    let form = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", CALLBACK)];
    for verifier in [None, Some("wrong-0123456789-0123456789-0123456789-01234")] {
        let form: Vec<_> = form.into_iter().chain(verifier.map(|verifier| ("code_verifier", verifier))).collect();
        let answer = bank.sends(Some(&bank.holder), "/token", &form).await;
        assert_eq!(refusal(&answer), refused(400, "invalid_grant"), "{verifier:?}");
    }
    let form: Vec<_> = form.into_iter().chain([("code_verifier", VERIFIER)]).collect();
    assert_eq!(bank.sends(Some(&bank.holder), "/token", &form).await.status(), 200);
}

#[tokio::test]
async fn refresh_token() {
    let mut bank = Bank::start().await;
    let first = bank.tokens().await;
    let refresh = first.text("refresh_token");
    for _ in 0..3 {
        bank.world.clock.pass(30 * SECOND);
        let again = bank.refreshes(Some(&bank.holder), &refresh).await;
        assert_eq!(again.status(), 200, "{}", again.page.body);
        assert!(again.json().get("refresh_token").is_none(), "the one there is goes on working");
        assert_eq!(again.claims()["sub"], first.claims()["sub"]);
        assert_eq!(bank.party.userinfo_with(&bank.holder, &again.text("access_token")).await.status(), 200);
    }
    assert_eq!(refusal(&bank.refreshes(None, &refresh).await), refused(400, "invalid_dpop_proof"));
    let new_key = KeyHolder::new("EdDSA");
    assert_eq!(bank.refreshes(Some(&new_key), &refresh).await.status(), 200, "a confidential client's new key");
    let bare = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str()), ("client_id", "bank")];
    let call = Call::form(&format!("{ISSUER}/token"), &bare);
    assert_eq!(refusal(&bank.party.send(call).await), refused(401, "invalid_client"));
    let mut second = Bank { party: bank.world.client("second"), ..bank };
    second.signer = Signer::new(&second.world, "second", key("PS256"));
    assert_eq!(refusal(&second.refreshes(Some(&second.holder), &refresh).await), refused(400, "invalid_grant"));
}
