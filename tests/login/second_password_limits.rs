//! Wrong second passwords: waits, the lock, its end (J-04 4.1, 4.2; E-53, P-25, M-09).

use crate::support::{
    Page, Student, World,
    clock::{HOUR, MINUTE, SECOND},
    setup::Setup,
    student::SECOND_PASSWORD,
    world::events,
};

const WRONG: &str = "Wrong7Harbor";

/// Enters wrong ones, each after every wait.
async fn wrong_ones(student: &mut Student, mut page: Page, count: usize) -> Page {
    for _ in 0..count {
        student.world.clock.pass(20 * SECOND);
        page = student.enters_second_password(&page, WRONG).await;
    }
    page
}

async fn locked() -> (std::sync::Arc<World>, Student, Page) {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    let page = wrong_ones(&mut student, page, 5).await;
    (world, student, page)
}

#[tokio::test]
async fn after_the_third_wrong_one_the_next_waits_five_seconds() {
    let world = World::start().await;
    let mut student = world.student().await;
    let mut page = student.reaches_second_password().await;
    for _ in 0..3 {
        page = student.enters_second_password(&page, WRONG).await;
        assert_eq!(page.field_error("second_password"), "E-50");
    }
    page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(page.field_error("second_password"), "E-53", "the right one is not compared either");
    assert!(page.text().contains("4秒"), "{}", page.text());
    world.clock.pass(3 * SECOND);
    assert!(student.enters_second_password(&page, SECOND_PASSWORD).await.is_at_the_client());
}

#[tokio::test]
async fn after_the_fourth_the_next_waits_fifteen_seconds() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    let page = wrong_ones(&mut student, page, 4).await;
    let page = student.enters_second_password(&page, WRONG).await;
    assert_eq!(page.field_error("second_password"), "E-53");
    assert!(page.text().contains("14秒"), "{}", page.text());
    world.clock.pass(13 * SECOND);
    let page = student.enters_second_password(&page, WRONG).await;
    assert_eq!(page.id(), "locked", "what came too early was not counted: this is the fifth");
}

#[tokio::test]
async fn the_wait_holds_in_another_tab_too() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    wrong_ones(&mut student, page, 3).await;
    let mut other = student.at_another_device();
    let page = other.reaches_second_password().await;
    let page = other.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(page.field_error("second_password"), "E-53");
}

#[tokio::test]
async fn sr_17_the_fifth_wrong_one_locks_for_fifteen_minutes_and_says_so() {
    let (world, mut student, page) = locked().await;
    assert_eq!(page.id(), "locked");
    assert!(page.text().contains("15分"), "{}", page.text());
    let trail = world.trail(&page.support_code()).await;
    assert_eq!(events(&trail).iter().filter(|event| **event == "second_password.failed").count(), 5);
    assert_eq!(events(&trail).last(), Some(&"second_password.locked"));
    world.clock.pass(6 * MINUTE);
    assert!(student.browser.reload(&page).await.text().contains("9分"), "the minutes that are left");
}

#[tokio::test]
async fn while_locked_right_and_wrong_make_no_difference() {
    let (world, mut student, _) = locked().await;
    let rows = world.whole_trail().await.len();
    let mut other = student.at_another_device();
    assert_eq!(other.passes_the_university().await.id(), "locked", "another browser finds the same lock");
    for entry in [SECOND_PASSWORD, WRONG] {
        let page = student.passes_the_university().await;
        assert_eq!(page.id(), "locked");
        let call = crate::support::browser::Call::form(
            &page.url.as_str().replace("locked", "second-password"),
            &[("second_password", entry)],
        );
        let answer = student.browser.send(call).await;
        assert_eq!(answer.status, 400, "{entry}: without its form nothing is taken at all");
    }
    let trail = world.whole_trail().await;
    assert!(events(&trail[rows..]).iter().all(|event| *event == "login.university_proven"));
}

#[tokio::test]
async fn a_form_that_was_open_before_the_lock_does_not_get_around_it() {
    let world = World::start().await;
    let mut student = world.student().await;
    let open = student.reaches_second_password().await;
    let mut other = student.at_another_device();
    let page = other.reaches_second_password().await;
    wrong_ones(&mut other, page, 5).await;
    assert_eq!(student.enters_second_password(&open, SECOND_PASSWORD).await.id(), "locked");
}

#[tokio::test]
async fn when_the_lock_is_over_the_right_one_gets_through() {
    let (world, mut student, page) = locked().await;
    world.clock.pass(15 * MINUTE);
    let page = student.browser.click(&page, "sign-in").await;
    let page = student.types_university_password(&page).await;
    assert_eq!(page.id(), "second-password");
    assert!(student.enters_second_password(&page, SECOND_PASSWORD).await.is_at_the_client());
}

#[tokio::test]
async fn sr_27_a_lock_tells_the_address_at_most_once_an_hour() {
    let (world, mut student, _) = locked().await;
    let warnings = async |student: &Student| {
        student.mails().await.iter().filter(|mail| mail.subject.contains("ログイン失敗のお知らせ")).count()
    };
    assert_eq!(warnings(&student).await, 1);
    world.clock.pass(15 * MINUTE);
    let page = student.reaches_second_password().await;
    assert_eq!(wrong_ones(&mut student, page, 5).await.id(), "locked");
    assert_eq!(warnings(&student).await, 1, "within the hour no second one");
    world.clock.pass(HOUR);
    let page = student.reaches_second_password().await;
    assert_eq!(wrong_ones(&mut student, page, 5).await.id(), "locked");
    assert_eq!(warnings(&student).await, 2);
}

#[tokio::test]
async fn success_clears_the_count() {
    let world = World::start().await;
    let mut student = world.student().await;
    for _ in 0..3 {
        let page = student.reaches_second_password().await;
        let page = wrong_ones(&mut student, page, 4).await;
        world.clock.pass(20 * SECOND);
        assert!(student.enters_second_password(&page, SECOND_PASSWORD).await.is_at_the_client());
        student.browser.forget_cookies();
    }
}

#[tokio::test]
async fn it_does_so_where_the_key_is_still_to_come() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    for _ in 0..2 {
        let page = student.reaches_second_password().await;
        let page = wrong_ones(&mut student, page, 4).await;
        world.clock.pass(20 * SECOND);
        assert_eq!(student.enters_second_password(&page, SECOND_PASSWORD).await.id(), "auth-key");
    }
}

#[tokio::test]
async fn a_restart_of_the_server_forgives_nothing() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    let page = wrong_ones(&mut student, page, 4).await;
    world.restart().await;
    let page = wrong_ones(&mut student, page, 1).await;
    assert_eq!(page.id(), "locked");
    world.restart().await;
    assert_eq!(student.passes_the_university().await.id(), "locked");
}

#[tokio::test]
async fn too_many_in_a_row_lock_until_somebody_ends_it() {
    let setup = Setup::default().set("limits.second_password.max_wrong_in_a_row", "20");
    let world = World::with(setup).await;
    let mut student = world.student().await;
    for _ in 0..4 {
        let page = student.reaches_second_password().await;
        assert_eq!(wrong_ones(&mut student, page, 5).await.id(), "locked");
        world.clock.pass(20 * MINUTE);
    }
    world.clock.pass(24 * HOUR);
    let page = student.passes_the_university().await;
    assert_eq!(page.id(), "locked");
    assert!(!page.text().contains("分"), "no time is promised: {}", page.text());
}

#[tokio::test]
async fn one_account_s_lock_is_no_other_s() {
    let (world, _, _) = locked().await;
    let mut other = world.another_student().await;
    assert!(other.signs_in().await.is_at_the_client());
}
