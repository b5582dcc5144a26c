//! A browser without script: cookies, redirects, forms.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use http_body_util::BodyExt;
use idp::{
    domain::clock::{Clock, Timestamp},
    http::client_address::PeerAddress,
};
use tower::ServiceExt;
use url::{Url, form_urlencoded};

use super::{
    clock::SECOND,
    page::{Form, Page},
    world::World,
};

/// Where every browser sits.
pub const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 77));
const MOST_REDIRECTS: usize = 10;

#[derive(Clone)]
pub struct Browser {
    pub world: Arc<World>,
    cookies: BTreeMap<(String, String), Cookie>,
    pub accept_language: Option<String>,
    pub keeps_cookies: bool,
}

#[derive(Clone)]
struct Cookie {
    value: String,
    until: Option<Timestamp>,
}

/// One request, before it is sent.
pub struct Call {
    pub method: Method,
    pub url: Url,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Call {
    pub fn get(url: &str) -> Self {
        Self { method: Method::GET, url: Url::parse(url).unwrap(), headers: Vec::new(), body: String::new() }
    }

    pub fn form(url: &str, fields: &[(&str, &str)]) -> Self {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let headers = vec![("content-type".into(), "application/x-www-form-urlencoded".into())];
        Self { method: Method::POST, url: Url::parse(url).unwrap(), headers, body }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }
}

impl Browser {
    pub fn new(world: &Arc<World>) -> Self {
        Self { world: Arc::clone(world), cookies: BTreeMap::new(), accept_language: None, keeps_cookies: true }
    }

    /// Sends one request with this browser's cookies and keeps what is set; follows nothing.
    pub async fn send(&mut self, call: Call) -> Page {
        let host = host(&call.url);
        let target = call.url[url::Position::BeforePath..url::Position::AfterQuery].to_owned();
        let mut request = Request::builder().method(call.method).uri(target).header(header::HOST, &host);
        for (name, value) in &call.headers {
            request = request.header(name, value);
        }
        let cookies = self.cookies_for(&host);
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies);
        }
        if let Some(languages) = &self.accept_language {
            request = request.header(header::ACCEPT_LANGUAGE, languages);
        }
        let mut request = request.body(Body::from(call.body)).unwrap();
        request.extensions_mut().insert(PeerAddress(ADDRESS));
        let response = self.world.router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        for value in parts.headers.get_all(header::SET_COOKIE) {
            self.keep(&host, value.to_str().unwrap());
        }
        Page { url: call.url, status: parts.status, headers: parts.headers, body }
    }

    /// Goes to an address and wherever it leads.
    pub async fn open(&mut self, url: &str) -> Page {
        let page = self.send(Call::get(url)).await;
        self.follow(page).await
    }

    pub async fn open_url(&mut self, url: &Url) -> Page {
        self.open(url.as_str()).await
    }

    pub async fn reload(&mut self, page: &Page) -> Page {
        self.open_url(&page.url).await
    }

    pub async fn click(&mut self, page: &Page, link: &str) -> Page {
        let url = page.link(link);
        self.open_url(&url).await
    }

    /// Types into the form that holds these fields and presses Enter.
    pub async fn enter(&mut self, page: &Page, typed: &[(&str, &str)]) -> Page {
        self.submit(page.form(typed, None)).await
    }

    /// Presses a button by its `action`.
    pub async fn press(&mut self, page: &Page, typed: &[(&str, &str)], action: &str) -> Page {
        self.submit(page.form(typed, Some(action))).await
    }

    /// Sends a form as a page of the same origin does. Looking at what came of it takes a second.
    pub async fn submit(&mut self, form: Form) -> Page {
        let answer = self.send(Self::call_of(&form)).await;
        let page = self.follow(answer).await;
        self.world.clock.pass(SECOND);
        page
    }

    pub fn call_of(form: &Form) -> Call {
        let fields: Vec<(&str, &str)> =
            form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let origin = form.action.origin().ascii_serialization();
        Call::form(form.action.as_str(), &fields).with("origin", &origin).with("sec-fetch-site", "same-origin")
    }

    /// Follows 303 as long as it stays at this provider.
    pub async fn follow(&mut self, mut page: Page) -> Page {
        for _ in 0..MOST_REDIRECTS {
            let Some(location) = page.headers.get(header::LOCATION) else { return page };
            assert_eq!(page.status, 303, "a redirect of another kind at {}", page.url);
            let url = page.url.join(location.to_str().unwrap()).unwrap();
            if !self.world.serves(&url) {
                return Page { url, body: String::new(), ..page };
            }
            page = self.send(Call::get(url.as_str())).await;
        }
        panic!("redirected in circles: {}", page.url);
    }

    /// Takes over what an answer set in another copy of this browser.
    pub fn keep_from(&mut self, answer: &Page) {
        let host = host(&answer.url);
        for value in answer.headers.get_all(header::SET_COOKIE) {
            self.keep(&host, value.to_str().unwrap());
        }
    }

    /// Names of the cookies this browser holds now.
    pub fn cookie_names(&self) -> Vec<String> {
        let now = self.world.clock.now();
        let live = self.cookies.iter().filter(|(_, cookie)| cookie.until.is_none_or(|until| now < until));
        live.map(|((_, name), _)| name.clone()).collect()
    }

    pub fn has_session(&self) -> bool {
        self.cookie_names().iter().any(|name| name.ends_with("-session"))
    }

    pub fn forget_cookies(&mut self) {
        self.cookies.clear();
    }

    /// The `Cookie` header this browser sends to a host.
    pub fn cookie_header(&self, host: &str) -> String {
        self.cookies_for(host)
    }

    fn cookies_for(&self, host: &str) -> String {
        let now = self.world.clock.now();
        let live =
            self.cookies.iter().filter(|((of, _), cookie)| of == host && cookie.until.is_none_or(|until| now < until));
        live.map(|((_, name), cookie)| format!("{name}={}", cookie.value)).collect::<Vec<_>>().join("; ")
    }

    fn keep(&mut self, host: &str, line: &str) {
        if !self.keeps_cookies {
            return;
        }
        let mut parts = line.split(';').map(str::trim);
        let (name, value) = parts.next().unwrap().split_once('=').unwrap();
        let age = parts.find_map(|part| part.strip_prefix("Max-Age=")).map(|age| age.parse::<u64>().unwrap());
        let key = (host.to_owned(), name.to_owned());
        if age == Some(0) {
            self.cookies.remove(&key);
            return;
        }
        let until = age.map(|age| self.world.clock.now().plus(std::time::Duration::from_secs(age)));
        self.cookies.insert(key, Cookie { value: value.to_owned(), until });
    }
}

/// Host and port as browsers send them.
pub fn host(url: &Url) -> String {
    let name = url.host_str().unwrap();
    url.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"))
}
