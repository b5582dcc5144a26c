//! Several tabs, the back button, single sign-on (J-13, J-14; P-27).

use crate::{
    account,
    support::{
        World,
        clock::{MINUTE, SECOND},
        setup::ISSUER,
        student::SECOND_PASSWORD,
    },
};

#[tokio::test]
async fn two_tabs_are_two_logins_and_both_can_be_used() {
    let world = World::start().await;
    let mut student = world.student().await;
    let one = student.begins_with(&[("state", "one")]).await;
    let two = student.begins_with(&[("state", "two")]).await;
    assert_ne!(one.support_code(), two.support_code());
    let two = student.types_university_password(&two).await;
    let one = student.types_university_password(&one).await;
    assert_eq!((one.id().as_str(), two.id().as_str()), ("second-password", "second-password"));
    let page = student.enters_second_password(&one, SECOND_PASSWORD).await;
    assert_eq!(page.parameter("state").as_deref(), Some("one"));
}

#[tokio::test]
async fn a_sixth_login_pushes_out_the_oldest() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let mut pages = Vec::new();
    for _ in 0..6 {
        pages.push(student.begins().await);
        world.clock.pass(SECOND);
    }
    assert_eq!(student.browser.cookie_names().len(), 5);
    assert_eq!(student.browser.reload(&pages[1]).await.id(), "sign-in");
    assert!(student.browser.reload(&pages[0]).await.url.as_str().starts_with("https://rp.example/login"));
}

#[tokio::test]
async fn when_one_tab_has_finished_the_other_goes_on_by_its_session() {
    for stage in ["sign-in", "second-password"] {
        let world = World::start().await;
        let mut student = world.student().await;
        let mut waiting = student.begins_with(&[("state", "waiting")]).await;
        if stage == "second-password" {
            waiting = student.types_university_password(&waiting).await;
        }
        assert_eq!(waiting.id(), stage);
        world.clock.pass(SECOND);
        assert!(student.signs_in().await.is_at_the_client());

        let page = match stage {
            "sign-in" => student.types_university_password(&waiting).await,
            _ => student.enters_second_password(&waiting, SECOND_PASSWORD).await,
        };
        assert_eq!(page.id(), "already-signed-in", "{stage}");
        let page = student.browser.press(&page, &[], "continue").await;
        assert_eq!(page.parameter("state").as_deref(), Some("waiting"), "{stage}: its own request is answered");
        assert_eq!(world.service().redeem(&page.code()).await.status(), 200);
    }
}

#[tokio::test]
async fn the_other_tab_at_the_key_goes_on_by_the_session_too() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let waiting = student.reaches_auth_key_for(&[("state", "waiting")]).await;
    let key_of_waiting = student.key().await;
    world.clock.pass(MINUTE);
    assert!(student.signs_in().await.is_at_the_client());
    let page = student.enters_key(&waiting, &key_of_waiting).await;
    assert_eq!(page.id(), "already-signed-in");
    let page = student.browser.press(&page, &[], "continue").await;
    assert_eq!(page.parameter("state").as_deref(), Some("waiting"));
}

#[tokio::test]
async fn two_people_in_one_browser_are_never_mixed() {
    let world = World::start().await;
    let mut one = world.student().await;
    let mut two = world.another_student().await;
    two.browser = one.browser.clone();
    let waiting = two.passes_the_university_for(&[("state", "two")]).await;
    assert_eq!(waiting.id(), "second-password");
    one.browser = two.browser.clone();
    world.clock.pass(SECOND);
    let first = one.signs_in().await;
    let subject = world.service().redeem(&first.code()).await.claims()["sub"].clone();
    two.browser = one.browser.clone();

    let page = two.enters_second_password(&waiting, SECOND_PASSWORD).await;
    assert_eq!(page.id(), "already-signed-in");
    assert!(page.text().contains("••"), "the other user ID is masked: {}", page.text());
    assert!(!page.body.contains("s2025001"));

    let mut goes_on = two.clone();
    let page_a = goes_on.browser.press(&page, &[], "continue").await;
    assert_eq!(page_a.parameter("state").as_deref(), Some("two"));
    let claims = world.service().redeem(&page_a.code()).await.claims();
    assert_eq!(claims["sub"], subject, "continue as the present user");
}

