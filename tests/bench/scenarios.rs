//! What is asked of the provider once somebody is signed in.

use std::{fs, path::Path};

use anyhow::{Context, ensure};
use base64::{Engine, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::{
    load::Round,
    process::Server,
    sign_in::Student,
    wire::{Answer, Wire},
};

pub const CLIENT: &str = "bench";
const SECRET: &str = "a secret of the bench";
pub const CALLBACK: &str = "https://rp.example/callback";
const VERIFIER: &str = "the-verifier-of-every-request-of-the-bench-0123456789";
pub const CONNECTIONS: usize = 16;

/// The client of the bench: ES256, refresh tokens, opaque access tokens.
pub fn write_client(folder: &Path) -> anyhow::Result<()> {
    let clients = folder.join("clients");
    fs::create_dir_all(&clients)?;
    let text = format!(
        "client_name = \"The bench\"\nredirect_uris = [\"{CALLBACK}\"]\n\
         grant_types = [\"authorization_code\", \"refresh_token\"]\nresponse_types = [\"code\"]\n\
         scope = \"openid profile email offline_access\"\ntoken_endpoint_auth_method = \"client_secret_basic\"\n\
         id_token_signed_response_alg = \"ES256\"\nclient_secret_sha256 = \"{}\"\n",
        secret_sha256()
    );
    fs::write(clients.join(format!("{CLIENT}.toml")), text)?;
    Ok(())
}

pub fn secret_sha256() -> String {
    data_encoding::HEXLOWER.encode(sha256(SECRET.as_bytes()).as_ref())
}

pub fn sha256(bytes: &[u8]) -> aws_lc_rs::digest::Digest {
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes)
}

pub fn challenge() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(sha256(VERIFIER.as_bytes()))
}

/// What an authorization request says.
pub fn parameters(challenge: &str) -> [(&str, &str); 9] {
    [
        ("client_id", CLIENT),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid profile email offline_access"),
        ("prompt", "consent"),
        ("state", "state-of-the-bench"),
        ("nonce", "nonce-of-the-bench"),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
    ]
}

/// The address of an authorization request.
pub fn authorization(server: &Server) -> String {
    let query = Serializer::new(String::new()).extend_pairs(parameters(&challenge())).finish();
    format!("{}/authorize?{query}", server.address(0))
}

pub fn get(server: &Server, path: &str) -> Vec<u8> {
    with_headers(server.port, path, &[])
}

pub fn with_headers(port: u16, path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let mut request = format!("GET {path} HTTP/1.1\r\nhost: localhost:{port}\r\naccept: */*\r\n");
    for (name, value) in headers {
        request.extend([*name, ": ", *value, "\r\n"]);
    }
    request.push_str("\r\n");
    request.into_bytes()
}

fn post(port: u16, path: &str, fields: &[(&str, &str)]) -> Vec<u8> {
    post_as(CLIENT, port, path, fields, &[])
}

/// A form of this client's; all clients of the bench have the same secret.
pub fn post_as(client: &str, port: u16, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Vec<u8> {
    let body = Serializer::new(String::new()).extend_pairs(fields).finish();
    let basic = BASE64_STANDARD.encode(format!("{client}:{}", SECRET.replace(' ', "+")));
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost:{port}\r\nauthorization: Basic {basic}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        request.extend([*name, ": ", *value, "\r\n"]);
    }
    request.extend(["\r\n", &body]);
    request.into_bytes()
}

/// The same request again and again.
pub struct Fixed(Vec<u8>);

pub fn fixed(request: Vec<u8>) -> impl Fn(usize) -> Fixed {
    move |_| Fixed(request.clone())
}

impl Round for Fixed {
    async fn play(&mut self, wire: &mut Wire) -> anyhow::Result<()> {
        let answer = wire.ask(&self.0).await?;
        ensure!(answer.status == 200, "{} for {}", answer.status, String::from_utf8_lossy(&self.0));
        Ok(())
    }
}

