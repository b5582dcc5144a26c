//! Forged tokens at every place that reads one (SR-55, SR-65, SR-78).

use std::sync::Arc;

use idp::{
    domain::{ids::TenantId, signing_key::SigningAlgorithm},
    keys::Typ,
};
use serde_json::{Value, json};

use crate::support::{
    Student, World,
    browser::Call,
    client::{RelyingParty, claims},
    jose,
    setup::{ISSUER, OTHER_ISSUER},
    university::University,
};

use super::{
    Corpus,
    forge::{Forgery, Good},
};

/// Somebody signed in, with the ID token of that.
struct Scene {
    world: Arc<World>,
    student: Student,
    service: RelyingParty,
    id_token: String,
    access_token: String,
    jwks: Value,
}

impl Scene {
    async fn start() -> Self {
        let world = World::start().await;
        let mut student = world.student().await;
        let service = world.service();
        let tokens = service.redeem(&student.signs_in().await.code()).await;
        let jwks = service.send(Call::get(&format!("{ISSUER}/jwks"))).await.json();
        let (id_token, access_token) = (tokens.text("id_token"), tokens.text("access_token"));
        Self { world, student, service, id_token, access_token, jwks }
    }

    fn signs(&self, tenant: &str, typ: Typ, claims: &Value) -> String {
        let keys = self.world.flows().keyrings[&TenantId::new(tenant)].current();
        keys.signer(SigningAlgorithm::Rs256).unwrap().sign(typ, claims).unwrap()
    }

    /// The ID token forged, and what this house or its neighbour signed for something else.
    fn hints(&self) -> Vec<Forgery> {
        let mut forged = Good::new(&self.id_token, jose::key_of(&self.jwks, &self.id_token)).forgeries();
        let good = claims(&self.id_token);
        let mut push = |name: &str, token: String| forged.push(Forgery { name: name.to_owned(), token });
        push("a logout token of ours", self.signs("demo", Typ::LogoutToken, &good));
        push("signed by another tenant", self.signs("other", Typ::IdToken, &good));
        push("an access token", self.access_token.clone());
        let changes = [
            ("iss", json!(OTHER_ISSUER)),
            ("iss", json!(format!("{ISSUER}/"))),
            ("iss", json!("https://evil.example")),
            ("iss", json!([ISSUER])),
            ("iss", Value::Null),
            ("aud", json!("nobody")),
            ("aud", json!("Certificate-Service")),
            ("aud", json!("")),
            ("aud", json!([])),
            ("aud", json!(["nobody", "certificate-service"])),
            ("aud", json!({ "0": "certificate-service" })),
            ("aud", Value::Null),
            ("sub", json!(7)),
            ("sub", json!([good["sub"]])),
            ("sub", Value::Null),
        ];
        for (name, value) in changes {
            let mut claims = good.clone();
            claims[name] = value.clone();
            push(&format!("ours, with {name} {value}"), self.signs("demo", Typ::IdToken, &claims));
            claims.as_object_mut().unwrap().remove(name);
            push(&format!("ours, without {name}"), self.signs("demo", Typ::IdToken, &claims));
        }
        forged
    }
}

#[tokio::test]
async fn no_forged_id_token_hint_gives_a_code() {
    let mut scene = Scene::start().await;
    let mut corpus = Corpus::of("forged id_token_hints at /authorize");
    for Forgery { name, token } in scene.hints() {
        let url = scene.service.url(&[("id_token_hint", &token), ("prompt", "none")]);
        let page = scene.student.browser.send(Call::get(&url)).await;
        let told = page.header("location");
        corpus.tells(&name, told.contains("code=") || !(told.contains("error=invalid_request") || page.status == 414));
    }
    let good = [("id_token_hint", scene.id_token.as_str()), ("prompt", "none")];
    assert!(scene.student.begins_with(&good).await.parameter("code").is_some());
    corpus.ends(100);
}

#[tokio::test]
async fn no_forged_id_token_hint_ends_a_session_or_leads_anywhere() {
    let mut scene = Scene::start().await;
    let mut corpus = Corpus::of("forged id_token_hints at /logout");
    // A token of ours for a client that is gone still names its session.
    let ours = |forgery: &Forgery| forgery.name.starts_with("ours, with aud \"");
    for Forgery { name, token } in scene.hints().into_iter().filter(|forgery| !ours(forgery)) {
        let parameters =
            [("id_token_hint", token.as_str()), ("post_logout_redirect_uri", "https://rp.example/signed-out")];
        let url = scene.service.logout_url(&parameters);
        let page = scene.student.browser.open(&url).await;
        corpus.tells(&name, page.id() != "confirm-sign-out" && page.status != 414);
    }
    corpus.ends(100);
    assert!(scene.student.begins().await.parameter("code").is_some(), "the session lives");
}

