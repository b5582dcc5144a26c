//! P-18: two-factor on and off (J-10; SR-11, SR-30, SR-31).

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::support::{
    Page, Student, World,
    browser::Browser,
    clock::{MINUTE, SECOND},
    setup::Setup,
    student::{SECOND_PASSWORD, wrong},
    world::events,
};

use super::{RETURN_TO, address, opens};

/// Signed in, with an access token that reads the account's claims.
async fn signed_in_at(world: &Arc<World>) -> (Student, String) {
    let mut student = world.student().await;
    let page = student.signs_in_for(&[("scope", "openid account")]).await;
    let access = world.service().redeem(&page.code()).await.text("access_token");
    world.clock.pass(2 * SECOND);
    (student, access)
}

async fn is_enabled(world: &Arc<World>, access: &str) -> bool {
    world.service().userinfo(access).await.json()["two_factor_enabled"].as_bool().unwrap()
}

async fn switches(student: &mut Student, target: &str) -> Page {
    let page = opens(student, "two-factor").await;
    assert_eq!(page.value("target").as_deref(), Some(target));
    student.browser.press(&page, &[], "yes").await
}

/// A world where every account begins with two-factor on, and somebody signed in with it.
async fn with_two_factor() -> (Arc<World>, Student, String) {
    let world = World::with(Setup::default().set("policy.two_factor_default", "on")).await;
    let (student, access) = signed_in_at(&world).await;
    (world, student, access)
}

async fn count(world: &World, event: &str) -> usize {
    world.whole_trail().await.iter().filter(|row| row.event == event).count()
}

#[tokio::test]
async fn sr_31_turning_it_on_takes_effect_at_once_and_is_told() {
    let world = World::start().await;
    let (mut student, access) = signed_in_at(&world).await;
    let mails = student.mails().await.len();
    let page = opens(&mut student, "two-factor").await;
    assert_eq!((page.id().as_str(), page.message().as_str()), ("two-factor", "enable-two-factor"));
    assert!(page.text().contains("二要素認証を有効にしますか?") && page.text().contains("s2•••@mail.example"));
    let page = student.browser.press(&page, &[], "yes").await;
    assert_eq!(page.message(), "two-factor-enabled");
    assert!(page.text().contains("二要素認証を有効にしました。"));
    assert_eq!(page.link("ok").as_str(), RETURN_TO);
    assert!(is_enabled(&world, &access).await, "the service sees it at once");
    assert_eq!(student.mails().await.len(), mails + 1);
    assert!(student.mail().await.subject.contains("二要素認証設定変更"), "{}", student.mail().await.subject);
    assert!(student.mail().await.text.contains("有効"));
    let trail = world.trail(&page.support_code()).await;
    assert_eq!(trail.last().unwrap().event, "two_factor.enabled");
    assert_eq!(trail.last().unwrap().entry.client.as_deref(), Some("certificate-service"));
    assert!(opens(&mut student, "").await.text().contains("有効"));
    let mut phone = student.at_another_device();
    phone.reaches_auth_key().await;
}

#[tokio::test]
async fn no_leads_back_and_changes_nothing() {
    let world = World::start().await;
    let (mut student, access) = signed_in_at(&world).await;
    let page = opens(&mut student, "two-factor").await;
    assert!(!page.header("content-security-policy").contains("form-action"), "no may lead to the service");
    assert_eq!(page.header("cross-origin-opener-policy"), "same-origin");
    let page = student.browser.press(&page, &[], "no").await;
    assert_eq!(page.url.as_str(), RETURN_TO);
    let page = student.browser.open(&address("two-factor", &[("return_to", "https://evil.example/")])).await;
    assert!(page.header("content-security-policy").contains("form-action 'self'"));
    let page = student.browser.press(&page, &[], "no").await;
    assert_eq!(page.id(), "account", "a foreign return address leads to the menu");
    assert!(!is_enabled(&world, &access).await);
}

