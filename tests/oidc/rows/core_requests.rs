//! OpenID Connect Core: what may stand in an authorization request, and which redirect URI it may name (protocol.md §3).

use serde_json::json;

use crate::support::{
    Page, World,
    browser::Call,
    client::CALLBACK,
    clock::SECOND,
    setup::{ISSUER, Setup, client},
};

use super::{MODES, Module, Tokens};

const LATER: std::time::Duration = SECOND.saturating_mul(2);

/// REVIEW: the page that stands where a redirect would be wrong shows the error and its words, and leads nowhere else.
fn shows_the_error(page: &Page, error: &str) {
    assert_eq!((page.status.as_u16(), page.error().as_str()), (400, "E-01"), "{}", page.id());
    assert!(page.headers.get("location").is_none());
    assert!(page.text().contains(error), "{}", page.text());
    assert!(page.header("content-type").starts_with("text/html"));
}

fn auth_time(tokens: &Tokens) -> i64 {
    tokens.id_token["auth_time"].as_i64().unwrap()
}

fn same_person_and_login(one: &Tokens, two: &Tokens) {
    assert_eq!((&one.id_token["sub"], auth_time(one)), (&two.id_token["sub"], auth_time(two)));
}

/// The request with one more parameter ends like any other.
async fn is_tolerated(name: &str, values: &[&str]) {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        for value in values {
            op.signs_in(&[(name, value)]).await;
        }
    }
}

#[tokio::test]
async fn oidcc_display_page() {
    is_tolerated("display", &["page"]).await;
}

#[tokio::test]
async fn oidcc_display_popup() {
    is_tolerated("display", &["popup"]).await;
}

#[tokio::test]
async fn oidcc_prompt_login() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        let first = op.signs_in(&[]).await;
        op.world.clock.pass(LATER);
        let asked = [("prompt", "login")];
        // REVIEW: the second login page.
        let page = op.opens(&asked).await;
        assert_eq!(page.id(), "sign-in");
        let second = op.signs_in(&asked).await;
        assert_eq!(first.id_token["sub"], second.id_token["sub"]);
        assert!(auth_time(&second) > auth_time(&first));
    }
}

#[tokio::test]
async fn oidcc_prompt_none_not_logged_in() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        let state = "0123456789abcdef".repeat(8);
        let callback = op.silently(&[("prompt", "none"), ("state", &state)]).await;
        assert_eq!((callback.error(), callback.get("state")), ("login_required", Some(state.as_str())));
    }
}

#[tokio::test]
async fn oidcc_prompt_none_logged_in() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        let first = op.signs_in(&[]).await;
        op.world.clock.pass(LATER);
        let callback = op.silently(&[("prompt", "none")]).await;
        same_person_and_login(&first, &op.redeems(&callback).await);
    }
}

#[tokio::test]
async fn oidcc_max_age_1() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        let first = op.signs_in(&[]).await;
        op.world.clock.pass(LATER);
        // REVIEW: the second login page.
        assert_eq!(op.opens(&[("max_age", "1")]).await.id(), "sign-in");
        let second = op.signs_in(&[("max_age", "1")]).await;
        assert!(auth_time(&second) > auth_time(&first));
        assert!(op.world.now().as_seconds() - auth_time(&second) <= 60);
    }
}

#[tokio::test]
async fn oidcc_max_age_10000() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        let first = op.signs_in(&[("max_age", "15000")]).await;
        op.world.clock.pass(LATER);
        let callback = op.silently(&[("max_age", "10000")]).await;
        same_person_and_login(&first, &op.redeems(&callback).await);
    }
}

#[tokio::test]
async fn oidcc_ensure_request_with_unknown_parameter_succeeds() {
    is_tolerated("extra", &["foobar"]).await;
}

#[tokio::test]
async fn oidcc_id_token_hint() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        let first = op.signs_in(&[]).await;
        let hint = first.answer.text("id_token");
        for passed in [LATER, SECOND * 600] {
            op.world.clock.pass(passed);
            let callback = op.silently(&[("prompt", "none"), ("id_token_hint", &hint)]).await;
            same_person_and_login(&first, &op.redeems(&callback).await);
        }
    }
}

#[tokio::test]
async fn oidcc_login_hint() {
    is_tolerated("login_hint", &["buffy@example.com", "誰か", "<script>"]).await;
}

#[tokio::test]
async fn oidcc_ui_locales() {
    is_tolerated("ui_locales", &["se", "ja", "!"]).await;
}

#[tokio::test]
async fn oidcc_claims_locales() {
    is_tolerated("claims_locales", &["se"]).await;
}

#[tokio::test]
async fn oidcc_ensure_request_with_acr_values_succeeds() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        let supported: Vec<String> = op.discovery["acr_values_supported"]
            .as_array()
            .unwrap()
            .iter()
            .map(|acr| acr.as_str().unwrap().into())
            .collect();
        let tokens = op.signs_in(&[("acr_values", &supported.join(" "))]).await;
        assert!(supported.iter().any(|acr| tokens.id_token["acr"] == acr.as_str()));
        op.signs_in(&[("acr_values", "1 2")]).await;
    }
}

