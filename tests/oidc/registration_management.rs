//! A client's own registration: GET, PUT and DELETE (RFC 7592).

use axum::http::Method;
use idp::flows::Visitor;
use serde_json::{Value, json};

use crate::support::{
    browser::Call,
    client::CALLBACK,
    clock::{HOUR, SECOND},
    registrar::{Registered, metadata, metadata_with, open, open_world},
    setup::Setup,
    world::events,
};

use super::{refusal, refused};

/// What a client sends to change something: all that it was told, less what is ours to say.
fn update(client: &Registered, other: &Value) -> Value {
    let mut said = client.told.clone();
    let members = said.as_object_mut().unwrap();
    for ours in
        ["registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"]
    {
        members.remove(ours);
    }
    members.extend(other.as_object().unwrap().clone());
    said
}

#[tokio::test]
async fn reading_tells_what_is_registered_and_no_secret() {
    let world = open_world().await;
    let client = world.registered(&metadata()).await;
    let answer = client.reads().await;
    assert_eq!((answer.status(), answer.header("cache-control")), (200, "no-store"));
    let mut expected = client.told.clone();
    let members = expected.as_object_mut().unwrap();
    // Only its hash is kept.
    members.remove("client_secret");
    members.remove("client_secret_expires_at");
    assert_eq!(answer.json(), expected);
}

#[tokio::test]
async fn an_update_replaces_all_and_is_served_at_once() {
    let world = open_world().await;
    let client = world.registered(&metadata_with(json!({ "client_uri": "https://rp.example/" }))).await;
    let mut said = update(&client, &json!({ "redirect_uris": ["https://rp.example/new"] }));
    said.as_object_mut().unwrap().remove("client_uri");
    let answer = client.replaces(&said).await;
    assert_eq!(answer.status(), 200, "{}", answer.page.body);
    assert_eq!(answer.json()["redirect_uris"], json!(["https://rp.example/new"]));
    assert!(answer.json().get("client_uri").is_none());
    assert_eq!(answer.json()["client_secret"], client.told["client_secret"], "it was shown rightly");
    assert_eq!(answer.json()["client_secret_expires_at"], 0);
    assert_eq!(client.reads().await.json()["redirect_uris"], json!(["https://rp.example/new"]));
    let known = world.tenant().client(&client.id()).unwrap();
    assert!(known.redirect_uri("https://rp.example/new").is_some() && known.redirect_uri(CALLBACK).is_none());
}

#[tokio::test]
async fn a_secret_comes_and_goes_with_its_method_and_is_never_chosen() {
    let world = open_world().await;
    let client = world.registered(&metadata_with(json!({ "token_endpoint_auth_method": "none" }))).await;
    assert!(client.told.get("client_secret").is_none());
    let answer = client.replaces(&update(&client, &json!({ "client_secret": "chosen" }))).await;
    assert_eq!(refusal(&answer), refused(400, "invalid_client_metadata"));
    let answer =
        client.replaces(&update(&client, &json!({ "token_endpoint_auth_method": "client_secret_post" }))).await;
    let secret = answer.text("client_secret");
    assert_eq!(answer.json()["client_secret_expires_at"], 0);
    let with_wrong = client.replaces(&update(&client, &json!({ "client_secret": "chosen" }))).await;
    assert_eq!(refusal(&with_wrong), refused(400, "invalid_client_metadata"));
    let kept = update(&client, &json!({ "token_endpoint_auth_method": "client_secret_basic" }));
    assert!(client.replaces(&kept).await.json().get("client_secret").is_none(), "the same one, told once");
    let shown =
        update(&client, &json!({ "token_endpoint_auth_method": "client_secret_basic", "client_secret": secret }));
    assert_eq!(client.replaces(&shown).await.text("client_secret"), secret);
}

