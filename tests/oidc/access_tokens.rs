//! Access tokens that are JWTs (RFC 9068): what they say, where they open, and how they end.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::support::{
    Student, World,
    browser::Call,
    client::{Answer, RelyingParty, claims},
    clock::MINUTE,
    dpop::{KeyHolder, machine},
    jose,
    setup::{ISSUER, Setup},
};

use super::{refusal, refused};

const API: &str = "https://api.example";

fn clients() -> Setup {
    let lines = "access_token_format = \"jwt\"\nid_token_signed_response_alg = \"ES256\"\nresources = [\"https://api.example\"]\n\
                 backchannel_logout_uri = \"https://rp.example/back\"";
    Setup::default()
        .further_client("speaks-jwt", &machine("speaks-jwt", lines))
        .further_client("of-the-api", &(machine("of-the-api", "client_id = \"https://api.example\"")))
}

struct Scene {
    world: Arc<World>,
    student: Student,
    party: RelyingParty,
    tokens: Answer,
}

async fn scene(parameters: &[(&str, &str)]) -> Scene {
    let world = World::with(clients()).await;
    let party = world.client("speaks-jwt");
    let mut student = world.student().await;
    let scope = [&[("scope", "openid email offline_access")], parameters].concat();
    let page = student.signs_in_at(&party.url(&scope)).await;
    let tokens = party.redeem(&page.code()).await;
    assert_eq!(tokens.status(), 200, "{}", tokens.page.body);
    Scene { world, student, party, tokens }
}

impl Scene {
    fn access(&self) -> String {
        self.tokens.text("access_token")
    }

    async fn verified(&self, jwt: &str) -> Value {
        let jwks = self.world.service().send(Call::get(&format!("{ISSUER}/jwks"))).await.json();
        jose::verified(&jwks, jwt)
    }

    fn api(&self) -> RelyingParty {
        let mut api = self.world.client("of-the-api");
        API.clone_into(&mut api.id);
        api
    }
}

#[tokio::test]
async fn it_says_by_whom_for_whom_and_how_sure() {
    let scene = scene(&[]).await;
    let access = scene.access();
    assert_eq!(jose::header(&access)["typ"], "at+jwt");
    assert_eq!(jose::header(&access)["alg"], "ES256");
    let (said, id_token) = (scene.verified(&access).await, scene.tokens.claims());
    assert_eq!(said["iss"], ISSUER);
    assert_eq!(said["aud"], format!("{ISSUER}/userinfo"));
    assert_eq!(said["client_id"], "speaks-jwt");
    assert_eq!(said["scope"], "email offline_access openid");
    for name in ["sub", "acr", "auth_time"] {
        assert_eq!(said[name], id_token[name], "{name}");
    }
    assert_eq!(said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap(), 300);
    assert!(said["jti"].as_str().unwrap().len() >= 43 && said.get("cnf").is_none());
}

#[tokio::test]
async fn it_opens_userinfo_is_introspected_and_ends_in_time() {
    let scene = scene(&[]).await;
    let access = scene.access();
    let answer = scene.party.userinfo(&access).await;
    assert_eq!((answer.status(), &answer.json()["sub"]), (200, &scene.tokens.claims()["sub"]));
    let told = scene.party.introspect(&access).await.json();
    for name in ["iss", "sub", "aud", "client_id", "scope", "jti", "exp", "iat", "acr", "auth_time"] {
        assert_eq!(told[name], claims(&access)[name], "{name}");
    }
    scene.world.clock.pass(5 * MINUTE);
    assert_eq!(scene.party.userinfo(&access).await.status(), 401);
    assert_eq!(scene.party.introspect(&access).await.json(), json!({ "active": false }));
}

#[tokio::test]
async fn it_ends_with_its_grant_and_by_being_given_back() {
    let mut scene = scene(&[]).await;
    let access = scene.access();
    assert_eq!(scene.world.client("library").revoke(&access).await.status(), 200);
    assert_eq!(scene.party.userinfo(&access).await.status(), 200, "another client gives nothing back");
    let second = scene.party.refresh(&scene.tokens.text("refresh_token")).await;
    assert_eq!(scene.party.revoke(&access).await.status(), 200);
    assert_eq!(scene.party.userinfo(&access).await.status(), 401);
    assert_eq!(scene.party.userinfo(&second.text("access_token")).await.status(), 200);
    let url = scene.party.logout_url(&[("id_token_hint", &scene.tokens.text("id_token"))]);
    scene.student.browser.open(&url).await;
    assert_eq!(scene.party.userinfo(&second.text("access_token")).await.status(), 401);
    assert_eq!(scene.party.introspect(&second.text("access_token")).await.json()["active"], false);
}

