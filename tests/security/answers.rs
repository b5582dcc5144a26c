//! What every page and every answer keeps to: whose forms are taken, what may be loaded, where one is sent (SR-7, SR-8, SR-10).

use crate::{
    account,
    matrix::states::State,
    support::{Page, World, browser::Browser, setup::ISSUER},
};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
    connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Where the post of a page may lead to others, whose origins nobody can list.
fn may_leave(page: &Page) -> bool {
    let path = page.url.path();
    ["/authorize", "/login/", "/logout", "/device"].iter().any(|leaving| path.starts_with(leaving))
        || page.id() == "two-factor"
}

#[tokio::test]
async fn sr_7_no_form_is_taken_without_its_token_or_from_another_site() {
    let mut forms = 0;
    for state in State::ALL {
        let mut scene = state.scene().await;
        let Some(form) = scene.form() else { continue };
        // At a one-time URL the URL itself is the proof.
        let by_url = form.action.path().starts_with("/link/");
        let before = scene.student.world.whole_trail().await.len();
        for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("origin", "null")]
        {
            let mut call = Browser::call_of(&form);
            call.headers.retain(|(header, _)| header == "content-type");
            let answer = scene.student.browser.send(call.with(name, value)).await;
            assert_eq!((answer.status.as_u16(), answer.error().as_str()), (400, "E-02"), "{state:?} {name}: {value}");
        }
        for token in [None, Some(""), Some("0".repeat(64).as_str())] {
            let mut bare = form.clone();
            bare.fields.retain(|(name, _)| name != "form_token");
            bare.fields.extend(token.map(|token| ("form_token".to_owned(), token.to_owned())));
            if by_url || bare.fields.len() == form.fields.len() && token.is_none() {
                continue;
            }
            let answer = scene.student.browser.send(Browser::call_of(&bare)).await;
            let page = scene.student.browser.follow(answer).await;
            let refused = (page.status.as_u16(), page.error().as_str()) == (400, "E-02");
            let asked_again = *state == State::Device && page.id() == "device";
            assert!(refused || asked_again, "{state:?} {token:?}: {} {}", page.status, page.id());
        }
        assert_eq!(scene.student.world.whole_trail().await.len(), before, "{state:?}: nothing was done");
        forms += 1;
    }
    assert!(forms > 20, "{forms} forms");
}

#[tokio::test]
async fn sr_8_every_page_loads_its_own_files_only_is_framed_by_nobody_and_stored_nowhere() {
    for state in State::ALL {
        let page = state.scene().await.page;
        let policy = page.header("content-security-policy").to_owned();
        let wanted = if may_leave(&page) { POLICY.to_owned() } else { format!("{POLICY}; form-action 'self'") };
        assert_eq!(policy, wanted, "{state:?} at {}", page.url);
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "strict-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "no-store"),
            ("strict-transport-security", "max-age=31536000"),
        ] {
            assert_eq!(page.header(name), value, "{state:?} {name}");
        }
        assert!(page.header("permissions-policy").contains("camera=()"), "{state:?}");
        let isolated = page.url.path().starts_with("/account");
        assert_eq!(page.header("cross-origin-opener-policy") == "same-origin", isolated, "{state:?}");
        for inline in ["<style", " style=", "<script>", " onclick=", " onload=", "javascript:"] {
            assert!(!page.body.contains(inline), "{state:?} has {inline}");
        }
    }
}

/// A word for where a browser was sent: nobody else's address but those registered.
fn is_ours_or_registered(page: &Page) -> bool {
    let to = page.url.as_str();
    to.starts_with(&format!("{ISSUER}/")) || to.starts_with("https://rp.example/")
}

#[tokio::test]
async fn sr_10_nobody_is_sent_to_an_address_that_is_not_registered() {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    for evil in [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "https://rp.example.evil.example/",
        "https://rp.example@evil.example/",
        "https://rp.example/elsewhere",
        "javascript:alert(1)",
        "data:text/html,x",
    ] {
        for url in [
            world.service().url(&[("redirect_uri", evil)]),
            world.service().url(&[("redirect_uri", evil), ("prompt", "none")]),
            world.service().url(&[("redirect_uri", evil), ("response_type", "token")]),
            world.service().logout_url(&[("post_logout_redirect_uri", evil), ("client_id", "certificate-service")]),
            format!("{}&next={evil}&return_to={evil}&url={evil}", world.service().url(&[("prompt", "none")])),
        ] {
            let page = student.browser.open(&url).await;
            assert!(is_ours_or_registered(&page), "{url} led to {}", page.url);
        }
        for page in ["", "email", "second-password", "two-factor", "sessions"] {
            let shown = student.browser.open(&account::address(page, &[("return_to", evil)])).await;
            assert!(!shown.body.contains("evil.example") && !shown.body.contains("alert(1)"), "{page} {evil}");
            assert!(!shown.body.contains("https://rp.example/elsewhere"), "{page} {evil}");
        }
    }
}
