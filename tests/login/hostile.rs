//! What nobody would type, in every field of every form: a page in the student's language, never a raw error (issue "Bad input").

use regex::Regex;

use crate::{
    matrix::states::State,
    support::{Page, World, browser::Browser},
};

/// Written as it goes over the wire.
const NASTY: [&str; 14] = [
    "",
    "+",
    "%E3%80%80",
    "%00",
    "a%00b",
    "%FF%FE",
    "%",
    "a%0D%0ASet-Cookie:+x=y",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "'+OR+1=1+--",
    "%7B%7B7*7%7D%7D%7B%25+raw+%25%7D",
    "%E2%80%AEtxt.exe",
    "%F0%9F%91%A9%E2%80%8D%F0%9F%8E%93",
    "%EF%BC%91%EF%BC%92%EF%BC%93",
];

/// A sentence in English: three words in a row.
fn english(page: &Page) -> Option<String> {
    let three = Regex::new(r"[A-Za-z]{2,} [A-Za-z]{2,} [A-Za-z]{2,}").unwrap();
    three.find(&page.text()).map(|found| found.as_str().to_owned())
}

async fn send(browser: &mut Browser, page: &Page, typed: &[(&str, &str)], field: &str, raw: &str) -> Page {
    let mut form = page.form(typed, None);
    form.fields.retain(|(name, _)| name != field);
    let mut call = Browser::call_of(&form);
    call.body = format!("{}&{field}={raw}", call.body);
    let answer = browser.send(call).await;
    browser.follow(answer).await
}

#[tokio::test]
async fn every_field_answers_whatever_is_sent_with_a_page_in_japanese() {
    let long = ["x".repeat(300), "%E3%81%82".repeat(2_000), "9".repeat(20_000)];
    let mut sent = 0;
    for state in State::ALL {
        let scene = state.scene().await;
        if scene.typed.is_empty() {
            continue;
        }
        let typed: Vec<(&str, &str)> = scene.typed.iter().map(|(name, value)| (*name, value.as_str())).collect();
        for (field, _) in &typed {
            for raw in NASTY.iter().copied().chain(long.iter().map(String::as_str)) {
                // Each in a browser and at a page as they were.
                let mut browser = scene.student.browser.clone();
                let page = send(&mut browser, &scene.page, &typed, field, raw).await;
                let told = format!("{state:?} {field} = {:.40}: {} {}", raw, page.status, page.id());
                if page.is_at_the_client() {
                    continue;
                }
                assert!(matches!(page.status.as_u16(), 200 | 400), "{told}");
                assert_eq!(page.language(), "ja", "{told}");
                assert!(!page.errors().contains(&"E-11".to_owned()), "{told}");
                assert!(!page.support_code().is_empty(), "{told}");
                assert!(!page.body.contains("<script>alert") && !page.body.contains(">49<"), "{told}");
                assert_eq!(english(&page), None, "{told}");
                sent += 1;
            }
        }
    }
    assert!(sent > 300, "{sent} were sent");
}

#[tokio::test]
async fn an_address_is_taken_up_to_its_last_letter_and_refused_past_it() {
    let world = World::start().await;
    let domain = |length: usize| {
        let label = "d".repeat(60);
        let text = format!("{label}.{label}.{label}.{label}.example");
        text[text.len() - length..].trim_start_matches('.').to_owned()
    };
    for (address, refused) in [
        (format!("{}@mail.example", "a".repeat(64)), false),
        (format!("{}@mail.example", "a".repeat(65)), true),
        (format!("{}@{}", "a".repeat(64), domain(189)), false),
        (format!("{}@{}", "a".repeat(64), domain(190)), true),
        (format!("a@{}.example", "d".repeat(63)), false),
        (format!("a@{}.example", "d".repeat(64)), true),
    ] {
        let mut student = world.newcomer();
        let page = student.passes_the_university().await;
        let page = student.registers(&page, &address).await;
        let wanted = if refused { "register-email" } else { "email-sent" };
        assert_eq!(page.id(), wanted, "{} characters: {address} {:?}", address.len(), page.errors());
        assert_eq!(page.field_error("email"), if refused { "E-21" } else { "" }, "{address}");
        world.clock.pass(crate::support::clock::HOUR);
    }
}
