//! P-16, P-23, D-02: a new second password by the mailed link, and all that ends with the old one (J-09 9.3 to 9.5; SR-41 to SR-43).

use std::sync::Arc;

use axum::http::Method;
use sea_orm::ConnectionTrait;

use super::reset::asks;
use crate::support::{
    Page, Student, World,
    browser::{Browser, Call},
    clock::{HOUR, MINUTE, SECOND},
    setup::Setup,
    student::SECOND_PASSWORD,
    world::events,
};

pub const NEW_PASSWORD: &str = "Indigo4Lantern";

/// Both fields of P-16.
pub async fn changes(browser: &mut Browser, page: &Page, entry: &str) -> Page {
    browser.enter(page, &[("second_password", entry), ("second_password_confirmation", entry)]).await
}

pub async fn set_status(world: &World, status: &str) {
    let database = world.raw_database().await;
    database.execute_unprepared(&format!("UPDATE account SET status = '{status}'")).await.unwrap();
    // Another process wrote: what this one keeps in memory is out of date.
    world.restart().await;
}

pub async fn a_link(world: &Arc<World>, student: &Student) -> String {
    asks(&mut world.browser(), &student.email).await;
    student.mail().await.link()
}

/// From the link to D-02, at another device.
async fn resets(world: &Arc<World>, student: &Student) -> Page {
    let link = a_link(world, student).await;
    let mut browser = world.browser();
    let page = browser.open(&link).await;
    changes(&mut browser, &page, NEW_PASSWORD).await
}

#[tokio::test]
async fn a_reset_changes_the_second_password_and_signs_nobody_in() {
    let world = World::start().await;
    let mut student = world.student().await;
    let link = a_link(&world, &student).await;
    let mut browser = world.browser();
    let page = browser.open(&link).await;
    assert_eq!(page.id(), "reset-second-password");
    assert!(page.text().contains("s2••••01") && !page.body.contains("s2025001"), "{}", page.text());
    let page = changes(&mut browser, &page, NEW_PASSWORD).await;
    assert_eq!(page.message(), "second-password-changed");
    assert!(!browser.has_session(), "{:?}", browser.cookie_names());
    assert!(browser.click(&page, "ok").await.url.as_str().starts_with("https://rp.example/login"));

    let notice = student.mail().await;
    assert!(notice.subject.contains("第2パスワード変更"), "{}", notice.subject);
    assert!(!notice.text.contains("http"), "a notice has no link: {}", notice.text);
    let page = student.reaches_second_password().await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(page.field_error("second_password"), "E-50", "the old one is gone");
    assert!(student.enters_second_password(&page, NEW_PASSWORD).await.is_at_the_client());
}

#[tokio::test]
async fn ok_leads_to_the_login_that_waits_in_this_browser() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    let page = student.browser.click(&page, "forgot").await;
    let email = student.email.clone();
    let waiting = student.browser.enter(&page, &[("email", &email)]).await;
    let page = student.opens_the_link().await;
    let page = changes(&mut student.browser, &page, NEW_PASSWORD).await;
    let waiting = student.browser.reload(&waiting).await;
    assert_eq!(waiting.id(), "reset-email-sent", "that tab moves on for nobody");
    let page = student.browser.click(&page, "ok").await;
    assert_eq!(page.id(), "sign-in", "university password and key are still asked");
    let page = student.types_university_password(&page).await;
    assert!(student.enters_second_password(&page, NEW_PASSWORD).await.is_at_the_client());
}

#[tokio::test]
async fn the_page_that_waits_for_a_reset_leads_to_the_sign_in_page() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    let page = student.browser.click(&page, "forgot").await;
    let email = student.email.clone();
    let waiting = student.browser.enter(&page, &[("email", &email)]).await;
    assert_eq!(student.browser.click(&waiting, "sign-in").await.id(), "sign-in");
}

#[tokio::test]
async fn the_key_is_still_asked_for_after_a_reset() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    resets(&world, &student).await;
    let page = student.reaches_second_password().await;
    assert_eq!(student.enters_second_password(&page, NEW_PASSWORD).await.id(), "auth-key");
}

