//! The authenticator app at the door: P-34, its recovery codes, and what each is worth (SR-19, SR-29; E-53, E-71, E-73).

use std::sync::Arc;

use serde_json::{Value, json};

use crate::support::{
    Page, Student, World,
    browser::Browser,
    clock::{HOUR, MINUTE, SECOND},
    phone::Phone,
    setup::Setup,
    student::{SECOND_PASSWORD, wrong},
    world::events,
};

const APP: &str = "urn:idp:acr:authenticator";
const KEY: &str = "urn:idp:acr:auth-key";
const PASSWORD: &str = "urn:idp:acr:second-password";

fn allowed() -> Setup {
    Setup::default().set("policy.authenticator", "allowed").set("policy.two_factor", "required")
}

async fn student_with_app() -> (Arc<World>, Student, Phone) {
    let world = World::with(allowed()).await;
    let mut student = world.student().await;
    let phone = student.has_an_app().await;
    student.browser.forget_cookies();
    (world, student, phone)
}

fn essential(acr: &str) -> String {
    json!({"id_token": {"acr": {"essential": true, "value": acr}}}).to_string()
}

impl Student {
    async fn reaches_the_app(&mut self, parameters: &[(&str, &str)]) -> Page {
        let page = self.passes_the_university_for(parameters).await;
        let page = self.enters_second_password(&page, SECOND_PASSWORD).await;
        assert_eq!(page.id(), "authenticator");
        page
    }

    async fn enters_code(&mut self, page: &Page, code: &str) -> Page {
        self.browser.enter(page, &[("code", code)]).await
    }
}

async fn claims(world: &Arc<World>, page: &Page) -> Value {
    world.service().redeem(&page.code()).await.claims()
}

#[tokio::test]
async fn whoever_has_an_app_is_asked_for_its_code_and_gets_no_mail() {
    let (world, mut student, phone) = student_with_app().await;
    let mails = student.mails().await.len();
    let page = student.reaches_the_app(&[]).await;
    assert_eq!(student.mails().await.len(), mails);
    let page = student.enters_code(&page, &phone.shows(&world)).await;
    let claims = claims(&world, &page).await;
    assert_eq!(claims["acr"], APP);
    assert_eq!(claims["amr"], json!(["pwd", "otp", "mfa"]));
}

#[tokio::test]
async fn a_mailed_key_and_an_app_never_look_alike_to_the_client() {
    let (world, mut student, _) = student_with_app().await;
    let page = student.reaches_the_app(&[]).await;
    let page = student.browser.press(&page, &[], "use-mail").await;
    assert_eq!(page.id(), "auth-key");
    assert_eq!(student.browser.reload(&page).await.id(), "auth-key", "the choice holds in this login");
    let key = student.key().await;
    let page = student.enters_key(&page, &key).await;
    let claims = claims(&world, &page).await;
    assert_eq!((&claims["acr"], &claims["amr"]), (&json!(KEY), &json!(["pwd", "otp"])));
}

#[tokio::test]
async fn codes_of_the_step_before_and_after_pass_and_older_ones_do_not() {
    for (away, passes) in [(-60, false), (-30, true), (30, true), (60, false)] {
        let (world, mut student, phone) = student_with_app().await;
        let page = student.reaches_the_app(&[]).await;
        let at = idp::domain::clock::Timestamp::from_seconds(world.now().as_seconds() + away);
        let page = student.enters_code(&page, &phone.shows_at(at)).await;
        assert_eq!(page.is_at_the_client(), passes, "{away}: {}", page.id());
    }
}

#[tokio::test]
async fn a_code_is_read_as_people_type_it() {
    let (world, mut student, phone) = student_with_app().await;
    let page = student.reaches_the_app(&[]).await;
    let code = phone.shows(&world);
    let full_width: String = code.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect();
    let typed = format!("{} {}", full_width.chars().take(3).collect::<String>(), &code[3..]);
    assert!(student.enters_code(&page, &typed).await.is_at_the_client());
}

#[tokio::test]
async fn a_wrong_code_is_e_71_and_what_is_no_code_does_not_count() {
    let (world, mut student, phone) = student_with_app().await;
    let mut page = student.reaches_the_app(&[]).await;
    for nonsense in ["", "12345", "1234567", "abcdef", "回復コード", "ABCD-2345"] {
        page = student.enters_code(&page, nonsense).await;
        assert_eq!(page.field_error("code"), "E-71", "{nonsense}");
        assert_eq!(page.value("code"), None, "a code never stays in its field");
    }
    page = student.enters_code(&page, &wrong(&phone.shows(&world))).await;
    assert_eq!(page.field_error("code"), "E-71");
    let trail = world.trail(&page.support_code()).await;
    assert_eq!(events(&trail).iter().filter(|event| **event == "authenticator.failed").count(), 1);
    assert!(student.enters_code(&page, &phone.shows(&world)).await.is_at_the_client());
    let trail = world.trail(&page.support_code()).await;
    assert_eq!(events(&trail)[events(&trail).len() - 2..], ["authenticator.proven", "login.completed"]);
    assert!(!format!("{trail:?}").contains(&phone.shows(&world)));
}

