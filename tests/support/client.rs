//! A relying party as the test plays it.

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use idp::domain::{clock::Timestamp, secret::sha256};
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::{
    browser::{Browser, Call},
    page::Page,
    setup::{self, ISSUER},
    world::World,
};

pub const CALLBACK: &str = "https://rp.example/callback";
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

#[derive(Clone)]
pub struct RelyingParty {
    pub id: String,
    pub secret: Option<String>,
    pub issuer: String,
    pub posts_secret: bool,
    world: Arc<World>,
}

/// An answer to a client.
#[derive(Clone, Debug)]
pub struct Answer {
    pub page: Page,
}

impl Answer {
    pub fn status(&self) -> u16 {
        self.page.status.as_u16()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.page.body).unwrap_or(Value::Null)
    }

    pub fn text(&self, name: &str) -> String {
        self.json()[name]
            .as_str()
            .unwrap_or_else(|| panic!("no {name}: {} {}", self.status(), self.page.body))
            .to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.page.header(name)
    }

    pub fn error(&self) -> String {
        self.json()["error"].as_str().unwrap_or_default().to_owned()
    }

    pub fn claims(&self) -> Value {
        claims(&self.text("id_token"))
    }
}

/// What a JWT says; whether it is true is asked elsewhere.
pub fn claims(jwt: &str) -> Value {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

pub fn challenge() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(sha256(VERIFIER.as_bytes()))
}

impl World {
    pub fn service(self: &Arc<Self>) -> RelyingParty {
        self.client("certificate-service")
    }

    pub fn client(self: &Arc<Self>, id: &str) -> RelyingParty {
        RelyingParty {
            id: id.to_owned(),
            secret: (id != "phone-app").then(|| setup::secret(id)),
            issuer: ISSUER.to_owned(),
            posts_secret: id == "library",
            world: Arc::clone(self),
        }
    }
}

impl RelyingParty {
    /// The usual request, with these parameters instead or besides; an empty value leaves one out.
    pub fn request(&self, other: &[(&str, &str)]) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.parameters(other)).finish()
    }

    /// The same, parameter by parameter.
    pub fn parameters(&self, other: &[(&str, &str)]) -> Vec<(String, String)> {
        let challenge = challenge();
        let mut parameters = vec![
            ("client_id", self.id.as_str()),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "openid"),
            ("state", "state-1"),
            ("nonce", "nonce-1"),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in other {
            match parameters.iter_mut().find(|(known, _)| known == name) {
                Some(parameter) => parameter.1 = value,
                None => parameters.push((name, value)),
            }
        }
        parameters.retain(|(_, value)| !value.is_empty());
        parameters.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// The usual request goes to `/par` (RFC 9126 §2.1).
    pub async fn push(&self, other: &[(&str, &str)]) -> Answer {
        let parameters = self.parameters(other);
        let form: Vec<(&str, &str)> = parameters
            .iter()
            .filter(|(name, _)| name != "client_id")
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        self.post("/par", &form).await
    }

    /// What the browser opens of a pushed request, and nothing beside.
    pub fn pushed_url(&self, request_uri: &str) -> String {
        let parameters = [("client_id", self.id.as_str()), ("request_uri", request_uri)];
        Url::parse_with_params(&format!("{}/authorize", self.issuer), parameters).unwrap().to_string()
    }

    /// Pushes the usual request and says what the browser opens.
    pub async fn pushes(&self, other: &[(&str, &str)]) -> String {
        self.pushed_url(&self.push(other).await.text("request_uri"))
    }

    pub fn url(&self, other: &[(&str, &str)]) -> String {
        format!("{}/authorize?{}", self.issuer, self.request(other))
    }

    pub async fn redeem(&self, code: &str) -> Answer {
        self.token(&Self::redemption(code)).await
    }

    pub fn redemption(code: &str) -> [(&str, &str); 4] {
        [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)]
    }

    pub async fn refresh(&self, token: &str) -> Answer {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    pub async fn token(&self, form: &[(&str, &str)]) -> Answer {
        self.post("/token", form).await
    }

    pub async fn introspect(&self, token: &str) -> Answer {
        self.post("/introspect", &[("token", token)]).await
    }

    /// With this `Accept`; an empty one is left out.
    pub async fn introspect_as(&self, token: &str, accept: &str) -> Answer {
        let call = self.call("/introspect", &[("token", token)]);
        self.send(if accept.is_empty() { call } else { call.with("accept", accept) }).await
    }

    pub async fn revoke(&self, token: &str) -> Answer {
        self.post("/revoke", &[("token", token)]).await
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.send(self.call(path, form)).await
    }

    /// A form with this client's authentication.
    pub fn call(&self, path: &str, form: &[(&str, &str)]) -> Call {
        let mut form = form.to_vec();
        let mut headers = Vec::new();
        match &self.secret {
            None => form.push(("client_id", &self.id)),
            Some(secret) if self.posts_secret => {
                form.extend([("client_id", self.id.as_str()), ("client_secret", secret)]);
            }
            Some(secret) => headers.push(("authorization", basic(&self.id, secret))),
        }
        let mut call = Call::form(&format!("{}{path}", self.issuer), &form);
        for (name, value) in &headers {
            call = call.with(name, value);
        }
        call
    }

    pub fn now(&self) -> Timestamp {
        self.world.now()
    }

    /// As it is, without authentication.
    pub async fn send(&self, call: Call) -> Answer {
        Answer { page: Browser::new(&self.world).send(call).await }
    }

    pub async fn userinfo(&self, access_token: &str) -> Answer {
        let call =
            Call::get(&format!("{}/userinfo", self.issuer)).with("authorization", &format!("Bearer {access_token}"));
        self.send(call).await
    }

    pub fn logout_url(&self, parameters: &[(&str, &str)]) -> String {
        Url::parse_with_params(&format!("{}/logout", self.issuer), parameters).unwrap().to_string()
    }
}

/// RFC 6749 §2.3.1: each part form-urlencoded, then joined.
pub fn basic(id: &str, secret: &str) -> String {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", BASE64_STANDARD.encode(format!("{}:{}", encode(id), encode(secret))))
}
