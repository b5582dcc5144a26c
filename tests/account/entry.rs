//! How one comes to an account page, and back (J-19, J-13, J-11).

use crate::support::{
    Student, World,
    browser::Call,
    clock::{HOUR, MINUTE, SECOND},
    setup::{ISSUER, Setup},
    student::SECOND_PASSWORD,
    world::events,
};

use super::{RETURN_TO, address, opens};

pub async fn signed_in() -> (std::sync::Arc<World>, Student) {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    (world, student)
}

#[tokio::test]
async fn the_menu_has_the_six_items_of_the_manual_and_the_masked_user_id() {
    let (_, mut student) = signed_in().await;
    let page = opens(&mut student, "").await;
    assert_eq!(page.id(), "account");
    let text = page.text();
    let items =
        ["トップページ", "マニュアル", "メールアドレス変更", "第2パスワード変更", "二要素認証設定", "ログアウト"];
    let places: Vec<usize> = items.iter().map(|item| text.find(item).unwrap_or_else(|| panic!("no {item}"))).collect();
    assert!(places.is_sorted(), "{text}");
    assert!(text.contains("ユーザID：s2••••01") && !page.body.contains("s2025001"));
    assert!(text.contains("無効"));
    assert_eq!(page.link("top").as_str(), "https://rp.example/");
    assert_eq!(page.link("manual").as_str(), "https://rp.example/manual");
    assert!(page.link("email").as_str().starts_with(&format!("{ISSUER}/account/email?client_id=certificate-service")));
}

#[tokio::test]
async fn without_a_client_the_menu_is_that_of_the_default_one() {
    let (_, mut student) = signed_in().await;
    let page = student.browser.open(&format!("{ISSUER}/account")).await;
    assert_eq!((page.id().as_str(), page.link("top").as_str()), ("account", "https://rp.example/"));
    let page = student.browser.open(&address("", &[("client_id", "phone-app"), ("return_to", "")])).await;
    assert!(page.id() == "account" && !page.has_link("top") && !page.has_link("manual"), "it has no menu of its own");
}

#[tokio::test]
async fn account_pages_are_isolated_and_their_forms_stay_here() {
    let (_, mut student) = signed_in().await;
    let page = opens(&mut student, "").await;
    assert_eq!(page.header("cross-origin-opener-policy"), "same-origin");
    assert!(page.header("content-security-policy").contains("form-action 'self'"));
    assert_eq!(page.header("cache-control"), "no-store");
}

#[tokio::test]
async fn without_a_session_a_login_comes_first_and_ends_at_the_page() {
    let world = World::start().await;
    let mut student = world.student().await;
    let rows = world.whole_trail().await.len();
    let page = opens(&mut student, "").await;
    assert_eq!(page.id(), "sign-in");
    assert_eq!(world.whole_trail().await.len(), rows, "nothing is stored");
    let login = page.support_code();
    let page = student.types_university_password(&page).await;
    assert_eq!(page.id(), "second-password");
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(page.id(), "account");
    assert_eq!(page.parameter("return_to").as_deref(), Some(RETURN_TO));
    assert_eq!(page.support_code(), login, "the support code leads to the login's trail");
    let trail = world.trail(&login).await;
    assert_eq!(events(&trail), ["login.university_proven", "second_password.proven", "login.completed"]);
    assert!(trail.iter().all(|row| row.entry.client.as_deref() == Some("certificate-service")));
    let page = student.begins().await;
    assert!(page.is_at_the_client(), "its session answers clients too");
}

#[tokio::test]
async fn without_a_client_too() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.signs_in_at(&format!("{ISSUER}/account")).await;
    assert_eq!(page.id(), "account");
    let trail = world.trail(&page.support_code()).await;
    assert!(trail.iter().all(|row| row.entry.client.is_none()));
}

#[tokio::test]
async fn a_first_visit_to_an_account_page_meets_every_gate() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = opens(&mut student, "").await;
    let page = student.types_university_password(&page).await;
    assert_eq!(page.id(), "register-email");
    let email = student.email.clone();
    let page = student.registers(&page, &email).await;
    let code = student.mail().await.digits();
    let page = student.browser.enter(&page, &[("code", &code)]).await;
    assert_eq!(page.id(), "email-registered");
    let page = student.browser.click(&page, "sign-in").await;
    let page = student.types_university_password(&page).await;
    assert_eq!(page.id(), "set-second-password");
    let page = student.sets_second_password(&page, SECOND_PASSWORD, SECOND_PASSWORD).await;
    let page = student.browser.click(&page, "ok").await;
    let page = student.types_university_password(&page).await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(page.id(), "account");
    assert_eq!(page.parameter("return_to").as_deref(), Some(RETURN_TO), "kept through both restarts");
}

#[tokio::test]
async fn the_account_s_own_switch_holds_for_this_login_too() {
    let world = World::with(Setup::default().set("policy.two_factor_default", "on")).await;
    let mut student = world.student().await;
    let page = opens(&mut student, "").await;
    let page = student.types_university_password(&page).await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(page.id(), "auth-key");
    let key = student.key().await;
    assert_eq!(student.enters_key(&page, &key).await.id(), "account");
}

