//! The certificate service, against an identity provider that does as it is told.

mod login;
mod pages;
mod provider;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body, http::Request};
use http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;
use tower::ServiceExt;
use url::Url;

use self::provider::FakeProvider;
use super::CertificateService;
use crate::domain::{
    clock::{Clock, Timestamp},
    entropy::tests::Seeded,
    secret::Secret,
};

const BASE: &str = "http://localhost:9002";

/// A clock that moves only when told.
pub struct StoppedClock(AtomicI64);

impl StoppedClock {
    fn pass(&self, time: Duration) {
        self.0.fetch_add(i64::try_from(time.as_millis()).unwrap(), Ordering::Relaxed);
    }
}

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}

struct World {
    provider: FakeProvider,
    clock: Arc<StoppedClock>,
    service: Router,
}

impl World {
    async fn start() -> Self {
        Self::with(BASE).await
    }

    async fn with(base: &str) -> Self {
        let clock = Arc::new(StoppedClock(AtomicI64::new(1_800_000_000_000)));
        let provider = FakeProvider::start(Arc::clone(&clock) as Arc<dyn Clock>).await;
        let settings = CertificateService {
            issuer: provider.issuer(),
            base: base.parse().unwrap(),
            client_id: "certificate-service".to_owned(),
            client_secret: Secret::new("demo:secret"),
        };
        let service = settings.router(Arc::clone(&clock) as Arc<dyn Clock>, Arc::new(Seeded::new(3))).unwrap();
        Self { provider, clock, service }
    }

    fn browser(&self) -> Browser {
        Browser { service: self.service.clone(), cookies: BTreeMap::new(), accept_language: "ja" }
    }

    /// A browser that has been through a whole login.
    async fn signed_in(&self) -> Browser {
        let mut browser = self.browser();
        let answer = self.provider.answers(&browser.begins_login("/login").await);
        assert_eq!(browser.get(&answer).await.location(), "/");
        browser
    }
}

struct Browser {
    service: Router,
    cookies: BTreeMap<String, String>,
    accept_language: &'static str,
}

struct Page {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Page {
    fn location(&self) -> &str {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.text);
        self.headers[header::LOCATION].to_str().unwrap()
    }

    fn has(&self, text: &str) -> bool {
        self.text.contains(text)
    }

    fn is_problem(&self, kind: &str) -> bool {
        self.has(&format!("data-problem=\"{kind}\""))
    }
}

impl Browser {
    async fn get(&mut self, uri: &str) -> Page {
        self.ask(Request::get(uri).body(Body::empty()).unwrap()).await
    }

    async fn post(&mut self, uri: &str, origin: &str, form: &'static str) -> Page {
        let request = Request::post(uri)
            .header(header::ORIGIN, origin)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.ask(request.body(Body::from(form)).unwrap()).await
    }

    /// The authorization request that a press on ログイン leads to.
    async fn begins_login(&mut self, uri: &str) -> Url {
        self.get(uri).await.location().parse().unwrap()
    }

    async fn ask(&mut self, mut request: Request<Body>) -> Page {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request.headers_mut().insert(header::COOKIE, cookies.join("; ").parse().unwrap());
        request.headers_mut().insert(header::ACCEPT_LANGUAGE, self.accept_language.parse().unwrap());
        let (parts, body) = self.service.clone().oneshot(request).await.unwrap().into_parts();
        for set in parts.headers.get_all(header::SET_COOKIE) {
            let set = cookie::Cookie::parse_encoded(set.to_str().unwrap()).unwrap();
            match set.max_age() {
                Some(age) if age.is_zero() => self.cookies.remove(set.name()),
                _ => self.cookies.insert(set.name().to_owned(), set.value().to_owned()),
            };
        }
        let body = body.collect().await.unwrap().to_bytes();
        Page { status: parts.status, headers: parts.headers, text: String::from_utf8(body.to_vec()).unwrap() }
    }
}

/// A parameter of an address.
fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
