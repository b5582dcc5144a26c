//! DPoP: what a proof binds, and every way in which one is refused (RFC 9449).

use std::sync::Arc;

use axum::http::Method;
use serde_json::json;

use crate::support::{
    Student, World,
    browser::Call,
    client::{Answer, RelyingParty},
    clock::{MINUTE, SECOND},
    dpop::{KeyHolder, machine},
    jose::Key,
    setup::{self, ISSUER, OTHER_ISSUER, Setup},
};

use super::{refusal, refused};

const OWN: [(&str, &str); 1] = [("grant_type", "client_credentials")];

fn token_url() -> String {
    format!("{ISSUER}/token")
}

fn userinfo_url() -> String {
    format!("{ISSUER}/userinfo")
}

/// A client whose tokens must be bound, one whose may be, and an app without a secret.
fn clients() -> Setup {
    let app = setup::client("app") + "token_endpoint_auth_method = \"none\"\n";
    Setup::default()
        .further_client("bound", &machine("bound", "dpop_bound_access_tokens = true"))
        .further_client("free", &machine("free", ""))
        .further_client("app", &app)
}

async fn world() -> Arc<World> {
    World::with(clients()).await
}

/// A student's tokens, bound to the holder's key.
async fn bound_tokens(client: &RelyingParty, student: &mut Student, holder: &KeyHolder) -> Answer {
    let page = student.signs_in_at(&client.url(&[("scope", "openid email offline_access")])).await;
    let tokens = client.redeem_with(holder, &page.code()).await;
    assert_eq!((tokens.status(), tokens.text("token_type").as_str()), (200, "DPoP"), "{}", tokens.page.body);
    tokens
}

#[tokio::test]
async fn a_proof_binds_the_tokens_to_its_key_whoever_sends_it() {
    let world = world().await;
    for (client, alg) in [("bound", "ES256"), ("free", "EdDSA"), ("app", "PS256")] {
        let (mut party, holder) = (world.client(client), KeyHolder::new(alg));
        party.secret = party.secret.filter(|_| client != "app");
        let tokens = bound_tokens(&party, &mut world.student_again().await, &holder).await;
        let access = tokens.text("access_token");
        let userinfo = party.userinfo_with(&holder, &access).await;
        assert_eq!((userinfo.status(), &userinfo.json()["sub"]), (200, &tokens.claims()["sub"]), "{client}");
        if client != "app" {
            let told = party.introspect(&access).await.json();
            assert_eq!(told["cnf"], json!({ "jkt": holder.thumbprint() }));
            assert_eq!((&told["active"], &told["token_type"]), (&json!(true), &json!("DPoP")));
        }
    }
}

#[tokio::test]
async fn without_a_nonce_the_client_is_given_one_and_tries_again() {
    let world = world().await;
    let (party, holder) = (world.client("bound"), KeyHolder::new("ES256"));
    let send = || party.call("/token", &OWN).with("dpop", &holder.proof(world.now(), "POST", &token_url(), None));
    let first = party.send(send().with("origin", "https://rp.example")).await;
    assert_eq!(refusal(&first), refused(400, "use_dpop_nonce"));
    assert!(first.header("access-control-expose-headers").contains("dpop-nonce"));
    holder.hears(&first);
    let second = party.send(send()).await;
    assert_eq!((second.status(), second.header("dpop-nonce")), (200, ""), "the nonce will do for a while");
    let (access, url) = (second.text("access_token"), userinfo_url());
    holder.forgets_its_nonce();
    let proof = holder.proof(world.now(), "GET", &url, Some(&access));
    let call = Call::get(&url).with("authorization", &format!("DPoP {access}")).with("dpop", &proof);
    let at_resource = party.send(call).await;
    assert_eq!(at_resource.status(), 401);
    assert!(at_resource.header("www-authenticate").starts_with("DPoP error=\"use_dpop_nonce\""));
    assert!(!at_resource.header("dpop-nonce").is_empty());
}

