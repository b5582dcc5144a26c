//! Forged DPoP proofs and access tokens, at every place that takes one (RFC 9449 §4.3, RFC 9068 §4).

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as B64};
use idp::{
    domain::{ids::TenantId, signing_key::SigningAlgorithm},
    keys::Typ,
};
use serde_json::{Map, Value, json};

use crate::support::{
    World,
    browser::Call,
    client::{Answer, RelyingParty, claims},
    dpop::{KeyHolder, machine},
    jose::{self, Key},
    setup::{ISSUER, OTHER_ISSUER, Setup},
};

use super::{Corpus, forge::Good};

const OWN: [(&str, &str); 1] = [("grant_type", "client_credentials")];

struct Scene {
    world: Arc<World>,
    party: RelyingParty,
    holder: KeyHolder,
    /// Bound to the holder's key.
    access: String,
}

/// The endpoints that read proofs.
#[derive(Clone, Copy, PartialEq)]
enum At {
    Token,
    UserInfo,
}

impl At {
    fn method(self) -> &'static str {
        if self == Self::Token { "POST" } else { "GET" }
    }

    fn url(self) -> String {
        format!("{ISSUER}{}", if self == Self::Token { "/token" } else { "/userinfo" })
    }
}

impl Scene {
    async fn start() -> Self {
        let lines = "access_token_format = \"jwt\"\nid_token_signed_response_alg = \"ES256\"";
        let world = World::with(Setup::default().further_client("bound", &machine("bound", lines))).await;
        let (party, holder) = (world.client("bound"), KeyHolder::new("ES256"));
        let page = world.student().await.signs_in_at(&party.url(&[])).await;
        let access = party.redeem_with(&holder, &page.code()).await.text("access_token");
        Self { world, party, holder, access }
    }

    fn claims(&self, at: At) -> Value {
        let token = (at == At::UserInfo).then_some(self.access.as_str());
        self.holder.claims(self.world.now(), at.method(), &at.url(), token)
    }

    async fn send(&self, at: At, proofs: &[&str]) -> Answer {
        let call = match at {
            At::Token => self.party.call("/token", &OWN),
            At::UserInfo => Call::get(&at.url()).with("authorization", &format!("DPoP {}", self.access)),
        };
        self.party.send(proofs.iter().fold(call, |call, proof| call.with("dpop", proof))).await
    }

    /// Whether an answer is anything but the refusal that RFC 9449 names.
    fn is_accepted(at: At, answer: &Answer) -> bool {
        let status = if at == At::Token { 400 } else { 401 };
        let known = ["invalid_dpop_proof", "use_dpop_nonce", "invalid_token"].contains(&answer.error().as_str());
        answer.status() != status || !known
    }
}

#[tokio::test]
async fn no_forged_proof_is_taken() {
    let scene = Scene::start().await;
    let mut corpus = Corpus::of("forged DPoP proofs");
    for at in [At::Token, At::UserInfo] {
        let good = scene.holder.key.sign(&scene.holder.header(), &scene.claims(at));
        for forgery in Good::new(&good, &scene.holder.key.bare_jwk()).forgeries() {
            // Bytes that no header may hold never come this far.
            if forgery.token.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
                corpus.tells(&forgery.name, Scene::is_accepted(at, &scene.send(at, &[&forgery.token]).await));
            }
        }
        for (name, header) in wrong_headers(&scene.holder) {
            let proof = scene.holder.key.sign_text(&header, scene.claims(at).to_string().as_bytes());
            corpus.tells(&name, Scene::is_accepted(at, &scene.send(at, &[&proof]).await));
        }
        for (name, claims) in wrong_claims(&scene, at) {
            let proof = scene.holder.key.sign_text(&scene.holder.header().to_string(), claims.as_bytes());
            corpus.tells(&name, Scene::is_accepted(at, &scene.send(at, &[&proof]).await));
        }
        let both = scene.send(at, &[&good, &good]).await;
        corpus.tells("two headers", Scene::is_accepted(at, &both));
        let joined = scene.send(at, &[&format!("{good}, {good}")]).await;
        corpus.tells("two in one header", Scene::is_accepted(at, &joined));
        assert_eq!(scene.send(at, &[&good]).await.status(), 200, "the good one still is, so none of them was it");
        corpus.tells("the same again", Scene::is_accepted(at, &scene.send(at, &[&good]).await));
    }
    let stranger = KeyHolder::new("ES256");
    let proof = stranger.key.sign(&stranger.header(), &scene.claims(At::UserInfo));
    corpus.tells("another key's", Scene::is_accepted(At::UserInfo, &scene.send(At::UserInfo, &[&proof]).await));
    corpus.ends(300);
}

