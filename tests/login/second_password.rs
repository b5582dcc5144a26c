//! P-06, D-01 and P-07: the second password is set and entered (J-03, J-04).

use crate::support::{
    World,
    clock::{HOUR, MINUTE},
    setup::Setup,
    student::SECOND_PASSWORD,
    world::events,
};

async fn refused(entry: &str, confirmation: &str) -> (Vec<String>, String) {
    refused_of("s2025001", "university-1", entry, confirmation).await
}

async fn refused_of(user_id: &str, password: &str, entry: &str, confirmation: &str) -> (Vec<String>, String) {
    let world = World::start().await;
    let mut student = world.person(user_id, password);
    let page = student.asks_for_the_link().await;
    let code = student.mail().await.digits();
    student.browser.enter(&page, &[("code", &code)]).await;
    let page = student.passes_the_university().await;
    assert_eq!(page.id(), "set-second-password");
    let page = student.sets_second_password(&page, entry, confirmation).await;
    assert_eq!(page.id(), "set-second-password", "{entry}");
    assert_eq!(page.value("second_password").unwrap_or_default(), "", "both fields are emptied");
    assert_eq!(page.value("second_password_confirmation").unwrap_or_default(), "");
    (page.field_errors("second_password"), page.field_error("second_password_confirmation"))
}

async fn refused_for(entry: &str, codes: &[&str]) {
    let (told, confirmation) = refused(entry, entry).await;
    assert_eq!(
        (told.as_slice(), confirmation.as_str()),
        (codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>().as_slice(), ""),
        "{entry}"
    );
}

#[tokio::test]
async fn seven_characters_are_too_short() {
    refused_for("Violet7", &["E-40"]).await;
}

#[tokio::test]
async fn an_upper_case_letter_is_needed() {
    refused_for("violet7harbor", &["E-41"]).await;
}

#[tokio::test]
async fn a_lower_case_letter_is_needed() {
    refused_for("VIOLET7HARBOR", &["E-42"]).await;
}

#[tokio::test]
async fn a_digit_is_needed() {
    refused_for("VioletHarbor", &["E-43"]).await;
}

#[tokio::test]
async fn nothing_but_letters_and_digits_may_be_used() {
    refused_for("Violet7Harbor!", &["E-44"]).await;
    refused_for("Violet7 Harbor", &["E-44"]).await;
    refused_for("Violet7日本Harbor", &["E-44"]).await;
}

#[tokio::test]
async fn full_width_letters_have_their_own_message() {
    refused_for("Violet7Harborｘ", &["E-45"]).await;
}

#[tokio::test]
async fn two_different_entries_are_e_46() {
    let told = refused("Violet7Harbor", "Violet7Harbour").await;
    assert_eq!(told, (Vec::new(), "E-46".to_owned()));
}

#[tokio::test]
async fn the_user_id_and_what_is_easy_to_guess_are_e_48() {
    refused_for("xXS2025001", &["E-48"]).await;
    refused_for("Password1", &["E-48"]).await;
    refused_for("Abcd1234", &["E-48"]).await;
}

#[tokio::test]
async fn the_university_s_own_password_is_e_48() {
    let told = refused_of("s2025003", "Harbor7violet9", "Harbor7violet9", "Harbor7violet9").await;
    assert_eq!(told.0, ["E-48"]);
}

#[tokio::test]
async fn a_hundred_and_twenty_nine_characters_are_too_long() {
    refused_for(&format!("Violet7{}", "Harbor".repeat(21)), &["E-52"]).await;
}

#[tokio::test]
async fn every_broken_rule_is_told_at_once() {
    refused_for("abc", &["E-40", "E-41", "E-43"]).await;
    refused_for("", &["E-40", "E-41", "E-42", "E-43"]).await;
}

#[tokio::test]
async fn what_was_refused_is_not_set() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    let code = student.mail().await.digits();
    student.browser.enter(&page, &[("code", &code)]).await;
    let page = student.passes_the_university().await;
    student.sets_second_password(&page, "Password1", "Password1").await;
    assert_eq!(student.passes_the_university().await.id(), "set-second-password");
}

#[tokio::test]
async fn it_is_not_asked_in_the_login_that_set_it_and_always_afterwards() {
    let world = World::start().await;
    let mut student = world.student().await;
    for _ in 0..2 {
        let page = student.passes_the_university().await;
        assert_eq!(page.id(), "second-password");
        assert!(student.enters_second_password(&page, SECOND_PASSWORD).await.is_at_the_client());
        student.browser.forget_cookies();
    }
}

