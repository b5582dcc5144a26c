//! The way to the identity provider and back.

use std::time::Duration;

use http::{StatusCode, header};
use serde_json::json;

use super::{World, parameter, provider::leads_back};

#[tokio::test]
async fn a_login_asks_for_what_the_service_needs() {
    let world = World::start().await;
    let request = world.browser().begins_login("/login").await;

    let asked = |name| parameter(&request, name);
    assert_eq!(request.as_str().split('?').next().unwrap(), format!("{}/authorize", world.provider.text()));
    assert_eq!(asked("response_type").as_deref(), Some("code"));
    assert_eq!(asked("client_id").as_deref(), Some("certificate-service"));
    assert_eq!(asked("redirect_uri").as_deref(), Some("http://localhost:9002/callback"));
    assert_eq!(asked("scope").as_deref(), Some("openid profile email student account"));
    assert_eq!(asked("code_challenge_method").as_deref(), Some("S256"));
    assert!(asked("state").unwrap() != asked("nonce").unwrap() && asked("code_challenge").unwrap().len() == 43);
    assert_eq!((asked("ui_locales"), asked("acr_values"), asked("login_hint")), (None, None, None));
}

#[tokio::test]
async fn a_login_begun_elsewhere_carries_its_hint_and_ends_where_it_was_meant_to() {
    let world = World::start().await;
    let mut browser = world.browser();
    let iss = world.provider.text();
    let start =
        format!("/login?iss={iss}&login_hint=s2025001&target_link_uri=http%3A%2F%2Flocalhost%3A9002%2Fmanual%3Fa%3D1");
    let request = browser.begins_login(&start).await;

    assert_eq!(parameter(&request, "login_hint").as_deref(), Some("s2025001"));
    let answer = world.provider.answers(&request);
    assert_eq!(browser.get(&answer).await.location(), "/manual?a=1");
}

#[tokio::test]
async fn a_third_party_may_begin_a_login_by_a_form_of_its_own() {
    let world = World::start().await;
    let page = world.browser().post("/login", "https://portal.example", "login_hint=s2025001").await;
    assert!(page.location().contains("login_hint=s2025001"));
}

#[tokio::test]
async fn a_login_for_another_issuer_is_not_begun() {
    let world = World::start().await;
    for iss in ["https://evil.example", "", &format!("{}/", world.provider.text())] {
        let page = world.browser().get(&format!("/login?iss={iss}&login_hint=x")).await;
        assert!(page.status == StatusCode::BAD_REQUEST && page.is_problem("foreign_start"), "{iss}");
        assert!(page.headers.get(header::SET_COOKIE).is_none());
    }
}

#[tokio::test]
async fn a_login_never_ends_on_somebody_elses_page() {
    let world = World::start().await;
    for target in [
        "https://evil.example/",
        "//evil.example/",
        "http://localhost:9002//evil.example",
        "http://localhost:9003/",
        "javascript:alert(1)",
        "http://localhost:9002/login",
        "\\\\evil.example",
    ] {
        let mut browser = world.browser();
        let target: String = url::form_urlencoded::byte_serialize(target.as_bytes()).collect();
        let request = browser.begins_login(&format!("/login?target_link_uri={target}")).await;
        let answer = world.provider.answers(&request);
        assert_eq!(browser.get(&answer).await.location(), "/", "{target}");
    }
}

#[tokio::test]
async fn a_stronger_login_is_asked_for_by_name() {
    let world = World::start().await;
    let request = world.browser().begins_login("/login?acr=urn:idp:acr:auth-key").await;
    assert_eq!(parameter(&request, "acr_values").as_deref(), Some("urn:idp:acr:auth-key"));
    let request = world.browser().begins_login("/login?acr=made-up").await;
    assert_eq!(parameter(&request, "acr_values"), None);
}

#[tokio::test]
async fn an_answer_with_another_state_is_refused() {
    let world = World::start().await;
    let mut browser = world.browser();
    let request = browser.begins_login("/login").await;
    let good = world.provider.answers(&request);
    for answer in [&good.replace("state=", "state=x"), "/callback?code=good", "/callback", "/callback?state=&error=x"] {
        let page = browser.get(answer).await;
        assert!(page.status == StatusCode::BAD_REQUEST && page.is_problem("stale"), "{answer}");
        assert!(page.has("href=\"/login\""));
    }
    assert_eq!(browser.get(&good).await.location(), "/");
}

#[tokio::test]
async fn an_answer_is_good_in_its_own_browser_only_once_and_for_an_hour() {
    let world = World::start().await;
    let mut browser = world.browser();
    let answer = world.provider.answers(&browser.begins_login("/login").await);
    assert!(world.browser().get(&answer).await.is_problem("stale"));
    assert_eq!(browser.get(&answer).await.location(), "/");
    // Whoever is signed in already is not bothered with a used answer, and nothing comes of it.
    assert_eq!(browser.get(&answer).await.location(), "/");
    assert!(world.browser().get(&answer).await.is_problem("stale"));

    let late = world.provider.answers(&browser.begins_login("/login").await);
    world.clock.pass(Duration::from_hours(1));
    assert_eq!(browser.get(&late).await.location(), "/", "too old: no session is made of it");
}

