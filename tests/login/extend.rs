//! A login's time is told on its pages and prolonged by a press of their button, never beyond its hour (WCAG 2.2, 2.2.1; SR-1).

use std::{sync::Arc, time::Duration};

use idp::domain::login::Factor;

use crate::support::{
    Page, Student, World,
    browser::{Browser, Call},
    clock::{MINUTE, SECOND},
    setup::{Setup, asking_client},
    student::SECOND_PASSWORD,
};

const KEY: &str = "urn:idp:acr:auth-key";
const HALF_AN_HOUR: u64 = 1_800;
const AN_HOUR: u64 = 3_600;

async fn extends(student: &mut Student, page: &Page) -> Page {
    student.browser.submit(page.extension()).await
}

/// What is left without a press, on the page as it is now.
async fn idle(student: &mut Student, page: &Page) -> u64 {
    student.browser.reload(page).await.time_left().unwrap().0
}

/// At P-07, with the time that passes before anybody presses anything.
async fn waiting(minutes: u32) -> (Arc<World>, Student, Page) {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    world.clock.pass((minutes - 1) * MINUTE + 59 * SECOND);
    (world, student, page)
}

#[tokio::test]
async fn a_page_says_how_long_it_lasts_and_a_press_makes_it_last_again() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    assert_eq!(page.time_left(), Some((HALF_AN_HOUR, AN_HOUR)));
    world.clock.pass(28 * MINUTE + 59 * SECOND);
    assert_eq!(student.browser.reload(&page).await.time_left(), Some((60, 31 * 60)));
    let page = extends(&mut student, &page).await;
    assert_eq!((page.id().as_str(), page.time_left()), ("second-password", Some((HALF_AN_HOUR, 31 * 60))));
    world.clock.pass(29 * MINUTE);
    assert!(student.enters_second_password(&page, SECOND_PASSWORD).await.is_at_the_client());
}

#[tokio::test]
async fn without_script_the_page_says_until_when_and_that_it_will_be_loaded_again() {
    let world = World::start().await;
    let mut student = world.student().await;
    let text = student.reaches_second_password().await.body;
    assert!(text.contains("日本時間 ") && text.contains("まで有効です。"), "{text}");
    assert!(text.contains("読み込み直されます") && text.contains("有効時間を延ばす"), "{text}");
}

#[tokio::test]
async fn no_press_leads_beyond_the_hour() {
    let (world, mut student, page) = waiting(29).await;
    let page = extends(&mut student, &page).await;
    assert!(page.offers_more_time());
    world.clock.pass(29 * MINUTE);
    let page = extends(&mut student, &page).await;
    let (idle, absolute) = page.time_left().unwrap();
    assert!(idle == HALF_AN_HOUR && absolute < 2 * 60, "{idle} {absolute}");
    assert!(!page.offers_more_time(), "a press would change nothing");
    let page = extends(&mut student, &page).await;
    assert_eq!(page.time_left().unwrap().1, absolute - 1);
    world.clock.pass(Duration::from_secs(absolute) + SECOND);
    assert_eq!(extends(&mut student, &page).await.id(), "timed-out");
    assert_eq!(student.enters_second_password(&page, SECOND_PASSWORD).await.id(), "timed-out");
}

#[tokio::test]
async fn a_login_that_has_run_out_stays_so() {
    let (world, mut student, page) = waiting(30).await;
    world.clock.pass(2 * SECOND);
    assert_eq!(extends(&mut student, &page).await.id(), "timed-out");
    assert_eq!(student.browser.reload(&page).await.id(), "timed-out");
}

