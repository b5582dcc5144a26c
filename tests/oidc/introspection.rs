//! Introspection and revocation (RFC 7662, RFC 7009; SR-63).

use idp::store::Backend;
use serde_json::json;

use crate::support::{browser::Call, clock::MINUTE, setup::ISSUER};

use super::{refusal, refused, signed_in};

const OFFLINE: [(&str, &str); 1] = [("scope", "openid offline_access")];

#[tokio::test]
async fn a_client_s_own_live_tokens_are_active() {
    let (world, _, tokens) = signed_in(&OFFLINE).await;
    let service = world.service();
    let answer = service.introspect(&tokens.text("access_token")).await;
    assert_eq!((answer.status(), answer.header("cache-control")), (200, "no-store"));
    let body = answer.json();
    assert_eq!(body["active"], true);
    assert_eq!(body["client_id"], "certificate-service");
    assert_eq!(body["iss"], ISSUER);
    assert_eq!(body["sub"], tokens.claims()["sub"]);
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["scope"], tokens.json()["scope"]);
    assert_eq!(body["exp"].as_i64().unwrap() - body["iat"].as_i64().unwrap(), 300);
    assert_eq!(service.introspect(&tokens.text("refresh_token")).await.json()["active"], true);
}

#[tokio::test]
async fn what_is_not_active_says_nothing_more() {
    let (world, mut student, tokens) = signed_in(&OFFLINE).await;
    let access = tokens.text("access_token");
    let code = student.begins().await.code();
    let inactive = json!({"active": false});
    for token in ["x", "", &code, &tokens.text("id_token"), &"a".repeat(43)] {
        let answer = world.service().introspect(token).await;
        if token.is_empty() {
            assert_eq!(refusal(&answer), refused(400, "invalid_request"));
        } else {
            assert_eq!(answer.json(), inactive, "{token}");
        }
    }
    assert_eq!(
        world.client("library").introspect(&access).await.json(),
        inactive,
        "another client's token is as good as unknown"
    );
    world.clock.pass(5 * MINUTE);
    assert_eq!(world.service().introspect(&access).await.json(), inactive, "expired");
}

#[tokio::test]
async fn introspection_needs_an_authenticated_client() {
    let (world, _, tokens) = signed_in(&OFFLINE).await;
    let access = tokens.text("access_token");
    assert_eq!(refusal(&world.client("phone-app").introspect(&access).await), refused(401, "invalid_client"));
    let mut guess = world.service();
    guess.secret = Some("guess".into());
    let answer = guess.introspect(&access).await;
    assert_eq!(refusal(&answer), refused(401, "invalid_client"));
    assert!(answer.header("www-authenticate").starts_with("Basic"));
    let bearer = Call::form(&format!("{ISSUER}/introspect"), &[("token", &access)])
        .with("authorization", &format!("Bearer {access}"));
    assert_eq!(refusal(&world.service().send(bearer).await), refused(401, "invalid_client"));
}

#[tokio::test]
async fn an_access_token_given_back_is_dead_and_the_refresh_token_lives() {
    let (world, _, tokens) = signed_in(&OFFLINE).await;
    let service = world.service();
    let answer = service.revoke(&tokens.text("access_token")).await;
    assert_eq!((answer.status(), answer.page.body.as_str()), (200, ""));
    assert_eq!(service.userinfo(&tokens.text("access_token")).await.status(), 401);
    assert_eq!(service.refresh(&tokens.text("refresh_token")).await.status(), 200);
}

#[tokio::test]
async fn a_refresh_token_given_back_takes_its_access_tokens_along() {
    let (world, _, tokens) = signed_in(&OFFLINE).await;
    let service = world.service();
    assert_eq!(service.revoke(&tokens.text("refresh_token")).await.status(), 200);
    assert_eq!(service.userinfo(&tokens.text("access_token")).await.status(), 401);
    assert_eq!(refusal(&service.refresh(&tokens.text("refresh_token")).await), refused(400, "invalid_grant"));
    assert!(world.whole_trail().await.iter().any(|row| row.event == "grant.revoked"));
}

#[tokio::test]
async fn giving_back_what_is_unknown_or_another_s_is_200_and_changes_nothing() {
    let (world, _, tokens) = signed_in(&OFFLINE).await;
    let access = tokens.text("access_token");
    for token in ["x", &"a".repeat(43), &tokens.text("id_token")] {
        assert_eq!(world.service().revoke(token).await.status(), 200);
    }
    assert_eq!(world.client("library").revoke(&access).await.status(), 200);
    assert_eq!(world.client("library").revoke(&tokens.text("refresh_token")).await.status(), 200);
    assert_eq!(world.service().userinfo(&access).await.status(), 200);
    assert_eq!(world.service().revoke(&access).await.status(), 200);
    assert_eq!(world.service().revoke(&access).await.status(), 200, "twice is once");
}

#[tokio::test]
async fn revocation_needs_the_client_and_the_token() {
    let (world, _, tokens) = signed_in(&OFFLINE).await;
    let mut guess = world.service();
    guess.secret = Some("guess".into());
    assert_eq!(refusal(&guess.revoke(&tokens.text("access_token")).await), refused(401, "invalid_client"));
    assert_eq!(refusal(&world.service().post("/revoke", &[]).await), refused(400, "invalid_request"));
    assert_eq!(world.service().userinfo(&tokens.text("access_token")).await.status(), 200);
}

#[tokio::test]
async fn a_wrong_hint_of_the_token_s_type_does_not_matter() {
    let (world, _, tokens) = signed_in(&OFFLINE).await;
    let access = tokens.text("access_token");
    let form = [("token", access.as_str()), ("token_type_hint", "refresh_token")];
    assert_eq!(world.service().post("/introspect", &form).await.json()["active"], true);
    assert_eq!(world.service().post("/revoke", &form).await.status(), 200);
    assert_eq!(world.service().introspect(&access).await.json()["active"], false);
}

/// hot-path.md §4.4; whoever adds a read to these paths finds out here.
#[tokio::test]
async fn what_is_in_memory_is_told_without_a_read_and_what_is_not_with_one() {
    let (world, _, tokens) = signed_in(&OFFLINE).await;
    if world.flows().store.backend() == Backend::Postgres {
        // Other nodes write there too: a row counts for two seconds, which a slow machine may need between two lines of this.
        return;
    }
    let (access, refresh) = (tokens.text("access_token"), tokens.text("refresh_token"));
    let introspected = async |token: &str| {
        let before = world.flows().store.reads();
        let answer = world.service().introspect(token).await;
        assert_eq!(answer.json()["active"], true, "{}", answer.page.body);
        world.flows().store.reads() - before
    };
    assert_eq!(introspected(&access).await, 0);
    // That a refresh token is no access token is not remembered.
    assert_eq!(introspected(&refresh).await, 1);
    world.restart().await;
    assert_eq!(introspected(&access).await, 1, "token, grant and account come together");
    assert_eq!(introspected(&access).await, 0);
    assert_eq!(introspected(&refresh).await, 2, "its grant and account are in memory by now");
    assert_eq!(introspected(&refresh).await, 1);
    world.restart().await;
    let before = world.flows().store.reads();
    assert_eq!(world.service().userinfo(&access).await.status(), 200);
    assert_eq!(world.flows().store.reads() - before, 1, "userinfo the same");
    assert_eq!(world.service().userinfo(&access).await.status(), 200);
    assert_eq!(world.flows().store.reads() - before, 1);
}
