//! Logins, keys and one-time URLs: bound to their browser, honest in what they prove, told to nobody (SR-1, SR-19, SR-20, SR-26, SR-32, SR-37, SR-44).

use std::fs;

use regex::Regex;
use serde_json::json;

use crate::{
    account,
    support::{
        World,
        browser::Call,
        clock::MINUTE,
        setup::{ISSUER, Setup},
        student::{SECOND_PASSWORD, wrong},
    },
};

const KEY: &str = "urn:idp:acr:auth-key";

/// Every byte that the database holds.
fn database(world: &World) -> Vec<u8> {
    let files = fs::read_dir(world.folder()).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("idp.db")));
    files.flat_map(|path| fs::read(path).unwrap()).collect()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn sr_1_a_login_answers_the_stored_request_whatever_the_browser_says_later() {
    let world = World::start().await;
    let mut student = world.student().await;
    let asked = "client_id=library&redirect_uri=https%3A%2F%2Fevil.example%2F&state=other&nonce=other&scope=email";
    let page = student.begins_with(&[("state", "mine"), ("nonce", "mine")]).await;
    let page = student.browser.open(&format!("{}?{asked}", page.url)).await;
    let page = student.types_university_password(&page).await;
    let mut form = page.form(&[("second_password", SECOND_PASSWORD)], None);
    form.action.set_query(Some(asked));
    for (name, value) in [("client_id", "library"), ("redirect_uri", "https://evil.example/"), ("state", "other")] {
        form.fields.push((name.to_owned(), value.to_owned()));
    }
    let page = student.browser.submit(form).await;
    assert_eq!((page.url.host_str(), page.parameter("state").as_deref()), (Some("rp.example"), Some("mine")));
    let tokens = world.service().redeem(&page.code()).await;
    assert_eq!(tokens.claims()["nonce"], "mine");
}

#[tokio::test]
async fn sr_1_a_login_belongs_to_the_browser_that_began_it() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let page = student.reaches_auth_key().await;
    let key = student.key().await;
    let mut thief = student.at_another_device();
    assert_eq!(thief.browser.reload(&page).await.id(), "timed-out", "the address alone opens nothing");
    thief.begins().await;
    assert!(!thief.enters_key(&page, &key).await.is_at_the_client(), "nor with cookies of another login");
    assert!(student.enters_key(&page, &key).await.is_at_the_client(), "and the key was not used up");
}

#[tokio::test]
async fn sr_19_two_passwords_are_one_factor_and_a_mailed_key_is_no_mfa() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.signs_in().await;
    let claims = world.service().redeem(&page.code()).await.claims();
    assert_eq!((&claims["acr"], &claims["amr"]), (&json!("urn:idp:acr:second-password"), &json!(["pwd"])));
    let page = student.signs_in_for(&[("acr_values", KEY)]).await;
    let claims = world.service().redeem(&page.code()).await.claims();
    assert_eq!((&claims["acr"], &claims["amr"]), (&json!(KEY), &json!(["pwd", "otp"])));

    let discovery = world.browser().open(&format!("{ISSUER}/.well-known/openid-configuration")).await;
    let offered: serde_json::Value = serde_json::from_str(&discovery.body).unwrap();
    for acr in offered["acr_values_supported"].as_array().unwrap() {
        let acr = acr.as_str().unwrap();
        assert!(acr.starts_with("urn:idp:acr:"), "no name of NIST's or REFEDS': {acr}");
    }
    let out_of_reach = json!({"id_token": {"acr": {"essential": true, "value": "https://refeds.org/profile/mfa"}}});
    let page = student.begins_with(&[("claims", &out_of_reach.to_string())]).await;
    assert_eq!(page.parameter("error").as_deref(), Some("unmet_authentication_requirements"));
}

#[tokio::test]
async fn sr_20_a_key_is_six_digits_and_read_with_blanks_hyphens_and_full_width() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let mut seen = Vec::new();
    for typed in ["{a} {b}", "{a}-{b}", "　{a}　{b}　"] {
        student.browser.forget_cookies();
        world.clock.pass(6 * MINUTE);
        let page = student.reaches_auth_key().await;
        let key = student.key().await;
        assert!(key.len() == 6 && key.bytes().all(|byte| byte.is_ascii_digit()), "{key}");
        let typed = typed.replace("{a}", &key[..3]).replace("{b}", &key[3..]);
        assert!(student.enters_key(&page, &typed).await.is_at_the_client(), "{typed}");
        seen.push(key);
    }
    seen.dedup();
    assert_eq!(seen.len(), 3, "never the same");
}

