//! The authenticator app is set up and removed (P-35, P-36; E-71, SR-11, SR-30).

use std::sync::Arc;

use idp::domain::{authenticator::SharedSecret, clock::Timestamp};
use serde_json::json;

use super::{address, opens};
use crate::support::{
    Page, Student, World,
    browser::Browser,
    clock::{MINUTE, SECOND},
    phone::Phone,
    setup::Setup,
    student::{SECOND_PASSWORD, wrong},
    world::events,
};

const PAGE: &str = "authenticator";
const APP: &str = "urn:idp:acr:authenticator";

fn allowed() -> Setup {
    Setup::default().set("policy.authenticator", "allowed")
}

async fn at_the_page() -> (Arc<World>, Student, Page) {
    let world = World::with(allowed()).await;
    let mut student = world.student().await;
    student.signs_in().await;
    let page = opens(&mut student, PAGE).await;
    assert_eq!(page.id(), "set-up-authenticator");
    (world, student, page)
}

/// What an app gets by typing or scanning.
struct App(SharedSecret);

impl App {
    fn of(page: &Page) -> Self {
        Self(Phone::of(page).secret)
    }

    fn shows(&self, at: Timestamp) -> String {
        self.0.code_at(at).expose().to_owned()
    }
}

fn codes(page: &Page) -> Vec<String> {
    let html = scraper::Html::parse_document(&page.body);
    html.select(&scraper::Selector::parse("ol code").unwrap()).map(|code| code.text().collect()).collect()
}

/// From P-35 to P-36.
async fn sets_up(student: &mut Student, page: &Page) -> (App, Page) {
    let app = App::of(page);
    let code = app.shows(student.world.now());
    let page = student.browser.enter(page, &[("code", &code)]).await;
    assert_eq!(page.id(), "recovery-codes");
    (app, page)
}

async fn removes(student: &mut Student, entry: &str) -> Page {
    let page = opens(student, PAGE).await;
    let page = student.browser.click(&page, "remove").await;
    assert_eq!(page.id(), "confirm-second-password");
    student.browser.enter(&page, &[("second_password", entry)]).await
}

#[tokio::test]
async fn a_code_of_the_app_sets_it_up_and_the_next_login_asks_for_it() {
    let (world, mut student, page) = at_the_page().await;
    assert!(page.link("app").as_str().starts_with("otpauth://totp/"), "{}", page.link("app"));
    assert!(page.link("app").as_str().contains("s2025001") && page.body.contains("<svg"));
    let (app, page) = sets_up(&mut student, &page).await;
    assert_eq!(codes(&page).len(), 10);
    assert_eq!(page.header("cache-control"), "no-store");
    let done = student.browser.enter(&page, &[]).await;
    assert_eq!(done.id(), "set-up-authenticator");
    assert!(done.has_link("remove") && !done.body.contains("<svg"), "no secret is shown again");
    world.clock.pass(MINUTE);
    student.browser.forget_cookies();
    let page = student.passes_the_university_for(&[("acr_values", APP)]).await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(page.id(), "authenticator");
    let page = student.browser.enter(&page, &[("code", &app.shows(world.now()))]).await;
    let claims = world.service().redeem(&page.code()).await.claims();
    assert_eq!((&claims["acr"], &claims["amr"]), (&json!(APP), &json!(["pwd", "otp", "mfa"])));
}

#[tokio::test]
async fn setting_up_is_noted_and_told_by_mail_without_a_secret() {
    let (world, mut student, page) = at_the_page().await;
    let (_, shown) = sets_up(&mut student, &page).await;
    let mail = student.mail().await;
    assert!(mail.text.contains("認証アプリが設定されました"), "{}", mail.text);
    let trail = world.trail(&shown.support_code()).await;
    assert_eq!(events(&trail).last(), Some(&"authenticator.enrolled"));
    for code in codes(&shown) {
        assert!(!mail.text.contains(&code) && !format!("{trail:?}").contains(&code));
    }
}

#[tokio::test]
async fn recovery_codes_are_shown_in_one_answer_only() {
    let (world, mut student, page) = at_the_page().await;
    let stale = student.browser.clone();
    let (_, page) = sets_up(&mut student, &page).await;
    let again = student.browser.reload(&page).await;
    assert_eq!((again.id().as_str(), codes(&again).len()), ("set-up-authenticator", 0));
    let mut stale = stale;
    let elsewhere = stale.open_url(&page.url).await;
    assert_eq!(elsewhere.id(), "set-up-authenticator", "another tab of the session has never had them");
    let mut other = world.another_student().await;
    other.signs_in().await;
    assert_eq!(codes(&other.browser.open_url(&page.url).await).len(), 0);
}

