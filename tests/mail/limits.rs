//! One mailbox has the limits of one account, however many accounts have it (SR-25).

use crate::support::{
    Student, World,
    clock::{HOUR, MINUTE},
    setup::Setup,
    student::SECOND_PASSWORD,
};

const SHARED: &str = "shared@mail.example";

/// Two students with one address (journeys D8).
async fn two_with_one_address(world: &std::sync::Arc<World>) -> (Student, Student) {
    let mut first = world.newcomer();
    let mut second = world.person("s2025002", "university-2");
    first.email = SHARED.into();
    second.email = SHARED.into();
    first.sets_everything_up().await;
    second.sets_everything_up().await;
    (first, second)
}

#[tokio::test]
async fn keys_to_one_address_are_counted_over_its_accounts() {
    let setup = Setup::default().set("policy.two_factor", "required").set("limits.auth_key.max_per_account_hour", "5");
    let world = World::with(setup).await;
    let (mut first, mut second) = two_with_one_address(&world).await;
    for _ in 0..3 {
        assert!(first.reaches_auth_key().await.errors().is_empty());
        world.clock.pass(MINUTE);
    }
    for _ in 0..2 {
        assert!(second.reaches_auth_key().await.errors().is_empty());
        world.clock.pass(MINUTE);
    }
    assert_eq!(second.reaches_auth_key().await.errors(), ["E-65"], "five went to this mailbox");
    assert_eq!(first.reaches_auth_key().await.errors(), ["E-65"]);
    let keys = first.mails().await.iter().filter(|mail| mail.is_key()).count();
    assert_eq!(keys, 5);
    world.clock.pass(HOUR);
    assert!(first.reaches_auth_key().await.errors().is_empty());
}

#[tokio::test]
async fn another_address_is_not_concerned() {
    let setup = Setup::default().set("policy.two_factor", "required").set("limits.auth_key.max_per_account_hour", "5");
    let world = World::with(setup).await;
    let mut first = world.student().await;
    let mut second = world.another_student().await;
    for _ in 0..5 {
        first.reaches_auth_key().await;
        world.clock.pass(MINUTE);
    }
    assert_eq!(first.reaches_auth_key().await.errors(), ["E-65"]);
    assert!(second.reaches_auth_key().await.errors().is_empty());
}

#[tokio::test]
async fn keys_asked_for_at_the_same_time_are_not_more_than_the_limit() {
    let setup = Setup::default().set("policy.two_factor", "required").set("limits.auth_key.max_per_account_hour", "5");
    let world = World::with(setup).await;
    let (first, second) = two_with_one_address(&world).await;
    let mut racing = Vec::new();
    for mut student in (0..4).flat_map(|_| [first.at_another_device(), second.at_another_device()]) {
        let page = student.reaches_second_password().await;
        racing.push(async move { student.enters_second_password(&page, SECOND_PASSWORD).await });
    }
    // A slow machine may turn some away (503): none of them gets a key too many.
    for reached in racing.into_iter().map(tokio::spawn).collect::<Vec<_>>() {
        reached.await.unwrap();
    }
    let keys = first.mails().await.iter().filter(|mail| mail.is_key()).count();
    assert!((1..=5).contains(&keys), "{keys} keys");
}

#[tokio::test]
async fn confirmation_mails_to_one_address_have_the_day_s_limit_whoever_asks() {
    let world = World::with(Setup::default().set("limits.one_time_url.max_per_account_day", "5")).await;
    let mut first = world.newcomer();
    let mut second = world.person("s2025002", "university-2");
    first.email = SHARED.into();
    second.email = SHARED.into();
    for _ in 0..3 {
        assert_eq!(first.asks_for_the_link().await.id(), "email-sent");
        world.clock.pass(MINUTE);
    }
    for _ in 0..2 {
        assert_eq!(second.asks_for_the_link().await.id(), "email-sent");
        world.clock.pass(MINUTE);
    }
    let page = second.asks_for_the_link().await;
    assert_eq!((page.id().as_str(), page.errors()), ("register-email", vec!["E-26".to_owned()]));
    second.email = "own@mail.example".into();
    assert_eq!(second.asks_for_the_link().await.id(), "email-sent", "an address of its own is free");
}
