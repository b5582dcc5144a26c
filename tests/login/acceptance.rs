//! The acceptance checks of the journeys (part 9), by their numbers; each walks the way that a person would, without script.
//! The browser tests walk 1 to 3 with and without; 18 is held by the tests of the themes.

use axum::http::Method;
use idp::flows::{Clearing, Warrant};

use super::reset::asks;
use crate::{
    account,
    support::{
        World,
        browser::Call,
        clock::{HOUR, MINUTE, SECOND},
        mailbox::Mail,
        setup::Setup,
        student::{SECOND_PASSWORD, wrong},
        world::events,
    },
};

const KEY: &str = "urn:idp:acr:auth-key";

#[tokio::test]
async fn check_1_a_new_student_on_a_pc_opens_the_link_on_a_phone() {
    for (required, keys) in [(false, 0), (true, 1)] {
        let world = if required { World::with_auth_key().await } else { World::start().await };
        let mut student = world.newcomer();
        let waiting = student.asks_for_the_link().await;
        let mut phone = student.at_another_device();
        let landing = phone.opens_the_link().await;
        assert_eq!(phone.confirms(&landing).await.id(), "email-registered");
        let waiting = student.browser.reload(&waiting).await;
        assert_eq!(waiting.id(), "email-registered", "the PC's tab moves on");
        let sign_in = student.browser.click(&waiting, "sign-in").await;
        let page = student.types_university_password(&sign_in).await;
        let page = student.sets_second_password(&page, SECOND_PASSWORD, SECOND_PASSWORD).await;
        assert_eq!(page.message(), "second-password-set");
        let page = student.browser.click(&page, "ok").await;
        let page = student.types_university_password(&page).await;
        let mut page = student.enters_second_password(&page, SECOND_PASSWORD).await;
        if required {
            let key = student.key().await;
            page = student.enters_key(&page, &key).await;
        }
        assert!(page.is_at_the_client() && page.parameter("code").is_some(), "{}", page.id());
        let mails = student.mails().await;
        assert_eq!(mails.iter().filter(|mail| mail.is_key()).count(), keys);
        assert_eq!(mails.iter().filter(|mail| mail.text.contains("/link/")).count(), 1);
    }
}

#[tokio::test]
async fn check_3_english_reaches_mails_and_the_service_and_korean_comes_back_from_it() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.begins().await;
    let page = student.browser.press(&page, &[("ui_locale", "en")], "set-language").await;
    let page = student.types_university_password(&page).await;
    let email = student.email.clone();
    let page = student.registers(&page, &email).await;
    let mail = student.mail().await;
    assert!(mail.subject.contains("Confirm your e-mail address"), "{}", mail.subject);
    let page = student.browser.enter(&page, &[("code", &mail.digits())]).await;
    let page = student.browser.click(&page, "sign-in").await;
    let page = student.types_university_password(&page).await;
    let page = student.sets_second_password(&page, SECOND_PASSWORD, SECOND_PASSWORD).await;
    let page = student.browser.click(&page, "ok").await;
    let page = student.types_university_password(&page).await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert!(page.is_at_the_client(), "{}", page.id());
    let profile = student.signs_in_for(&[("scope", "openid profile")]).await;
    let tokens = world.service().redeem(&profile.code()).await;
    assert_eq!(world.service().userinfo(&tokens.text("access_token")).await.json()["locale"], "en");
    let page = student.browser.open(&account::address("email", &[("ui_locales", "ko")])).await;
    assert_eq!((page.id().as_str(), page.language().as_str()), ("change-email", "ko"));
}

#[tokio::test]
async fn check_4_five_wrong_keys_kill_the_key_and_a_new_one_works() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let mut page = student.reaches_auth_key().await;
    let key = student.key().await;
    for _ in 0..5 {
        page = student.enters_key(&page, &wrong(&key)).await;
    }
    assert_eq!(page.message(), "auth-key-invalid");
    let page = student.browser.click(&page, "ok").await;
    let page = student.enters_key(&page, &key).await;
    assert_eq!(page.message(), "auth-key-invalid", "the right one too");
    let page = student.browser.click(&page, "ok").await;
    world.clock.pass(MINUTE);
    let page = student.asks_for_a_new_key(&page).await;
    assert_eq!(page.message(), "auth-key-reissued");
    let page = student.browser.click(&page, "ok").await;
    let key = student.key().await;
    assert!(student.enters_key(&page, &key).await.is_at_the_client());
}