#[tokio::test]
async fn an_update_must_name_the_client_and_say_nothing_of_ours() {
    let world = open_world().await;
    let client = world.registered(&metadata()).await;
    let other = world.registered(&metadata()).await;
    let mut unnamed = update(&client, &json!({}));
    unnamed.as_object_mut().unwrap().remove("client_id");
    let refusals = [
        unnamed,
        update(&client, &json!({ "client_id": other.id() })),
        update(&client, &json!({ "registration_access_token": client.text("registration_access_token") })),
        update(&client, &json!({ "registration_client_uri": client.text("registration_client_uri") })),
        update(&client, &json!({ "client_secret_expires_at": 0 })),
        update(&client, &json!({ "client_id_issued_at": 0 })),
        update(&client, &json!({ "initiate_login_uri": "http://rp.example/" })),
    ];
    for said in refusals {
        assert_eq!(refusal(&client.replaces(&said).await), refused(400, "invalid_client_metadata"), "{said}");
    }
    let said = update(&client, &json!({ "redirect_uris": ["https://rp.example/#x"] }));
    assert_eq!(refusal(&client.replaces(&said).await), refused(400, "invalid_redirect_uri"));
    assert_eq!(client.reads().await.json()["redirect_uris"], json!([CALLBACK]), "nothing was changed");
}

#[tokio::test]
async fn only_its_own_token_opens_a_registration() {
    let world = open_world().await;
    let (client, other) = (world.registered(&metadata()).await, world.registered(&metadata()).await);
    let initial = world.registration_token(1).await;
    let others = other.text("registration_access_token");
    for token in ["x", &others, &initial, &client.text("client_secret")] {
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let answer = client.manages_with(method, token, &update(&client, &json!({}))).await;
            assert_eq!(refusal(&answer), refused(401, "invalid_token"));
            assert!(answer.header("www-authenticate").starts_with("Bearer error=\"invalid_token\""));
        }
    }
    let bare = world.service().send(Call::get(&client.text("registration_client_uri"))).await;
    assert_eq!((bare.status(), bare.header("www-authenticate")), (401, "Bearer"));
    let mut nowhere = client.clone();
    nowhere.told["registration_client_uri"] = json!("https://id.example.jp/register/nobody");
    let (unknown, wrong) = (nowhere.reads().await, client.manages_with(Method::GET, &others, &Value::Null).await);
    assert_eq!(unknown.page.body, wrong.page.body, "who is registered is told to nobody");
    assert_eq!(client.reads().await.status(), 200);
}

#[tokio::test]
async fn a_deleted_client_is_gone_with_all_that_it_was_given() {
    let world = open_world().await;
    let mut student = world.student().await;
    let said = metadata_with(json!({ "grant_types": ["authorization_code", "refresh_token"] }));
    let client = world.registered(&said).await;
    let party = client.party();
    let page = student.signs_in_and_allows(&party.url(&[("scope", "openid offline_access")])).await;
    let tokens = party.redeem(&page.code()).await;
    assert_eq!(tokens.status(), 200, "{}", tokens.page.body);
    let waiting = student.signs_in_and_allows(&party.url(&[])).await.code();

    let answer = client.deletes().await;
    assert_eq!((answer.status(), answer.page.body.as_str(), answer.header("cache-control")), (204, "", "no-store"));

    assert_eq!(refusal(&client.reads().await), refused(401, "invalid_token"));
    assert_eq!(refusal(&client.deletes().await), refused(401, "invalid_token"));
    assert_eq!(refusal(&party.redeem(&waiting).await), refused(401, "invalid_client"));
    assert_eq!(refusal(&party.refresh(&tokens.text("refresh_token")).await), refused(401, "invalid_client"));
    assert_eq!(party.userinfo(&tokens.text("access_token")).await.status(), 401);
    let page = student.browser.open(&party.url(&[])).await;
    assert_eq!((page.id().as_str(), page.status.as_u16()), ("error", 400));
    let account = world.flows().find_accounts(&world.tenant(), &student.user_id, None).await.unwrap().remove(0);
    let grants = world.flows().store.grants_of_account(account.id).await.unwrap();
    assert!(world.flows().store.consents_of_account(account.id).await.unwrap().is_empty());
    assert!(grants.iter().all(|grant| grant.client.as_str() != client.id()), "no grant is left");
    let trail = world.whole_trail().await;
    assert!(events(&trail).iter().filter(|name| **name == "client.registered").count() >= 2);
}

