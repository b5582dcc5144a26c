//! No dead ends: every state of a login and of the account pages × whatever a person may do there ends on a page that leads on.

pub mod states;
mod switching;

use std::{fmt::Write, panic::AssertUnwindSafe};

use futures_util::FutureExt;
use tokio::task::JoinSet;

use crate::support::{Page, browser::Browser, clock::MINUTE, setup::ISSUER};

use states::{Scene, State, of_gate};

#[derive(Clone, Copy, Debug)]
enum Act {
    Reload,
    Back,
    Forward,
    SecondTab,
    AfterAnHour,
    OtherDevice,
    DoubleClick,
    Expired,
    SignedOutElsewhere,
    CookiesCleared,
    ServerRestarted,
}

const ACTS: [(Act, &str); 11] = [
    (Act::Reload, "reload"),
    (Act::Back, "back"),
    (Act::Forward, "forward"),
    (Act::SecondTab, "second tab"),
    (Act::AfterAnHour, "after an hour"),
    (Act::OtherDevice, "other device"),
    (Act::DoubleClick, "double click"),
    (Act::Expired, "pressed too late"),
    (Act::SignedOutElsewhere, "signed out elsewhere"),
    (Act::CookiesCleared, "cookies cleared"),
    (Act::ServerRestarted, "server restarted"),
];

impl Scene {
    /// What the person sees in the end.
    async fn after(&mut self, act: Act) -> Page {
        let page = self.page.clone();
        match act {
            Act::Reload => self.student.browser.reload(&page).await,
            Act::Back => {
                let before = self.before.clone().unwrap_or(page);
                self.student.browser.reload(&before).await
            }
            Act::Forward => {
                if let Some(before) = self.before.clone() {
                    self.student.browser.reload(&before).await;
                }
                self.student.browser.reload(&page).await
            }
            Act::SecondTab => {
                self.student.begins().await;
                self.press_or_reload().await
            }
            Act::AfterAnHour => {
                self.student.world.clock.pass(61 * MINUTE);
                self.student.browser.reload(&page).await
            }
            Act::OtherDevice => self.student.at_another_device().browser.reload(&page).await,
            Act::DoubleClick => self.double_click().await,
            Act::Expired => {
                self.student.world.clock.pass(31 * MINUTE);
                self.press_or_reload().await
            }
            Act::SignedOutElsewhere => {
                let ask = self.student.browser.open(&format!("{ISSUER}/logout")).await;
                if ask.id() == "confirm-sign-out" {
                    self.student.browser.press(&ask, &[], "yes").await;
                }
                self.press_or_reload().await
            }
            Act::CookiesCleared => {
                self.student.browser.forget_cookies();
                self.press_or_reload().await
            }
            Act::ServerRestarted => {
                self.student.world.restart().await;
                self.press_or_reload().await
            }
        }
    }

    pub fn form(&self) -> Option<crate::support::page::Form> {
        let typed: Vec<(&str, &str)> = self.typed.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let has_form = self.action.is_some()
            || !typed.is_empty()
            || self.page.one("form:not(.language):not(.limit)", "action").is_some();
        has_form.then(|| self.page.form(&typed, self.action))
    }

    async fn press_or_reload(&mut self) -> Page {
        match self.form() {
            Some(form) => self.student.browser.submit(form).await,
            None => self.student.browser.reload(&self.page.clone()).await,
        }
    }

    /// Both presses before the first is answered; what the browser shows is the answer to the second.
    /// (What they do to each other is for the tests of races.)
    async fn double_click(&mut self) -> Page {
        let Some(form) = self.form() else { return self.press_or_reload().await };
        let (mut first, mut second) = (self.student.browser.clone(), self.student.browser.clone());
        let first = first.send(Browser::call_of(&form)).await;
        let mut answer = second.send(Browser::call_of(&form)).await;
        assert!(!first.status.is_server_error(), "{}", first.id());
        // One jar of cookies: what the first answer set is there when the second is followed.
        second.keep_from(&first);
        second.keep_from(&answer);
        answer = second.follow(answer).await;
        self.student.browser = second;
        answer
    }
}

