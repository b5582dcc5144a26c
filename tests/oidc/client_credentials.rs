//! Clients that speak for themselves (RFC 6749 §4.4): no person, no refresh token, no ID token.

use std::sync::Arc;

use serde_json::json;

use crate::support::{
    World,
    browser::Call,
    client::{Answer, RelyingParty, claims},
    clock::MINUTE,
    dpop::{confidential, machine},
    jose,
    setup::{self, ISSUER, Setup},
};

use super::{refusal, refused};

const API: &str = "https://api.example";

async fn world() -> Arc<World> {
    let app = setup::client("app") + "token_endpoint_auth_method = \"none\"\n";
    World::with(
        Setup::default()
            .further_client(
                "opaque",
                &machine("opaque", "resources = [\"https://api.example\", \"https://b.example\"]"),
            )
            .further_client(
                "signed",
                &machine("signed", "access_token_format = \"jwt\"\nresources = [\"https://api.example\"]"),
            )
            .further_client("of-the-api", &confidential("of-the-api", "client_id = \"https://api.example\""))
            .further_client("app", &app),
    )
    .await
}

async fn own(party: &RelyingParty, more: &[(&str, &str)]) -> Answer {
    party.token(&[&[("grant_type", "client_credentials")], more].concat()).await
}

#[tokio::test]
async fn the_answer_holds_an_access_token_and_nothing_of_a_login() {
    let world = world().await;
    for client in ["opaque", "signed"] {
        let answer = own(&world.client(client), &[]).await;
        assert_eq!((answer.status(), answer.header("cache-control")), (200, "no-store"), "{}", answer.page.body);
        let body = answer.json();
        assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(300)));
        assert!(body.get("refresh_token").is_none() && body.get("id_token").is_none());
        assert_eq!(body["scope"], "account address email phone profile student", "what speaks of a login is left out");
    }
}

#[tokio::test]
async fn the_token_speaks_for_the_client_and_for_nobody_else() {
    let world = world().await;
    for client in ["opaque", "signed"] {
        let party = world.client(client);
        let access = own(&party, &[("resource", API)]).await.text("access_token");
        let told = party.introspect(&access).await.json();
        assert_eq!((&told["active"], &told["sub"], &told["client_id"]), (&json!(true), &json!(client), &json!(client)));
        assert_eq!(told["aud"], API);
        assert!(told.get("acr").is_none() && told.get("auth_time").is_none());
        let mut api = world.client("of-the-api");
        API.clone_into(&mut api.id);
        assert_eq!(api.introspect(&access).await.json()["active"], true);
        assert_eq!(world.service().introspect(&access).await.json(), json!({ "active": false }));
        let own_audience = own(&party, &[]).await.text("access_token");
        assert_eq!(party.userinfo(&own_audience).await.status(), 401, "there is no person to tell of");
        world.clock.pass(5 * MINUTE);
        assert_eq!(party.introspect(&access).await.json(), json!({ "active": false }));
    }
}

#[tokio::test]
async fn a_signed_one_is_verified_by_the_published_keys_and_leaves_no_row() {
    let world = world().await;
    let party = world.client("signed");
    let before = rows(&world).await;
    let access = own(&party, &[("scope", "email")]).await.text("access_token");
    assert_eq!(rows(&world).await, before);
    let jwks = world.service().send(Call::get(&format!("{ISSUER}/jwks"))).await.json();
    let said = jose::verified(&jwks, &access);
    assert_eq!(
        (&said["sub"], &said["client_id"], &said["scope"]),
        (&json!("signed"), &json!("signed"), &json!("email"))
    );
    assert_eq!(said["aud"], API, "the only resource there is");
    assert_eq!(said["jti"], party.introspect(&access).await.json()["jti"]);
}

async fn rows(world: &World) -> i64 {
    world.rows("access_token").await
}

#[tokio::test]
async fn it_can_be_given_back_though_nothing_is_kept_of_it() {
    let world = world().await;
    for client in ["opaque", "signed"] {
        let party = world.client(client);
        let (one, other) = (own(&party, &[]).await.text("access_token"), own(&party, &[]).await.text("access_token"));
        assert_eq!(world.service().revoke(&one).await.status(), 200);
        assert_eq!(party.introspect(&one).await.json()["active"], true, "another client gives nothing back");
        assert_eq!(party.revoke(&one).await.status(), 200);
        assert_eq!(party.revoke(&one).await.status(), 200, "twice is once");
        assert_eq!(party.introspect(&one).await.json(), json!({ "active": false }));
        assert_eq!(party.introspect(&other).await.json()["active"], true);
    }
}

#[tokio::test]
async fn scopes_and_resources_end_where_the_registration_does() {
    let world = world().await;
    let party = world.client("opaque");
    assert_eq!(own(&party, &[("scope", "email nonsense openid")]).await.text("scope"), "email");
    for scope in ["openid", "offline_access", "nonsense"] {
        assert_eq!(refusal(&own(&party, &[("scope", scope)]).await), refused(400, "invalid_scope"), "{scope}");
    }
    for resource in ["https://evil.example", "https://api.example/", "api.example", "opaque"] {
        assert_eq!(
            refusal(&own(&party, &[("resource", resource)]).await),
            refused(400, "invalid_target"),
            "{resource}"
        );
    }
    let two = [("resource", API), ("resource", "https://b.example")];
    assert_eq!(refusal(&own(&party, &two).await), refused(400, "invalid_target"));
    assert_eq!(own(&party, &two[1..]).await.status(), 200);
}

#[tokio::test]
async fn only_confidential_clients_that_are_registered_for_it_may() {
    let world = world().await;
    assert_eq!(refusal(&own(&world.service(), &[]).await), refused(400, "unauthorized_client"));
    let mut app = world.client("app");
    app.secret = None;
    assert_eq!(refusal(&own(&app, &[]).await), refused(400, "unauthorized_client"));
    let mut guess = world.client("opaque");
    guess.secret = Some("guess".into());
    assert_eq!(refusal(&own(&guess, &[]).await), refused(401, "invalid_client"));
}

#[tokio::test]
async fn a_signed_one_ends_when_its_client_is_taken_out() {
    let world = world().await;
    let mut api = world.client("of-the-api");
    API.clone_into(&mut api.id);
    let access = own(&world.client("signed"), &[]).await.text("access_token");
    assert_eq!(api.introspect(&access).await.json()["active"], true);
    world
        .restart_with(
            Setup::default()
                .further_client("signed", &machine("signed", "client_id = \"another\""))
                .further_client("of-the-api", &confidential("of-the-api", "client_id = \"https://api.example\"")),
        )
        .await;
    assert_eq!(api.introspect(&access).await.json(), json!({ "active": false }));
    let _ = claims(&access);
}
