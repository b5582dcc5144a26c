//! Whom to call where a journey ends: P-24, P-26, P-30 and errors carry the university's contact (J-17, J-18, J-20).

use crate::support::{
    World,
    browser::Call,
    setup::{ISSUER, Setup},
};

const OFFICE: &str = "教務部";
const OPERATOR: &str = "サポートセンター";

#[tokio::test]
async fn whoever_is_no_student_is_led_to_the_graduates_page_and_back_to_the_service() {
    let world = World::start().await;
    let mut staff = world.person("s2024001", "university");
    let page = staff.passes_the_university().await;
    assert_eq!(page.id(), "not-eligible");
    assert!(page.body.contains(OFFICE) && page.body.contains("03-5550-0100"));
    assert_eq!(page.link("graduates").as_str(), "https://www.example.ac.jp/graduates");
    assert!(!page.has_link("sign-in"));
    let page = staff.browser.click(&page, "back-to-service").await;
    assert_eq!(page.parameter("error").as_deref(), Some("access_denied"));
}

#[tokio::test]
async fn whoever_sent_nothing_may_try_again_or_go_back() {
    let world = World::start().await;
    let mut unknown = world.person("nobody", "university");
    let page = unknown.passes_the_university().await;
    assert_eq!(page.id(), "not-eligible");
    assert!(page.body.contains(OFFICE) && !page.has_link("graduates"));
    assert!(page.has_link("back-to-service"));
    assert_eq!(unknown.browser.click(&page, "sign-in").await.id(), "sign-in");
}

#[tokio::test]
async fn a_lost_mailbox_leads_to_the_office() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let page = student.reaches_auth_key().await;
    let page = student.browser.click(&page, "lost-mailbox").await;
    assert_eq!(page.id(), "lost-mailbox");
    assert!(page.text().contains("テスト大学の担当窓口にご連絡ください"), "{}", page.text());
    assert!(page.body.contains(OFFICE) && page.body.contains("03-5550-0100"));
    assert_eq!(student.browser.click(&page, "back").await.id(), "auth-key");
}

#[tokio::test]
async fn maintenance_shows_whom_to_ask() {
    let planned = "[maintenance]\nfrom = 2027-01-15T16:00:00+09:00\nuntil = 2027-01-15T20:00:00+09:00";
    let world = World::with(Setup::default().tenant(planned)).await;
    let page = world.browser().send(Call::get(&format!("{ISSUER}/"))).await;
    assert_eq!((page.id().as_str(), page.status.as_u16()), ("maintenance", 503));
    assert!(page.body.contains(OFFICE) && page.body.contains(OPERATOR));
    assert_eq!(page.header("retry-after"), "10800");
}

#[tokio::test]
async fn a_university_that_is_down_has_its_own_contact_and_not_the_operator_s() {
    // Nobody listens on this port.
    let mut setup = Setup::default();
    setup.university = Some(1);
    let world = World::with(setup).await;
    let mut student = world.newcomer();
    let page = student.begins().await;
    assert!(page.body.contains(OPERATOR));
    let page = student.browser.enter(&page, &[]).await;
    assert_eq!(page.error(), "E-10");
    assert!(page.body.contains(OFFICE) && !page.body.contains(OPERATOR), "{}", page.body);
    assert!(page.has_link("sign-in"));
}
