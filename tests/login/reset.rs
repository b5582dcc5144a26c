//! P-14, P-15: a forgotten second password is asked for, and nobody learns who is known here (J-09 9.1, 9.2; SR-45).

use std::sync::Arc;

use axum::http::Method;
use regex::Regex;

use super::reset_link::{NEW_PASSWORD, changes};
use crate::support::{
    Page, Student, World,
    browser::{Browser, Call},
    clock::{HOUR, MINUTE},
    setup::Setup,
    student::wrong,
    world::events,
};

pub const FORGOT: &str = "https://id.example.jp/forgot-second-password";

/// From P-14 to P-15.
pub async fn asks(browser: &mut Browser, email: &str) -> Page {
    let page = browser.open(FORGOT).await;
    browser.enter(&page, &[("email", email)]).await
}

/// Two accounts with one confirmed address.
async fn two_of_one_address(world: &Arc<World>) -> (Student, Student) {
    let one = world.student().await;
    let mut two = world.person("s2025002", "university-2");
    two.email.clone_from(&one.email);
    two.sets_everything_up().await;
    (one, two)
}

#[tokio::test]
async fn every_page_of_a_login_leads_to_the_forgotten_second_password() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.begins().await;
    let forgot = student.browser.click(&page, "forgot").await;
    assert_eq!(forgot.id(), "forgot-second-password");
    assert_eq!(student.browser.click(&forgot, "back").await.id(), "sign-in");
    let page = student.types_university_password(&page).await;
    assert_eq!(page.id(), "second-password");
    let forgot = student.browser.click(&page, "forgot").await;
    assert_eq!(forgot.id(), "forgot-second-password");
    assert_eq!(forgot.support_code(), page.support_code(), "the same trail");
    let back = student.browser.click(&forgot, "back").await;
    assert_eq!((back.id(), back.url), (page.id(), page.url.clone()));

    let mut page = page;
    for _ in 0..5 {
        world.clock.pass(MINUTE / 3);
        page = student.enters_second_password(&page, "Wrong7Harbor").await;
    }
    assert_eq!(page.id(), "locked");
    assert_eq!(student.browser.click(&page, "forgot").await.id(), "forgot-second-password");
}

#[tokio::test]
async fn without_a_login_back_leads_to_the_service() {
    let world = World::start().await;
    let mut stranger = world.browser();
    let page = stranger.open(FORGOT).await;
    assert!(stranger.click(&page, "back").await.url.as_str().starts_with("https://rp.example/login"));
    let sent = asks(&mut stranger, "nobody@mail.example").await;
    assert!(stranger.click(&sent, "sign-in").await.url.as_str().starts_with("https://rp.example/login"));
}

#[tokio::test]
async fn a_known_address_gets_a_link_and_the_page_says_nothing_of_a_mail() {
    let world = World::start().await;
    let student = world.student().await;
    let before = student.mails().await.len();
    let mut browser = world.browser();
    let sent = asks(&mut browser, &student.email).await;
    assert_eq!(sent.id(), "reset-email-sent");
    assert!(!sent.body.contains("data-mail") && !sent.body.contains("data-status"), "{}", sent.text());
    assert!(!sent.body.contains(&student.email));
    let mails = student.mails().await;
    assert_eq!(mails.len(), before + 1);
    assert!(mails[before].subject.contains("第2パスワード再設定"), "{}", mails[before].subject);
    assert_eq!(browser.open(&mails[before].link()).await.id(), "reset-second-password");
    assert_eq!(browser.reload(&sent).await.id(), "reset-email-sent", "it does not move on");
    assert_eq!(student.mails().await.len(), before + 1, "a reload sends nothing");
}

#[tokio::test]
async fn an_address_is_read_as_everywhere_else() {
    let world = World::start().await;
    let student = world.student().await;
    let before = student.mails().await.len();
    assert_eq!(asks(&mut world.browser(), "　ｓ２０２５００１＠Mail.Example ").await.id(), "reset-email-sent");
    assert_eq!(student.mails().await.len(), before + 1);
}

