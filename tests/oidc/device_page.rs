//! The page where a person types the number of a device, and who may guess one (RFC 8628 §5.1; journeys P-32).

use std::collections::BTreeSet;

use idp::{
    domain::device_code::{MOST_WRONG, MOST_WRONG_OF_SOURCE},
    flows::{UserCodeEntry, Visitor},
};
use tokio::task::JoinSet;

use crate::support::{
    World,
    browser::Browser,
    clock::{MINUTE, SECOND},
    device::pressed_again,
    setup::ISSUER,
    student::SECOND_PASSWORD,
};

use super::{refusal, refused};

#[tokio::test]
async fn a_number_is_taken_as_people_type_it() {
    let world = World::with_devices().await;
    let mut student = world.student().await;
    student.signs_in().await;
    let full_width =
        |text: &str| text.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect::<String>();
    let ways: [&dyn Fn(&str) -> String; 4] = [
        &|code| code.to_lowercase(),
        &|code| format!("  {}  ", code.replace('-', " ")),
        &|code| full_width(code),
        &|code| full_width(&code.replace('-', "").to_lowercase()),
    ];
    for typed in ways {
        let pair = world.television().pair().await;
        let page = student.types_user_code(&typed(&pair.user_code)).await;
        assert_eq!(page.id(), "confirm-device", "{}", typed(&pair.user_code));
    }
}

#[tokio::test]
async fn a_number_that_comes_with_the_address_still_waits_for_two_presses() {
    let world = World::with_devices().await;
    let mut student = world.student().await;
    student.signs_in().await;
    let television = world.television();
    let pair = television.pair().await;
    let page = student.browser.open(&pair.complete).await;
    assert_eq!((page.id().as_str(), page.value("user_code")), ("device", Some(pair.user_code.clone())));
    let page = student.browser.enter(&page, &[]).await;
    assert_eq!(page.id(), "confirm-device", "a first-party client is asked for too");
    assert_eq!(refusal(&television.polls(&pair).await), refused(400, "authorization_pending"));
}

#[tokio::test]
async fn numbers_cannot_be_guessed() {
    let world = World::with_devices().await;
    let mut student = world.student().await;
    let pair = world.television().pair().await;
    let wrong = if pair.user_code.starts_with('B') { "ZZZZ-ZZZZ" } else { "BBBB-BBBB" };
    for _ in 0..MOST_WRONG_OF_SOURCE {
        assert_eq!(student.types_user_code(wrong).await.field_error("user_code"), "E-72");
    }
    // Another browser, or none of its cookies, is no new budget; and the right number is not compared either.
    let mut other = student.at_another_device();
    assert_eq!(other.types_user_code(&pair.user_code).await.errors(), ["E-04"]);
    world.restart().await;
    assert_eq!(other.types_user_code(&pair.user_code).await.errors(), ["E-04"], "a restart forgives nothing");
    let trail = world.whole_trail().await;
    let noted = trail.iter().filter(|row| row.event == "request.rejected").count();
    assert!(noted > 0, "the trail tells");
    world.clock.pass(16 * MINUTE);
    let fresh = world.television().pair().await;
    assert_eq!(other.types_user_code(&fresh.user_code).await.id(), "sign-in");
}

#[tokio::test]
async fn a_thousand_addresses_guess_no_more_than_the_tenant_s_budget() {
    let world = World::with_devices().await;
    let (flows, tenant) = (world.flows(), world.tenant());
    let guess = async |number: u32| {
        let address = std::net::Ipv4Addr::from(0xc633_0000 + number);
        let visitor = Visitor { address: Some(address.into()), ..Visitor::default() };
        flows.enter_user_code(&tenant, "BCDF-GHJK", &visitor).await.unwrap()
    };
    let mut compared = 0;
    for number in 0..MOST_WRONG + 20 {
        match guess(number).await {
            UserCodeEntry::Wrong => compared += 1,
            UserCodeEntry::Throttled => {}
            UserCodeEntry::Right(_) => panic!("guessed"),
        }
    }
    assert_eq!(compared, MOST_WRONG);
    world.clock.pass(16 * MINUTE);
    assert!(matches!(guess(0).await, UserCodeEntry::Wrong), "and then anew");
}

#[tokio::test]
async fn right_numbers_and_nonsense_spend_nothing() {
    let world = World::with_devices().await;
    let mut student = world.student().await;
    student.signs_in().await;
    for _ in 0..=MOST_WRONG_OF_SOURCE {
        assert_eq!(student.types_user_code("not a code").await.field_error("user_code"), "E-72");
    }
    for _ in 0..3 {
        let pair = world.television().pair().await;
        assert_eq!(student.types_user_code(&pair.user_code).await.id(), "confirm-device");
    }
}

#[tokio::test]
async fn whoever_logs_out_before_pressing_types_the_number_again() {
    let world = World::with_devices().await;
    let mut student = world.student().await;
    let television = world.television();
    let pair = television.pair().await;
    let question = student.reaches_the_device(&pair).await;
    let ask = student.browser.open(&format!("{ISSUER}/logout")).await;
    student.browser.press(&ask, &[], "yes").await;
    let page = student.browser.press(&question, &[], "allow").await;
    assert_eq!(page.id(), "device");
    assert_eq!(refusal(&television.polls(&pair).await), refused(400, "authorization_pending"));
    assert_eq!(student.connects(&pair).await.message(), "device-connected");
}