#[tokio::test]
async fn a_nonce_lasts_two_slots_and_the_next_one_comes_before_its_end() {
    let world = world().await;
    let (party, holder) = (world.client("bound"), KeyHolder::new("ES256"));
    let one = |holder: &KeyHolder| {
        party.call("/token", &OWN).with("dpop", &holder.proof(world.now(), "POST", &token_url(), None))
    };
    holder.hears(&party.send(one(&holder)).await);
    let first = holder.nonce().unwrap();
    world.clock.pass(3 * MINUTE);
    let answer = party.send(one(&holder)).await;
    assert_eq!(answer.status(), 200, "{}", answer.page.body);
    assert!(!answer.header("dpop-nonce").is_empty() && answer.header("dpop-nonce") != first);
    let failing = one(&holder);
    let failing = Call { body: failing.body.replace("client_credentials", "refresh_token&refresh_token=x"), ..failing };
    assert!(!party.send(failing).await.header("dpop-nonce").is_empty(), "a refusal brings it too");
    world.clock.pass(3 * MINUTE);
    assert_eq!(refusal(&party.send(one(&holder)).await), refused(400, "use_dpop_nonce"));
}

#[tokio::test]
async fn a_nonce_of_another_tenant_is_none() {
    let world = world().await;
    let holder = KeyHolder::new("ES256");
    let mut elsewhere = world.service();
    elsewhere.issuer = OTHER_ISSUER.into();
    let url = format!("{OTHER_ISSUER}/token");
    let form = [("grant_type", "refresh_token"), ("refresh_token", "x")];
    let proof = holder.proof(world.now(), "POST", &url, None);
    holder.hears(&elsewhere.send(elsewhere.call("/token", &form).with("dpop", &proof)).await);
    let party = world.client("bound");
    let call = party.call("/token", &OWN).with("dpop", &holder.proof(world.now(), "POST", &token_url(), None));
    assert_eq!(refusal(&party.send(call).await), refused(400, "use_dpop_nonce"));
}

#[tokio::test]
async fn a_client_that_is_registered_for_bound_tokens_gets_no_others() {
    let world = world().await;
    let party = world.client("bound");
    assert_eq!(refusal(&party.token(&OWN).await), refused(400, "invalid_dpop_proof"));
    let mut student = world.student().await;
    let code = student.signs_in_at(&party.url(&[])).await.code();
    assert_eq!(refusal(&party.redeem(&code).await), refused(400, "invalid_dpop_proof"));
    let answer = party.redeem_with(&KeyHolder::new("ES256"), &code).await;
    assert_eq!(answer.status(), 200, "a try without a proof uses nothing up");
}

#[tokio::test]
async fn a_bound_token_opens_nothing_without_its_key() {
    let world = world().await;
    let (party, holder, other) = (world.client("free"), KeyHolder::new("ES256"), KeyHolder::new("ES256"));
    let tokens = bound_tokens(&party, &mut world.student().await, &holder).await;
    let (access, url) = (tokens.text("access_token"), userinfo_url());
    assert_eq!(party.userinfo_with(&holder, &access).await.status(), 200);

    let by_bearer = party.userinfo(&access).await;
    assert_eq!(by_bearer.status(), 401);
    assert!(by_bearer.header("www-authenticate").contains("invalid_token"));
    assert_eq!(party.send(Call::form(&url, &[("access_token", &access)])).await.status(), 401, "in the form");
    let good = holder.proof(world.now(), "GET", &url, Some(&access));
    let bearer = Call::get(&url).with("authorization", &format!("Bearer {access}")).with("dpop", &good);
    assert_eq!(party.send(bearer).await.status(), 401, "Bearer with a good proof");

    let without = party.send(Call::get(&url).with("authorization", &format!("DPoP {access}"))).await;
    assert_eq!(without.status(), 401);
    assert!(without.header("www-authenticate").starts_with("DPoP error=\"invalid_dpop_proof\""));
    assert!(without.header("www-authenticate").contains("algs=\"ES256 PS256 EdDSA\""));
    let stranger = party.userinfo_with(&other, &access).await;
    assert_eq!(stranger.status(), 401);
    assert!(stranger.header("www-authenticate").contains("invalid_token"));
}

