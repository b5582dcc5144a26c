//! Fifty at once: exactly one wins, and no limit is exceeded (SR-23, SR-52).

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::support::{
    Page, Student, World,
    browser::Browser,
    page::Form,
    student::{SECOND_PASSWORD, wrong},
};

const RACERS: usize = 50;

/// Sends one form fifty times at once from copies of one browser; gives where each of them ended.
async fn race(student: &Student, form: &Form) -> Vec<Page> {
    let mut racers = JoinSet::new();
    for _ in 0..RACERS {
        let (mut browser, form) = (student.browser.clone(), form.clone());
        racers.spawn(async move {
            let answer = browser.send(Browser::call_of(&form)).await;
            browser.follow(answer).await
        });
    }
    racers.join_all().await
}

async fn count(world: &World, event: &str) -> usize {
    world.whole_trail().await.iter().filter(|row| row.event == event).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_code_is_redeemed_once() {
    let world = World::start().await;
    let mut student = world.student().await;
    let code = student.signs_in().await.code();
    let mut racers = JoinSet::new();
    for _ in 0..RACERS {
        let (service, code) = (world.service(), code.clone());
        racers.spawn(async move { service.redeem(&code).await });
    }
    let answers = racers.join_all().await;
    let won: Vec<_> = answers.iter().filter(|answer| answer.status() == 200).collect();
    assert_eq!(won.len(), 1);
    assert!(answers.iter().filter(|answer| answer.status() != 200).all(|answer| answer.error() == "invalid_grant"));
    let access = won[0].text("access_token");
    assert_eq!(world.service().userinfo(&access).await.status(), 401, "the reuse ended what the code gave");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_one_refresh_token_one_successor_lives() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.signs_in_for(&[("scope", "openid offline_access")]).await;
    let token = world.service().redeem(&page.code()).await.text("refresh_token");
    let mut racers = JoinSet::new();
    for _ in 0..RACERS {
        let (service, token) = (world.service(), token.clone());
        racers.spawn(async move { service.refresh(&token).await });
    }
    let answers = racers.join_all().await;
    let mut live = 0;
    for answer in answers.iter().filter(|answer| answer.status() == 200) {
        let active = world.service().introspect(&answer.text("refresh_token")).await.json()["active"] == true;
        live += usize::from(active);
    }
    assert_eq!(live, 1, "whoever was faster, one token is left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_right_key_finishes_one_login_once() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let page = student.reaches_auth_key().await;
    let form = page.form(&[("auth_key", &student.key().await)], None);
    let ends = race(&student, &form).await;
    assert_eq!(count(&world, "auth_key.proven").await, 1);
    assert_eq!(count(&world, "login.completed").await, 1);
    assert_eq!(ends.iter().filter(|page| page.parameter("code").is_some()).count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_wrong_keys_five_are_compared() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let page = student.reaches_auth_key().await;
    let key = student.key().await;
    race(&student, &page.form(&[("auth_key", &wrong(&key))], None)).await;
    assert_eq!(count(&world, "auth_key.failed").await, 5);
    assert_eq!(count(&world, "auth_key.invalidated").await, 1);
    assert_eq!(student.enters_key(&page, &key).await.message(), "auth-key-invalid");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_link_confirms_once() {
    let world = World::start().await;
    let mut student = world.newcomer();
    student.asks_for_the_link().await;
    let landing = student.opens_the_link().await;
    let ends = race(&student, &landing.form(&[], None)).await;
    assert_eq!(count(&world, "email.registered").await, 1);
    assert!(ends.iter().all(|page| page.id() == "email-registered"), "everybody sees what stands");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_right_short_code_confirms_once() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    let code = student.mail().await.digits();
    race(&student, &page.form(&[("code", &code)], None)).await;
    assert_eq!(count(&world, "email.registered").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_wrong_short_codes_five_are_compared() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    let mail = student.mail().await;
    race(&student, &page.form(&[("code", &wrong(&mail.digits()))], None)).await;
    let token = mail.link().rsplit_once('/').unwrap().1.to_owned();
    let key = idp::domain::secret::link_key(&token).unwrap();
    let url = world.flows().store.one_time_url(&key).await.unwrap().unwrap();
    assert_eq!(url.code_tries, 5);
    let page = student.browser.enter(&page, &[("code", &mail.digits())]).await;
    assert_eq!(page.field_error("code"), "E-68");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_wrong_second_passwords_no_more_than_three_are_compared_before_the_pause() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    race(&student, &page.form(&[("second_password", "Wrong7Harbor")], None)).await;
    let failed = count(&world, "second_password.failed").await;
    assert!((1..=3).contains(&failed), "{failed}");
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert!(failed < 3 || page.field_error("second_password") == "E-53", "{}", page.id());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_right_second_password_finishes_one_login_once() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    let ends = race(&student, &page.form(&[("second_password", SECOND_PASSWORD)], None)).await;
    assert_eq!(count(&world, "login.completed").await, 1);
    assert_eq!(ends.iter().filter(|page| page.parameter("code").is_some()).count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_wrong_university_passwords_five_are_compared() {
    let world: Arc<World> = World::start().await;
    let mut student = world.newcomer();
    let page = student.begins().await;
    race(&student, &page.form(&[("username", "s2025001"), ("password", "wrong")], None)).await;
    let failed = count(&world, "upstream.failed").await;
    assert!((1..=5).contains(&failed), "{failed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_presses_for_a_new_key_send_one() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let page = student.reaches_auth_key().await;
    let before = student.mails().await.len();
    world.clock.pass(crate::support::clock::MINUTE);
    race(&student, &page.form(&[], Some("reissue"))).await;
    assert_eq!(student.mails().await.len(), before + 1);
    assert_eq!(count(&world, "auth_key.reissued").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_first_visits_of_one_person_make_one_account() {
    let world = World::start().await;
    let mut racers = JoinSet::new();
    for _ in 0..16 {
        let mut student = world.newcomer();
        racers.spawn(async move { student.passes_the_university().await.id() });
    }
    racers.join_all().await;
    assert_eq!(count(&world, "account.created").await, 1);
    let accounts = world.flows().store.accounts_by_user_id(&world.tenant().id, "s2025001").await.unwrap();
    assert_eq!(accounts.len(), 1);
}
