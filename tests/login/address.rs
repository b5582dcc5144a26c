//! P-02 and P-03: the address is typed, refused or mailed to (J-02 2.1, 2.2).

use crate::support::{
    World,
    clock::{MINUTE, SECOND},
    setup::Setup,
    student::wrong,
};

async fn refused_with(setup: Setup, typed: (&str, &str), field: &str, code: &str) {
    let world = World::with(setup).await;
    let mut student = world.newcomer();
    let page = student.passes_the_university().await;
    let page = student.browser.enter(&page, &[("email", typed.0), ("email_confirmation", typed.1)]).await;
    assert_eq!(page.id(), "register-email", "{typed:?}");
    assert_eq!(page.field_error(field), code, "{typed:?}");
    assert_eq!(page.value("email").as_deref(), Some(typed.0), "what was typed stays");
    world.deliver_mail().await;
    assert!(world.post.mails().is_empty(), "{typed:?}: no mail goes out");
}

#[tokio::test]
async fn an_empty_address_is_e_20() {
    refused_with(Setup::default(), ("", ""), "email", "E-20").await;
}

#[tokio::test]
async fn what_is_no_address_is_e_21() {
    for typed in ["taro", "taro@", "@mail.example", "taro@mail", "ta<ro@mail.example", "taro@-mail.example"] {
        refused_with(Setup::default(), (typed, typed), "email", "E-21").await;
    }
}

#[tokio::test]
async fn two_different_addresses_are_e_22() {
    refused_with(Setup::default(), ("taro@mail.example", "jiro@mail.example"), "email_confirmation", "E-22").await;
}

#[tokio::test]
async fn dots_that_break_the_standard_are_e_23_outside_of_the_old_carriers() {
    refused_with(Setup::default(), ("a..b@example.com", "a..b@example.com"), "email", "E-23").await;
    refused_with(Setup::default(), ("a.@example.com", "a.@example.com"), "email", "E-23").await;
}

#[tokio::test]
async fn an_old_carrier_s_dots_are_e_23_when_the_tenant_refuses_them() {
    let setup = Setup::default().set("policy.email.legacy_carrier_addresses", "refuse");
    refused_with(setup, ("a..b@docomo.ne.jp", "a..b@docomo.ne.jp"), "email", "E-23").await;
}

#[tokio::test]
async fn an_old_carrier_s_dots_are_taken_by_default() {
    let world = World::start().await;
    for address in ["a..b@docomo.ne.jp", "ab.@ezweb.ne.jp"] {
        let mut student = world.newcomer();
        let page = student.passes_the_university().await;
        let page = student.registers(&page, address).await;
        assert_eq!(page.id(), "email-sent", "{address}");
        assert_eq!(world.mails_to(address).await.len(), 1, "{address}");
    }
}

#[tokio::test]
async fn a_denied_domain_is_e_24() {
    let setup = Setup::default().tenant("[policy.email]\ndeny_domains = [\"*.example.ac.jp\", \"example.ac.jp\"]");
    refused_with(setup.clone(), ("taro@example.ac.jp", "taro@example.ac.jp"), "email", "E-24").await;
    refused_with(setup, ("taro@cs.example.ac.jp", "taro@cs.example.ac.jp"), "email", "E-24").await;
}

#[tokio::test]
async fn a_domain_that_is_not_listed_is_e_25() {
    let setup = Setup::default().tenant("[policy.email]\nallow_domains = [\"mail.example\"]");
    refused_with(setup, ("taro@other.example", "taro@other.example"), "email", "E-25").await;
}

#[tokio::test]
async fn blanks_and_full_width_characters_in_an_address_are_put_right() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.passes_the_university().await;
    let typed = [("email", " ｔａｒｏ＠Mail.Example "), ("email_confirmation", "taro@mail.example")];
    let page = student.browser.enter(&page, &typed).await;
    assert_eq!(page.id(), "email-sent");
    assert!(page.text().contains("taro@mail.example"), "the address is shown in full, so that a typing error is seen");
    assert_eq!(world.mails_to("taro@mail.example").await.len(), 1);
}

#[tokio::test]
async fn the_short_code_registers_the_address_and_uses_the_link_up() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    let mail = student.mail().await;
    let page = student.browser.enter(&page, &[("code", &mail.digits())]).await;
    assert_eq!(page.id(), "email-registered");
    let link = student.browser.open(&mail.link()).await;
    assert_eq!(link.id(), "email-registered", "the link is used, and its address is the confirmed one");
}

#[tokio::test]
async fn the_short_code_is_read_in_full_width_digits_too() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    let digits = student.mail().await.digits();
    let wide: String = digits.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect();
    let page = student.browser.enter(&page, &[("code", &format!(" {wide} "))]).await;
    assert_eq!(page.id(), "email-registered");
}

#[tokio::test]
async fn five_wrong_short_codes_kill_the_code_and_leave_the_link() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let mut page = student.asks_for_the_link().await;
    let mail = student.mail().await;
    for _ in 0..4 {
        page = student.browser.enter(&page, &[("code", &wrong(&mail.digits()))]).await;
        assert_eq!(page.field_error("code"), "E-67");
    }
    page = student.browser.enter(&page, &[("code", &wrong(&mail.digits()))]).await;
    assert_eq!(page.field_error("code"), "E-68");
    page = student.browser.enter(&page, &[("code", &mail.digits())]).await;
    assert_eq!(page.field_error("code"), "E-68", "the right one is too late");

    let landing = student.browser.open(&mail.link()).await;
    assert_eq!(landing.id(), "confirm-link");
    assert_eq!(student.confirms(&landing).await.id(), "email-registered");
}