#[tokio::test]
async fn closing_the_page_after_setting_leaves_it_set() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    let code = student.mail().await.digits();
    student.browser.enter(&page, &[("code", &code)]).await;
    let page = student.passes_the_university().await;
    student.sets_second_password(&page, SECOND_PASSWORD, SECOND_PASSWORD).await;
    assert_eq!(student.at_another_device().passes_the_university().await.id(), "second-password");
}

#[tokio::test]
async fn the_finished_page_of_setting_it_stays_the_same_until_the_restart() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    let code = student.mail().await.digits();
    student.browser.enter(&page, &[("code", &code)]).await;
    let form = student.passes_the_university().await;
    let done = student.sets_second_password(&form, SECOND_PASSWORD, SECOND_PASSWORD).await;
    assert_eq!(student.browser.reload(&done).await.message(), "second-password-set");
    assert_eq!(student.browser.reload(&form).await.message(), "second-password-set", "back to the form finds it done");
    let again = student.sets_second_password(&form, "Another8Harbor", "Another8Harbor").await;
    assert_eq!(again.message(), "second-password-set", "the second press shows the result of the first");
    let mut fresh = student.at_another_device();
    let page = fresh.reaches_second_password().await;
    assert!(fresh.enters_second_password(&page, SECOND_PASSWORD).await.is_at_the_client(), "and changed nothing");
}

#[tokio::test]
async fn an_address_confirmed_long_ago_is_told_of_the_new_second_password() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    let code = student.mail().await.digits();
    student.browser.enter(&page, &[("code", &code)]).await;
    world.clock.pass(25 * HOUR);
    let page = student.passes_the_university().await;
    student.sets_second_password(&page, SECOND_PASSWORD, SECOND_PASSWORD).await;
    let mails = student.mails().await;
    assert_eq!(mails.len(), 2);
    assert!(mails[1].text.contains("第2パスワードが設定されました"), "{}", mails[1].text);
    assert!(!mails[1].text.contains("/link/") && !mails[1].text.contains(SECOND_PASSWORD));
}

#[tokio::test]
async fn an_address_confirmed_today_is_not_told() {
    let world = World::start().await;
    let student = world.student().await;
    assert_eq!(student.mails().await.len(), 1, "the registration mail alone");
}

#[tokio::test]
async fn a_tenant_without_second_passwords_passes_the_university_on() {
    let setup = Setup::default()
        .set("policy.second_password.use", "off")
        .set("policy.two_factor", "off")
        .set("policy.email.enrolment", "off");
    let world = World::with(setup).await;
    let mut student = world.newcomer();
    let page = student.passes_the_university().await;
    assert!(page.is_at_the_client(), "{}", page.id());
    let claims = world.service().redeem(&page.code()).await.claims();
    assert_eq!(claims["acr"], "urn:idp:acr:university");
}

#[tokio::test]
async fn an_empty_entry_is_e_49_and_not_counted() {
    let world = World::start().await;
    let mut student = world.student().await;
    let mut page = student.reaches_second_password().await;
    for _ in 0..10 {
        page = student.enters_second_password(&page, "").await;
        assert_eq!(page.field_error("second_password"), "E-49");
    }
    assert!(student.enters_second_password(&page, SECOND_PASSWORD).await.is_at_the_client());
}

#[tokio::test]
async fn a_wrong_entry_is_e_50_and_stands_in_the_trail() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    let page = student.enters_second_password(&page, "violet7Harbor").await;
    assert_eq!(page.field_error("second_password"), "E-50");
    assert_eq!(page.value("second_password").unwrap_or_default(), "");
    let trail = world.trail(&page.support_code()).await;
    assert_eq!(events(&trail), ["login.university_proven", "second_password.failed"]);
}

#[tokio::test]
async fn nothing_is_put_right_in_a_password() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    let page = student.enters_second_password(&page, " Violet7Harbor").await;
    assert_eq!(page.field_error("second_password"), "E-50");
    let page = student.enters_second_password(&page, "Ｖiolet7Harbor").await;
    assert_eq!(page.field_error("second_password"), "E-50");
}

#[tokio::test]
async fn back_restarts_the_login_with_the_same_request() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    let old = page.support_code();
    let page = student.browser.click(&page, "back").await;
    assert_eq!(page.id(), "sign-in");
    assert_ne!(page.support_code(), old);
    let page = student.types_university_password(&page).await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(page.parameter("state").as_deref(), Some("state-1"));
}

#[tokio::test]
async fn an_account_with_an_address_and_no_second_password_goes_to_set_one() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    let code = student.mail().await.digits();
    student.browser.enter(&page, &[("code", &code)]).await;
    world.clock.pass(MINUTE);
    assert_eq!(student.at_another_device().passes_the_university().await.id(), "set-second-password");
}
