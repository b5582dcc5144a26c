//! P-09 to P-12: a changed address (J-07; SR-34).

use std::sync::Arc;

use tokio::task::JoinSet;

use super::{RETURN_TO, address, opens};
use crate::support::{
    Page, Student, World,
    browser::{Browser, Call},
    clock::{MINUTE, SECOND},
    setup::Setup,
    student::{SECOND_PASSWORD, wrong},
    world::events,
};

const NEW: &str = "new@mail.example";

/// Signed in, at P-09.
async fn at_the_form() -> (Arc<World>, Student, Page) {
    at_the_form_of(World::start().await).await
}

async fn at_the_form_of(world: Arc<World>) -> (Arc<World>, Student, Page) {
    let mut student = world.student().await;
    student.signs_in().await;
    let page = opens(&mut student, "email").await;
    assert_eq!(page.id(), "change-email");
    (world, student, page)
}

/// At P-10, with the mail to the new address.
async fn waiting() -> (Arc<World>, Student, Page) {
    let (world, mut student, page) = at_the_form().await;
    let page = student.registers(&page, NEW).await;
    assert_eq!(page.id(), "email-sent");
    (world, student, page)
}

async fn registered(world: &World) -> String {
    let account = world.flows().store.accounts_by_user_id(&world.tenant().id, "s2025001").await.unwrap().remove(0);
    world.flows().email(&account).unwrap().unwrap().as_text()
}

#[tokio::test]
async fn sr_34_the_link_changes_the_address_and_the_waiting_tab_moves_on() {
    let (world, mut student, waiting) = waiting().await;
    assert_eq!(waiting.link("back").as_str(), RETURN_TO);
    assert!(waiting.text().contains(NEW), "{}", waiting.text());
    assert_eq!(registered(&world).await, student.email, "until then the old one stays");
    let status = |page: &Page| page.body.clone();
    let url = "https://id.example.jp/account/email/status";
    assert!(status(&student.browser.open(url).await).contains("\"page\":\"email-sent\""));

    let mail = world.mails_to(NEW).await.remove(0);
    assert!(mail.subject.contains("メールアドレス変更"), "{}", mail.subject);
    let mut phone = world.browser();
    let landing = phone.open(&mail.link()).await;
    assert_eq!(landing.id(), "confirm-link");
    assert!(landing.text().contains("変更を完了する"), "{}", landing.text());
    let done = phone.enter(&landing, &[]).await;
    assert_eq!(done.id(), "email-changed");
    assert!(done.has_link("sign-in") && !done.has_link("back"));
    assert!(phone.click(&done, "sign-in").await.url.as_str().starts_with("https://rp.example/login"));
    assert!(phone.cookie_names().is_empty(), "no session comes of a press");
    assert_eq!(registered(&world).await, NEW);

    assert!(status(&student.browser.open(url).await).contains("\"page\":\"email-changed\""));
    let moved = student.browser.reload(&waiting).await;
    assert_eq!(moved.id(), "email-changed");
    assert_eq!(moved.link("back").as_str(), RETURN_TO);
    assert!(student.begins().await.is_at_the_client(), "this session goes on");
    let old = student.mail().await;
    assert!(old.subject.contains("メールアドレス変更のお知らせ") && !old.text.contains("http"), "{}", old.text);
    let trail = world.trail(&waiting.support_code()).await;
    let told = events(&trail);
    assert!(told.contains(&"email.change_requested") && told.contains(&"email.changed"), "{told:?}");
    assert!(!format!("{trail:?}").contains("mail.example"));
}

#[tokio::test]
async fn the_service_sees_the_new_address_at_once() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.signs_in_for(&[("scope", "openid email")]).await;
    let token = world.service().redeem(&page.code()).await.text("access_token");
    let page = opens(&mut student, "email").await;
    student.registers(&page, NEW).await;
    let mail = world.mails_to(NEW).await.remove(0);
    let landing = student.browser.open(&mail.link()).await;
    let done = student.confirms(&landing).await;
    assert_eq!(done.id(), "email-changed");
    assert!(done.has_link("back"), "signed in in this browser");
    let told = world.service().userinfo(&token).await;
    assert_eq!((told.text("email").as_str(), told.json()["email_verified"].as_bool()), (NEW, Some(true)));
}

