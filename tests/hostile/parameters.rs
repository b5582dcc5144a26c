//! Every parameter of every endpoint doubled, oversized, in no alphabet, and with characters that end lines or strings (SR-57, SR-84).

use std::sync::Arc;

use axum::http::Method;

use crate::support::{
    Page, Student, World,
    browser::Call,
    client::{CALLBACK, VERIFIER, basic},
    setup::{ISSUER, Setup, secret},
};

use super::Corpus;

/// A good request, encoded, that the mutants are made of.
struct Good {
    endpoint: &'static str,
    method: Method,
    fields: Vec<(&'static str, String)>,
    /// The client that authenticates.
    by: Option<&'static str>,
}

/// How `name=value`, both encoded, is spoilt.
type Spoil = fn(&str, &str) -> String;
const SPOILT: [(&str, Spoil); 8] = [
    ("doubled", |name, value| format!("{name}={value}&{name}={value}")),
    ("doubled with another", |name, value| format!("{name}={value}&{name}=x")),
    ("doubled and empty", |name, value| format!("{name}=&{name}={value}")),
    ("not UTF-8", |name, value| format!("{name}={value}%ff%fe")),
    ("overlong UTF-8", |name, value| format!("{name}={value}%c0%80")),
    ("a lone surrogate", |name, value| format!("{name}={value}%ed%a0%80")),
    ("with NUL", |name, value| format!("{name}={value}%00")),
    ("cut in its encoding", |name, value| format!("{name}={value}%4")),
];

const LINES: [(&str, &str); 3] = [
    ("with CRLF and a header", "%0d%0aset-cookie:%20planted=1%0d%0alocation:%20https://evil.example/"),
    ("with LF", "%0aset-cookie:%20planted=1"),
    ("with a Unicode line end", "%e2%80%a8set-cookie:%20planted=1"),
];

impl Good {
    /// All of it, with one parameter written as it is told.
    fn with(&self, spoilt: Option<(&str, &str)>) -> Call {
        let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let fields: Vec<String> = self
            .fields
            .iter()
            .map(|(name, value)| match spoilt {
                Some((other, written)) if other == *name => written.to_owned(),
                _ => format!("{name}={}", encode(value)),
            })
            .collect();
        let encoded = fields.join("&");
        let call = if self.method == Method::GET {
            Call::get(&format!("{ISSUER}{}?{encoded}", self.endpoint))
        } else {
            let mut call = Call::form(&format!("{ISSUER}{}", self.endpoint), &[]);
            call.body = encoded;
            call
        };
        match self.by {
            Some(client) => call.with("authorization", &basic(client, &secret(client))),
            None => call,
        }
    }

    /// Every parameter spoilt in every way.
    fn mutants(&self) -> Vec<(String, Call)> {
        let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let mut mutants = Vec::new();
        for (name, value) in &self.fields {
            let value = encode(value);
            let place = format!("{} {} {name}", self.method, self.endpoint);
            for (how, write) in SPOILT {
                mutants.push((format!("{place} {how}"), self.with(Some((name, &write(name, &value))))));
            }
            // An address can hold 64 KiB at all; a form may be tried with more.
            let more = "x".repeat(if self.method == Method::GET { 60_000 } else { 70_000 });
            mutants.push((format!("{place} oversized"), self.with(Some((name, &format!("{name}={value}{more}"))))));
        }
        mutants
    }

    fn broken_lines(&self) -> Vec<(String, Call)> {
        let mut mutants = Vec::new();
        for (name, value) in &self.fields {
            let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
            for (how, text) in LINES {
                let label = format!("{} {} {name} {how}", self.method, self.endpoint);
                mutants.push((label, self.with(Some((name, &format!("{name}={value}{text}"))))));
            }
        }
        mutants
    }
}

struct Scene {
    world: Arc<World>,
    student: Student,
    refresh_token: String,
    access_token: String,
    id_token: String,
    code: String,
}

impl Scene {
    async fn start() -> Self {
        let world = World::with(Setup::default().with_devices()).await;
        let mut student = world.student().await;
        let page = student.signs_in_for(&[("scope", "openid offline_access")]).await;
        let tokens = world.service().redeem(&page.code()).await;
        let code = student.begins().await.code();
        let [refresh_token, access_token, id_token] =
            ["refresh_token", "access_token", "id_token"].map(|name| tokens.text(name));
        Self { world, student, refresh_token, access_token, id_token, code }
    }