#[tokio::test]
async fn a_shown_recovery_code_opens_the_next_login() {
    let (world, mut student, page) = at_the_page().await;
    let (_, page) = sets_up(&mut student, &page).await;
    let code = codes(&page).pop().unwrap();
    student.browser.forget_cookies();
    let page = student.passes_the_university_for(&[("acr_values", "urn:idp:acr:auth-key")]).await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    let page = student.browser.click(&page, "recovery").await;
    let page = student.browser.enter(&page, &[("code", &code)]).await;
    assert_eq!(world.service().redeem(&page.code()).await.claims()["amr"], json!(["pwd", "recovery"]));
}

#[tokio::test]
async fn a_wrong_code_is_e_71_and_the_picture_stays_the_same() {
    let (world, mut student, page) = at_the_page().await;
    let first = App::of(&page);
    for typed in ["", "123", "abcdef", &wrong(&first.shows(world.now()))] {
        let page = student.browser.enter(&page, &[("code", typed)]).await;
        assert_eq!(page.field_error("code"), "E-71", "{typed}");
        assert_eq!(App::of(&page).0.as_bytes(), first.0.as_bytes());
    }
    let old = first.shows(Timestamp::from_seconds(world.now().as_seconds() - 90));
    assert_eq!(student.browser.enter(&page, &[("code", &old)]).await.field_error("code"), "E-71");
    let reloaded = student.browser.reload(&page).await;
    assert_eq!(App::of(&reloaded).0.as_bytes(), first.0.as_bytes(), "a reload shows what was scanned");
    assert!(student.mails().await.iter().all(|mail| !mail.subject.contains("認証アプリ")));
    let mut elsewhere = student.at_another_device();
    elsewhere.signs_in().await;
    let page = opens(&mut elsewhere, PAGE).await;
    assert_ne!(App::of(&page).0.as_bytes(), first.0.as_bytes(), "another session has a secret of its own");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_sessions_that_set_up_at_once_one_wins() {
    let (world, student, page) = at_the_page().await;
    let mut other = student.at_another_device();
    other.signs_in().await;
    let theirs = opens(&mut other, PAGE).await;
    let mut racers = tokio::task::JoinSet::new();
    for (browser, page) in [(&student.browser, &page), (&other.browser, &theirs)] {
        let code = App::of(page).shows(world.now());
        for _ in 0..5 {
            let (mut browser, form) = (browser.clone(), page.form(&[("code", &code)], None));
            racers.spawn(async move {
                let answer = browser.send(Browser::call_of(&form)).await;
                browser.follow(answer).await.id()
            });
        }
    }
    let ends = racers.join_all().await;
    assert_eq!(ends.iter().filter(|end| *end == "recovery-codes").count(), 1, "{ends:?}");
    assert!(ends.iter().all(|end| end == "recovery-codes" || end == "set-up-authenticator"), "{ends:?}");
    let enrolled = world.whole_trail().await.iter().filter(|row| row.event == "authenticator.enrolled").count();
    assert_eq!(enrolled, 1);
}

#[tokio::test]
async fn the_code_that_set_it_up_is_used_up() {
    let (world, mut student, page) = at_the_page().await;
    let (app, _) = sets_up(&mut student, &page).await;
    let code = app.shows(world.now());
    let page = student.begins_with(&[("acr_values", APP)]).await;
    assert_eq!(page.id(), "authenticator");
    let page = student.browser.enter(&page, &[("code", &code)]).await;
    assert_eq!(page.field_error("code"), "E-71");
}

#[tokio::test]
async fn removing_asks_for_the_second_password_and_takes_the_codes_along() {
    let (world, mut student, page) = at_the_page().await;
    let (app, shown) = sets_up(&mut student, &page).await;
    let mut elsewhere = student.at_another_device();
    elsewhere.signs_in().await;
    let page = removes(&mut student, "Wrong7Harbor").await;
    assert_eq!(page.field_error("second_password"), "E-50");
    assert_eq!(removes(&mut student, "").await.field_error("second_password"), "E-49");
    let page = removes(&mut student, SECOND_PASSWORD).await;
    assert_eq!(page.id(), "set-up-authenticator");
    assert!(page.text().contains("認証アプリの設定を解除しました"), "{}", page.text());
    assert_ne!(App::of(&page).0.as_bytes(), app.0.as_bytes(), "a new app gets a new secret");
    assert!(student.mail().await.text.contains("認証アプリの設定が解除されました"));
    assert_eq!(opens(&mut elsewhere, PAGE).await.id(), "sign-in", "other sessions have ended");
    assert!(opens(&mut student, PAGE).await.id() == "set-up-authenticator", "this one goes on");
    let names = world.whole_trail().await;
    assert!(events(&names).contains(&"authenticator.removed") && events(&names).contains(&"session.ended"));
    student.browser.forget_cookies();
    let page = student.reaches_auth_key_for(&[("acr_values", "urn:idp:acr:auth-key")]).await;
    let recovery = page.url.as_str().replace("auth-key", "recovery-code");
    assert_eq!(student.browser.open(&recovery).await.id(), "auth-key");
    assert_eq!(codes(&shown).len(), 10);
}

#[tokio::test]
async fn an_old_login_signs_in_again_before_it_removes() {
    let (world, mut student, page) = at_the_page().await;
    sets_up(&mut student, &page).await;
    let page = opens(&mut student, PAGE).await;
    let open = student.browser.click(&page, "remove").await;
    world.clock.pass(16 * MINUTE);
    let page = student.enters_second_password(&open, SECOND_PASSWORD).await;
    assert_eq!(page.id(), "confirm-second-password", "a form from before does nothing, P-19 comes first");
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert!(page.has_link("remove"), "it is there still: {}", page.id());
    let page = student.browser.click(&page, "remove").await;
    assert_eq!(page.id(), "sign-in", "the second password alone is not enough: the whole login again");
    let page = student.types_university_password(&page).await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(page.id(), "set-up-authenticator");
    let page = removes(&mut student, SECOND_PASSWORD).await;
    assert!(page.body.contains("<svg"));
}

#[tokio::test]
async fn five_wrong_second_passwords_at_the_removal_end_the_session() {
    let (world, mut student, page) = at_the_page().await;
    sets_up(&mut student, &page).await;
    let mut page = page;
    for _ in 0..5 {
        world.clock.pass(20 * SECOND);
        page = removes(&mut student, "Wrong7Harbor").await;
    }
    assert_eq!(page.id(), "locked");
    assert!(!student.browser.has_session());
}

#[tokio::test]
async fn without_the_policy_there_is_no_such_page_and_no_way_to_it() {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    for path in ["authenticator", "authenticator/remove", "authenticator/recovery-codes", "authenticator/confirm"] {
        let page = opens(&mut student, path).await;
        assert_eq!((page.status.as_u16(), page.error().as_str()), (404, "E-12"), "{path}");
    }
    assert!(!opens(&mut student, "").await.has_link("authenticator"));
    world.restart_with(allowed()).await;
    let menu = opens(&mut student, "").await;
    assert_eq!(student.browser.click(&menu, "authenticator").await.id(), "set-up-authenticator");
}

#[tokio::test]
async fn a_form_that_was_open_when_apps_were_switched_off_does_nothing() {
    let (world, mut student, page) = at_the_page().await;
    let code = App::of(&page).shows(world.now());
    world.restart_with(Setup::default()).await;
    let page = student.browser.enter(&page, &[("code", &code)]).await;
    assert_eq!(page.status, 404);
    let names = world.whole_trail().await;
    assert!(!events(&names).contains(&"authenticator.enrolled"));
}

#[tokio::test]
async fn whoever_is_not_signed_in_signs_in_first() {
    let world = World::with(allowed()).await;
    let mut student = world.student().await;
    let page = student.browser.open(&address(PAGE, &[])).await;
    assert_eq!(page.id(), "sign-in");
    let page = student.types_university_password(&page).await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(page.id(), "set-up-authenticator");
    assert_eq!(page.link("back").as_str(), super::RETURN_TO);
}

#[tokio::test]
async fn the_secret_is_sealed_at_rest_and_codes_are_hashes() {
    use sea_orm::{ConnectionTrait, Statement};
    let (world, mut student, page) = at_the_page().await;
    let (app, shown) = sets_up(&mut student, &page).await;
    let database = world.raw_database().await;
    let all = async |sql: &str| {
        database.query_all_raw(Statement::from_string(database.get_database_backend(), sql)).await.unwrap()
    };
    let rows = all("SELECT authenticator_secret FROM account WHERE authenticator_secret IS NOT NULL").await;
    let sealed: Vec<u8> = rows[0].try_get("", "authenticator_secret").unwrap();
    assert!(!sealed.windows(20).any(|part| part == app.0.as_bytes()));
    let rows = all("SELECT salt, hash FROM recovery_code").await;
    assert_eq!(rows.len(), 10);
    for row in rows {
        let (salt, hash): (String, String) = (row.try_get("", "salt").unwrap(), row.try_get("", "hash").unwrap());
        assert!(salt.len() == 32 && hash.len() == 64);
        assert!(codes(&shown).iter().all(|code| !hash.contains(&code.replace('-', ""))));
    }
}
