//! The Host picks the tenant, and no header is ever believed or repeated (SR-40; protocol.md).

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::support::{World, browser::Call, setup::ISSUER};

/// A bare request: exactly these headers.
async fn bare(world: &World, path: &str, headers: &[(&str, &str)]) -> (u16, String, String) {
    let mut request = Request::builder().uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = world.router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let location =
        response.headers().get(header::LOCATION).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    let status = response.status().as_u16();
    (status, location, String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap())
}

const PATH: &str = "/.well-known/openid-configuration";

#[tokio::test]
async fn an_unknown_host_is_421() {
    let world = World::start().await;
    for host in [
        "evil.example",
        "id.example.jp.evil.example",
        "id.example.jp:8443",
        "localhost",
        "127.0.0.1",
        "xid.example.jp",
        "id.example.jp.",
    ] {
        assert_eq!(bare(&world, PATH, &[("host", host)]).await.0, 421, "{host}");
    }
}

#[tokio::test]
async fn no_host_or_two_is_400() {
    let world = World::start().await;
    assert_eq!(bare(&world, PATH, &[]).await.0, 400);
    assert_eq!(bare(&world, PATH, &[("host", "")]).await.0, 400);
    assert_eq!(bare(&world, PATH, &[("host", "id.example.jp"), ("host", "evil.example")]).await.0, 400);
}

#[tokio::test]
async fn the_host_is_read_in_any_case_and_with_its_default_port() {
    let world = World::start().await;
    for host in ["ID.Example.JP", "id.example.jp:443"] {
        let (status, _, body) = bare(&world, PATH, &[("host", host)]).await;
        assert_eq!(status, 200, "{host}");
        assert!(body.contains(&format!("\"issuer\":\"{ISSUER}\"")));
    }
}

#[tokio::test]
async fn forwarding_headers_are_never_repeated() {
    let world = World::start().await;
    let lies = [
        ("host", "id.example.jp"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-port", "1234"),
        ("x-forwarded-for", "evil.example"),
        ("forwarded", "host=evil.example;proto=http"),
        ("x-original-url", "/evil.example"),
        ("x-rewrite-url", "/evil.example"),
        ("x-host", "evil.example"),
    ];
    let authorize = format!("/authorize?{}", world.service().request(&[]));
    for path in [PATH, "/", "/nothing", "/jwks", "/link/x", "/logout", &authorize] {
        let (status, location, body) = bare(&world, path, &lies).await;
        assert!(status < 500, "{path}");
        assert!(!location.contains("evil.example") && !body.contains("evil.example"), "{path}");
        assert!(!body.contains("http://id.example.jp"), "{path}");
    }
}

#[tokio::test]
async fn sr_40_links_in_mails_begin_with_the_issuer_whatever_the_browser_says() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.passes_the_university().await;
    let form = page.form(&[("email", "s2025001@mail.example"), ("email_confirmation", "s2025001@mail.example")], None);
    let call = crate::support::browser::Browser::call_of(&form)
        .with("x-forwarded-host", "evil.example")
        .with("forwarded", "host=evil.example");
    student.browser.send(call).await;
    let mail = student.mail().await;
    assert!(mail.link().starts_with(&format!("{ISSUER}/link/")), "{}", mail.text);
}

#[tokio::test]
async fn head_answers_like_get_without_a_body() {
    let world = World::start().await;
    for path in [PATH, "/jwks"] {
        let get = world.service().send(Call::get(&format!("{ISSUER}{path}"))).await;
        let head = world.service().send(Call::get(&format!("{ISSUER}{path}")).method(Method::HEAD)).await;
        assert_eq!((head.status(), head.page.body.as_str()), (get.status(), ""), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"));
    }
}

#[tokio::test]
async fn a_path_of_dots_or_slashes_finds_nothing() {
    let world = World::start().await;
    for path in [
        "//jwks",
        "/./jwks",
        "/../jwks",
        "/jwks/",
        "/%6awks",
        "/assets/default/../../Cargo.toml",
        "/assets/default/%2e%2e%2ftheme.toml",
        "/assets/..%2f/x",
    ] {
        assert_eq!(bare(&world, path, &[("host", "id.example.jp")]).await.0, 404, "{path}");
    }
}
