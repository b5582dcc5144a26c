//! How many keys and how many tries there are (J-06 6.3; E-63 to E-65, E-70).

use super::auth_key::wrong_keys;
use crate::support::{
    Student, World,
    clock::{HOUR, MINUTE, SECOND},
    setup::Setup,
    world::events,
};

async fn warnings(student: &Student) -> usize {
    student.mails().await.iter().filter(|mail| mail.subject.contains("ログイン失敗のお知らせ")).count()
}

#[tokio::test]
async fn sr_25_a_new_key_too_soon_is_e_63_with_the_seconds() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let page = student.reaches_auth_key().await;
    let mails = student.mails().await.len();
    world.clock.pass(19 * SECOND);
    let page = student.asks_for_a_new_key(&page).await;
    assert_eq!(page.errors().first().map(String::as_str), Some("E-63"));
    assert!(page.text().contains("40秒"), "20 of 60 seconds have passed: {}", page.text());
    assert_eq!(student.mails().await.len(), mails);
    world.clock.pass(39 * SECOND);
    assert_eq!(student.asks_for_a_new_key(&page).await.message(), "auth-key-reissued", "after 60 seconds it goes");
}

#[tokio::test]
async fn the_sixth_key_of_a_login_is_e_64_and_tells_the_address_once() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let mut page = student.reaches_auth_key().await;
    for _ in 0..4 {
        world.clock.pass(MINUTE);
        page = student.asks_for_a_new_key(&page).await;
        assert_eq!(page.message(), "auth-key-reissued");
        page = student.browser.click(&page, "ok").await;
    }
    world.clock.pass(MINUTE);
    for _ in 0..2 {
        page = student.asks_for_a_new_key(&page).await;
        assert_eq!(page.errors(), ["E-64"]);
    }
    assert_eq!(warnings(&student).await, 1);
}

#[tokio::test]
async fn an_hour_later_the_address_is_told_again() {
    let setup = Setup::default().set("policy.two_factor", "required").set("limits.auth_key.max_per_login", "2");
    let world = World::with(setup).await;
    let mut student = world.student().await;
    for told in [1, 2] {
        let page = student.reaches_auth_key().await;
        world.clock.pass(MINUTE);
        let page = student.asks_for_a_new_key(&page).await;
        let page = student.browser.click(&page, "ok").await;
        world.clock.pass(MINUTE);
        assert_eq!(student.asks_for_a_new_key(&page).await.errors(), ["E-64"]);
        assert_eq!(warnings(&student).await, told);
        world.clock.pass(HOUR);
    }
}

#[tokio::test]
async fn sr_24_the_hour_s_cap_holds_over_logins_and_is_e_65_with_the_time() {
    let setup = Setup::default().set("policy.two_factor", "required").set("limits.auth_key.max_per_account_hour", "5");
    let world = World::with(setup).await;
    let mut student = world.student().await;
    let first_at = world.now();
    for _ in 0..5 {
        student.reaches_auth_key().await;
        world.clock.pass(MINUTE);
    }
    let mails = student.mails().await.len();
    let page = student.reaches_auth_key().await;
    assert_eq!(page.errors(), ["E-65"], "told on the page the press leads to");
    let _ = first_at;
    assert!(page.text().contains("18:0"), "an hour after the first key: {}", page.text());
    let page = student.asks_for_a_new_key(&page).await;
    assert_eq!(page.errors(), ["E-65"]);
    let keys = student.mails().await.iter().filter(|mail| mail.is_key()).count();
    assert_eq!((keys, warnings(&student).await), (5, 1), "no key, one warning: {mails} mails before");
    world.clock.pass(HOUR);
    student.reaches_auth_key().await;
    assert_eq!(student.mails().await.iter().filter(|mail| mail.is_key()).count(), 6);
}

#[tokio::test]
async fn the_day_s_cap_holds_when_the_hour_s_does_not() {
    let setup = Setup::default()
        .set("policy.two_factor", "required")
        .set("limits.auth_key.max_per_account_hour", "5")
        .set("limits.auth_key.max_per_account_day", "6");
    let world = World::with(setup).await;
    let mut student = world.student().await;
    for _ in 0..6 {
        assert!(student.reaches_auth_key().await.errors().is_empty());
        world.clock.pass(HOUR);
    }
    assert_eq!(student.reaches_auth_key().await.errors(), ["E-65"]);
}

#[tokio::test]
async fn a_restart_of_the_server_gives_no_tries_back() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let page = student.reaches_auth_key().await;
    let key = student.key().await;
    let page = wrong_keys(&mut student, page, &key, 4).await;
    world.restart().await;
    let page = wrong_keys(&mut student, page, &key, 1).await;
    assert_eq!(page.message(), "auth-key-invalid");
}

#[tokio::test]
async fn a_restart_of_the_server_gives_no_keys_back() {
    let setup = Setup::default().set("policy.two_factor", "required").set("limits.auth_key.max_per_login", "2");
    let world = World::with(setup).await;
    let mut student = world.student().await;
    let page = student.reaches_auth_key().await;
    world.restart().await;
    let page = student.asks_for_a_new_key(&page).await;
    assert_eq!(page.errors().first().map(String::as_str), Some("E-63"), "the pause holds");
    world.clock.pass(MINUTE);
    let page = student.asks_for_a_new_key(&page).await;
    let page = student.browser.click(&page, "ok").await;
    world.clock.pass(MINUTE);
    world.restart().await;
    assert_eq!(student.asks_for_a_new_key(&page).await.errors(), ["E-64"]);
}

#[tokio::test]
async fn a_live_key_still_works_after_a_restart_of_the_server() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let page = student.reaches_auth_key().await;
    let key = student.key().await;
    world.restart().await;
    assert!(student.enters_key(&page, &key).await.is_at_the_client());
}

#[tokio::test]
async fn too_many_wrong_keys_in_a_row_stop_the_keys_over_re_issues_and_logins() {
    let setup = Setup::default().set("policy.two_factor", "required").set("limits.auth_key.max_wrong_in_a_row", "20");
    let world = World::with(setup).await;
    let mut student = world.student().await;
    let mut last = String::new();
    for _ in 0..4 {
        let page = student.reaches_auth_key().await;
        let key = student.key().await;
        last = page.support_code();
        wrong_keys(&mut student, page, &key, 5).await;
        world.clock.pass(MINUTE);
    }
    let trail = world.trail(&last).await;
    assert!(events(&trail).contains(&"auth_key.locked"));
    let keys = student.mails().await.iter().filter(|mail| mail.is_key()).count();
    let page = student.reaches_auth_key().await;
    assert_eq!(page.errors(), ["E-70"]);
    world.clock.pass(24 * HOUR);
    let page = student.reaches_auth_key().await;
    assert_eq!(page.errors(), ["E-70"], "only the office ends it");
    assert_eq!(student.asks_for_a_new_key(&page).await.errors(), ["E-70"]);
    assert_eq!(student.mails().await.iter().filter(|mail| mail.is_key()).count(), keys);
}

#[tokio::test]
async fn the_limits_of_one_account_are_not_those_of_another() {
    let setup = Setup::default().set("policy.two_factor", "required").set("limits.auth_key.max_per_account_hour", "5");
    let world = World::with(setup).await;
    let mut student = world.student().await;
    for _ in 0..6 {
        student.reaches_auth_key().await;
        world.clock.pass(MINUTE);
    }
    let mut other = world.another_student().await;
    assert!(other.signs_in().await.is_at_the_client());
}
