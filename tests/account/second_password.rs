//! P-13, D-02: a changed second password (J-08; SR-17, SR-18).

use std::sync::Arc;

use tokio::task::JoinSet;

use super::{RETURN_TO, address, opens};
use crate::support::{
    Page, Student, World,
    browser::Browser,
    clock::{MINUTE, SECOND},
    setup::Setup,
    student::SECOND_PASSWORD,
    world::events,
};

const NEW_PASSWORD: &str = "Indigo4Lantern";
const WRONG: &str = "Wrong7Harbor";

/// Signed in, at P-13.
async fn at_the_form() -> (Arc<World>, Student, Page) {
    at_the_form_of(World::start().await).await
}

async fn at_the_form_of(world: Arc<World>) -> (Arc<World>, Student, Page) {
    let mut student = world.student().await;
    student.signs_in().await;
    let page = opens(&mut student, "second-password").await;
    assert_eq!(page.id(), "change-second-password");
    (world, student, page)
}

async fn changes(student: &mut Student, page: &Page, present: &str, entry: &str) -> Page {
    changes_to(student, page, present, (entry, entry)).await
}

async fn changes_to(student: &mut Student, page: &Page, present: &str, typed: (&str, &str)) -> Page {
    let fields =
        [("current_second_password", present), ("second_password", typed.0), ("second_password_confirmation", typed.1)];
    student.browser.enter(page, &fields).await
}

#[tokio::test]
async fn a_change_goes_back_to_the_service_and_this_session_goes_on() {
    let (world, mut student, page) = at_the_form().await;
    assert_eq!(page.link("back").as_str(), RETURN_TO);
    assert!(page.text().contains("s2••••01"), "{}", page.text());
    let before = student.mails().await.len();
    let done = changes(&mut student, &page, SECOND_PASSWORD, NEW_PASSWORD).await;
    assert_eq!(done.message(), "second-password-changed");
    assert_eq!(done.link("ok").as_str(), RETURN_TO);
    assert_eq!(student.browser.reload(&done).await.message(), "second-password-changed");
    assert!(student.begins().await.is_at_the_client(), "signed in still");
    let mails = student.mails().await;
    assert_eq!(mails.len(), before + 1);
    assert!(mails[before].subject.contains("第2パスワード変更"), "{}", mails[before].subject);
    let trail = world.trail(&done.support_code()).await;
    assert_eq!(events(&trail)[events(&trail).len() - 2..], ["second_password.proven", "second_password.changed"]);
    assert!(!format!("{trail:?}").contains(NEW_PASSWORD));
    let mut phone = student.at_another_device();
    let page = phone.reaches_second_password().await;
    let page = phone.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(page.field_error("second_password"), "E-50");
    assert!(phone.enters_second_password(&page, NEW_PASSWORD).await.is_at_the_client());
}

#[tokio::test]
async fn the_other_sessions_end_with_their_tokens() {
    let (world, mut student, page) = at_the_form().await;
    let mut phone = student.at_another_device();
    let there = phone.signs_in_for(&[("scope", "openid offline_access")]).await;
    let tokens = world.service().redeem(&there.code()).await;
    let here = student.begins().await;
    let own = world.service().redeem(&here.code()).await;
    changes(&mut student, &page, SECOND_PASSWORD, NEW_PASSWORD).await;
    assert_eq!(world.service().userinfo(&tokens.text("access_token")).await.status(), 401);
    assert_eq!(world.service().refresh(&tokens.text("refresh_token")).await.error(), "invalid_grant");
    assert_eq!(phone.begins().await.id(), "sign-in");
    assert_eq!(world.service().userinfo(&own.text("access_token")).await.status(), 200);
}

