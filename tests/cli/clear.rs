//! idp account clear-email and reset-second-password (journeys J-18).

use super::{account::account_of, idp};
use crate::{
    account,
    login::reset::asks,
    support::{World, clock::MINUTE, student::SECOND_PASSWORD, world::events},
};

#[tokio::test]
async fn a_cleared_address_is_told_and_registered_anew_behind_the_second_password() {
    let world = World::start().await;
    let mut student = world.student().await;
    assert!(student.signs_in().await.is_at_the_client());
    let said =
        idp(&world, &["account", "clear-email", "s2025001", "--reason", "phone lost, ID card seen"]).await.fine();
    assert!(said.contains("M-10"), "{said}");
    let mail = student.mail().await;
    assert_eq!(mail.subject, "【証明書発行サービス】メールアドレス登録解除のお知らせ");
    assert!(!mail.text.contains("http"), "no link in it: {}", mail.text);
    let account = account_of(&world, &student).await;
    assert!(account.email.is_none() && account.second_password.is_some());
    let trail = world.whole_trail().await;
    let row = trail.iter().find(|row| row.event == "email.cleared").unwrap();
    assert!(row.entry.detail.contains("phone lost, ID card seen"), "{}", row.entry.detail);
    assert!(events(&trail).contains(&"session.ended"));

    let page = student.passes_the_university().await;
    assert_eq!(page.id(), "second-password", "a stranger with the university's password alone gets no further");
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(page.id(), "register-email");
    assert!(page.text().contains("登録が解除されています"), "{}", page.text());
    student.email = "new@mail.example".into();
    student.registers(&page, "new@mail.example").await;
    let landing = student.opens_the_link().await;
    assert_eq!(student.confirms(&landing).await.id(), "email-registered");
    world.clock.pass(MINUTE);
    student.browser.forget_cookies();
    assert!(student.signs_in().await.is_at_the_client());
}

#[tokio::test]
async fn the_mail_speaks_the_student_s_language() {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in_for(&[("ui_locales", "en")]).await;
    idp(&world, &["account", "clear-email", "s2025001", "--reason", "phone lost"]).await.fine();
    assert!(student.mail().await.subject.ends_with("Your e-mail address was cleared"));
}

#[tokio::test]
async fn open_keys_links_and_sessions_end_with_the_address() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let mut elsewhere = student.at_another_device();
    let code = elsewhere.signs_in().await.code();
    let access = world.service().redeem(&code).await.text("access_token");
    assert_eq!(world.service().userinfo(&access).await.status(), 200);
    world.clock.pass(MINUTE);
    let page = student.reaches_auth_key().await;
    let key = student.key().await;
    idp(&world, &["account", "clear-email", "s2025001", "--reason", "phone lost"]).await.fine();
    let page = student.enters_key(&page, &key).await;
    assert_eq!(page.id(), "register-email", "the key has died with its address");
    assert_eq!(elsewhere.begins().await.id(), "sign-in");
    assert_eq!(world.service().userinfo(&access).await.status(), 401);
}

#[tokio::test]
async fn a_link_that_was_open_does_not_bring_the_address_back() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    let link = student.mail().await.link();
    student.browser.enter(&page, &[("code", &student.mail().await.digits())]).await;
    idp(&world, &["account", "clear-email", "s2025001", "--reason", "mistyped"]).await.fine();
    assert_ne!(student.browser.open(&link).await.id(), "confirm-link");
    let mut waiting = student.at_another_device();
    waiting.asks_for_the_link().await;
    let open = waiting.mail().await.link();
    idp(&world, &["account", "suspend", "s2025001", "--reason", "stolen"]).await.fine();
    assert_eq!(waiting.browser.open(&open).await.error(), "E-32");
}

#[tokio::test]
async fn links_on_their_way_end_with_the_address() {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    let page = account::opens(&mut student, "email").await;
    student.registers(&page, "new@mail.example").await;
    let change = world.mails_to("new@mail.example").await.remove(0).link();
    asks(&mut world.browser(), &student.email).await;
    let reset = student.mail().await.link();
    assert_eq!(world.browser().open(&change).await.id(), "confirm-link");
    assert_eq!(world.browser().open(&reset).await.id(), "reset-second-password");
    idp(&world, &["account", "clear-email", "s2025001", "--reason", "phone lost"]).await.fine();
    for link in [change, reset] {
        assert_eq!(world.browser().open(&link).await.error(), "E-32");
    }
}

#[tokio::test]
async fn a_removed_second_password_is_told_and_set_anew() {
    let world = World::start().await;
    let mut student = world.student().await;
    let mut page = student.reaches_second_password().await;
    for _ in 0..5 {
        page = student.enters_second_password(&page, "Wrong1Password").await;
        world.clock.pass(MINUTE / 2);
    }
    assert_eq!(page.id(), "locked");
    let said =
        idp(&world, &["account", "reset-second-password", "s2025001", "--reason", "forgotten, ID card seen"]).await;
    assert!(said.fine().contains("M-07"));
    assert!(student.mail().await.subject.ends_with("第2パスワード変更のお知らせ"));
    let account = account_of(&world, &student).await;
    assert!(account.email.is_some() && account.second_password.is_none());
    assert!(events(&world.whole_trail().await).contains(&"second_password.cleared"));

    let page = student.passes_the_university().await;
    assert_eq!(page.id(), "set-second-password");
    let page = student.sets_second_password(&page, "Harbor8Violet", "Harbor8Violet").await;
    assert_eq!(page.message(), "second-password-set");
    let page = student.passes_the_university().await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(page.field_error("second_password"), "E-50", "the old one is no more");
}

#[tokio::test]
async fn both_are_cleared_in_one_step_and_the_next_login_is_a_first_one() {
    let world = World::start().await;
    let mut student = world.student().await;
    let words = ["account", "reset-second-password", "s2025001", "--with-email", "--reason", "phone lost, forgotten"];
    let said = idp(&world, &words).await.fine();
    assert!(said.contains("M-10") && said.contains("M-07"), "{said}");
    let subjects: Vec<String> = student.mails().await.into_iter().rev().take(2).map(|mail| mail.subject).collect();
    assert!(subjects.iter().any(|subject| subject.contains("登録解除")), "{subjects:?}");
    assert!(subjects.iter().any(|subject| subject.contains("第2パスワード変更")), "{subjects:?}");
    let trail = world.whole_trail().await;
    let at = |event: &str| trail.iter().find(|row| row.event == event).unwrap().entry.at;
    assert_eq!(at("email.cleared"), at("second_password.cleared"));
    let page = student.passes_the_university().await;
    assert_eq!(page.id(), "register-email");
    assert!(!page.text().contains("登録が解除されています"), "as at a first login");
}

#[tokio::test]
async fn where_nothing_is_to_be_cleared_nothing_is_done_and_told() {
    let world = World::start().await;
    let mut student = world.newcomer();
    student.passes_the_university().await;
    for act in ["clear-email", "reset-second-password"] {
        let said = idp(&world, &["account", act, "s2025001", "--reason", "asked"]).await.fine();
        assert!(said.contains("nothing to do"), "{said}");
    }
    assert!(student.mails().await.is_empty());
    let trail = world.whole_trail().await;
    assert!(!events(&trail).iter().any(|event| event.ends_with(".cleared")));
}

#[tokio::test]
async fn json_says_what_was_done() {
    let world = World::start().await;
    world.student().await;
    let said = idp(&world, &["account", "clear-email", "s2025001", "--reason", "phone lost", "--json"]).await.json();
    assert_eq!(said["user_id"], "s2025001");
    assert_eq!(said["done"].as_array().unwrap().len(), 2);
}
