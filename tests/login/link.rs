//! P-04, P-05, P-23: the link in the mail, whoever opens it (J-02 2.3 to 2.5, J-15, J-16).

use axum::http::Method;

use crate::support::{
    World,
    browser::Call,
    clock::{MINUTE, SECOND},
    student::Student,
    world::events,
};

async fn a_link(student: &mut Student) -> String {
    student.asks_for_the_link().await;
    student.mail().await.link()
}

#[tokio::test]
async fn a_link_of_29_minutes_and_59_seconds_works() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.passes_the_university().await;
    let sent_at = world.now();
    student.registers(&page, "s2025001@mail.example").await;
    let link = student.mail().await.link();
    world.clock.set(sent_at.plus(30 * MINUTE).minus(SECOND));
    let landing = student.at_another_device().browser.open(&link).await;
    assert_eq!(landing.id(), "confirm-link");
    assert_eq!(student.at_another_device().confirms(&landing).await.id(), "email-registered");
}

#[tokio::test]
async fn sr_39_a_link_of_30_minutes_and_one_second_is_e_30() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.passes_the_university().await;
    let sent_at = world.now();
    student.registers(&page, "s2025001@mail.example").await;
    let link = student.mail().await.link();
    let landing = student.browser.open(&link).await;
    world.clock.set(sent_at.plus(30 * MINUTE).plus(SECOND));
    let page = student.at_another_device().browser.open(&link).await;
    assert_eq!((page.id().as_str(), page.error().as_str()), ("link-invalid", "E-30"));
    assert!(page.has_link("retry"));
    let pressed = student.at_another_device().confirms(&landing).await;
    assert_eq!(pressed.error(), "E-30", "an open page does not prolong its link");
    assert_eq!(student.passes_the_university().await.id(), "register-email");
}

#[tokio::test]
async fn an_unknown_link_is_e_33() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let link = a_link(&mut student).await;
    let cut = &link[..link.len() - 3];
    let other = format!("{}aaaa", &link[..link.len() - 4]);
    for url in [
        cut,
        &other,
        "https://id.example.jp/link/x",
        "https://id.example.jp/link/%00",
        "https://id.example.jp/link/日本",
    ] {
        let page = student.browser.open(url).await;
        assert_eq!((page.id().as_str(), page.error().as_str()), ("link-invalid", "E-33"), "{url}");
        assert!(page.text().contains("全体をコピーして"), "how to copy a link that was cut: {}", page.text());
    }
}

#[tokio::test]
async fn a_link_is_read_in_any_case_and_fits_into_a_mail_s_line() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let link = a_link(&mut student).await;
    assert!(link.len() < 76, "{link}");
    let (start, token) = link.rsplit_once('/').unwrap();
    assert_eq!(token.len(), 32);
    let page = student.browser.open(&format!("{start}/{}", token.to_uppercase())).await;
    assert_eq!(page.id(), "confirm-link");
}

#[tokio::test]
async fn a_link_of_one_university_is_unknown_at_another() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let link = a_link(&mut student).await.replace("id.example.jp", "other.example.jp");
    assert_eq!(student.browser.open(&link).await.error(), "E-33");
    let pressed = student.browser.send(Call::form(&link, &[])).await;
    assert_eq!(student.browser.follow(pressed).await.error(), "E-33");
}

#[tokio::test]
async fn the_press_registers_the_address_and_stands_in_the_trail_of_the_login_that_asked() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let waiting = student.asks_for_the_link().await;
    let account =
        async || world.flows().store.accounts_by_user_id(&world.tenant().id, "s2025001").await.unwrap().remove(0);
    let landing = student.at_another_device().opens_the_link().await;
    assert!(account().await.email.is_none(), "looking at it registers nothing");
    student.at_another_device().confirms(&landing).await;
    let email = world.flows().email(&account().await).unwrap().expect("an address");
    assert_eq!(email.as_text(), student.email);
    let trail = world.trail(&waiting.support_code()).await;
    assert_eq!(events(&trail)[2..], ["email.requested", "email.registered"]);
}