    /// Pages: what a browser is sent to.
    fn front(&self) -> Vec<Good> {
        let authorization = |method: Method| {
            let request = self.world.service().request(&[
                ("prompt", "none"),
                ("max_age", "1000"),
                ("acr_values", "urn:idp:acr:university"),
                ("ui_locales", "ja"),
                ("login_hint", "s2025001"),
                ("claims", "{\"userinfo\":{\"name\":null}}"),
                ("response_mode", "query"),
                ("id_token_hint", &self.id_token),
                ("display", "page"),
                ("extra", "foobar"),
            ]);
            let fields = url::form_urlencoded::parse(request.as_bytes()).into_owned();
            let fields = fields.map(|(name, value)| (&*name.leak(), value)).collect();
            Good { endpoint: "/authorize", method, fields, by: None }
        };
        let logout = |method: Method| Good {
            endpoint: "/logout",
            method,
            fields: vec![
                ("id_token_hint", self.id_token.clone()),
                ("post_logout_redirect_uri", "https://rp.example/signed-out".into()),
                ("client_id", "certificate-service".into()),
                ("state", "state-1".into()),
                ("ui_locales", "ja".into()),
            ],
            by: None,
        };
        vec![authorization(Method::GET), authorization(Method::POST), logout(Method::GET), logout(Method::POST)]
    }

    /// P-32, with a number that the device waits with; and the form as its page gives it out.
    async fn device(&self) -> Vec<Good> {
        let user_code = self.world.television().pair().await.user_code;
        let page = self.student.browser.clone().open(&format!("{ISSUER}/device")).await;
        let form_token = page.value("form_token").unwrap();
        let number = ("user_code", user_code);
        vec![
            Good { endpoint: "/device", method: Method::GET, fields: vec![number.clone()], by: None },
            Good {
                endpoint: "/device",
                method: Method::POST,
                fields: vec![number, ("form_token", form_token)],
                by: None,
            },
        ]
    }