#[tokio::test]
async fn the_short_code_typed_in_the_tab_changes_the_address() {
    let (world, mut student, page) = waiting().await;
    let mail = world.mails_to(NEW).await.remove(0);
    let again = student.browser.enter(&page, &[("code", &wrong(&mail.digits()))]).await;
    assert_eq!(again.field_error("code"), "E-67");
    let done = student.browser.enter(&again, &[("code", &mail.digits())]).await;
    assert_eq!(done.id(), "email-changed");
    assert_eq!(done.link("back").as_str(), RETURN_TO);
    assert_eq!(registered(&world).await, NEW);
    assert_eq!(world.browser().open(&mail.link()).await.id(), "email-changed", "the link dies with it");
}

#[tokio::test]
async fn five_wrong_codes_end_the_code_and_leave_the_link_and_an_old_one_is_e_69() {
    let (world, mut student, mut page) = waiting().await;
    let mail = world.mails_to(NEW).await.remove(0);
    for expected in ["E-67", "E-67", "E-67", "E-67", "E-68", "E-68"] {
        page = student.browser.enter(&page, &[("code", &wrong(&mail.digits()))]).await;
        assert_eq!(page.field_error("code"), expected);
    }
    assert_eq!(student.browser.open(&mail.link()).await.id(), "confirm-link");
    for _ in 0..2 {
        world.clock.pass(15 * MINUTE);
        page = student.browser.reload(&page).await;
    }
    let page = student.browser.enter(&page, &[("code", &mail.digits())]).await;
    assert_eq!(page.field_error("code"), "E-69");
    assert_eq!(student.browser.open(&mail.link()).await.error(), "E-30");
}

#[tokio::test]
async fn what_is_wrong_with_an_address_is_said_at_the_field() {
    let setup = Setup::default().tenant("[policy.email]\ndeny_domains = [\"example.ac.jp\"]");
    let (_, mut student, page) = at_the_form_of(World::with(setup).await).await;
    for (email, confirmation, field, code) in [
        ("", "", "email", "E-20"),
        ("taro@", "taro@", "email", "E-21"),
        ("a@mail.example", "b@mail.example", "email_confirmation", "E-22"),
        ("a..b@mail.example", "a..b@mail.example", "email", "E-23"),
        ("a@example.ac.jp", "a@example.ac.jp", "email", "E-24"),
        ("s2025001@mail.example", "s2025001@mail.example", "email", "E-28"),
    ] {
        let page = student.browser.enter(&page, &[("email", email), ("email_confirmation", confirmation)]).await;
        assert_eq!((page.id().as_str(), page.field_error(field).as_str()), ("change-email", code), "{email}");
        assert_eq!(page.value("email").as_deref().unwrap_or_default(), email);
    }
    assert_eq!(page.link("back").as_str(), RETURN_TO);
    assert!(page.text().contains("s2•••@mail.example") && !page.body.contains("s2025001@"), "{}", page.text());

    let setup = Setup::default().tenant("[policy.email]\nallow_domains = [\"mail.example\"]");
    let (_, mut student, page) = at_the_form_of(World::with(setup).await).await;
    assert_eq!(student.registers(&page, "a@other.example").await.field_error("email"), "E-25");
}

#[tokio::test]
async fn a_login_of_long_ago_proves_the_second_password_first() {
    let (world, mut student, page) = at_the_form().await;
    world.clock.pass(16 * MINUTE);
    let asked = opens(&mut student, "email").await;
    assert_eq!(asked.id(), "confirm-second-password");
    let asked = student.registers(&page, NEW).await;
    assert_eq!(asked.id(), "confirm-second-password", "an old form sends nothing");
    assert!(world.mails_to(NEW).await.is_empty());
    let page = student.enters_second_password(&asked, SECOND_PASSWORD).await;
    assert_eq!(page.id(), "change-email");
    assert_eq!(student.registers(&page, NEW).await.id(), "email-sent");
}

