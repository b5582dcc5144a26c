//! One module of the suite: a client, a browser, and what is checked in every module whatever it is about (protocol.md §2).

use std::{collections::BTreeMap, sync::Arc};

use idp::{config::demo::STUDENTS, domain::ids::UpstreamId};
use serde_json::Value;
use url::Url;

use crate::support::{
    Page, Student, World,
    browser::Call,
    client::{Answer, CALLBACK, RelyingParty},
    jose,
    setup::{ISSUER, Setup},
};

use super::super::legal;

/// The Basic plan and the Form Post Basic plan hold the same modules.
pub const MODES: [&str; 2] = ["query", "form_post"];

pub struct Module {
    pub world: Arc<World>,
    pub student: Student,
    pub client: RelyingParty,
    pub mode: &'static str,
    pub discovery: Value,
    pub jwks: Value,
}

/// What came to the redirect URI.
#[derive(Clone, Debug)]
pub struct Callback {
    parameters: BTreeMap<String, String>,
    pub nonce: Option<String>,
}

/// What the token endpoint gave, checked.
#[derive(Clone, Debug)]
pub struct Tokens {
    pub answer: Answer,
    pub id_token: Value,
}

impl Module {
    pub async fn start(mode: &'static str) -> Self {
        Self::with(Setup::default(), mode).await
    }

    /// With the demo's own students, who carry every standard claim.
    pub async fn with(setup: Setup, mode: &'static str) -> Self {
        let world = World::with(setup).await;
        let university = UpstreamId::new("university");
        world
            .flows()
            .import_accounts(&world.tenant(), &university, STUDENTS.as_bytes(), false, |_, _| {})
            .await
            .unwrap();
        let client = world.service();
        let discovery = read(&client, "/.well-known/openid-configuration").await;
        let jwks = read(&client, "/jwks").await;
        Self { student: world.student().await, world, client, mode, discovery, jwks }
    }

    pub fn at(mut self, client: &str) -> Self {
        self.client = self.world.client(client);
        self
    }

    fn asked<'a>(&'a self, parameters: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let mut asked = parameters.to_vec();
        if self.mode != "query" && !asked.iter().any(|(name, _)| *name == "response_mode") {
            asked.push(("response_mode", self.mode));
        }
        asked
    }

    /// Whatever page comes of the request.
    pub async fn opens(&mut self, parameters: &[(&str, &str)]) -> Page {
        let url = self.client.url(&self.asked(parameters));
        self.student.browser.open(&url).await
    }

    /// Without any page in between.
    pub async fn silently(&mut self, parameters: &[(&str, &str)]) -> Callback {
        let page = self.opens(parameters).await;
        self.callback(&page, parameters)
    }

    /// With every page that comes.
    pub async fn authorizes(&mut self, parameters: &[(&str, &str)]) -> Callback {
        let url = self.client.url(&self.asked(parameters));
        let page = self.student.signs_in_at(&url).await;
        self.callback(&page, parameters)
    }

    pub async fn signs_in(&mut self, parameters: &[(&str, &str)]) -> Tokens {
        let callback = self.authorizes(parameters).await;
        self.redeems(&callback).await
    }

    pub async fn redeems(&self, callback: &Callback) -> Tokens {
        let answer = self.client.redeem(&callback.code()).await;
        self.tokens(answer, callback.nonce.as_deref())
    }

    /// B14: by GET with a Bearer header.
    pub async fn userinfo(&self, tokens: &Tokens) -> Value {
        let answer = self.client.userinfo(&tokens.answer.text("access_token")).await;
        assert_eq!(answer.status(), 200, "{}", answer.page.body);
        assert!(answer.header("content-type").starts_with("application/json"));
        let claims = answer.json();
        assert_eq!(claims["sub"], tokens.id_token["sub"]);
        well_formed(&claims);
        claims
    }

    /// B5, B6 and B15: where the answer stands, what is in it and what is not.
    pub fn callback(&self, page: &Page, parameters: &[(&str, &str)]) -> Callback {
        let parameter = |name: &str, usual: &str| {
            let set = parameters.iter().find(|(known, _)| *known == name);
            Some(set.map_or_else(|| usual.to_owned(), |(_, value)| (*value).to_owned()))
                .filter(|value| !value.is_empty())
        };
        let uri = Url::parse(&parameter("redirect_uri", CALLBACK).unwrap()).unwrap();
        let found: BTreeMap<String, String> = if self.mode == "form_post" {
            assert_eq!(page.status, 200, "{}", page.id());
            let form = page.form(&[], None);
            assert_eq!(form.action, uri);
            assert_eq!(page.one("form", "method").as_deref(), Some("post"));
            assert_eq!(page.one("form", "enctype"), None, "a form of the usual type");
            form.fields.into_iter().collect()
        } else {
            assert!(page.is_at_the_client(), "{}", page.id());
            assert!(page.url.fragment().is_none());
            assert_eq!(page.url.path(), uri.path());
            let mut found: Vec<_> = page.url.query_pairs().into_owned().collect();
            for pair in uri.query_pairs().into_owned() {
                let kept = found.iter().position(|other| *other == pair).expect("the registered query survives");
                found.remove(kept);
            }
            let count = found.len();
            let found: BTreeMap<_, _> = found.into_iter().collect();
            assert_eq!(found.len(), count, "nothing stands twice");
            found
        };
        assert_eq!(found.get("state"), parameter("state", "state-1").as_ref());
        assert_eq!(found.get("iss").map(String::as_str), self.discovery["issuer"].as_str());
        let legal_names: &[&str] = if found.contains_key("error") {
            &["error", "error_description", "error_uri", "state", "session_state", "iss"]
        } else {
            &["code", "state", "session_state", "iss"]
        };
        for name in found.keys() {
            assert!(legal_names.contains(&name.as_str()), "{name} in {found:?}");
        }
        assert!(legal(found.get("error_description").map_or("", String::as_str)));
        Callback { parameters: found, nonce: parameter("nonce", "nonce-1") }
    }

    /// B7 to B12.
    pub fn tokens(&self, answer: Answer, nonce: Option<&str>) -> Tokens {
        assert_eq!(answer.status(), 200, "{}", answer.page.body);
        assert!(answer.header("content-type").starts_with("application/json"));
        let cached = answer.header("cache-control");
        assert!(cached.contains("no-store"), "{cached}");
        let body = answer.json();
        assert!(strong(body["access_token"].as_str().unwrap()));
        assert!(!body["token_type"].as_str().unwrap().is_empty());
        let lives = body["expires_in"].as_u64().expect("a number");
        assert!((1..=31_536_000).contains(&lives));
        let id_token = jose::verified(&self.jwks, &answer.text("id_token"));
        self.id_token(&id_token, nonce);
        Tokens { answer, id_token }
    }

    /// B8 to B11.
    fn id_token(&self, claims: &Value, nonce: Option<&str>) {
        const KNOWN: [&str; 17] = [
            "iss",
            "sub",
            "aud",
            "exp",
            "iat",
            "auth_time",
            "nonce",
            "acr",
            "amr",
            "azp",
            "at_hash",
            "c_hash",
            "s_hash",
            "nbf",
            "jti",
            "sid",
            "txn",
        ];
        let now = self.world.now().as_seconds();
        assert_eq!(claims["iss"], self.discovery["issuer"]);
        assert_eq!(claims["aud"], self.client.id.as_str());
        let (exp, iat) = (claims["exp"].as_i64().unwrap(), claims["iat"].as_i64().unwrap());
        assert!(exp > now && exp < now + 50 * 31_536_000);
        assert!((iat - now).abs() <= 300);
        let auth_time = claims["auth_time"].as_i64().expect("always told");
        assert!(auth_time <= now && auth_time > now - 31_536_000);
        assert!(!claims["acr"].as_str().unwrap().is_empty());
        assert_eq!(claims.get("nonce").and_then(Value::as_str), nonce);
        let sub = claims["sub"].as_str().unwrap();
        assert!((1..=255).contains(&sub.len()) && sub.bytes().all(|byte| (0x20..=0x7e).contains(&byte)));
        for name in claims.as_object().unwrap().keys() {
            assert!(KNOWN.contains(&name.as_str()), "{name} was not asked for");
        }
        well_formed(claims);
    }
}

