//! Logins and sessions come to their end (J-14; P-28).

use crate::support::{
    World,
    clock::{HOUR, MINUTE, SECOND},
    setup::Setup,
    student::SECOND_PASSWORD,
};

#[tokio::test]
async fn half_an_hour_without_a_press_ends_a_login() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    world.clock.pass(30 * MINUTE + SECOND);
    assert_eq!(student.browser.reload(&page).await.id(), "timed-out");
    let pressed = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(pressed.id(), "timed-out");
    assert_eq!(pressed.all("main a, main button", "data-link"), ["sign-in"], "one button");
}

#[tokio::test]
async fn just_before_it_still_works() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    world.clock.pass(29 * MINUTE + 58 * SECOND);
    assert!(student.enters_second_password(&page, SECOND_PASSWORD).await.is_at_the_client());
}

#[tokio::test]
async fn looking_at_a_page_does_not_prolong_a_login() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    for _ in 0..4 {
        world.clock.pass(8 * MINUTE);
        student.browser.reload(&page).await;
        student.browser.open(&page.url.as_str().replace("email-sent", "status")).await;
    }
    assert_eq!(student.browser.press(&page, &[], "resend").await.id(), "timed-out");
}

#[tokio::test]
async fn every_press_prolongs_it_even_one_that_was_refused() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.passes_the_university().await;
    world.clock.pass(20 * MINUTE);
    let page = student.registers(&page, "no address").await;
    assert_eq!(page.field_error("email"), "E-21");
    world.clock.pass(20 * MINUTE);
    let page = student.registers(&page, "s2025001@mail.example").await;
    assert_eq!(page.id(), "email-sent", "20 minutes after the last press");
}

#[tokio::test]
async fn a_wrong_short_code_is_a_press_too() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    world.clock.pass(20 * MINUTE);
    let page = student.browser.enter(&page, &[("code", "1")]).await;
    assert_eq!(page.field_error("code"), "E-67");
    world.clock.pass(15 * MINUTE);
    assert_ne!(student.browser.reload(&page).await.id(), "timed-out");
}

#[tokio::test]
async fn an_hour_ends_a_login_however_often_it_was_pressed() {
    let world = World::start().await;
    let mut student = world.student().await;
    let mut page = student.reaches_second_password().await;
    for _ in 0..3 {
        world.clock.pass(19 * MINUTE);
        page = student.enters_second_password(&page, "Wrong7Harbor").await;
        assert_eq!(page.field_error("second_password"), "E-50");
    }
    world.clock.pass(3 * MINUTE);
    assert_eq!(student.enters_second_password(&page, SECOND_PASSWORD).await.id(), "timed-out");
}

#[tokio::test]
async fn a_restart_does_not_prolong_a_request_beyond_its_hour() {
    let world = World::start().await;
    let mut student = world.student().await;
    let mut page = student.reaches_second_password().await;
    for _ in 0..2 {
        world.clock.pass(25 * MINUTE);
        page = student.browser.click(&page, "back").await;
        page = student.types_university_password(&page).await;
        assert_eq!(page.id(), "second-password");
    }
    world.clock.pass(11 * MINUTE);
    let page = student.browser.click(&page, "back").await;
    assert_eq!(page.id(), "timed-out");
}

#[tokio::test]
async fn a_link_outlives_the_login_that_asked_for_it() {
    let world = World::with(Setup::default().set("limits.login.idle", "15m").set("limits.login.absolute", "30m")).await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    world.clock.pass(20 * MINUTE);
    assert_eq!(student.browser.press(&page, &[], "resend").await.id(), "timed-out");
    let landing = student.at_another_device().opens_the_link().await;
    assert_eq!(landing.id(), "confirm-link");
    assert_eq!(student.at_another_device().confirms(&landing).await.id(), "email-registered");
}

#[tokio::test]
async fn a_login_left_alone_too_long_begins_again_with_the_same_request() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    world.clock.pass(31 * MINUTE);
    let page = student.browser.reload(&page).await;
    assert_eq!(page.id(), "timed-out");
    let page = student.browser.click(&page, "sign-in").await;
    assert_eq!(page.id(), "sign-in");
    let page = student.types_university_password(&page).await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(page.parameter("state").as_deref(), Some("state-1"));
}

#[tokio::test]
async fn a_request_of_more_than_an_hour_leads_to_the_service_again() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    world.clock.pass(HOUR + MINUTE);
    let page = student.browser.reload(&page).await;
    assert_eq!(page.id(), "timed-out");
    let page = student.browser.click(&page, "sign-in").await;
    assert_eq!(page.url.as_str(), "https://rp.example/login?iss=https%3A%2F%2Fid.example.jp");
}

#[tokio::test]
async fn the_service_s_login_start_learns_whom_it_had_named_itself() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.begins_with(&[("login_hint", "s2025001 & co")]).await;
    let page = student.types_university_password(&page).await;
    world.clock.pass(HOUR + MINUTE);
    let page = student.browser.reload(&page).await;
    let page = student.browser.click(&page, "sign-in").await;
    let there = "https://rp.example/login?iss=https%3A%2F%2Fid.example.jp&login_hint=s2025001+%26+co";
    assert_eq!(page.url.as_str(), there);
}

#[tokio::test]
async fn a_session_ends_after_half_an_hour_without_a_use() {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    for _ in 0..3 {
        world.clock.pass(25 * MINUTE);
        assert!(student.begins().await.is_at_the_client(), "each use prolongs it");
    }
    world.clock.pass(30 * MINUTE);
    assert_eq!(student.begins().await.id(), "sign-in");
}

#[tokio::test]
async fn a_session_ends_after_eight_hours_in_any_case() {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    let begun = world.now();
    while world.now() < begun.plus(8 * HOUR).minus(20 * MINUTE) {
        world.clock.pass(20 * MINUTE);
        assert!(student.begins().await.is_at_the_client());
    }
    world.clock.set(begun.plus(8 * HOUR));
    assert_eq!(student.begins().await.id(), "sign-in");
}