#[tokio::test]
async fn check_5_a_head_and_twenty_gets_change_nothing_and_a_press_without_cookie_makes_no_session() {
    let world = World::start().await;
    let mut student = world.newcomer();
    student.asks_for_the_link().await;
    let link = student.mail().await.link();
    let mut scanner = world.browser();
    scanner.send(Call::get(&link).method(Method::HEAD)).await;
    for _ in 0..20 {
        assert_eq!(scanner.open(&link).await.id(), "confirm-link");
    }
    let mut phone = student.at_another_device();
    let landing = phone.browser.open(&link).await;
    phone.browser.forget_cookies();
    assert_eq!(phone.confirms(&landing).await.id(), "email-registered");
    assert!(!phone.browser.has_session());
}

#[tokio::test]
async fn check_6_a_reset_for_an_unknown_address_looks_like_one_for_a_known_one() {
    let world = World::start().await;
    let student = world.student().await;
    let known = asks(&mut world.browser(), &student.email).await;
    let unknown = asks(&mut world.browser(), "nobody@mail.example").await;
    assert_eq!(known.status, unknown.status);
    let names = |page: &crate::support::Page| page.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&known), names(&unknown));
    let without = |page: &crate::support::Page| {
        let token = page.value("form_token").unwrap();
        page.body.replace(&page.support_code(), "").replace(&token, "")
    };
    assert_eq!(without(&known), without(&unknown));
}

#[tokio::test]
async fn check_7_a_link_lives_thirty_minutes_until_a_newer_one_or_its_use() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    let first = student.mail().await.link();
    world.clock.pass(MINUTE);
    student.browser.press(&page, &[], "resend").await;
    let second = student.mail().await.link();
    assert_eq!(student.browser.open(&first).await.error(), "E-32");
    // The press that asked for it took a second already.
    world.clock.pass(29 * MINUTE + 58 * SECOND);
    let mut phone = world.browser();
    let landing = phone.open(&second).await;
    assert_eq!(landing.id(), "confirm-link");
    assert_eq!(phone.enter(&landing, &[]).await.id(), "email-registered", "at 29:59");
    assert_eq!(phone.enter(&landing, &[]).await.id(), "email-registered", "a second press is harmless");

    let mut late = world.person("s2025002", "university-2");
    late.asks_for_the_link().await;
    let link = late.mail().await.link();
    world.clock.pass(30 * MINUTE);
    assert_eq!(world.browser().open(&link).await.error(), "E-30", "at 30:01");
}

#[tokio::test]
async fn check_8_two_tabs_at_the_key_have_two_references() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let one = student.reaches_auth_key_for(&[("state", "one")]).await;
    let key_of_one = student.key().await;
    let two = student.reaches_auth_key_for(&[("state", "two")]).await;
    let key_of_two = student.key().await;
    assert_ne!(one.reference(), two.reference());
    let mailed: Vec<String> = student.mails().await.iter().filter(|mail| mail.is_key()).map(Mail::reference).collect();
    assert_eq!(mailed, [one.reference(), two.reference()]);
    assert_eq!(student.enters_key(&two, &key_of_one).await.field_error("auth_key"), "E-61");
    assert_eq!(events(&world.trail(&two.support_code()).await).last(), Some(&"auth_key.failed"), "it counts");
    assert!(student.enters_key(&two, &key_of_two).await.is_at_the_client());
    let page = student.enters_key(&one, &key_of_one).await;
    assert_eq!(page.id(), "already-signed-in");
    let page = student.browser.press(&page, &[], "continue").await;
    assert_eq!(page.parameter("state").as_deref(), Some("one"));
}

#[tokio::test]
async fn check_9_back_from_the_service_offers_to_go_on() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let page = student.reaches_auth_key().await;
    let key = student.key().await;
    assert!(student.enters_key(&page, &key).await.is_at_the_client());
    assert_eq!(student.browser.reload(&page).await.id(), "already-signed-in");
}

#[tokio::test]
async fn check_10_a_bookmark_of_the_sign_in_page_starts_a_login_the_next_day() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.begins().await;
    world.clock.pass(24 * HOUR);
    assert!(student.browser.reload(&page).await.url.as_str().starts_with("https://rp.example/login"));
}

#[tokio::test]
async fn check_11_an_account_with_an_address_only_sets_a_second_password() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    let code = student.mail().await.digits();
    student.browser.enter(&page, &[("code", &code)]).await;
    assert_eq!(student.passes_the_university().await.id(), "set-second-password");
}

