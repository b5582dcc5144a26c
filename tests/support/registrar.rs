//! A relying party that registers itself, and manages what it registered.

use std::{sync::Arc, time::Duration};

use axum::http::Method;
use serde_json::{Value, json};
use url::Url;

use super::{
    browser::Call,
    client::{Answer, CALLBACK, RelyingParty},
    https,
    page::Page,
    setup::{ISSUER, Setup},
    student::Student,
    world::World,
};

pub const WEEK: Duration = Duration::from_hours(168);

/// Where clients may register.
pub async fn open_world() -> Arc<World> {
    World::with(open()).await
}

pub fn open() -> Setup {
    let authority = https::authority();
    Setup::default()
        .set("policy.dynamic_registration", "true")
        .set("server.outbound_ca_file", authority.to_str().unwrap())
}

/// The least that a client says.
pub fn metadata() -> Value {
    json!({ "redirect_uris": [CALLBACK], "client_name": "Newcomer" })
}

/// That, with these members instead or besides.
pub fn metadata_with(other: Value) -> Value {
    let (mut metadata, Value::Object(other)) = (metadata(), other) else { panic!("no members") };
    metadata.as_object_mut().unwrap().extend(other);
    metadata
}

impl World {
    /// An initial access token that is good for so many registrations.
    pub async fn registration_token(&self, uses: u32) -> String {
        let made = self.flows().make_registration_token(&self.tenant(), (uses, WEEK), "operator").await.unwrap();
        made.1.expose().to_owned()
    }

    pub async fn register(self: &Arc<Self>, metadata: &Value) -> Answer {
        let token = self.registration_token(1).await;
        self.register_with(&token, metadata).await
    }

    pub async fn register_with(self: &Arc<Self>, token: &str, metadata: &Value) -> Answer {
        self.service().send(json_call(Method::POST, &format!("{ISSUER}/register"), token, metadata)).await
    }

    /// A client that has just registered with this metadata.
    pub async fn registered(self: &Arc<Self>, metadata: &Value) -> Registered {
        let answer = self.register(metadata).await;
        assert_eq!(answer.status(), 201, "{}", answer.page.body);
        Registered { world: Arc::clone(self), told: answer.json() }
    }
}

/// A request with a Bearer token and a JSON body.
pub fn json_call(method: Method, url: &str, token: &str, body: &Value) -> Call {
    let headers = vec![
        ("authorization".to_owned(), format!("Bearer {token}")),
        ("content-type".to_owned(), "application/json".to_owned()),
    ];
    Call { method, url: Url::parse(url).unwrap(), headers, body: body.to_string() }
}

impl Student {
    /// A whole login at a client that is not first-party, with whatever is asked for and a yes at the end.
    pub async fn signs_in_and_allows(&mut self, url: &str) -> Page {
        let page = self.signs_in_at(url).await;
        if page.id() == "consent" { self.browser.press(&page, &[], "allow").await } else { page }
    }
}

#[derive(Clone)]
pub struct Registered {
    pub world: Arc<World>,
    /// What the registration answered.
    pub told: Value,
}

impl Registered {
    pub fn text(&self, name: &str) -> String {
        self.told[name].as_str().unwrap_or_else(|| panic!("no {name}: {}", self.told)).to_owned()
    }

    pub fn id(&self) -> String {
        self.text("client_id")
    }

    /// As it signs people in.
    pub fn party(&self) -> RelyingParty {
        let mut party = self.world.client("certificate-service");
        party.id = self.id();
        party.secret = self.told["client_secret"].as_str().map(str::to_owned);
        party.posts_secret = self.told["token_endpoint_auth_method"] == "client_secret_post";
        party
    }

    pub async fn reads(&self) -> Answer {
        self.manages(Method::GET, &Value::Null).await
    }

    pub async fn replaces(&self, metadata: &Value) -> Answer {
        self.manages(Method::PUT, metadata).await
    }

    pub async fn deletes(&self) -> Answer {
        self.manages(Method::DELETE, &Value::Null).await
    }

    pub async fn manages(&self, method: Method, body: &Value) -> Answer {
        self.manages_with(method, &self.text("registration_access_token"), body).await
    }

    pub async fn manages_with(&self, method: Method, token: &str, body: &Value) -> Answer {
        let mut call = json_call(method, &self.text("registration_client_uri"), token, body);
        if body.is_null() {
            call.body = String::new();
        }
        self.world.service().send(call).await
    }
}
