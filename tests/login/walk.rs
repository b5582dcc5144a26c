//! Whatever is pressed, typed, forced or waited for, in whatever order: no code without every proof that is due.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use proptest::{collection::vec, prelude::*, sample::select, test_runner::TestCaseError};

use crate::support::{
    Page, Student, World,
    browser::{Browser, Call},
    mailbox::Mail,
    setup::ISSUER,
    student::{SECOND_PASSWORD, wrong},
};

/// Addresses below a login that somebody could try by hand.
const PLACES: [&str; 16] = [
    "",
    "/next",
    "/finish",
    "/restart",
    "/already-signed-in",
    "/register-email",
    "/email-sent",
    "/email-registered",
    "/set-second-password",
    "/second-password-set",
    "/second-password",
    "/send-auth-key",
    "/auth-key",
    "/auth-key-invalid",
    "/auth-key-reissued",
    "/decline",
];

#[derive(Clone, Debug)]
enum Step {
    Begin,
    University {
        right: bool,
    },
    Address,
    ShortCode {
        right: bool,
    },
    Link,
    SetSecondPassword {
        right: bool,
    },
    SecondPassword {
        right: bool,
    },
    Key {
        right: bool,
    },
    OldKey,
    Reissue,
    Visit(&'static str),
    /// A form of this page's making, sent to another place.
    Force(&'static str),
    Wait(u64),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => Just(Step::Begin),
        4 => prop::bool::weighted(0.9).prop_map(|right| Step::University { right }),
        2 => Just(Step::Address),
        2 => any::<bool>().prop_map(|right| Step::ShortCode { right }),
        1 => Just(Step::Link),
        2 => any::<bool>().prop_map(|right| Step::SetSecondPassword { right }),
        4 => prop::bool::weighted(0.6).prop_map(|right| Step::SecondPassword { right }),
        4 => prop::bool::weighted(0.4).prop_map(|right| Step::Key { right }),
        1 => Just(Step::OldKey),
        1 => Just(Step::Reissue),
        4 => select(&PLACES[..]).prop_map(Step::Visit),
        4 => select(&PLACES[..]).prop_map(Step::Force),
        2 => select(vec![1, 20, 61, 600, 901, 1801]).prop_map(Step::Wait),
        1 => Just(Step::Restart),
    ]
}

/// What was truly shown, by login; kept by the test from what it typed, never from what the product says.
#[derive(Default)]
struct Shown {
    university: BTreeSet<String>,
    second: BTreeSet<String>,
    key: BTreeSet<String>,
    second_is_set: bool,
}

fn login_of(page: &Page) -> Option<String> {
    let mut parts = page.url.path_segments()?;
    (parts.next() == Some("login")).then(|| parts.next().unwrap_or_default().to_owned())
}

struct Walk {
    student: Student,
    shown: Shown,
    page: Page,
}

impl Walk {
    async fn take(&mut self, step: &Step) -> Option<Page> {
        let world = Arc::clone(&self.student.world);
        let id = self.page.id();
        let login = login_of(&self.page);
        let student = &mut self.student;
        let next = match (step, id.as_str(), login) {
            (Step::Begin, _, _) => student.begins().await,
            (Step::University { right }, "sign-in", Some(login)) => {
                let password = if *right { "university-1" } else { "wrong" };
                let next = student.browser.enter(&self.page, &[("username", "s2025001"), ("password", password)]).await;
                if *right {
                    // A restarted login has another name by now.
                    self.shown.university.insert(login_of(&next).unwrap_or(login));
                }
                next
            }
            (Step::Address, "register-email", _) => student.registers(&self.page, "s2025001@mail.example").await,
            (Step::ShortCode { right }, "email-sent", _) => {
                let code = student.mail().await.digits();
                let code = if *right { code } else { wrong(&code) };
                student.browser.enter(&self.page, &[("code", &code)]).await
            }
            (Step::Link, ..) => {
                let mails = student.mails().await;
                let mail = mails.iter().rfind(|mail| mail.text.contains("/link/"))?;
                let landing = student.browser.open(&mail.link()).await;
                if landing.id() == "confirm-link" {
                    student.confirms(&landing).await;
                }
                student.browser.reload(&self.page).await
            }
            (Step::SetSecondPassword { right }, "set-second-password", _) => {
                let entry = if *right { SECOND_PASSWORD } else { "abc" };
                self.shown.second_is_set |= *right;
                student.sets_second_password(&self.page, entry, entry).await
            }
            (Step::SecondPassword { right }, "second-password", Some(login)) => {
                if *right {
                    self.shown.second.insert(login);
                }
                student.enters_second_password(&self.page, if *right { SECOND_PASSWORD } else { "Wrong7Harbor" }).await
            }
            (Step::Key { right }, "auth-key", Some(login)) => {
                let key = student.mails().await.iter().rfind(|mail| mail.is_key())?.digits();
                if *right {
                    self.shown.key.insert(login);
                }
                student.enters_key(&self.page, &if *right { key } else { wrong(&key) }).await
            }
            (Step::OldKey, "auth-key", _) => {
                let mails = student.mails().await;
                let keys: Vec<String> = mails.iter().filter(|mail| mail.is_key()).map(Mail::digits).collect();
                let old = keys.first().filter(|first| Some(*first) != keys.last())?.clone();
                student.enters_key(&self.page, &old).await
            }
            (Step::Reissue, "auth-key", _) => student.asks_for_a_new_key(&self.page).await,
            (Step::Visit(place), _, Some(login)) => {
                student.browser.open(&format!("{ISSUER}/login/{login}{place}")).await
            }
            (Step::Force(place), _, Some(login)) => {
                let token = self.page.value("form_token").unwrap_or_default();
                let fields = [
                    ("form_token", token.as_str()),
                    ("action", "continue"),
                    ("auth_key", "000000"),
                    ("code", "000000"),
                    ("second_password", "Forced7Harbor"),
                    ("second_password_confirmation", "Other7Harbor"),
                ];
                let call = Call::form(&format!("{ISSUER}/login/{login}{place}"), &fields)
                    .with("sec-fetch-site", "same-origin");
                let answer = student.browser.send(call).await;
                follow(&mut student.browser, answer).await
            }
            (Step::Wait(seconds), ..) => {
                world.clock.pass(Duration::from_secs(*seconds));
                student.browser.reload(&self.page).await
            }
            (Step::Restart, ..) => {
                world.restart().await;
                student.browser.reload(&self.page).await
            }
            _ => return None,
        };
        Some(next)
    }
}

/// A forced request may be answered by a bare refusal.
async fn follow(browser: &mut Browser, answer: Page) -> Page {
    if answer.status == 303 { browser.follow(answer).await } else { answer }
}

async fn walk(steps: &[Step], prepared: bool) -> Result<bool, TestCaseError> {
    let world = World::with_auth_key().await;
    let mut student = if prepared { world.student().await } else { world.newcomer() };
    let page = student.begins().await;
    let mut walk = Walk { student, shown: Shown { second_is_set: prepared, ..Shown::default() }, page };
    for step in steps {
        let before = login_of(&walk.page);
        let Some(next) = walk.take(step).await else { continue };
        prop_assert!(!next.status.is_server_error(), "{step:?} → {}", next.id());
        if next.parameter("code").is_some() {
            let login = before.unwrap_or_default();
            let Shown { university, second, key, .. } = &walk.shown;
            prop_assert!(university.contains(&login), "a code without the university, after {step:?}");
            prop_assert!(second.contains(&login), "a code without the second password, after {step:?}");
            prop_assert!(key.contains(&login), "a code without the key, after {step:?}");
            let claims = world.service().redeem(&next.code()).await.claims();
            prop_assert_eq!(&claims["acr"], "urn:idp:acr:auth-key");
            return Ok(true);
        }
        // Where there is no way on, the student begins again.
        walk.page = if login_of(&next).is_some() { next } else { walk.student.begins().await };
    }
    Ok(false)
}

fn walks(prepared: bool, cases: u32, length: usize) {
    use proptest::test_runner::{Config, RngAlgorithm, RngSeed, TestRunner};
    let config = Config {
        cases,
        max_shrink_iters: 60,
        failure_persistence: None,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(20_270_115),
        ..Config::default()
    };
    let finished = std::cell::Cell::new(0);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let result = TestRunner::new(config).run(&vec(step(), length..2 * length), |steps| {
        let reached = runtime.block_on(walk(&steps, prepared))?;
        finished.set(finished.get() + u32::from(reached));
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    assert!(!prepared || finished.get() > 0, "no walk reached the end: the property says nothing");
}

#[test]
fn no_walk_of_a_student_reaches_a_code_without_every_proof() {
    walks(true, 24, 30);
}

#[test]
fn sr_33_no_walk_of_a_newcomer_reaches_a_code_without_every_proof() {
    walks(false, 12, 40);
}
