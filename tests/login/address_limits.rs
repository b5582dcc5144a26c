//! How many confirmation mails there are, and when the next one may go (E-26, E-27).

use crate::support::{
    World,
    clock::{HOUR, MINUTE, SECOND},
    setup::Setup,
};

#[tokio::test]
async fn asking_again_too_soon_is_e_27_with_the_seconds() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    world.clock.pass(18 * SECOND);
    let page = student.browser.press(&page, &[], "resend").await;
    assert_eq!(page.errors(), ["E-27"]);
    assert!(page.text().contains("41秒"), "19 of 60 seconds have passed: {}", page.text());
    assert_eq!(student.mails().await.len(), 1);
}

#[tokio::test]
async fn a_mail_sent_again_kills_the_older_link_and_its_code() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    let old = student.mail().await;
    world.clock.pass(59 * SECOND);
    let page = student.browser.press(&page, &[], "resend").await;
    assert_eq!(page.id(), "email-sent");
    assert!(page.errors().is_empty() && page.text().contains("確認メールを再送しました"), "{}", page.text());
    let new = student.mail().await;
    assert_ne!(old.link(), new.link());

    let page = student.browser.enter(&page, &[("code", &old.digits())]).await;
    assert_eq!(page.field_error("code"), "E-67");
    assert_eq!(student.browser.open(&old.link()).await.error(), "E-32");
    let landing = student.browser.open(&new.link()).await;
    assert_eq!(student.confirms(&landing).await.id(), "email-registered");
}

#[tokio::test]
async fn the_sixth_mail_in_an_hour_is_e_26_with_the_time_and_counts_over_logins() {
    let world = World::start().await;
    let mut student = world.newcomer();
    for _ in 0..5 {
        let page = student.asks_for_the_link().await;
        assert_eq!(page.id(), "email-sent");
        world.deliver_mail().await;
        world.clock.pass(9 * MINUTE);
    }
    let page = student.asks_for_the_link().await;
    assert_eq!(page.id(), "register-email");
    assert_eq!(page.errors(), ["E-26"]);
    assert!(page.text().contains("18:00"), "an hour after the first one: {}", page.text());
    assert_eq!(student.mails().await.len(), 5);
    world.clock.pass(HOUR);
    assert_eq!(student.asks_for_the_link().await.id(), "email-sent");
}

#[tokio::test]
async fn sending_again_meets_the_same_limit() {
    let world = World::with(Setup::default().set("limits.one_time_url.max_per_account_hour", "1")).await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    world.clock.pass(MINUTE);
    let page = student.browser.press(&page, &[], "resend").await;
    assert_eq!(page.id(), "email-sent");
    assert_eq!(page.errors(), ["E-26"]);
}

#[tokio::test]
async fn the_day_s_limit_holds_when_the_hour_s_does_not() {
    let world = World::with(Setup::default().set("limits.one_time_url.max_per_account_day", "5")).await;
    let mut student = world.newcomer();
    for _ in 0..5 {
        assert_eq!(student.asks_for_the_link().await.id(), "email-sent");
        world.clock.pass(HOUR);
    }
    assert_eq!(student.asks_for_the_link().await.errors(), ["E-26"]);
    world.clock.pass(20 * HOUR);
    assert_eq!(student.asks_for_the_link().await.id(), "email-sent");
}

#[tokio::test]
async fn the_limit_survives_a_restart_of_the_server() {
    let world = World::with(Setup::default().set("limits.one_time_url.max_per_account_hour", "1")).await;
    let mut student = world.newcomer();
    student.asks_for_the_link().await;
    world.restart().await;
    assert_eq!(student.asks_for_the_link().await.errors(), ["E-26"]);
}
