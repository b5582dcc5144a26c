//! One good request, and each thing that can be wrong with it.

use std::time::Duration;

use super::*;
use crate::domain::{
    client::{Client, Profile},
    ids::Subject,
    language::Language,
    oauth_error::ErrorCode,
    parameters::Parameters,
    samples,
};

fn check(query: &str) -> Result<AuthorizationRequest, Refusal> {
    let tenant = samples::tenant();
    let parameters = Parameters::parse(query.as_bytes()).unwrap();
    let client = known_client(&parameters, &tenant).map_err(Refusal::Page)?;
    let asked = Asked { parameters: &parameters, tenant: &tenant, client: &client, way: Way::default() };
    checked(&asked)
}

/// The good request and more, of a client that is not like the others, on another way.
fn check_of(client: &Client, way: Way, more: &str) -> Result<AuthorizationRequest, ErrorCode> {
    let tenant = samples::tenant();
    let parameters = Parameters::parse(format!("{GOOD}{more}").as_bytes()).unwrap();
    checked(&Asked { parameters: &parameters, tenant: &tenant, client, way }).map_err(|refusal| match refusal {
        Refusal::Redirect { error, .. } | Refusal::Page(error) => error.code,
    })
}

fn checked(asked: &Asked<'_>) -> Result<AuthorizationRequest, Refusal> {
    AuthorizationRequest::check(asked, |hint, _| (hint == "good").then(|| Subject("them".into())))
}

const PUSHED: Way = Way { pushed: true, signed: false };
const SIGNED: Way = Way { pushed: false, signed: true };
const BOTH: Way = Way { pushed: true, signed: true };

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
        (GOOD.replace("openid+email", "unknown"), InvalidScope),
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
        (format!("{GOOD}&response_mode=fragment.jwt"), InvalidRequest),
        (format!("{GOOD}&dpop_jkt=short"), InvalidRequest),
        (format!("{GOOD}&dpop_jkt={}", "=".repeat(43)), InvalidRequest),
        (format!("{GOOD}&resource=https://api.example"), InvalidTarget),
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
fn prompt_login_goes_before_select_account_and_consent_goes_with_each() {
    for (prompt, kept, consent) in [
        ("login+select_account", Prompt::Login, false),
        ("login+consent", Prompt::Login, true),
        ("select_account+consent", Prompt::SelectAccount, true),
        ("consent", Prompt::Unset, true),
        ("create+consents", Prompt::Unset, false),
        ("", Prompt::Unset, false),
    ] {
        let request = check(&format!("{GOOD}&prompt={prompt}")).unwrap();
        assert_eq!((request.prompt, request.consent), (kept, consent), "{prompt}");
    }
}

#[test]
fn a_stored_request_reads_back_as_it_was() {
    let request = check(&format!("{GOOD}&id_token_hint=good&acr_values=urn:idp:acr:auth-key&prompt=login")).unwrap();
    let text = serde_json::to_string(&request).unwrap();
    assert_eq!(serde_json::from_str::<AuthorizationRequest>(&text).unwrap(), request);
}

#[test]
fn without_openid_it_is_plain_oauth() {
    let request = check(&GOOD.replace("openid+", "")).unwrap();
    assert_eq!(request.scope.to_string(), "email");
}

#[test]
fn a_client_that_must_push_or_sign_is_held_to_it() {
    let pushing = Client { require_pushed_authorization_requests: true, ..samples::client() };
    let signing = Client { require_signed_request_object: true, ..samples::client() };
    let fapi2 = Client { profile: Profile::Fapi2, ..samples::client() };
    for (client, way, good) in [
        (&pushing, Way::default(), false),
        (&pushing, SIGNED, false),
        (&pushing, PUSHED, true),
        (&signing, Way::default(), false),
        (&signing, PUSHED, false),
        (&signing, SIGNED, true),
        (&signing, BOTH, true),
        (&fapi2, Way::default(), false),
        (&fapi2, SIGNED, false),
        (&fapi2, PUSHED, true),
    ] {
        let verdict = check_of(client, way, "").map(|_| ());
        assert_eq!(verdict, if good { Ok(()) } else { Err(ErrorCode::InvalidRequest) }, "{way:?}");
    }
}

#[test]
fn fapi2_excuses_nobody_from_pkce() {
    let client = Client { profile: Profile::Fapi2, require_pkce: false, ..samples::client() };
    let tenant = samples::tenant();
    let without = "client_id=rp&redirect_uri=https%3A%2F%2Frp.example%2Fcb&response_type=code&scope=openid&nonce=n";
    let parameters = Parameters::parse(without.as_bytes()).unwrap();
    let refusal = checked(&Asked { parameters: &parameters, tenant: &tenant, client: &client, way: PUSHED });
    assert!(matches!(refusal, Err(Refusal::Redirect { error, .. }) if error.code == ErrorCode::InvalidRequest));
}

#[test]
fn a_request_inside_a_request_is_refused_in_the_words_of_its_wrapping() {
    let client = samples::client();
    for name in ["request", "request_uri"] {
        let more = format!("&{name}=x");
        assert_eq!(check_of(&client, PUSHED, &more).unwrap_err(), ErrorCode::InvalidRequest, "{name}");
        assert_eq!(check_of(&client, SIGNED, &more).unwrap_err(), ErrorCode::InvalidRequestObject, "{name}");
        assert_eq!(check_of(&client, BOTH, &more).unwrap_err(), ErrorCode::InvalidRequestObject, "{name}");
    }
}

#[test]
fn resources_are_the_clients_own_and_may_be_several() {
    let resources = vec!["https://a.example".to_owned(), "https://b.example/x".to_owned()];
    let client = Client { resources: resources.clone(), ..samples::client() };
    let both = "&resource=https://a.example&resource=https://b.example/x&resource=https://a.example";
    assert_eq!(check_of(&client, PUSHED, both).unwrap().resources, resources);
    for other in ["https://a.example/", "https://a.example%23f", "a", "https://c.example"] {
        let more = format!("&resource=https://a.example&resource={other}");
        assert_eq!(check_of(&client, PUSHED, &more).unwrap_err(), ErrorCode::InvalidTarget, "{other}");
    }
}

#[test]
fn the_response_mode_says_where_and_whether_signed() {
    for (name, mode) in [
        ("query", ResponseMode::Query),
        ("form_post", ResponseMode::FormPost),
        ("jwt", ResponseMode::QueryJwt),
        ("query.jwt", ResponseMode::QueryJwt),
        ("form_post.jwt", ResponseMode::FormPostJwt),
    ] {
        assert_eq!(check(&format!("{GOOD}&response_mode={name}")).unwrap().response_mode, mode, "{name}");
    }
}

#[test]
fn the_key_of_the_code_is_kept() {
    let thumbprint = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    let request = check(&format!("{GOOD}&dpop_jkt={thumbprint}")).unwrap();
    assert_eq!(request.dpop_jkt.as_deref(), Some(thumbprint));
}
