//! OpenID Connect Core: the modules of the Basic and the Form Post Basic plan, and the refusals of what other plans ask for
//! (protocol.md §3).

use axum::http::Method;
use serde_json::json;

use crate::support::{
    Page, World, assertion,
    browser::Call,
    client::CALLBACK,
    clock::SECOND,
    jose,
    setup::{ISSUER, Setup, client},
};

use super::{
    super::{refusal, refused},
    MODES, Module, Tokens,
    module::strong,
};

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

#[tokio::test]
async fn oidcc_server() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        let callback = op.authorizes(&[]).await;
        assert!(strong(&callback.code()));
        let tokens = op.redeems(&callback).await;
        assert_eq!(tokens.answer.json()["expires_in"], 300);
        assert!(tokens.id_token.get("name").is_none());
        op.userinfo(&tokens).await;
    }
}

#[tokio::test]
async fn oidcc_server_client_secret_post() {
    for mode in MODES {
        let mut op = Module::start(mode).await.at("library");
        assert!(op.client.posts_secret);
        let tokens = op.signs_in(&[]).await;
        op.userinfo(&tokens).await;
    }
}

#[tokio::test]
async fn oidcc_response_type_missing() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        assert_eq!(op.silently(&[("response_type", "")]).await.error(), "invalid_request");
    }
}

#[tokio::test]
async fn oidcc_idtoken_signature() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        let tokens = op.signs_in(&[]).await;
        let header = jose::header(&tokens.answer.text("id_token"));
        assert_eq!(header["alg"], "RS256");
        assert!(header["kid"].is_string());
    }
}

#[tokio::test]
async fn oidcc_idtoken_rs256() {
    let setup = Setup::default().client("id_token_signed_response_alg = \"RS256\"");
    let mut op = Module::with(setup, "query").await;
    let tokens = op.signs_in(&[]).await;
    assert_eq!(jose::header(&tokens.answer.text("id_token"))["alg"], "RS256");
}

#[tokio::test]
async fn oidcc_idtoken_unsigned() {
    let op = Module::start("query").await;
    for list in ["id_token_signing_alg_values_supported", "userinfo_signing_alg_values_supported"] {
        let algorithms = op.discovery[list].as_array().cloned().unwrap_or_default();
        assert!(!algorithms.contains(&json!("none")), "{list}");
    }
}

#[tokio::test]
async fn oidcc_userinfo_get() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        let tokens = op.signs_in(&[]).await;
        let claims = op.userinfo(&tokens).await;
        assert_eq!(claims["sub"], tokens.id_token["sub"]);
    }
}

#[tokio::test]
async fn oidcc_userinfo_post_header() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        let tokens = op.signs_in(&[]).await;
        let call = Call::get(&format!("{ISSUER}/userinfo"))
            .method(Method::POST)
            .with("authorization", &format!("Bearer {}", tokens.access()));
        let answer = op.client.send(call).await;
        assert_eq!((answer.status(), &answer.json()["sub"]), (200, &tokens.id_token["sub"]));
        assert!(answer.header("content-type").starts_with("application/json"));
    }
}

#[tokio::test]
async fn oidcc_userinfo_post_body() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        let tokens = op.signs_in(&[]).await;
        let call = Call::form(&format!("{ISSUER}/userinfo"), &[("access_token", &tokens.access())]);
        let answer = op.client.send(call).await;
        assert_eq!((answer.status(), &answer.json()["sub"]), (200, &tokens.id_token["sub"]));
    }
}

#[tokio::test]
async fn oidcc_userinfo_rs256() {
    let setup = Setup::default().client("userinfo_signed_response_alg = \"RS256\"");
    let mut op = Module::with(setup, "query").await;
    assert!(op.discovery["userinfo_signing_alg_values_supported"].as_array().unwrap().contains(&json!("RS256")));
    let tokens = op.signs_in(&[]).await;
    let answer = op.client.userinfo(&tokens.access()).await;
    assert_eq!((answer.status(), answer.header("content-type")), (200, "application/jwt"));
    assert_eq!(jose::header(&answer.page.body)["alg"], "RS256");
    let claims = jose::verified(&op.jwks, &answer.page.body);
    assert_eq!(claims["sub"], tokens.id_token["sub"]);
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!(ISSUER), &json!("certificate-service")));
    assert!(claims.get("nonce").is_none());
}

#[tokio::test]
async fn oidcc_ensure_request_without_nonce_succeeds_for_code_flow() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        let tokens = op.signs_in(&[("nonce", "")]).await;
        assert!(tokens.id_token.get("nonce").is_none());
    }
}

#[tokio::test]
async fn oidcc_ensure_request_without_nonce_fails() {
    // Where a nonce would be required no token is given at all: implicit and hybrid are not spoken.
    for response_type in ["id_token", "id_token token", "code id_token", "code id_token token"] {
        let mut op = Module::start("query").await;
        let callback = op.silently(&[("response_type", response_type), ("nonce", "")]).await;
        assert_eq!(callback.error(), "unsupported_response_type", "{response_type}");
    }
}

