//! P-15: the short code of a forgotten second password, right, wrong, old and of somebody else (J-09 9.2).

use super::{
    reset::asks,
    reset_link::{NEW_PASSWORD, changes},
};
use crate::support::{World, clock::MINUTE, student::wrong};

#[tokio::test]
async fn the_short_code_leads_to_the_form_without_the_link() {
    let world = World::start().await;
    let mut student = world.student().await;
    let mut browser = world.browser();
    let sent = asks(&mut browser, &student.email).await;
    let digits = student.mail().await.digits();
    let page = browser.enter(&sent, &[("code", &format!(" {digits} "))]).await;
    assert_eq!(page.id(), "reset-second-password");
    assert_eq!(changes(&mut browser, &page, NEW_PASSWORD).await.message(), "second-password-changed");
    let page = student.reaches_second_password().await;
    assert!(student.enters_second_password(&page, NEW_PASSWORD).await.is_at_the_client());
    assert_eq!(student.browser.open(&student.mails().await.iter().rev().nth(1).unwrap().link()).await.error(), "E-32");
}

#[tokio::test]
async fn five_wrong_codes_end_the_code_alike_for_known_and_unknown_and_leave_the_link() {
    let world = World::start().await;
    let student = world.student().await;
    let (mut known, mut unknown) = (world.browser(), world.browser());
    let mut pages = [asks(&mut known, &student.email).await, asks(&mut unknown, "nobody@mail.example").await];
    let mail = student.mail().await;
    for expected in ["E-67", "E-67", "E-67", "E-67", "E-68", "E-68"] {
        let [one, other] = &pages;
        let one = known.enter(one, &[("code", &wrong(&mail.digits()))]).await;
        let other = unknown.enter(other, &[("code", &wrong(&mail.digits()))]).await;
        assert_eq!((one.field_error("code").as_str(), other.field_error("code").as_str()), (expected, expected));
        pages = [one, other];
    }
    let page = known.enter(&pages[0], &[("code", &mail.digits())]).await;
    assert_eq!(page.field_error("code"), "E-68", "the right one is too late");
    assert_eq!(known.open(&mail.link()).await.id(), "reset-second-password");
}

#[tokio::test]
async fn a_code_before_anybody_has_looked_is_wrong_and_counts() {
    let world = World::start().await;
    let student = world.student().await;
    let mut browser = world.browser();
    let page = asks(&mut browser, &student.email).await;
    let page = browser.enter(&page, &[("code", "123456")]).await;
    assert_eq!(page.field_error("code"), "E-67");
    let digits = student.mail().await.digits();
    let mut page = browser.enter(&page, &[("code", &wrong(&digits))]).await;
    for _ in 0..3 {
        page = browser.enter(&page, &[("code", &wrong(&digits))]).await;
    }
    assert_eq!(page.field_error("code"), "E-68");
}

#[tokio::test]
async fn what_is_no_code_is_wrong_and_costs_nothing() {
    let world = World::start().await;
    let student = world.student().await;
    let mut browser = world.browser();
    let mut page = asks(&mut browser, &student.email).await;
    for typed in ["", "12345", "1234567", "abcdef", "", "1", "2"] {
        page = browser.enter(&page, &[("code", typed)]).await;
        assert_eq!(page.field_error("code"), "E-67", "{typed}");
    }
    let digits = student.mail().await.digits();
    assert_eq!(browser.enter(&page, &[("code", &digits)]).await.id(), "reset-second-password");
}

#[tokio::test]
async fn an_old_code_is_e_69_alike_for_known_and_unknown() {
    let world = World::start().await;
    let student = world.student().await;
    for email in [student.email.as_str(), "nobody@mail.example"] {
        let mut browser = world.browser();
        let page = asks(&mut browser, email).await;
        world.deliver_mail().await;
        let mails = student.mails().await;
        world.clock.pass(30 * MINUTE);
        let page = browser.enter(&page, &[("code", &mails.last().unwrap().digits())]).await;
        assert_eq!(page.field_error("code"), "E-69", "{email}");
    }
}

#[tokio::test]
async fn a_code_of_another_request_is_wrong_here() {
    let world = World::start().await;
    let student = world.student().await;
    let (mut one, mut two) = (world.browser(), world.browser());
    let first = asks(&mut one, &student.email).await;
    let old = student.mail().await;
    let second = asks(&mut two, &student.email).await;
    let new = student.mail().await;
    assert_eq!(two.enter(&second, &[("code", &old.digits())]).await.field_error("code"), "E-67");
    assert_eq!(
        one.enter(&first, &[("code", &old.digits())]).await.field_error("code"),
        "E-67",
        "a newer mail was sent"
    );
    assert_eq!(two.enter(&second, &[("code", &new.digits())]).await.id(), "reset-second-password");
    assert_eq!(one.open(&old.link()).await.error(), "E-32");
}
