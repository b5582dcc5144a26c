//! The authorization endpoint refuses: with which error, and who is told (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6).

use crate::support::{World, browser::Call, client::CALLBACK, setup::ISSUER};

use super::error_of;

async fn told_to_the_client(other: &[(&str, &str)], error: &str) {
    let world = World::start().await;
    let page = world.browser().open(&world.service().url(other)).await;
    assert_eq!(error_of(&page), error, "{other:?}");
    assert_eq!(page.parameter("state").as_deref(), Some("state-1"), "{other:?}");
    assert!(page.url.as_str().starts_with(CALLBACK));
}

async fn told_on_a_page(query: &str) {
    let world = World::start().await;
    let page = world.browser().send(Call::get(&format!("{ISSUER}/authorize?{query}"))).await;
    assert_eq!((page.status.as_u16(), page.error().as_str()), (400, "E-01"), "{query}");
    assert!(page.headers.get("location").is_none() && page.headers.get("set-cookie").is_none());
    assert!(page.header("content-type").starts_with("text/html"));
}

#[tokio::test]
async fn a_missing_or_other_response_type() {
    told_to_the_client(&[("response_type", "")], "invalid_request").await;
    for other in ["token", "id_token", "code id_token", "code token", "none", "CODE"] {
        told_to_the_client(&[("response_type", other)], "unsupported_response_type").await;
    }
}

#[tokio::test]
async fn a_response_mode_that_is_not_spoken() {
    for other in ["fragment", "fragment.jwt", "QUERY", "JWT", "web_message"] {
        told_to_the_client(&[("response_mode", other)], "invalid_request").await;
    }
}

#[tokio::test]
async fn a_scope_of_which_nothing_can_be_given() {
    for other in ["OPENID", "openidx", "nonsense"] {
        told_to_the_client(&[("scope", other)], "invalid_scope").await;
    }
    told_to_the_client(&[("scope", "")], "invalid_scope").await;
}

#[tokio::test]
async fn a_missing_plain_or_broken_challenge() {
    told_to_the_client(&[("code_challenge", ""), ("code_challenge_method", "")], "invalid_request").await;
    told_to_the_client(&[("code_challenge", "")], "invalid_request").await;
    told_to_the_client(&[("code_challenge_method", "plain")], "invalid_request").await;
    told_to_the_client(&[("code_challenge_method", "")], "invalid_request").await;
    told_to_the_client(&[("code_challenge", "short")], "invalid_request").await;
    told_to_the_client(&[("code_challenge", &"a".repeat(129))], "invalid_request").await;
}

#[tokio::test]
async fn prompt_none_stands_alone() {
    for other in ["none login", "login none", "none consent"] {
        told_to_the_client(&[("prompt", other)], "invalid_request").await;
    }
}

#[tokio::test]
async fn a_max_age_that_is_no_number() {
    for other in ["-1", "x", "1.5", "99999999999999999999"] {
        told_to_the_client(&[("max_age", other)], "invalid_request").await;
    }
}

#[tokio::test]
async fn claims_of_the_wrong_shape() {
    for other in ["x", "[]", "{\"userinfo\":1}", "{\"id_token\":{\"acr\":7}}", "{\"userinfo\":{\"name\":"] {
        told_to_the_client(&[("claims", other)], "invalid_request").await;
    }
}

#[tokio::test]
async fn request_objects_are_refused_and_never_ignored() {
    told_to_the_client(&[("request", "eyJhbGciOiJub25lIn0.e30.")], "request_not_supported").await;
    told_to_the_client(&[("request_uri", "https://rp.example/object#x")], "request_uri_not_supported").await;
    told_to_the_client(&[("registration", "{}")], "registration_not_supported").await;
}

