//! A request_uri is good for one answer, for its client, for a while (RFC 9126 §2.2, §4, §7.3; protocol.md §7.2).

use std::time::Duration;

use super::{error_of, pushed_requests::is_page_of};
use crate::support::{
    Page, World,
    clock::SECOND,
    setup::{ISSUER, OTHER_ISSUER},
    student::SECOND_PASSWORD,
};

#[tokio::test]
async fn par_ensure_reused_request_uri_prior_to_auth_completion_succeeds() {
    let world = World::start().await;
    let mut student = world.student().await;
    let service = world.service();
    let url = service.pushes(&[]).await;
    let first = student.browser.open(&url).await;
    let second = student.browser.reload(&Page { url: url.parse().unwrap(), ..first }).await;
    assert_eq!(second.id(), "sign-in");
    let page = student.signs_in_at(&url).await;
    assert_eq!(service.redeem(&page.code()).await.status(), 200);
}

#[tokio::test]
async fn par_attempt_reuse_request_uri() {
    let world = World::start().await;
    let mut student = world.student().await;
    let url = world.service().pushes(&[]).await;
    student.signs_in_at(&url).await.code();
    is_page_of(&student.browser.open(&url).await, "invalid_request_uri");
    is_page_of(&student.at_another_device().browser.open(&url).await, "invalid_request_uri");
}

#[tokio::test]
async fn an_answer_that_is_an_error_uses_it_up_too() {
    let world = World::start().await;
    let url = world.service().pushes(&[("prompt", "none")]).await;
    let mut browser = world.browser();
    assert_eq!(error_of(&browser.open(&url).await), "login_required");
    is_page_of(&browser.open(&url).await, "invalid_request_uri");
}

#[tokio::test]
async fn par_attempt_to_use_expired_request_uri() {
    let world = World::start().await;
    let service = world.service();
    let url = service.pushes(&[]).await;
    world.clock.pass(59 * SECOND);
    assert_eq!(world.browser().open(&url).await.id(), "sign-in");
    world.clock.pass(SECOND);
    is_page_of(&world.browser().open(&url).await, "invalid_request_uri");
}

#[tokio::test]
async fn once_opened_a_request_lives_as_long_as_its_login() {
    let world = World::start().await;
    let mut student = world.student().await;
    let service = world.service();
    let page = student.browser.open(&service.pushes(&[]).await).await;
    world.clock.pass(Duration::from_mins(20));
    let page = student.types_university_password(&page).await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(service.redeem(&page.code()).await.status(), 200);
}

#[tokio::test]
async fn par_attempt_to_use_request_uri_for_different_client() {
    let world = World::start().await;
    let uri = world.service().push(&[]).await.text("request_uri");
    for id in ["library", "phone-app"] {
        is_page_of(&world.browser().open(&world.client(id).pushed_url(&uri)).await, "invalid_request_uri");
    }
    assert_eq!(world.browser().open(&world.service().pushed_url(&uri)).await.id(), "sign-in", "nothing is lost by it");
}

#[tokio::test]
async fn another_tenants_client_of_the_same_name_cannot_use_it() {
    let world = World::start().await;
    let uri = world.service().push(&[]).await.text("request_uri");
    let mut other = world.service();
    OTHER_ISSUER.clone_into(&mut other.issuer);
    is_page_of(&world.browser().open(&other.pushed_url(&uri)).await, "invalid_request_uri");
}

#[tokio::test]
async fn a_request_uri_that_was_never_given_is_a_page() {
    let world = World::start().await;
    let service = world.service();
    let given = service.push(&[]).await.text("request_uri");
    let changed = format!("{}{}", &given[..given.len() - 1], if given.ends_with('A') { "B" } else { "A" });
    for uri in ["urn:ietf:params:oauth:request_uri:", "urn:ietf:params:oauth:request_uri:x", &changed] {
        is_page_of(&world.browser().open(&service.pushed_url(uri)).await, "invalid_request_uri");
    }
    let nobody = format!("{ISSUER}/authorize?client_id=nobody&request_uri={given}");
    is_page_of(&world.browser().open(&nobody).await, "unauthorized_client");
    is_page_of(&world.browser().open(&format!("{ISSUER}/authorize?request_uri={given}")).await, "invalid_request");
    let twice = format!("{}&request_uri={given}", service.pushed_url(&given));
    is_page_of(&world.browser().open(&twice).await, "invalid_request");
    let with_object = format!("{}&request=e30.e30.", service.pushed_url(&given));
    is_page_of(&world.browser().open(&with_object).await, "invalid_request");
}

#[tokio::test]
async fn two_tabs_on_one_request_uri_end_in_one_answer() {
    let world = World::start().await;
    let mut student = world.student().await;
    let service = world.service();
    let url = service.pushes(&[]).await;
    let slower = student.browser.open(&url).await;
    let page = student.signs_in_at(&url).await;
    assert_eq!(service.redeem(&page.code()).await.status(), 200);
    // The other tab finds who is signed in, and its request answered.
    let page = student.types_university_password(&slower).await;
    assert_eq!(page.id(), "already-signed-in");
    let page = student.browser.press(&page, &[], "continue").await;
    is_page_of(&page, "invalid_request_uri");
}

#[tokio::test]
async fn of_many_who_finish_one_pushed_request_one_is_answered() {
    let world = World::start().await;
    let mut student = world.student().await;
    let service = world.service();
    student.signs_in().await;
    let url = service.pushes(&[]).await;
    let racers = (0..20).map(|_| {
        let (mut browser, url) = (student.browser.clone(), url.clone());
        tokio::spawn(async move { browser.open(&url).await })
    });
    let mut codes = Vec::new();
    for racer in racers.collect::<Vec<_>>() {
        let page = racer.await.unwrap();
        if page.is_at_the_client() {
            codes.push(page.code());
        } else {
            is_page_of(&page, "invalid_request_uri");
        }
    }
    assert_eq!(codes.len(), 1);
    assert_eq!(service.redeem(&codes[0]).await.status(), 200);
}

#[tokio::test]
async fn of_many_logins_of_one_pushed_request_one_is_answered() {
    let world = World::start().await;
    let student = world.student().await;
    let url = world.service().pushes(&[]).await;
    let mut at_the_door = Vec::new();
    for _ in 0..6 {
        let mut student = student.at_another_device();
        let page = student.browser.open(&url).await;
        let page = student.types_university_password(&page).await;
        assert_eq!(page.id(), "second-password");
        at_the_door.push((student, page));
    }
    let racers = at_the_door.into_iter().map(|(mut student, page)| {
        tokio::spawn(async move {
            let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
            (student.browser.has_session(), page)
        })
    });
    let mut answered = 0;
    for racer in racers.collect::<Vec<_>>() {
        let (has_session, page) = racer.await.unwrap();
        if page.is_at_the_client() {
            answered += 1;
        } else if page.id() != "second-password" {
            // A slow machine may turn some away before their password is looked at (503).
            is_page_of(&page, "invalid_request_uri");
        }
        assert_eq!(has_session, page.is_at_the_client(), "who is not answered is not signed in");
    }
    assert_eq!(answered, 1);
}
