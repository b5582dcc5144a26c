//! `idp mail queue`: what waits in the outbox.

use std::{io::Write, path::Path};

use clap::Subcommand;
use serde_json::json;

use crate::cli::{Outcome, house};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Mails that wait, with what the mail server last said; no address and no text
    #[command(after_help = "Example: idp mail queue --json")]
    Queue {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

pub async fn run(
    command: &Command,
    path: &Path,
    environment: Vec<(String, String)>,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let Command::Queue { json } = command;
    let app = house::open(path, environment).await?;
    let waiting = app.flows().store.waiting_letters(500).await?;
    if *json {
        let rows: Vec<_> = waiting
            .iter()
            .map(|letter| {
                json!({
                    "id": letter.id.to_string(), "tenant": letter.tenant.as_str(), "kind": letter.kind,
                    "login": letter.login.as_ref().map(ToString::to_string), "attempts": letter.attempts,
                    "next_attempt_at": letter.next_attempt_at.as_seconds(), "last_reply": letter.last_reply,
                })
            })
            .collect();
        serde_json::to_writer_pretty(&mut *out, &rows)?;
        writeln!(out)?;
    } else {
        for letter in &waiting {
            let login = letter.login.as_ref().map_or("-", |login| login.as_str());
            let reply = letter.last_reply.as_deref().unwrap_or("not tried yet");
            writeln!(out, "{}  {:<20} {login:<8} {:>3} tries  {reply}", letter.id, letter.kind, letter.attempts)?;
        }
    }
    app.flows().store.close().await;
    Ok(Outcome::Fine)
}