#[tokio::test]
async fn a_foreign_return_address_is_left_aside_and_the_page_works() {
    let (_, mut student) = signed_in().await;
    for foreign in
        ["https://evil.example/", "https://rp.example", "https://rp.example/x", "javascript:alert(1)", "/account"]
    {
        let page = student.browser.open(&address("email/confirm", &[("return_to", foreign)])).await;
        assert!(!page.body.contains("evil.example"));
        let page = student.browser.open(&address("sessions", &[("return_to", foreign)])).await;
        assert_eq!(page.link("back").path(), "/account", "{foreign}");
    }
    let page = opens(&mut student, "sessions").await;
    assert_eq!(page.link("back").as_str(), RETURN_TO);
}

#[tokio::test]
async fn another_client_s_return_address_is_foreign_too() {
    let setup = Setup::default().further_client(
        "archive",
        &(crate::support::setup::client("archive").replace("rp.example", "archive.example")
            + "token_endpoint_auth_method = \"none\"\n"),
    );
    let world = World::with(setup).await;
    let mut student = world.student().await;
    student.signs_in().await;
    let page = student.browser.open(&address("sessions", &[("client_id", "archive")])).await;
    assert_eq!(page.link("back").path(), "/account");
    let page = student.browser.open(&address("sessions", &[("client_id", "nobody")])).await;
    assert_eq!(page.link("back").path(), "/account");
}

#[tokio::test]
async fn the_language_is_the_one_asked_for_else_the_cookie_s_else_the_account_s() {
    let (_, mut student) = signed_in().await;
    assert_eq!(opens(&mut student, "").await.language(), "ja");
    let page = student.browser.open(&address("", &[("ui_locales", "fr en-GB")])).await;
    assert_eq!(page.language(), "en");
    assert!(page.link("email").as_str().contains("ui_locales=en"), "it goes along to the other pages");
    let page = student.begins_with(&[("prompt", "login")]).await;
    student.browser.press(&page, &[("ui_locale", "en")], "set-language").await;
    assert_eq!(opens(&mut student, "").await.language(), "en");
    let page = student.browser.open(&address("", &[("ui_locales", "ja")])).await;
    assert_eq!(page.language(), "ja");
}

#[tokio::test]
async fn a_language_chosen_at_the_login_is_the_page_s() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.browser.open(&address("", &[("ui_locales", "ja")])).await;
    let page = student.browser.press(&page, &[("ui_locale", "en")], "set-language").await;
    let page = student.types_university_password(&page).await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!((page.id().as_str(), page.language().as_str()), ("account", "en"));
}

#[tokio::test]
async fn a_hint_at_somebody_else_asks_who_goes_on() {
    let (world, mut student) = signed_in().await;
    let hinted = |hint: &str| address("", &[("login_hint", hint)]);
    for mine in ["s2025001", "s2025001@mail.example"] {
        assert_eq!(student.browser.open(&hinted(mine)).await.id(), "account", "{mine}");
    }
    let page = student.browser.open(&hinted("s2025002")).await;
    assert_eq!(page.id(), "already-signed-in");
    assert!(page.text().contains("s2••••01") && !page.body.contains("s2025001"));
    let mut goes_on = student.clone();
    let menu = goes_on.browser.press(&page, &[], "continue").await;
    assert_eq!(menu.id(), "account");
    assert_eq!(menu.parameter("return_to").as_deref(), Some(RETURN_TO));

    let page = student.browser.press(&page, &[], "sign-out").await;
    assert_eq!((page.id().as_str(), page.value("username").as_deref()), ("sign-in", Some("s2025002")));
    assert!(!student.browser.has_session());
    assert_eq!(world.whole_trail().await.last().unwrap().event, "logout");
}

#[tokio::test]
async fn whoever_signs_in_as_somebody_else_than_was_meant_is_told() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.signs_in_at(&address("", &[("login_hint", "s2025002")])).await;
    assert_eq!(page.id(), "already-signed-in");
    assert_eq!(student.browser.press(&page, &[], "continue").await.id(), "account");
}

#[tokio::test]
async fn another_tab_s_login_opens_the_page_in_this_one() {
    let world = World::start().await;
    let mut student = world.student().await;
    let waiting = opens(&mut student, "").await;
    world.clock.pass(SECOND);
    assert!(student.signs_in().await.is_at_the_client());
    let page = student.types_university_password(&waiting).await;
    assert_eq!(page.id(), "already-signed-in");
    assert_eq!(student.browser.press(&page, &[], "continue").await.id(), "account");
    let over = student.browser.reload(&waiting).await;
    assert!(over.is_at_the_client(), "that login is over");
}

#[tokio::test]
async fn the_waiting_sign_in_page_loaded_again_leads_to_the_account_page() {
    let world = World::start().await;
    let mut student = world.student().await;
    let waiting = opens(&mut student, "").await;
    student.signs_in().await;
    assert_eq!(student.browser.reload(&waiting).await.id(), "account");
}