#[tokio::test]
async fn every_rule_that_is_broken_is_told_and_the_link_stays_good() {
    let world = World::start().await;
    let student = world.student().await;
    let link = a_link(&world, &student).await;
    let mut browser = world.browser();
    for (entry, confirmation, errors, mismatch) in [
        ("abc", "abc", "E-40 E-41 E-43", ""),
        ("ABCDEFGH1", "ABCDEFGH1", "E-42", ""),
        ("Abcdefgh1!", "Abcdefgh1!", "E-44", ""),
        ("Ａbcdefg1A", "Ａbcdefg1A", "E-45", ""),
        ("Password1", "Password1", "E-48", ""),
        ("XxS2025001", "XxS2025001", "E-48", ""),
        ("", "", "E-40 E-41 E-42 E-43", ""),
        (NEW_PASSWORD, "Indigo4Lanterns", "", "E-46"),
    ] {
        let page = browser.open(&link).await;
        let page =
            browser.enter(&page, &[("second_password", entry), ("second_password_confirmation", confirmation)]).await;
        assert_eq!(page.id(), "reset-second-password", "{entry}");
        assert_eq!(page.field_error("second_password"), errors, "{entry}");
        assert_eq!(page.field_error("second_password_confirmation"), mismatch, "{entry}");
        assert!(page.value("second_password").is_none_or(|value| value.is_empty()), "never kept");
    }
    let long = format!("Aa1{}", "x".repeat(126));
    let page = browser.open(&link).await;
    assert_eq!(changes(&mut browser, &page, &long).await.field_error("second_password"), "E-52");
    let page = browser.open(&link).await;
    assert_eq!(page.errors(), Vec::<String>::new(), "told once");
    assert_eq!(changes(&mut browser, &page, NEW_PASSWORD).await.message(), "second-password-changed");
}

#[tokio::test]
async fn a_link_tells_nothing_of_the_university_s_password() {
    let world = World::start().await;
    let mut student = world.person("s2025003", "Harbor7violet9");
    student.sets_everything_up().await;
    let link = a_link(&world, &student).await;
    let mut browser = world.browser();
    let page = browser.open(&link).await;
    let page = changes(&mut browser, &page, "Harbor7violet9").await;
    assert_eq!(page.message(), "second-password-changed", "no uncounted way to try university passwords");
}

#[tokio::test]
async fn a_reset_lifts_the_lock_and_clears_the_row_of_wrong_ones() {
    let world = World::with(Setup::default().set("limits.second_password.max_wrong_in_a_row", "20")).await;
    let mut student = world.student().await;
    for _ in 0..4 {
        let mut page = student.reaches_second_password().await;
        for _ in 0..5 {
            world.clock.pass(20 * SECOND);
            page = student.enters_second_password(&page, "Wrong7Harbor").await;
        }
        assert_eq!(page.id(), "locked");
        world.clock.pass(HOUR);
    }
    let locked = student.passes_the_university().await;
    assert!(locked.text().contains("再設定"), "until a reset: {}", locked.text());
    resets(&world, &student).await;
    let page = student.reaches_second_password().await;
    assert!(student.enters_second_password(&page, NEW_PASSWORD).await.is_at_the_client());
}

#[tokio::test]
async fn a_reset_ends_a_lock_at_once() {
    let world = World::start().await;
    let mut student = world.student().await;
    let mut page = student.reaches_second_password().await;
    for _ in 0..5 {
        world.clock.pass(20 * SECOND);
        page = student.enters_second_password(&page, "Wrong7Harbor").await;
    }
    assert_eq!(page.id(), "locked");
    resets(&world, &student).await;
    let page = student.reaches_second_password().await;
    assert!(student.enters_second_password(&page, NEW_PASSWORD).await.is_at_the_client());
}

#[tokio::test]
async fn sr_43_a_reset_ends_every_session_with_its_tokens() {
    let world = World::start().await;
    let mut student = world.student().await;
    let mut phone = student.at_another_device();
    let mut tokens = Vec::new();
    for device in [&mut student, &mut phone] {
        let page = device.signs_in_for(&[("scope", "openid offline_access")]).await;
        tokens.push(world.service().redeem(&page.code()).await);
    }
    let unredeemed = student.signs_in().await.code();
    resets(&world, &student).await;
    for granted in &tokens {
        assert_eq!(world.service().userinfo(&granted.text("access_token")).await.status(), 401);
        assert_eq!(world.service().refresh(&granted.text("refresh_token")).await.error(), "invalid_grant");
    }
    assert_eq!(world.service().redeem(&unredeemed).await.error(), "invalid_grant");
    for device in [&mut student, &mut phone] {
        assert_eq!(device.begins().await.id(), "sign-in", "no single sign-on is left");
    }
}

