//! The pages: menu, claims, languages, logout.

use std::time::Duration;

use axum::{body::Body, http::Request};
use http::{StatusCode, header};
use serde_json::json;
use url::Url;

use super::{BASE, World, parameter};

#[tokio::test]
async fn signed_out_visitors_are_shown_the_way_in() {
    let world = World::start().await;
    let page = world.browser().get("/").await;
    assert!(page.has("data-page=\"welcome\"") && page.has("href=\"/login\"") && !page.has("<nav"));
    assert!(page.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("default-src 'none'"));
}

#[tokio::test]
async fn the_menu_has_the_items_of_the_manual_in_its_order() {
    let world = World::start().await;
    let page = world.signed_in().await.get("/").await;
    assert!(page.has("data-page=\"print-destination\""));
    let items =
        ["トップページ", "マニュアル", "メールアドレス変更", "第2パスワード変更", "二要素認証設定", "ログアウト"];
    let menu = page.text.split("<nav").nth(1).unwrap().split("</nav>").next().unwrap();
    let places: Vec<usize> = items.iter().map(|item| menu.find(item).unwrap()).collect();
    assert!(places.is_sorted());
    assert!(menu.contains("data-two-factor=\"enabled\">有効<"));
}

#[tokio::test]
async fn a_changed_setting_is_seen_at_once() {
    let world = World::start().await;
    let mut browser = world.signed_in().await;
    world.provider.with(|script| script.userinfo = Some(json!({"sub": "subject-1", "two_factor_enabled": false})));
    assert!(browser.get("/").await.has("data-two-factor=\"disabled\">無効<"));
    assert_eq!(world.provider.with(|script| script.authorization.clone()).as_deref(), Some("Bearer at-1"));

    world.provider.with(|script| script.userinfo = Some(json!({"sub": "subject-1"})));
    assert!(!browser.get("/").await.has("二要素認証設定"));
}

#[tokio::test]
async fn the_last_known_state_stays_when_it_cannot_be_read_again() {
    let world = World::start().await;
    let mut browser = world.signed_in().await;
    world.provider.with(|script| script.userinfo = None);
    let page = browser.get("/").await;
    assert!(page.has("data-note=\"failed\"") && page.has("data-two-factor=\"enabled\""));
    world.clock.pass(Duration::from_mins(5));
    let page = browser.get("/").await;
    assert!(page.has("data-note=\"expired\"") && page.has("2027-01-15 17:00:00 JST"));
}

#[tokio::test]
async fn userinfo_about_somebody_else_is_not_believed() {
    let world = World::start().await;
    let mut browser = world.signed_in().await;
    world.provider.with(|script| script.userinfo = Some(json!({"sub": "subject-2", "name": "Eve"})));
    let page = browser.get("/").await;
    assert!(page.has("data-note=\"failed\"") && !page.has("Eve"));
}

#[tokio::test]
async fn claims_are_shown_and_never_become_markup() {
    let world = World::start().await;
    let evil = "<script>alert(1)</script>\"'";
    world.provider.with(|script| {
        script.claims = json!({"acr": evil, "amr": ["pwd", evil], evil: evil});
        script.userinfo = Some(json!({
            "sub": "subject-1", "name": evil, "locale": evil, "email": evil, "email_verified": true,
            "affiliation": ["student@example.ac.jp", evil], "address": {"region": evil},
        }));
    });
    let page = world.signed_in().await.get("/").await;
    assert!(!page.has("<script>") && page.has("&lt;script&gt;alert(1)"));
    for row in ["sub", "nonce", "auth_time", "email", "email_verified", "affiliation", "address"] {
        assert!(page.has(&format!("data-claim=\"{row}\"")), "{row}");
    }
    assert!(page.has("data-fact=\"auth_time\">2027-01-15 17:00:00 JST (1800000000)<"), "{}", page.text);
}

#[tokio::test]
async fn a_language_chosen_here_goes_along_everywhere_and_no_other_does() {
    let world = World::start().await;
    let mut browser = world.signed_in().await;
    let page = browser.get("/").await;
    assert!(!page.has("ui_locales") && page.has("<option value=\"ja\" lang=\"ja\" selected>"));

    assert_eq!(browser.post("/language", BASE, "language=xx").await.location(), "/");
    assert!(!browser.cookies.contains_key("certificate-service-language"));
    assert_eq!(browser.post("/language", BASE, "language=zh-CN").await.location(), "/");
    let page = browser.get("/").await;
    assert!(page.has("<html lang=\"zh-CN\">") && page.has("ui_locales=zh-CN"));
    let request = browser.begins_login("/login").await;
    assert_eq!(parameter(&request, "ui_locales").as_deref(), Some("zh-CN"));
    let logout: Url = browser.post("/logout", BASE, "").await.location().parse().unwrap();
    assert_eq!(parameter(&logout, "ui_locales").as_deref(), Some("zh-CN"));
}