#[tokio::test]
async fn a_session_that_has_run_out_is_none() {
    for (step, most) in [(29 * MINUTE, 31 * MINUTE), (29 * MINUTE, 9 * HOUR)] {
        let (world, mut student) = signed_in().await;
        let mut passed = step;
        while passed < most.min(7 * HOUR) {
            world.clock.pass(step);
            passed += step;
            if most == 31 * MINUTE {
                break;
            }
            assert_eq!(opens(&mut student, "").await.id(), "account", "a look is a use: {passed:?}");
        }
        world.clock.pass(if most == 31 * MINUTE { 2 * MINUTE } else { HOUR + 29 * MINUTE });
        assert_eq!(opens(&mut student, "").await.id(), "sign-in");
    }
}

#[tokio::test]
async fn a_use_is_written_at_most_once_a_minute() {
    let (world, mut student) = signed_in().await;
    let account = world.flows().store.accounts_by_user_id(&world.tenant().id, "s2025001").await.unwrap()[0].id;
    let used = async || world.flows().store.sessions_of_account(account).await.unwrap()[0].used_at;
    let before = used().await;
    world.clock.pass(50 * SECOND);
    opens(&mut student, "").await;
    assert_eq!(used().await, before);
    world.clock.pass(20 * SECOND);
    opens(&mut student, "").await;
    assert_eq!(used().await, world.now());
}

#[tokio::test]
async fn an_account_that_was_suspended_sees_no_page() {
    let (world, mut student) = signed_in().await;
    let database = world.raw_database().await;
    sea_orm::ConnectionTrait::execute_unprepared(&database, "UPDATE account SET status = 'suspended'").await.unwrap();
    world.restart().await;
    let page = opens(&mut student, "").await;
    assert_eq!(page.id(), "sign-in");
    let page = student.types_university_password(&page).await;
    assert_eq!(page.id(), "not-eligible");
    assert_eq!(page.link("back-to-service").as_str(), RETURN_TO, "back to where the link was");
}

#[tokio::test]
async fn staff_that_is_not_eligible_goes_back_to_the_service() {
    let world = World::start().await;
    let mut staff = world.person("s2024001", "university");
    let page = opens(&mut staff, "").await;
    let page = staff.types_university_password(&page).await;
    assert_eq!(page.id(), "not-eligible");
    assert_eq!(page.link("back-to-service").as_str(), RETURN_TO);
    let page = staff.browser.open(&address("", &[("return_to", "https://evil.example/")])).await;
    let page = staff.types_university_password(&page).await;
    assert!(page.id() == "not-eligible" && !page.has_link("back-to-service"));
}

#[tokio::test]
async fn a_login_that_timed_out_leads_back_to_the_page() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = opens(&mut student, "two-factor").await;
    let page = student.types_university_password(&page).await;
    world.clock.pass(31 * MINUTE);
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(page.id(), "timed-out");
    let again = student.browser.click(&page, "sign-in").await;
    assert_eq!(again.id(), "sign-in");
    let page = student.types_university_password(&again).await;
    world.clock.pass(61 * MINUTE);
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(page.id(), "timed-out");
    let again = student.browser.click(&page, "sign-in").await;
    assert_eq!(again.id(), "sign-in", "too old to be begun anew: the page begins another one");
    let page = student.types_university_password(&again).await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!((page.id().as_str(), page.parameter("return_to").as_deref()), ("two-factor", Some(RETURN_TO)));
}

#[tokio::test]
async fn pages_that_do_not_exist_or_are_switched_off_are_not_found() {
    let (_, mut student) = signed_in().await;
    for path in ["/account/", "/account/x", "/account/email/x", "/account/x/confirm", "/accounts"] {
        let page = student.browser.open(&format!("{ISSUER}{path}")).await;
        assert_eq!((page.status.as_u16(), page.error().as_str()), (404, "E-12"), "{path}");
    }
    let world = World::with(Setup::default().set("policy.two_factor", "off")).await;
    let mut student = world.student().await;
    student.signs_in().await;
    assert!(!opens(&mut student, "").await.has_link("two-factor"));
    assert_eq!(opens(&mut student, "two-factor").await.error(), "E-12");
}

#[tokio::test]
async fn a_browser_that_refuses_cookies_is_told() {
    let world = World::start().await;
    let mut student = world.newcomer();
    student.browser.keeps_cookies = false;
    assert_eq!(opens(&mut student, "").await.error(), "E-03");
}

#[tokio::test]
async fn head_and_options_change_nothing() {
    let world = World::start().await;
    let mut browser = world.browser();
    for method in ["HEAD", "OPTIONS"] {
        let call = Call::get(&address("", &[])).method(method.parse().unwrap());
        let answer = browser.send(call).await;
        assert!(answer.status.is_success() && answer.header("set-cookie").is_empty(), "{method}");
    }
}
