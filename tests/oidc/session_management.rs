//! Session Management: the frame, its cookie and `session_state` (OpenID Connect Session Management 1.0; protocol.md §6).

use idp::domain::secret::sha256_hex;

use crate::support::{
    Page, Student, World,
    browser::Call,
    clock::{HOUR, MINUTE},
    setup::{ISSUER, Setup},
};

use super::error_of;

const COOKIE: &str = "__Host-idp-demo-session-state";

async fn world() -> std::sync::Arc<World> {
    World::with(Setup::default().set("policy.session_management", "true")).await
}

/// What script at the provider's origin reads.
fn browser_state(student: &Student) -> String {
    let cookies = student.browser.cookie_header("id.example.jp");
    let found = cookies.split("; ").find_map(|pair| pair.strip_prefix(&format!("{COOKIE}=")));
    found.unwrap_or_default().to_owned()
}

/// What the frame answers to a client at this origin (the sum of `check-session.js`).
pub fn frame_says(student: &Student, state: &str, origin: &str) -> &'static str {
    let (hash, salt) = state.split_once('.').unwrap();
    let sum = sha256_hex(format!("certificate-service {origin} {} {salt}", browser_state(student)).as_bytes());
    if sum == hash { "unchanged" } else { "changed" }
}

fn state(page: &Page) -> String {
    page.parameter("session_state").unwrap_or_else(|| panic!("no session_state: {}", page.url))
}

#[tokio::test]
async fn without_the_setting_there_is_nothing_of_it() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.signs_in().await;
    assert_eq!(page.parameter("session_state"), None);
    assert!(!student.browser.cookie_names().contains(&COOKIE.to_owned()));
    let frame = student.browser.open(&format!("{ISSUER}/check-session")).await;
    assert_eq!((frame.status.as_u16(), frame.error().as_str()), (404, "E-12"));
    let document = world.service().send(Call::get(&format!("{ISSUER}/.well-known/openid-configuration"))).await;
    assert!(document.json().get("check_session_iframe").is_none());
}

#[tokio::test]
async fn discovery_names_the_frame_and_anybody_may_frame_it() {
    let world = world().await;
    let document = world.service().send(Call::get(&format!("{ISSUER}/.well-known/openid-configuration"))).await;
    let address = document.text("check_session_iframe");
    assert_eq!(address, format!("{ISSUER}/check-session"));
    let mut browser = world.browser();
    let frame = browser.open(&address).await;
    assert_eq!(frame.status, 200);
    assert!(!frame.headers.contains_key("x-frame-options"));
    let policy = frame.header("content-security-policy");
    assert!(!policy.contains("frame-ancestors") && policy.contains("script-src 'self'"), "{policy}");
    assert_eq!(frame.header("cross-origin-resource-policy"), "cross-origin");
    let script = frame.one("script", "src").unwrap();
    assert_eq!(frame.one("script", "data-cookie").as_deref(), Some(COOKIE));
    let script = browser.open(frame.url.join(&script).unwrap().as_str()).await;
    assert!(script.header("content-type").starts_with("text/javascript"));
    assert!(!script.body.contains("subtle"), "no Web Crypto");
    let elsewhere = browser.open(&format!("{ISSUER}/device")).await;
    assert!(elsewhere.header("content-security-policy").contains("frame-ancestors 'none'"), "only that page");
}

#[tokio::test]
async fn a_state_holds_until_the_logout() {
    let world = world().await;
    let mut student = world.student().await;
    let page = student.signs_in().await;
    let given = state(&page);
    assert!(!given.contains(' '));
    assert_eq!(frame_says(&student, &given, "https://rp.example"), "unchanged");
    assert_eq!(frame_says(&student, &given, "https://evil.example"), "changed", "for the client's own origin only");
    let again = state(&student.begins().await);
    assert_ne!(again, given, "a salt each");
    assert_eq!(frame_says(&student, &again, "https://rp.example"), "unchanged");

    let ask = student.browser.open(&format!("{ISSUER}/logout")).await;
    student.browser.press(&ask, &[], "yes").await;
    assert_eq!(browser_state(&student), "");
    for state in [&given, &again] {
        assert_eq!(frame_says(&student, state, "https://rp.example"), "changed");
    }
    let refused = student.begins_with(&[("prompt", "none")]).await;
    assert_eq!(error_of(&refused), "login_required");
    let without = state(&refused);
    assert_eq!(frame_says(&student, &without, "https://rp.example"), "unchanged", "signed out, and still so");
    student.signs_in().await;
    assert_eq!(frame_says(&student, &without, "https://rp.example"), "changed");
    assert_eq!(frame_says(&student, &given, "https://rp.example"), "changed", "another login is another state");
}