#[tokio::test]
async fn it_counts_nothing_forgives_nothing_and_tells_nobody() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    let page = student.enters_second_password(&page, "Wrong7Harbor").await;
    let account = world.flows().store.accounts_by_user_id(&world.tenant().id, &student.user_id).await.unwrap()[0].id;
    let ledger = async || format!("{:?}", world.flows().store.ledger(account, Factor::SecondPassword).await.unwrap());
    let (rows, mails, tries) = (world.whole_trail().await.len(), student.mails().await.len(), ledger().await);
    world.clock.pass(20 * MINUTE);
    let page = extends(&mut student, &page).await;
    assert_eq!(page.time_left().unwrap().0, HALF_AN_HOUR);
    assert!(page.errors().is_empty(), "what was said before is over");
    assert_eq!((world.whole_trail().await.len(), student.mails().await.len(), ledger().await), (rows, mails, tries));

    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    let (key, mails) = (student.key().await, student.mails().await.len());
    world.clock.pass(9 * MINUTE);
    let page = extends(&mut student, &page).await;
    assert_eq!((page.id().as_str(), student.mails().await.len()), ("auth-key", mails));
    world.clock.pass(2 * MINUTE);
    assert_eq!(student.enters_key(&page, &key).await.field_error("auth_key"), "E-62", "the key has its own time");
}

#[tokio::test]
async fn looking_and_asking_for_the_status_prolong_nothing() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    world.clock.pass(9 * MINUTE + 59 * SECOND);
    for _ in 0..3 {
        student.browser.open(&page.url.as_str().replace("email-sent", "status")).await;
        assert_eq!(idle(&mut student, &page).await, 20 * 60);
    }
    let answer = student.browser.open(&page.url.as_str().replace("email-sent", "extend")).await;
    assert_eq!(answer.status, 405, "only a press does");
    assert_eq!(idle(&mut student, &page).await, 20 * 60);
}

#[tokio::test]
async fn only_the_login_s_own_pages_may_ask() {
    let (_, mut student, page) = waiting(10).await;
    let other = student.reaches_second_password().await;
    let mut form = page.extension();
    for token in ["", "x", &other.value("form_token").unwrap()] {
        form.fields = vec![("form_token".to_owned(), token.to_owned())];
        let answer = student.browser.submit(form.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.error().as_str()), (400, "E-02"), "{token}");
    }
    for foreign in
        [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site")]
    {
        let mut call = Browser::call_of(&page.extension());
        call.headers.retain(|(name, _)| name == "content-type");
        let answer = student.browser.send(call.with(foreign.0, foreign.1)).await;
        assert_eq!((answer.status.as_u16(), answer.error().as_str()), (400, "E-02"), "{foreign:?}");
    }
    assert!(idle(&mut student, &page).await < 20 * 60, "nothing was prolonged");
}

#[tokio::test]
async fn another_browser_cannot_prolong_it() {
    let (_, mut student, page) = waiting(10).await;
    let mut thief = student.at_another_device();
    assert_eq!(extends(&mut thief, &page).await.error(), "E-03");
    thief.begins().await;
    assert_eq!(extends(&mut thief, &page).await.id(), "timed-out");
    let nowhere =
        page.url.as_str().replace(&page.support_code().to_lowercase(), "nowhere").replace("second-password", "extend");
    assert_eq!(student.browser.send(Call::form(&nowhere, &[])).await.error(), "E-12");
    assert!(idle(&mut student, &page).await < 20 * 60);
}

#[tokio::test]
async fn a_login_that_another_tab_has_ended_is_not_taken_up_again() {
    let (_, mut student, page) = waiting(10).await;
    assert!(student.enters_second_password(&page, SECOND_PASSWORD).await.is_at_the_client());
    let answer = extends(&mut student, &page).await;
    assert_eq!((answer.id().as_str(), answer.time_left()), ("already-signed-in", None));
    let logout = student.browser.open("https://id.example.jp/logout").await;
    student.browser.press(&logout, &[], "yes").await;
    assert_eq!(extends(&mut student, &page).await.id(), "timed-out");
}