#[tokio::test]
async fn the_other_person_signs_the_first_one_out_and_goes_on() {
    let world = World::start().await;
    let mut one = world.student().await;
    let mut two = world.another_student().await;
    two.browser = one.browser.clone();
    let waiting = two.passes_the_university_for(&[("state", "two")]).await;
    one.browser = two.browser.clone();
    world.clock.pass(SECOND);
    let first = one.signs_in().await;
    let subject = world.service().redeem(&first.code()).await.claims()["sub"].clone();
    two.browser = one.browser.clone();
    let page = two.enters_second_password(&waiting, SECOND_PASSWORD).await;
    let page = two.browser.press(&page, &[], "sign-out").await;
    assert!(!two.browser.has_session());
    assert_eq!(page.id(), "second-password");
    let page = two.enters_second_password(&page, SECOND_PASSWORD).await;
    let claims = world.service().redeem(&page.code()).await.claims();
    assert_ne!(claims["sub"], subject);
}

#[tokio::test]
async fn back_from_the_service_finds_the_session_and_no_form() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    student.enters_second_password(&page, SECOND_PASSWORD).await;
    let back = student.browser.reload(&page).await;
    assert_eq!(back.id(), "already-signed-in");
    let page = student.browser.press(&back, &[], "continue").await;
    assert!(page.is_at_the_client());
    assert_eq!(world.service().redeem(&page.code()).await.status(), 200);
}

#[tokio::test]
async fn back_after_a_logout_nothing_is_left_to_look_at() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    student.enters_second_password(&page, SECOND_PASSWORD).await;
    let menu = account::opens(&mut student, "").await;
    assert_eq!((menu.id().as_str(), menu.header("cache-control")), ("account", "no-store"));
    let ask = student.browser.click(&menu, "logout").await;
    student.browser.press(&ask, &[], "yes").await;
    assert_eq!(student.browser.reload(&menu).await.id(), "sign-in");
    let over = student.browser.reload(&page).await;
    assert!(over.id() == "timed-out" && over.has_link("sign-in"), "{}", over.id());
}

#[tokio::test]
async fn back_from_the_second_password_to_the_sign_in_page_begins_anew() {
    let world = World::start().await;
    let mut student = world.student().await;
    let begun = student.begins().await;
    student.types_university_password(&begun).await;
    let back = student.browser.reload(&begun).await;
    assert_eq!(back.id(), "sign-in");
    let page = student.types_university_password(&back).await;
    assert_eq!(page.id(), "second-password");
    assert_ne!(page.support_code(), begun.support_code());
}

#[tokio::test]
async fn a_live_session_answers_at_once_and_shows_no_page() {
    let world = World::start().await;
    let mut student = world.student().await;
    let first = student.signs_in().await;
    let first = world.service().redeem(&first.code()).await.claims();
    world.clock.pass(MINUTE);
    let page = student.begins_with(&[("state", "again")]).await;
    assert_eq!(page.parameter("state").as_deref(), Some("again"));
    let second = world.service().redeem(&page.code()).await.claims();
    for name in ["sub", "auth_time", "sid", "acr"] {
        assert_eq!(first[name], second[name], "{name}");
    }
}

#[tokio::test]
async fn a_sign_in_gives_a_new_session_cookie_and_takes_no_old_one() {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    let before = student.browser.cookie_header("id.example.jp");
    world.clock.pass(MINUTE);
    student.signs_in_for(&[("prompt", "login")]).await;
    let after = student.browser.cookie_header("id.example.jp");
    let session =
        |cookies: &str| cookies.split("; ").find(|pair| pair.contains("-session=")).map(str::to_owned).unwrap();
    assert_ne!(session(&before), session(&after));
    let mut old = world.browser();
    let call = crate::support::browser::Call::get(&world.service().url(&[("prompt", "none")]))
        .with("cookie", &session(&before));
    let answer = old.send(call).await;
    let answer = old.follow(answer).await;
    assert_eq!(answer.parameter("error").as_deref(), Some("login_required"), "the old id is dead");
}

#[tokio::test]
async fn a_planted_session_cookie_opens_nothing() {
    let world = World::start().await;
    let mut student = world.newcomer();
    for planted in ["x", "", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] {
        let call = crate::support::browser::Call::get(&world.service().url(&[("prompt", "none")]))
            .with("cookie", &format!("__Host-idp-demo-session={planted}"));
        let answer = student.browser.send(call).await;
        assert!(answer.header("location").contains("error=login_required"), "{planted}");
    }
}

#[tokio::test]
async fn after_a_restart_of_the_server_every_open_page_goes_on() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let page = student.begins().await;
    world.restart().await;
    let page = student.types_university_password(&page).await;
    world.restart().await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    world.restart().await;
    let key = student.key().await;
    let page = student.enters_key(&page, &key).await;
    world.restart().await;
    assert_eq!(world.service().redeem(&page.code()).await.status(), 200);
    world.restart().await;
    assert!(student.begins().await.is_at_the_client(), "the session lives on at {ISSUER}");
}