#[tokio::test]
async fn without_a_session_the_login_comes_first() {
    let world = World::start().await;
    let mut student = world.student().await;
    assert_eq!(opens(&mut student, "email").await.id(), "sign-in");
    let page = student.signs_in_at(&address("email", &[])).await;
    assert_eq!(page.id(), "change-email");
    let status = world.browser().open("https://id.example.jp/account/email/status").await;
    assert!(status.body.contains("sign-in") && status.headers.get("set-cookie").is_none());
}

#[tokio::test]
async fn a_newer_link_and_a_correction_replace_the_older_one() {
    let (world, mut student, page) = waiting().await;
    let first = world.mails_to(NEW).await.remove(0);
    let early = student.browser.press(&page, &[], "resend").await;
    assert_eq!(early.errors(), ["E-27"]);
    world.clock.pass(MINUTE);
    let page = student.browser.press(&page, &[], "resend").await;
    assert!(page.errors().is_empty() && page.text().contains("再送しました"), "{}", page.text());
    assert_eq!(student.browser.open(&first.link()).await.error(), "E-32");
    let second = world.mails_to(NEW).await.remove(1);
    let form = student.browser.press(&page, &[], "correct").await;
    assert_eq!((form.id().as_str(), form.value("email").as_deref()), ("change-email", Some(NEW)));
    let bad = student.browser.open(&second.link()).await;
    assert_eq!((bad.id().as_str(), bad.error().as_str()), ("link-invalid", "E-32"));
    assert_eq!(student.browser.click(&bad, "retry").await.id(), "change-email");
    student.registers(&form, "third@mail.example").await;
    let third = world.mails_to("third@mail.example").await.remove(0);
    let landing = student.browser.open(&third.link()).await;
    assert_eq!(student.confirms(&landing).await.id(), "email-changed");
    assert_eq!(registered(&world).await, "third@mail.example");
}

#[tokio::test]
async fn reloading_the_waiting_page_sends_nothing_and_counts_nothing() {
    let (world, mut student, page) = waiting().await;
    for _ in 0..10 {
        assert_eq!(student.browser.reload(&page).await.id(), "email-sent");
    }
    assert_eq!(world.mails_to(NEW).await.len(), 1);
    let digits = world.mails_to(NEW).await.remove(0).digits();
    assert_eq!(student.browser.enter(&page, &[("code", &digits)]).await.id(), "email-changed");
}

#[tokio::test]
async fn so_many_mails_an_hour_and_no_more() {
    let world = World::with(Setup::default().set("limits.one_time_url.max_per_account_hour", "3")).await;
    let (world, mut student, page) = at_the_form_of(world).await;
    for name in ["a", "b"] {
        assert_eq!(student.registers(&page, &format!("{name}@mail.example")).await.id(), "email-sent");
        world.clock.pass(MINUTE);
    }
    let page = student.registers(&page, NEW).await;
    assert_eq!((page.id().as_str(), page.errors()), ("change-email", vec!["E-26".to_owned()]));
}

#[tokio::test]
async fn a_change_ends_the_other_sessions_and_resets_of_the_old_address() {
    let (world, mut student, _) = waiting().await;
    let mut phone = student.at_another_device();
    let there = phone.signs_in_for(&[("scope", "openid offline_access")]).await;
    let tokens = world.service().redeem(&there.code()).await;
    let mut stranger = world.browser();
    let forgot = stranger.open("https://id.example.jp/forgot-second-password").await;
    let email = student.email.clone();
    stranger.enter(&forgot, &[("email", &email)]).await;
    let reset = student.mail().await;
    let mail = world.mails_to(NEW).await.remove(0);
    let landing = stranger.open(&mail.link()).await;
    stranger.enter(&landing, &[]).await;
    assert_eq!(world.service().refresh(&tokens.text("refresh_token")).await.error(), "invalid_grant");
    assert_eq!(phone.begins().await.id(), "sign-in");
    assert!(student.begins().await.is_at_the_client(), "the one that asked goes on");
    assert_eq!(stranger.open(&reset.link()).await.error(), "E-32");
    let before = student.mails().await.len();
    let forgot = stranger.open("https://id.example.jp/forgot-second-password").await;
    stranger.enter(&forgot, &[("email", &email)]).await;
    assert_eq!(student.mails().await.len(), before, "the old address is unknown now");
}

