//! A client that holds a key and proves it (RFC 9449), as relying parties do.

use std::sync::{
    Mutex,
    atomic::{AtomicU32, Ordering},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as B64};
use idp::domain::{
    clock::Timestamp,
    secret::{sha256, sha256_hex},
};
use serde_json::{Value, json};

use super::{
    browser::Call,
    client::{Answer, RelyingParty},
    jose::Key,
    setup,
};

pub struct KeyHolder {
    pub key: Key,
    nonce: Mutex<Option<String>>,
    made: AtomicU32,
}

impl KeyHolder {
    pub fn new(alg: &'static str) -> Self {
        Self { key: Key::generate(alg, "held"), nonce: Mutex::default(), made: AtomicU32::new(0) }
    }

    /// RFC 7638.
    pub fn thumbprint(&self) -> String {
        let jwk = self.key.bare_jwk();
        let text = |name: &str| jwk[name].as_str().unwrap().to_owned();
        let required = match text("kty").as_str() {
            "EC" => format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, text("x"), text("y")),
            "OKP" => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, text("x")),
            _ => format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, text("e"), text("n")),
        };
        B64.encode(sha256(required.as_bytes()))
    }

    pub fn header(&self) -> Value {
        json!({ "typ": "dpop+jwt", "alg": self.key.alg, "jwk": self.key.bare_jwk() })
    }

    /// What a good proof says, with the nonce that was heard last.
    pub fn claims(&self, now: Timestamp, method: &str, url: &str, access_token: Option<&str>) -> Value {
        let mut claims = json!({
            "jti": format!("proof-{}", self.made.fetch_add(1, Ordering::SeqCst)),
            "htm": method, "htu": url, "iat": now.as_seconds(),
        });
        if let Some(nonce) = &*self.nonce.lock().unwrap() {
            claims["nonce"] = json!(nonce);
        }
        if let Some(token) = access_token {
            claims["ath"] = json!(B64.encode(sha256(token.as_bytes())));
        }
        claims
    }

    pub fn proof(&self, now: Timestamp, method: &str, url: &str, access_token: Option<&str>) -> String {
        self.key.sign(&self.header(), &self.claims(now, method, url, access_token))
    }

    pub fn hears(&self, answer: &Answer) {
        if answer.page.headers.contains_key("dpop-nonce") {
            *self.nonce.lock().unwrap() = Some(answer.header("dpop-nonce").to_owned());
        }
    }

    pub fn forgets_its_nonce(&self) {
        *self.nonce.lock().unwrap() = None;
    }

    pub fn nonce(&self) -> Option<String> {
        self.nonce.lock().unwrap().clone()
    }
}

impl RelyingParty {
    /// A form with a proof, tried again when a nonce is asked for, as clients do.
    pub async fn post_with(&self, holder: &KeyHolder, path: &str, form: &[(&str, &str)]) -> Answer {
        let url = format!("{}{path}", self.issuer);
        let send = || self.send(self.call(path, form).with("dpop", &holder.proof(self.now(), "POST", &url, None)));
        let answer = send().await;
        holder.hears(&answer);
        if answer.error() == "use_dpop_nonce" { send().await } else { answer }
    }

    pub async fn token_with(&self, holder: &KeyHolder, form: &[(&str, &str)]) -> Answer {
        self.post_with(holder, "/token", form).await
    }

    pub async fn refresh_with(&self, holder: &KeyHolder, token: &str) -> Answer {
        self.token_with(holder, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    pub async fn redeem_with(&self, holder: &KeyHolder, code: &str) -> Answer {
        self.token_with(holder, &Self::redemption(code)).await
    }

    pub async fn userinfo_with(&self, holder: &KeyHolder, access_token: &str) -> Answer {
        let url = format!("{}/userinfo", self.issuer);
        let send = || {
            let proof = holder.proof(self.now(), "GET", &url, Some(access_token));
            self.send(Call::get(&url).with("authorization", &format!("DPoP {access_token}")).with("dpop", &proof))
        };
        let answer = send().await;
        holder.hears(&answer);
        if answer.error() == "use_dpop_nonce" { send().await } else { answer }
    }
}

/// The file of a confidential client with these lines besides.
pub fn confidential(id: &str, lines: &str) -> String {
    let hash = sha256_hex(setup::secret(id).as_bytes());
    format!("{}client_secret_sha256 = \"{hash}\"\n{lines}\n", setup::client(id))
}

/// The file of a client that speaks for itself as well.
pub fn machine(id: &str, lines: &str) -> String {
    confidential(id, lines).replace("\"refresh_token\"]", "\"refresh_token\", \"client_credentials\"]")
}
