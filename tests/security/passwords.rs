//! The second password: what is taken, how it is kept, and that guessing or flooding gets nobody further (SR-13 to SR-16, SR-18).

use sea_orm::{ConnectionTrait, Statement};
use tokio::task::JoinSet;

use crate::{
    account,
    support::{Page, Student, World, browser::Browser, setup::Setup, student::SECOND_PASSWORD},
};

/// At P-06.
async fn sets(student: &mut Student) -> Page {
    let page = student.asks_for_the_link().await;
    let code = student.mail().await.digits();
    student.browser.enter(&page, &[("code", &code)]).await;
    let page = student.passes_the_university().await;
    assert_eq!(page.id(), "set-second-password");
    page
}

/// No word, no row of keys, all three kinds.
fn of_length(length: usize) -> String {
    let text: String =
        (0..length).map(|index| ["q", "T", "7", "m", "Z", "3", "x", "B", "9", "r", "W"][index * 5 % 11]).collect();
    text
}

#[tokio::test]
async fn sr_13_eight_to_128_characters_are_taken_and_none_is_cut_off() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = sets(&mut student).await;
    for (length, error) in [(7, "E-40"), (129, "E-52"), (1000, "E-52")] {
        let entry = of_length(length);
        let page = student.sets_second_password(&page, &entry, &entry).await;
        assert_eq!(page.field_error("second_password"), error, "{length}");
    }
    let longest = of_length(128);
    assert_eq!(student.sets_second_password(&page, &longest, &longest).await.message(), "second-password-set");
    let page = student.reaches_second_password().await;
    for shorter in [127, 72] {
        let page = student.enters_second_password(&page, &longest[..shorter]).await;
        assert_eq!(page.field_error("second_password"), "E-50", "{shorter}");
    }
    assert!(student.enters_second_password(&page, &longest).await.is_at_the_client());

    let mut other = world.person("s2025002", "university-2");
    let page = sets(&mut other).await;
    let shortest = of_length(8);
    assert_eq!(other.sets_second_password(&page, &shortest, &shortest).await.message(), "second-password-set");
}

#[tokio::test]
async fn sr_14_what_many_people_choose_and_what_is_known_of_this_one_is_refused() {
    let world = World::start().await;
    let mut student = world.person("s2025003", "Harbor7violet9");
    student.email = "hanakotakahashi@mail.example".into();
    let page = sets(&mut student).await;
    for easy in [
        "Password1",
        "Qwerty123",
        "Abcd1234",
        "Aa111111",
        "S2025003a",
        "xS2025003Y",
        "Hanakotakahashi1",
        "Harbor7violet9",
    ] {
        let page = student.sets_second_password(&page, easy, easy).await;
        assert!(page.field_errors("second_password").contains(&"E-48".to_owned()), "{easy}: {:?}", page.errors());
    }
    assert_eq!(
        student.sets_second_password(&page, SECOND_PASSWORD, SECOND_PASSWORD).await.message(),
        "second-password-set"
    );
}

async fn stored(world: &World) -> String {
    let database = world.raw_database().await;
    let sql = "SELECT second_password FROM account WHERE second_password IS NOT NULL";
    let row = database.query_one_raw(Statement::from_string(database.get_database_backend(), sql)).await.unwrap();
    row.unwrap().try_get("", "second_password").unwrap()
}

#[tokio::test]
async fn sr_15_a_hash_is_argon2id_under_a_pepper_and_made_anew_when_its_price_rises() {
    let priced = |iterations: &str| {
        let setup = Setup::default().set("limits.second_password.argon2_iterations", iterations);
        setup.set("limits.second_password.argon2_memory_kib", "64")
    };
    let world = World::with(priced("1")).await;
    let mut student = world.student().await;
    let before = stored(&world).await;
    assert!(before.starts_with("$argon2id$v=19$m=64,t=1,p=1,keyid="), "{before}");
    world.restart_with(priced("2")).await;
    assert!(student.signs_in().await.is_at_the_client());
    let after = stored(&world).await;
    assert!(after.starts_with("$argon2id$v=19$m=64,t=2,p=1,keyid="), "{after}");
    student.browser.forget_cookies();
    assert!(student.signs_in().await.is_at_the_client(), "by the new one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sr_16_a_flood_of_passwords_is_told_to_come_back_and_costs_nobody_a_try() {
    // Twice what is served and what may wait.
    let flood_size = 18 * std::thread::available_parallelism().unwrap().get();
    // Dear enough that nobody is served while the others arrive.
    let dear = Setup::default().set("limits.second_password.argon2_memory_kib", "19456");
    let world = World::with(dear.set("limits.second_password.argon2_iterations", "10")).await;
    let mut waiting = Vec::new();
    for number in 0..flood_size {
        let mut stranger = world.person(&format!("u{number}"), "wrong");
        let page = stranger.begins().await;
        let typed = [("username", stranger.user_id.as_str()), ("password", "wrong")];
        waiting.push((stranger.clone(), Browser::call_of(&page.form(&typed, None)), page));
    }
    let mut flood = JoinSet::new();
    for (mut stranger, call, page) in waiting {
        flood.spawn(async move {
            let answer = stranger.browser.send(call).await;
            (stranger, page, answer)
        });
    }
    let mut sent_away = Vec::new();
    while let Some(done) = flood.join_next().await {
        let (stranger, page, answer) = done.unwrap();
        if answer.status == 503 {
            assert_eq!((answer.error().as_str(), answer.header("retry-after")), ("E-04", "5"));
            sent_away.push((stranger, page));
        }
    }
    let (mut stranger, page) = sent_away.pop().expect("more than the house can hold");
    for attempt in 1..=5 {
        let answer = stranger.types_university_password(&page).await;
        assert_eq!(answer.field_error("username"), "E-06", "try {attempt}");
    }
    assert_eq!(
        stranger.types_university_password(&page).await.errors(),
        ["E-07"],
        "five of its own, no more and no less"
    );
}

#[tokio::test]
async fn sr_18_the_present_one_stands_in_the_very_post_that_changes_it() {
    const NEW: &str = "Indigo4Lantern";
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    let page = account::opens(&mut student, "second-password").await;
    let typed = [("second_password", NEW), ("second_password_confirmation", NEW)];
    let mut left_out = page.form(&typed, None);
    left_out.fields.retain(|(name, _)| name != "current_second_password");
    assert_eq!(student.browser.submit(left_out).await.id(), "change-second-password");
    assert_eq!(student.browser.enter(&page, &typed).await.id(), "change-second-password", "and filled in");
    let wrong = [("current_second_password", "Wrong7Harbor"), typed[0], typed[1]];
    assert_eq!(student.browser.enter(&page, &wrong).await.field_error("current_second_password"), "E-51");
    let mut phone = student.at_another_device();
    assert!(phone.signs_in().await.is_at_the_client(), "the old one is in force");
    let right = [("current_second_password", SECOND_PASSWORD), typed[0], typed[1]];
    assert_eq!(student.browser.enter(&page, &right).await.message(), "second-password-changed");
}