#[tokio::test]
async fn no_address_and_no_address_at_all_are_told_at_the_field() {
    let world = World::start().await;
    let mut browser = world.browser();
    let page = asks(&mut browser, "").await;
    assert_eq!((page.id().as_str(), page.field_error("email").as_str()), ("forgot-second-password", "E-20"));
    let page = asks(&mut browser, "taro@").await;
    assert_eq!((page.id().as_str(), page.field_error("email").as_str()), ("forgot-second-password", "E-21"));
    assert_eq!(page.value("email").as_deref(), Some("taro@"));
}

#[tokio::test]
async fn one_source_asks_so_often_in_an_hour_and_no_more() {
    let world = World::with(Setup::default().set("limits.reset.max_per_source_hour", "2")).await;
    let student = world.student().await;
    let before = student.mails().await.len();
    for _ in 0..2 {
        assert_eq!(asks(&mut world.browser(), "nobody@mail.example").await.id(), "reset-email-sent");
        world.clock.pass(10 * MINUTE);
    }
    for email in [student.email.as_str(), "nobody@mail.example"] {
        let page = asks(&mut world.browser(), email).await;
        assert_eq!((page.id().as_str(), page.errors()), ("forgot-second-password", vec!["E-29".to_owned()]));
    }
    assert_eq!(student.mails().await.len(), before);
    world.clock.pass(41 * MINUTE);
    assert_eq!(asks(&mut world.browser(), &student.email).await.id(), "reset-email-sent");
    assert_eq!(student.mails().await.len(), before + 1);
}

#[tokio::test]
async fn the_fourth_request_of_an_hour_for_one_address_sends_nothing_and_says_nothing() {
    let world = World::start().await;
    let student = world.student().await;
    let before = student.mails().await.len();
    for count in [1, 2, 3, 3, 3] {
        assert_eq!(asks(&mut world.browser(), &student.email).await.id(), "reset-email-sent");
        assert_eq!(student.mails().await.len(), before + count);
    }
    world.clock.pass(HOUR);
    asks(&mut world.browser(), &student.email).await;
    assert_eq!(student.mails().await.len(), before + 4);
}

#[tokio::test]
async fn sr_36_an_address_of_several_accounts_gets_one_mail_with_a_link_for_each() {
    let world = World::start().await;
    let (one, two) = two_of_one_address(&world).await;
    let before = one.mails().await.len();
    asks(&mut world.browser(), &one.email).await;
    let mails = one.mails().await;
    assert_eq!(mails.len(), before + 1);
    let text = &mails[before].text;
    let links: Vec<String> =
        Regex::new(r"https://\S+/link/\S+").unwrap().find_iter(text).map(|found| found.as_str().to_owned()).collect();
    assert_eq!(links.len(), 2, "{text}");
    assert!(text.contains("s2••••01") && text.contains("s2••••02") && !text.contains("s2025001"), "{text}");
    let mut browser = world.browser();
    let page = browser.open(&links[0]).await;
    let shown = if page.text().contains("s2••••01") { "s2025001" } else { "s2025002" };
    assert_eq!(changes(&mut browser, &page, NEW_PASSWORD).await.message(), "second-password-changed");
    for student in [one, two] {
        let mut student = student;
        let page = student.reaches_second_password().await;
        let page = student.enters_second_password(&page, NEW_PASSWORD).await;
        assert_eq!(page.is_at_the_client(), student.user_id == shown, "only the link's own account");
    }
    assert_eq!(world.browser().open(&links[1]).await.id(), "reset-second-password", "the other's link is untouched");
}

#[tokio::test]
async fn whoever_has_no_second_password_yet_is_told_so_by_mail() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    let code = student.mail().await.digits();
    student.browser.enter(&page, &[("code", &code)]).await;
    let before = student.mails().await.len();
    assert_eq!(asks(&mut world.browser(), &student.email).await.id(), "reset-email-sent");
    let mails = student.mails().await;
    assert_eq!(mails.len(), before + 1);
    assert!(!mails[before].text.contains("/link/"), "{}", mails[before].text);
    assert!(mails[before].text.contains("まだ設定されていません"), "{}", mails[before].text);
}

#[tokio::test]
async fn an_address_that_waits_for_its_confirmation_is_unknown() {
    let world = World::start().await;
    let mut student = world.newcomer();
    student.asks_for_the_link().await;
    let before = student.mails().await.len();
    asks(&mut world.browser(), &student.email).await;
    assert_eq!(student.mails().await.len(), before);
}

