//! A relying party that signs assertions of who it is (RFC 7523, OpenID Connect Core §9).

use std::{
    fmt::Write,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use serde_json::{Map, Value, json};

use super::{
    browser::Call,
    client::Answer,
    jose::Key,
    setup::{self, ISSUER},
    world::World,
};

/// RFC 7523 §2.2.
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// One key of each algorithm, the same for all tests: RSA keys are slow to make.
pub fn key(alg: &str) -> &'static Key {
    static KEYS: OnceLock<Vec<Key>> = OnceLock::new();
    let make = || ["RS256", "PS256", "ES256", "EdDSA"].map(|alg| Key::generate(alg, &format!("{alg}-1"))).into();
    KEYS.get_or_init(make).iter().find(|key| key.alg == alg).unwrap()
}

/// A client's file with the method and further lines.
pub fn file(id: &str, more: &str) -> String {
    format!("{}token_endpoint_auth_method = \"private_key_jwt\"\n{more}\n", setup::client(id))
}

/// The keys as a line of a client's file.
pub fn jwks(keys: &[Value]) -> String {
    let mut text = String::from("jwks = { keys = [");
    for key in keys {
        let members: Vec<String> =
            key.as_object().unwrap().iter().map(|(name, value)| format!("\"{name}\" = {value}")).collect();
        write!(text, "{{ {} }}, ", members.join(", ")).unwrap();
    }
    text + "] }"
}

/// A client and the key that it signs with.
#[derive(Clone)]
pub struct Signer {
    pub id: String,
    pub key: &'static Key,
    world: Arc<World>,
}

impl Signer {
    pub fn new(world: &Arc<World>, id: &str, key: &'static Key) -> Self {
        Self { id: id.to_owned(), key, world: Arc::clone(world) }
    }

    /// What a good assertion says, never the same twice.
    pub fn claims(&self) -> Value {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let now = self.world.now().as_seconds();
        let jti = format!("jti-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        json!({ "iss": self.id, "sub": self.id, "aud": ISSUER, "iat": now, "exp": now + 60, "jti": jti })
    }

    pub fn changed(&self, change: impl FnOnce(&mut Map<String, Value>)) -> String {
        let mut claims = self.claims();
        change(claims.as_object_mut().unwrap());
        self.key.sign(&self.header(), &claims)
    }

    pub fn header(&self) -> Value {
        json!({ "alg": self.key.alg, "kid": self.key.kid })
    }

    pub fn assertion(&self) -> String {
        self.key.sign(&self.header(), &self.claims())
    }

    /// Posts a form with an assertion.
    pub async fn shows(&self, assertion: &str, path: &str, form: &[(&str, &str)]) -> Answer {
        let shown = [("client_assertion_type", JWT_BEARER), ("client_assertion", assertion)];
        let form: Vec<(&str, &str)> = shown.into_iter().chain(form.iter().copied()).collect();
        self.world.service().send(Call::form(&format!("{ISSUER}{path}"), &form)).await
    }

    /// Whether this assertion authenticates: asked where nothing else can go wrong.
    pub async fn passes(&self, assertion: &str) -> bool {
        let answer = self.shows(assertion, "/introspect", &[("token", "x")]).await;
        match answer.status() {
            200 => true,
            401 => {
                assert_eq!(answer.error(), "invalid_client");
                false
            }
            status => panic!("{status}: {}", answer.page.body),
        }
    }
}
