//! Out of the account pages: logging out, and presses that are not this session's (J-12, J-13).

use crate::support::{browser::Browser, clock::MINUTE, setup::ISSUER, student::SECOND_PASSWORD};

use super::{entry::signed_in, opens};

#[tokio::test]
async fn logging_out_of_the_menu_asks_and_leads_to_the_end() {
    let (world, mut student) = signed_in().await;
    let page = opens(&mut student, "").await;
    let ask = student.browser.click(&page, "logout").await;
    assert_eq!(ask.id(), "confirm-sign-out");
    let page = student.browser.press(&ask, &[], "yes").await;
    assert_eq!(page.id(), "signed-out");
    assert_eq!(opens(&mut student, "").await.id(), "sign-in");
    assert_eq!(world.whole_trail().await.last().unwrap().event, "logout");
}

#[tokio::test]
async fn no_to_logging_out_leads_back_to_the_menu_when_no_service_is_known() {
    let (_, mut student) = signed_in().await;
    let page = student.browser.open(&format!("{ISSUER}/account")).await;
    let ask = student.browser.click(&page, "logout").await;
    assert_eq!(student.browser.press(&ask, &[], "no").await.id(), "account");
}

#[tokio::test]
async fn a_press_from_elsewhere_or_without_the_session_s_token_does_nothing() {
    let (world, mut student) = signed_in().await;
    world.clock.pass(16 * MINUTE);
    let page = opens(&mut student, "email/confirm").await;
    assert_eq!(page.id(), "confirm-second-password");
    let rows = world.whole_trail().await.len();
    let token = page.value("form_token").unwrap();
    for wrong in ["", "x", &token[1..]] {
        let answer = student.sends(&page, Some(wrong), &[]).await;
        assert_eq!((answer.status.as_u16(), answer.error().as_str()), (400, "E-02"), "{wrong}");
    }
    for header in [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")] {
        let answer = student.sends(&page, None, &[header]).await;
        assert_eq!((answer.status.as_u16(), answer.error().as_str()), (400, "E-02"), "{header:?}");
    }
    let mut call = Browser::call_of(&page.form(&[("second_password", SECOND_PASSWORD)], None));
    call.headers.retain(|(name, _)| name != "content-type");
    assert_eq!(student.browser.send(call.with("content-type", "text/plain")).await.status, 400);
    let mut form = page.form(&[("second_password", SECOND_PASSWORD)], None);
    form.fields.push(("second_password".into(), "x".into()));
    assert_eq!(student.browser.submit(form).await.error(), "E-02");
    assert_eq!(world.whole_trail().await.len(), rows, "nothing of it was compared");
}

#[tokio::test]
async fn the_token_of_another_session_is_none() {
    let (world, mut student) = signed_in().await;
    let mut phone = student.at_another_device();
    phone.signs_in().await;
    world.clock.pass(16 * MINUTE);
    let here = opens(&mut student, "email/confirm").await;
    let there = opens(&mut phone, "email/confirm").await;
    let answer = student.sends(&here, Some(&there.value("form_token").unwrap()), &[]).await;
    assert_eq!(answer.error(), "E-02");
}

#[tokio::test]
async fn a_press_after_the_logout_of_another_tab_signs_in_and_finds_the_page_empty() {
    let (world, mut student) = signed_in().await;
    world.clock.pass(16 * MINUTE);
    let waiting = opens(&mut student, "two-factor").await;
    let ask = student.browser.open(&format!("{ISSUER}/logout")).await;
    student.browser.press(&ask, &[], "yes").await;
    let page = student.browser.press(&waiting, &[], "yes").await;
    assert_eq!(page.id(), "sign-in");
    let page = student.types_university_password(&page).await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!((page.id().as_str(), page.message().as_str()), ("two-factor", "enable-two-factor"));
    assert!(page.text().contains("無効"), "nothing was switched");
}
