//! A client with keys of its own, as it writes its requests into signed objects (RFC 9101).

use std::sync::Arc;

use idp::domain::secret::sha256_hex;
use serde_json::{Value, json};

use super::{
    World,
    client::RelyingParty,
    jose::Key,
    setup::{ISSUER, Setup, client, secret},
};

pub const PORTAL: &str = "portal";

pub struct Portal {
    pub world: Arc<World>,
    pub client: RelyingParty,
    pub key: Key,
}

impl Portal {
    pub async fn open(alg: &'static str) -> Self {
        Self::with(alg, "").await
    }

    /// With further lines in its file.
    pub async fn with(alg: &'static str, more: &str) -> Self {
        let key = Key::generate(alg, "portal-1");
        let world = World::with(Setup::default().further_client(PORTAL, &file(&key, more))).await;
        Self { client: world.client(PORTAL), world, key }
    }

    /// The usual request as an object's claims, with these parameters instead or besides; an empty value leaves one out.
    pub fn claims(&self, other: &[(&str, &str)]) -> Value {
        let now = self.world.now().as_seconds();
        let mut claims =
            json!({ "iss": PORTAL, "aud": ISSUER, "iat": now, "nbf": now, "exp": now + 60, "jti": "object-1" });
        for (name, value) in self.client.parameters(other) {
            claims[name] = value.into();
        }
        claims
    }

    /// The same with these claims instead; null leaves one out.
    pub fn claims_with(&self, other: &[(&str, Value)]) -> Value {
        let mut claims = self.claims(&[]);
        for (name, value) in other {
            claims[*name] = value.clone();
        }
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        claims
    }

    pub fn sign(&self, claims: &Value) -> String {
        self.key.sign(&self.key.header("oauth-authz-req+jwt"), claims)
    }

    /// What the browser opens: the object, and what must stand beside it (OpenID Connect Core §6.1).
    pub fn url_of(object: &str) -> String {
        Self::url_beside(object, &[])
    }

    pub fn url_beside(object: &str, beside: &[(&str, &str)]) -> String {
        let mut parameters = vec![("client_id", PORTAL), ("response_type", "code"), ("scope", "openid")];
        for (name, value) in beside {
            parameters.retain(|(known, _)| known != name);
            parameters.push((name, value));
        }
        parameters.push(("request", object));
        url::Url::parse_with_params(&format!("{ISSUER}/authorize"), parameters).unwrap().to_string()
    }
}

fn file(key: &Key, more: &str) -> String {
    let jwk = key.jwk();
    let members = jwk.as_object().unwrap().iter().map(|(name, value)| format!("{name} = {value}"));
    let members = members.collect::<Vec<_>>().join(", ");
    client(PORTAL)
        + &format!(
            "token_endpoint_auth_method = \"client_secret_basic\"\nclient_secret_sha256 = \"{}\"\n\
             jwks = {{ keys = [{{ {members} }}] }}\n{more}\n",
            sha256_hex(secret(PORTAL).as_bytes())
        )
}
