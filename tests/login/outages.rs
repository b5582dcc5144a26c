//! Maintenance, a mail server and a store that are away (J-20; P-26, E-66, E-11).

use std::sync::Arc;

use idp::mail::memory::Answer;
use sea_orm::ConnectionTrait;

use super::reset::asks;
use crate::{
    account,
    support::{
        Page, Student, World,
        browser::Call,
        clock::{HOUR, MINUTE},
        setup::{ISSUER, Setup},
        student::SECOND_PASSWORD,
    },
};

const PLANNED: &str = "[maintenance]\nfrom = 2027-01-15T18:00:00+09:00\nuntil = 2027-01-15T20:00:00+09:00\nannounce_from = 2027-01-15T17:30:00+09:00";

async fn planned() -> Arc<World> {
    World::with(Setup::default().tenant(PLANNED)).await
}

#[tokio::test]
async fn during_maintenance_every_page_is_p_26_with_503() {
    let world = planned().await;
    let mut student = world.newcomer();
    let open = student.begins().await;
    world.clock.pass(HOUR);
    for url in [
        world.service().url(&[]),
        open.url.to_string(),
        format!("{ISSUER}/"),
        format!("{ISSUER}/link/x"),
        format!("{ISSUER}/logout"),
    ] {
        let page = student.browser.send(Call::get(&url)).await;
        assert_eq!((page.status.as_u16(), page.id().as_str()), (503, "maintenance"), "{url}");
        assert!(page.text().contains("18:00") && page.text().contains("20:00"), "{}", page.text());
    }
    let pressed = student.types_university_password(&open).await;
    assert_eq!(pressed.id(), "maintenance");
}

#[tokio::test]
async fn maintenance_ends_by_itself_and_is_announced_before() {
    let world = planned().await;
    let mut student = world.newcomer();
    assert!(!student.begins().await.text().contains("20:00"));
    world.clock.pass(31 * MINUTE);
    let page = student.begins().await;
    assert_eq!(page.id(), "sign-in");
    assert!(page.text().contains("18:00") && page.text().contains("20:00"), "{}", page.text());
    world.clock.pass(3 * HOUR);
    let page = student.begins().await;
    assert_eq!(page.id(), "sign-in");
    assert!(!page.text().contains("20:00"));
}

#[tokio::test]
async fn maintenance_of_one_tenant_closes_no_other() {
    let world = planned().await;
    world.clock.pass(HOUR);
    let mut service = world.service();
    service.issuer = "https://other.example.jp".into();
    assert_eq!(world.browser().open(&service.url(&[])).await.id(), "sign-in");
}

/// What the waiting page's script is told.
async fn mail_state(student: &mut Student, page: &Page) -> String {
    let url = page.url.as_str().rsplit_once('/').unwrap().0.to_owned() + "/status";
    let answer = student.browser.open(&url).await;
    let json: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    json["mail"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_mail_is_being_sent_until_the_server_took_it_over() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    assert_eq!(mail_state(&mut student, &page).await, "queued");
    world.deliver_mail().await;
    assert_eq!(mail_state(&mut student, &page).await, "sent");
    assert!(student.browser.reload(&page).await.text().contains("17:00"));
}

#[tokio::test]
async fn a_mail_server_that_is_away_is_e_66_until_it_is_back() {
    let world = World::start().await;
    world.post.answer(Answer::Away);
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    world.deliver_mail().await;
    let told = student.browser.reload(&page).await;
    assert_eq!(told.errors(), ["E-66"]);
    assert!(!told.text().contains("送信しました"), "nothing pretends that a mail was sent: {}", told.text());
    assert_eq!(mail_state(&mut student, &page).await, "failed");

    world.post.answer(Answer::Accept);
    world.clock.pass(10 * MINUTE);
    world.deliver_mail().await;
    let told = student.browser.reload(&page).await;
    assert!(told.errors().is_empty());
    assert_eq!(mail_state(&mut student, &page).await, "sent");
    let landing = student.opens_the_link().await;
    assert_eq!(landing.id(), "confirm-link");
}

#[tokio::test]
async fn at_the_key_page_too_a_mail_server_that_is_away_is_e_66() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    world.post.answer(Answer::Away);
    let page = student.reaches_auth_key().await;
    world.deliver_mail().await;
    let page = student.browser.reload(&page).await;
    assert_eq!(page.errors(), ["E-66"]);
    world.post.answer(Answer::Accept);
    world.clock.pass(MINUTE);
    let page = student.asks_for_a_new_key(&page).await;
    let page = student.browser.click(&page, "ok").await;
    let key = student.key().await;
    assert!(student.enters_key(&page, &key).await.is_at_the_client());
}