#[tokio::test]
async fn a_short_code_that_has_expired_is_e_69() {
    let world = World::with(Setup::default().set("policy.one_time_url.lifetime", "10m")).await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    let digits = student.mail().await.digits();
    world.clock.pass(10 * MINUTE);
    let page = student.browser.enter(&page, &[("code", &digits)]).await;
    assert_eq!(page.field_error("code"), "E-69");
}

#[tokio::test]
async fn the_code_of_another_login_is_wrong_here() {
    let world = World::start().await;
    let mut one = world.newcomer();
    let mut two = world.person("s2025002", "university-2");
    one.asks_for_the_link().await;
    let page = two.asks_for_the_link().await;
    let page = two.browser.enter(&page, &[("code", &one.mail().await.digits())]).await;
    assert_eq!(page.field_error("code"), "E-67");
}

#[tokio::test]
async fn a_short_code_is_good_in_the_tab_that_asked_for_it_only() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let first = student.asks_for_the_link().await;
    world.clock.pass(MINUTE);
    let second = student.asks_for_the_link().await;
    let digits = student.mail().await.digits();
    let page = student.browser.enter(&first, &[("code", &digits)]).await;
    assert_eq!(page.id(), "register-email", "that tab's own mail is replaced, and the newer one is not its");
    assert_eq!(student.browser.enter(&second, &[("code", &digits)]).await.id(), "email-registered");
}

#[tokio::test]
async fn correcting_the_address_kills_the_pending_link() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    let old = student.mail().await;
    let page = student.browser.press(&page, &[], "correct").await;
    assert_eq!(page.id(), "register-email");
    assert_eq!(page.value("email").as_deref(), Some("s2025001@mail.example"));
    assert_eq!(student.browser.open(&old.link()).await.error(), "E-32");
    let page = student.registers(&page, "right@mail.example").await;
    assert_eq!(page.id(), "email-sent");
    let new = world.mails_to("right@mail.example").await;
    assert_eq!(student.browser.open(&new[0].link()).await.id(), "confirm-link");
}

#[tokio::test]
async fn a_registration_in_a_second_tab_replaces_the_first() {
    let world = World::start().await;
    let mut student = world.newcomer();
    student.asks_for_the_link().await;
    let first = student.mail().await;
    world.clock.pass(2 * MINUTE);
    let page = student.passes_the_university().await;
    assert_eq!(page.id(), "register-email", "an address that waits in another login does not hold this one up");
    student.registers(&page, "second@mail.example").await;
    let second = world.mails_to("second@mail.example").await.remove(0);
    assert_eq!(student.browser.open(&first.link()).await.error(), "E-32");
    let landing = student.browser.open(&second.link()).await;
    assert_eq!(student.confirms(&landing).await.id(), "email-registered");
    let account = world.flows().store.accounts_by_user_id(&world.tenant().id, "s2025001").await.unwrap().remove(0);
    assert_eq!(world.flows().email(&account).unwrap().unwrap().as_text(), "second@mail.example");
}

#[tokio::test]
async fn reloading_the_waiting_page_sends_nothing_and_counts_nothing() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    for _ in 0..20 {
        assert_eq!(student.browser.reload(&page).await.id(), "email-sent");
        world.clock.pass(SECOND);
    }
    assert_eq!(student.mails().await.len(), 1);
}

#[tokio::test]
async fn with_continue_the_login_goes_on_after_the_address_and_after_the_second_password() {
    let world = World::with(Setup::default().set("policy.after_setup", "continue")).await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    let digits = student.mail().await.digits();
    let page = student.browser.enter(&page, &[("code", &digits)]).await;
    assert_eq!(page.id(), "email-registered");
    assert!(!page.has_link("sign-in"));
    let page = student.browser.click(&page, "continue").await;
    assert_eq!(page.id(), "set-second-password");
    let page = student.sets_second_password(&page, "Violet7Harbor", "Violet7Harbor").await;
    assert_eq!(page.message(), "second-password-set");
    let page = student.browser.click(&page, "ok").await;
    assert!(page.is_at_the_client(), "{}: setting it counts as proving it in this login", page.id());
}

#[tokio::test]
async fn with_continue_and_two_factor_the_key_is_still_asked_for() {
    let setup = Setup::default().set("policy.after_setup", "continue").set("policy.two_factor", "required");
    let world = World::with(setup).await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    let digits = student.mail().await.digits();
    let page = student.browser.enter(&page, &[("code", &digits)]).await;
    let page = student.browser.click(&page, "continue").await;
    let page = student.sets_second_password(&page, "Violet7Harbor", "Violet7Harbor").await;
    let page = student.browser.click(&page, "ok").await;
    assert_eq!(page.id(), "auth-key");
    let key = student.key().await;
    assert!(student.enters_key(&page, &key).await.is_at_the_client());
}

#[tokio::test]
async fn a_cleared_address_asks_for_the_second_password_before_a_new_one() {
    let world = World::start().await;
    let mut student = world.student().await;
    let mut account = world.flows().store.accounts_by_user_id(&world.tenant().id, "s2025001").await.unwrap().remove(0);
    account.email = None;
    world
        .flows()
        .store
        .write(async |tx| Ok::<_, idp::store::StoreError>(tx.save_account(&account).await?))
        .await
        .unwrap();

    let page = student.passes_the_university().await;
    assert_eq!(page.id(), "second-password", "J-18: the university's password alone takes no account over");
    let page = student.enters_second_password(&page, "Violet7Harbor").await;
    assert_eq!(page.id(), "register-email");
}
