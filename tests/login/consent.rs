//! P-31: a client that is not first-party asks what people agree to (SR-60, OpenID Connect Core §3.1.2.4 and §11).

use std::sync::Arc;

use crate::support::{
    Page, Student, World,
    browser::{Browser, Call},
    client::RelyingParty,
    clock::{HOUR, MINUTE, SECOND},
    setup::{Setup, asking_client},
    world::events,
};

const KEY: &str = "urn:idp:acr:auth-key";

/// A student of a world in which the reading room asks; everything is set up, nobody is signed in.
async fn somebody() -> (Arc<World>, Student, RelyingParty) {
    somebody_with("").await
}

async fn somebody_with(more: &str) -> (Arc<World>, Student, RelyingParty) {
    let setup = Setup::default().further_client("reading-room", &(asking_client("reading-room") + more));
    let world = World::with(setup).await;
    let student = world.student().await;
    let room = world.client("reading-room");
    (world, student, room)
}

/// Through P-01 and P-07 to whatever comes then.
async fn signs_in(student: &mut Student, room: &RelyingParty, parameters: &[(&str, &str)]) -> Page {
    student.signs_in_at(&room.url(parameters)).await
}

async fn allows(student: &mut Student, page: &Page) -> Page {
    student.browser.press(page, &[], "allow").await
}

/// Signed in and agreed to.
async fn agreed(parameters: &[(&str, &str)]) -> (Arc<World>, Student, RelyingParty) {
    let (world, mut student, room) = somebody().await;
    let page = signs_in(&mut student, &room, parameters).await;
    assert_eq!(page.id(), "consent");
    allows(&mut student, &page).await.code();
    world.clock.pass(MINUTE);
    (world, student, room)
}

