//! P-08, D-03, D-04: the auth key, right and wrong (J-05, J-06).

use crate::support::{
    Page, Student, World,
    clock::{MINUTE, SECOND},
    setup::Setup,
    student::{SECOND_PASSWORD, wrong},
    world::events,
};

/// Enters keys that are not this one.
pub async fn wrong_keys(student: &mut Student, mut page: Page, key: &str, count: usize) -> Page {
    for _ in 0..count {
        page = student.enters_key(&page, &wrong(key)).await;
    }
    page
}

#[tokio::test]
async fn the_right_key_leads_to_the_client_with_its_acr() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let page = student.reaches_auth_key().await;
    let code = page.support_code();
    let key = student.key().await;
    let page = student.enters_key(&page, &key).await;
    let claims = world.service().redeem(&page.code()).await.claims();
    assert_eq!(claims["acr"], "urn:idp:acr:auth-key");
    assert_eq!(claims["amr"], serde_json::json!(["pwd", "otp"]));
    let trail = world.trail(&code).await;
    assert_eq!(
        events(&trail),
        ["login.university_proven", "second_password.proven", "auth_key.sent", "auth_key.proven", "login.completed"]
    );
}

#[tokio::test]
async fn the_first_key_is_sent_by_the_press_and_not_by_the_page() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let before = student.mails().await.len();
    let page = student.reaches_second_password().await;
    assert_eq!(student.mails().await.len(), before);
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    for _ in 0..5 {
        student.browser.reload(&page).await;
        student.browser.click(&page, "check").await;
    }
    assert_eq!(student.mails().await.len(), before + 1);
}

#[tokio::test]
async fn page_and_mail_show_the_same_reference() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let page = student.reaches_auth_key().await;
    assert_eq!(page.reference(), student.mail().await.reference());
}

#[tokio::test]
async fn a_key_is_read_in_full_width_digits_and_with_blanks() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let page = student.reaches_auth_key().await;
    let key = student.key().await;
    let wide: String = key.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect();
    let page = student.enters_key(&page, &format!("　{} {} ", &wide[..9], &wide[9..])).await;
    assert!(page.is_at_the_client(), "{:?}", page.errors());
}

#[tokio::test]
async fn what_is_no_key_is_e_60_and_not_counted() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let mut page = student.reaches_auth_key().await;
    let key = student.key().await;
    for typed in ["", "12345", "1234567", "abcdef", "12345x", "１２３", "-12345", "１２３４５６７"] {
        page = student.enters_key(&page, typed).await;
        assert_eq!(page.field_error("auth_key"), "E-60", "{typed}");
    }
    assert!(student.enters_key(&page, &key).await.is_at_the_client());
}

#[tokio::test]
async fn a_wrong_key_is_e_61_with_the_reference_of_the_right_mail() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let page = student.reaches_auth_key().await;
    let key = student.key().await;
    let reference = page.reference();
    let page = student.enters_key(&page, &wrong(&key)).await;
    assert_eq!(page.field_error("auth_key"), "E-61");
    assert!(page.text().contains(&format!("「{reference}」")), "{}", page.text());
    assert_eq!(page.value("auth_key").unwrap_or_default(), "", "a key is not kept");
    assert!(student.enters_key(&page, &key).await.is_at_the_client());
}

#[tokio::test]
async fn sr_23_the_fifth_wrong_key_kills_it_and_the_right_one_comes_too_late() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let page = student.reaches_auth_key().await;
    let code = page.support_code();
    let key = student.key().await;
    let page = wrong_keys(&mut student, page, &key, 4).await;
    assert_eq!(page.field_error("auth_key"), "E-61");
    let page = student.enters_key(&page, &wrong(&key)).await;
    assert_eq!(page.message(), "auth-key-invalid");

    let page = student.browser.click(&page, "ok").await;
    assert_eq!(page.id(), "auth-key");
    for _ in 0..3 {
        assert_eq!(student.enters_key(&page, &key).await.message(), "auth-key-invalid");
        assert_eq!(student.enters_key(&page, &wrong(&key)).await.message(), "auth-key-invalid");
    }
    let trail = world.trail(&code).await;
    let failed = events(&trail).iter().filter(|event| **event == "auth_key.failed").count();
    assert_eq!(failed, 5, "at a dead key nothing is counted");
    assert_eq!(events(&trail).last(), Some(&"auth_key.invalidated"));
}

#[tokio::test]
async fn after_a_dead_key_a_new_one_gets_through() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let page = student.reaches_auth_key().await;
    let old = student.key().await;
    let page = wrong_keys(&mut student, page, &old, 5).await;
    let page = student.browser.click(&page, "ok").await;
    assert_eq!(page.all("[autofocus]", "value"), ["reissue"], "the button that helps has the focus");
    world.clock.pass(MINUTE);
    let page = student.asks_for_a_new_key(&page).await;
    assert_eq!(page.message(), "auth-key-reissued");
    let page = student.browser.click(&page, "ok").await;
    let page = student.enters_key(&page, &old).await;
    assert_eq!(page.field_error("auth_key"), "E-61", "the old key is wrong now");
    let new = student.key().await;
    assert!(student.enters_key(&page, &new).await.is_at_the_client());
}

#[tokio::test]
async fn a_replaced_key_no_longer_works_and_counts_as_wrong() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let page = student.reaches_auth_key().await;
    let first = student.key().await;
    world.clock.pass(MINUTE);
    let page = student.asks_for_a_new_key(&page).await;
    let mut page = student.browser.click(&page, "ok").await;
    let second = student.key().await;
    assert_ne!(first, second);
    for _ in 0..4 {
        page = student.enters_key(&page, &first).await;
        assert_eq!(page.field_error("auth_key"), "E-61");
    }
    assert_eq!(student.enters_key(&page, &first).await.message(), "auth-key-invalid");
}