    /// What clients call.
    fn endpoints(&self) -> Vec<Good> {
        let post = |endpoint, fields: &[(&'static str, &str)]| Good {
            endpoint,
            method: Method::POST,
            fields: fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
            by: Some("certificate-service"),
        };
        let code = [
            ("grant_type", "authorization_code"),
            ("code", &self.code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let refresh =
            [("grant_type", "refresh_token"), ("refresh_token", self.refresh_token.as_str()), ("scope", "openid")];
        let token = [("token", self.access_token.as_str()), ("token_type_hint", "access_token")];
        let usual = self.world.service().parameters(&[]);
        let pushed: Vec<(&'static str, &str)> = usual
            .iter()
            .filter(|(name, _)| name != "client_id")
            .map(|(name, value)| (&*name.clone().leak(), value.as_str()))
            .collect();
        vec![
            post("/par", &pushed),
            Good { by: Some("television"), ..post("/device_authorization", &[("scope", "openid")]) },
            post("/token", &code),
            post("/token", &refresh),
            post("/introspect", &token),
            post("/revoke", &token),
            Good { by: None, ..post("/userinfo", &[("access_token", &self.access_token)]) },
        ]
    }
}

/// No answer is a failure of the house, none carries what was planted, each is one answer.
fn sound(page: &Page) -> bool {
    page.status.as_u16() < 500
        && page.headers.get_all("set-cookie").iter().all(|cookie| !cookie.to_str().unwrap().contains("planted"))
        && !page.header("location").starts_with("https://evil.example")
        && page.headers.get_all("location").iter().count() <= 1
}

#[tokio::test]
async fn no_spoilt_parameter_of_a_client_s_call_is_accepted() {
    let scene = Scene::start().await;
    let mut corpus = Corpus::of("spoilt parameters at the endpoints");
    for good in scene.endpoints() {
        for (name, call) in good.mutants() {
            let page = scene.world.browser().send(call).await;
            corpus.tells(&name, !sound(&page) || !matches!(page.status.as_u16(), 400 | 401 | 413));
        }
        // A hint may be any text (RFC 7009 §2.1).
        for (name, call) in good.broken_lines().into_iter().filter(|(name, _)| !name.contains("token_type_hint")) {
            let page = scene.world.browser().send(call).await;
            // A token that is unknown is inactive, and giving it back is no error.
            let harmless = matches!(good.endpoint, "/introspect" | "/revoke");
            // A state or a nonce may be any text, and of a scope what is known counts.
            let free = ["/par state", "/par nonce", "/par scope", "/device_authorization scope"];
            let harmless = harmless || free.iter().any(|place| name.contains(place));
            let told = page.body.contains("\"active\":true") || (page.status.is_success() && !harmless);
            corpus.tells(&name, !sound(&page) || told);
        }
    }
    corpus.ends(100);
    // Nothing was used up, given back or revoked on the way: the good ones still are.
    let mut goods = scene.endpoints();
    // What is given back goes last.
    goods.sort_by_key(|good| good.endpoint == "/revoke");
    for good in goods {
        let page = scene.world.browser().send(good.with(None)).await;
        assert!(page.status.is_success(), "{}: {}", good.endpoint, page.body);
    }
}

#[tokio::test]
async fn no_spoilt_parameter_of_a_browser_s_request_is_accepted() {
    let scene = Scene::start().await;
    let mut corpus = Corpus::of("spoilt parameters of browsers' requests");
    for good in scene.front() {
        for (name, call) in good.mutants() {
            let mut browser = scene.student.browser.clone();
            let page = browser.send(call).await;
            let page = if page.header("location").starts_with('/') { browser.follow(page).await } else { page };
            let told = page.header("location").contains("code=") || page.parameter("code").is_some();
            let ended =
                page.id() == "signed-out" || page.header("location").starts_with("https://rp.example/signed-out");
            corpus.tells(&name, !sound(&page) || told || ended);
        }
    }
    let good = &scene.front()[0];
    let page = scene.student.browser.clone().send(good.with(None)).await;
    assert!(page.header("location").contains("code="), "nothing has ended: {}", page.header("location"));
    // A state may be any text; it goes back encoded.
    for good in scene.front() {
        for (name, call) in good.broken_lines() {
            let page = scene.student.browser.clone().send(call).await;
            corpus.tells(&name, !sound(&page));
        }
    }
    corpus.ends(500);
}

#[tokio::test]
async fn no_spoilt_number_of_a_device_is_accepted() {
    let scene = Scene::start().await;
    let mut corpus = Corpus::of("spoilt numbers of devices");
    let goods = scene.device().await;
    let number = goods[0].fields[0].1.clone();
    for good in &goods {
        for (name, call) in good.mutants().into_iter().chain(good.broken_lines()) {
            let page = scene.student.browser.clone().send(call).await;
            // The page may show what came with its address; it stands in the field, and nowhere as the good number.
            let led_on = page.header("location").starts_with("/login/");
            let shown = page.id() == "device" && page.value("user_code").as_deref() == Some(&number);
            corpus.tells(&name, !sound(&page) || led_on || shown);
        }
    }
    corpus.ends(30);
    let page = scene.student.browser.clone().send(goods[0].with(None)).await;
    assert_eq!(page.value("user_code"), Some(number));
    let page = scene.student.browser.clone().send(goods[1].with(None)).await;
    assert!(page.header("location").starts_with("/login/"), "{}", page.body);
}