fn scopes(page: &Page) -> Vec<String> {
    let parts = page.body.split("data-scope=\"").skip(1);
    parts.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_page_comes_when_everything_is_proven_and_names_who_asks_and_for_what() {
    let (_, mut student, room) = somebody().await;
    let page = signs_in(&mut student, &room, &[("scope", "openid email profile offline_access")]).await;
    assert_eq!(page.id(), "consent");
    let text = page.text();
    assert!(
        text.contains("閲覧室") && text.contains("rp.example"),
        "the registered name and where the answer goes: {text}"
    );
    assert!(text.contains("s2••••01"), "whose information: {text}");
    assert_eq!(scopes(&page), ["openid", "profile", "email", "offline_access"]);
    assert!(text.contains("ログインしていない間も"), "{text}");
    assert!(!student.browser.has_session(), "nothing is done before the answer");
    let back = allows(&mut student, &page).await;
    let tokens = room.redeem(&back.code()).await;
    assert_eq!(tokens.text("scope").split(' ').count(), 4);
    assert!(!tokens.text("refresh_token").is_empty());
}

#[tokio::test]
async fn the_name_comes_from_the_registration_in_the_language_of_the_page() {
    let (_, mut student, room) = somebody().await;
    let page = signs_in(&mut student, &room, &[("ui_locales", "en"), ("client_name", "The Bank")]).await;
    assert_eq!((page.id().as_str(), page.language().as_str()), ("consent", "en"));
    assert!(page.text().contains("Reading Room will receive") && !page.text().contains("The Bank"), "{}", page.text());
}

#[tokio::test]
async fn who_does_not_agree_leaves_no_trace_but_the_refusal() {
    let (world, mut student, room) = somebody().await;
    let page = signs_in(&mut student, &room, &[("state", "s-1")]).await;
    let code = page.support_code();
    let back = student.browser.press(&page, &[], "deny").await;
    assert_eq!(back.parameter("error").as_deref(), Some("access_denied"));
    assert_eq!(back.parameter("state").as_deref(), Some("s-1"));
    assert!(back.parameter("code").is_none() && !student.browser.has_session());
    assert_eq!(events(&world.trail(&code).await).last(), Some(&"consent.denied"));
    world.clock.pass(SECOND);
    let again = signs_in(&mut student, &room, &[]).await;
    assert_eq!(again.id(), "consent", "it is asked again");
}

#[tokio::test]
async fn pressing_a_button_that_is_not_there_agrees_to_nothing() {
    let (_, mut student, room) = somebody().await;
    let page = signs_in(&mut student, &room, &[]).await;
    let token = page.value("form_token").unwrap();
    let call = Call::form(page.url.as_str(), &[("form_token", &token), ("action", "whatever")]);
    assert_eq!(student.browser.send(call).await.error(), "E-02");
    assert_eq!(student.browser.reload(&page).await.id(), "consent");
}

#[tokio::test]
async fn the_end_of_the_login_is_no_way_around_the_page() {
    let (_, mut student, room) = somebody().await;
    let page = signs_in(&mut student, &room, &[]).await;
    let finish = page.url.as_str().replace("/consent", "/finish");
    assert_eq!(student.browser.open(&finish).await.id(), "consent");
    assert!(!student.browser.has_session());
}

#[tokio::test]
async fn a_first_party_client_shows_no_page_not_even_on_prompt_consent() {
    let (world, mut student, _) = somebody().await;
    let scope = [("scope", "openid email offline_access"), ("prompt", "consent")];
    let back = student.signs_in_at(&world.service().url(&scope)).await;
    assert!(!world.service().redeem(&back.code()).await.text("refresh_token").is_empty());
    world.clock.pass(SECOND);
    student.begins_with(&[("prompt", "consent")]).await.code();
}

#[tokio::test]
async fn what_was_agreed_to_is_remembered_within_the_session_and_beyond_it() {
    let (world, mut student, room) = agreed(&[("scope", "openid email")]).await;
    student.browser.open(&room.url(&[("scope", "openid email"), ("prompt", "none")])).await.code();
    student.browser.open(&room.url(&[("scope", "openid")])).await.code();
    world.clock.pass(9 * HOUR);
    signs_in(&mut student, &room, &[("scope", "openid email")]).await.code();
    let mut phone = student.at_another_device();
    signs_in(&mut phone, &room, &[("scope", "openid email")]).await.code();
}

#[tokio::test]
async fn prompt_none_without_an_agreement_is_consent_required() {
    let (world, mut student, room) = somebody().await;
    let silent = room.url(&[("prompt", "none")]);
    let back = student.browser.open(&silent).await;
    assert_eq!(back.parameter("error").as_deref(), Some("login_required"), "nobody is signed in");
    student.signs_in().await;
    world.clock.pass(SECOND);
    let back = student.browser.open(&silent).await;
    assert_eq!(back.parameter("error").as_deref(), Some("consent_required"));
    let back = student.browser.open(&room.url(&[("prompt", "none"), ("acr_values", KEY)])).await;
    assert_eq!(back.parameter("error").as_deref(), Some("login_required"), "more must be proven first");
}

#[tokio::test]
async fn more_scopes_are_asked_for_all_together_and_then_both_are_kept() {
    let (world, mut student, room) = agreed(&[("scope", "openid email")]).await;
    let more = [("scope", "openid email student")];
    let back = student.browser.open(&room.url(&[more[0], ("prompt", "none")])).await;
    assert_eq!(back.parameter("error").as_deref(), Some("consent_required"));
    let page = student.browser.open(&room.url(&more)).await;
    assert_eq!(page.id(), "consent");
    assert_eq!(scopes(&page), ["openid", "email", "student"]);
    allows(&mut student, &page).await.code();
    world.clock.pass(SECOND);
    student.browser.open(&room.url(&[("scope", "openid email"), ("prompt", "none")])).await.code();
    student.browser.open(&room.url(&[more[0], ("prompt", "none")])).await.code();
}

#[tokio::test]
async fn refusing_more_takes_nothing_of_what_was_agreed_to_before() {
    let (_, mut student, room) = agreed(&[("scope", "openid email")]).await;
    let page = student.browser.open(&room.url(&[("scope", "openid email student")])).await;
    let back = student.browser.press(&page, &[], "deny").await;
    assert_eq!(back.parameter("error").as_deref(), Some("access_denied"));
    student.browser.open(&room.url(&[("scope", "openid email"), ("prompt", "none")])).await.code();
}

#[tokio::test]
async fn prompt_consent_asks_again_and_once() {
    let (world, mut student, room) = agreed(&[]).await;
    let page = student.browser.open(&room.url(&[("prompt", "consent"), ("state", "again")])).await;
    assert_eq!(page.id(), "consent");
    let back = allows(&mut student, &page).await;
    assert_eq!(back.parameter("state").as_deref(), Some("again"));
    let first = room.redeem(&back.code()).await.claims();
    world.clock.pass(SECOND);
    let silent = student.browser.open(&room.url(&[("prompt", "none")])).await;
    let second = room.redeem(&silent.code()).await.claims();
    assert_eq!((&first["sid"], &first["auth_time"]), (&second["sid"], &second["auth_time"]), "nothing was proven anew");
}

#[tokio::test]
async fn prompt_login_and_consent_ask_for_both() {
    let (world, mut student, room) = agreed(&[]).await;
    let url = room.url(&[("prompt", "login consent")]);
    assert_eq!(student.browser.open(&url).await.id(), "sign-in");
    let page = student.signs_in_at(&url).await;
    assert_eq!(page.id(), "consent");
    let tokens = room.redeem(&allows(&mut student, &page).await.code()).await;
    let age = world.now().as_seconds() - tokens.claims()["auth_time"].as_i64().unwrap();
    assert!(age < 10, "the login is fresh: {age} s");
}

#[tokio::test]
async fn select_account_is_asked_before_consent() {
    let (_, mut student, room) = agreed(&[]).await;
    let page = student.browser.open(&room.url(&[("prompt", "select_account consent")])).await;
    assert_eq!(page.id(), "already-signed-in");
    let page = student.browser.press(&page, &[], "continue").await;
    assert_eq!(page.id(), "consent");
    allows(&mut student, &page).await.code();
}

#[tokio::test]
async fn a_live_session_that_lacks_only_the_agreement_is_asked_for_nothing_else() {
    let (world, mut student, room) = somebody().await;
    let service = world.service().redeem(&student.signs_in().await.code()).await.claims();
    world.clock.pass(MINUTE);
    let page = student.browser.open(&room.url(&[])).await;
    assert_eq!(page.id(), "consent");
    let trail = world.trail(&page.support_code()).await;
    assert!(trail.is_empty(), "a page writes nothing");
    let back = allows(&mut student, &page).await;
    let claims = room.redeem(&back.code()).await.claims();
    assert_eq!((&claims["sid"], &claims["auth_time"]), (&service["sid"], &service["auth_time"]));
    assert_eq!(events(&world.trail(&page.support_code()).await), ["consent.given", "login.completed"]);
}

#[tokio::test]
async fn from_a_live_session_too_a_refusal_is_told_and_the_session_stays() {
    let (world, mut student, room) = somebody().await;
    student.signs_in().await;
    world.clock.pass(SECOND);
    let page = student.browser.open(&room.url(&[])).await;
    let back = student.browser.press(&page, &[], "deny").await;
    assert_eq!(back.parameter("error").as_deref(), Some("access_denied"));
    assert!(student.browser.has_session());
    assert_eq!(events(&world.trail(&page.support_code()).await), ["consent.denied"]);
    student.begins_with(&[("prompt", "none")]).await.code();
}

#[tokio::test]
async fn a_session_that_lacks_the_key_too_proves_it_before_it_is_asked_to_agree() {
    let (world, mut student, room) = somebody().await;
    student.signs_in().await;
    world.clock.pass(SECOND);
    let page = student.browser.open(&room.url(&[("acr_values", KEY)])).await;
    assert_eq!(page.id(), "send-auth-key");
    let page = student.browser.enter(&page, &[]).await;
    let key = student.key().await;
    let page = student.enters_key(&page, &key).await;
    assert_eq!(page.id(), "consent");
    let back = allows(&mut student, &page).await;
    assert_eq!(room.redeem(&back.code()).await.claims()["acr"], KEY);
}

#[tokio::test]
async fn a_double_click_has_one_effect_and_ends_at_the_service() {
    let (world, mut student, room) = somebody().await;
    let page = signs_in(&mut student, &room, &[]).await;
    let form = page.form(&[], Some("allow"));
    let first = student.browser.send(Browser::call_of(&form)).await;
    let second = student.browser.send(Browser::call_of(&form)).await;
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (303, 303));
    student.browser.follow(second).await.code();
    let given = world.trail(&page.support_code()).await;
    assert_eq!(events(&given).iter().filter(|event| **event == "consent.given").count(), 1);
}