#[tokio::test]
async fn a_code_that_was_used_is_wrong_from_then_on() {
    let (world, mut student, phone) = student_with_app().await;
    let code = phone.shows(&world);
    let page = student.reaches_the_app(&[]).await;
    assert!(student.enters_code(&page, &code).await.is_at_the_client());
    let mut other = student.at_another_device();
    let page = other.reaches_the_app(&[]).await;
    assert_eq!(phone.shows(&world), code, "the app still shows it");
    let page = other.enters_code(&page, &code).await;
    assert_eq!(page.field_error("code"), "E-71");
    world.restart().await;
    let page = other.enters_code(&page, &code).await;
    assert_eq!(page.field_error("code"), "E-71", "a restart forgets nothing");
    world.clock.pass(30 * SECOND);
    assert!(other.enters_code(&page, &phone.shows(&world)).await.is_at_the_client());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_logins_with_the_same_code_at_once_one_gets_through() {
    let (world, student, phone) = student_with_app().await;
    let mut open = Vec::new();
    for _ in 0..4 {
        let mut other = student.at_another_device();
        let page = other.reaches_the_app(&[]).await;
        open.push((other, page));
    }
    let code = phone.shows(&world);
    let mut racers = tokio::task::JoinSet::new();
    for (other, page) in &open {
        for _ in 0..5 {
            let (mut browser, form) = (other.browser.clone(), page.form(&[("code", &code)], None));
            racers.spawn(async move { browser.send(Browser::call_of(&form)).await });
        }
    }
    racers.join_all().await;
    let mut through = 0;
    for (mut other, page) in open {
        let next = page.url.as_str().replace("/authenticator", "/next");
        through += usize::from(other.browser.open(&next).await.is_at_the_client());
    }
    assert_eq!(through, 1);
    let proven = world.whole_trail().await.iter().filter(|row| row.event == "authenticator.proven").count();
    assert_eq!(proven, 1);
}

#[tokio::test]
async fn a_form_sent_twice_ends_where_the_first_one_did() {
    let (world, mut student, phone) = student_with_app().await;
    let page = student.reaches_the_app(&[]).await;
    let form = page.form(&[("code", &phone.shows(&world))], None);
    let first = student.browser.send(Browser::call_of(&form)).await;
    let second = student.browser.send(Browser::call_of(&form)).await;
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (303, 303));
    assert!(student.browser.follow(second).await.is_at_the_client());
}

#[tokio::test]
async fn tries_wait_and_lock_like_those_of_the_second_password_on_a_count_of_their_own() {
    let (world, mut student, phone) = student_with_app().await;
    let mut page = student.reaches_the_app(&[]).await;
    for _ in 0..3 {
        page = student.enters_code(&page, &wrong(&phone.shows(&world))).await;
        assert_eq!(page.field_error("code"), "E-71");
    }
    page = student.enters_code(&page, &phone.shows(&world)).await;
    assert_eq!(page.field_error("code"), "E-53", "the right one is not compared either");
    for _ in 0..2 {
        world.clock.pass(20 * SECOND);
        page = student.enters_code(&page, &wrong(&phone.shows(&world))).await;
    }
    world.clock.pass(20 * SECOND);
    page = student.enters_code(&page, &phone.shows(&world)).await;
    assert_eq!(page.field_error("code"), "E-53");
    assert!(page.text().contains("879秒"), "fifteen minutes less 21 seconds: {}", page.text());
    let mut other = student.at_another_device();
    let elsewhere = other.reaches_the_app(&[]).await;
    assert_eq!(elsewhere.field_error("code"), "E-53", "the second password is not locked, the app is, everywhere");
    let recovery = other.browser.click(&elsewhere, "recovery").await;
    let recovery = other.enters_code(&recovery, &phone.recovery_codes[0]).await;
    assert_eq!(recovery.field_error("code"), "E-53", "recovery codes share the count");
    let warnings = student.mails().await.iter().filter(|mail| mail.subject.contains("ログイン失敗")).count();
    assert_eq!(warnings, 1);
    world.clock.pass(15 * MINUTE);
    let page = student.enters_code(&page, &phone.shows(&world)).await;
    assert!(page.is_at_the_client(), "{}", page.id());
}

