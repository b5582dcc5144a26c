//! What the suite checks in every module (protocol.md §2). [`Module`] does it for each row of the other files; here each rule stands alone.

use serde_json::{Value, json};

use crate::support::{
    browser::Call,
    client::{CALLBACK, basic},
    jose,
    setup::{ISSUER, secret},
};

use super::{
    super::{legal, refusal},
    MODES, Module,
    module::well_formed,
};

#[tokio::test]
async fn b1_discovery_names_its_endpoints() {
    let op = Module::start("query").await;
    for name in ["issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"] {
        let address = op.discovery[name].as_str().unwrap_or_else(|| panic!("{name} is missing"));
        assert!(url::Url::parse(address).unwrap().has_host(), "{name}");
    }
}

#[tokio::test]
async fn b2_the_authentication_method_in_use_is_listed() {
    let mut op = Module::start("query").await;
    let listed = op.discovery["token_endpoint_auth_methods_supported"].clone();
    for (client, method) in
        [("certificate-service", "client_secret_basic"), ("library", "client_secret_post"), ("phone-app", "none")]
    {
        assert!(listed.as_array().unwrap().contains(&json!(method)), "{method}");
        op = op.at(client);
        op.signs_in(&[]).await;
    }
}

#[tokio::test]
async fn b3_the_key_set_holds_public_keys_that_parse() {
    let op = Module::start("query").await;
    let keys = op.jwks["keys"].as_array().unwrap();
    assert!(!keys.is_empty());
    for key in keys {
        let members: &[&str] = match key["kty"].as_str().unwrap() {
            "RSA" => &["n", "e"],
            "EC" => &["x", "y"],
            "OKP" => &["x"],
            other => panic!("{other} is not published"),
        };
        for member in members {
            let text = key[*member].as_str().unwrap();
            assert!(!text.is_empty() && !text.contains('='), "unpadded");
            base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, text).unwrap();
        }
        assert!(key["use"] == "sig" && key["alg"].is_string());
        for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            assert!(key.get(private).is_none(), "{private}");
        }
    }
}

#[tokio::test]
async fn b4_every_key_has_a_kid_of_its_own() {
    let op = Module::start("query").await;
    let keys = op.jwks["keys"].as_array().unwrap();
    let kids: std::collections::BTreeSet<&str> = keys.iter().map(|key| key["kid"].as_str().unwrap()).collect();
    assert_eq!(kids.len(), keys.len());
}

#[tokio::test]
async fn b5_the_answer_stands_where_its_mode_says() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        let page = op.student.signs_in_at(&op.client.url(&[("response_mode", mode)])).await;
        op.callback(&page, &[]);
        if mode == "form_post" {
            assert!(page.url.query().is_none(), "nothing in an address");
            assert!(page.headers.get("location").is_none());
        }
    }
}

#[tokio::test]
async fn b6_state_is_echoed_byte_for_byte() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        op.signs_in(&[]).await;
        let printable: String = (' '..='~').collect();
        let long = (0..128).map(|at| char::from(b'0' + at % 75)).collect::<String>();
        for state in [printable.as_str(), &long, "日本語 🎓", "a+b%20c", " x "] {
            assert_eq!(op.silently(&[("state", state)]).await.get("state"), Some(state));
        }
    }
}

#[tokio::test]
async fn b6_no_state_is_invented() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        assert_eq!(op.authorizes(&[("state", "")]).await.get("state"), None);
        assert_eq!(op.silently(&[("state", ""), ("scope", "nonsense")]).await.get("state"), None);
    }
}

#[tokio::test]
async fn b6_iss_is_the_issuer_exactly() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        assert_eq!(op.authorizes(&[]).await.get("iss"), Some(ISSUER));
        assert_eq!(op.silently(&[("scope", "nonsense")]).await.get("iss"), Some(ISSUER));
    }
}

#[tokio::test]
async fn b6_the_registered_query_survives() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        let kept = [("redirect_uri", "https://rp.example/callback?kept=yes")];
        op.authorizes(&kept).await.code();
        let refused = op.silently(&[kept[0], ("scope", "nonsense")]).await;
        assert_eq!(refused.error(), "invalid_scope");
    }
}

#[tokio::test]
async fn b7_the_token_response() {
    let mut op = Module::start("query").await;
    let body = op.signs_in(&[]).await.answer.json();
    assert!(body["expires_in"].is_u64());
    for name in ["access_token", "token_type", "id_token"] {
        assert!(body[name].as_str().is_some_and(|text| !text.is_empty()), "{name}");
    }
}

#[tokio::test]
async fn b8_the_id_token_says_by_whom_for_whom_and_when() {
    let mut op = Module::start("query").await;
    let claims = op.signs_in(&[]).await.id_token;
    let now = op.world.now().as_seconds();
    assert_eq!((&claims["iss"], &claims["aud"]), (&op.discovery["issuer"], &json!("certificate-service")));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 300);
    assert!((now - 60..=now).contains(&claims["auth_time"].as_i64().unwrap()));
    assert!(claims["acr"].as_str().unwrap().starts_with("urn:idp:acr:"));
}

#[tokio::test]
async fn b9_the_nonce_is_the_request_s_or_absent() {
    let mut op = Module::start("query").await;
    for nonce in ["n", &"n".repeat(64), "a b\"<é"] {
        assert_eq!(op.signs_in(&[("nonce", nonce)]).await.id_token["nonce"], nonce);
    }
    assert!(op.signs_in(&[("nonce", "")]).await.id_token.get("nonce").is_none());
}

