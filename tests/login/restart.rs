//! A login begins anew: where, with which request, and what of the old one is left (J-01 1.0, J-02 2.5, J-03 3.2, J-15 15.3).

use crate::support::{
    World,
    clock::{HOUR, MINUTE},
    setup::{Setup, client},
    student::SECOND_PASSWORD,
};

#[tokio::test]
async fn a_restart_is_a_get_that_writes_nothing_and_leaves_the_old_login_behind() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    let written = (world.rows("audit_event").await, world.rows("login").await);
    let begun = student.browser.click(&page, "back").await;
    assert_eq!(begun.id(), "sign-in");
    assert_eq!((world.rows("audit_event").await, world.rows("login").await), written);
    let held = |code: &str| student.browser.cookie_names().iter().any(|name| name.ends_with(&code.to_lowercase()));
    assert!(held(&begun.support_code()) && !held(&page.support_code()), "{:?}", student.browser.cookie_names());
    assert_eq!(student.browser.reload(&page).await.id(), "timed-out");
    assert_eq!(student.enters_second_password(&page, SECOND_PASSWORD).await.id(), "timed-out");
}

#[tokio::test]
async fn a_request_that_is_too_old_leads_to_the_login_start_of_the_service_that_made_it() {
    let archive = client("archive").replace("https://rp.example/login", "https://archive.example/login");
    let setup = Setup::default().further_client("archive", &(archive + "token_endpoint_auth_method = \"none\"\n"));
    let world = World::with(setup).await;
    let mut student = world.student().await;
    let page = student.browser.open(&world.client("archive").url(&[])).await;
    let page = student.types_university_password(&page).await;
    world.clock.pass(HOUR + MINUTE);
    let page = student.browser.reload(&page).await;
    assert_eq!(page.id(), "timed-out");
    let page = student.browser.click(&page, "sign-in").await;
    assert_eq!(page.url.as_str(), "https://archive.example/login?iss=https%3A%2F%2Fid.example.jp");
}

#[tokio::test]
async fn the_phone_that_confirmed_signs_in_on_the_phone_and_the_waiting_tab_where_it_waits() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let waiting = student.asks_for_the_link().await;
    let mut phone = student.at_another_device();
    let landing = phone.opens_the_link().await;
    let done = phone.confirms(&landing).await;
    let there = phone.browser.click(&done, "sign-in").await;
    assert_eq!(there.url.as_str(), "https://rp.example/login?iss=https%3A%2F%2Fid.example.jp");
    let here = student.browser.click(&waiting, "sign-in").await;
    assert_eq!(here.id(), "sign-in", "P-03 has its own way, with the request it holds");
    assert_eq!(student.types_university_password(&here).await.id(), "set-second-password");
}

#[tokio::test]
async fn back_to_the_finished_page_after_ok_finds_the_old_login_gone_and_the_new_one_goes_on() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    let code = student.mail().await.digits();
    student.browser.enter(&page, &[("code", &code)]).await;
    let form = student.passes_the_university().await;
    let done = student.sets_second_password(&form, SECOND_PASSWORD, SECOND_PASSWORD).await;
    let sign_in = student.browser.click(&done, "ok").await;
    assert_eq!(sign_in.id(), "sign-in", "the university is asked again");
    for old in [&done, &form] {
        let page = student.browser.reload(old).await;
        assert!(page.id() == "timed-out" && page.has_link("sign-in"), "{}", page.id());
    }
    let again = student.sets_second_password(&form, "Another8Harbor", "Another8Harbor").await;
    assert_eq!(again.id(), "timed-out", "nothing is done twice");
    let page = student.types_university_password(&sign_in).await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(page.parameter("state").as_deref(), Some("state-1"), "the service's own request");
}
