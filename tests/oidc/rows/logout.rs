//! RP-Initiated, Front-Channel and Back-Channel Logout and Session Management (protocol.md §6). Each begins with the happy flow;
//! what ends the session is asked for with `prompt=none`.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as B64};
use serde_json::{Value, json};

use crate::support::{
    Page,
    backchannel::Backchannel,
    jose::{self, Key},
    setup::{ISSUER, Setup},
};

use super::{super::session_management::frame_says, Module, Tokens};

const SIGNED_OUT: &str = "https://rp.example/signed-out";

/// Somebody who signed in, about to sign out.
struct Leaving {
    op: Module,
    tokens: Tokens,
}

impl Leaving {
    async fn with(setup: Setup) -> Self {
        let mut op = Module::with(setup, "query").await;
        let tokens = op.signs_in(&[]).await;
        Self { op, tokens }
    }

    async fn start() -> Self {
        Self::with(Setup::default()).await
    }

    fn hint(&self) -> String {
        self.tokens.answer.text("id_token")
    }

    async fn asks(&mut self, parameters: &[(&str, &str)]) -> Page {
        self.op.student.browser.open(&self.op.client.logout_url(parameters)).await
    }

    async fn asks_with_hint(&mut self, parameters: &[(&str, &str)]) -> Page {
        let hint = self.hint();
        self.asks(&[&[("id_token_hint", hint.as_str())], parameters].concat()).await
    }

    async fn is_signed_out(&mut self) {
        let callback = self.op.silently(&[("prompt", "none")]).await;
        assert_eq!(callback.error(), "login_required");
    }

    async fn is_signed_in(&mut self) {
        self.op.silently(&[("prompt", "none")]).await.code();
    }

    /// REVIEW: a page asks first, nothing has ended, and nobody is sent to the client; whoever says yes is told so.
    async fn is_asked(&mut self, page: &Page) {
        assert_eq!((page.status.as_u16(), page.id().as_str()), (200, "confirm-sign-out"));
        self.is_signed_in().await;
        let page = self.op.student.browser.press(page, &[], "yes").await;
        self.is_told(&page).await;
    }

    /// REVIEW: "you are signed out".
    async fn is_told(&mut self, page: &Page) {
        assert_eq!((page.status.as_u16(), page.id().as_str()), (200, "signed-out"));
        assert!(!page.body.contains(SIGNED_OUT), "no way to an address that cannot be trusted");
        self.is_signed_out().await;
    }
}

#[tokio::test]
async fn oidcc_discovery_end_session_endpoint() {
    let op = Module::start("query").await;
    assert_eq!(op.discovery["end_session_endpoint"], format!("{ISSUER}/logout"));
    for name in [
        "frontchannel_logout_supported",
        "frontchannel_logout_session_supported",
        "backchannel_logout_supported",
        "backchannel_logout_session_supported",
    ] {
        assert_eq!(op.discovery[name], true, "{name}");
    }
}