#[tokio::test]
async fn the_page_follows_the_locale_claim_and_before_it_the_browser() {
    let world = World::start().await;
    let mut stranger = world.browser();
    assert_eq!(stranger.get("/nowhere").await.status, StatusCode::NOT_FOUND);
    stranger.accept_language = "en-GB,ja;q=0.5";
    assert!(stranger.get("/").await.has("<html lang=\"en\">"));
    for (locale, shown) in [("en", "en"), ("ja", "ja"), ("ko", "ko"), ("zh-Hans", "zh-CN"), ("zh-TW", "ja")] {
        world.provider.with(|script| script.userinfo = Some(json!({"sub": "subject-1", "locale": locale})));
        let page = world.signed_in().await.get("/").await;
        assert!(page.has(&format!("<html lang=\"{shown}\">")), "{locale}");
    }
}

#[tokio::test]
async fn the_menu_leads_to_the_account_pages_and_back() {
    let world = World::start().await;
    let mut browser = world.signed_in().await;
    browser.post("/language", BASE, "language=en").await;
    let page = browser.get("/").await;
    let query = "client_id=certificate-service&return_to=http%3A%2F%2Flocalhost%3A9002%2F&ui_locales=en";
    for name in ["email", "second-password", "two-factor"] {
        let address = format!("{}/account/{name}?{query}", world.provider.text());
        let written = address.replace('&', "&amp;").replace('/', "&#x2f;");
        assert!(page.has(&written), "{name}: {}", page.text);
    }
}

#[tokio::test]
async fn logging_out_ends_both_sessions() {
    let world = World::start().await;
    let mut browser = world.signed_in().await;
    let old = browser.cookies["certificate-service-session"].clone();
    let logout: Url = browser.post("/logout", BASE, "").await.location().parse().unwrap();

    assert!(logout.as_str().starts_with(&format!("{}/logout?", world.provider.text())));
    assert_eq!(parameter(&logout, "id_token_hint").unwrap().split('.').count(), 3);
    assert_eq!(parameter(&logout, "post_logout_redirect_uri").as_deref(), Some("http://localhost:9002/signed-out"));
    assert_eq!(parameter(&logout, "ui_locales"), None);
    browser.cookies.insert("certificate-service-session".to_owned(), old);
    assert!(browser.get("/").await.has("data-page=\"welcome\""));

    let state = parameter(&logout, "state").unwrap();
    assert!(browser.get(&format!("/signed-out?state={state}")).await.has("認証サーバーからログアウト"));
    assert!(!browser.get(&format!("/signed-out?state={state}")).await.has("認証サーバーからログアウト"));
}

#[tokio::test]
async fn another_site_cannot_log_anybody_out_or_change_the_language() {
    let world = World::start().await;
    let mut browser = world.signed_in().await;
    for uri in ["/logout", "/language"] {
        for origin in ["http://localhost:9000", "null", "https://evil.example"] {
            let page = browser.post(uri, origin, "language=ko").await;
            assert!(page.status == StatusCode::FORBIDDEN && page.is_problem("foreign_form"), "{uri} {origin}");
        }
    }
    assert!(browser.get("/").await.has("data-page=\"print-destination\""));
}

#[tokio::test]
async fn a_visitor_under_another_name_is_sent_to_the_right_one() {
    let world = World::start().await;
    let mut browser = world.browser();
    for (host, stays) in [("127.0.0.1:9002", false), ("localhost", false), ("LocalHost:9002", true)] {
        let request = Request::get("/manual?a=1").header(header::HOST, host).body(Body::empty()).unwrap();
        let page = browser.ask(request).await;
        assert_eq!(page.status == StatusCode::OK, stays, "{host}");
        assert!(stays || page.headers[header::LOCATION] == "http://localhost:9002/manual?a=1", "{host}");
    }
}

#[tokio::test]
async fn a_session_lasts_eight_hours() {
    let world = World::start().await;
    let mut browser = world.signed_in().await;
    world.clock.pass(Duration::from_hours(8));
    assert!(browser.get("/").await.has("data-page=\"welcome\""));
}

#[tokio::test]
async fn every_page_speaks_all_four_languages_completely() {
    let world = World::start().await;
    let choices = [("ja", "language=ja"), ("en", "language=en"), ("zh-CN", "language=zh-CN"), ("ko", "language=ko")];
    for (language, choice) in choices {
        let mut browser = world.signed_in().await;
        browser.post("/language", BASE, choice).await;
        for uri in ["/", "/manual", "/signed-out", "/nowhere", "/callback", "/login?iss=x"] {
            let page = browser.get(uri).await;
            assert_ne!(page.status, StatusCode::INTERNAL_SERVER_ERROR, "{language} {uri}");
            let said = page.has(&format!("<html lang=\"{language}\">"));
            assert!(said || page.status.is_redirection(), "{language} {uri}");
        }
    }
    let [ja, others @ ..] = [
        include_str!("../pages/ja.toml"),
        include_str!("../pages/en.toml"),
        include_str!("../pages/zh-CN.toml"),
        include_str!("../pages/ko.toml"),
    ]
    .map(|source| {
        let mut found = Vec::new();
        keys(&toml::from_str(source).unwrap(), "", &mut found);
        found.sort();
        found
    });
    for other in others {
        assert_eq!(ja, other);
    }
}

/// Every text's place, and how many a list has.
fn keys(table: &toml::Table, path: &str, found: &mut Vec<String>) {
    for (name, value) in table {
        let path = format!("{path}.{name}");
        match value {
            toml::Value::Table(table) => keys(table, &path, found),
            toml::Value::Array(values) => found.push(format!("{path} {}", values.len())),
            _ => found.push(path),
        }
    }
}
