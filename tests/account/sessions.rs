//! P-33: where one is signed in, and who receives what (SR-11, SR-60).

use std::sync::Arc;

use crate::support::{
    Page, Student, World,
    browser::Call,
    clock::{HOUR, MINUTE},
};

use super::opens;

const WINDOWS: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36";

/// Signed in here and, a minute later, on a phone.
async fn two_devices() -> (Arc<World>, Student, Student) {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    world.clock.pass(MINUTE);
    let mut phone = student.at_another_device();
    phone.signs_in().await;
    (world, student, phone)
}

/// The page's form with this session named in it.
async fn ends(student: &mut Student, page: &Page, session: &str) -> Page {
    let mut form = page.form(&[], Some("end"));
    for (name, value) in &mut form.fields {
        if name == "session" {
            session.clone_into(value);
        }
    }
    student.browser.submit(form).await
}

async fn session_ids(world: &Arc<World>, user_id: &str) -> Vec<String> {
    let account = world.flows().store.accounts_by_user_id(&world.tenant().id, user_id).await.unwrap()[0].id;
    let sessions = world.flows().store.sessions_of_account(account).await.unwrap();
    sessions.iter().map(|session| session.id.to_string()).collect()
}

#[tokio::test]
async fn every_live_session_is_listed_with_its_browser_and_its_time() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    let form = page.form(&[("second_password", crate::support::student::SECOND_PASSWORD)], None);
    let answer = student.browser.send(crate::support::browser::Browser::call_of(&form)).await;
    // The browser says what it is with the request that ends the login.
    let onward = answer.url.join(answer.header("location")).unwrap();
    let answer = student.browser.send(Call::get(onward.as_str()).with("user-agent", WINDOWS)).await;
    let onward = answer.url.join(answer.header("location")).unwrap();
    student.browser.send(Call::get(onward.as_str()).with("user-agent", WINDOWS)).await;
    world.clock.pass(MINUTE);
    let mut phone = student.at_another_device();
    phone.signs_in().await;

    let page = opens(&mut student, "sessions").await;
    assert_eq!(page.id(), "sessions");
    let text = page.text();
    assert!(text.contains("Chrome (Windows)・日本時間 2027年1月15日"), "{text}");
    assert!(text.contains("不明なブラウザー・"), "{text}");
    assert_eq!(text.matches("この端末").count(), 1);
    assert_eq!(page.body.matches("value=\"end\"").count(), 1, "the other one");
    assert_eq!(page.link("back").as_str(), super::RETURN_TO);
}

#[tokio::test]
async fn a_hostile_browser_name_is_never_shown() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    let form = page.form(&[("second_password", crate::support::student::SECOND_PASSWORD)], None);
    let mut next = crate::support::browser::Browser::call_of(&form);
    for _ in 0..3 {
        let answer = student.browser.send(next.with("user-agent", "<script>alert(1)</script> Chrome/1")).await;
        next = Call::get(answer.url.join(answer.header("location")).unwrap().as_str());
    }
    let page = opens(&mut student, "sessions").await;
    assert!(page.text().contains("Chrome・") && !page.body.contains("alert(1)"), "{}", page.text());
}

#[tokio::test]
async fn ending_one_does_there_what_a_logout_does() {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    world.clock.pass(MINUTE);
    let mut phone = student.at_another_device();
    let there = phone.signs_in_for(&[("scope", "openid offline_access")]).await;
    let refresh = world.service().redeem(&there.code()).await.text("refresh_token");
    let code = phone.begins().await.code();
    let page = opens(&mut student, "sessions").await;
    let page = student.browser.press(&page, &[], "end").await;
    assert_eq!(page.id(), "sessions");
    assert!(!page.body.contains("value=\"end\""), "only this one is left");
    assert_eq!(opens(&mut phone, "").await.id(), "sign-in");
    assert_eq!(world.service().refresh(&refresh).await.error(), "invalid_grant");
    assert_eq!(world.service().redeem(&code).await.error(), "invalid_grant");
    let row = world.whole_trail().await.into_iter().find(|row| row.event == "session.ended").unwrap();
    assert_eq!(row.entry.login.as_deref(), Some(page.support_code().as_str()));
    assert_eq!(opens(&mut student, "").await.id(), "account");
}

#[tokio::test]
async fn ending_all_others_leaves_this_one() {
    let (world, mut student, mut phone) = two_devices().await;
    let mut tablet = student.at_another_device();
    tablet.signs_in().await;
    let page = opens(&mut student, "sessions").await;
    let page = student.browser.press(&page, &[], "end-others").await;
    assert_eq!(page.id(), "sessions");
    assert!(!page.body.contains("end-others"));
    assert_eq!(opens(&mut phone, "").await.id(), "sign-in");
    assert_eq!(opens(&mut tablet, "").await.id(), "sign-in");
    assert_eq!(opens(&mut student, "").await.id(), "account");
    let ended = world.whole_trail().await;
    assert_eq!(ended.iter().filter(|row| row.event == "session.ended").count(), 2);
}

