//! RP-Initiated Logout (protocol.md §6; J-12; P-20, P-21).

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as B64};

use crate::support::{Page, Student, World, browser::Call, client::Answer, setup::ISSUER};

use super::signed_in;

const SIGNED_OUT: &str = "https://rp.example/signed-out";

async fn is_signed_out(world: &std::sync::Arc<World>, student: &mut Student) -> bool {
    let page = student.browser.open(&world.service().url(&[("prompt", "none")])).await;
    page.parameter("error").as_deref() == Some("login_required")
}

async fn asks(parameters: impl Fn(&Answer) -> Vec<(&'static str, String)>) -> (std::sync::Arc<World>, Student, Page) {
    let (world, mut student, tokens) = signed_in(&[]).await;
    let parameters = parameters(&tokens);
    let parameters: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let page = student.browser.open(&world.service().logout_url(&parameters)).await;
    (world, student, page)
}

#[tokio::test]
async fn an_unregistered_address_is_never_gone_to() {
    for address in [
        "https://evil.example/",
        "https://rp.example/signed-out?foo=bar",
        "https://rp.example/signed-out/",
        "https://rp.example/signed-out#x",
        "https://rp.example/callback",
        "javascript:alert(1)",
    ] {
        let (world, mut student, page) = asks(|tokens| {
            vec![("id_token_hint", tokens.text("id_token")), ("post_logout_redirect_uri", address.into())]
        })
        .await;
        assert_eq!(page.id(), "signed-out", "{address}");
        assert!(!page.body.contains("evil.example"));
        assert!(is_signed_out(&world, &mut student).await);
    }
}

#[tokio::test]
async fn a_forged_or_missing_hint_asks_the_person_and_goes_nowhere() {
    let forge = |token: &str| {
        let parts: Vec<&str> = token.split('.').collect();
        vec![
            format!("{}.{}.", B64.encode("{\"alg\":\"none\"}"), parts[1]),
            format!("{}.{}.{}", parts[0], parts[1], B64.encode([7; 256])),
            "x".to_owned(),
            String::new(),
        ]
    };
    for index in 0..4 {
        let (world, mut student, page) = asks(|tokens| {
            vec![
                ("id_token_hint", forge(&tokens.text("id_token"))[index].clone()),
                ("post_logout_redirect_uri", SIGNED_OUT.into()),
                ("state", "x".into()),
            ]
        })
        .await;
        assert_eq!(page.id(), "confirm-sign-out", "{index}");
        assert!(!is_signed_out(&world, &mut student).await, "{index}: nothing has ended yet");
        let page = student.browser.press(&page, &[], "yes").await;
        assert_eq!(page.id(), "signed-out", "{index}: it stays here");
        assert!(is_signed_out(&world, &mut student).await);
    }
}

#[tokio::test]
async fn with_nothing_the_person_is_asked_and_enter_says_yes() {
    let (world, mut student, page) = asks(|_| Vec::new()).await;
    assert_eq!(page.id(), "confirm-sign-out");
    let page = student.browser.enter(&page, &[]).await;
    assert_eq!(page.id(), "signed-out");
    assert!(page.has_link("sign-in"));
    assert!(page.text().contains("大学"), "the university's own session may live on: {}", page.text());
    assert!(is_signed_out(&world, &mut student).await);
}

#[tokio::test]
async fn no_leaves_the_session_and_leads_back_to_the_service() {
    let (world, mut student, page) = asks(|_| vec![("client_id", "certificate-service".into())]).await;
    let page = student.browser.press(&page, &[], "no").await;
    assert!(page.is_at_the_client(), "{}", page.url);
    assert!(!is_signed_out(&world, &mut student).await);
}

#[tokio::test]
async fn the_hint_of_an_older_session_asks_first() {
    let (world, mut student, tokens) = signed_in(&[]).await;
    student.browser.forget_cookies();
    student.signs_in().await;
    let page = student.browser.open(&world.service().logout_url(&[("id_token_hint", &tokens.text("id_token"))])).await;
    assert_eq!(page.id(), "confirm-sign-out");
    assert!(!is_signed_out(&world, &mut student).await);
}

#[tokio::test]
async fn a_client_id_that_is_not_the_hint_s_makes_the_hint_worthless() {
    let (_, _, page) = asks(|tokens| {
        vec![
            ("id_token_hint", tokens.text("id_token")),
            ("client_id", "library".into()),
            ("post_logout_redirect_uri", SIGNED_OUT.into()),
        ]
    })
    .await;
    assert_eq!(page.id(), "confirm-sign-out");
}

#[tokio::test]
async fn a_client_s_post_works_like_its_get() {
    let (world, mut student, tokens) = signed_in(&[]).await;
    let form = [
        ("id_token_hint", tokens.text("id_token")),
        ("post_logout_redirect_uri", SIGNED_OUT.to_owned()),
        ("state", "p".to_owned()),
    ];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let call = Call::form(&format!("{ISSUER}/logout"), &form)
        .with("origin", "https://rp.example")
        .with("sec-fetch-site", "cross-site");
    let answer = student.browser.send(call).await;
    assert_eq!(answer.status, 303);
    let page = student.browser.follow(answer).await;
    assert_eq!(page.url.as_str(), "https://rp.example/signed-out?state=p");
    assert!(is_signed_out(&world, &mut student).await);
}

#[tokio::test]
async fn another_site_cannot_press_yes() {
    let (world, mut student, page) = asks(|_| Vec::new()).await;
    let token = page.value("form_token").unwrap();
    for (token, headers) in [
        (token.as_str(), &[("origin", "https://evil.example")][..]),
        ("x", &[]),
        ("", &[("sec-fetch-site", "same-origin")]),
    ] {
        let mut call = Call::form(&format!("{ISSUER}/logout"), &[("form_token", token), ("action", "yes")]);
        for (name, value) in headers {
            call = call.with(name, value);
        }
        let answer = student.browser.send(call).await;
        assert_eq!((answer.status.as_u16(), answer.error().as_str()), (400, "E-02"));
    }
    assert!(!is_signed_out(&world, &mut student).await);
}

#[tokio::test]
async fn the_language_cookie_survives_a_logout_and_the_trail_knows_of_it() {
    let (world, mut student, tokens) = signed_in(&[]).await;
    let page = student.begins_with(&[("prompt", "login")]).await;
    student.browser.press(&page, &[("ui_locale", "en")], "set-language").await;
    let page = student.browser.open(&world.service().logout_url(&[("id_token_hint", &tokens.text("id_token"))])).await;
    assert_eq!((page.id().as_str(), page.language().as_str()), ("signed-out", "en"));
    assert!(student.browser.cookie_names().iter().any(|name| name.ends_with("-language")));
    assert_eq!(world.whole_trail().await.last().unwrap().event, "logout");
}

#[tokio::test]
async fn one_browser_s_logout_is_not_another_s() {
    let (world, mut student, tokens) = signed_in(&[]).await;
    let mut phone = student.at_another_device();
    phone.signs_in().await;
    student.browser.open(&world.service().logout_url(&[("id_token_hint", &tokens.text("id_token"))])).await;
    assert!(is_signed_out(&world, &mut student).await);
    assert!(!is_signed_out(&world, &mut phone).await);
}