#[tokio::test]
async fn b10_the_subject_is_short_and_printable() {
    let mut op = Module::start("query").await;
    let claims = op.signs_in(&[]).await.id_token;
    let sub = claims["sub"].as_str().unwrap();
    assert!((1..=255).contains(&sub.len()) && sub.bytes().all(|byte| (0x20..=0x7e).contains(&byte)));
    assert!(!sub.contains("s2025001") && !sub.contains('@'), "it tells nothing");
}

#[tokio::test]
async fn b11_standard_claims_have_their_types() {
    let mut op = Module::start("query").await;
    let all = ["profile", "email", "address", "phone"];
    let wanted: Vec<Value> = op.discovery["claims_supported"].as_array().unwrap().clone();
    let asked: serde_json::Map<String, Value> =
        wanted.iter().map(|name| (name.as_str().unwrap().to_owned(), Value::Null)).collect();
    let asked = json!({ "id_token": asked }).to_string();
    let scope = format!("openid {}", all.join(" "));
    let callback = op.authorizes(&[("scope", &scope), ("claims", &asked)]).await;
    let answer = op.client.redeem(&callback.code()).await;
    let id_token = jose::verified(&op.jwks, &answer.text("id_token"));
    well_formed(&id_token);
    assert!(id_token["email_verified"].is_boolean() && id_token["updated_at"].is_i64());
    well_formed(&op.client.userinfo(&answer.text("access_token")).await.json());

    // Who has few claims has no empty ones.
    let mut nobody = op.world.person("s2025002", "university-2");
    nobody.email = "b11@mail.example".into();
    nobody.sets_everything_up().await;
    let page = nobody.signs_in_at(&op.client.url(&[("scope", &scope)])).await;
    let answer = op.client.redeem(&page.code()).await;
    well_formed(&op.client.userinfo(&answer.text("access_token")).await.json());
}

#[tokio::test]
async fn b12_the_id_token_verifies_by_the_key_of_its_kid() {
    let mut op = Module::start("query").await;
    let jwt = op.signs_in(&[]).await.answer.text("id_token");
    jose::verified(&op.jwks, &jwt);
    assert_eq!(jose::key_of(&op.jwks, &jwt)["kid"], jose::header(&jwt)["kid"]);
}

#[tokio::test]
async fn b13_hybrid_is_refused() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        for response_type in ["code id_token", "code token", "code id_token token", "id_token", "token", "none"] {
            let callback = op.silently(&[("response_type", response_type)]).await;
            assert_eq!(callback.error(), "unsupported_response_type", "{response_type}");
        }
    }
}

#[tokio::test]
async fn b14_userinfo_answers_every_access_token() {
    let mut op = Module::start("query").await;
    for parameters in [&[][..], &[("scope", "openid profile")], &[("nonce", "")], &[("max_age", "100")]] {
        let tokens = op.signs_in(parameters).await;
        op.userinfo(&tokens).await;
    }
}

#[tokio::test]
async fn b15_errors_of_the_authorization_endpoint() {
    for mode in MODES {
        let mut op = Module::start(mode).await;
        let wrong = [
            ("response_type", "token"),
            ("scope", "nonsense"),
            ("code_challenge_method", "plain"),
            ("prompt", "none"),
            ("prompt", "none login"),
            ("max_age", "-1"),
            ("claims", "\"\\\r\n"),
            ("id_token_hint", "\"\\\u{e9}"),
            ("request", "x"),
            ("request_uri", "https://rp.example/\"\\"),
            ("registration", "{}"),
        ];
        for (name, value) in wrong {
            let callback = op.silently(&[(name, value)]).await;
            assert!(!callback.error().is_empty(), "{name}");
            assert!(callback.get("code").is_none());
            let description = callback.get("error_description").unwrap_or_default();
            assert!(legal(description) && !description.contains(['\r', '\n', '\t']), "{name}: {description:?}");
        }
        let broken = op.opens(&[("response_mode", "fragment")]).await;
        assert!(broken.url.as_str().starts_with(CALLBACK));
    }
}

#[tokio::test]
async fn b16_errors_of_the_token_endpoint() {
    let op = Module::start("query").await;
    let send = async |form: &[(&str, &str)], header: &str| {
        let call = Call::form(&format!("{ISSUER}/token"), form).with("authorization", header);
        refusal(&op.client.send(call).await)
    };
    let good = basic("certificate-service", &secret("certificate-service"));
    for (form, header, status, error) in [
        (&[("grant_type", "authorization_code"), ("code", "x")][..], good.as_str(), 400, "invalid_grant"),
        (&[("grant_type", "refresh_token"), ("refresh_token", "\"\\")], &good, 400, "invalid_grant"),
        (&[("grant_type", "\"\\\u{e9}\r\n")], &good, 400, "unsupported_grant_type"),
        (
            &[("grant_type", "password"), ("username", "s2025001"), ("password", "university-1")],
            &good,
            400,
            "unsupported_grant_type",
        ),
        (&[], &good, 400, "invalid_request"),
        (&[("grant_type", "authorization_code"), ("code", "x")], "Basic x", 401, "invalid_client"),
    ] {
        assert_eq!(send(form, header).await, (status, error.to_owned()), "{form:?}");
    }
}

#[tokio::test]
async fn client_secrets_are_decoded_before_they_are_compared() {
    let op = Module::start("query").await;
    let plain = secret("certificate-service");
    assert!(plain.contains([' ', '%', '&', '+', ':']), "one that shows the difference");
    let form = [("grant_type", "authorization_code"), ("code", "x")];
    let send = async |header: String| {
        refusal(&op.client.send(Call::form(&format!("{ISSUER}/token"), &form).with("authorization", &header)).await).1
    };
    assert_eq!(send(basic("certificate-service", &plain)).await, "invalid_grant");
    let raw = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, format!("certificate-service:{plain}"));
    assert_eq!(send(format!("Basic {raw}")).await, "invalid_client");
}