#[tokio::test]
async fn pressing_twice_or_in_two_tabs_never_flips_back() {
    let world = World::start().await;
    let (mut student, access) = signed_in_at(&world).await;
    let (one, two) = (opens(&mut student, "two-factor").await, opens(&mut student, "two-factor").await);
    for page in [&one, &one, &two] {
        assert_eq!(student.browser.press(page, &[], "yes").await.message(), "two-factor-enabled");
    }
    assert!(is_enabled(&world, &access).await);
    assert_eq!(count(&world, "two_factor.enabled").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_presses_at_once_switch_it_once_and_send_one_mail() {
    let world = World::start().await;
    let (mut student, access) = signed_in_at(&world).await;
    let page = opens(&mut student, "two-factor").await;
    let mails = student.mails().await.len();
    let form = page.form(&[], Some("yes"));
    let mut racers = JoinSet::new();
    for _ in 0..50 {
        let (mut browser, form) = (student.browser.clone(), form.clone());
        racers.spawn(async move {
            let answer = browser.send(Browser::call_of(&form)).await;
            browser.follow(answer).await.id()
        });
    }
    assert!(racers.join_all().await.iter().all(|id| id == "message"), "everybody sees what stands");
    assert!(is_enabled(&world, &access).await);
    assert_eq!(count(&world, "two_factor.enabled").await, 1);
    assert_eq!(student.mails().await.len(), mails + 1);
}

#[tokio::test]
async fn sr_30_turning_it_off_asks_for_the_second_password_even_a_moment_after_the_login() {
    let (world, mut student, access) = with_two_factor().await;
    let mails = student.mails().await.len();
    let page = opens(&mut student, "two-factor").await;
    assert_eq!(page.message(), "disable-two-factor");
    let page = student.browser.press(&page, &[], "yes").await;
    assert_eq!(page.id(), "confirm-second-password");
    assert!(is_enabled(&world, &access).await);
    let again = student.enters_second_password(&page, "Wrong7Harbor").await;
    assert_eq!(again.field_error("second_password"), "E-50");
    assert!(is_enabled(&world, &access).await);
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(page.message(), "two-factor-disabled");
    assert!(page.text().contains("二要素認証を無効にしました。"));
    assert_eq!(page.link("ok").as_str(), RETURN_TO);
    assert!(!is_enabled(&world, &access).await);
    assert_eq!(student.mails().await.len(), mails + 1);
    assert!(student.mail().await.text.contains("無効"));
    assert_eq!(count(&world, "two_factor.disabled").await, 1);
    let mut phone = student.at_another_device();
    assert!(phone.signs_in().await.is_at_the_client());
    assert_eq!(phone.browser.reload(&page).await.message(), "two-factor-disabled");
}

#[tokio::test]
async fn turning_it_off_ends_the_other_sessions_and_not_this_one() {
    let (world, mut student, _) = with_two_factor().await;
    let mut phone = student.at_another_device();
    let there = phone.signs_in_for(&[("scope", "openid offline_access")]).await;
    let refresh = world.service().redeem(&there.code()).await.text("refresh_token");
    world.clock.pass(MINUTE);
    let page = switches(&mut student, "off").await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(page.message(), "two-factor-disabled");
    assert_eq!(opens(&mut student, "").await.id(), "account", "this session goes on");
    assert_eq!(opens(&mut phone, "").await.id(), "sign-in");
    assert_eq!(world.service().refresh(&refresh).await.error(), "invalid_grant", "as after a logout");
    assert_eq!(count(&world, "session.ended").await, 1);
}

#[tokio::test]
async fn turning_it_on_leaves_the_other_sessions() {
    let world = World::start().await;
    let (mut student, _) = signed_in_at(&world).await;
    let mut phone = student.at_another_device();
    phone.signs_in().await;
    switches(&mut student, "on").await;
    assert_eq!(opens(&mut phone, "").await.id(), "account");
}

#[tokio::test]
async fn after_an_old_login_the_key_is_asked_as_well() {
    let (world, mut student, _) = with_two_factor().await;
    world.clock.pass(16 * MINUTE);
    let keys = count(&world, "auth_key.sent").await;
    let page = switches(&mut student, "off").await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(page.id(), "send-auth-key");
    assert_eq!(count(&world, "auth_key.sent").await, keys, "the page sends nothing");
    let page = student.browser.enter(&page, &[]).await;
    assert_eq!(page.id(), "auth-key");
    let key = student.key().await;
    let again = student.enters_key(&page, &wrong(&key)).await;
    assert_eq!(again.field_error("auth_key"), "E-61");
    assert_eq!(count(&world, "two_factor.disabled").await, 0);
    let done = student.enters_key(&page, &key).await;
    assert_eq!(done.message(), "two-factor-disabled");
    assert_eq!(done.link("ok").as_str(), RETURN_TO);
    let trail = world.trail(&page.support_code()).await;
    assert_eq!(
        events(&trail),
        ["auth_key.sent", "auth_key.failed", "auth_key.proven", "login.completed", "two_factor.disabled"]
    );
    assert!(student.mail().await.text.contains("無効"));
    assert_eq!(student.enters_key(&page, &key).await.id(), "already-signed-in", "nothing is done twice");
}

#[tokio::test]
async fn a_login_is_old_by_its_oldest_proof_and_the_key_by_its_own() {
    let (world, mut student, _) = with_two_factor().await;
    world.clock.pass(16 * MINUTE);
    let page = student.begins_with(&[("prompt", "login")]).await;
    assert_eq!(page.id(), "sign-in");
    student.signs_in_for(&[("prompt", "login")]).await;
    world.clock.pass(14 * MINUTE);
    let page = switches(&mut student, "off").await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(page.message(), "two-factor-disabled", "a young login needs no second key");
}

#[tokio::test]
async fn back_from_the_key_leads_to_the_question_and_the_second_password_is_asked_again() {
    let (world, mut student, access) = with_two_factor().await;
    world.clock.pass(4 * MINUTE);
    let fresh = student.begins().await;
    let access = if fresh.is_at_the_client() { access } else { unreachable!() };
    world.clock.pass(12 * MINUTE);
    let page = switches(&mut student, "off").await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    let page = student.browser.enter(&page, &[]).await;
    assert_eq!(page.id(), "auth-key");
    let back = student.browser.click(&page, "back").await;
    assert_eq!((back.id().as_str(), back.message().as_str()), ("two-factor", "disable-two-factor"));
    let page = student.browser.press(&back, &[], "yes").await;
    assert_eq!(page.id(), "confirm-second-password");
    drop(access);
}

#[tokio::test]
async fn the_errand_dies_with_its_session() {
    let (world, mut student, _) = with_two_factor().await;
    world.clock.pass(16 * MINUTE);
    let page = switches(&mut student, "off").await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    let page = student.browser.enter(&page, &[]).await;
    let key = student.key().await;
    let ask = student.browser.open(&format!("{}/logout", crate::support::setup::ISSUER)).await;
    student.browser.press(&ask, &[], "yes").await;
    let over = student.enters_key(&page, &key).await;
    assert_eq!(over.id(), "timed-out");
    let again = student.browser.click(&over, "sign-in").await;
    assert_eq!(again.id(), "sign-in");
    let page = student.types_university_password(&again).await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(page.id(), "auth-key", "it is still on");
    world.clock.pass(MINUTE);
    let key = student.key().await;
    let page = student.enters_key(&page, &key).await;
    assert_eq!((page.id().as_str(), page.message().as_str()), ("two-factor", "disable-two-factor"));
    assert_eq!(count(&world, "two_factor.disabled").await, 0);
}

#[tokio::test]
async fn nobody_skips_the_second_password() {
    let (world, mut student, access) = with_two_factor().await;
    let page = opens(&mut student, "two-factor").await;
    let done = address("two-factor/disabled", &[]);
    assert_eq!(student.browser.open(&done).await.id(), "two-factor", "the dialog is shown only while it is true");
    let mut form = page.form(&[], Some("yes"));
    form.fields.push(("second_password".into(), "x".into()));
    assert_eq!(student.browser.submit(form).await.id(), "confirm-second-password");
    for target in ["", "x", "ON"] {
        let mut form = page.form(&[], Some("yes"));
        for (name, value) in &mut form.fields {
            if name == "target" {
                target.clone_into(value);
            }
        }
        assert_eq!(student.browser.submit(form).await.error(), "E-02", "{target}");
    }
    assert!(is_enabled(&world, &access).await);
}

#[tokio::test]
async fn five_wrong_ones_on_the_way_to_off_lock_and_end_the_session() {
    let (world, mut student, _) = with_two_factor().await;
    let page = switches(&mut student, "off").await;
    let mut last = page.clone();
    for _ in 0..5 {
        last = student.enters_second_password(&page, "Wrong7Harbor").await;
        world.clock.pass(20 * SECOND);
    }
    assert_eq!(last.id(), "locked");
    assert_eq!(opens(&mut student, "").await.id(), "sign-in");
    assert_eq!(count(&world, "two_factor.disabled").await, 0);
}

#[tokio::test]
async fn where_it_is_required_it_cannot_be_changed() {
    let world = World::with_auth_key().await;
    let (mut student, access) = signed_in_at(&world).await;
    let page = opens(&mut student, "two-factor").await;
    assert_eq!(page.id(), "two-factor");
    assert!(page.text().contains("テスト大学の設定により、二要素認証は常に有効です。変更することはできません。"));
    assert!(!page.body.contains("name=\"target\""), "{}", page.body);
    assert!(opens(&mut student, "").await.text().contains("有効"));
    assert_eq!(student.browser.open(&address("two-factor/confirm", &[])).await.id(), "two-factor");
    assert!(is_enabled(&world, &access).await);
}

#[tokio::test]
async fn a_form_from_before_the_university_required_it_does_nothing() {
    let world = World::start().await;
    let (mut student, _) = signed_in_at(&world).await;
    let page = opens(&mut student, "two-factor").await;
    world.restart_with(Setup::default().set("policy.two_factor", "required")).await;
    let page = student.browser.press(&page, &[], "yes").await;
    assert_eq!(page.id(), "send-auth-key", "the session is not enough any more");
    assert_eq!(count(&world, "two_factor.enabled").await, 0);
}

#[tokio::test]
async fn with_confirm_enable_a_key_is_entered_first() {
    let world = World::with(Setup::default().set("policy.two_factor_confirm_enable", "true")).await;
    let (mut student, access) = signed_in_at(&world).await;
    let page = switches(&mut student, "on").await;
    assert_eq!(page.id(), "auth-key");
    assert!(!is_enabled(&world, &access).await);
    let key = student.key().await;
    let again = student.enters_key(&page, &wrong(&key)).await;
    assert_eq!(again.field_error("auth_key"), "E-61");
    assert!(!is_enabled(&world, &access).await);
    let done = student.enters_key(&page, &key).await;
    assert_eq!(done.message(), "two-factor-enabled");
    assert_eq!(done.link("ok").as_str(), RETURN_TO);
    assert!(is_enabled(&world, &access).await);
    assert_eq!(count(&world, "two_factor.enabled").await, 1);
    assert!(student.mail().await.subject.contains("二要素認証設定変更"), "M-08");
}

#[tokio::test]
async fn a_cross_site_press_does_nothing() {
    let world = World::start().await;
    let (mut student, access) = signed_in_at(&world).await;
    let page = opens(&mut student, "two-factor").await;
    let form = page.form(&[], Some("yes"));
    for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "same-site")] {
        let mut call = Browser::call_of(&form);
        call.headers.retain(|(known, _)| !matches!(known.as_str(), "origin" | "sec-fetch-site"));
        assert_eq!(student.browser.send(call.with(name, value)).await.error(), "E-02");
    }
    let mut form = form;
    form.fields.retain(|(name, _)| name != "form_token");
    assert_eq!(student.browser.submit(form).await.error(), "E-02");
    assert!(!is_enabled(&world, &access).await);
}
