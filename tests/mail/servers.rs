//! Real mail servers on loopback, by SMTP: accepting, greylisting, refusing, hanging, slow (J-20).

use std::time::Duration;

use idp::demo::mailbox::Behaviour;
use tokio::net::TcpListener;

use super::told;
use crate::support::{
    World,
    clock::{MINUTE, SECOND},
    setup::Setup,
    student::SECOND_PASSWORD,
};

const LONG: Duration = Duration::from_secs(30);
const SHORT: Duration = Duration::from_millis(400);

fn with_key() -> Setup {
    Setup::default().set("policy.two_factor", "required")
}

#[tokio::test]
async fn a_mail_that_our_server_took_over_is_sent_and_not_called_delivered() {
    let (world, mailbox) = World::with_mail_server(Setup::default(), LONG).await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    assert_eq!(page.mail(), "queued");
    world.deliver_mail().await;
    let (page, state) = told(&mut student, &page).await;
    assert_eq!(state, "sent");
    assert!(page.text().contains("17:00"), "with its time: {}", page.text());
    assert_eq!(mailbox.messages(Some(&student.email)).len(), 1);
}

#[tokio::test]
async fn a_greylisting_server_is_told_as_a_delay_and_gets_the_mail_later() {
    let (world, mailbox) = World::with_mail_server(Setup::default(), LONG).await;
    mailbox.set_behaviour(Behaviour::Greylist);
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    world.deliver_mail().await;
    let (page, state) = told(&mut student, &page).await;
    assert_eq!(state, "delayed");
    assert!(mailbox.messages(None).is_empty());
    world.clock.pass(6 * SECOND);
    world.deliver_mail().await;
    assert_eq!(told(&mut student, &page).await.1, "sent");
    assert_eq!(mailbox.messages(Some(&student.email)).len(), 1);
}

#[tokio::test]
async fn a_refused_address_is_told_and_another_one_is_advised() {
    let (world, mailbox) = World::with_mail_server(Setup::default(), LONG).await;
    mailbox.set_behaviour(Behaviour::Refuse("5.1.1 no such user".into()));
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    world.deliver_mail().await;
    let (page, state) = told(&mut student, &page).await;
    assert_eq!(state, "refused");
    assert!(!page.body.contains("no such user"), "the server's words are for the help desk");
    let page = student.browser.press(&page, &[], "correct").await;
    assert!(page.text().contains("別のメールアドレスの登録をお勧めします"), "{}", page.text());
    mailbox.set_behaviour(Behaviour::Accept);
    let page = student.registers(&page, "other@mail.example").await;
    world.deliver_mail().await;
    assert_eq!(told(&mut student, &page).await.1, "sent");
}

#[tokio::test]
async fn a_server_that_hangs_is_e_66_and_the_mail_goes_when_it_is_back() {
    for behaviour in [Behaviour::Hang, Behaviour::HangAfterData, Behaviour::Drop] {
        let (world, mailbox) = World::with_mail_server(Setup::default(), SHORT).await;
        mailbox.set_behaviour(behaviour.clone());
        let mut student = world.newcomer();
        let page = student.asks_for_the_link().await;
        world.deliver_mail().await;
        let (page, state) = told(&mut student, &page).await;
        assert_eq!((state.as_str(), page.errors()), ("failed", vec!["E-66".to_owned()]), "{behaviour:?}");
        assert!(!page.text().contains("送信しました"), "{behaviour:?}: {}", page.text());
        mailbox.set_behaviour(Behaviour::Accept);
        world.clock.pass(MINUTE);
        for _ in 0..20 {
            // A loaded machine may need more than the short patience: then it is tried again.
            world.deliver_mail().await;
            if told(&mut student, &page).await.1 == "sent" {
                break;
            }
            world.clock.pass(MINUTE);
        }
        assert_eq!(told(&mut student, &page).await.1, "sent", "{behaviour:?}");
    }
}

#[tokio::test]
async fn a_server_that_never_says_hello_is_e_66() {
    // Connections are made by the system and never looked at.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut setup = with_key();
    setup.smtp = Some((listener.local_addr().unwrap().port(), SHORT));
    let world = World::with(setup).await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    world.deliver_mail().await;
    assert_eq!(told(&mut student, &page).await.1, "failed");
}

#[tokio::test]
async fn a_slow_server_is_waited_for() {
    let (world, mailbox) = World::with_mail_server(Setup::default(), LONG).await;
    mailbox.set_behaviour(Behaviour::Slow(Duration::from_millis(100)));
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    world.deliver_mail().await;
    assert_eq!(told(&mut student, &page).await.1, "sent");
}

#[tokio::test]
async fn an_address_that_refuses_a_key_is_marked_until_a_key_arrives_again() {
    let (world, mailbox) = World::with_mail_server(with_key(), LONG).await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    world.deliver_mail().await;
    let digits = |text: &str| crate::support::mailbox::Mail { subject: String::new(), text: text.to_owned() }.digits();
    let code = digits(&mailbox.messages(Some(&student.email))[0].text);
    student.browser.enter(&page, &[("code", &code)]).await;
    let page = student.passes_the_university().await;
    student.sets_second_password(&page, SECOND_PASSWORD, SECOND_PASSWORD).await;
    world.clock.pass(MINUTE);

    mailbox.set_behaviour(Behaviour::Refuse("5.2.1 mailbox disabled".into()));
    let page = student.reaches_auth_key().await;
    assert!(!page.text().contains("お届けできませんでした"));
    world.deliver_mail().await;
    let (page, state) = told(&mut student, &page).await;
    assert_eq!(state, "refused");
    assert!(page.text().contains("お届けできませんでした"), "{}", page.text());

    mailbox.set_behaviour(Behaviour::Accept);
    world.clock.pass(MINUTE);
    let page = student.reaches_auth_key().await;
    assert!(page.text().contains("お届けできませんでした"), "at the next login too");
    world.deliver_mail().await;
    let key = digits(&mailbox.messages(Some(&student.email))[0].text);
    assert!(student.enters_key(&page, &key).await.is_at_the_client());
    world.clock.pass(MINUTE);
    student.browser.forget_cookies();
    let page = student.reaches_auth_key().await;
    assert!(!page.text().contains("お届けできませんでした"), "whoever types the key has read the mail");
}

#[tokio::test]
async fn a_server_that_refuses_us_marks_nobody_s_address() {
    let (world, mailbox) = World::with_mail_server(with_key(), LONG).await;
    mailbox.set_behaviour(Behaviour::Refuse("5.7.1 relay access denied".into()));
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    world.deliver_mail().await;
    assert_eq!(told(&mut student, &page).await.1, "refused");
    assert!(world.whole_trail().await.iter().all(|row| row.event != "email.undeliverable"));
}