#[tokio::test]
async fn a_token_that_is_not_bound_is_refused_with_the_scheme_of_bound_ones() {
    let world = world().await;
    let (party, holder) = (world.client("free"), KeyHolder::new("ES256"));
    let page = world.student().await.signs_in_at(&party.url(&[])).await;
    let tokens = party.redeem(&page.code()).await;
    assert_eq!(tokens.text("token_type"), "Bearer");
    let answer = party.userinfo_with(&holder, &tokens.text("access_token")).await;
    assert_eq!(answer.status(), 401);
    assert!(answer.header("www-authenticate").contains("invalid_token"));
}

#[tokio::test]
async fn whoever_comes_without_a_token_is_told_both_schemes() {
    let world = world().await;
    let answer = world.service().send(Call::get(&userinfo_url())).await;
    let challenges: Vec<&str> =
        answer.page.headers.get_all("www-authenticate").iter().map(|value| value.to_str().unwrap()).collect();
    assert_eq!(challenges, ["Bearer", "DPoP algs=\"ES256 PS256 EdDSA\""]);
}

#[tokio::test]
async fn a_browser_s_script_may_send_a_proof() {
    let world = world().await;
    let preflight = Call::get(&token_url())
        .method(Method::OPTIONS)
        .with("origin", "https://rp.example")
        .with("access-control-request-method", "POST")
        .with("access-control-request-headers", "dpop");
    let answer = world.service().send(preflight).await;
    assert!(answer.header("access-control-allow-headers").contains("dpop"));
}

#[tokio::test]
async fn a_proof_from_before_a_restart_is_not_taken_again() {
    let world = world().await;
    let (party, holder) = (world.client("bound"), KeyHolder::new("ES256"));
    assert_eq!(party.token_with(&holder, &OWN).await.status(), 200);
    let proof = holder.proof(world.now(), "POST", &token_url(), None);
    assert_eq!(party.send(party.call("/token", &OWN).with("dpop", &proof)).await.status(), 200);
    world.restart().await;
    let party = world.client("bound");
    let answer = party.send(party.call("/token", &OWN).with("dpop", &proof)).await;
    assert!(["use_dpop_nonce", "invalid_dpop_proof"].contains(&refusal(&answer).1.as_str()), "{}", answer.page.body);
    assert_eq!(party.token_with(&holder, &OWN).await.status(), 200, "with the nonce of now");
}

#[tokio::test]
async fn a_proof_counts_once_even_when_many_press_at_once() {
    let world = world().await;
    let (party, holder) = (world.client("bound"), KeyHolder::new("ES256"));
    assert_eq!(party.token_with(&holder, &OWN).await.status(), 200);
    let proof = holder.proof(world.now(), "POST", &token_url(), None);
    let racers: Vec<_> = (0..20)
        .map(|_| {
            let (party, proof) = (party.clone(), proof.clone());
            tokio::spawn(async move { party.send(party.call("/token", &OWN).with("dpop", &proof)).await })
        })
        .collect();
    let mut won = 0;
    for racer in racers {
        let answer = racer.await.unwrap();
        if answer.status() == 200 {
            won += 1;
        } else {
            assert_eq!(refusal(&answer), refused(400, "invalid_dpop_proof"));
        }
    }
    assert_eq!(won, 1);
}

#[tokio::test]
async fn two_keys_may_use_the_same_id() {
    let world = world().await;
    let party = world.client("bound");
    for holder in [KeyHolder::new("ES256"), KeyHolder::new("ES256")] {
        assert_eq!(party.token_with(&holder, &OWN).await.status(), 200);
    }
}