#[tokio::test]
async fn two_tabs_are_asked_once_and_one_that_was_left_open_ends_at_its_service() {
    let (world, mut student, room) = somebody().await;
    student.signs_in().await;
    world.clock.pass(SECOND);
    let one = student.browser.open(&room.url(&[("state", "one")])).await;
    let two = student.browser.open(&room.url(&[("state", "two")])).await;
    assert_eq!((one.id().as_str(), two.id().as_str()), ("consent", "consent"));
    allows(&mut student, &one).await.code();
    world.clock.pass(SECOND);
    let page = allows(&mut student, &two).await;
    assert_eq!(page.id(), "already-signed-in");
    let back = student.browser.press(&page, &[], "continue").await;
    assert_eq!((back.parameter("state").as_deref(), back.code().is_empty()), (Some("two"), false));
}

#[tokio::test]
async fn whoever_signed_out_elsewhere_signs_in_before_agreeing() {
    let (world, mut student, room) = somebody().await;
    student.signs_in().await;
    world.clock.pass(SECOND);
    let page = student.browser.open(&room.url(&[])).await;
    let mut tab = student.browser.open(&world.service().logout_url(&[])).await;
    tab = student.browser.press(&tab, &[], "yes").await;
    assert_eq!(tab.id(), "signed-out");
    assert_eq!(allows(&mut student, &page).await.id(), "sign-in");
}