#[tokio::test]
async fn tokens_end_even_where_their_session_is_long_gone() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.signs_in_for(&[("scope", "openid offline_access")]).await;
    let tokens = world.service().redeem(&page.code()).await;
    world.clock.pass(72 * HOUR);
    world.flows().purge(24 * HOUR).await.unwrap();
    resets(&world, &student).await;
    assert_eq!(world.service().refresh(&tokens.text("refresh_token")).await.error(), "invalid_grant");
}

#[tokio::test]
async fn a_reset_kills_open_keys_and_what_was_proven_by_the_old_password() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let page = student.reaches_auth_key().await;
    let key = student.key().await;
    resets(&world, &student).await;
    let page = student.enters_key(&page, &key).await;
    assert!(!page.is_at_the_client());
    assert_eq!(page.id(), "second-password", "the login asks for the new one");
}

#[tokio::test]
async fn somebody_else_s_sessions_stay() {
    let world = World::start().await;
    let student = world.student().await;
    let mut other = world.another_student().await;
    let page = other.signs_in().await;
    let tokens = world.service().redeem(&page.code()).await;
    resets(&world, &student).await;
    assert_eq!(world.service().userinfo(&tokens.text("access_token")).await.status(), 200);
}

#[tokio::test]
async fn the_trail_tells_of_a_reset_under_the_request_s_support_code() {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    let mut browser = world.browser();
    let sent = asks(&mut browser, &student.email).await;
    let page = browser.open(&student.mail().await.link()).await;
    assert_eq!(page.support_code(), sent.support_code());
    changes(&mut browser, &page, NEW_PASSWORD).await;
    let trail = world.trail(&sent.support_code()).await;
    assert_eq!(events(&trail), ["second_password.reset_requested", "session.ended", "second_password.reset"]);
    assert!(trail.iter().all(|row| row.entry.account.is_some()));
    assert!(trail[2].entry.detail.contains("\"sessions\":1"), "{}", trail[2].entry.detail);
    assert!(!format!("{trail:?}").contains(NEW_PASSWORD));
}

#[tokio::test]
async fn a_used_link_is_e_31_and_leads_to_a_new_request() {
    let world = World::start().await;
    let student = world.student().await;
    let link = a_link(&world, &student).await;
    let mut browser = world.browser();
    let landing = browser.open(&link).await;
    let done = changes(&mut browser, &landing, NEW_PASSWORD).await;
    assert_eq!(browser.reload(&done).await.message(), "second-password-changed");
    let page = browser.open(&link).await;
    assert_eq!((page.id().as_str(), page.error().as_str()), ("link-invalid", "E-31"));
    assert_eq!(browser.click(&page, "retry").await.id(), "forgot-second-password");
    world.clock.pass(MINUTE);
    let page = changes(&mut browser, &landing, "Other5Harbor").await;
    assert_eq!(page.error(), "E-31", "an old page changes nothing");
    let mut student = student;
    let page = student.reaches_second_password().await;
    assert!(student.enters_second_password(&page, NEW_PASSWORD).await.is_at_the_client());
}

#[tokio::test]
async fn expired_replaced_and_unknown_links_say_so() {
    let world = World::start().await;
    let student = world.student().await;
    let first = a_link(&world, &student).await;
    let second = a_link(&world, &student).await;
    let mut browser = world.browser();
    let landing = browser.open(&second).await;
    assert_eq!(landing.id(), "reset-second-password");
    for (link, code) in [(first.clone(), "E-32"), (format!("{}aaaa", &second[..second.len() - 4]), "E-33")] {
        let page = browser.open(&link).await;
        assert_eq!((page.id().as_str(), page.error().as_str()), ("link-invalid", code));
        let pressed = browser.submit(landing_at(&landing, &link)).await;
        assert_eq!(pressed.error(), code);
    }
    world.clock.pass(30 * MINUTE);
    let page = browser.open(&second).await;
    assert_eq!(page.error(), "E-30");
    assert_eq!(browser.click(&page, "retry").await.id(), "forgot-second-password");
    assert_eq!(changes(&mut browser, &landing, NEW_PASSWORD).await.error(), "E-30");
    assert_eq!(world.browser().open(&format!("{second}/done")).await.error(), "E-30", "nothing was done");
}