#[tokio::test]
async fn no_token_of_another_kind_is_an_access_token() {
    let scene = Scene::start().await;
    let mut corpus = Corpus::of("forged and foreign tokens at /userinfo");
    let mut forged = scene.hints();
    forged.push(Forgery { name: "the id_token itself".into(), token: scene.id_token.clone() });
    for Forgery { name, token } in forged.into_iter().filter(|forgery| forgery.token != scene.access_token) {
        // A header holds no other bytes.
        let token: String = token.chars().filter(|letter| matches!(letter, ' '..='~')).collect();
        let answer = scene.service.userinfo(&token).await;
        corpus.tells(
            &name,
            !matches!(answer.status(), 400 | 401) || !answer.header("www-authenticate").starts_with("Bearer"),
        );
    }
    assert_eq!(scene.service.userinfo(&scene.access_token).await.status(), 200);
    corpus.ends(100);
}

/// Rightly signed by the university, and still nothing that may be believed.
fn wrong_claims(good: &Value) -> Vec<(String, Value)> {
    let now = good["iat"].as_i64().unwrap();
    let changes = [
        ("iss", json!("https://evil.example")),
        ("iss", json!(format!("{}/", good["iss"].as_str().unwrap()))),
        ("iss", json!(good["iss"].as_str().unwrap().to_uppercase())),
        ("aud", json!("another")),
        ("aud", json!("IDP")),
        ("aud", json!([])),
        ("aud", json!(["another"])),
        ("azp", json!("another")),
        ("exp", json!(now - 61)),
        ("exp", json!(0)),
        ("exp", json!(-1)),
        ("exp", json!("never")),
        ("exp", json!(1e300)),
        ("iat", json!(now + 600)),
        ("iat", json!("now")),
        ("nbf", json!(now + 600)),
        ("auth_time", json!("now")),
        ("nonce", json!("another")),
        ("nonce", json!("")),
        ("nonce", json!([good["nonce"]])),
        ("sub", json!("")),
        ("sub", json!(7)),
        ("sub", json!("s".repeat(256))),
        ("sub", json!("a\nb")),
        ("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA")),
    ];
    let mut wrong: Vec<_> = changes
        .into_iter()
        .map(|(name, value)| {
            let mut claims = good.clone();
            claims[name] = value.clone();
            (format!("rightly signed, {name} {}", value.to_string().chars().take(40).collect::<String>()), claims)
        })
        .collect();
    for name in ["iss", "aud", "exp", "iat", "nonce", "sub"] {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(name);
        wrong.push((format!("rightly signed, no {name}"), claims));
    }
    wrong
}

#[tokio::test]
async fn no_forged_id_token_of_the_university_signs_anybody_in() {
    let (university, world) = University::open().await;
    let mut student = world.newcomer();
    let mut corpus = Corpus::of("forged id_tokens of the university");
    let (header, public) = (university.key.header("JWT"), university.key.jwk());
    let sign = |nonce: &str| university.key.sign(&header, &university.claims(&world, nonce));
    let names: Vec<_> = Good::new(&sign("x"), &public).forgeries().into_iter().map(|forgery| forgery.name).collect();
    // The same bytes in another spelling: read by the protocol's crate, and then the same token.
    let forged = |(_, name): &(usize, &String)| *name != "the signature with bits to spare";
    for (index, name) in names.iter().enumerate().filter(forged) {
        let forge = |nonce: &str| Good::new(&sign(nonce), &public).forgeries().swap_remove(index).token;
        let page = university.answers(&mut student, forge).await;
        corpus.tells(name, page.id() != "sign-in" && page.error() != "E-10");
    }
    for (index, (name, _)) in wrong_claims(&university.claims(&world, "x")).iter().enumerate() {
        let wrong = |nonce: &str| {
            let claims = wrong_claims(&university.claims(&world, nonce)).swap_remove(index).1;
            university.key.sign(&header, &claims)
        };
        let page = university.answers(&mut student, wrong).await;
        corpus.tells(name, page.id() != "sign-in" && page.error() != "E-10");
    }
    assert_eq!(university.answers(&mut student, sign).await.id(), "register-email", "the good one still is");
    corpus.ends(100);
}