#[tokio::test]
async fn oidcc_rp_initiated_logout() {
    let mut leaving = Leaving::start().await;
    let page = leaving.asks_with_hint(&[("post_logout_redirect_uri", SIGNED_OUT), ("state", "a b&c=é")]).await;
    assert!(page.url.as_str().starts_with(SIGNED_OUT));
    let parameters: Vec<_> = page.url.query_pairs().into_owned().collect();
    assert_eq!(parameters, [("state".to_owned(), "a b&c=é".to_owned())]);
    leaving.is_signed_out().await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_state() {
    let mut leaving = Leaving::start().await;
    let page = leaving.asks_with_hint(&[("post_logout_redirect_uri", SIGNED_OUT)]).await;
    assert_eq!(page.url.as_str(), SIGNED_OUT);
    leaving.is_signed_out().await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_bad_post_logout_redirect_uri() {
    let mut leaving = Leaving::start().await;
    let page =
        leaving.asks_with_hint(&[("post_logout_redirect_uri", "https://rp.example/other"), ("state", "s")]).await;
    leaving.is_told(&page).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri() {
    let mut leaving = Leaving::start().await;
    let added = format!("{SIGNED_OUT}?foo=bar");
    let page = leaving.asks_with_hint(&[("post_logout_redirect_uri", &added), ("state", "s")]).await;
    leaving.is_told(&page).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_modified_id_token_hint() {
    let mut leaving = Leaving::start().await;
    let hint = leaving.hint();
    let none = format!("{}.{}.", B64.encode("{\"alg\":\"none\"}"), hint.split('.').nth(1).unwrap());
    let page =
        leaving.asks(&[("id_token_hint", &none), ("post_logout_redirect_uri", SIGNED_OUT), ("state", "s")]).await;
    leaving.is_asked(&page).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_bad_id_token_hint() {
    let mut leaving = Leaving::start().await;
    let hint = leaving.hint();
    let mut claims = leaving.tokens.id_token.clone();
    let (iss, aud) = (claims["iss"].clone(), claims["aud"].clone());
    (claims["iss"], claims["aud"]) = (aud, iss);
    let forged = Key::generate("RS256", "stranger").sign(&jose::header(&hint), &claims);
    let page =
        leaving.asks(&[("id_token_hint", &forged), ("post_logout_redirect_uri", SIGNED_OUT), ("state", "s")]).await;
    leaving.is_asked(&page).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_id_token_hint() {
    let mut leaving = Leaving::start().await;
    let page = leaving.asks(&[("post_logout_redirect_uri", SIGNED_OUT), ("state", "s")]).await;
    leaving.is_asked(&page).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_params() {
    let mut leaving = Leaving::start().await;
    let page = leaving.asks(&[]).await;
    leaving.is_asked(&page).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_post_logout_redirect_uri() {
    let mut leaving = Leaving::start().await;
    let page = leaving.asks_with_hint(&[("state", "s")]).await;
    leaving.is_told(&page).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_only_state() {
    let mut leaving = Leaving::start().await;
    let page = leaving.asks(&[("state", "s")]).await;
    leaving.is_asked(&page).await;
}

#[tokio::test]
async fn oidcc_frontchannel_rp_initiated_logout() {
    let uri = "https://rp.example/front-channel";
    let lines = format!("frontchannel_logout_uri = \"{uri}\"\nfrontchannel_logout_session_required = true");
    let mut leaving = Leaving::with(Setup::default().client(&lines)).await;
    let page = leaving.asks_with_hint(&[("post_logout_redirect_uri", SIGNED_OUT), ("state", "s")]).await;
    let frame = url::Url::parse(&page.one("iframe", "src").expect("a frame")).unwrap();
    assert!(frame.as_str().starts_with(uri));
    let told: Vec<_> = frame.query_pairs().into_owned().collect();
    let sid = leaving.tokens.id_token["sid"].as_str().expect("the id_token has sid").to_owned();
    assert_eq!(told, [("iss".to_owned(), ISSUER.to_owned()), ("sid".to_owned(), sid)]);
    assert!(page.header("content-security-policy").contains("frame-src https://rp.example"));
    assert_eq!(page.link("back").as_str(), format!("{SIGNED_OUT}?state=s"));
    leaving.is_signed_out().await;
}

#[tokio::test]
async fn oidcc_backchannel_rp_initiated_logout() {
    let rp = Backchannel::listen().await;
    let lines = format!("backchannel_logout_uri = \"{}\"\nbackchannel_logout_session_required = true", rp.address());
    let mut leaving = Leaving::with(Setup::default().client(&lines)).await;
    let page = leaving.asks_with_hint(&[("post_logout_redirect_uri", SIGNED_OUT), ("state", "s")]).await;
    assert_eq!(page.url.as_str(), format!("{SIGNED_OUT}?state=s"));
    let world = &leaving.op.world;
    world.flows().tell_clients_of_logout(&world.configuration().tenants).await.unwrap();
    let heard = rp.heard();
    assert_eq!(heard.len(), 1);
    let fields: Vec<_> = url::form_urlencoded::parse(heard[0].as_bytes()).into_owned().collect();
    assert_eq!((fields.len(), fields[0].0.as_str()), (1, "logout_token"));
    let claims: Value = jose::verified(&leaving.op.jwks, &fields[0].1);
    assert_eq!(jose::header(&fields[0].1)["typ"], "logout+jwt");
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 120);
    for name in ["iss", "aud", "sub", "sid"] {
        assert_eq!(claims[name], leaving.tokens.id_token[name], "{name}");
    }
    assert!((claims["iat"].as_i64().unwrap() - leaving.op.world.now().as_seconds()).abs() <= 300);
    assert!(claims["jti"].as_str().is_some_and(|jti| !jti.is_empty()));
    assert_eq!(claims["events"], json!({ "http://schemas.openid.net/event/backchannel-logout": {} }));
    assert!(claims.get("nonce").is_none());
    leaving.is_signed_out().await;
}

#[tokio::test]
async fn oidcc_session_management_rp_initiated_logout() {
    const ORIGIN: &str = "https://rp.example";
    let mut leaving = Leaving::with(Setup::default().set("policy.session_management", "true")).await;
    let address = leaving.op.discovery["check_session_iframe"].as_str().unwrap().to_owned();
    assert_eq!(address, format!("{ISSUER}/check-session"));
    let frame = leaving.op.student.browser.open(&address).await;
    assert_eq!(frame.status.as_u16(), 200);
    assert!(!frame.header("content-security-policy").contains("frame-ancestors"), "any client may frame it");
    assert!(!frame.headers.contains_key("x-frame-options"));
    let callback = leaving.op.silently(&[("prompt", "none")]).await;
    let state = callback.get("session_state").expect("session_state").to_owned();
    assert_eq!(frame_says(&leaving.op.student, &state, ORIGIN), "unchanged");
    leaving.asks_with_hint(&[("post_logout_redirect_uri", SIGNED_OUT), ("state", "s")]).await;
    assert_eq!(frame_says(&leaving.op.student, &state, ORIGIN), "changed");
    leaving.is_signed_out().await;
}