#[tokio::test]
async fn a_lock_of_the_app_leaves_the_mailed_key() {
    let (world, mut student, phone) = student_with_app().await;
    let mut page = student.reaches_the_app(&[]).await;
    for _ in 0..5 {
        world.clock.pass(20 * SECOND);
        page = student.enters_code(&page, &wrong(&phone.shows(&world))).await;
    }
    let page = student.browser.press(&page, &[], "use-mail").await;
    let key = student.key().await;
    assert!(student.enters_key(&page, &key).await.is_at_the_client());
}

#[tokio::test]
async fn too_many_in_a_row_stop_the_app_until_the_office_ends_it() {
    let setup = allowed().set("limits.second_password.max_wrong_in_a_row", "20");
    let world = World::with(setup).await;
    let mut student = world.student().await;
    let phone = student.has_an_app().await;
    for _ in 0..4 {
        let mut page = student.reaches_the_app(&[]).await;
        for _ in 0..5 {
            world.clock.pass(20 * SECOND);
            page = student.enters_code(&page, &wrong(&phone.shows(&world))).await;
        }
        world.clock.pass(20 * MINUTE);
        student.browser.forget_cookies();
    }
    world.clock.pass(24 * HOUR);
    let page = student.reaches_the_app(&[]).await;
    assert_eq!(page.errors(), ["E-70"]);
    let page = student.enters_code(&page, &phone.shows(&world)).await;
    assert_eq!(page.errors(), ["E-70"]);
}

