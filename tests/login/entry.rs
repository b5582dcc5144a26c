//! The way in: requests, P-01, the university's password (J-01; P-01).

use axum::http::Method;

use crate::support::{
    World,
    browser::Call,
    clock::{HOUR, MINUTE},
    setup::{ISSUER, Setup},
};

#[tokio::test]
async fn the_front_door_leads_to_the_service_s_login_start() {
    let world = World::start().await;
    let page = world.browser().open(&format!("{ISSUER}/")).await;
    assert_eq!(page.url.as_str(), "https://rp.example/login?iss=https%3A%2F%2Fid.example.jp");
}

#[tokio::test]
async fn an_unknown_client_gets_a_page_with_the_protocol_s_words_and_no_redirect() {
    let world = World::start().await;
    let mut service = world.service();
    service.id = "nobody".into();
    let page = world.browser().send(Call::get(&service.url(&[]))).await;
    assert_eq!((page.status.as_u16(), page.error().as_str()), (400, "E-01"));
    assert!(page.text().contains("client_id is not known"), "{}", page.text());
    assert!(page.headers.get("location").is_none());
}

#[tokio::test]
async fn a_rejected_request_stands_in_the_trail() {
    let world = World::start().await;
    let url = world.service().url(&[("redirect_uri", "https://evil.example/callback")]);
    world.browser().send(Call::get(&url)).await;
    let trail = world.whole_trail().await;
    let row = trail.last().unwrap();
    assert_eq!(row.event, "request.rejected");
    assert_eq!(row.entry.client.as_deref(), Some("certificate-service"));
    assert!(!row.entry.detail.contains("evil.example"));
}

#[tokio::test]
async fn strangers_cannot_fill_the_trail() {
    let world = World::with(Setup::default().set("limits.anonymous_audit_per_minute", "5")).await;
    let url = world.service().url(&[("redirect_uri", "https://evil.example/callback")]);
    let before = world.whole_trail().await.len();
    for _ in 0..20 {
        world.browser().send(Call::get(&url)).await;
    }
    assert_eq!(world.whole_trail().await.len(), before + 5);
    world.clock.pass(MINUTE);
    world.browser().send(Call::get(&url)).await;
    assert_eq!(world.whole_trail().await.len(), before + 6);
}

#[tokio::test]
async fn nothing_is_written_before_the_university_has_answered() {
    let world = World::start().await;
    let before = world.whole_trail().await.len();
    let mut student = world.newcomer();
    let page = student.begins().await;
    let page = student.browser.press(&page, &[("ui_locale", "en")], "set-language").await;
    student.browser.reload(&page).await;
    assert_eq!((world.whole_trail().await.len(), world.rows("login").await), (before, 0));
    assert!(world.flows().store.accounts_by_user_id(&world.tenant().id, "s2025001").await.unwrap().is_empty());
}

#[tokio::test]
async fn the_support_code_is_eight_clear_characters_and_names_the_login() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.begins().await;
    let code = page.support_code();
    assert_eq!(code.len(), 8);
    assert!(code.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()) && !code.contains(['I', 'O', '0', '1']));
    assert!(page.url.path().ends_with(&code.to_lowercase()));
}

#[tokio::test]
async fn an_empty_field_is_e_05_and_not_counted() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let mut page = student.begins().await;
    for typed in [("", ""), ("s2025001", ""), ("", "x"), ("　 ", "x")].repeat(3) {
        page = student.browser.enter(&page, &[("username", typed.0), ("password", typed.1)]).await;
        assert_eq!(page.field_error("username"), "E-05", "{typed:?}");
    }
    assert_eq!(student.types_university_password(&page).await.id(), "register-email");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_id_are_told_alike() {
    let world = World::start().await;
    let mut bodies = Vec::new();
    for user_id in ["s2025001", "s2999999"] {
        let mut student = world.person(user_id, "wrong");
        let page = student.begins().await;
        let page = student.types_university_password(&page).await;
        assert_eq!((page.id().as_str(), page.field_error("username").as_str()), ("sign-in", "E-06"));
        assert_eq!(page.value("username").as_deref(), Some(user_id));
        assert_eq!(page.value("password").unwrap_or_default(), "");
        let plain = page
            .body
            .replace(&page.support_code(), "")
            .replace(&page.support_code().to_lowercase(), "")
            .replace(user_id, "");
        let token = page.value("form_token").unwrap();
        bodies.push(plain.replace(&token, ""));
    }
    assert_eq!(bodies[0], bodies[1]);
}

#[tokio::test]
async fn a_user_id_is_read_in_full_width_and_with_blanks() {
    let world = World::start().await;
    let mut student = world.person(" ｓ２０２５００１　", "university-1");
    assert_eq!(student.passes_the_university().await.id(), "register-email");
}

