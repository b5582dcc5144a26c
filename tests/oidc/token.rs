//! The token endpoint: codes redeemed and refused (RFC 6749 §4.1.3, §5; SR-52, SR-56).

use axum::http::Method;

use crate::support::{
    World,
    browser::Call,
    client::{CALLBACK, VERIFIER, basic},
    clock::{MINUTE, SECOND},
    setup::{self, ISSUER},
};

use super::{refusal, refused, signed_in};

fn token_url() -> String {
    format!("{ISSUER}/token")
}

#[tokio::test]
async fn a_code_is_exchanged_for_tokens() {
    let (_, _, answer) = signed_in(&[]).await;
    let body = answer.json();
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 300);
    assert_eq!(body["scope"], "openid");
    assert!(answer.text("access_token").len() >= 43);
    assert!(body["id_token"].is_string());
    assert!(body.get("refresh_token").is_none(), "offline_access was not asked for");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("pragma"), "no-cache");
    assert!(answer.header("content-type").starts_with("application/json"));
}

#[tokio::test]
async fn a_code_presented_again_is_refused_and_ends_what_it_gave() {
    let (world, mut student, _) = signed_in(&[]).await;
    let page = student.begins_with(&[("scope", "openid offline_access")]).await;
    let service = world.service();
    let tokens = service.redeem(&page.code()).await;
    let access = tokens.text("access_token");
    assert_eq!(service.userinfo(&access).await.status(), 200);
    world.clock.pass(30 * SECOND);
    assert_eq!(refusal(&service.redeem(&page.code()).await), refused(400, "invalid_grant"));
    assert_eq!(service.userinfo(&access).await.status(), 401);
    assert_eq!(service.introspect(&access).await.json()["active"], false);
    assert_eq!(refusal(&service.refresh(&tokens.text("refresh_token")).await), refused(400, "invalid_grant"));
}

#[tokio::test]
async fn a_code_presented_again_after_its_minute_still_ends_what_it_gave() {
    let (world, mut student, _) = signed_in(&[]).await;
    let page = student.begins().await;
    let service = world.service();
    let access = service.redeem(&page.code()).await.text("access_token");
    world.clock.pass(2 * MINUTE);
    assert_eq!(refusal(&service.redeem(&page.code()).await), refused(400, "invalid_grant"));
    assert_eq!(service.userinfo(&access).await.status(), 401);
}

#[tokio::test]
async fn a_code_of_59_seconds_works_and_of_60_does_not() {
    let (world, mut student, _) = signed_in(&[]).await;
    let page = student.begins().await;
    world.clock.pass(59 * SECOND);
    assert_eq!(world.service().redeem(&page.code()).await.status(), 200);
    let page = student.begins().await;
    world.clock.pass(60 * SECOND);
    assert_eq!(refusal(&world.service().redeem(&page.code()).await), refused(400, "invalid_grant"));
}

#[tokio::test]
async fn a_code_of_another_client_is_refused_and_still_good_for_its_own() {
    let (world, mut student, _) = signed_in(&[]).await;
    let page = student.begins().await;
    assert_eq!(refusal(&world.client("library").redeem(&page.code()).await), refused(400, "invalid_grant"));
    assert_eq!(world.service().redeem(&page.code()).await.status(), 200, "a stranger's try ends nothing");
}

#[tokio::test]
async fn a_code_is_worthless_at_another_tenant() {
    let (world, mut student, _) = signed_in(&[]).await;
    let page = student.begins().await;
    let mut elsewhere = world.service();
    elsewhere.issuer = setup::OTHER_ISSUER.into();
    assert_eq!(refusal(&elsewhere.redeem(&page.code()).await), refused(400, "invalid_grant"));
}

#[tokio::test]
async fn the_verifier_must_match_and_be_there() {
    let (world, mut student, _) = signed_in(&[]).await;
    let service = world.service();
    let other = "a".repeat(43);
    for verifier in [
        None,
        Some(""),
        Some("short"),
        Some(other.as_str()),
        Some(&VERIFIER[1..]),
        Some(&crate::support::client::challenge()),
    ] {
        let code = student.begins().await.code();
        let mut form = vec![("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", CALLBACK)];
        form.extend(verifier.map(|verifier| ("code_verifier", verifier)));
        assert_eq!(refusal(&service.token(&form).await), refused(400, "invalid_grant"), "{verifier:?}");
    }
}

#[tokio::test]
async fn a_verifier_without_a_challenge_is_refused() {
    let (world, mut student, _) = signed_in(&[]).await;
    let legacy = world.client("legacy");
    let page = student.browser.open(&legacy.url(&[("code_challenge", ""), ("code_challenge_method", "")])).await;
    assert_eq!(refusal(&legacy.redeem(&page.code()).await), refused(400, "invalid_grant"));
}

