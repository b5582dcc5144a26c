//! The first factor is proven at another provider (J-01 1.3; E-08, E-09, E-10).

use crate::support::{
    Page, Student, World,
    browser::Call,
    clock::{MINUTE, SECOND},
    jose::Key,
    setup::{ISSUER, Setup},
    student::SECOND_PASSWORD,
    university::University,
    world::events,
};

/// Presses ログイン on P-01; the page is the university's own.
async fn leaves(student: &mut Student, page: &Page) -> Page {
    student.browser.enter(page, &[]).await
}

#[tokio::test]
async fn a_student_of_another_provider_gets_through() {
    let world = World::with_university(Setup::default()).await;
    let mut student = world.newcomer();
    let page = student.begins().await;
    assert_eq!(page.id(), "sign-in");
    assert!(page.value("password").is_none() && !page.body.contains("name=\"password\""), "no password is typed here");
    let theirs = leaves(&mut student, &page).await;
    assert_eq!(theirs.url.host_str(), Some("localhost"));
    let page = student.types_university_password(&theirs).await;
    assert_eq!(page.id(), "register-email", "{:?}", page.errors());
    assert_eq!(page.support_code(), page.support_code());
    let page = student.registers(&page, "s2025001@mail.example").await;
    let code = student.mail().await.digits();
    student.browser.enter(&page, &[("code", &code)]).await;

    let page = student.begins().await;
    let theirs = leaves(&mut student, &page).await;
    let page = if theirs.id() == "sign-in" { student.types_university_password(&theirs).await } else { theirs };
    assert_eq!(page.id(), "set-second-password");
    student.sets_second_password(&page, SECOND_PASSWORD, SECOND_PASSWORD).await;
    let page = student.begins().await;
    let theirs = leaves(&mut student, &page).await;
    let page = if theirs.id() == "sign-in" { student.types_university_password(&theirs).await } else { theirs };
    assert!(student.enters_second_password(&page, SECOND_PASSWORD).await.is_at_the_client());
}

#[tokio::test]
async fn staff_of_the_other_provider_are_not_eligible() {
    let world = World::with_university(Setup::default()).await;
    let mut staff = world.person("s2024001", "university");
    let page = staff.begins().await;
    let theirs = leaves(&mut staff, &page).await;
    assert_eq!(staff.types_university_password(&theirs).await.id(), "not-eligible");
}

/// P-01, and the `state` that the university must bring back.
async fn departed(student: &mut Student) -> (Page, String) {
    let page = student.begins().await;
    let call = crate::support::browser::Browser::call_of(&page.form(&[], None));
    let answer = student.browser.send(call).await;
    let location = url::Url::parse(answer.header("location")).unwrap();
    let state = location.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    (page, state)
}

fn callback(query: &[(&str, &str)]) -> String {
    url::Url::parse_with_params(&format!("{ISSUER}/upstream/university/callback"), query).unwrap().to_string()
}

#[tokio::test]
async fn a_cancelled_sign_in_is_e_08_and_can_be_tried_again() {
    let world = World::with_university(Setup::default()).await;
    let mut student = world.newcomer();
    let (_, state) = departed(&mut student).await;
    let page = student.browser.open(&callback(&[("error", "access_denied"), ("state", &state)])).await;
    assert_eq!((page.id().as_str(), page.errors()), ("sign-in", vec!["E-08".to_owned()]));
    let trail = world.trail(&page.support_code()).await;
    assert_eq!(events(&trail), ["upstream.failed"]);
    let theirs = leaves(&mut student, &page).await;
    assert_eq!(student.types_university_password(&theirs).await.id(), "register-email");
}

#[tokio::test]
async fn an_answer_with_another_state_is_e_09() {
    let world = World::with_university(Setup::default()).await;
    let mut student = world.newcomer();
    let (page, state) = departed(&mut student).await;
    let (login, _) = state.split_once('.').unwrap();
    let forged = format!("{login}.{}", "a".repeat(43));
    let told = student.browser.open(&callback(&[("code", "x"), ("state", &forged)])).await;
    assert_eq!((told.id().as_str(), told.errors()), ("sign-in", vec!["E-09".to_owned()]));
    assert_eq!(told.support_code(), page.support_code(), "the login is restarted in place");
}

#[tokio::test]
async fn an_answer_in_another_browser_logs_nobody_in() {
    let world = World::with_university(Setup::default()).await;
    let mut student = world.newcomer();
    let (_, state) = departed(&mut student).await;
    let mut other = world.browser();
    let page = other.open(&callback(&[("code", "x"), ("state", &state)])).await;
    assert_eq!(page.id(), "timed-out");
    assert!(other.cookie_names().is_empty());
}

#[tokio::test]
async fn an_answer_without_state_is_refused() {
    let world = World::with_university(Setup::default()).await;
    let mut student = world.newcomer();
    departed(&mut student).await;
    for query in [&[("code", "x")][..], &[("code", "x"), ("state", "")], &[("code", "x"), ("state", "nothing")]] {
        let page = student.browser.open(&callback(query)).await;
        assert_eq!((page.status.as_u16(), page.error().as_str()), (400, "E-02"), "{query:?}");
    }
}

