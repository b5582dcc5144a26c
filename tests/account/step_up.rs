//! P-19: the second password once more (J-07 7.0; SR-2, SR-5, SR-17).

use tokio::task::JoinSet;

use crate::support::{
    Student, World,
    browser::{Browser, Call},
    clock::{MINUTE, SECOND},
    setup::Setup,
    student::SECOND_PASSWORD,
    world::events,
};

use super::{RETURN_TO, address, opens};

const WRONG: &str = "Wrong7Harbor";

/// Signed in twenty minutes ago, at P-19.
async fn at_step_up() -> (std::sync::Arc<World>, Student, crate::support::Page) {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    world.clock.pass(20 * MINUTE);
    let page = opens(&mut student, "email/confirm").await;
    assert_eq!(page.id(), "confirm-second-password");
    (world, student, page)
}

#[tokio::test]
async fn the_right_one_renews_the_session_s_key_and_not_the_login_s_age() {
    let world = World::start().await;
    let mut student = world.student().await;
    let first = student.signs_in().await;
    let first = world.service().redeem(&first.code()).await.claims();
    world.clock.pass(20 * MINUTE);
    let page = opens(&mut student, "email/confirm").await;
    assert_eq!(page.link("back").as_str(), RETURN_TO);
    let before = student.browser.cookie_header("id.example.jp");
    student.enters_second_password(&page, SECOND_PASSWORD).await;
    let after = student.browser.cookie_header("id.example.jp");
    assert_ne!(before, after);

    let mut old = world.browser();
    let call = Call::get(&world.service().url(&[("prompt", "none")])).with("cookie", &before);
    let answer = old.send(call).await;
    assert!(answer.header("location").contains("login_required"), "the old key is dead");

    let second = student.begins().await;
    let second = world.service().redeem(&second.code()).await.claims();
    assert_eq!((&first["sid"], &first["auth_time"]), (&second["sid"], &second["auth_time"]), "SR-5");
    world.clock.pass(14 * MINUTE);
    let page = student.browser.open(&address("email/confirm", &[])).await;
    assert_ne!(page.id(), "confirm-second-password", "proven a moment ago");
    world.clock.pass(2 * MINUTE);
    assert_eq!(opens(&mut student, "email/confirm").await.id(), "confirm-second-password");
}

#[tokio::test]
async fn what_happens_there_is_in_the_login_s_trail() {
    let (world, mut student, page) = at_step_up().await;
    student.enters_second_password(&page, WRONG).await;
    world.clock.pass(SECOND);
    student.enters_second_password(&page, SECOND_PASSWORD).await;
    let trail = world.trail(&page.support_code()).await;
    assert_eq!(events(&trail)[3..], ["second_password.failed", "second_password.proven"]);
    assert!(trail.iter().all(|row| row.entry.client.as_deref() == Some("certificate-service")));
}

#[tokio::test]
async fn empty_wrong_and_too_early_are_said_at_the_field() {
    let (world, mut student, page) = at_step_up().await;
    let again = student.enters_second_password(&page, "").await;
    assert_eq!(
        (again.id().as_str(), again.field_error("second_password").as_str()),
        ("confirm-second-password", "E-49")
    );
    for _ in 0..3 {
        let again = student.enters_second_password(&page, WRONG).await;
        assert_eq!(again.field_error("second_password"), "E-50");
    }
    let again = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(again.field_error("second_password"), "E-53", "neither compared nor counted");
    world.clock.pass(5 * SECOND);
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_ne!(page.id(), "confirm-second-password");
}

#[tokio::test]
async fn the_tries_are_those_of_the_login() {
    let (world, mut student, page) = at_step_up().await;
    for _ in 0..3 {
        student.enters_second_password(&page, WRONG).await;
    }
    let mut phone = student.at_another_device();
    let mut there = phone.reaches_second_password().await;
    there = phone.enters_second_password(&there, SECOND_PASSWORD).await;
    assert_eq!(there.field_error("second_password"), "E-53", "the wait is the account's");
    for _ in 0..2 {
        world.clock.pass(20 * SECOND);
        there = phone.enters_second_password(&there, WRONG).await;
    }
    assert_eq!(there.id(), "locked", "the fifth, wherever the others were typed");
}