#[tokio::test]
async fn accounts_that_are_not_served_get_no_link() {
    for status in ["suspended", "ended"] {
        let world = World::start().await;
        let student = world.student().await;
        let before = student.mails().await.len();
        super::reset_link::set_status(&world, status).await;
        assert_eq!(asks(&mut world.browser(), &student.email).await.id(), "reset-email-sent");
        assert_eq!(student.mails().await.len(), before, "{status}");
    }
}

#[tokio::test]
async fn another_university_s_address_is_unknown_here() {
    let world = World::start().await;
    let student = world.student().await;
    let before = student.mails().await.len();
    let mut browser = world.browser();
    let page = browser.open("https://other.example.jp/forgot-second-password").await;
    browser.enter(&page, &[("email", &student.email)]).await;
    assert_eq!(student.mails().await.len(), before);
}

#[tokio::test]
async fn a_tenant_without_second_passwords_has_no_such_page_and_no_way_to_it() {
    let world = World::with(Setup::default().set("policy.second_password.use", "off")).await;
    let mut student = world.newcomer();
    assert!(!student.begins().await.has_link("forgot"));
    for path in ["", "/sent", "/lost-mailbox"] {
        let page = student.browser.open(&format!("{FORGOT}{path}")).await;
        assert_eq!((page.status.as_u16(), page.error().as_str()), (404, "E-12"), "{path}");
    }
    let pressed = student.browser.send(Call::form(FORGOT, &[("email", "a@mail.example")])).await;
    assert_eq!(pressed.status, 404);
}

#[tokio::test]
async fn a_form_is_sent_once_however_often_it_is_pressed() {
    let world = World::start().await;
    let student = world.student().await;
    let before = student.mails().await.len();
    let mut browser = world.browser();
    let page = browser.open(FORGOT).await;
    let form = page.form(&[("email", &student.email)], None);
    for _ in 0..3 {
        assert_eq!(browser.submit(form.clone()).await.id(), "reset-email-sent");
    }
    assert_eq!(student.mails().await.len(), before + 1);
    let again = browser.open(FORGOT).await;
    browser.enter(&again, &[("email", &student.email)]).await;
    assert_eq!(student.mails().await.len(), before + 2, "asking anew is asking anew");
}

#[tokio::test]
async fn forms_of_others_and_browsers_without_cookies_ask_for_nothing() {
    let world = World::start().await;
    let student = world.student().await;
    let before = student.mails().await.len();
    let mut browser = world.browser();
    let page = browser.open(FORGOT).await;
    let form = page.form(&[("email", &student.email)], None);
    let fields: Vec<(&str, &str)> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let foreign = Call::form(FORGOT, &fields).with("origin", "https://evil.example");
    let mut other = world.browser();
    other.open(FORGOT).await;
    for (page, code) in [
        (browser.clone().send(foreign).await, "E-02"),
        (other.send(Browser::call_of(&form)).await, "E-02"),
        (browser.clone().send(Call::form(FORGOT, &[("email", &student.email)])).await, "E-02"),
        (world.browser().send(Browser::call_of(&form)).await, "E-03"),
    ] {
        assert_eq!((page.status.as_u16(), page.error().as_str()), (400, code));
    }
    assert_eq!(student.mails().await.len(), before);
}

#[tokio::test]
async fn heads_and_options_are_harmless() {
    let world = World::start().await;
    let mut browser = world.browser();
    for path in ["", "/sent", "/lost-mailbox"] {
        let url = format!("{FORGOT}{path}");
        assert!(browser.send(Call::get(&url).method(Method::HEAD)).await.status.as_u16() < 400);
        assert_eq!(browser.send(Call::get(&url).method(Method::OPTIONS)).await.status, 204);
    }
    let page = browser.open(&format!("{FORGOT}/sent")).await;
    assert_eq!(page.id(), "forgot-second-password", "nothing was sent yet");
}

#[tokio::test]
async fn the_language_of_the_login_or_of_the_link_carries_over_to_pages_and_mail() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.begins_with(&[("ui_locales", "en")]).await;
    let mut page = student.browser.click(&page, "forgot").await;
    assert_eq!(page.language(), "en");
    let email = student.email.clone();
    page = student.browser.enter(&page, &[("email", &email)]).await;
    assert_eq!(page.language(), "en");
    let mail = student.mail().await;
    assert!(mail.subject.contains("Reset your second password"), "{}", mail.subject);
    let mut phone = world.browser();
    phone.accept_language = Some("ja".into());
    assert_eq!(phone.open(&mail.link()).await.language(), "en");
    let page = world.browser().open(&format!("{FORGOT}?ui_locales=en")).await;
    assert_eq!(page.language(), "en");
}