#[tokio::test]
async fn the_token_request_must_name_the_very_same_uri() {
    let world = World::start().await;
    let mut student = world.student().await;
    let service = world.service();
    for named in ["https://rp.example/callback?kept=yes", "https://rp.example/callback/", "https://rp.example/Callback"]
    {
        let page = student.signs_in().await;
        let answer = service
            .token(&[
                ("grant_type", "authorization_code"),
                ("code", &page.code()),
                ("redirect_uri", named),
                ("code_verifier", VERIFIER),
            ])
            .await;
        assert_eq!((answer.status(), answer.error()), (400, "invalid_grant".to_owned()), "{named}");
    }
}

#[tokio::test]
async fn a_redirect_uri_left_out_is_refused() {
    let (world, mut student, _) = signed_in(&[]).await;
    let code = student.begins().await.code();
    let form = [("grant_type", "authorization_code"), ("code", code.as_str()), ("code_verifier", VERIFIER)];
    assert_eq!(refusal(&world.service().token(&form).await), refused(400, "invalid_grant"));
}

#[tokio::test]
async fn a_made_up_code_is_refused() {
    let world = World::start().await;
    for code in ["x", "", " ", &"a".repeat(43), &"a".repeat(5000), "日本"] {
        let answer = world.service().redeem(code).await;
        let (status, error) = refusal(&answer);
        assert_eq!(status, 400, "{code}");
        assert!(error == "invalid_grant" || (code.is_empty() && error == "invalid_request"), "{code}: {error}");
    }
}

#[tokio::test]
async fn a_missing_parameter_is_invalid_request() {
    let world = World::start().await;
    let service = world.service();
    for form in [&[][..], &[("code", "x")], &[("grant_type", "authorization_code")], &[("grant_type", "refresh_token")]]
    {
        assert_eq!(refusal(&service.token(form).await), refused(400, "invalid_request"), "{form:?}");
    }
}

#[tokio::test]
async fn other_grant_types_are_unsupported() {
    let world = World::start().await;
    for grant in ["password", "implicit", "urn:ietf:params:oauth:grant-type:saml2-bearer", "Authorization_Code"] {
        assert_eq!(
            refusal(&world.service().token(&[("grant_type", grant)]).await),
            refused(400, "unsupported_grant_type"),
            "{grant}"
        );
    }
}

#[tokio::test]
async fn a_parameter_that_stands_twice_is_invalid_request() {
    let (world, mut student, _) = signed_in(&[]).await;
    let code = student.begins().await.code();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    assert_eq!(refusal(&world.service().token(&form).await), refused(400, "invalid_request"));
}

#[tokio::test]
async fn a_body_that_is_no_form_is_invalid_request() {
    let world = World::start().await;
    for kind in ["application/json", "text/plain", "multipart/form-data"] {
        let mut call = Call::form(&token_url(), &[("grant_type", "authorization_code")]);
        call.headers = vec![("content-type".into(), kind.into())];
        assert_eq!(refusal(&world.service().send(call).await), refused(400, "invalid_request"), "{kind}");
    }
}

#[tokio::test]
async fn a_grant_type_that_is_not_the_client_s_is_unauthorized() {
    let text = setup::client("once").replace(", \"refresh_token\"", "") + "token_endpoint_auth_method = \"none\"\n";
    let world = World::with(setup::Setup::default().further_client("once", &text)).await;
    let mut once = world.client("once");
    once.secret = None;
    assert_eq!(refusal(&once.refresh("x").await), refused(400, "unauthorized_client"));
}

#[tokio::test]
async fn only_post_is_taken() {
    let world = World::start().await;
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::HEAD] {
        let answer = world
            .service()
            .send(Call::get(&format!("{}?grant_type=authorization_code&code=x", token_url())).method(method.clone()))
            .await;
        assert_eq!(answer.status(), 405, "{method}");
    }
}

#[tokio::test]
async fn parameters_in_the_address_do_not_count() {
    let (world, mut student, _) = signed_in(&[]).await;
    let code = student.begins().await.code();
    let call = Call::form(&format!("{}?grant_type=authorization_code&code={code}", token_url()), &[])
        .with("authorization", &basic("certificate-service", &setup::secret("certificate-service")));
    assert_eq!(refusal(&world.service().send(call).await), refused(400, "invalid_request"));
}

#[tokio::test]
async fn a_code_ends_with_its_session() {
    let (world, mut student, first) = signed_in(&[]).await;
    let code = student.begins().await.code();
    student.browser.open(&world.service().logout_url(&[("id_token_hint", &first.text("id_token"))])).await;
    assert_eq!(refusal(&world.service().redeem(&code).await), refused(400, "invalid_grant"));
}

#[tokio::test]
async fn tokens_hold_through_a_restart_of_the_server() {
    let (world, mut student, answer) = signed_in(&[]).await;
    let code = student.begins().await.code();
    world.restart().await;
    assert_eq!(world.service().redeem(&code).await.status(), 200);
    assert_eq!(world.service().userinfo(&answer.text("access_token")).await.status(), 200);
    world.restart().await;
    assert_eq!(refusal(&world.service().redeem(&code).await), refused(400, "invalid_grant"), "used is used");
}