/// Headers that a proof of the right key must not have.
fn wrong_headers(holder: &KeyHolder) -> Vec<(String, String)> {
    let mut wrong = Vec::new();
    let mut with = |name: &str, change: &dyn Fn(&mut Map<String, Value>)| {
        let mut header = holder.header();
        change(header.as_object_mut().unwrap());
        wrong.push((format!("rightly signed, {name}"), header.to_string()));
    };
    for typ in ["JWT", "at+jwt", "dpop", "dpop+jwt ", "application/dpop+jwt", "", "jwt+dpop"] {
        with(&format!("typ {typ:?}"), &|header| drop(header.insert("typ".into(), json!(typ))));
    }
    for (name, value) in [("null", Value::Null), ("a number", json!(1)), ("a list", json!(["dpop+jwt"]))] {
        for member in ["typ", "alg", "jwk"] {
            with(&format!("{member} is {name}"), &|header| drop(header.insert(member.into(), value.clone())));
        }
    }
    for member in ["typ", "alg", "jwk"] {
        with(&format!("no {member}"), &|header| drop(header.remove(member)));
    }
    for alg in ["none", "HS256", "RS256", "RS512", "PS256", "ES384", "ES512", "EdDSA", "es256"] {
        with(&format!("alg {alg}"), &|header| drop(header.insert("alg".into(), json!(alg))));
    }
    let secret = json!(B64.encode([7; 32]));
    for private in ["d", "p", "q", "dp", "dq", "qi", "k", "oth"] {
        with(&format!("the key has {private}"), &|header| {
            drop(header["jwk"].as_object_mut().unwrap().insert(private.into(), secret.clone()));
        });
    }
    for (member, value) in [
        ("crv", json!("P-384")),
        ("crv", json!("secp256k1")),
        ("kty", json!("ec")),
        ("kty", json!("oct")),
        ("kty", json!("RSA")),
        ("x", json!("")),
        ("x", json!(B64.encode([0; 32]))),
        ("y", json!(B64.encode([1; 33]))),
        ("y", Value::Null),
        ("y", json!(7)),
    ] {
        with(&format!("the key's {member} is {value}"), &|header| {
            drop(header["jwk"].as_object_mut().unwrap().insert(member.into(), value.clone()));
        });
    }
    let stranger = Key::generate("ES256", "stranger");
    with("a stranger's key", &|header| drop(header.insert("jwk".into(), stranger.bare_jwk())));
    with("a text for a key", &|header| drop(header.insert("jwk".into(), json!(holder.key.bare_jwk().to_string()))));
    with("a set for a key", &|header| drop(header.insert("jwk".into(), json!({ "keys": [holder.key.bare_jwk()] }))));
    for (member, value) in [
        ("crit", json!(["b64"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("jku", json!("https://evil.example/jwks")),
        ("x5u", json!("https://evil.example/chain")),
        ("x5c", json!(["AAAA"])),
    ] {
        with(&format!("{member} {value}"), &|header| drop(header.insert(member.into(), value.clone())));
    }
    let text = holder.header().to_string();
    for doubled in [r#""alg":"none","#, r#""typ":"JWT","#, r#""jwk":{},"#] {
        wrong
            .push((format!("rightly signed, and before it {doubled}"), text.replacen('{', &format!("{{{doubled}"), 1)));
    }
    wrong
}

/// Claims that a proof of the right key must not have; each else good, with an id of its own.
fn wrong_claims(scene: &Scene, at: At) -> Vec<(String, String)> {
    let now = scene.world.now().as_seconds();
    let other = if at == At::Token { At::UserInfo } else { At::Token };
    let url = at.url();
    let mut values = vec![
        ("jti", vec![json!(""), json!(1), Value::Null, json!(["a"]), json!("j".repeat(257))]),
        (
            "htm",
            vec![
                json!(other.method()),
                json!(at.method().to_lowercase()),
                json!(""),
                json!(1),
                Value::Null,
                json!("*"),
                json!("POST,GET"),
            ],
        ),
        (
            "htu",
            vec![
                json!(other.url()),
                json!(format!("{url}/")),
                json!(format!("{url}x")),
                json!(url.to_uppercase()),
                json!(url.replace("https", "http")),
                json!(url.replace(ISSUER, OTHER_ISSUER)),
                json!(url.replace(ISSUER, "https://evil.example")),
                json!(url.replace("https://", "https://user@")),
                json!(url.replace("https://", "")),
                json!(url.replace(ISSUER, "")),
                json!(url.replace(".jp", ".jp:8443")),
                json!(url.replace(".jp", ".jp.evil.example")),
                json!(format!("{url}\n")),
                json!(format!(" {url}")),
                json!(url.replace('/', "\\")),
                json!(""),
                json!(1),
                json!([url]),
                Value::Null,
            ],
        ),
        (
            "iat",
            vec![
                json!(now - 3600),
                json!(now + 3600),
                json!(0),
                json!(-1),
                json!(now.to_string()),
                json!(1e300),
                Value::Null,
                json!([now]),
            ],
        ),
        ("nonce", vec![json!(""), json!("x"), json!(1), Value::Null, json!("A".repeat(43))]),
    ];
    if at == At::UserInfo {
        let whole = idp::domain::secret::sha256(scene.access.as_bytes());
        let of = |text: &str| json!(B64.encode(idp::domain::secret::sha256(text.as_bytes())));
        values.push((
            "ath",
            vec![
                json!(""),
                json!(1),
                Value::Null,
                of(""),
                of("other"),
                json!(scene.access),
                json!(idp::domain::secret::sha256_hex(scene.access.as_bytes())),
                json!(B64.encode(&whole[..16])),
                json!(format!("{}=", B64.encode(whole))),
            ],
        ));
    }
    let mut wrong = Vec::new();
    for (name, values) in values {
        for value in values {
            let mut claims = scene.claims(at);
            claims[name] = value.clone();
            let shown: String = value.to_string().chars().take(40).collect();
            wrong.push((format!("rightly signed, {name} {shown}"), claims.to_string()));
        }
        let mut claims = scene.claims(at);
        claims.as_object_mut().unwrap().remove(name);
        wrong.push((format!("rightly signed, no {name}"), claims.to_string()));
        let doubled = format!("{{\"{name}\":\"x\",");
        wrong.push((format!("rightly signed, {name} twice"), scene.claims(at).to_string().replacen('{', &doubled, 1)));
    }
    wrong
}

#[tokio::test]
async fn no_forged_access_token_opens_anything() {
    let scene = Scene::start().await;
    let page = scene.world.student_again().await.signs_in_at(&scene.party.url(&[])).await;
    let tokens = scene.party.redeem(&page.code()).await;
    let (access, id_token) = (tokens.text("access_token"), tokens.text("id_token"));
    let jwks = scene.party.send(Call::get(&format!("{ISSUER}/jwks"))).await.json();
    let mut forged = Good::new(&access, jose::key_of(&jwks, &access)).forgeries();
    let good = claims(&access);
    let signs = |tenant: &str, typ: Typ, claims: &Value| {
        let keys = scene.world.flows().keyrings[&TenantId::new(tenant)].current();
        keys.signer(SigningAlgorithm::Es256).unwrap().sign(typ, claims).unwrap()
    };
    let mut push = |name: String, token: String| forged.push(super::forge::Forgery { name, token });
    push("the ID token".into(), id_token);
    for typ in [Typ::IdToken, Typ::LogoutToken, Typ::UserInfo, Typ::Introspection, Typ::AuthorizationResponse] {
        push(format!("the same as {typ:?}"), signs("demo", typ, &good));
    }
    push("signed by another tenant".into(), signs("other", Typ::AccessToken, &good));
    for (name, value) in [
        ("iss", json!(OTHER_ISSUER)),
        ("iss", json!(format!("{ISSUER}/"))),
        ("iss", json!([ISSUER])),
        ("jti", json!("")),
        ("jti", json!("x")),
        ("jti", json!(1)),
        ("jti", json!(good["jti"].as_str().unwrap().replace(|digit: char| digit.is_ascii_digit(), "0"))),
        ("exp", json!(good["iat"])),
        ("exp", json!(0)),
        ("exp", json!("never")),
        ("exp", json!(1e300)),
        ("aud", json!([])),
        ("client_id", json!(1)),
        ("cnf", json!({ "jkt": 1 })),
        ("cnf", json!({ "other": "x" })),
        ("scope", json!(["openid"])),
    ] {
        let mut claims = good.clone();
        claims[name] = value.clone();
        push(format!("rightly signed, {name} {value}"), signs("demo", Typ::AccessToken, &claims));
    }
    for name in ["iss", "aud", "client_id", "jti", "exp", "iat"] {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(name);
        push(format!("rightly signed, no {name}"), signs("demo", Typ::AccessToken, &claims));
    }
    let mut corpus = Corpus::of("forged access tokens");
    for forgery in &forged {
        if forgery.token.bytes().all(|byte| byte.is_ascii_graphic()) {
            let answer = scene.party.userinfo(&forgery.token).await;
            let told = answer.header("www-authenticate").contains("invalid_token");
            corpus.tells(&format!("UserInfo: {}", forgery.name), answer.status() != 401 || !told);
        }
        let told = scene.party.introspect(&forgery.token).await;
        let refused = told.status() == 400 || told.json() == json!({ "active": false });
        corpus.tells(&format!("introspection: {}", forgery.name), !refused);
        scene.party.revoke(&forgery.token).await;
    }
    assert_eq!(scene.party.userinfo(&access).await.status(), 200, "nor is anything given back by one");
    corpus.ends(200);
}