#[tokio::test]
async fn a_changed_address_s_mail_that_cannot_leave_is_e_66_and_a_reset_s_tells_nothing() {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    let page = account::opens(&mut student, "email").await;
    let mut stranger = world.browser();
    world.post.answer(Answer::Away);
    let waiting = student.registers(&page, "new@mail.example").await;
    let asked = asks(&mut stranger, &student.email).await;
    world.deliver_mail().await;
    assert_eq!(student.browser.reload(&waiting).await.errors(), ["E-66"]);
    let same = stranger.reload(&asked).await;
    assert_eq!((same.id(), same.text()), (asked.id(), asked.text()), "P-15 stays as it is");
    world.post.answer(Answer::Accept);
    world.clock.pass(5 * MINUTE);
    assert!(student.mail().await.subject.contains("第2パスワード再設定"), "and its mail goes when it can");
}

#[tokio::test]
async fn a_refused_mail_is_told_as_refused_and_another_address_can_be_given() {
    let world = World::start().await;
    world.post.answer(Answer::Refuse("550 no such user".into()));
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    world.deliver_mail().await;
    assert_eq!(mail_state(&mut student, &page).await, "refused");
    let told = student.browser.reload(&page).await;
    assert!(told.text().contains("受け取りを拒否"), "{}", told.text());
    assert!(!told.body.contains("no such user"), "the server's own words are for the help desk");
    world.post.answer(Answer::Accept);
    let page = student.browser.press(&told, &[], "correct").await;
    let page = student.registers(&page, "other@mail.example").await;
    world.deliver_mail().await;
    assert_eq!(mail_state(&mut student, &page).await, "sent");
}

#[tokio::test]
async fn a_delayed_mail_is_told_as_delayed_and_tried_again() {
    let world = World::start().await;
    world.post.answer(Answer::Defer("450 greylisted".into()));
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    world.deliver_mail().await;
    assert_eq!(mail_state(&mut student, &page).await, "delayed");
    world.post.answer(Answer::Accept);
    world.clock.pass(10 * MINUTE);
    world.deliver_mail().await;
    assert_eq!(mail_state(&mut student, &page).await, "sent");
}

#[tokio::test]
async fn sr_48_a_mail_that_nobody_needs_any_more_is_not_sent_late() {
    let world = World::start().await;
    world.post.answer(Answer::Away);
    let mut student = world.newcomer();
    student.asks_for_the_link().await;
    world.deliver_mail().await;
    world.post.answer(Answer::Accept);
    world.clock.pass(31 * MINUTE);
    assert!(student.mails().await.is_empty());
}

#[tokio::test]
async fn a_mail_that_was_replaced_before_it_left_is_not_sent() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let before = student.mails().await.len();
    let page = student.reaches_auth_key().await;
    world.clock.pass(MINUTE);
    student.asks_for_a_new_key(&page).await;
    let mails = student.mails().await;
    assert_eq!(mails.len(), before + 1, "only the key that works");
}

#[tokio::test]
async fn a_mail_waits_in_the_outbox_through_a_restart_of_the_server() {
    let world = World::start().await;
    let mut student = world.newcomer();
    student.asks_for_the_link().await;
    world.restart().await;
    assert_eq!(student.mails().await.len(), 1);
    assert_eq!(student.mails().await.len(), 1, "and is sent once");
}

/// A table is away, and with it whatever needs it.
async fn takes_away(world: &World, table: &str) {
    world.raw_database().await.execute_unprepared(&format!("ALTER TABLE {table} RENAME TO gone")).await.unwrap();
}

async fn brings_back(world: &World, table: &str) {
    world.raw_database().await.execute_unprepared(&format!("ALTER TABLE gone RENAME TO {table}")).await.unwrap();
}

fn is_the_house_s_fault(page: &Page) {
    assert_eq!((page.status.as_u16(), page.error().as_str()), (503, "E-11"), "{}", page.id());
    assert_eq!((page.header("retry-after"), page.language().as_str()), ("5", "ja"));
    assert!(page.has_link("back"), "a way on");
    let said = page.text().to_lowercase();
    assert!(!["sql", "table", "gone", "panic", "error"].iter().any(|word| said.contains(word)), "{said}");
}

#[tokio::test]
async fn a_store_that_is_away_is_e_11_and_afterwards_everything_goes_on() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    takes_away(&world, "login").await;
    is_the_house_s_fault(&student.browser.reload(&page).await);
    is_the_house_s_fault(&student.enters_second_password(&page, SECOND_PASSWORD).await);
    brings_back(&world, "login").await;
    assert!(student.enters_second_password(&page, SECOND_PASSWORD).await.is_at_the_client());
}

#[tokio::test]
async fn what_cannot_be_noted_in_the_trail_is_not_done() {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    let page = account::opens(&mut student, "two-factor").await;
    takes_away(&world, "audit_event").await;
    is_the_house_s_fault(&student.browser.press(&page, &[], "yes").await);
    brings_back(&world, "audit_event").await;
    let page = account::opens(&mut student, "two-factor").await;
    assert_eq!(page.message(), "enable-two-factor", "still off");
    assert_eq!(student.browser.press(&page, &[], "yes").await.message(), "two-factor-enabled");
}
