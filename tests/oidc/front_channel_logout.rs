//! OpenID Connect Front-Channel Logout 1.0 (protocol.md §6).

use crate::support::{
    Page, Student, World,
    client::Answer,
    setup::{ISSUER, Setup},
};

const PAGE: &str = "https://rp.example/front?from=idp";
const SIGNED_OUT: &str = "https://rp.example/signed-out";

async fn signs_out(client: &str, parameters: &[(&str, &str)]) -> (Student, Answer, Page) {
    let setup = Setup::default().client(&format!("frontchannel_logout_uri = \"{PAGE}\"\n{client}"));
    let world = World::with(setup).await;
    let mut student = world.student().await;
    let page = student.signs_in_for(&[]).await;
    let tokens = world.service().redeem(&page.code()).await;
    let hint = tokens.text("id_token");
    let mut all = vec![("id_token_hint", hint.as_str())];
    all.extend(parameters);
    let page = student.browser.open(&world.service().logout_url(&all)).await;
    (student, tokens, page)
}

fn frame(page: &Page) -> String {
    page.one("iframe", "src").expect("a frame")
}

#[tokio::test]
async fn the_page_frames_the_client_s_with_issuer_and_session_and_then_leads_to_the_client() {
    let required = "frontchannel_logout_session_required = true";
    let (student, tokens, page) =
        signs_out(required, &[("post_logout_redirect_uri", SIGNED_OUT), ("state", "s")]).await;
    assert_eq!(page.id(), "signed-out");
    let sid = tokens.claims()["sid"].as_str().unwrap().to_owned();
    let issuer: String = url::form_urlencoded::byte_serialize(ISSUER.as_bytes()).collect();
    assert_eq!(frame(&page), format!("{PAGE}&iss={issuer}&sid={sid}"));
    assert_eq!(page.link("back").as_str(), "https://rp.example/signed-out?state=s");
    assert!(!student.browser.has_session());
}

#[tokio::test]
async fn a_client_that_does_not_need_the_session_gets_its_page_as_registered() {
    let (_, _, page) = signs_out("", &[]).await;
    assert_eq!(frame(&page), PAGE);
    assert!(!page.has_link("back"));
}

#[tokio::test]
async fn only_the_clients_origins_may_be_framed() {
    let (_, _, page) = signs_out("", &[]).await;
    let policy = page.header("content-security-policy");
    assert!(policy.contains("frame-src https://rp.example") && policy.contains("frame-ancestors 'none'"), "{policy}");
}

#[tokio::test]
async fn without_such_a_page_the_browser_is_sent_on_at_once() {
    let world = World::start().await;
    let mut student = world.student().await;
    let tokens = world.service().redeem(&student.signs_in_for(&[]).await.code()).await;
    let hint = tokens.text("id_token");
    let url = world.service().logout_url(&[("id_token_hint", &hint), ("post_logout_redirect_uri", SIGNED_OUT)]);
    assert_eq!(student.browser.open(&url).await.url.as_str(), SIGNED_OUT);
}
