//! Resets under many hands at once: one link changes once, five codes are compared, a source keeps to its limit (J-09).

use std::sync::Arc;

use tokio::task::JoinSet;

use super::{
    reset::{FORGOT, asks},
    reset_link::a_link,
};
use crate::support::{
    World,
    browser::{Browser, Call},
    setup::Setup,
};

const RACERS: usize = 16;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_workers_one_answers_a_request() {
    let world = World::start().await;
    let student = world.student().await;
    let before = student.mails().await.len();
    asks(&mut world.browser(), &student.email).await;
    let tenants = Arc::new(world.configuration().tenants);
    let mut workers = JoinSet::new();
    for _ in 0..RACERS {
        let (flows, tenants) = (world.flows(), Arc::clone(&tenants));
        workers.spawn(async move { flows.answer_reset_requests(&tenants).await.unwrap() });
    }
    workers.join_all().await;
    assert_eq!(student.mails().await.len(), before + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn pressed_by_many_at_once_it_changes_once() {
    let world = World::start().await;
    let student = world.student().await;
    let link = a_link(&world, &student).await;
    let before = student.mails().await.len();
    let mut racers = JoinSet::new();
    for number in 0..RACERS {
        let (mut browser, link) = (world.browser(), link.clone());
        racers.spawn(async move {
            let entry = format!("Indigo4Lantern{number}");
            let typed = [("second_password", entry.as_str()), ("second_password_confirmation", entry.as_str())];
            let answer = browser.send(Call::form(&link, &typed)).await;
            browser.follow(answer).await
        });
    }
    let ends = racers.join_all().await;
    let changed = world.whole_trail().await.iter().filter(|row| row.event == "second_password.reset").count();
    assert_eq!(changed, 1);
    assert_eq!(student.mails().await.len(), before + 1, "one notice");
    for page in ends {
        assert!(page.message() == "second-password-changed" || page.status == 503, "{}", page.id());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_wrong_codes_at_once_five_are_compared() {
    let world = World::start().await;
    let student = world.student().await;
    for email in [student.email.as_str(), "nobody@mail.example"] {
        let mut browser = world.browser();
        let page = asks(&mut browser, email).await;
        let digits = student.mail().await.digits();
        let form = page.form(&[("code", &crate::support::student::wrong(&digits))], None);
        let mut racers = JoinSet::new();
        for _ in 0..RACERS {
            let (mut browser, form) = (browser.clone(), form.clone());
            racers.spawn(async move {
                let answer = browser.send(Browser::call_of(&form)).await;
                browser.follow(answer).await.field_error("code")
            });
        }
        let ends = racers.join_all().await;
        assert_eq!(ends.iter().filter(|code| *code == "E-67").count(), 4, "{email}: {ends:?}");
        assert_eq!(ends.iter().filter(|code| *code == "E-68").count(), RACERS - 4);
        assert_eq!(browser.enter(&page, &[("code", &digits)]).await.field_error("code"), "E-68");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_requests_at_once_keep_to_the_limit_of_a_source() {
    let world = World::with(Setup::default().set("limits.reset.max_per_source_hour", "5")).await;
    let mut racers = JoinSet::new();
    for _ in 0..RACERS {
        let mut browser = world.browser();
        racers.spawn(async move {
            let page = browser.open(FORGOT).await;
            let answer = browser.send(Browser::call_of(&page.form(&[("email", "nobody@mail.example")], None))).await;
            browser.follow(answer).await.id()
        });
    }
    let ends = racers.join_all().await;
    assert_eq!(ends.iter().filter(|id| *id == "reset-email-sent").count(), 5, "{ends:?}");
}