#[tokio::test]
async fn the_sign_in_page_lasts_longer_too_though_only_the_browser_knows_of_it() {
    let world = World::start().await;
    let mut student = world.student().await;
    let first = student.begins().await;
    assert_eq!(first.time_left(), Some((HALF_AN_HOUR, AN_HOUR)));
    world.clock.pass(29 * MINUTE);
    let page = extends(&mut student, &first).await;
    assert_eq!((page.id().as_str(), page.time_left()), ("sign-in", Some((HALF_AN_HOUR, 31 * 60))));
    world.clock.pass(29 * MINUTE);
    let gate = student.types_university_password(&page).await;
    assert_eq!(gate.id(), "second-password");
    world.clock.pass(SECOND);
    let (before, answer) = (idle(&mut student, &gate).await, extends(&mut student, &first).await);
    assert_eq!(
        (answer.id().as_str(), answer.time_left().unwrap().0),
        ("second-password", before),
        "its token is the older one"
    );
    world.clock.pass(2 * MINUTE);
    assert_eq!(extends(&mut student, &page).await.id(), "timed-out");
}

#[tokio::test]
async fn the_sign_in_page_does_not_last_beyond_the_hour_either() {
    let world = World::start().await;
    let mut student = world.student().await;
    let mut page = student.begins().await;
    for _ in 0..2 {
        world.clock.pass(29 * MINUTE);
        page = extends(&mut student, &page).await;
        assert_eq!(page.id(), "sign-in");
    }
    world.clock.pass(2 * MINUTE);
    assert_eq!(extends(&mut student, &page).await.id(), "timed-out");
}

#[tokio::test]
async fn every_page_that_waits_for_somebody_says_its_time_and_what_is_done_says_none() {
    let world = World::with_auth_key().await;
    let mut student = world.newcomer();
    let mut seen = Vec::new();
    let mut look = |page: &Page| seen.push((page.id(), page.time_left().is_some()));
    let page = student.passes_the_university().await;
    look(&page);
    let email = student.email.clone();
    let page = student.registers(&page, &email).await;
    look(&page);
    let code = student.mail().await.digits();
    look(&student.browser.enter(&page, &[("code", &code)]).await);
    let page = student.passes_the_university().await;
    look(&page);
    look(&student.sets_second_password(&page, SECOND_PASSWORD, SECOND_PASSWORD).await);
    world.clock.pass(MINUTE);
    let page = student.reaches_auth_key().await;
    look(&page);
    world.clock.pass(MINUTE);
    look(&student.asks_for_a_new_key(&page).await);
    look(&student.browser.click(&page, "lost-mailbox").await);
    let told = [
        ("register-email", true),
        ("email-sent", true),
        ("email-registered", false),
        ("set-second-password", true),
        ("message", false),
        ("auth-key", true),
        ("message", false),
        ("lost-mailbox", true),
    ];
    assert_eq!(seen, told.map(|(id, lasts)| (id.to_owned(), lasts)));
}

#[tokio::test]
async fn the_pages_that_raise_a_session_last_longer_too() {
    let world = World::with(Setup::default().further_client("reading-room", &asking_client("reading-room"))).await;
    let mut student = world.student().await;
    student.signs_in().await;
    world.clock.pass(SECOND);
    let asking = world.client("reading-room").url(&[]);
    for (url, id) in [(world.service().url(&[("acr_values", KEY)]), "send-auth-key"), (asking, "consent")] {
        let page = student.browser.open(&url).await;
        assert_eq!((page.id().as_str(), page.time_left()), (id, Some((HALF_AN_HOUR, AN_HOUR))));
        world.clock.pass(5 * MINUTE);
        let page = extends(&mut student, &page).await;
        assert_eq!((page.id().as_str(), page.time_left()), (id, Some((HALF_AN_HOUR, 55 * 60))));
    }
}

#[tokio::test]
async fn a_press_within_the_minute_of_the_last_one_promises_no_more_than_is_written() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    world.clock.pass(29 * SECOND);
    assert_eq!(extends(&mut student, &page).await.time_left().unwrap().0, HALF_AN_HOUR - 30);
}
