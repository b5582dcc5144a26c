//! One good request, and each thing that can be wrong with it.

use std::time::Duration;

use super::*;
use crate::domain::{ids::Subject, language::Language, oauth_error::ErrorCode, parameters::Parameters, samples};

fn check(query: &str) -> Result<AuthorizationRequest, Refusal> {
    let tenant = samples::tenant();
    AuthorizationRequest::check(&Parameters::parse(query.as_bytes()).unwrap(), &tenant, |hint, _| {
        (hint == "good").then(|| Subject("them".into()))
    })
}

const GOOD: &str = "client_id=rp&redirect_uri=https%3A%2F%2Frp.example%2Fcb&response_type=code&scope=openid+email\
    &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&state=xyz";

fn error(query: &str) -> ErrorCode {
    match check(query) {
        Err(Refusal::Redirect { error, .. }) => error.code,
        other => panic!("not redirected: {other:?}"),
    }
}

#[test]
fn a_good_request_keeps_what_it_asked_for() {
    let request = check(&format!("{GOOD}&max_age=10&ui_locales=fr+en-GB&extra=1&nonce=n")).unwrap();
    assert_eq!(request.max_age, Some(Duration::from_secs(10)));
    assert_eq!(request.ui_locale, Some(Language::En));
    assert_eq!((request.state.as_deref(), request.nonce.as_deref()), (Some("xyz"), Some("n")));
}

#[test]
fn an_unknown_client_or_redirect_uri_is_never_redirected() {
    for query in [
        "",
        "client_id=nobody&redirect_uri=https%3A%2F%2Frp.example%2Fcb",
        "client_id=rp",
        "client_id=rp&redirect_uri=https%3A%2F%2Frp.example%2Fcb%2Fx",
        "client_id=rp&client_id=rp&redirect_uri=https%3A%2F%2Frp.example%2Fcb",
        "client_id=rp&redirect_uri=https%3A%2F%2Frp.example%2Fcb&redirect_uri=https%3A%2F%2Frp.example%2Fcb",
    ] {
        assert!(matches!(check(query), Err(Refusal::Page(_))), "{query}");
    }
}

#[test]
fn each_wrong_parameter_has_its_error() {
    use ErrorCode::*;
    let without = |name: &str| {
        GOOD.split('&').filter(|pair| !pair.trim_start().starts_with(&format!("{name}="))).collect::<Vec<_>>().join("&")
    };
    for (query, code) in [
        (without("response_type"), InvalidRequest),
        (GOOD.replace("response_type=code", "response_type=token"), UnsupportedResponseType),
        (GOOD.replace("response_type=code", "response_type=code+id_token"), UnsupportedResponseType),
        (GOOD.replace("openid+", ""), InvalidScope),
        (without("scope"), InvalidScope),
        (without("code_challenge"), InvalidRequest),
        (without("code_challenge_method"), InvalidRequest),
        (GOOD.replace("S256", "plain"), InvalidRequest),
        (GOOD.replace("E9M", "E9"), InvalidRequest),
        (format!("{GOOD}&state=again"), InvalidRequest),
        (format!("{GOOD}&extra=1&extra=2"), InvalidRequest),
        (format!("{GOOD}&nonce={}", "n".repeat(2049)), InvalidRequest),
        (format!("{GOOD}&prompt=none+login"), InvalidRequest),
        (format!("{GOOD}&max_age=-1"), InvalidRequest),
        (format!("{GOOD}&max_age=x"), InvalidRequest),
        (format!("{GOOD}&claims=nonsense"), InvalidRequest),
        (format!("{GOOD}&request=e30."), RequestNotSupported),
        (format!("{GOOD}&request_uri=https://x.example/"), RequestUriNotSupported),
        (format!("{GOOD}&registration=%7B%7D"), RegistrationNotSupported),
        (format!("{GOOD}&response_mode=fragment"), InvalidRequest),
        (format!("{GOOD}&id_token_hint=bad"), InvalidRequest),
    ] {
        assert_eq!(error(&query), code, "{query}");
    }
}

#[test]
fn an_error_goes_where_the_response_mode_says_with_the_state() {
    match check(&format!("{GOOD}&response_mode=form_post&prompt=none+login")) {
        Err(Refusal::Redirect { to, .. }) => {
            assert_eq!((to.response_mode, to.state.as_deref()), (ResponseMode::FormPost, Some("xyz")));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn prompt_login_goes_before_select_account_and_consent_asks_nothing() {
    for (prompt, kept) in [
        ("login+select_account", Prompt::Login),
        ("select_account+consent", Prompt::SelectAccount),
        ("consent", Prompt::Unset),
        ("", Prompt::Unset),
    ] {
        assert_eq!(check(&format!("{GOOD}&prompt={prompt}")).unwrap().prompt, kept, "{prompt}");
    }
}

#[test]
fn a_stored_request_reads_back_as_it_was() {
    let request = check(&format!("{GOOD}&id_token_hint=good&acr_values=urn:idp:acr:auth-key&prompt=login")).unwrap();
    let text = serde_json::to_string(&request).unwrap();
    assert_eq!(serde_json::from_str::<AuthorizationRequest>(&text).unwrap(), request);
}