#[tokio::test]
async fn rs256_is_no_algorithm_of_proofs() {
    let world = world().await;
    let answer = world.client("bound").token_with(&KeyHolder::new("RS256"), &OWN).await;
    assert_eq!(refusal(&answer), refused(400, "invalid_dpop_proof"));
    let document = world.service().send(Call::get(&format!("{ISSUER}/.well-known/openid-configuration"))).await.json();
    assert_eq!(document["dpop_signing_alg_values_supported"], json!(["ES256", "PS256", "EdDSA"]));
}

#[tokio::test]
async fn the_refresh_token_of_an_app_is_bound_to_its_key() {
    let world = world().await;
    let mut app = world.client("app");
    app.secret = None;
    let (holder, thief) = (KeyHolder::new("ES256"), KeyHolder::new("ES256"));
    let tokens = bound_tokens(&app, &mut world.student().await, &holder).await;
    let refresh = tokens.text("refresh_token");
    assert_eq!(refusal(&app.refresh(&refresh).await), refused(400, "invalid_grant"), "no proof");
    assert_eq!(refusal(&app.refresh_with(&thief, &refresh).await), refused(400, "invalid_grant"), "another key");
    let second = app.refresh_with(&holder, &refresh).await;
    assert_eq!((second.status(), second.text("token_type").as_str()), (200, "DPoP"), "{}", second.page.body);
    assert_eq!(refusal(&app.refresh_with(&thief, &second.text("refresh_token")).await), refused(400, "invalid_grant"));
    assert_eq!(app.refresh_with(&holder, &second.text("refresh_token")).await.status(), 200);
}

#[tokio::test]
async fn a_confidential_client_may_refresh_with_a_new_key_and_not_with_none() {
    let world = world().await;
    let (party, holder, next) = (world.client("free"), KeyHolder::new("ES256"), KeyHolder::new("EdDSA"));
    let tokens = bound_tokens(&party, &mut world.student().await, &holder).await;
    let refresh = tokens.text("refresh_token");
    assert_eq!(refusal(&party.refresh(&refresh).await), refused(400, "invalid_grant"));
    let second = party.refresh_with(&next, &refresh).await;
    assert_eq!(second.status(), 200, "{}", second.page.body);
    assert_eq!(party.userinfo_with(&next, &second.text("access_token")).await.status(), 200);
    assert_eq!(party.userinfo_with(&holder, &second.text("access_token")).await.status(), 401);
}

#[tokio::test]
async fn a_proof_for_another_moment_address_or_method_is_refused() {
    let world = world().await;
    let (party, holder) = (world.client("bound"), KeyHolder::new("ES256"));
    assert_eq!(party.token_with(&holder, &OWN).await.status(), 200);
    let send = |proof: String| party.send(party.call("/token", &OWN).with("dpop", &proof));
    let now = world.now();
    for (good, proof) in [
        (true, holder.proof(now.plus(10 * SECOND), "POST", &token_url(), None)),
        (true, holder.proof(now.minus(10 * SECOND), "POST", &token_url(), None)),
        (true, holder.proof(now, "POST", &format!("{}?a=b#c", token_url()), None)),
        (true, holder.proof(now, "POST", "https://ID.example.jp:443/token", None)),
        (false, holder.proof(now.plus(60 * MINUTE), "POST", &token_url(), None)),
        (false, holder.proof(now.minus(60 * MINUTE), "POST", &token_url(), None)),
        (false, holder.proof(now, "GET", &token_url(), None)),
        (false, holder.proof(now, "POST", &userinfo_url(), None)),
        (false, holder.proof(now, "POST", &format!("{OTHER_ISSUER}/token"), None)),
    ] {
        let answer = send(proof).await;
        let expected = if good { (200, String::new()) } else { refused(400, "invalid_dpop_proof") };
        assert_eq!((answer.status(), answer.error()), expected, "{}", answer.page.body);
    }
}