#[tokio::test]
async fn a_client_that_ends_in_the_middle_of_a_login_gets_no_code() {
    let world = open_world().await;
    let mut student = world.student().await;
    let client = world.registered(&metadata()).await;
    let page = student.browser.open(&client.party().url(&[])).await;
    let page = student.types_university_password(&page).await;
    assert_eq!(page.id(), "second-password");
    assert_eq!(client.deletes().await.status(), 204);
    let page = student.enters_second_password(&page, crate::support::student::SECOND_PASSWORD).await;
    assert!(!page.is_at_the_client(), "{}", page.url);
    assert!(matches!(page.id().as_str(), "timed-out" | "error"), "{}", page.id());
}

#[tokio::test]
async fn a_registered_client_outlives_a_restart() {
    let world = open_world().await;
    let (client, gone) = (world.registered(&metadata()).await, world.registered(&metadata()).await);
    gone.deletes().await;
    world.restart().await;
    assert_eq!(client.reads().await.status(), 200);
    assert_eq!(gone.reads().await.status(), 401);
    let tenant = world.tenant();
    assert!(tenant.client(&client.id()).is_some() && tenant.client(&gone.id()).is_none());
}

#[tokio::test]
async fn a_registered_client_outlives_a_reload_and_the_end_of_registration() {
    let world = open_world().await;
    let client = world.registered(&metadata()).await;
    world.reload().await;
    assert!(world.tenant().client(&client.id()).is_some());
    let later = world.registered(&metadata()).await;
    assert!(world.tenant().client(&later.id()).is_some(), "what is registered after a reload is known too");
    world.restart_with(Setup::default()).await;
    assert!(world.tenant().client(&client.id()).is_some(), "it may be turned off while its clients go on");
    assert_eq!(client.reads().await.status(), 404);
}

#[tokio::test]
async fn another_node_knows_a_new_client_at_its_first_request_and_an_ended_one_soon() {
    let world = open_world().await;
    let other = world.another_process().await;
    let tenant = other.tenants().into_iter().find(|tenant| tenant.id.as_str() == "demo").unwrap();
    let token = other.flows().make_registration_token(&tenant, (1, 9 * SECOND), "operator").await.unwrap().1;
    let body = metadata().to_string();
    let made =
        other.flows().register_client(&tenant, token.expose(), body.as_bytes(), &Visitor::default()).await.unwrap();
    let mut party = world.service();
    party.id = made.client.to_string();
    assert!(world.tenant().client(&party.id).is_none());
    let page = world.browser().open(&party.url(&[])).await;
    assert_eq!(page.id(), "sign-in");
    let event = idp::domain::audit::AuditEvent::new(
        world.now(),
        idp::domain::audit::Event::ClientRegistered,
        tenant.id.clone(),
    );
    assert!(other.flows().remove_client(&tenant, &made.client, event).await.unwrap());
    world.flows().learn_clients(&[world.tenant()]).await.unwrap();
    assert!(world.tenant().client(&party.id).is_none());
    other.flows().store.close().await;
}

#[tokio::test]
async fn a_file_of_the_same_name_goes_before() {
    let world = open_world().await;
    let client = world.registered(&metadata()).await;
    let file = format!("{}token_endpoint_auth_method = \"none\"\n", crate::support::setup::client(&client.id()));
    world.restart_with(open().further_client(&client.id(), &file)).await;
    assert!(world.tenant().client(&client.id()).unwrap().authentication.is_public());
}

#[tokio::test]
async fn so_many_updates_may_be_tried_in_an_hour_whatever_comes_of_them() {
    use idp::domain::registered_client::MOST_TRIES;
    let world = open_world().await;
    let client = world.registered(&metadata()).await;
    for _ in 0..MOST_TRIES {
        assert_eq!(refusal(&client.replaces(&json!({})).await), refused(400, "invalid_client_metadata"));
    }
    let said = update(&client, &json!({}));
    let answer = client.replaces(&said).await;
    assert_eq!(refusal(&answer), refused(429, "temporarily_unavailable"));
    assert!(!answer.header("retry-after").is_empty());
    assert_eq!(client.reads().await.status(), 200, "reading costs nothing");
    world.clock.pass(HOUR);
    assert_eq!(client.replaces(&said).await.status(), 200);
}
