//! A client as FAPI 2.0 wants it: assertions signed by its own key, tokens bound to another (RFC 7523, RFC 9449).

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as B64};
use idp::domain::{clock::Clock, secret::sha256};
use serde_json::{Value, json};

use super::{
    browser::Call,
    client::{Answer, CALLBACK, RelyingParty, VERIFIER},
    jose::Key,
    setup::{self, ISSUER, Setup},
    world::World,
};

pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
pub const WITH_DUMMIES: &str = "https://rp.example/callback?dummy1=lorem&dummy2=ipsum";

/// Two of them, by the names `bank-1` and `bank-2`, with these further lines in their files.
pub struct Keys {
    pub first: Arc<Key>,
    pub second: Arc<Key>,
}

impl Keys {
    pub fn generate() -> Self {
        Self { first: Arc::new(Key::generate("PS256", "first")), second: Arc::new(Key::generate("ES256", "second")) }
    }

    pub fn registered(&self, setup: Setup, more: &str) -> Setup {
        setup
            .further_client("bank-1", &registered("bank-1", &self.first, more))
            .further_client("bank-2", &registered("bank-2", &self.second, more))
    }
}

fn registered(id: &str, key: &Key, more: &str) -> String {
    let members: Vec<String> =
        key.jwk().as_object().unwrap().iter().map(|(name, value)| format!("{name} = {value}")).collect();
    setup::client(id).replace("https://rp.example/callback?kept=yes", WITH_DUMMIES)
        + &format!(
            "profile = \"fapi2\"\ntoken_endpoint_auth_method = \"private_key_jwt\"\njwks = {{ keys = [{{ {} }}] }}\n\
             id_token_signed_response_alg = \"{}\"\n{more}",
            members.join(", "),
            key.alg,
        )
}

/// How a test changes what is signed.
pub type Change<'a> = &'a dyn Fn(&mut Value);

/// As it is.
pub const GOOD: Change<'static> = &|_| {};

#[derive(Clone)]
pub struct Bank {
    pub id: String,
    pub key: Arc<Key>,
    /// What its tokens are bound to.
    pub bound_to: Arc<Key>,
    pub world: Arc<World>,
    party: RelyingParty,
    /// The provider's last word (RFC 9449 §8).
    nonce: Arc<Mutex<Option<String>>>,
}