#[tokio::test]
async fn the_address_is_the_issuer_s_whatever_the_request_says_of_its_host() {
    let world = world().await;
    let (party, holder) = (world.client("bound"), KeyHolder::new("ES256"));
    assert_eq!(party.token_with(&holder, &OWN).await.status(), 200);
    let proof = holder.proof(world.now(), "POST", "https://evil.example/token", None);
    let call = party
        .call("/token", &OWN)
        .with("dpop", &proof)
        .with("x-forwarded-host", "evil.example")
        .with("forwarded", "host=evil.example");
    assert_eq!(refusal(&party.send(call).await), refused(400, "invalid_dpop_proof"));
}

#[tokio::test]
async fn an_unknown_client_s_proof_is_not_looked_at() {
    let world = world().await;
    let (mut party, holder) = (world.client("bound"), KeyHolder::new("ES256"));
    party.secret = Some("guess".into());
    let answer = party.send(party.call("/token", &OWN).with("dpop", "nonsense")).await;
    assert_eq!(refusal(&answer), refused(401, "invalid_client"));
    assert_eq!(party.token_with(&holder, &OWN).await.header("dpop-nonce"), "");
}

#[tokio::test]
async fn a_second_key_in_the_header_does_not_help() {
    let world = world().await;
    let (party, holder, thief) = (world.client("bound"), KeyHolder::new("ES256"), Key::generate("ES256", "thief"));
    assert_eq!(party.token_with(&holder, &OWN).await.status(), 200);
    let claims = holder.claims(world.now(), "POST", &token_url(), None);
    let proof = thief.sign(&holder.header(), &claims);
    let answer = party.send(party.call("/token", &OWN).with("dpop", &proof)).await;
    assert_eq!(refusal(&answer), refused(400, "invalid_dpop_proof"));
}

#[tokio::test]
async fn a_code_asked_for_with_a_thumbprint_is_redeemed_by_that_key_alone() {
    let world = world().await;
    let (party, holder, thief) = (world.client("free"), KeyHolder::new("ES256"), KeyHolder::new("ES256"));
    let thumbprint = holder.thumbprint();
    let mut student = world.student().await;
    let code = student.signs_in_at(&party.url(&[("dpop_jkt", &thumbprint)])).await.code();
    assert_eq!(refusal(&party.redeem(&code).await), refused(400, "invalid_grant"), "no proof");
    assert_eq!(refusal(&party.redeem_with(&thief, &code).await), refused(400, "invalid_grant"), "another key");
    let answer = party.redeem_with(&holder, &code).await;
    assert_eq!((answer.status(), answer.text("token_type").as_str()), (200, "DPoP"));
}

#[tokio::test]
async fn a_proof_at_the_pushed_request_binds_its_code() {
    let world = world().await;
    let (party, holder, thief) = (world.client("bound"), KeyHolder::new("ES256"), KeyHolder::new("ES256"));
    let mut student = world.student().await;
    let parameters = party.parameters(&[]);
    let form: Vec<(&str, &str)> = parameters
        .iter()
        .filter(|(name, _)| name != "client_id")
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let pushed = party.post_with(&holder, "/par", &form).await;
    assert_eq!(pushed.status(), 201, "{}", pushed.page.body);
    let code = student.signs_in_at(&party.pushed_url(&pushed.text("request_uri"))).await.code();
    assert_eq!(refusal(&party.redeem_with(&thief, &code).await), refused(400, "invalid_grant"));
    assert_eq!(party.redeem_with(&holder, &code).await.status(), 200);

    let thumbprint = thief.thumbprint();
    let other = [&form[..], &[("dpop_jkt", thumbprint.as_str())]].concat();
    assert_eq!(refusal(&party.post_with(&holder, "/par", &other).await), refused(400, "invalid_dpop_proof"));
    let bad = party.call("/par", &form).with("dpop", "nonsense");
    assert_eq!(refusal(&party.send(bad).await), refused(400, "invalid_dpop_proof"));
}