#[tokio::test]
async fn a_new_key_has_five_tries_of_its_own_and_another_reference() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let page = student.reaches_auth_key().await;
    let (key, reference) = (student.key().await, page.reference());
    let page = wrong_keys(&mut student, page, &key, 4).await;
    world.clock.pass(MINUTE);
    let page = student.asks_for_a_new_key(&page).await;
    let page = student.browser.click(&page, "ok").await;
    assert_ne!(page.reference(), reference);
    let key = student.key().await;
    let page = wrong_keys(&mut student, page, &key, 4).await;
    assert!(student.enters_key(&page, &key).await.is_at_the_client());
}

#[tokio::test]
async fn sr_21_a_key_of_nine_minutes_and_59_seconds_works_and_at_ten_it_is_e_62() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    let sent_at = world.now();
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    let key = student.key().await;
    world.clock.set(sent_at.plus(10 * MINUTE));
    let late = student.enters_key(&page, &key).await;
    assert_eq!(late.field_error("auth_key"), "E-62");
    world.clock.set(sent_at.plus(10 * MINUTE).minus(SECOND));
    assert!(student.enters_key(&late, &key).await.is_at_the_client());
}

#[tokio::test]
async fn an_expired_key_stays_dead_and_costs_no_try() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let mut page = student.reaches_auth_key().await;
    let key = student.key().await;
    world.clock.pass(10 * MINUTE);
    for _ in 0..3 {
        for typed in [&key, &wrong(&key)] {
            page = student.enters_key(&page, typed).await;
            assert_eq!((page.id().as_str(), page.field_error("auth_key").as_str()), ("auth-key", "E-62"));
        }
    }
    assert!(!events(&world.trail(&page.support_code()).await).contains(&"auth_key.failed"));
    let page = student.asks_for_a_new_key(&page).await;
    let page = student.browser.click(&page, "ok").await;
    let key = student.key().await;
    assert!(student.enters_key(&page, &key).await.is_at_the_client());
}

#[tokio::test]
async fn sr_22_the_key_of_another_tab_is_wrong_here_and_counts() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let one = student.reaches_auth_key().await;
    let key_of_one = student.key().await;
    world.clock.pass(MINUTE);
    let two = student.reaches_auth_key().await;
    let key_of_two = student.key().await;
    assert_ne!(one.reference(), two.reference());

    let page = student.enters_key(&two, &key_of_one).await;
    assert_eq!(page.field_error("auth_key"), "E-61");
    let trail = world.trail(&two.support_code()).await;
    assert_eq!(events(&trail).last(), Some(&"auth_key.failed"));
    assert!(student.enters_key(&page, &key_of_two).await.is_at_the_client());
}

#[tokio::test]
async fn a_second_press_with_the_right_key_shows_what_the_first_one_did() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let page = student.reaches_auth_key().await;
    let key = student.key().await;
    let first = student.enters_key(&page, &key).await;
    assert!(first.is_at_the_client());
    let second = student.enters_key(&page, &key).await;
    assert_eq!(second.id(), "already-signed-in");
}

#[tokio::test]
async fn back_restarts_the_login_and_its_key_is_worthless_in_the_next() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let page = student.reaches_auth_key().await;
    let old = student.key().await;
    let page = student.browser.click(&page, "back").await;
    assert_eq!(page.id(), "sign-in");
    world.clock.pass(MINUTE);
    let page = student.types_university_password(&page).await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(student.enters_key(&page, &old).await.field_error("auth_key"), "E-61");
}

#[tokio::test]
async fn whoever_lost_the_mailbox_reads_what_to_do_and_comes_back() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let page = student.reaches_auth_key().await;
    let lost = student.browser.click(&page, "lost-mailbox").await;
    assert_eq!(lost.id(), "lost-mailbox");
    let back = student.browser.click(&lost, "back").await;
    assert_eq!(back.id(), "auth-key");
}

#[tokio::test]
async fn a_new_account_starts_with_the_key_where_the_tenant_says_so() {
    let world = World::with(Setup::default().set("policy.two_factor_default", "on")).await;
    let mut student = world.student().await;
    student.reaches_auth_key().await;
}

#[tokio::test]
async fn by_default_no_key_is_asked_for() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.signs_in().await;
    let answer = world.service().redeem(&page.code()).await;
    assert_eq!(answer.claims()["acr"], "urn:idp:acr:second-password");
    assert_eq!(answer.claims()["amr"], serde_json::json!(["pwd"]));
}

#[tokio::test]
async fn off_means_off_even_for_accounts_that_started_with_it() {
    let world = World::with(Setup::default().set("policy.two_factor_default", "on")).await;
    let mut student = world.student().await;
    world.restart_with(Setup::default().set("policy.two_factor", "off")).await;
    let page = student.reaches_second_password().await;
    assert!(student.enters_second_password(&page, SECOND_PASSWORD).await.is_at_the_client());
}

#[tokio::test]
async fn the_tenant_sets_how_many_digits_a_key_has() {
    let world =
        World::with(Setup::default().set("policy.two_factor", "required").set("policy.auth_key.digits", "8")).await;
    let mut student = world.student().await;
    let page = student.reaches_auth_key().await;
    let key = student.key().await;
    assert_eq!(key.len(), 8);
    let page = student.enters_key(&page, &key[..6]).await;
    assert_eq!(page.field_error("auth_key"), "E-60");
    assert!(student.enters_key(&page, &key).await.is_at_the_client());
}