/// Each connection has an access token of its own.
pub async fn userinfo(server: &Server, student: &Student) -> anyhow::Result<impl Fn(usize) -> Fixed> {
    let requests: Vec<Vec<u8>> = tokens(server, student)
        .await?
        .iter()
        .map(|tokens| {
            let token = tokens.get("access_token").and_then(Value::as_str).unwrap_or_default();
            with_headers(server.port, "/userinfo", &[("authorization", &format!("Bearer {token}"))])
        })
        .collect();
    Ok(move |index: usize| Fixed(requests.get(index).cloned().unwrap_or_default()))
}

pub async fn introspection(server: &Server, student: &Student) -> anyhow::Result<impl Fn(usize) -> Fixed> {
    let requests: Vec<Vec<u8>> = tokens(server, student)
        .await?
        .iter()
        .map(|tokens| {
            let token = tokens.get("access_token").and_then(Value::as_str).unwrap_or_default();
            post(server.port, "/introspect", &[("token", token)])
        })
        .collect();
    Ok(move |index: usize| Fixed(requests.get(index).cloned().unwrap_or_default()))
}

/// A family of refresh tokens: each round uses up the one that the round before gave.
pub struct Refresh {
    port: u16,
    token: String,
}

pub async fn refresh(server: &Server, student: &Student) -> anyhow::Result<impl Fn(usize) -> Refresh> {
    let (port, families) = (server.port, tokens(server, student).await?);
    Ok(move |index: usize| {
        let token = families.get(index).and_then(|tokens| tokens.get("refresh_token")).and_then(Value::as_str);
        Refresh { port, token: token.unwrap_or_default().to_owned() }
    })
}

impl Round for Refresh {
    async fn play(&mut self, wire: &mut Wire) -> anyhow::Result<()> {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", &self.token)];
        let answer = wire.ask(&post(self.port, "/token", &fields)).await?;
        let tokens = granted(&answer)?;
        let next = tokens.get("refresh_token").and_then(Value::as_str).context("a refresh token")?;
        next.clone_into(&mut self.token);
        Ok(())
    }
}

/// A code by the live session, and what it is good for.
pub struct CodeFlow {
    port: u16,
    authorize: Vec<u8>,
}

pub fn code_flow(server: &Server, student: &Student) -> impl Fn(usize) -> CodeFlow {
    let (authorize, port) = (authorize(server, student), server.port);
    move |_| CodeFlow { port, authorize: authorize.clone() }
}

/// The request as a browser with a live session sends it.
pub fn authorize(server: &Server, student: &Student) -> Vec<u8> {
    let url = authorization(server);
    let path = url.strip_prefix(&server.address(0)).unwrap_or(&url);
    with_headers(server.port, path, &[("cookie", &student.cookies())])
}

/// The code that the browser is sent on with.
pub fn code_of(answer: &Answer) -> anyhow::Result<String> {
    let location = answer.header("location").unwrap_or_default();
    let code = location.split(['?', '&']).find_map(|part| part.strip_prefix("code="));
    Ok(code.with_context(|| format!("no code: {} {location}", answer.status))?.to_owned())
}

pub fn redemption(code: &str) -> [(&str, &str); 4] {
    [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)]
}

impl CodeFlow {
    async fn tokens(&mut self, wire: &mut Wire) -> anyhow::Result<Value> {
        let code = code_of(&wire.ask(&self.authorize).await?)?;
        granted(&wire.ask(&post(self.port, "/token", &redemption(&code))).await?)
    }
}

impl Round for CodeFlow {
    async fn play(&mut self, wire: &mut Wire) -> anyhow::Result<()> {
        self.tokens(wire).await.map(drop)
    }
}

pub fn granted(answer: &Answer) -> anyhow::Result<Value> {
    ensure!(answer.status == 200, "{}: {}", answer.status, String::from_utf8_lossy(&answer.body));
    answer.json()
}

/// One set of tokens for each connection.
async fn tokens(server: &Server, student: &Student) -> anyhow::Result<Vec<Value>> {
    let mut wire = Wire::open(server.port).await?;
    let mut flow = code_flow(server, student)(0);
    let mut tokens = Vec::new();
    for _ in 0..CONNECTIONS {
        tokens.push(flow.tokens(&mut wire).await?);
    }
    Ok(tokens)
}
