//! Which language is spoken (J-11).

use crate::support::{Page, Student, World, browser::Call, student::SECOND_PASSWORD};

async fn chooses(student: &mut Student, page: &Page, language: &str) -> Page {
    student.browser.press(page, &[("ui_locale", language)], "set-language").await
}

#[tokio::test]
async fn without_a_wish_the_tenant_s_default_is_spoken() {
    let world = World::start().await;
    assert_eq!(world.newcomer().begins().await.language(), "ja");
}

#[tokio::test]
async fn the_browser_s_language_is_the_last_wish() {
    let world = World::start().await;
    let mut student = world.newcomer();
    student.browser.accept_language = Some("fr, en-GB;q=0.8, ja;q=0.5".into());
    assert_eq!(student.begins().await.language(), "en");
}

#[tokio::test]
async fn ui_locales_goes_before_the_browser_s_language() {
    let world = World::start().await;
    let mut student = world.newcomer();
    student.browser.accept_language = Some("en".into());
    for (asked, spoken) in
        [("ja", "ja"), ("fr ja-JP en", "ja"), ("en-GB", "en"), ("zh-Hant", "en"), ("zh-TW ja", "ja"), ("se", "en")]
    {
        assert_eq!(student.begins_with(&[("ui_locales", asked)]).await.language(), spoken, "{asked}");
    }
}

#[tokio::test]
async fn the_choice_on_the_sign_in_page_goes_before_ui_locales() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.begins_with(&[("ui_locales", "ja")]).await;
    let page = chooses(&mut student, &page, "en").await;
    assert_eq!((page.id().as_str(), page.language().as_str()), ("sign-in", "en"));
    let page = student.types_university_password(&page).await;
    assert_eq!(page.language(), "en", "and holds through the login");
}

#[tokio::test]
async fn the_choice_is_remembered_by_a_cookie_for_a_year() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.begins().await;
    let call = crate::support::browser::Browser::call_of(&page.form(&[("ui_locale", "en")], Some("set-language")));
    let answer = student.browser.send(call).await;
    let lines: Vec<&str> = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    assert!(
        lines.iter().any(|line| line.starts_with("__Host-idp-demo-language=en;") && line.contains("Max-Age=31536000")),
        "{lines:?}"
    );
    assert_eq!(student.begins().await.language(), "en");
    assert_eq!(
        student.begins_with(&[("ui_locales", "ja")]).await.language(),
        "ja",
        "what the service asks for now goes first"
    );
}

#[tokio::test]
async fn a_language_that_is_not_offered_is_not_taken() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.begins().await;
    let token = page.value("form_token").unwrap();
    let call =
        Call::form(page.url.as_str(), &[("form_token", &token), ("ui_locale", "fr"), ("action", "set-language")]);
    let answer = student.browser.send(call).await;
    let page = student.browser.follow(answer).await;
    assert_eq!(page.language(), "ja");
    assert!(!student.browser.cookie_names().iter().any(|name| name.ends_with("-language")));
}

#[tokio::test]
async fn the_account_s_last_language_goes_before_the_browser_s_but_after_the_cookie() {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in_for(&[("ui_locales", "en")]).await;
    let mut elsewhere = student.at_another_device();
    elsewhere.browser.accept_language = Some("ja".into());
    let page = elsewhere.begins().await;
    assert_eq!(page.language(), "ja", "nobody is known yet");
    let page = elsewhere.types_university_password(&page).await;
    assert_eq!(page.language(), "en");

    let mut third = student.at_another_device();
    let page = third.begins().await;
    chooses(&mut third, &page, "ja").await;
    let page = third.passes_the_university().await;
    assert_eq!(page.language(), "ja");
}

#[tokio::test]
async fn the_language_reaches_mail_client_and_account() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let page = student.signs_in_for(&[("ui_locales", "en"), ("scope", "openid profile")]).await;
    let mail = student.mail().await;
    assert!(mail.text.contains("authentication key") || mail.text.contains("Authentication key"), "{}", mail.text);
    let answer = world.service().redeem(&page.code()).await;
    assert!(answer.claims().get("locale").is_none(), "in the ID token only when asked for");
    let userinfo = world.service().userinfo(&answer.text("access_token")).await;
    assert_eq!(userinfo.json()["locale"], "en");
}

#[tokio::test]
async fn the_id_token_says_the_language_when_claims_asks_for_it() {
    let world = World::start().await;
    let mut student = world.student().await;
    let asked = [("ui_locales", "en"), ("scope", "openid profile"), ("claims", r#"{"id_token":{"locale":null}}"#)];
    let page = student.signs_in_for(&asked).await;
    assert_eq!(world.service().redeem(&page.code()).await.claims()["locale"], "en");
}

#[tokio::test]
async fn a_tenant_of_one_language_shows_no_pulldown() {
    let world = World::start().await;
    let mut elsewhere = world.service();
    elsewhere.issuer = crate::support::setup::OTHER_ISSUER.into();
    let page = world.browser().open(&elsewhere.url(&[("ui_locales", "en")])).await;
    assert_eq!(page.language(), "ja");
    assert!(!page.body.contains("name=\"ui_locale\""));
}

#[tokio::test]
async fn error_pages_speak_the_visitor_s_language() {
    let world = World::start().await;
    let mut browser = world.browser();
    browser.accept_language = Some("en".into());
    let page = browser.send(Call::get("https://id.example.jp/nothing")).await;
    assert_eq!(page.language(), "en");
    assert!(page.text().contains("The page was not found."));
}

#[tokio::test]
async fn pages_of_every_language_can_be_passed_through() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    for language in ["ja", "en", "zh-CN", "ko"] {
        let page = student.begins_with(&[("ui_locales", language)]).await;
        if page.language() != language {
            eprintln!("NOT TESTED: the built-in theme does not speak {language} yet");
            continue;
        }
        let page = student.types_university_password(&page).await;
        assert_eq!(page.language(), language);
        let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
        assert_eq!(page.language(), language);
        let key = student.key().await;
        assert!(student.enters_key(&page, &key).await.is_at_the_client());
        student.browser.forget_cookies();
        world.clock.pass(crate::support::clock::MINUTE);
    }
}
