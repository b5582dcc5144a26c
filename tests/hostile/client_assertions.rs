//! Forged client assertions: none of them authenticates (SR-55, RFC 7523 §3, RFC 8725).

use serde_json::{Value, json};

use crate::support::{
    World,
    bank::{ASSERTION_TYPE, Bank, GOOD, Keys},
    browser::Call,
    client::Answer,
    setup::{ISSUER, OTHER_ISSUER, Setup},
};

use super::{
    Corpus,
    forge::{Forgery, Good},
};

/// Two clients of FAPI 2.0.
struct Scene {
    one: Bank,
    two: Bank,
}

impl Scene {
    async fn start() -> Self {
        let keys = Keys::generate();
        let world = World::with(keys.registered(Setup::default(), "dpop_bound_access_tokens = true\n")).await;
        Self { one: Bank::new(&world, "bank-1", &keys.first), two: Bank::new(&world, "bank-2", &keys.second) }
    }
}

/// What one thing of a rightly signed token may be instead.
struct Wrong {
    name: String,
    change: Box<dyn Fn(&mut Value)>,
}

fn set(name: &'static str, value: Value) -> Wrong {
    let told = value.to_string().chars().take(50).collect::<String>();
    Wrong {
        name: format!("rightly signed, {name} {told}"),
        change: Box::new(move |claims| claims[name] = value.clone()),
    }
}

fn without(name: &'static str) -> Wrong {
    let change = move |claims: &mut Value| drop(claims.as_object_mut().unwrap().remove(name));
    Wrong { name: format!("rightly signed, no {name}"), change: Box::new(change) }
}

/// Headers that a right signature does not make good.
fn wrong_headers(good: &Value) -> Vec<(String, Value)> {
    let members = [
        ("crit", json!(["exp"])),
        ("crit", json!(["b64"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("alg", json!("none")),
        ("alg", json!("HS256")),
        ("typ", json!("at+jwt")),
        ("typ", json!("logout+jwt")),
        ("typ", json!("JWE")),
    ];
    let changed = members.into_iter().map(|(name, value)| {
        let mut header = good.clone();
        header[name] = value.clone();
        if value == json!(["b64"]) {
            header["b64"] = json!(true);
        }
        (format!("rightly signed, header {name} {value}"), header)
    });
    changed.collect()
}

fn times(now: i64) -> Vec<Wrong> {
    vec![
        set("exp", json!(now - 300)),
        set("exp", json!(0)),
        set("exp", json!("soon")),
        set("exp", json!(null)),
        set("exp", json!(1e300)),
        set("nbf", json!(now + 600)),
        set("nbf", json!("later")),
        set("iat", json!(now + 600)),
        without("exp"),
    ]
}

fn audiences() -> Vec<Wrong> {
    vec![
        set("aud", json!("https://evil.example")),
        set("aud", json!(OTHER_ISSUER)),
        set("aud", json!(format!("{ISSUER}/"))),
        set("aud", json!(format!("{ISSUER}/authorize"))),
        set("aud", json!(ISSUER.to_uppercase())),
        set("aud", json!([])),
        set("aud", json!(["https://evil.example"])),
        set("aud", json!({ "0": ISSUER })),
        set("aud", json!(7)),
        set("aud", json!("")),
        without("aud"),
    ]
}

fn identities() -> Vec<Wrong> {
    vec![
        set("iss", json!("bank-2")),
        set("iss", json!("nobody")),
        set("iss", json!("BANK-1")),
        set("iss", json!(["bank-1"])),
        set("iss", json!("")),
        without("iss"),
    ]
}

async fn pushes(bank: &Bank, fields: &[(&str, &str)]) -> Answer {
    let parameters = bank.parameters(&[]);
    let mut form: Vec<_> = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    form.extend(fields);
    bank.send(Call::form(&format!("{ISSUER}/par"), &form)).await
}

#[tokio::test]
async fn no_forged_client_assertion_authenticates() {
    let scene = Scene::start().await;
    let one = &scene.one;
    let mut corpus = Corpus::of("forged client assertions");
    let mut forged = Good::new(&one.assertion(GOOD), &one.key.jwk()).forgeries();
    let wrong = [
        times(one.now()),
        audiences(),
        identities(),
        vec![
            set("sub", json!("bank-2")),
            set("sub", json!("nobody")),
            set("sub", json!(["bank-1"])),
            without("sub"),
            set("jti", json!("")),
            set("jti", json!(7)),
            without("jti"),
        ],
    ];
    for Wrong { name, change } in wrong.into_iter().flatten() {
        forged.push(Forgery { name, token: one.assertion(&*change) });
    }
    let claims = crate::support::client::claims(&one.assertion(GOOD));
    for (name, header) in wrong_headers(&one.key.header("JWT")) {
        forged.push(Forgery { name, token: one.key.sign(&header, &claims) });
    }
    let mut push = |name: &str, token: String| forged.push(Forgery { name: name.into(), token });
    push("by RS256 instead of PS256", one.signing_with(one.key.as_alg("RS256")).assertion(GOOD));
    push("another client's key", one.signing_with(scene.two.key.as_alg("ES256")).assertion(GOOD));
    push("a proof of possession", one.proof("POST", "/par", None, GOOD));
    let shown = one.assertion(GOOD);
    let fields =
        |token: &str| [("client_assertion_type", ASSERTION_TYPE.to_owned()), ("client_assertion", token.to_owned())];
    let tries = async |token: &str| {
        let fields = fields(token);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        pushes(one, &fields).await
    };
    assert_eq!(tries(&shown).await.status(), 201, "the good one does");
    push("one that was shown before", shown);
    for Forgery { name, token } in forged {
        let answer = tries(&token).await;
        let refused = matches!(answer.error().as_str(), "invalid_client" | "invalid_request");
        corpus.tells(&name, !matches!(answer.status(), 400 | 401 | 413) || !refused);
    }
    let named = [("client_id", "bank-2")];
    let answer = one.posts("/par", &named, Some(GOOD), None).await;
    corpus.tells("rightly signed, and another client_id beside", answer.status() == 201);
    corpus.ends(150);
}