#[tokio::test]
async fn the_lost_mailbox_is_one_press_away() {
    let world = World::start().await;
    let mut browser = world.browser();
    let page = asks(&mut browser, "nobody@mail.example").await;
    let lost = browser.click(&page, "lost-mailbox").await;
    assert_eq!(lost.id(), "lost-mailbox");
    assert_eq!(browser.click(&lost, "back").await.id(), "reset-email-sent");
}

/// What an answer tells besides its random values.
fn told(page: &Page) -> String {
    let random = Regex::new(r#"value="[0-9a-f]{64}"|data-support-code>[A-Z2-9]{8}<|=[A-Za-z0-9_-]{60,}"#).unwrap();
    let headers: Vec<String> =
        page.headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    let text = format!("{} {} {}\n{}", page.status, page.url, headers.join("\n"), page.body);
    random.replace_all(&text, "***").into_owned()
}

/// Every answer on the way through P-14 and P-15 with a wrong code, and the lengths of what is set.
async fn way(world: &Arc<World>, email: &str, code: &str) -> Vec<String> {
    let mut browser = world.browser();
    let mut told_so_far = Vec::new();
    let page = browser.open(FORGOT).await;
    let mut form = page.form(&[("email", email)], None);
    for typed in ["", "before", "after"] {
        if typed == "after" {
            world.deliver_mail().await;
        }
        let answer = browser.send(Browser::call_of(&form)).await;
        told_so_far.push(told(&answer));
        told_so_far.push(format!("{}", answer.header("set-cookie").len()));
        let page = browser.follow(answer).await;
        told_so_far.push(told(&page));
        form = page.form(&[("code", code)], None);
    }
    told_so_far
}

#[tokio::test]
async fn sr_45_known_and_unknown_addresses_get_the_same_bytes() {
    let world = World::start().await;
    let student = world.student().await;
    let code = wrong(&student.mail().await.digits());
    let known = way(&world, &student.email, &code).await;
    let unknown = way(&world, "s9999999@mail.example", &code).await;
    assert!(student.mail().await.subject.contains("再設定"), "the known one was mailed");
    for (known, unknown) in known.iter().zip(&unknown) {
        assert_eq!(known, unknown);
    }
    let rows = world.flows().store.audit_rows(&idp::store::AuditFilter::default(), 0, 1000).await.unwrap();
    assert_eq!(events(&rows).iter().filter(|event| **event == "second_password.reset_requested").count(), 2);
}

#[tokio::test]
async fn the_trail_tells_the_help_desk_what_became_of_a_request_and_no_address() {
    let world = World::start().await;
    let student = world.student().await;
    let mut codes = Vec::new();
    for email in [student.email.as_str(), "nobody@mail.example"] {
        codes.push(asks(&mut world.browser(), email).await.support_code());
        world.deliver_mail().await;
    }
    for (code, mail) in codes.iter().zip(["reset-second-password", "none"]) {
        let trail = world.trail(code).await;
        assert_eq!(events(&trail), ["second_password.reset_requested"]);
        let text = format!("{:?}", trail[0]);
        assert!(text.contains(mail) && text.contains("203.0.113.0/24"), "{text}");
        assert!(!text.contains("mail.example"), "{text}");
    }
}

#[tokio::test]
async fn strangers_cannot_fill_the_trail_by_asking() {
    let world = World::with(Setup::default().set("limits.anonymous_audit_per_minute", "2")).await;
    let student = world.student().await;
    let rows = world.whole_trail().await.len();
    for number in 0..5 {
        asks(&mut world.browser(), &format!("nobody{number}@mail.example")).await;
    }
    world.deliver_mail().await;
    assert_eq!(world.whole_trail().await.len(), rows + 2);
    asks(&mut world.browser(), &student.email).await;
    world.deliver_mail().await;
    assert_eq!(world.whole_trail().await.len(), rows + 3, "what was mailed is always told");
}