/// The page in one word.
fn word(page: &Page) -> String {
    if page.is_at_the_client() {
        return if page.parameter("code").is_some() { "→ service, signed in" } else { "→ service" }.to_owned();
    }
    match page.id().as_str() {
        "message" => page.message(),
        "error" | "link-invalid" => format!("{} {}", page.id(), page.error()),
        id => id.to_owned(),
    }
}

/// At the service, or on a page with a form, or with a link that leads to one of these.
async fn leads_on(browser: &mut Browser, page: &Page) -> bool {
    let mut page = page.clone();
    for _ in 0..3 {
        if page.is_at_the_client() || page.one("main form:not(.language):not(.limit) button", "class").is_some() {
            return true;
        }
        let on = page.one("main a.button, main a[data-link]", "href");
        let Some(link) = on.filter(|_| !page.status.is_server_error()) else { return false };
        let link = page.url.join(&link).unwrap();
        if !browser.world.serves(&link) {
            return true;
        }
        page = browser.open_url(&link).await;
    }
    false
}

#[test]
fn every_gate_has_its_row() {
    use idp::domain::login::{Gate, Lock};
    for gate in [Gate::SignIn, Gate::Locked(Lock::UntilReset), Gate::Done] {
        assert!(State::ALL.contains(&of_gate(&gate)));
    }
}

/// What came of one act in one state.
struct Cell {
    row: usize,
    column: usize,
    word: String,
    /// Where it leads nowhere.
    dead: Option<String>,
}

async fn cell(row: usize, column: usize) -> Cell {
    let (state, (act, name)) = (State::ALL[row], ACTS[column]);
    let mut scene = state.scene().await;
    let page = scene.after(act).await;
    let word = word(&page);
    let dead = !leads_on(&mut scene.student.browser, &page).await;
    let dead = dead.then(|| format!("{state:?} × {name} ends on {word} at {}", page.url));
    Cell { row, column, word, dead }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_state_and_no_act_ends_in_a_dead_end() {
    let mut table = vec![vec![String::new(); ACTS.len()]; State::ALL.len()];
    let mut dead_ends = Vec::new();
    let mut running = JoinSet::new();
    let mut waiting = (0..State::ALL.len()).flat_map(|row| (0..ACTS.len()).map(move |column| (row, column)));
    loop {
        // Not all worlds at once.
        while running.len() < 8
            && let Some((row, column)) = waiting.next()
        {
            let (state, (_, name)) = (State::ALL[row], ACTS[column]);
            running.spawn(async move {
                let cell = AssertUnwindSafe(cell(row, column)).catch_unwind().await;
                cell.unwrap_or_else(|_| panic!("{state:?} × {name}: see above"))
            });
        }
        let Some(done) = running.join_next().await else { break };
        let Cell { row, column, word, dead } = done.unwrap();
        table[row][column] = word;
        dead_ends.extend(dead);
    }
    assert!(dead_ends.is_empty(), "{dead_ends:#?}");
    let written = written(&table);
    println!("{written}");
    let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/matrix/table.md");
    if std::env::var_os("IDP_TEST_KEEP").is_some() {
        std::fs::write(kept, &written).unwrap();
    }
    assert!(
        std::fs::read_to_string(kept).is_ok_and(|kept| kept == written),
        "tests/matrix/table.md tells something else; IDP_TEST_KEEP=1 writes it anew"
    );
}

fn written(table: &[Vec<String>]) -> String {
    let mut text = String::from(
        "# No dead ends\n\nWhat a person sees who does this (column) in that state (row). Written by `tests/matrix` and held to it: each cell\n\
         ends at the service or on a page with a way on.\n\n|  |",
    );
    for (_, name) in ACTS {
        write!(text, " {name} |").unwrap();
    }
    text.push_str("\n|---|");
    text.push_str(&"---|".repeat(ACTS.len()));
    text.push('\n');
    for (state, row) in State::ALL.iter().zip(table) {
        writeln!(text, "| **{}** | {} |", state.name(), row.join(" | ")).unwrap();
    }
    text
}