#[tokio::test]
async fn open_reset_links_die() {
    let (world, mut student, page) = at_the_form().await;
    let mut stranger = world.browser();
    let forgot = stranger.open("https://id.example.jp/forgot-second-password").await;
    let email = student.email.clone();
    let sent = stranger.enter(&forgot, &[("email", &email)]).await;
    let mail = student.mail().await;
    changes(&mut student, &page, SECOND_PASSWORD, NEW_PASSWORD).await;
    assert_eq!(stranger.open(&mail.link()).await.error(), "E-32");
    assert_eq!(stranger.enter(&sent, &[("code", &mail.digits())]).await.field_error("code"), "E-67");
}

#[tokio::test]
async fn rules_are_told_at_their_fields_and_cost_no_try() {
    let (_, mut student, page) = at_the_form().await;
    for _ in 0..6 {
        let again = changes_to(&mut student, &page, SECOND_PASSWORD, ("abc", "abd")).await;
        assert_eq!(again.id(), "change-second-password");
        assert_eq!(again.field_error("second_password"), "E-40 E-41 E-43");
        assert_eq!(again.field_error("second_password_confirmation"), "E-46");
        assert_eq!(again.field_error("current_second_password"), "");
    }
    let again = changes(&mut student, &page, SECOND_PASSWORD, SECOND_PASSWORD).await;
    assert_eq!(again.field_error("second_password"), "E-47");
    let again = changes_to(&mut student, &page, "", ("", "")).await;
    assert_eq!(again.field_error("current_second_password"), "E-49");
    let again = changes(&mut student, &page, "", NEW_PASSWORD).await;
    assert_eq!(again.field_error("current_second_password"), "E-49");
    let done = changes(&mut student, &page, SECOND_PASSWORD, NEW_PASSWORD).await;
    assert_eq!(done.message(), "second-password-changed");
}

#[tokio::test]
async fn every_rule_of_a_second_password_holds_here_too() {
    let (_, mut student, page) = at_the_form().await;
    let long = format!("Violet7{}", "Harbor".repeat(21));
    for (entry, code) in [
        ("Violet7", "E-40"),
        ("violet7harbor", "E-41"),
        ("VIOLET7HARBOR", "E-42"),
        ("VioletHarbor", "E-43"),
        ("Violet7Harbor!", "E-44"),
        ("Violet7Harborｘ", "E-45"),
        ("xXS2025001", "E-48"),
        (&long, "E-52"),
    ] {
        let again = changes(&mut student, &page, SECOND_PASSWORD, entry).await;
        let told = (again.id(), again.field_error("second_password"));
        assert_eq!(told, ("change-second-password".to_owned(), code.to_owned()), "{entry}");
    }
}

#[tokio::test]
async fn a_wrong_present_one_is_e_51_and_counts_with_those_of_the_login() {
    let (world, mut student, page) = at_the_form().await;
    for _ in 0..3 {
        let again = changes(&mut student, &page, WRONG, NEW_PASSWORD).await;
        assert_eq!(again.field_error("current_second_password"), "E-51");
    }
    let again = changes(&mut student, &page, SECOND_PASSWORD, NEW_PASSWORD).await;
    assert_eq!(again.field_error("current_second_password"), "E-53");
    world.clock.pass(20 * SECOND);
    let mut phone = student.at_another_device();
    let there = phone.reaches_second_password().await;
    phone.enters_second_password(&there, WRONG).await;
    world.clock.pass(20 * SECOND);
    let last = changes(&mut student, &page, WRONG, NEW_PASSWORD).await;
    assert_eq!(last.id(), "locked", "the fifth, wherever the others were typed");
    assert!(!student.browser.has_session(), "this session has ended");
    assert_eq!(student.browser.click(&last, "forgot").await.id(), "forgot-second-password");
    assert!(student.mail().await.subject.contains("失敗"), "M-09");
    assert_eq!(student.begins().await.id(), "sign-in");
}