#[tokio::test]
async fn too_many_wrong_passwords_pause_this_user_id_everywhere() {
    let world = World::start().await;
    for _ in 0..5 {
        let mut student = world.person("s2025001", "wrong");
        assert_eq!(student.passes_the_university().await.field_error("username"), "E-06");
    }
    let mut student = world.newcomer();
    let page = student.passes_the_university().await;
    assert_eq!(page.errors(), ["E-07"], "the right one is not compared either");
    assert!(page.text().contains("15分"), "{}", page.text());
    let mut other = world.person("s2025002", "university-2");
    assert_eq!(other.passes_the_university().await.id(), "register-email");
    world.restart().await;
    assert_eq!(student.passes_the_university().await.errors(), ["E-07"]);
    world.clock.pass(15 * MINUTE);
    assert_eq!(student.passes_the_university().await.id(), "register-email");
}

#[tokio::test]
async fn writing_the_user_id_otherwise_is_no_way_around_the_pause() {
    let world = World::start().await;
    for user_id in ["s2025001", " s2025001", "S2025001", "ｓ2025001", "s２025001", "s2025001　"] {
        let mut student = world.person(user_id, "wrong");
        student.passes_the_university().await;
    }
    let mut student = world.newcomer();
    assert_eq!(student.passes_the_university().await.errors(), ["E-07"]);
}

#[tokio::test]
async fn the_login_hint_fills_the_user_id_in() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.begins_with(&[("login_hint", "\"><script>s2025001")]).await;
    assert_eq!(page.value("username").as_deref(), Some("\"><script>s2025001"));
}

#[tokio::test]
async fn in_a_live_session_the_login_hint_asks_nobody_anything() {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    assert!(student.begins_with(&[("login_hint", "s2025002")]).await.is_at_the_client());
}

#[tokio::test]
async fn a_tenant_s_several_upstreams_each_have_a_form() {
    let setup =
        Setup::default().tenant("[[upstream]]\nid = \"graduates\"\nkind = \"directory\"\nname = { ja = \"卒業生\" }");
    let world = World::with(setup).await;
    let mut student = world.newcomer();
    let page = student.begins().await;
    assert_eq!(page.body.matches("name=\"username\"").count(), 2);
    let page = student.types_university_password(&page).await;
    assert_eq!(page.id(), "register-email", "the first form is the first upstream's");
}

#[tokio::test]
async fn a_bookmark_of_the_day_before_leads_to_the_login_start() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.begins().await;
    world.clock.pass(20 * HOUR);
    let page = student.browser.reload(&page).await;
    assert_eq!(page.url.as_str(), "https://rp.example/login?iss=https%3A%2F%2Fid.example.jp");
}

#[tokio::test]
async fn without_a_known_service_an_orphaned_page_is_p_28() {
    let world = World::start().await;
    let page = world.browser().open("https://other.example.jp/").await;
    assert_eq!(page.id(), "timed-out");
    let page = world.browser().open("https://other.example.jp/login/abcdefgh").await;
    assert_eq!(page.id(), "timed-out");
}

#[tokio::test]
async fn what_is_not_there_is_e_12() {
    let world = World::start().await;
    for path in ["/nothing", "/login/abcdefgh/nothing", "/login", "/account/nothing", "/login/!!"] {
        let page = world.browser().send(Call::get(&format!("{ISSUER}{path}"))).await;
        assert_eq!((page.status.as_u16(), page.error().as_str()), (404, "E-12"), "{path}");
    }
}

#[tokio::test]
async fn every_page_forbids_storing_framing_and_sniffing() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let pages = [
        student.begins().await,
        student.passes_the_university().await,
        student.browser.send(Call::get(&format!("{ISSUER}/nothing"))).await,
    ];
    for page in pages {
        assert_eq!(page.header("cache-control"), "no-store", "{}", page.id());
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"));
        assert!(page.header("content-security-policy").contains("default-src 'none'"));
        assert!(!page.header("referrer-policy").is_empty());
        assert!(page.header("strict-transport-security").starts_with("max-age="));
    }
}

#[tokio::test]
async fn cookies_are_bound_to_the_host_and_closed_to_script() {
    let world = World::start().await;
    let mut student = world.student().await;
    let answer = student.browser.send(Call::get(&world.service().url(&[]))).await;
    let lines: Vec<&str> = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    assert_eq!(lines.len(), 1);
    for part in ["__Host-idp-demo-login-", "; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
        assert!(lines[0].contains(part), "{part}: {}", lines[0]);
    }
    assert!(!lines[0].contains("Domain="));
}

#[tokio::test]
async fn head_and_get_of_the_sign_in_page_are_harmless() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.begins().await;
    let head = student.browser.send(Call::get(page.url.as_str()).method(Method::HEAD)).await;
    assert_eq!(head.status, 200);
    assert!(head.body.is_empty());
}