#[tokio::test]
async fn another_student_s_session_cannot_be_ended() {
    let (world, mut student, _) = two_devices().await;
    let mut other = world.another_student().await;
    other.signs_in().await;
    let page = opens(&mut student, "sessions").await;
    let theirs = session_ids(&world, "s2025002").await;
    let rows = world.whole_trail().await.len();
    let answer = ends(&mut student, &page, &theirs[0]).await;
    assert_eq!(answer.id(), "sessions", "as if there were no such session");
    assert_eq!(opens(&mut other, "").await.id(), "account");
    let unknown = "00000000-0000-7000-8000-000000000000";
    assert_eq!(ends(&mut student, &page, unknown).await.id(), "sessions");
    assert_eq!(world.whole_trail().await.len(), rows, "nothing happened");
    for nonsense in ["", "x", "1 OR 1=1"] {
        assert_eq!(ends(&mut student, &page, nonsense).await.error(), "E-02", "{nonsense}");
    }
}

#[tokio::test]
async fn ending_this_very_one_is_a_logout() {
    let (world, mut student, mut phone) = two_devices().await;
    let page = opens(&mut student, "sessions").await;
    let own = session_ids(&world, "s2025001").await;
    let answer = ends(&mut student, &page, &own[1]).await;
    assert_eq!(answer.id(), "sign-in");
    assert!(!student.browser.has_session());
    assert_eq!(world.whole_trail().await.last().unwrap().event, "logout");
    assert_eq!(opens(&mut phone, "").await.id(), "account");
}

#[tokio::test]
async fn sessions_that_have_run_out_are_not_listed() {
    let (world, mut student, _) = two_devices().await;
    for _ in 0..2 {
        world.clock.pass(20 * MINUTE);
        opens(&mut student, "").await;
    }
    let page = opens(&mut student, "sessions").await;
    assert!(!page.body.contains("value=\"end\""), "the phone lay idle");
}

#[tokio::test]
async fn sharing_with_a_service_ends_and_its_tokens_with_it() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.signs_in_for(&[("scope", "openid offline_access")]).await;
    let tokens = world.service().redeem(&page.code()).await;
    let library = world.client("library");
    let page = student.browser.open(&library.url(&[("scope", "openid offline_access")])).await;
    let theirs = library.redeem(&page.code()).await;
    let page = opens(&mut student, "sessions").await;
    assert!(page.text().contains("certificate-service") && page.text().contains("library"));
    assert!(!page.text().contains("legacy"), "it never received anything");

    let mut form = page.form(&[], Some("revoke"));
    for (name, value) in &mut form.fields {
        if name == "client" {
            "library".clone_into(value);
        }
    }
    let page = student.browser.submit(form).await;
    assert!(page.id() == "sessions" && !page.text().contains("library"));
    assert_eq!(library.userinfo(&theirs.text("access_token")).await.status(), 401);
    assert_eq!(library.refresh(&theirs.text("refresh_token")).await.error(), "invalid_grant");
    assert_eq!(
        world.service().userinfo(&tokens.text("access_token")).await.status(),
        200,
        "the other service keeps its own"
    );
    let row = world.whole_trail().await.into_iter().find(|row| row.event == "grant.revoked").unwrap();
    assert_eq!(row.entry.client.as_deref(), Some("library"));
    assert_eq!(opens(&mut student, "").await.id(), "account", "the session goes on");
}

#[tokio::test]
async fn a_service_with_a_refresh_token_is_listed_after_its_session_too() {
    let world = World::start().await;
    let mut student = world.student().await;
    let library = world.client("library");
    let page = student.signs_in_at(&library.url(&[("scope", "openid offline_access")])).await;
    library.redeem(&page.code()).await;
    world.clock.pass(9 * HOUR);
    student.signs_in().await;
    let text = opens(&mut student, "sessions").await.text();
    assert!(text.contains("library"), "{text}");
    world.clock.pass(31 * 24 * HOUR);
    student.signs_in().await;
    assert!(!opens(&mut student, "sessions").await.text().contains("library"), "its last token has expired");
}

#[tokio::test]
async fn an_unknown_button_or_service_is_e_02() {
    let (_, mut student, _) = two_devices().await;
    let page = opens(&mut student, "sessions").await;
    for (name, to) in [("action", "nonsense"), ("client", "nobody")] {
        let mut form = page.form(&[], Some("revoke"));
        for (field, value) in &mut form.fields {
            if field == name {
                to.clone_into(value);
            }
        }
        assert_eq!(student.browser.submit(form).await.error(), "E-02", "{name}");
    }
}

#[tokio::test]
async fn a_press_of_an_ended_session_ends_nothing() {
    let (_, mut student, mut phone) = two_devices().await;
    let there = opens(&mut phone, "sessions").await;
    let page = opens(&mut student, "sessions").await;
    student.browser.press(&page, &[], "end-others").await;
    let answer = phone.browser.press(&there, &[], "end-others").await;
    assert_eq!(answer.id(), "sign-in");
    assert_eq!(opens(&mut student, "").await.id(), "account");
}