#[tokio::test]
async fn keys_that_went_to_the_old_address_die_and_new_ones_go_to_the_new() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    student.signs_in().await;
    let page = opens(&mut student, "email").await;
    let waiting = student.registers(&page, NEW).await;
    let mut phone = student.at_another_device();
    let there = phone.reaches_auth_key().await;
    let key = phone.key().await;
    let digits = world.mails_to(NEW).await.remove(0).digits();
    let done = student.browser.enter(&waiting, &[("code", &digits)]).await;
    assert_eq!(done.id(), "email-changed", "even where the session's key is worth nothing any more");
    let page = phone.enters_key(&there, &key).await;
    assert!(!page.is_at_the_client(), "{}", page.id());
    student.email = NEW.to_owned();
    student.browser.forget_cookies();
    let page = student.reaches_auth_key().await;
    let key = student.key().await;
    assert!(student.enters_key(&page, &key).await.is_at_the_client());
}

#[tokio::test]
async fn another_session_s_tab_does_not_wait_for_this_one_s_mail() {
    let (world, student, page) = waiting().await;
    let mut phone = student.at_another_device();
    phone.signs_in().await;
    assert_eq!(opens(&mut phone, "email/sent").await.id(), "change-email");
    let digits = world.mails_to(NEW).await.remove(0).digits();
    let form = page.form(&[("code", &digits)], None);
    let answer = phone.browser.send(Browser::call_of(&form)).await;
    assert_eq!((answer.status.as_u16(), answer.error().as_str()), (400, "E-02"), "the form is another session's");
    assert_eq!(registered(&world).await, student.email);
}

#[tokio::test]
async fn sr_38_a_second_password_changed_meanwhile_voids_the_link() {
    let (world, mut student, _) = waiting().await;
    let page = opens(&mut student, "second-password").await;
    let fields = [
        ("current_second_password", SECOND_PASSWORD),
        ("second_password", "Indigo4Lantern"),
        ("second_password_confirmation", "Indigo4Lantern"),
    ];
    student.browser.enter(&page, &fields).await;
    let link = world.mails_to(NEW).await.remove(0).link();
    assert_eq!(student.browser.open(&link).await.error(), "E-32");
    let pressed = world.browser().send(Call::form(&link, &[])).await;
    assert_eq!(pressed.status, 303);
    assert_eq!(registered(&world).await, student.email);
}

#[tokio::test]
async fn the_language_of_the_page_is_the_mail_s_and_the_landing_page_s() {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    let page = student.browser.open(&address("email", &[("ui_locales", "en")])).await;
    assert_eq!(page.language(), "en");
    let page = student.registers(&page, NEW).await;
    assert_eq!(page.language(), "en");
    let mail = world.mails_to(NEW).await.remove(0);
    assert!(mail.subject.contains("Confirm your new e-mail address"), "{}", mail.subject);
    let mut phone = world.browser();
    phone.accept_language = Some("ja".into());
    assert_eq!(phone.open(&mail.link()).await.language(), "en");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn pressed_by_many_at_once_it_changes_once() {
    let (world, student, _) = waiting().await;
    let link = world.mails_to(NEW).await.remove(0).link();
    let before = student.mails().await.len();
    let mut racers = JoinSet::new();
    for _ in 0..16 {
        let (mut browser, link) = (world.browser(), link.clone());
        racers.spawn(async move {
            let answer = browser.send(Call::form(&link, &[])).await;
            browser.follow(answer).await.id()
        });
    }
    let ends = racers.join_all().await;
    assert!(ends.iter().all(|id| id == "email-changed"), "{ends:?}");
    let changed = world.whole_trail().await.iter().filter(|row| row.event == "email.changed").count();
    assert_eq!((changed, student.mails().await.len()), (1, before + 1), "one change, one notice");
    world.clock.pass(SECOND);
}