/// Every claim of the scope from userinfo, and none of it in the id_token.
async fn gives(scope: &str, claims: &[&str]) {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        let tokens = op.signs_in(&[("scope", &format!("openid {scope}"))]).await;
        let userinfo = op.userinfo(&tokens).await;
        let mut given: Vec<&str> = userinfo.as_object().unwrap().keys().map(String::as_str).collect();
        let mut wanted = [&["sub"], claims].concat();
        given.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(given, wanted, "{scope}");
        for name in claims {
            assert!(tokens.id_token.get(name).is_none(), "{name}");
        }
    }
}

const PROFILE: [&str; 14] = [
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
    "preferred_username",
];
const EMAIL: [&str; 2] = ["email", "email_verified"];
const PHONE: [&str; 2] = ["phone_number", "phone_number_verified"];

#[tokio::test]
async fn oidcc_scope_profile() {
    gives("profile", &PROFILE).await;
}

#[tokio::test]
async fn oidcc_scope_email() {
    gives("email", &EMAIL).await;
}

#[tokio::test]
async fn oidcc_scope_address() {
    gives("address", &["address"]).await;
}

#[tokio::test]
async fn oidcc_scope_phone() {
    gives("phone", &PHONE).await;
}

#[tokio::test]
async fn oidcc_scope_all() {
    gives("profile email address phone", &[&PROFILE[..], &EMAIL, &["address"], &PHONE].concat()).await;
}

#[tokio::test]
async fn oidcc_alternate_happy_flow() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        let asked = [("scope", "email openid"), ("response_mode", mode)];
        let request = op.client.request(&asked);
        let reversed: Vec<&str> = request.split('&').rev().collect();
        let page = op.student.signs_in_at(&format!("{ISSUER}/authorize?{}", reversed.join("&"))).await;
        let callback = op.callback(&page, &asked);
        let tokens = op.redeems(&callback).await;
        assert!(op.userinfo(&tokens).await["email"].is_string());
    }
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
async fn oidcc_codereuse() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        let callback = op.authorizes(&[]).await;
        op.redeems(&callback).await;
        assert_eq!(refusal(&op.client.redeem(&callback.code()).await), refused(400, "invalid_grant"));
    }
}

#[tokio::test]
async fn oidcc_codereuse_30seconds() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        let callback = op.authorizes(&[]).await;
        let tokens = op.redeems(&callback).await;
        op.world.clock.pass(SECOND * 30);
        op.userinfo(&tokens).await;
        assert_eq!(refusal(&op.client.redeem(&callback.code()).await), refused(400, "invalid_grant"));
        let after = op.client.userinfo(&tokens.access()).await;
        assert_eq!(after.status(), 401);
        assert!(after.header("www-authenticate").contains("invalid_token"));
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
async fn oidcc_refresh_token() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        for list in ["grant_types_supported", "scopes_supported"] {
            let wanted = if list == "scopes_supported" { "offline_access" } else { "refresh_token" };
            assert!(op.discovery[list].as_array().unwrap().contains(&json!(wanted)), "{list}");
        }
        let asked = [("scope", "openid email offline_access"), ("prompt", "consent")];
        let first = op.signs_in(&asked).await;
        let refresh_token = first.answer.text("refresh_token");
        assert!(strong(&refresh_token));
        op.world.clock.pass(LATER);
        let scope = first.answer.text("scope");
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.as_str()), ("scope", &scope)];
        let second = op.tokens(op.client.token(&form).await, None);
        assert_eq!(second.answer.json()["token_type"], "Bearer");
        for name in ["iss", "sub", "aud", "auth_time", "azp"] {
            assert_eq!(first.id_token.get(name), second.id_token.get(name), "{name}");
        }
        assert!(second.id_token["iat"].as_i64() > first.id_token["iat"].as_i64());
        op.userinfo(&second).await;

        let mut other = Module { client: op.world.client("library"), ..op };
        let theirs = other.authorizes(&asked).await;
        let theirs = other.redeems(&theirs).await.answer.text("refresh_token");
        let stolen = other.world.service().refresh(&theirs).await;
        assert_eq!(refusal(&stolen), refused(400, "invalid_grant"));
        assert_eq!(other.client.refresh(&theirs).await.status(), 200, "a stranger's try ends nothing");
    }
}

#[tokio::test]
async fn oidcc_ensure_request_with_valid_pkce_succeeds() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        assert!(op.discovery["code_challenge_methods_supported"].as_array().unwrap().contains(&json!("S256")));
        op.signs_in(&[("code_challenge_method", "S256")]).await;
    }
}

#[tokio::test]
async fn oidcc_ensure_client_assertion_with_iss_aud_succeeds() {
    let key = assertion::key("RS256");
    let file = assertion::file("keyed", &assertion::jwks(&[key.jwk()]));
    let mut op = Module::with(Setup::default().further_client("keyed", &file), "query").await.at("keyed");
    let signer = assertion::Signer::new(&op.world, "keyed", key);
    for audience in [ISSUER.to_owned(), format!("{ISSUER}/token")] {
        let code = op.authorizes(&[]).await.code();
        let assertion = signer.changed(|claims| drop(claims.insert("aud".into(), json!(audience))));
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", crate::support::client::VERIFIER),
            ("client_assertion_type", assertion::JWT_BEARER),
            ("client_assertion", &assertion),
        ];
        op.tokens(op.client.send(Call::form(&format!("{ISSUER}/token"), &form)).await, Some("nonce-1"));
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