/// Never the same twice.
fn jti() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("jti-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

impl Bank {
    pub fn new(world: &Arc<World>, id: &str, key: &Arc<Key>) -> Self {
        let mut party = world.client("phone-app");
        id.clone_into(&mut party.id);
        let bound_to = Arc::new(Key::generate("ES256", "bound"));
        Self {
            id: id.to_owned(),
            key: Arc::clone(key),
            bound_to,
            world: Arc::clone(world),
            party,
            nonce: Arc::default(),
        }
    }

    /// The same client, with another key for its proofs.
    #[must_use]
    pub fn with_another_key(&self) -> Self {
        Self { bound_to: Arc::new(Key::generate("ES256", "another")), ..self.clone() }
    }

    /// The same client, signing its assertions like this.
    #[must_use]
    pub fn signing_with(&self, key: Key) -> Self {
        Self { key: Arc::new(key), ..self.clone() }
    }

    pub fn now(&self) -> i64 {
        self.world.clock.now().as_seconds()
    }

    /// RFC 7523 §3, with the issuer as the only audience.
    pub fn assertion(&self, change: Change<'_>) -> String {
        let now = self.now();
        let mut claims = json!({
            "iss": self.id, "sub": self.id, "aud": ISSUER, "jti": jti(), "iat": now, "exp": now + 60,
        });
        change(&mut claims);
        self.key.sign(&json!({ "alg": self.key.alg, "kid": self.key.kid }), &claims)
    }

    /// RFC 9449 §4.2.
    pub fn proof(&self, method: &str, path: &str, access_token: Option<&str>, change: Change<'_>) -> String {
        let mut claims = json!({ "jti": jti(), "htm": method, "htu": format!("{ISSUER}{path}"), "iat": self.now() });
        if let Some(nonce) = &*self.nonce.lock().unwrap() {
            claims["nonce"] = json!(nonce);
        }
        if let Some(token) = access_token {
            claims["ath"] = json!(B64.encode(sha256(token.as_bytes())));
        }
        change(&mut claims);
        self.bound_to.sign(&self.proof_header(), &claims)
    }

    pub fn proof_header(&self) -> Value {
        json!({ "typ": "dpop+jwt", "alg": self.bound_to.alg, "jwk": self.bound_to.bare_jwk() })
    }

    /// RFC 7638, of an EC key.
    pub fn thumbprint(&self) -> String {
        let jwk = self.bound_to.bare_jwk();
        let canonical = json!({ "crv": jwk["crv"], "kty": jwk["kty"], "x": jwk["x"], "y": jwk["y"] });
        B64.encode(sha256(canonical.to_string().as_bytes()))
    }

    /// A form with this assertion and, if any, this proof; once more when the answer wants another nonce.
    pub async fn posts(
        &self,
        path: &str,
        form: &[(&str, &str)],
        assertion: Option<Change<'_>>,
        proof: Option<Change<'_>>,
    ) -> Answer {
        let mut answer = self.posts_once(path, form, assertion, proof).await;
        if self.learns_nonce(&answer) && answer.error() == "use_dpop_nonce" {
            answer = self.posts_once(path, form, assertion, proof).await;
        }
        answer
    }

    async fn posts_once(
        &self,
        path: &str,
        form: &[(&str, &str)],
        assertion: Option<Change<'_>>,
        proof: Option<Change<'_>>,
    ) -> Answer {
        let assertion = assertion.map(|change| self.assertion(change));
        let mut form = form.to_vec();
        if let Some(assertion) = &assertion {
            form.extend([("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion)]);
        }
        let mut call = Call::form(&format!("{ISSUER}{path}"), &form);
        if let Some(change) = proof {
            call = call.with("dpop", &self.proof("POST", path, None, change));
        }
        self.party.send(call).await
    }

    pub fn learns_nonce(&self, answer: &Answer) -> bool {
        let nonce = answer.header("dpop-nonce");
        if !nonce.is_empty() {
            *self.nonce.lock().unwrap() = Some(nonce.to_owned());
        }
        !nonce.is_empty()
    }

    pub async fn send(&self, call: Call) -> Answer {
        self.party.send(call).await
    }

    /// The usual request's parameters, without `client_id`.
    pub fn parameters(&self, other: &[(&str, &str)]) -> Vec<(String, String)> {
        let request = self.party.request(other);
        url::form_urlencoded::parse(request.as_bytes()).into_owned().filter(|(name, _)| name != "client_id").collect()
    }

    pub async fn pushes(&self, other: &[(&str, &str)]) -> Answer {
        self.pushes_with(other, GOOD, None).await
    }

    pub async fn pushes_with(
        &self,
        other: &[(&str, &str)],
        assertion: Change<'_>,
        proof: Option<Change<'_>>,
    ) -> Answer {
        let parameters = self.parameters(other);
        let form: Vec<_> = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.posts("/par", &form, Some(assertion), proof).await
    }

    pub fn url(&self, other: &[(&str, &str)]) -> String {
        let mut parameters = vec![("client_id", self.id.as_str())];
        parameters.extend(other);
        url::Url::parse_with_params(&format!("{ISSUER}/authorize"), parameters).unwrap().to_string()
    }

    pub fn usual_url(&self, other: &[(&str, &str)]) -> String {
        self.party.url(other)
    }

    pub async fn redeems(&self, code: &str) -> Answer {
        self.redeems_with(code, &[], Some(GOOD), Some(GOOD)).await
    }

    /// An empty value leaves a field out.
    pub async fn redeems_with(
        &self,
        code: &str,
        other: &[(&str, &str)],
        assertion: Option<Change<'_>>,
        proof: Option<Change<'_>>,
    ) -> Answer {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        for (name, value) in other {
            form.retain(|(known, _)| known != name);
            if !value.is_empty() {
                form.push((name, value));
            }
        }
        self.posts("/token", &form, assertion, proof).await
    }

    pub async fn refreshes(&self, token: &str) -> Answer {
        self.posts("/token", &[("grant_type", "refresh_token"), ("refresh_token", token)], Some(GOOD), Some(GOOD)).await
    }

    /// UserInfo by a bound token.
    pub async fn userinfo(&self, token: &str) -> Answer {
        self.userinfo_with(token, "DPoP", GOOD).await
    }

    pub async fn userinfo_with(&self, token: &str, scheme: &str, change: Change<'_>) -> Answer {
        let mut answer = self.userinfo_once(token, scheme, change).await;
        if self.learns_nonce(&answer) && answer.header("www-authenticate").contains("use_dpop_nonce") {
            answer = self.userinfo_once(token, scheme, change).await;
        }
        answer
    }

    async fn userinfo_once(&self, token: &str, scheme: &str, change: Change<'_>) -> Answer {
        let proof = self.proof("GET", "/userinfo", Some(token), change);
        self.resource(token, scheme, &[&proof]).await
    }

    pub async fn resource(&self, token: &str, scheme: &str, proofs: &[&str]) -> Answer {
        let mut call = Call::get(&format!("{ISSUER}/userinfo")).with("authorization", &format!("{scheme} {token}"));
        for proof in proofs {
            call = call.with("dpop", proof);
        }
        self.party.send(call).await
    }
}