#[tokio::test]
async fn its_id_alone_opens_nothing() {
    let scene = scene(&[]).await;
    let id = claims(&scene.access())["jti"].as_str().unwrap().to_owned();
    for token in [id.as_str(), &id[12..]] {
        assert_eq!(scene.party.userinfo(token).await.status(), 401);
        assert_eq!(scene.party.introspect(token).await.json(), json!({ "active": false }));
    }
}

#[tokio::test]
async fn an_id_token_is_no_access_token_and_an_access_token_no_hint() {
    let mut scene = scene(&[]).await;
    let id_token = scene.tokens.text("id_token");
    assert_eq!(scene.party.userinfo(&id_token).await.status(), 401);
    assert_eq!(scene.party.introspect(&id_token).await.json(), json!({ "active": false }));
    let url = scene.party.url(&[("prompt", "none"), ("id_token_hint", &scene.access())]);
    let page = scene.student.browser.open(&url).await;
    assert_eq!(page.parameter("error").as_deref(), Some("invalid_request"));
}

#[tokio::test]
async fn a_proof_s_key_stands_in_it() {
    let world = World::with(clients()).await;
    let (party, holder) = (world.client("speaks-jwt"), KeyHolder::new("ES256"));
    let page = world.student().await.signs_in_at(&party.url(&[])).await;
    let access = party.redeem_with(&holder, &page.code()).await.text("access_token");
    assert_eq!(claims(&access)["cnf"], json!({ "jkt": holder.thumbprint() }));
    assert_eq!(party.userinfo_with(&holder, &access).await.status(), 200);
    assert_eq!(party.userinfo(&access).await.status(), 401);
}

#[tokio::test]
async fn a_token_for_a_resource_is_for_that_resource_alone() {
    let scene = scene(&[("resource", API)]).await;
    let access = scene.access();
    assert_eq!(claims(&access)["aud"], API);
    let answer = scene.party.userinfo(&access).await;
    assert_eq!(answer.status(), 401);
    assert!(answer.header("www-authenticate").contains("invalid_token"));

    let told = scene.api().introspect(&access).await.json();
    assert_eq!((&told["active"], &told["aud"], &told["client_id"]), (&json!(true), &json!(API), &json!("speaks-jwt")));
    assert_eq!(scene.world.service().introspect(&access).await.json(), json!({ "active": false }), "somebody else's");
    let refresh = scene.tokens.text("refresh_token");
    assert_eq!(scene.api().introspect(&refresh).await.json(), json!({ "active": false }), "no business of an API");
    assert_eq!(scene.api().revoke(&access).await.status(), 200);
    assert_eq!(scene.party.introspect(&access).await.json()["active"], true, "an API gives nothing back");
}

#[tokio::test]
async fn each_answer_is_for_one_of_the_granted_resources() {
    let scene = scene(&[("resource", API)]).await;
    let own = format!("{ISSUER}/userinfo");
    let ask = |token: String, resource: String| {
        let party = scene.party.clone();
        async move {
            let form = [("grant_type", "refresh_token"), ("refresh_token", &token), ("resource", &resource)];
            party.token(&form).await
        }
    };
    let refresh = scene.tokens.text("refresh_token");
    let other = ask(refresh.clone(), "https://other.example".into()).await;
    assert_eq!(refusal(&other), refused(400, "invalid_target"));
    let twice = format!("{API}&resource={API}");
    let call = scene.party.call("/token", &[("grant_type", "refresh_token"), ("refresh_token", &refresh)]);
    let call = Call { body: format!("{}&resource={twice}", call.body), ..call };
    assert_eq!(refusal(&scene.party.send(call).await), refused(400, "invalid_target"));

    let for_userinfo = ask(refresh, own.clone()).await;
    assert_eq!(claims(&for_userinfo.text("access_token"))["aud"], own);
    assert_eq!(scene.party.userinfo(&for_userinfo.text("access_token")).await.status(), 200);
    let for_the_api = ask(for_userinfo.text("refresh_token"), API.into()).await;
    assert_eq!(claims(&for_the_api.text("access_token"))["aud"], API);
}

#[tokio::test]
async fn a_resource_that_was_not_granted_uses_no_code_up() {
    let scene = scene(&[]).await;
    let code = scene.student.clone().browser.open(&scene.party.url(&[])).await.code();
    let with = |resource| [&RelyingParty::redemption(&code)[..], &[("resource", resource)]].concat();
    assert_eq!(refusal(&scene.party.token(&with(API)).await), refused(400, "invalid_target"));
    assert_eq!(scene.party.redeem(&code).await.status(), 200);
}
