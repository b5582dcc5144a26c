//! Clients with more to show than a secret: tokens in their own name, DPoP proofs, pushed requests.

use std::{fs, path::Path, sync::Arc, time::SystemTime};

use anyhow::{Context, anyhow, ensure};
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as B64};
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use super::{
    load::Round,
    process::Server,
    scenarios::{
        CLIENT, CONNECTIONS, authorize, challenge, code_of, granted, parameters, post_as, redemption, secret_sha256,
        sha256, with_headers,
    },
    sign_in::Student,
    wire::{Answer, Wire},
};

/// Speaks for itself, by JWTs.
const SERVICE: &str = "bench-service";

pub fn write_client(folder: &Path) -> anyhow::Result<()> {
    let text = format!(
        "client_name = \"The bench's service\"\ngrant_types = [\"client_credentials\"]\nresponse_types = []\n\
         scope = \"profile\"\ntoken_endpoint_auth_method = \"client_secret_basic\"\naccess_token_format = \"jwt\"\n\
         id_token_signed_response_alg = \"ES256\"\nclient_secret_sha256 = \"{}\"\n",
        secret_sha256()
    );
    Ok(fs::write(folder.join("clients").join(format!("{SERVICE}.toml")), text)?)
}

const OWN_TOKEN: [(&str, &str); 1] = [("grant_type", "client_credentials")];

/// The same request again and again.
pub fn client_credentials(server: &Server) -> Vec<u8> {
    post_as(SERVICE, server.port, "/token", &OWN_TOKEN, &[])
}

/// A key, and proofs of it of which no two are the same (RFC 9449 §4.2).
#[derive(Clone)]
struct Prover {
    key: Arc<EcdsaKeyPair>,
    header: String,
    issuer: String,
    /// The provider's last word.
    nonce: Option<String>,
    seat: usize,
    made: u64,
}

impl Prover {
    fn new(server: &Server) -> anyhow::Result<Self> {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| anyhow!("an ES256 key"))?;
        let (x, y) = key.public_key().as_ref().get(1..).context("a point")?.split_at(32);
        let jwk = json!({ "kty": "EC", "crv": "P-256", "x": B64.encode(x), "y": B64.encode(y) });
        let header = B64.encode(json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": jwk }).to_string());
        Ok(Self { key: Arc::new(key), header, issuer: server.address(0), nonce: None, seat: CONNECTIONS, made: 0 })
    }

    fn at(&self, seat: usize) -> Self {
        Self { seat, ..self.clone() }
    }

    fn proof(&mut self, method: &str, path: &str, access_token: Option<&str>) -> anyhow::Result<String> {
        self.made += 1;
        let now = SystemTime::UNIX_EPOCH.elapsed()?.as_secs();
        let mut claims = json!({
            "jti": format!("{}-{}-{now}", self.seat, self.made), "iat": now,
            "htm": method, "htu": format!("{}{path}", self.issuer),
        });
        if let (Some(nonce), Some(claims)) = (&self.nonce, claims.as_object_mut()) {
            claims.insert("nonce".into(), nonce.as_str().into());
        }
        if let (Some(token), Some(claims)) = (access_token, claims.as_object_mut()) {
            claims.insert("ath".into(), B64.encode(sha256(token.as_bytes())).into());
        }
        let signed = format!("{}.{}", self.header, B64.encode(claims.to_string()));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes()).map_err(|_| anyhow!("a signature"))?;
        Ok(format!("{signed}.{}", B64.encode(signature)))
    }

    /// Asks with a proof, and once more when the answer wants another nonce.
    async fn ask(
        &mut self,
        wire: &mut Wire,
        request: impl Fn(&mut Self) -> anyhow::Result<Vec<u8>>,
    ) -> anyhow::Result<Answer> {
        let mut answer = wire.ask(&request(self)?).await?;
        if let Some(nonce) = answer.header("dpop-nonce") {
            self.nonce = Some(nonce.to_owned());
            if answer.status != 200 {
                answer = wire.ask(&request(self)?).await?;
            }
        }
        ensure!(answer.status == 200, "{}: {}", answer.status, String::from_utf8_lossy(&answer.body));
        Ok(answer)
    }
}