#[tokio::test]
async fn the_question_is_this_browser_s_alone() {
    let world = World::with_devices().await;
    let mut student = world.student().await;
    let television = world.television();
    let pair = television.pair().await;
    let question = student.reaches_the_device(&pair).await;
    let mut thief = world.another_student().await;
    thief.signs_in().await;
    let page = thief.browser.press(&question, &[], "allow").await;
    assert_eq!(page.id(), "timed-out");
    let mut forged = question.form(&[], Some("allow"));
    forged.fields.retain(|(name, _)| name != "form_token");
    let page = student.browser.submit(forged).await;
    assert_eq!(page.error(), "E-02");
    let form = question.form(&[], Some("allow"));
    let mut elsewhere = Browser::call_of(&form).with("sec-fetch-site", "cross-site");
    elsewhere.headers.retain(|(_, value)| value != "same-origin");
    assert_eq!(student.browser.send(elsewhere).await.error(), "E-02");
    assert_eq!(refusal(&television.polls(&pair).await), refused(400, "authorization_pending"));
}

#[tokio::test]
async fn of_two_people_the_first_connects_and_the_second_is_told_it_is_over() {
    let world = World::with_devices().await;
    let (mut first, mut second) = (world.student().await, world.another_student().await);
    let television = world.television();
    let pair = television.pair().await;
    let question = second.reaches_the_device(&pair).await;
    first.connects(&pair).await;
    let page = second.browser.press(&question, &[], "allow").await;
    assert_eq!(page.field_error("user_code"), "E-72");
    let page = second.browser.reload(&question).await;
    assert_eq!(page.field_error("user_code"), "E-72", "and is not told that it is connected");
    let sub = television.polls(&pair).await.claims()["sub"].clone();
    let theirs = {
        let page = first.signs_in().await;
        world.service().redeem(&page.code()).await.claims()["sub"].clone()
    };
    assert_eq!(sub, theirs);
}

#[tokio::test]
async fn another_tab_that_finished_first_leads_to_the_same_question() {
    let world = World::with_devices().await;
    let mut student = world.student().await;
    let pair = world.television().pair().await;
    let page = student.types_user_code(&pair.user_code).await;
    let waiting = student.types_university_password(&page).await;
    assert_eq!(waiting.id(), "second-password");
    world.clock.pass(SECOND);
    student.signs_in().await;
    let page = student.enters_second_password(&waiting, SECOND_PASSWORD).await;
    assert_eq!(page.id(), "already-signed-in");
    let page = student.browser.press(&page, &[], "continue").await;
    assert_eq!(page.id(), "confirm-device");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_presses_at_once_one_counts() {
    let world = World::with_devices().await;
    let mut student = world.student().await;
    let television = world.television();
    let pair = television.pair().await;
    let question = student.reaches_the_device(&pair).await;
    let mut racers = JoinSet::new();
    for number in 0..20 {
        let (browser, question) = (student.browser.clone(), question.clone());
        let action = if number % 2 == 0 { "allow" } else { "deny" };
        racers.spawn(async move { pressed_again(&browser, &question, action).await.message() });
    }
    let told: BTreeSet<String> = racers.join_all().await.into_iter().collect();
    assert_eq!(told.len(), 1, "{told:?}");
    let answer = television.polls(&pair).await;
    assert_eq!(answer.status() == 200, told.contains("device-connected"), "{}", answer.page.body);
    let trail = world.trail(&question.support_code()).await;
    assert_eq!(trail.iter().filter(|row| row.entry.detail.contains("\"device\":true")).count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guesses_at_once_stay_within_the_budget() {
    let world = World::with_devices().await;
    let mut browser = world.browser();
    let page = browser.open(&format!("{ISSUER}/device")).await;
    let mut racers = JoinSet::new();
    for _ in 0..MOST_WRONG_OF_SOURCE + 30 {
        let (mut browser, page) = (browser.clone(), page.clone());
        racers.spawn(async move { browser.enter(&page, &[("user_code", "BCDF-GHJK")]).await.errors() });
    }
    let told = racers.join_all().await;
    let compared = told.iter().filter(|errors| **errors == ["E-72"]).count();
    assert!(compared <= usize::try_from(MOST_WRONG_OF_SOURCE).unwrap(), "{compared}");
    let after = world.browser().enter(&page, &[("user_code", "BCDF-GHJK")]).await;
    assert_eq!(after.errors(), ["E-04"]);
}

#[tokio::test]
async fn the_page_is_there_in_every_language() {
    let world = World::with_devices().await;
    for language in ["ja", "en", "zh-CN", "ko"] {
        let mut browser = world.browser();
        browser.accept_language = Some(language.to_owned());
        let page = browser.open(&format!("{ISSUER}/device")).await;
        assert_eq!(page.language(), language);
        assert_eq!(page.header("cache-control"), "no-store");
    }
}