#[tokio::test]
async fn an_answer_from_another_issuer_or_none_is_refused() {
    let world = World::start().await;
    let mut browser = world.browser();
    let request = browser.begins_login("/login").await;
    let good = world.provider.answers(&request);
    let foreign = leads_back(&request, "code=good", "https://evil.example");
    let nameless = good.split("&iss=").next().unwrap();
    for answer in [foreign.as_str(), nameless] {
        assert!(browser.get(answer).await.is_problem("wrong_issuer"), "{answer}");
    }
    assert!(!browser.cookies.contains_key("certificate-service-session"));
}

#[tokio::test]
async fn an_error_says_what_happened_and_offers_another_login() {
    let world = World::start().await;
    for (error, kind) in [("access_denied", "denied"), ("server_error", "refused"), ("<script>", "refused")] {
        let mut browser = world.browser();
        let request = browser.begins_login("/login").await;
        let what = format!("error={}&error_description=%3Cscript%3Ewhy", error.replace('<', "%3C").replace('>', "%3E"));
        let page = browser.get(&leads_back(&request, &what, &world.provider.text())).await;
        assert!(page.is_problem(kind) && page.has("href=\"/login\"") && page.has("why"), "{}", page.text);
        assert!(!page.has("<script>") && !browser.cookies.contains_key("certificate-service-session"));
    }
}

#[tokio::test]
async fn an_id_token_that_is_not_right_makes_no_session() {
    let world = World::start().await;
    for wrong in [
        json!({"nonce": "another"}),
        json!({"aud": "another-client"}),
        json!({"iss": "https://evil.example"}),
        json!({"exp": 1_799_999_000}),
    ] {
        world.provider.with(|script| script.claims = wrong.clone());
        let mut browser = world.browser();
        let answer = world.provider.answers(&browser.begins_login("/login").await);
        let page = browser.get(&answer).await;
        assert!(page.status == StatusCode::BAD_GATEWAY && page.is_problem("unfinished"), "{wrong}");
        assert!(!browser.cookies.contains_key("certificate-service-session"), "{wrong}");
    }
}

#[tokio::test]
async fn a_refused_code_ends_on_a_page_that_offers_another_login() {
    let world = World::start().await;
    let mut browser = world.browser();
    let answer = world.provider.answers(&browser.begins_login("/login").await).replace("code=good", "code=bad");
    assert!(browser.get(&answer).await.is_problem("unfinished"));
}

#[tokio::test]
async fn keys_are_read_again_when_the_provider_signs_with_a_new_one() {
    let world = World::start().await;
    world.signed_in().await;
    world.provider.with(|script| script.kid = "second");
    world.signed_in().await;
    world.signed_in().await;
    assert_eq!(world.provider.with(|script| script.discoveries), 2);
}

#[tokio::test]
async fn tabs_do_not_disturb_each_other_and_old_attempts_make_room() {
    let world = World::start().await;
    let mut browser = world.browser();
    let first = browser.begins_login("/login").await;
    let mut requests = Vec::new();
    for _ in 0..5 {
        world.clock.pass(Duration::from_secs(1));
        requests.push(browser.begins_login("/login").await);
    }
    assert_eq!(browser.cookies.len(), 5);
    assert!(browser.get(&world.provider.answers(&first)).await.is_problem("stale"));
    for request in requests.iter().rev() {
        assert_eq!(browser.get(&world.provider.answers(request)).await.location(), "/");
    }
}

#[tokio::test]
async fn cookies_stay_with_this_service() {
    let world = World::start().await;
    let mut browser = world.browser();
    let page = browser.get("/login").await;
    let set = page.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(set.contains("; HttpOnly; SameSite=Lax; Path=/; Max-Age=3600") && !set.contains("Secure"), "{set}");
    let answer = world.provider.answers(&page.location().parse().unwrap());
    let page = browser.get(&answer).await;
    let set: Vec<&str> = page.headers.get_all(header::SET_COOKIE).iter().map(|set| set.to_str().unwrap()).collect();
    let session = set.iter().find(|set| set.starts_with("certificate-service-session=")).unwrap();
    assert!(session.ends_with("; HttpOnly; SameSite=Lax; Path=/"), "{session}");

    let world = World::with("https://certificates.example").await;
    let page = world.browser().get("/login").await;
    assert!(page.headers[header::SET_COOKIE].to_str().unwrap().contains("; Secure"));
}

#[tokio::test]
async fn a_provider_that_is_not_there_yet_is_tried_again() {
    let world = World::start().await;
    let mut browser = world.browser();
    world.provider.with(|script| script.is_up = false);
    let page = browser.get("/login").await;
    assert!(page.status == StatusCode::BAD_GATEWAY && page.is_problem("unreachable"));
    world.provider.with(|script| script.is_up = true);
    browser.begins_login("/login").await;
}
