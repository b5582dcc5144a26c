//! Clients show who they are: the registered method, one a request (RFC 6749 §2.3, §5.2; SR-56), and may read from a browser (SR-61).

use axum::http::Method;

use crate::support::{
    World,
    browser::Call,
    client::basic,
    setup::{self, ISSUER},
};

use super::{refusal, refused, signed_in};

fn token_url() -> String {
    format!("{ISSUER}/token")
}

#[tokio::test]
async fn wrong_authentication_is_invalid_client_with_a_challenge() {
    let world = World::start().await;
    let service = world.service();
    let good = setup::secret("certificate-service");
    let headers = [
        basic("certificate-service", "wrong"),
        basic("certificate-service", ""),
        basic("nobody", &good),
        basic("library", &good),
        "Basic !!!".to_owned(),
        "Basic".to_owned(),
        "Bearer x".to_owned(),
        basic("certificate-service", &good[1..]),
    ];
    for header in headers {
        let call = Call::form(&token_url(), &[("grant_type", "authorization_code"), ("code", "x")])
            .with("authorization", &header);
        let answer = service.send(call).await;
        assert_eq!(refusal(&answer), refused(401, "invalid_client"), "{header}");
        assert!(answer.header("www-authenticate").starts_with("Basic"), "{header}");
    }
}

#[tokio::test]
async fn no_authentication_at_all_is_invalid_client() {
    let world = World::start().await;
    for form in [
        &[("grant_type", "authorization_code"), ("code", "x")][..],
        &[("grant_type", "authorization_code"), ("code", "x"), ("client_id", "certificate-service")],
    ] {
        let answer = world.service().send(Call::form(&token_url(), form)).await;
        assert_eq!(refusal(&answer), refused(401, "invalid_client"), "{form:?}");
    }
}

#[tokio::test]
async fn only_the_registered_method_counts() {
    let (world, mut student, _) = signed_in(&[]).await;
    let mut service = world.service();
    service.posts_secret = true;
    let code = student.begins().await.code();
    assert_eq!(
        refusal(&service.redeem(&code).await),
        refused(401, "invalid_client"),
        "client_secret_post of a basic client"
    );
    let mut library = world.client("library");
    library.posts_secret = false;
    assert_eq!(refusal(&library.redeem(&code).await), refused(401, "invalid_client"), "basic of a posting client");
    assert_eq!(world.service().redeem(&code).await.status(), 200, "the code is still there");
}

#[tokio::test]
async fn a_secret_in_the_form_works_where_it_is_registered() {
    let world = World::start().await;
    let mut student = world.student().await;
    let library = world.client("library");
    let page = student.signs_in_at(&library.url(&[])).await;
    assert_eq!(library.redeem(&page.code()).await.status(), 200);
}

#[tokio::test]
async fn two_methods_at_once_are_refused() {
    let world = World::start().await;
    let secret = setup::secret("certificate-service");
    let call = Call::form(
        &token_url(),
        &[
            ("grant_type", "authorization_code"),
            ("code", "x"),
            ("client_id", "certificate-service"),
            ("client_secret", &secret),
        ],
    )
    .with("authorization", &basic("certificate-service", &secret));
    assert_eq!(refusal(&world.service().send(call).await), refused(400, "invalid_request"));
}

#[tokio::test]
async fn a_public_client_that_sends_a_secret_is_refused() {
    let world = World::start().await;
    let call = Call::form(
        &token_url(),
        &[("grant_type", "authorization_code"), ("code", "x"), ("client_id", "phone-app"), ("client_secret", "x")],
    );
    assert_eq!(refusal(&world.service().send(call).await), refused(401, "invalid_client"));
}

#[tokio::test]
async fn a_client_id_that_differs_from_the_header_is_refused() {
    let world = World::start().await;
    let answer =
        world.service().token(&[("grant_type", "authorization_code"), ("code", "x"), ("client_id", "library")]).await;
    assert_eq!(refusal(&answer), refused(401, "invalid_client"));
}

#[tokio::test]
async fn a_preflight_is_answered_for_the_origins_of_registered_clients_only() {
    let world = World::start().await;
    for path in ["/token", "/userinfo"] {
        let ask = |origin: &str| {
            Call::get(&format!("{ISSUER}{path}"))
                .method(Method::OPTIONS)
                .with("origin", origin)
                .with("access-control-request-method", "POST")
        };
        let ours = world.service().send(ask("https://rp.example")).await;
        assert_eq!((ours.status(), ours.header("access-control-allow-origin")), (204, "https://rp.example"), "{path}");
        assert_eq!(ours.header("access-control-allow-credentials"), "", "never with cookies");
        assert_eq!(ours.header("vary"), "origin");
        for stranger in ["https://evil.example", "null", "https://rp.example.evil.example", "http://rp.example"] {
            let theirs = world.service().send(ask(stranger)).await;
            assert_eq!(theirs.header("access-control-allow-origin"), "", "{path} {stranger}");
        }
    }
}