/// A token in the client's own name, bound to a key.
pub struct BoundToken {
    port: u16,
    prover: Prover,
}

pub fn bound_token(server: &Server) -> anyhow::Result<impl Fn(usize) -> BoundToken> {
    let (port, prover) = (server.port, Prover::new(server)?);
    Ok(move |seat| BoundToken { port, prover: prover.at(seat) })
}

impl Round for BoundToken {
    async fn play(&mut self, wire: &mut Wire) -> anyhow::Result<()> {
        let port = self.port;
        let request = |prover: &mut Prover| {
            let proof = prover.proof("POST", "/token", None)?;
            Ok(post_as(SERVICE, port, "/token", &OWN_TOKEN, &[("dpop", &proof)]))
        };
        self.prover.ask(wire, request).await.map(drop)
    }
}

/// What a student's bound token lets a client read.
pub struct BoundUserinfo {
    port: u16,
    prover: Prover,
    token: String,
}

/// Each connection has an access token of its own.
pub async fn bound_userinfo(server: &Server, student: &Student) -> anyhow::Result<impl Fn(usize) -> BoundUserinfo> {
    let (port, mut prover) = (server.port, Prover::new(server)?);
    let mut wire = Wire::open(port).await?;
    let mut tokens = Vec::new();
    for _ in 0..CONNECTIONS {
        let code = code_of(&wire.ask(&authorize(server, student)).await?)?;
        let request = |prover: &mut Prover| {
            let proof = prover.proof("POST", "/token", None)?;
            Ok(post_as(CLIENT, port, "/token", &redemption(&code), &[("dpop", &proof)]))
        };
        let answer = prover.ask(&mut wire, request).await?.json()?;
        ensure!(answer.get("token_type").and_then(Value::as_str) == Some("DPoP"), "not bound: {answer}");
        tokens.push(answer.get("access_token").and_then(Value::as_str).context("an access token")?.to_owned());
    }
    Ok(move |seat| BoundUserinfo {
        port,
        prover: prover.at(seat),
        token: tokens.get(seat).cloned().unwrap_or_default(),
    })
}

impl Round for BoundUserinfo {
    async fn play(&mut self, wire: &mut Wire) -> anyhow::Result<()> {
        let (port, token) = (self.port, &self.token);
        let request = |prover: &mut Prover| {
            let proof = prover.proof("GET", "/userinfo", Some(token))?;
            let headers = [("authorization", &*format!("DPoP {token}")), ("dpop", &proof)];
            Ok(with_headers(port, "/userinfo", &headers))
        };
        self.prover.ask(wire, request).await.map(drop)
    }
}

/// The request pushed first, then a code by the live session, then what it is good for.
pub struct PushedFlow {
    port: u16,
    push: Vec<u8>,
    cookies: String,
}

pub fn pushed_flow(server: &Server, student: &Student) -> impl Fn(usize) -> PushedFlow {
    let (port, cookies) = (server.port, student.cookies());
    let challenge = challenge();
    let push = post_as(CLIENT, port, "/par", &parameters(&challenge), &[]);
    move |_| PushedFlow { port, push: push.clone(), cookies: cookies.clone() }
}

impl Round for PushedFlow {
    async fn play(&mut self, wire: &mut Wire) -> anyhow::Result<()> {
        let answer = wire.ask(&self.push).await?;
        ensure!(answer.status == 201, "{}: {}", answer.status, String::from_utf8_lossy(&answer.body));
        let pushed = answer.json()?;
        let uri = pushed.get("request_uri").and_then(Value::as_str).context("a request_uri")?;
        let query = Serializer::new(String::new()).extend_pairs([("client_id", CLIENT), ("request_uri", uri)]).finish();
        let authorize = with_headers(self.port, &format!("/authorize?{query}"), &[("cookie", &self.cookies)]);
        let code = code_of(&wire.ask(&authorize).await?)?;
        granted(&wire.ask(&post_as(CLIENT, self.port, "/token", &redemption(&code), &[])).await?).map(drop)
    }
}