#[tokio::test]
async fn oidcc_ensure_registered_redirect_uri() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        let page = op.opens(&[("redirect_uri", &format!("{CALLBACK}/extra"))]).await;
        shows_the_error(&page, "invalid_request");
        assert!(page.one("form[action^='https://rp.example']", "action").is_none());
    }
}

#[tokio::test]
async fn oidcc_ensure_post_request_succeeds() {
    let mut op = Module::start("query").await;
    let mut call = Call::form(&format!("{ISSUER}/authorize"), &[])
        .with("origin", "https://rp.example")
        .with("sec-fetch-site", "cross-site");
    call.body = op.client.request(&[]);
    let answer = op.student.browser.send(call).await;
    let page = op.student.browser.follow(answer).await;
    assert_eq!(page.id(), "sign-in");
    let page = op.student.signs_in_at(page.url.as_str()).await;
    let callback = op.callback(&page, &[]);
    op.redeems(&callback).await;
}

#[tokio::test]
async fn oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        assert_eq!(op.discovery["request_uri_parameter_supported"], false, "absent would mean true");
        let callback = op.silently(&[("request_uri", "https://rp.example/request.jwt#fragment")]).await;
        assert_eq!(callback.error(), "request_uri_not_supported");
    }
}

const UNSIGNED: &str = "eyJhbGciOiJub25lIn0.eyJzdGF0ZSI6Imluc2lkZSIsIm5vbmNlIjoiaW5zaWRlIn0.";

#[tokio::test]
async fn oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        let algorithms = op.discovery["request_object_signing_alg_values_supported"].as_array().cloned();
        assert!(!algorithms.unwrap_or_default().contains(&json!("none")));
        let callback = op.silently(&[("request", UNSIGNED)]).await;
        assert_eq!(callback.error(), "request_not_supported");
    }
}

#[tokio::test]
async fn oidcc_ensure_request_object_with_redirect_uri() {
    // A bad address outside, a good one only within an object that cannot be believed: nobody is sent anywhere.
    for mode in MODES {
        let mut op = Module::start(mode).await;
        let page = op.opens(&[("redirect_uri", "https://rp.example/bad"), ("request", UNSIGNED)]).await;
        shows_the_error(&page, "request_not_supported");
    }
}

#[tokio::test]
async fn oidcc_claims_essential() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        let tokens = op.signs_in(&[("claims", "{\"userinfo\":{\"name\":{\"essential\":true}}}")]).await;
        assert_eq!(op.userinfo(&tokens).await["name"], "佐藤 春香");
        assert!(tokens.id_token.get("name").is_none());
    }
}

#[tokio::test]
async fn oidcc_ensure_redirect_uri_in_authorization_request() {
    let mut op = Module::start("query").await;
    shows_the_error(&op.opens(&[("redirect_uri", "")]).await, "invalid_request");
}

#[tokio::test]
async fn oidcc_redirect_uri_query_ok() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        let uri = "https://rp.example/callback?kept=yes";
        let callback = op.authorizes(&[("redirect_uri", uri)]).await;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &callback.code()),
            ("redirect_uri", uri),
            ("code_verifier", crate::support::client::VERIFIER),
        ];
        op.tokens(op.client.token(&form).await, Some("nonce-1"));
    }
}

#[tokio::test]
async fn oidcc_redirect_uri_query_mismatch() {
    let mut op = Module::start("query").await;
    shows_the_error(&op.opens(&[("redirect_uri", "https://rp.example/callback?kept=no")]).await, "invalid_request");
}

#[tokio::test]
async fn oidcc_redirect_uri_query_added() {
    let only = client("only").replace(", \"https://rp.example/callback?kept=yes\"", "")
        + "token_endpoint_auth_method = \"none\"\n";
    let world = World::with(Setup::default().further_client("only", &only)).await;
    let mut browser = world.browser();
    let only = world.client("only");
    assert_eq!(browser.open(&only.url(&[])).await.id(), "sign-in");
    for added in ["https://rp.example/callback?kept=yes", "https://rp.example/callback?foo=bar"] {
        shows_the_error(&browser.open(&only.url(&[("redirect_uri", added)])).await, "invalid_request");
    }
}

#[tokio::test]
async fn oidcc_redirect_uri_regfrag() {
    let text = client("frag").replace("/callback\"", "/callback#frag\"") + "token_endpoint_auth_method = \"none\"\n";
    let folder = tempfile::tempdir().unwrap();
    let setup = Setup::default().further_client("frag", &text);
    setup.write(folder.path(), "sqlite://idp.db");
    let found = idp::config::Configuration::load(&folder.path().join("idp.toml"), setup.environment()).unwrap_err();
    assert!(found.to_string().contains("frag"), "{found}");
}