#[tokio::test]
async fn the_cookie_is_readable_opens_nothing_and_may_be_read_in_a_frame() {
    let world = world().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    let form = page.form(&[("second_password", crate::support::student::SECOND_PASSWORD)], None);
    let mut answer = student.browser.send(crate::support::browser::Browser::call_of(&form)).await;
    while answer.headers.get_all("set-cookie").iter().all(|line| !line.to_str().unwrap().starts_with(COOKIE)) {
        let location = answer.url.join(answer.header("location")).unwrap();
        answer = student.browser.send(Call::get(location.as_str())).await;
    }
    let lines: Vec<&str> = answer.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap()).collect();
    let readable = lines.iter().find(|line| line.starts_with(COOKIE)).unwrap();
    assert!(readable.ends_with("; Path=/; SameSite=None; Secure"), "{readable}");
    let session = lines.iter().find(|line| line.starts_with("__Host-idp-demo-session=")).unwrap();
    assert!(session.contains("; HttpOnly; SameSite=Lax"), "{session}");
    let (_, value) = session.split(';').next().unwrap().split_once('=').unwrap();
    assert!(!readable.contains(value), "{readable}");
}

#[tokio::test]
async fn a_session_that_ended_by_itself_takes_its_cookie_along_at_the_next_request() {
    let world = world().await;
    let mut student = world.student().await;
    let given = state(&student.signs_in().await);
    world.clock.pass(31 * MINUTE);
    assert_eq!(frame_says(&student, &given, "https://rp.example"), "unchanged", "a frame asks nobody");
    let refused = student.begins_with(&[("prompt", "none")]).await;
    assert_eq!(error_of(&refused), "login_required");
    assert_eq!(browser_state(&student), "");
    assert_eq!(frame_says(&student, &state(&refused), "https://rp.example"), "unchanged");
}

#[tokio::test]
async fn a_session_from_before_the_setting_gets_its_cookie_with_the_next_answer() {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    world.restart_with(Setup::default().set("policy.session_management", "true")).await;
    let given = state(&student.begins().await);
    assert_eq!(frame_says(&student, &given, "https://rp.example"), "unchanged");
}

#[tokio::test]
async fn every_error_at_the_redirect_uri_carries_the_state_too() {
    let world = world().await;
    let mut student = world.student().await;
    let given = state(&student.signs_in().await);
    let refused = student.begins_with(&[("response_type", "token")]).await;
    assert_eq!(error_of(&refused), "unsupported_response_type");
    assert_eq!(frame_says(&student, &state(&refused), "https://rp.example"), "unchanged");
    assert_ne!(state(&refused), given);
    world.clock.pass(HOUR);
    let refused = student.begins_with(&[("max_age", "nonsense")]).await;
    assert_eq!(frame_says(&student, &state(&refused), "https://rp.example"), "unchanged");
}

#[tokio::test]
async fn a_signed_answer_carries_the_state_inside() {
    let world = world().await;
    let mut student = world.student().await;
    student.signs_in().await;
    let page = student.begins_with(&[("response_mode", "jwt")]).await;
    assert_eq!(page.parameter("session_state"), None, "one parameter, and it is signed");
    let said = crate::support::client::claims(&page.parameter("response").expect("a signed answer"));
    let given = said["session_state"].as_str().expect("session_state");
    assert_eq!(frame_says(&student, given, "https://rp.example"), "unchanged");
}