#[tokio::test]
async fn a_second_press_shows_the_same_page_and_changes_nothing() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let link = a_link(&mut student).await;
    let landing = student.browser.open(&link).await;
    assert_eq!(student.confirms(&landing).await.id(), "email-registered");
    let rows = world.whole_trail().await.len();
    assert_eq!(student.confirms(&landing).await.id(), "email-registered");
    assert_eq!(world.whole_trail().await.len(), rows);
}

#[tokio::test]
async fn sr_41_heads_options_and_twenty_gets_change_nothing() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let waiting = student.asks_for_the_link().await;
    let link = student.mail().await.link();
    let rows = world.whole_trail().await.len();
    let mut scanner = world.browser();
    for _ in 0..20 {
        let page = scanner.open(&link).await;
        assert_eq!(page.id(), "confirm-link");
        assert!(page.headers.get("set-cookie").is_none());
        assert_eq!(scanner.send(Call::get(&link).method(Method::HEAD)).await.status, 200);
        assert_eq!(scanner.send(Call::get(&link).method(Method::OPTIONS)).await.status, 204);
    }
    assert_eq!(student.browser.reload(&waiting).await.id(), "email-sent");
    assert_eq!(world.whole_trail().await.len(), rows);
    let landing = student.browser.open(&link).await;
    assert_eq!(student.confirms(&landing).await.id(), "email-registered");
}

#[tokio::test]
async fn a_press_without_any_cookie_confirms_and_gives_no_session() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let waiting = student.asks_for_the_link().await;
    let link = student.mail().await.link();
    let mut stranger = world.browser();
    let answer = stranger.send(Call::form(&link, &[])).await;
    assert_eq!(answer.status, 303);
    assert!(answer.headers.get("set-cookie").is_none(), "no cookie of any kind");
    assert_eq!(stranger.follow(answer).await.id(), "email-registered");
    assert!(stranger.cookie_names().is_empty());
    assert_eq!(student.browser.reload(&waiting).await.id(), "email-registered", "the waiting tab moves on");
}

#[tokio::test]
async fn another_site_s_press_is_refused() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let link = a_link(&mut student).await;
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let page = student.at_another_device().browser.send(Call::form(&link, &[]).with(name, value)).await;
        assert_eq!((page.status.as_u16(), page.error().as_str()), (400, "E-02"), "{name}: {value}");
    }
    assert_eq!(student.browser.open(&link).await.id(), "confirm-link", "nothing was confirmed");
}

#[tokio::test]
async fn the_landing_page_speaks_the_language_of_the_request_not_of_the_device() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.begins_with(&[("ui_locales", "en")]).await;
    let page = student.types_university_password(&page).await;
    student.registers(&page, "s2025001@mail.example").await;
    let mut phone = student.at_another_device();
    phone.browser.accept_language = Some("ja".into());
    assert_eq!(phone.opens_the_link().await.language(), "en");
}

#[tokio::test]
async fn the_landing_page_masks_address_and_user_id() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let link = a_link(&mut student).await;
    let page = world.browser().open(&link).await;
    assert!(!page.body.contains("s2025001@mail.example") && !page.body.contains("s2025001"), "{}", page.text());
}

#[tokio::test]
async fn a_confirmed_address_gives_a_link_of_somebody_else_no_say() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let link = a_link(&mut student).await;
    let mut other = world.browser();
    let landing = other.open(&link).await;
    other.enter(&landing, &[]).await;
    assert!(!other.has_session(), "no session, no login comes of a press");
    assert!(other.cookie_names().is_empty());
}

#[tokio::test]
async fn a_used_link_whose_address_is_not_in_force_any_more_is_e_31() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let link = a_link(&mut student).await;
    let landing = student.browser.open(&link).await;
    student.confirms(&landing).await;
    let mut account = world.flows().store.accounts_by_user_id(&world.tenant().id, "s2025001").await.unwrap().remove(0);
    account.email = None;
    world
        .flows()
        .store
        .write(async |tx| Ok::<_, idp::store::StoreError>(tx.save_account(&account).await?))
        .await
        .unwrap();
    assert_eq!(student.browser.open(&link).await.error(), "E-31");
}
