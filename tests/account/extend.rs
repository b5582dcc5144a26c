//! A session's idle time is told on the account pages and prolonged by a press of their button (WCAG 2.2, 2.2.1; SR-4).

use std::sync::Arc;

use crate::support::{
    Page, Student, World,
    browser::{Browser, Call},
    clock::{HOUR, MINUTE, SECOND},
    setup::ISSUER,
    student::SECOND_PASSWORD,
};

use super::{RETURN_TO, opens};

const HALF_AN_HOUR: u64 = 1_800;

async fn signed_in() -> (Arc<World>, Student) {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    (world, student)
}

async fn extends(student: &mut Student, page: &Page) -> Page {
    student.browser.submit(page.extension()).await
}

#[tokio::test]
async fn a_press_prolongs_the_session_and_leads_back_to_the_very_page() {
    let (world, mut student) = signed_in().await;
    for page in ["", "email", "second-password", "two-factor", "sessions"] {
        let shown = opens(&mut student, page).await;
        let before = shown.time_left().unwrap();
        assert!(before.0 > HALF_AN_HOUR - 60 && before.1 > 7 * 3_600 + HALF_AN_HOUR, "{page}: {before:?}");
        world.clock.pass(2 * MINUTE);
        let answer = extends(&mut student, &shown).await;
        assert_eq!((answer.id(), &answer.url), (shown.id(), &shown.url), "{page}");
        assert_eq!(answer.time_left().unwrap().0, HALF_AN_HOUR, "{page}");
    }
    let page = opens(&mut student, "sessions").await;
    for _ in 0..3 {
        world.clock.pass(29 * MINUTE);
        assert_eq!(extends(&mut student, &page).await.id(), "sessions");
    }
    assert_eq!(opens(&mut student, "sessions").await.link("back").as_str(), RETURN_TO);
}

#[tokio::test]
async fn the_pages_below_them_come_back_too() {
    let (world, mut student) = signed_in().await;
    let page = opens(&mut student, "email").await;
    let typed = [("email", "new@mail.example"), ("email_confirmation", "new@mail.example")];
    let page = student.browser.enter(&page, &typed).await;
    assert_eq!(page.id(), "email-sent");
    world.clock.pass(16 * MINUTE);
    let answer = extends(&mut student, &page).await;
    assert_eq!((answer.id().as_str(), &answer.url), ("email-sent", &page.url));
    let page = opens(&mut student, "email").await;
    assert_eq!(page.id(), "confirm-second-password", "the second password was proven too long ago");
    let answer = extends(&mut student, &page).await;
    assert_eq!((answer.id(), &answer.url), (page.id(), &page.url));
    let page = student.enters_second_password(&answer, SECOND_PASSWORD).await;
    assert_eq!(page.id(), "change-email");
}

#[tokio::test]
async fn no_press_leads_beyond_the_session_s_eight_hours() {
    let (world, mut student) = signed_in().await;
    let begun = world.now();
    let mut page = opens(&mut student, "").await;
    while world.now() < begun.plus(8 * HOUR).minus(30 * MINUTE) {
        world.clock.pass(25 * MINUTE);
        page = extends(&mut student, &page).await;
        assert_eq!(page.id(), "account");
    }
    assert!(!page.offers_more_time(), "a press would change nothing");
    world.clock.set(begun.plus(8 * HOUR));
    assert_eq!(extends(&mut student, &page).await.id(), "sign-in");
}

#[tokio::test]
async fn a_session_that_has_run_out_or_was_ended_elsewhere_is_not_taken_up_again() {
    let (world, mut student) = signed_in().await;
    let page = opens(&mut student, "sessions").await;
    world.clock.pass(31 * MINUTE);
    assert_eq!(extends(&mut student, &page).await.id(), "sign-in");

    student.signs_in().await;
    let page = opens(&mut student, "sessions").await;
    world.clock.pass(MINUTE);
    let mut phone = student.at_another_device();
    phone.signs_in().await;
    let there = opens(&mut phone, "sessions").await;
    phone.browser.press(&there, &[], "end-others").await;
    assert_eq!(extends(&mut student, &page).await.id(), "sign-in");
    assert_eq!(opens(&mut student, "sessions").await.id(), "sign-in");
}

#[tokio::test]
async fn only_the_session_s_own_pages_may_ask() {
    let (world, mut student) = signed_in().await;
    let page = opens(&mut student, "sessions").await;
    let mut other = world.another_student().await;
    other.signs_in().await;
    let theirs = opens(&mut other, "sessions").await.value("form_token").unwrap();
    for token in ["", "x", &theirs] {
        let mut form = page.extension();
        form.fields = vec![("form_token".to_owned(), token.to_owned())];
        assert_eq!(student.browser.submit(form).await.error(), "E-02", "{token}");
    }
    let mut call = Browser::call_of(&page.extension());
    call.headers.retain(|(name, _)| name == "content-type");
    assert_eq!(student.browser.send(call.with("origin", "https://evil.example")).await.error(), "E-02");
    for (path, id) in [("/account/extend", "sign-in"), ("/account/email/extend", "sign-in")] {
        let mut stranger = student.at_another_device();
        let answer = stranger.browser.send(Call::form(&format!("{ISSUER}{path}"), &[])).await;
        assert_eq!(stranger.browser.follow(answer).await.id(), id, "{path}");
    }
    for path in ["/account/nonsense/extend", "/account/locked/extend", "/account/authenticator/extend"] {
        let answer = student.browser.send(Call::form(&format!("{ISSUER}{path}"), &[])).await;
        assert_eq!(answer.error(), "E-12", "{path}");
    }
    assert_eq!(student.browser.open(&format!("{ISSUER}/account/extend")).await.status, 405);
}

#[tokio::test]
async fn asking_for_the_status_prolongs_nothing_and_a_press_tells_nobody() {
    let (world, mut student) = signed_in().await;
    let page = opens(&mut student, "email").await;
    let typed = [("email", "new@mail.example"), ("email_confirmation", "new@mail.example")];
    let page = student.browser.enter(&page, &typed).await;
    let (rows, mails) = (world.whole_trail().await.len(), student.mails().await.len());
    world.clock.pass(20 * MINUTE);
    assert_eq!(extends(&mut student, &page).await.id(), "email-sent");
    assert_eq!((world.whole_trail().await.len(), student.mails().await.len()), (rows, mails));
    for _ in 0..2 {
        world.clock.pass(16 * MINUTE);
        student.browser.open(&format!("{ISSUER}/account/email/status")).await;
    }
    assert_eq!(opens(&mut student, "").await.id(), "sign-in");
}

#[tokio::test]
async fn what_is_done_says_no_time() {
    let (world, mut student) = signed_in().await;
    let page = opens(&mut student, "two-factor").await;
    let page = student.browser.press(&page, &[], "yes").await;
    assert_eq!((page.id().as_str(), page.time_left()), ("message", None));
    world.clock.pass(SECOND);
    assert!(opens(&mut student, "two-factor").await.time_left().is_some());
}
