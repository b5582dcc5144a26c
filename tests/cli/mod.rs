//! Commands of the help desk and the operator, beside a serving process.

mod account;
mod clear;
mod client;
mod enrolment;
mod mail;
mod moving;
mod process;
mod simulate;

use clap::Parser;
use idp::cli::{self, Outcome};
use serde_json::Value;

use crate::support::World;

/// A line as it is typed behind `idp`.
#[derive(Debug, Parser)]
#[command(no_binary_name = true)]
enum Line {
    #[command(subcommand)]
    Account(cli::account::Command),
    #[command(subcommand)]
    Client(cli::client::Command),
    #[command(subcommand)]
    Mail(cli::mail::Command),
    Simulate(cli::simulate::Arguments),
}

/// What a command said, and how it ended.
struct Said {
    text: String,
    outcome: anyhow::Result<Outcome>,
}

/// Runs a command in a process of its own, as far as parts make one: nothing is shared but files and time.
async fn idp(world: &World, words: &[&str]) -> Said {
    let line = Line::try_parse_from(words).unwrap_or_else(|error| panic!("{error}"));
    let app = world.another_process().await;
    let mut out = Vec::new();
    let outcome = match &line {
        Line::Account(command) => cli::account::on(&app, command, &mut out).await,
        Line::Client(command) => cli::client::on(&app, command, &mut out).await,
        Line::Mail(command) => cli::mail::on(&app, command, &mut out).await,
        Line::Simulate(arguments) => cli::simulate::on(&app, arguments, &mut out).await,
    };
    app.flows().store.close().await;
    Said { text: String::from_utf8(out).unwrap(), outcome }
}

impl Said {
    fn fine(self) -> String {
        assert_eq!(self.outcome.unwrap(), Outcome::Fine, "{}", self.text);
        self.text
    }

    fn json(self) -> Value {
        let text = self.text;
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    fn error(self) -> String {
        format!("{:#}", self.outcome.expect_err(&self.text))
    }
}