#[tokio::test]
async fn while_locked_elsewhere_the_page_is_p_25_with_a_way_back() {
    let (world, mut student, page) = at_the_form().await;
    let mut phone = student.at_another_device();
    let mut there = phone.reaches_second_password().await;
    for _ in 0..5 {
        world.clock.pass(20 * SECOND);
        there = phone.enters_second_password(&there, WRONG).await;
    }
    let locked = changes(&mut student, &page, SECOND_PASSWORD, NEW_PASSWORD).await;
    assert_eq!(locked.id(), "locked", "right or wrong makes no difference");
    assert!(student.browser.has_session());
    assert_eq!(locked.link("back").as_str(), RETURN_TO);
    assert_eq!(student.browser.click(&locked, "forgot").await.id(), "forgot-second-password");
    world.clock.pass(15 * MINUTE);
    let page = opens(&mut student, "second-password").await;
    let done = changes(&mut student, &page, SECOND_PASSWORD, NEW_PASSWORD).await;
    assert_eq!(done.message(), "second-password-changed");
}

#[tokio::test]
async fn no_step_up_is_asked_for_the_present_one_stands_in_the_form() {
    let (world, mut student, _) = at_the_form().await;
    world.clock.pass(25 * MINUTE);
    let page = opens(&mut student, "second-password").await;
    assert_eq!(page.id(), "change-second-password");
    let done = changes(&mut student, &page, SECOND_PASSWORD, NEW_PASSWORD).await;
    assert_eq!(done.message(), "second-password-changed");
}

#[tokio::test]
async fn without_a_session_the_login_comes_first() {
    let world = World::start().await;
    let mut student = world.student().await;
    assert_eq!(opens(&mut student, "second-password").await.id(), "sign-in");
    assert_eq!(student.signs_in_at(&address("second-password", &[])).await.id(), "change-second-password");
}

#[tokio::test]
async fn back_after_ok_finds_an_empty_form_that_does_nothing_by_itself() {
    let (world, mut student, page) = at_the_form().await;
    let done = changes(&mut student, &page, SECOND_PASSWORD, NEW_PASSWORD).await;
    assert_eq!(student.browser.click(&done, "ok").await.url.as_str(), RETURN_TO);
    student.browser.reload(&done).await;
    let form = student.browser.reload(&page).await;
    assert_eq!((form.id().as_str(), form.errors().len()), ("change-second-password", 0));
    for name in ["current_second_password", "second_password", "second_password_confirmation"] {
        assert_eq!(form.value(name).unwrap_or_default(), "", "{name}");
    }
    let again = changes(&mut student, &page, SECOND_PASSWORD, NEW_PASSWORD).await;
    assert_eq!(again.id(), "change-second-password");
    let changed = world.whole_trail().await.iter().filter(|row| row.event == "second_password.changed").count();
    assert_eq!(changed, 1);
}

#[tokio::test]
async fn without_a_change_there_is_no_word_of_one() {
    let (_, mut student, _) = at_the_form().await;
    assert_eq!(opens(&mut student, "second-password/changed").await.id(), "change-second-password");
}

#[tokio::test]
async fn a_tenant_without_second_passwords_has_no_such_page() {
    let world = World::with(Setup::default().set("policy.second_password.use", "off")).await;
    let page = world.browser().open("https://id.example.jp/account/second-password").await;
    assert_eq!((page.status.as_u16(), page.error().as_str()), (404, "E-12"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn pressed_by_many_at_once_it_changes_once() {
    let (world, student, page) = at_the_form().await;
    let fields = [
        ("current_second_password", SECOND_PASSWORD),
        ("second_password", NEW_PASSWORD),
        ("second_password_confirmation", NEW_PASSWORD),
    ];
    let form = page.form(&fields, None);
    let before = student.mails().await.len();
    let mut racers = JoinSet::new();
    // Not more than find a hand for their hashes within its two seconds on a slow machine.
    for _ in 0..4 {
        let (mut browser, form) = (student.browser.clone(), form.clone());
        racers.spawn(async move { browser.send(Browser::call_of(&form)).await.status.as_u16() });
    }
    racers.join_all().await;
    let changed = world.whole_trail().await.iter().filter(|row| row.event == "second_password.changed").count();
    assert_eq!(changed, 1);
    assert_eq!(student.mails().await.len(), before + 1);
}