impl Callback {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    pub fn code(&self) -> String {
        self.get("code").unwrap_or_else(|| panic!("no code: {:?}", self.parameters)).to_owned()
    }

    pub fn error(&self) -> &str {
        self.get("error").unwrap_or_else(|| panic!("no error: {:?}", self.parameters))
    }
}

impl Tokens {
    pub fn access(&self) -> String {
        self.answer.text("access_token")
    }
}

/// A document of the provider's.
pub async fn read(client: &RelyingParty, path: &str) -> Value {
    let answer = client.send(Call::get(&format!("{ISSUER}{path}"))).await;
    assert_eq!(answer.status(), 200, "{path}");
    assert!(answer.header("content-type").starts_with("application/json"), "{path}");
    answer.json()
}

/// At least 128 bits long, and more than 96 bits of Shannon entropy.
pub fn strong(secret: &str) -> bool {
    let mut counts = BTreeMap::new();
    for byte in secret.bytes() {
        *counts.entry(byte).or_insert(0_u32) += 1;
    }
    let length = f64::from(u32::try_from(secret.len()).unwrap());
    let per_character: f64 = counts.values().map(|count| f64::from(*count) / length).map(|p| -p * p.log2()).sum();
    assert!(secret.bytes().all(|byte| byte.is_ascii_graphic()), "{secret}");
    length * 6.0 >= 128.0 && per_character * length > 96.0
}

/// B11: each standard claim that is there has its type.
pub fn well_formed(claims: &Value) {
    let text = |name: &str, value: &Value| {
        let text = value.as_str().unwrap_or_else(|| panic!("{name} is no text: {value}"));
        assert!(!text.trim().is_empty() && text != "null", "{name}: {text:?}");
    };
    for (name, value) in claims.as_object().unwrap() {
        match name.as_str() {
            "email_verified" | "phone_number_verified" => assert!(value.is_boolean(), "{name}: {value}"),
            "updated_at" => {
                let at = value.as_i64().expect("a number");
                assert!((631_152_000..=1_800_100_000).contains(&at), "{at}");
            }
            "birthdate" => assert!(birthdate(value.as_str().unwrap()), "{value}"),
            "address" => {
                let address = value.as_object().expect("an object");
                assert!(!address.is_empty());
                address.iter().for_each(|(name, value)| text(name, value));
            }
            "profile" | "picture" | "website" => {
                text(name, value);
                Url::parse(value.as_str().unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
            }
            "exp" | "iat" | "auth_time" | "amr" | "aud" | "nbf" | "two_factor_enabled" | "affiliation" => {}
            name => text(name, value),
        }
    }
}

fn birthdate(text: &str) -> bool {
    let parts: Vec<Option<u32>> = text.split('-').map(|part| part.parse().ok()).collect();
    match parts[..] {
        [Some(year)] => text.len() == 4 && year >= 1850,
        [Some(year), Some(month), Some(day)] => {
            text.len() == 10 && (year == 0 || year >= 1850) && (1..=12).contains(&month) && (1..=31).contains(&day)
        }
        _ => false,
    }
}