#[tokio::test]
async fn the_fifth_wrong_one_locks_and_ends_the_session() {
    let (world, mut student, page) = at_step_up().await;
    let mut last = page.clone();
    for _ in 0..5 {
        last = student.enters_second_password(&page, WRONG).await;
        world.clock.pass(20 * SECOND);
    }
    assert_eq!(last.id(), "locked");
    assert!(last.text().contains("15分"), "{}", last.text());
    assert!(!student.browser.has_session());
    assert!(student.mail().await.subject.contains("ログイン失敗"));
    let trail = world.trail(&page.support_code()).await;
    assert_eq!(
        events(&trail)[trail.len() - 3..],
        ["second_password.failed", "second_password.locked", "session.ended"]
    );
    let page = student.browser.click(&last, "sign-in").await;
    let page = student.types_university_password(&page).await;
    assert_eq!(page.id(), "locked", "the sign-in tells the same");
}

#[tokio::test]
async fn a_lock_that_came_from_elsewhere_is_told_and_leaves_the_session() {
    let (world, mut student, page) = at_step_up().await;
    let mut phone = student.at_another_device();
    let there = phone.reaches_second_password().await;
    for _ in 0..5 {
        phone.enters_second_password(&there, WRONG).await;
        world.clock.pass(20 * SECOND);
    }
    let locked = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(locked.id(), "locked", "right or wrong makes no difference");
    assert_eq!(student.browser.reload(&locked).await.id(), "locked");
    assert_eq!(locked.link("back").as_str(), RETURN_TO);
    assert!(student.browser.has_session());
    world.clock.pass(15 * MINUTE);
    student.browser.open(&address("", &[])).await;
    assert_eq!(student.browser.reload(&locked).await.id(), "confirm-second-password");
}

#[tokio::test]
async fn an_age_of_zero_always_asks() {
    let world = World::with(Setup::default().set("policy.step_up_age", "0s")).await;
    let mut student = world.student().await;
    student.signs_in().await;
    world.clock.pass(SECOND);
    assert_eq!(opens(&mut student, "email/confirm").await.id(), "confirm-second-password");
}

#[tokio::test]
async fn a_step_up_in_one_tab_leaves_the_other_tab_s_form_good() {
    let (world, mut student, page) = at_step_up().await;
    let other = opens(&mut student, "two-factor").await;
    student.enters_second_password(&page, SECOND_PASSWORD).await;
    world.clock.pass(SECOND);
    let page = student.browser.press(&other, &[], "yes").await;
    assert_eq!(page.message(), "two-factor-enabled");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_right_ones_at_once_one_raises_the_session() {
    let (world, student, page) = at_step_up().await;
    let form = page.form(&[("second_password", SECOND_PASSWORD)], None);
    let mut racers = JoinSet::new();
    for _ in 0..20 {
        let (mut browser, form) = (student.browser.clone(), form.clone());
        racers.spawn(async move { browser.send(Browser::call_of(&form)).await });
    }
    let answers = racers.join_all().await;
    assert!(answers.iter().all(|answer| matches!(answer.status.as_u16(), 303 | 503)));
    let raised = answers.iter().filter(|answer| answer.header("set-cookie").contains("-session="));
    assert_eq!(raised.count(), 1);
    let proven = world.trail(&page.support_code()).await;
    assert_eq!(
        proven.iter().filter(|row| row.event == "second_password.proven").count(),
        2,
        "the login's and one more"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_wrong_ones_at_once_no_more_than_three_are_compared_before_the_pause() {
    let (world, student, page) = at_step_up().await;
    let form = page.form(&[("second_password", WRONG)], None);
    let mut racers = JoinSet::new();
    for _ in 0..20 {
        let (mut browser, form) = (student.browser.clone(), form.clone());
        racers.spawn(async move { browser.send(Browser::call_of(&form)).await });
    }
    racers.join_all().await;
    let trail = world.trail(&page.support_code()).await;
    let failed = trail.iter().filter(|row| row.event == "second_password.failed").count();
    assert!((1..=3).contains(&failed), "{failed}");
}