#[tokio::test]
async fn check_13_two_factor_off_and_a_service_that_asks_for_the_key() {
    let world = World::start().await;
    let mut student = world.student().await;
    assert_eq!(student.reaches_auth_key_for(&[("acr_values", KEY)]).await.id(), "auth-key");
    student.browser.forget_cookies();
    student.signs_in().await;
    let page = student.begins_with(&[("acr_values", KEY)]).await;
    assert_eq!(page.id(), "send-auth-key");
    world.clock.pass(MINUTE);
    let page = student.browser.enter(&page, &[]).await;
    assert_eq!(page.id(), "auth-key");
    let key = student.key().await;
    assert!(student.enters_key(&page, &key).await.is_at_the_client(), "and nothing else is asked");
}

#[tokio::test]
async fn check_14_who_studies_is_let_in_whatever_else_they_are() {
    let world = World::start().await;
    for (user_id, password, seen, said) in [
        ("both", "university-4", "register-email", ""),
        ("s2024001", "university", "not-eligible", "卒業・修了・退学された方は"),
        ("nobody", "university", "not-eligible", "在学中であることを示す情報"),
    ] {
        let page = world.person(user_id, password).passes_the_university().await;
        assert_eq!(page.id(), seen, "{user_id}");
        assert!(page.text().contains(said), "{user_id}: {}", page.text());
    }
}

#[tokio::test]
async fn check_15_full_width_digits_are_read_and_full_width_letters_of_a_second_password_are_not() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    student.user_id = "ｓ２０２５００１".to_owned();
    let page = student.reaches_auth_key().await;
    let wide: String = student.key().await.chars().map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap()).collect();
    assert!(student.enters_key(&page, &wide).await.is_at_the_client());

    let mut newcomer = world.person("s2025002", "university-2");
    let page = newcomer.asks_for_the_link().await;
    let code = newcomer.mail().await.digits();
    newcomer.browser.enter(&page, &[("code", &code)]).await;
    let page = newcomer.passes_the_university().await;
    let page = newcomer.sets_second_password(&page, "Ｖｉｏｌｅｔ７Harbor", "Ｖｉｏｌｅｔ７Harbor").await;
    assert!(page.field_errors("second_password").contains(&"E-45".to_owned()), "{:?}", page.errors());
}

#[tokio::test]
async fn check_16_short_codes_finish_the_waiting_tab_and_tell_nothing_at_a_reset() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    let code = student.mail().await.digits();
    assert_eq!(student.browser.enter(&page, &[("code", &code)]).await.id(), "email-registered");

    let mut other = world.person("s2025002", "university-2");
    let mut page = other.asks_for_the_link().await;
    let code = other.mail().await.digits();
    for _ in 0..5 {
        page = other.browser.enter(&page, &[("code", &wrong(&code))]).await;
    }
    assert!(page.errors().contains(&"E-68".to_owned()), "{:?}", page.errors());
    assert_eq!(other.opens_the_link().await.id(), "confirm-link", "the link still works");

    let mut known = world.person("s2025003", "Harbor7violet9");
    known.sets_everything_up().await;
    for email in [known.email.as_str(), "nobody@mail.example"] {
        let mut browser = world.browser();
        let page = asks(&mut browser, email).await;
        let page = browser.enter(&page, &[("code", "000000")]).await;
        assert_eq!((page.id().as_str(), page.errors().join(" ")), ("reset-email-sent", "E-67".to_owned()));
    }
}

#[tokio::test]
async fn check_17_the_dots_of_old_carriers() {
    for (setting, address, refused) in [
        ("allow", "a..b@docomo.ne.jp", false),
        ("refuse", "a..b@docomo.ne.jp", true),
        ("allow", "a..b@example.com", true),
        ("refuse", "a..b@example.com", true),
    ] {
        let world = World::with(Setup::default().set("policy.email.legacy_carrier_addresses", setting)).await;
        let mut student = world.newcomer();
        let page = student.passes_the_university().await;
        let page = student.registers(&page, address).await;
        assert_eq!(page.errors().contains(&"E-23".to_owned()), refused, "{setting} {address}: {}", page.id());
    }
}

#[tokio::test]
async fn check_12_a_cleared_address_asks_for_the_second_password_first() {
    let world = World::start().await;
    let mut student = world.student().await;
    let account = world.flows().store.accounts_by_user_id(&world.tenant().id, "s2025001").await.unwrap().remove(0);
    let warrant = Warrant { by: "office".into(), system_user: "office".into(), reason: "lost phone".into() };
    let clearing = Clearing { email: true, second_password: false };
    world.flows().clear_account(&world.tenant(), &account, clearing, &warrant).await.unwrap();
    assert!(student.mail().await.subject.contains("登録解除"), "M-10");
    let page = student.passes_the_university().await;
    assert_eq!(page.id(), "second-password");
    assert_eq!(student.enters_second_password(&page, SECOND_PASSWORD).await.id(), "register-email");
}