#[tokio::test]
async fn the_same_answer_twice_is_read_once() {
    let world = World::with_university(Setup::default()).await;
    let mut student = world.newcomer();
    let page = student.begins().await;
    let theirs = leaves(&mut student, &page).await;
    let form = theirs.form(&[("username", "s2025001"), ("password", "university-1")], None);
    let mut at = student.browser.send(crate::support::browser::Browser::call_of(&form)).await;
    while !at.header("location").starts_with(&format!("{ISSUER}/upstream/")) {
        let next = at.url.join(at.header("location")).unwrap();
        at = student.browser.send(Call::get(next.as_str())).await;
    }
    let answer = at.header("location").to_owned();
    assert_eq!(student.browser.open(&answer).await.id(), "register-email");
    assert_eq!(student.browser.open(&answer).await.id(), "register-email", "a reload shows where the login stands");
    let proven = world.whole_trail().await.iter().filter(|row| row.event == "login.university_proven").count();
    assert_eq!(proven, 1);
}

#[tokio::test]
async fn an_answer_that_comes_too_late_is_not_taken() {
    let world = World::with_university(Setup::default()).await;
    let mut student = world.newcomer();
    let (page, state) = departed(&mut student).await;
    world.clock.pass(30 * MINUTE + SECOND);
    let told = student.browser.open(&callback(&[("code", "x"), ("state", &state)])).await;
    assert_eq!((told.id().as_str(), told.errors()), ("sign-in", vec!["E-09".to_owned()]));
    assert_eq!(told.support_code(), page.support_code(), "the login is restarted in place");
    let theirs = leaves(&mut student, &told).await;
    assert_eq!(student.types_university_password(&theirs).await.id(), "register-email");
}

#[tokio::test]
async fn a_university_that_cannot_be_reached_is_e_10() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut setup = Setup::default();
    setup.university = Some(listener.local_addr().unwrap().port());
    drop(listener);
    let world = World::with(setup).await;
    let mut student = world.newcomer();
    let page = student.begins().await;
    let page = leaves(&mut student, &page).await;
    assert_eq!((page.status.as_u16(), page.error().as_str()), (502, "E-10"));
    assert!(page.text().contains("テスト大学"), "the university's contact, not the operator's: {}", page.text());
    let trail = world.whole_trail().await;
    assert_eq!(trail.last().unwrap().event, "upstream.failed");
}

#[tokio::test]
async fn a_made_up_code_is_e_08_and_no_login() {
    let world = World::with_university(Setup::default()).await;
    let mut student = world.newcomer();
    let (_, state) = departed(&mut student).await;
    let issuer = format!(
        "http://localhost:{}",
        world.configuration().tenant("university").unwrap().issuer.authority().split(':').next_back().unwrap()
    );
    let page = student.browser.open(&callback(&[("code", "made-up"), ("state", &state), ("iss", &issuer)])).await;
    assert_eq!((page.id().as_str(), page.errors()), ("sign-in", vec!["E-08".to_owned()]));
    assert!(world.whole_trail().await.iter().all(|row| row.event != "login.university_proven"));
}

#[tokio::test]
async fn an_answer_that_cannot_be_believed_is_e_10() {
    let (university, world) = University::open().await;
    let mut student = world.newcomer();
    let stranger = Key::generate("RS256", "university");
    let forged = |nonce: &str| stranger.sign(&stranger.header("JWT"), &university.claims(&world, nonce));
    let page = university.answers(&mut student, forged).await;
    assert_eq!((page.status.as_u16(), page.error().as_str()), (502, "E-10"));
    assert_eq!(world.whole_trail().await.last().unwrap().event, "upstream.failed");
}

#[tokio::test]
async fn prompt_login_asks_the_university_for_a_fresh_sign_in() {
    let world = World::with_university(Setup::default()).await;
    let mut student = world.newcomer();
    let page = student.begins_with(&[("prompt", "login")]).await;
    let answer = student.browser.send(crate::support::browser::Browser::call_of(&page.form(&[], None))).await;
    assert!(answer.header("location").contains("prompt=login"), "{}", answer.header("location"));
}

#[tokio::test]
async fn the_login_hint_rides_along_to_the_university() {
    let world = World::with_university(Setup::default()).await;
    let mut student = world.newcomer();
    let page = student.begins_with(&[("login_hint", "s2025001")]).await;
    assert_eq!(leaves(&mut student, &page).await.value("username").as_deref(), Some("s2025001"));
}

#[tokio::test]
async fn the_language_rides_along_to_the_university() {
    let world = World::with_university(Setup::default()).await;
    let mut student = world.newcomer();
    let page = student.begins_with(&[("ui_locales", "en")]).await;
    let theirs = leaves(&mut student, &page).await;
    assert_eq!(theirs.language(), "en");
}