#[tokio::test]
async fn a_forged_or_foreign_id_token_hint() {
    told_to_the_client(&[("id_token_hint", "x")], "invalid_request").await;
    told_to_the_client(&[("id_token_hint", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.")], "invalid_request").await;
}

#[tokio::test]
async fn a_state_or_nonce_beyond_every_measure() {
    let world = World::start().await;
    let page = world.browser().open(&world.service().url(&[("state", &"s".repeat(2049))])).await;
    assert_eq!(error_of(&page), "invalid_request");
    assert!(page.parameter("state").is_none());
    told_to_the_client(&[("nonce", &"n".repeat(2049))], "invalid_request").await;
}

#[tokio::test]
async fn a_parameter_that_stands_twice() {
    let world = World::start().await;
    let request = world.service().request(&[]);
    for twice in
        ["state=state-1", "scope=openid", "nonce=x", "response_type=code", "prompt=none", "code_challenge_method=S256"]
    {
        let page = world.browser().open(&format!("{ISSUER}/authorize?{request}&{twice}&{twice}")).await;
        assert_eq!(error_of(&page), "invalid_request", "{twice}");
    }
    told_on_a_page(&format!("{request}&client_id=certificate-service")).await;
    told_on_a_page(&format!("{request}&redirect_uri=https%3A%2F%2Frp.example%2Fcallback")).await;
}

#[tokio::test]
async fn an_unknown_client_or_redirect_uri_is_a_page() {
    let world = World::start().await;
    told_on_a_page("").await;
    told_on_a_page(&world.service().request(&[("client_id", "")])).await;
    told_on_a_page(&world.service().request(&[("client_id", "nobody")])).await;
    told_on_a_page(&world.service().request(&[("client_id", "Certificate-Service")])).await;
    told_on_a_page(&world.service().request(&[("redirect_uri", "")])).await;
    told_on_a_page(&world.service().request(&[("redirect_uri", "https://evil.example/")])).await;
}

#[tokio::test]
async fn what_cannot_be_decoded_is_a_page() {
    let world = World::start().await;
    let request = world.service().request(&[]);
    for broken in ["&x=%zz", "&x=%ff%fe", "&x=%"] {
        let page = world.browser().send(Call::get(&format!("{ISSUER}/authorize?{request}{broken}"))).await;
        assert!(page.status == 400 || page.status == 303, "{broken}");
        if page.status == 303 {
            assert!(!page.header("location").contains("evil"));
        }
    }
}

#[tokio::test]
async fn a_request_too_long_for_a_cookie_is_told_to_the_client() {
    let world = World::start().await;
    let claims = format!("{{\"userinfo\":{{\"name\":null}},\"x\":\"{}\"}}", "y".repeat(100));
    let page = world.browser().open(&world.service().url(&[("claims", &claims)])).await;
    assert_eq!(page.id(), "sign-in", "what is unknown is not kept");
    told_to_the_client_at_length().await;
}

async fn told_to_the_client_at_length() {
    let world = World::start().await;
    let long = "s".repeat(2000);
    let page = world.browser().open(&world.service().url(&[("state", &long), ("nonce", &long)])).await;
    assert_eq!(error_of(&page), "invalid_request");
    assert_eq!(page.parameter("state").as_deref(), Some(long.as_str()));
}

#[tokio::test]
async fn a_request_of_more_than_eight_kibibytes_is_not_read() {
    let world = World::start().await;
    let request = world.service().request(&[("extra", &"x".repeat(9000))]);
    let by_get = world.browser().send(Call::get(&format!("{ISSUER}/authorize?{request}"))).await;
    assert_eq!(by_get.status, 414);
    let mut call = Call::form(&format!("{ISSUER}/authorize"), &[]);
    call.body = request;
    let by_post = world.browser().send(call).await;
    assert_eq!((by_post.status.as_u16(), by_post.error().as_str()), (400, "E-01"));
}

#[tokio::test]
async fn what_a_client_may_not_have_is_dropped_from_the_scope() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.signs_in_for(&[("scope", "openid admin everything email")]).await;
    let scope = world.service().redeem(&page.code()).await.text("scope");
    let mut scope: Vec<&str> = scope.split(' ').collect();
    scope.sort_unstable();
    assert_eq!(scope, ["email", "openid"]);
}

#[tokio::test]
async fn head_and_options_of_the_endpoint_do_nothing() {
    use axum::http::Method;
    let world = World::start().await;
    let before = world.whole_trail().await.len();
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let answer = world.browser().send(Call::get(&world.service().url(&[])).method(method.clone())).await;
        assert_eq!(answer.status, 405, "{method}");
    }
    let answer = world.browser().send(Call::get(&world.service().url(&[])).method(Method::OPTIONS)).await;
    assert!(matches!(answer.status.as_u16(), 204 | 200 | 405));
    assert_eq!(world.whole_trail().await.len(), before);
}
