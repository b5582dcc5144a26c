//! Forms: whose they are, sent twice, sent from elsewhere (J-14; E-02, E-03, SR-7).

use crate::support::{
    World,
    browser::{Browser, Call},
    student::SECOND_PASSWORD,
};

#[tokio::test]
async fn a_wrong_or_missing_form_token_is_e_02_and_nothing_is_counted() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    let token = page.value("form_token").unwrap();
    let rows = world.whole_trail().await.len();
    for wrong in ["", "x", &token[1..], &token.to_uppercase()] {
        let answer = student.sends(&page, Some(wrong), &[]).await;
        assert_eq!((answer.status.as_u16(), answer.error().as_str()), (400, "E-02"), "{wrong}");
    }
    assert_eq!(world.whole_trail().await.len(), rows);
    assert!(student.sends(&page, None, &[]).await.is_at_the_client(), "an old browser that says nothing of its origin");
}

#[tokio::test]
async fn the_form_token_of_another_login_is_e_02() {
    let world = World::start().await;
    let mut student = world.student().await;
    let one = student.reaches_second_password().await;
    let two = student.reaches_second_password().await;
    let answer = student.sends(&two, Some(&one.value("form_token").unwrap()), &[]).await;
    assert_eq!(answer.error(), "E-02");
}

#[tokio::test]
async fn a_foreign_origin_is_refused_even_with_the_right_token() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    let foreign = [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "http://id.example.jp"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ];
    for header in foreign {
        let answer = student.sends(&page, None, &[header]).await;
        assert_eq!((answer.status.as_u16(), answer.error().as_str()), (400, "E-02"), "{header:?}");
    }
    assert!(student.sends(&page, None, &[("origin", "https://id.example.jp")]).await.is_at_the_client());
}

#[tokio::test]
async fn a_form_of_another_content_type_is_refused() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    let mut call = Browser::call_of(&page.form(&[("second_password", SECOND_PASSWORD)], None));
    call.headers.retain(|(name, _)| name != "content-type");
    let answer = student.browser.send(call.with("content-type", "text/plain")).await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn a_press_without_any_cookie_is_e_03() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.begins().await;
    let mut refusing = world.browser();
    refusing.keeps_cookies = false;
    let answer = refusing.submit(page.form(&[("username", "x"), ("password", "y")], None)).await;
    assert_eq!((answer.status.as_u16(), answer.error().as_str()), (400, "E-03"));
}

#[tokio::test]
async fn a_browser_that_refuses_cookies_is_told_and_not_sent_in_circles() {
    let world = World::start().await;
    let mut student = world.newcomer();
    student.browser.keeps_cookies = false;
    let page = student.browser.send(Call::get(&world.service().url(&[])).with("sec-fetch-site", "cross-site")).await;
    let next = page.url.join(page.header("location")).unwrap();
    // Browsers say of the whole way from the service that another site began it.
    let page = student.browser.send(Call::get(next.as_str()).with("sec-fetch-site", "cross-site")).await;
    assert_eq!(
        (page.status.as_u16(), page.error().as_str()),
        (400, "E-03"),
        "the service would only send the browser back"
    );
}

#[tokio::test]
async fn another_browser_cannot_go_on_with_a_login() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    let mut thief = student.at_another_device();
    let answer = thief.enters_second_password(&page, SECOND_PASSWORD).await;
    assert!(!answer.is_at_the_client());
    thief.begins().await;
    let answer = thief.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(answer.id(), "timed-out", "with cookies of its own it has no ticket for this login");
}

#[tokio::test]
async fn a_cookie_of_one_login_opens_no_other() {
    let world = World::start().await;
    let mut student = world.student().await;
    let one = student.reaches_second_password().await;
    let cookies = student.browser.cookie_header("id.example.jp");
    let mut other = world.another_student().await;
    let two = other.reaches_second_password().await;
    let (from, to) = (one.support_code().to_lowercase(), two.support_code().to_lowercase());
    let renamed = cookies.replace(&from, &to);
    let answer = world.browser().send(Call::get(two.url.as_str()).with("cookie", &renamed)).await;
    assert_eq!(answer.id(), "timed-out");
}

#[tokio::test]
async fn the_university_s_answer_binds_the_browser_anew() {
    let world = World::start().await;
    let mut student = world.student().await;
    let begun = student.begins().await;
    let before = student.browser.cookie_header("id.example.jp");
    let page = student.types_university_password(&begun).await;
    assert_eq!((page.id().as_str(), page.support_code()), ("second-password", begun.support_code()));
    assert_ne!(student.browser.cookie_header("id.example.jp"), before);
    let mut other = world.browser();
    let answer = other.send(Call::get(page.url.as_str()).with("cookie", &before)).await;
    let answer = other.follow(answer).await;
    assert_ne!(answer.id(), "second-password", "what was known before the university's answer opens nothing after it");
}

#[tokio::test]
async fn the_second_of_two_presses_shows_the_result_of_the_first() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let begun = student.begins().await;
    let first = student.types_university_password(&begun).await;
    assert_eq!(first.id(), "register-email");
    let again = student.types_university_password(&begun).await;
    assert_eq!(again.id(), "register-email", "the university's password sent twice");
    let sent = student.registers(&first, "s2025001@mail.example").await;
    assert_eq!(sent.id(), "email-sent");
    let again = student.registers(&first, "s2025001@mail.example").await;
    assert_eq!(again.id(), "email-sent", "the address sent twice");
}

#[tokio::test]
async fn the_second_password_sent_twice_ends_in_one_code() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    assert!(student.enters_second_password(&page, SECOND_PASSWORD).await.is_at_the_client());
    let again = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(again.id(), "already-signed-in");
    let completed = world.trail(&page.support_code()).await;
    assert_eq!(completed.iter().filter(|row| row.event == "login.completed").count(), 1);
}

#[tokio::test]
async fn a_field_that_stands_twice_is_refused() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    let mut form = page.form(&[("second_password", SECOND_PASSWORD)], None);
    form.fields.push(("second_password".into(), "x".into()));
    let answer = student.browser.submit(form).await;
    assert_eq!(answer.error(), "E-02");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_413() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    let long = "x".repeat(70 * 1024);
    let call = Browser::call_of(&page.form(&[("second_password", &long)], None));
    assert_eq!(student.browser.send(call).await.status, 413);
}