#[tokio::test]
async fn single_claims_are_told_one_by_one_and_remembered() {
    let (world, mut student, room) = somebody().await;
    let asked = r#"{"userinfo":{"birthdate":{"essential":true},"email":null},"id_token":{"name":null}}"#;
    let wanted = [("scope", "openid email"), ("claims", asked)];
    let page = signs_in(&mut student, &room, &wanted).await;
    assert_eq!(page.id(), "consent");
    assert!(page.body.contains("data-claim=\"birthdate\"") && page.body.contains("data-claim=\"name\""));
    assert!(!page.body.contains("data-claim=\"email\""), "its scope is there already");
    assert!(page.text().contains("生年月日"), "{}", page.text());
    allows(&mut student, &page).await.code();
    world.clock.pass(SECOND);
    student.browser.open(&room.url(&[wanted[0], wanted[1], ("prompt", "none")])).await.code();
    let more = [("scope", "openid"), ("claims", r#"{"userinfo":{"gender":null}}"#), ("prompt", "none")];
    let back = student.browser.open(&room.url(&more)).await;
    assert_eq!(back.parameter("error").as_deref(), Some("consent_required"));
}

#[tokio::test]
async fn the_client_s_policy_and_terms_are_linked_and_its_logo_comes_from_its_own_host_only() {
    let lines = "logo_uri = \"https://rp.example/logo.png\"\npolicy_uri = \"https://rp.example/privacy\"\n\
                 tos_uri = \"https://rp.example/terms\"\n";
    let (_, mut student, room) = somebody_with(lines).await;
    let page = signs_in(&mut student, &room, &[]).await;
    assert_eq!(page.one("img.logo", "src").as_deref(), Some("https://rp.example/logo.png"));
    assert_eq!(page.one("img.logo", "referrerpolicy").as_deref(), Some("no-referrer"));
    assert_eq!(page.link("policy").as_str(), "https://rp.example/privacy");
    assert_eq!(page.link("terms").as_str(), "https://rp.example/terms");
    let policy = page.header("content-security-policy");
    assert!(policy.contains("img-src 'self' data: https://rp.example;") && policy.contains("script-src 'self';"));
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
}

#[tokio::test]
async fn a_logo_of_another_host_is_not_shown() {
    let (_, mut student, room) = somebody_with("logo_uri = \"https://bank.example/logo.png\"\n").await;
    let page = signs_in(&mut student, &room, &[]).await;
    assert!(!page.body.contains("bank.example"));
    assert!(page.header("content-security-policy").contains("img-src 'self' data:;"));
}

#[tokio::test]
async fn an_agreement_that_another_tab_takes_back_no_longer_counts() {
    let (_, mut student, room) = agreed(&[("scope", "openid email offline_access")]).await;
    let back = student.browser.open(&room.url(&[("scope", "openid email offline_access"), ("prompt", "none")])).await;
    let tokens = room.redeem(&back.code()).await;
    let page = student.browser.open("https://id.example.jp/account/sessions").await;
    assert!(page.text().contains("閲覧室"), "{}", page.text());
    let form = page.form(&[], Some("revoke"));
    let page = student.browser.submit(form).await;
    assert!(!page.text().contains("閲覧室"), "{}", page.text());
    assert_eq!(room.refresh(&tokens.text("refresh_token")).await.error(), "invalid_grant");
    let back = student.browser.open(&room.url(&[("scope", "openid email"), ("prompt", "none")])).await;
    assert_eq!(back.parameter("error").as_deref(), Some("consent_required"));
}

#[tokio::test]
async fn a_kept_agreement_is_listed_though_no_token_is_left_and_taking_it_back_is_audited() {
    let (world, mut student, room) = agreed(&[]).await;
    world.clock.pass(9 * HOUR);
    student.signs_in().await;
    world.clock.pass(SECOND);
    let page = student.browser.open("https://id.example.jp/account/sessions").await;
    assert!(page.text().contains("閲覧室"), "{}", page.text());
    let mut form = page.form(&[], Some("revoke"));
    for (name, value) in &mut form.fields {
        if name == "client" {
            room.id.clone_into(value);
        }
    }
    student.browser.submit(form).await;
    let trail = world.whole_trail().await;
    let revoked = trail.iter().find(|row| row.event == "consent.revoked").expect("a row");
    assert_eq!(revoked.entry.client.as_deref(), Some("reading-room"));
    let back = student.browser.open(&room.url(&[("prompt", "none")])).await;
    assert_eq!(back.parameter("error").as_deref(), Some("consent_required"));
}

#[tokio::test]
async fn an_agreement_survives_a_restart_and_belongs_to_one_person_and_one_client() {
    let (world, mut student, room) = agreed(&[]).await;
    world.restart().await;
    student.browser.open(&room.url(&[("prompt", "none")])).await.code();
    let mut other = world.another_student().await;
    let page = other.signs_in_at(&room.url(&[])).await;
    assert_eq!(page.id(), "consent");
}

#[tokio::test]
async fn a_form_from_elsewhere_agrees_to_nothing() {
    let (_, mut student, room) = somebody().await;
    let page = signs_in(&mut student, &room, &[]).await;
    let token = page.value("form_token").unwrap();
    for (token, site) in [(token.as_str(), "cross-site"), ("x", "same-origin"), ("", "same-origin")] {
        let call = Call::form(page.url.as_str(), &[("form_token", token), ("action", "allow")]);
        assert_eq!(student.browser.send(call.with("sec-fetch-site", site)).await.error(), "E-02");
    }
    assert_eq!(student.browser.reload(&page).await.id(), "consent");
}