#[tokio::test]
async fn a_recovery_code_opens_once_is_told_by_mail_and_is_no_app() {
    let (world, mut student, phone) = student_with_app().await;
    let page = student.reaches_the_app(&[]).await;
    let page = student.browser.click(&page, "recovery").await;
    assert_eq!(page.id(), "authenticator");
    let typed = phone.recovery_codes[3].to_lowercase().replace('-', " ");
    let page = student.enters_code(&page, &typed).await;
    let claims = claims(&world, &page).await;
    assert_eq!((&claims["acr"], &claims["amr"]), (&json!(KEY), &json!(["pwd", "recovery"])));
    let mail = student.mail().await;
    assert!(mail.subject.contains("認証アプリ") && mail.text.contains("回復コードが利用されました"), "{}", mail.text);
    assert!(!mail.text.contains(&phone.recovery_codes[3]));
    let mut other = student.at_another_device();
    let page = other.reaches_the_app(&[]).await;
    let page = other.browser.click(&page, "recovery").await;
    let page = other.enters_code(&page, &phone.recovery_codes[3]).await;
    assert_eq!(page.field_error("code"), "E-73");
    let page = other.enters_code(&page, &phone.recovery_codes[4]).await;
    assert!(page.is_at_the_client());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_that_bring_the_same_recovery_code_at_once_one_gets_through() {
    let (world, student, phone) = student_with_app().await;
    let mut open = Vec::new();
    for _ in 0..4 {
        let mut other = student.at_another_device();
        let page = other.reaches_the_app(&[]).await;
        let page = other.browser.click(&page, "recovery").await;
        open.push((other, page));
    }
    let mut racers = tokio::task::JoinSet::new();
    for (other, page) in &open {
        let form = page.form(&[("code", &phone.recovery_codes[0])], None);
        let mut browser = other.browser.clone();
        racers.spawn(async move { browser.send(Browser::call_of(&form)).await });
    }
    racers.join_all().await;
    let proven = world.whole_trail().await.iter().filter(|row| row.event == "authenticator.proven").count();
    assert_eq!(proven, 1);
}

#[tokio::test]
async fn a_request_for_the_app_is_met_by_the_app_alone() {
    let (world, mut student, phone) = student_with_app().await;
    let page = student.reaches_the_app(&[("claims", &essential(APP))]).await;
    assert!(!page.has_link("recovery") && !page.body.contains("use-mail"));
    let recovery = page.url.as_str().replace("/authenticator", "/recovery-code");
    assert_eq!(student.browser.open(&recovery).await.url, page.url);
    let mut form = page.form(&[("code", "")], None);
    form.fields.retain(|(name, _)| name != "action");
    form.fields.push(("action".into(), "use-mail".into()));
    let mails = student.mails().await.len();
    assert_eq!(student.browser.submit(form).await.id(), "authenticator");
    assert_eq!(student.mails().await.len(), mails);
    let page = student.enters_code(&page, &phone.shows(&world)).await;
    assert_eq!(claims(&world, &page).await["acr"], APP);
}

#[tokio::test]
async fn an_account_without_an_app_cannot_meet_an_essential_request_for_it() {
    let world = World::with(allowed()).await;
    let mut student = world.student().await;
    let page = student.passes_the_university_for(&[("claims", &essential(APP))]).await;
    assert!(page.is_at_the_client());
    assert_eq!(page.parameter("error").as_deref(), Some("unmet_authentication_requirements"));
    assert_eq!(page.parameter("state").as_deref(), Some("state-1"));
    assert!(!student.browser.has_session());
    student.browser.forget_cookies();
    student.signs_in().await;
    let page = student.begins_with(&[("claims", &essential(APP))]).await;
    assert_eq!(page.parameter("error").as_deref(), Some("unmet_authentication_requirements"), "nor in a live session");
    let page = student.signs_in_for(&[("acr_values", &format!("{APP} {PASSWORD}"))]).await;
    assert_eq!(claims(&world, &page).await["acr"], PASSWORD, "a wish goes on to the next value");
}

#[tokio::test]
async fn a_live_session_is_asked_for_the_app_without_a_page_in_between() {
    let world = World::with(Setup::default().set("policy.authenticator", "allowed")).await;
    let mut student = world.student().await;
    let phone = student.has_an_app().await;
    let first = student.signs_in().await;
    let first = claims(&world, &first).await;
    assert_eq!(first["acr"], PASSWORD, "the switch is off: no app is asked for");
    world.clock.pass(MINUTE);
    let page = student.begins_with(&[("acr_values", APP)]).await;
    assert_eq!(page.id(), "authenticator");
    let page = student.enters_code(&page, &wrong(&phone.shows(&world))).await;
    assert_eq!(page.field_error("code"), "E-71");
    let finish = page.url.as_str().replace("authenticator", "finish");
    assert_eq!(student.browser.open(&finish).await.id(), "authenticator");
    let page = student.enters_code(&page, &phone.shows(&world)).await;
    let second = claims(&world, &page).await;
    assert_eq!((&second["acr"], &second["sid"]), (&json!(APP), &first["sid"]));
    assert_eq!(second["amr"], json!(["pwd", "otp", "mfa"]));
    let page = student.begins_with(&[("acr_values", APP), ("state", "again")]).await;
    assert_eq!(page.parameter("state").as_deref(), Some("again"), "from now on the session answers");
}

#[tokio::test]
async fn a_live_session_may_choose_the_mailed_key_where_it_would_do() {
    let world = World::with(Setup::default().set("policy.authenticator", "allowed")).await;
    let mut student = world.student().await;
    student.has_an_app().await;
    student.signs_in().await;
    world.clock.pass(MINUTE);
    let page = student.begins_with(&[("acr_values", KEY)]).await;
    assert_eq!(page.id(), "authenticator");
    let page = student.browser.press(&page, &[], "use-mail").await;
    assert_eq!(page.id(), "auth-key");
    let key = student.key().await;
    let page = student.enters_key(&page, &key).await;
    assert_eq!(claims(&world, &page).await["acr"], KEY);
}

#[tokio::test]
async fn a_tenant_that_stops_allowing_apps_goes_back_to_the_mailed_key() {
    let (world, mut student, phone) = student_with_app().await;
    let page = student.reaches_the_app(&[]).await;
    let done = student.enters_code(&page, &phone.shows(&world)).await;
    assert_eq!(claims(&world, &done).await["acr"], APP);
    let mut other = student.at_another_device();
    let open = other.reaches_the_app(&[]).await;
    world.restart_with(Setup::default().set("policy.two_factor", "required")).await;
    world.clock.pass(30 * SECOND);
    let page = other.enters_code(&open, &phone.shows(&world)).await;
    assert_eq!(page.id(), "auth-key", "what was open under the former rule is taken no more");
    let page = student.begins_with(&[]).await;
    assert_eq!(page.id(), "send-auth-key", "the app's proof counts for nothing now");
    student.browser.forget_cookies();
    let page = student.reaches_auth_key().await;
    let code = page.url.as_str().replace("auth-key", "authenticator");
    assert_eq!(student.browser.open(&code).await.id(), "auth-key");
    world.restart_with(allowed()).await;
    student.browser.forget_cookies();
    student.reaches_the_app(&[]).await;
}

#[tokio::test]
async fn discovery_names_the_class_where_it_can_be_reached() {
    for (setup, named) in [(Setup::default(), false), (allowed(), true)] {
        let world = World::with(setup).await;
        let page = world.browser().open("https://id.example.jp/.well-known/openid-configuration").await;
        let document: Value = serde_json::from_str(&page.body).unwrap();
        let values = document["acr_values_supported"].as_array().unwrap();
        assert_eq!(values.contains(&json!(APP)), named, "{values:?}");
    }
}

#[tokio::test]
async fn the_page_of_the_app_is_nobody_s_who_is_not_asked_for_it() {
    let world = World::with(Setup::default().set("policy.authenticator", "allowed")).await;
    let mut student = world.student().await;
    student.has_an_app().await;
    let page = student.reaches_second_password().await;
    for name in ["authenticator", "recovery-code", "unmet"] {
        let url = page.url.as_str().replace("second-password", name);
        assert_eq!(student.browser.open(&url).await.id(), "second-password", "{name}");
    }
}