#[tokio::test]
async fn sr_26_neither_a_key_nor_a_link_nor_a_password_stands_in_any_answer_row_or_file() {
    let world = World::with_auth_key().await;
    let mut student = world.newcomer();
    let waiting = student.asks_for_the_link().await;
    let mail = student.mail().await;
    let link = mail.link().rsplit('/').next().unwrap().to_owned();
    let mut pages = vec![waiting.clone(), student.browser.reload(&waiting).await];
    let status = waiting.url.as_str().rsplit_once('/').unwrap().0.to_owned() + "/status";
    pages.push(student.browser.open(&status).await);
    pages.push(student.browser.enter(&waiting, &[("code", &wrong(&mail.digits()))]).await);
    pages.push(student.browser.enter(&waiting, &[("code", &mail.digits())]).await);
    let page = student.passes_the_university().await;
    student.sets_second_password(&page, SECOND_PASSWORD, SECOND_PASSWORD).await;
    let page = student.reaches_auth_key().await;
    let key = student.key().await;
    pages.extend([page.clone(), student.enters_key(&page, &wrong(&key)).await, student.enters_key(&page, &key).await]);
    let session = student.browser.cookie_header("id.example.jp");
    let session = session.split("-session=").nth(1).unwrap().split(';').next().unwrap().to_owned();
    for page in &pages {
        let answer = format!("{} {:?} {}", page.url, page.headers, page.body);
        for secret in [&link, &key, &mail.digits(), SECOND_PASSWORD] {
            assert!(!answer.contains(secret), "{secret} in the answer of {}", page.id());
        }
    }
    let trail = format!("{:?}", world.whole_trail().await);
    let stored = database(&world);
    assert!(std::env::var_os("IDP_TEST_POSTGRES").is_some() || holds(&stored, "s2025001"), "the files were read");
    for secret in [link.as_str(), SECOND_PASSWORD, &student.password, &student.email, &session] {
        assert!(!trail.contains(secret) && !holds(&stored, secret), "{secret} is stored");
    }
    assert!(!trail.contains(&key) && !trail.contains(&mail.digits()));
}

#[tokio::test]
async fn sr_32_a_switch_turned_on_meanwhile_holds_for_the_login_under_way_and_for_the_next() {
    let world = World::start().await;
    let mut student = world.student().await;
    let mut elsewhere = student.at_another_device();
    let under_way = elsewhere.reaches_second_password().await;
    student.signs_in().await;
    let page = account::opens(&mut student, "two-factor").await;
    assert_eq!(student.browser.press(&page, &[], "yes").await.message(), "two-factor-enabled");
    assert_eq!(elsewhere.enters_second_password(&under_way, SECOND_PASSWORD).await.id(), "auth-key");
    world.restart().await;
    assert_eq!(student.at_another_device().reaches_auth_key().await.id(), "auth-key");
    // What the tenant or the request leaves open does not lower what the student chose.
    let page =
        student.at_another_device().passes_the_university_for(&[("acr_values", "urn:idp:acr:second-password")]).await;
    assert_eq!(elsewhere.enters_second_password(&page, SECOND_PASSWORD).await.id(), "timed-out");
}

#[tokio::test]
async fn sr_37_the_token_of_a_link_is_thirty_two_letters_and_only_its_hash_is_kept() {
    let world = World::start().await;
    let form = Regex::new(r"^https://id\.example\.jp/link/([a-z2-7]{32})$").unwrap();
    let mut tokens = Vec::new();
    for (user_id, password) in [("s2025001", "university-1"), ("s2025002", "university-2")] {
        let mut student = world.person(user_id, password);
        student.asks_for_the_link().await;
        let link = student.mail().await.link();
        tokens.push(form.captures(&link).unwrap_or_else(|| panic!("{link}"))[1].to_owned());
    }
    assert_ne!(tokens[0], tokens[1]);
    assert!(tokens.iter().all(|token| !holds(&database(&world), token)));
}

#[tokio::test]
async fn sr_44_the_page_of_a_link_tells_its_address_to_nobody() {
    let world = World::start().await;
    let mut student = world.newcomer();
    student.asks_for_the_link().await;
    let link = student.mail().await.link();
    for url in [link.clone(), link.to_uppercase().replace("HTTPS://ID.EXAMPLE.JP/LINK", &format!("{ISSUER}/link"))] {
        let page = world.browser().send(Call::get(&url)).await;
        assert_eq!(page.id(), "confirm-link");
        assert_eq!((page.header("referrer-policy"), page.header("cache-control")), ("strict-origin", "no-store"));
        for part in page.body.split(['"', '\'']).filter(|part| part.starts_with("http")) {
            assert!(page.body.contains(&format!("href=\"{part}\"")), "only links leave, nothing is loaded: {part}");
        }
        assert!(!page.body.contains("http-equiv"), "nothing goes on by itself");
    }
}

#[tokio::test]
async fn sr_24_starting_a_new_login_forgives_nothing() {
    let world = World::with(Setup::default().set("policy.two_factor", "required")).await;
    let mut student = world.student().await;
    for _ in 0..10 {
        student.browser.forget_cookies();
        assert!(student.reaches_auth_key().await.errors().is_empty());
        world.clock.pass(MINUTE);
    }
    student.browser.forget_cookies();
    assert_eq!(student.reaches_auth_key().await.errors(), ["E-65"]);
}
