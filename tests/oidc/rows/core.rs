//! OpenID Connect Core: the modules of the Basic and the Form Post Basic plan, and the refusals of what other plans ask for
//! (protocol.md §3).

use axum::http::Method;
use serde_json::json;

use crate::support::{
    assertion,
    browser::Call,
    client::CALLBACK,
    clock::SECOND,
    jose,
    setup::{ISSUER, Setup},
};

use super::{
    super::{refusal, refused},
    MODES, Module,
    module::strong,
};

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
        op.world.clock.pass(SECOND * 2);
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
