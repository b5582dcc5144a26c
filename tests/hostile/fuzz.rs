//! Any input at every place that reads one: no panic, no failure of the house, and none that costs more than a moment.

use std::{fs, sync::Arc, time::Duration};

use axum::http::Method;
use idp::domain::redirect_uri::RedirectUri;
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestCaseError, TestRunner},
};
use tokio::runtime::Runtime;

use crate::support::{
    World,
    browser::{Browser, Call},
    client::basic,
    setup::{ISSUER, secret},
};

const CASES: u32 = 256;
const MOMENT: Duration = Duration::from_millis(100);

/// Processor time of this thread so far. Waiting for a processor is not in it, so other tests do not count.
fn spent() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").expect("a Linux kernel that counts");
    Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap())
}

/// Each input of the strategy once; whatever reads it stays below a [`MOMENT`].
fn any_input<S: Strategy>(inputs: &S, reads: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let mut runner = TestRunner::new(Config { cases: CASES, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(inputs, |input| {
        let before = spent();
        reads(input)?;
        let taken = spent().saturating_sub(before);
        prop_assert!(taken < MOMENT, "took {:?}", taken);
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

/// Through the real router, on this thread.
struct House {
    runtime: Runtime,
    world: Arc<World>,
}

impl House {
    fn open() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let world = runtime.block_on(World::start());
        Self { runtime, world }
    }

    /// A panic is a 500 here, and an outage a 503.
    fn answers(&self, call: Call) -> Result<(), TestCaseError> {
        let page = self.runtime.block_on(async { Browser::new(&self.world).send(call).await });
        prop_assert!(page.status.as_u16() < 500, "{}: {}", page.status, page.body);
        Ok(())
    }
}

/// Bytes as they may stand in a query or a form: any, or pieces of what is meant to stand there.
fn encoded() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[ -~]{0,40}",
        "%[0-9a-fA-F]{0,2}",
        Just("&".to_owned()),
        Just("=".to_owned()),
        "(client_id|redirect_uri|scope|state|prompt|claims|request|code|grant_type|client_assertion)=",
        "(certificate-service|https%3A%2F%2Frp.example%2Fcallback|openid|code|none|S256|authorization_code)&",
        "\\{\"(userinfo|id_token)\":\\{\"(sub|acr|name)\":(null|1|\\[\\]|\\{\"value\":\"x\"\\})\\}\\}",
        "[%\u{80}-\u{ffff}]{0,5}",
        Just("a=b&".repeat(70)),
        Just("[".repeat(2_000)),
        Just("%00".to_owned()),
    ];
    vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// What may stand in an address as it is.
fn in_address(text: &str) -> String {
    text.chars().filter(|letter| letter.is_ascii_graphic() && !matches!(letter, '#' | '"' | '<' | '>')).collect()
}

/// Something like a token, or not at all.
fn token() -> impl Strategy<Value = String> {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as B64};
    let json = prop_oneof![
        "\\{\"alg\":\"(none|RS256|ES256|PS256|HS256|EdDSA)\",\"(kid|typ|jwk|crit)\":(\"[a-z+]{0,8}\"|\\{\\}|\\[\\])\\}",
        "\\{\"(iss|sub|aud|exp|iat|jti|htm|htu|ath)\":(\"[ -!#-\\[\\]-~]{0,20}\"|-?[0-9]{1,30}|1e[0-9]{1,4}|null)\\}",
        Just("[".repeat(5_000)),
        Just("{\"a\":".repeat(2_000)),
        "[ -~]{0,60}",
    ];
    let part =
        prop_oneof![json.prop_map(|json| B64.encode(json)), "[A-Za-z0-9_-]{0,400}", "[ -~]{0,20}", Just(String::new())];
    vec(part, 0..6).prop_map(|parts| parts.join("."))
}

fn token_form(fields: &[(&str, &str)]) -> Call {
    Call::form(&format!("{ISSUER}/token"), fields)
}

#[test]
fn any_authorization_query() {
    let house = House::open();
    any_input(&encoded(), |query| house.answers(Call::get(&format!("{ISSUER}/authorize?{}", in_address(&query)))));
    any_input(&encoded(), |form| {
        let mut call = Call::form(&format!("{ISSUER}/authorize"), &[]);
        call.body = form;
        house.answers(call)
    });
}

#[test]
fn any_parameter_of_a_good_authorization_request() {
    let house = House::open();
    let names = [
        "scope",
        "state",
        "nonce",
        "prompt",
        "max_age",
        "claims",
        "acr_values",
        "id_token_hint",
        "response_mode",
        "code_challenge",
        "ui_locales",
        "login_hint",
        "request",
        "request_uri",
        "resource",
        "dpop_jkt",
    ];
    let inputs = (proptest::sample::select(names.to_vec()), prop_oneof![any::<String>(), encoded(), token()]);
    any_input(&inputs, |(name, value)| house.answers(Call::get(&house.world.service().url(&[(name, &value)]))));
}

#[test]
fn any_token_form() {
    let house = House::open();
    let authorization = basic("certificate-service", &secret("certificate-service"));
    any_input(&encoded(), |form| {
        let mut call = token_form(&[]).with("authorization", &authorization);
        call.body = form;
        house.answers(call)
    });
    let names = ["code", "refresh_token", "code_verifier", "redirect_uri", "scope", "resource", "device_code"];
    let inputs = (proptest::sample::select(names.to_vec()), any::<String>());
    any_input(&inputs, |(name, value)| {
        let grant = if name == "refresh_token" { "refresh_token" } else { "authorization_code" };
        house.answers(token_form(&[("grant_type", grant), (name, &value)]).with("authorization", &authorization))
    });
}

#[test]
fn any_authorization_header() {
    let house = House::open();
    let inputs = prop_oneof![
        "(Basic|Bearer|DPoP|basic) [ -~]{0,200}",
        "[ -~]{0,200}",
        Just(format!("Basic {}", "A".repeat(9_000)))
    ];
    any_input(&inputs, |header| {
        for path in ["/token", "/userinfo", "/introspect"] {
            house.answers(Call::form(&format!("{ISSUER}{path}"), &[]).with("authorization", header.trim()))?;
        }
        Ok(())
    });
}

#[test]
fn any_client_assertion() {
    let house = House::open();
    any_input(&token(), |assertion| {
        house.answers(token_form(&[
            ("grant_type", "authorization_code"),
            ("code", "x"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &assertion),
        ]))
    });
}

#[test]
fn any_dpop_proof() {
    let house = House::open();
    let authorization = basic("certificate-service", &secret("certificate-service"));
    any_input(&token(), |proof| {
        let form = [("grant_type", "authorization_code"), ("code", "x")];
        house.answers(token_form(&form).with("authorization", &authorization).with("dpop", &proof))?;
        let call = Call::get(&format!("{ISSUER}/userinfo")).with("authorization", "DPoP x").with("dpop", &proof);
        house.answers(call)
    });
}

#[test]
fn any_cookie() {
    let house = House::open();
    let inputs = prop_oneof![
        "[ -~]{0,300}",
        "(__Host-)?idp-demo-(session|flash|reset|language|login-[a-z0-9]{0,9})=[ -~]{0,200}",
        vec("__Host-idp-demo-login-[a-z2-7]{8}=[A-Za-z0-9_-]{0,60}", 0..40).prop_map(|cookies| cookies.join("; ")),
        Just("; ".repeat(4_000)),
    ];
    any_input(&inputs, |cookie| {
        for path in ["/authorize", "/account", "/login/abcdefgh", "/logout", "/forgot-second-password"] {
            house.answers(Call::get(&format!("{ISSUER}{path}")).with("cookie", cookie.trim()))?;
        }
        Ok(())
    });
}

#[test]
fn any_path() {
    let house = House::open();
    any_input(&"/[ -~]{0,80}", |path| {
        let path: String = path.chars().filter(char::is_ascii_graphic).collect();
        let Ok(url) = url::Url::parse(&format!("{ISSUER}{path}")) else { return Ok(()) };
        prop_assume!(url.host_str() == Some("id.example.jp") && url.port().is_none());
        for method in [Method::GET, Method::POST, Method::PUT] {
            house.answers(Call::get(url.as_str()).method(method))?;
        }
        Ok(())
    });
}

#[test]
fn any_redirect_uri() {
    let uri = || {
        let piece = prop_oneof![
            "https?://",
            "[a-z]{1,6}:",
            "[@:/?#\\\\\\[\\]%.*]",
            "(rp\\.example|127\\.0\\.0\\.1|\\[::1\\]|localhost)",
            ":[0-9]{0,6}",
            "/[a-z]{0,5}",
            any::<String>(),
            Just("/".repeat(4_000)),
            Just("1".repeat(4_000)),
        ];
        vec(piece, 0..8).prop_map(|pieces: Vec<String>| pieces.concat())
    };
    any_input(&(uri(), uri()), |(registered, asked)| {
        if let Ok(registered) = RedirectUri::register(&registered) {
            prop_assert!(registered.admits(registered.as_str()));
            if registered.admits(&asked) && asked != registered.as_str() {
                let (ours, theirs) = (url::Url::parse(registered.as_str()).unwrap(), url::Url::parse(&asked).unwrap());
                prop_assert_eq!(
                    (ours.scheme(), ours.host(), ours.path()),
                    (theirs.scheme(), theirs.host(), theirs.path())
                );
                prop_assert!(theirs.host_str() == Some("127.0.0.1") || theirs.host_str() == Some("[::1]"));
            }
        }
        Ok(())
    });
}