/// The landing page's form, sent to another link.
fn landing_at(landing: &Page, link: &str) -> crate::support::page::Form {
    let typed = [("second_password", NEW_PASSWORD), ("second_password_confirmation", NEW_PASSWORD)];
    let mut form = landing.form(&typed, None);
    form.action = link.parse().unwrap();
    form
}

#[tokio::test]
async fn a_link_ends_with_a_change_of_address_and_with_its_account() {
    let world = World::start().await;
    let student = world.student().await;
    let link = a_link(&world, &student).await;
    set_status(&world, "suspended").await;
    assert_eq!(world.browser().open(&link).await.error(), "E-30");
    set_status(&world, "active").await;
    let store = world.flows().store.clone();
    let mut account = store.accounts_by_user_id(&world.tenant().id, "s2025001").await.unwrap().remove(0);
    account.credential_version += 1;
    store.write(async |tx| Ok::<_, idp::store::StoreError>(tx.save_account(&account).await?)).await.unwrap();
    assert_eq!(world.browser().open(&link).await.error(), "E-32");
}

#[tokio::test]
async fn sr_42_scanners_burn_nothing() {
    let world = World::start().await;
    let student = world.student().await;
    let link = a_link(&world, &student).await;
    let rows = world.whole_trail().await.len();
    let mut scanner = world.browser();
    for _ in 0..20 {
        let page = scanner.open(&link).await;
        assert_eq!(page.id(), "reset-second-password");
        assert!(page.headers.get("set-cookie").is_none());
        assert_eq!(scanner.send(Call::get(&link).method(Method::HEAD)).await.status, 200);
        assert_eq!(scanner.send(Call::get(&link).method(Method::OPTIONS)).await.status, 204);
        let pressed = world.browser().send(Call::form(&link, &[])).await;
        assert_eq!(pressed.status, 303, "an empty press is an error of the form");
    }
    assert_eq!(world.whole_trail().await.len(), rows);
    let mut browser = world.browser();
    let page = browser.open(&link).await;
    assert_eq!(changes(&mut browser, &page, NEW_PASSWORD).await.message(), "second-password-changed");
}

#[tokio::test]
async fn another_site_s_press_is_refused() {
    let world = World::start().await;
    let student = world.student().await;
    let link = a_link(&world, &student).await;
    let typed = [("second_password", NEW_PASSWORD), ("second_password_confirmation", NEW_PASSWORD)];
    for (name, value) in [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")] {
        let page = world.browser().send(Call::form(&link, &typed).with(name, value)).await;
        assert_eq!((page.status.as_u16(), page.error().as_str()), (400, "E-02"), "{name}: {value}");
    }
    assert_eq!(world.browser().open(&link).await.id(), "reset-second-password");
}

#[tokio::test]
async fn a_tenant_that_gives_second_passwords_up_knows_no_such_link() {
    let world = World::start().await;
    let student = world.student().await;
    let link = a_link(&world, &student).await;
    world.restart_with(Setup::default().set("policy.second_password.use", "off")).await;
    assert_eq!(world.browser().open(&link).await.error(), "E-33");
}

#[tokio::test]
async fn a_request_waits_through_a_restart() {
    let world = World::start().await;
    let student = world.student().await;
    let before = student.mails().await.len();
    let mut browser = world.browser();
    let page = asks(&mut browser, &student.email).await;
    world.restart().await;
    let digits = student.mail().await.digits();
    assert_eq!(student.mails().await.len(), before + 1);
    assert_eq!(browser.enter(&page, &[("code", &digits)]).await.id(), "reset-second-password");
}

#[tokio::test]
async fn a_request_that_nobody_looked_up_in_its_time_sends_nothing() {
    let world = World::start().await;
    let student = world.student().await;
    let before = student.mails().await.len();
    asks(&mut world.browser(), &student.email).await;
    world.clock.pass(31 * MINUTE);
    assert_eq!(student.mails().await.len(), before);
}
