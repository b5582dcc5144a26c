//! `idp mail queue / retry / test`: the outbox, and whether the mail server takes a mail at all.

use std::{io::Write, path::Path};

use anyhow::{Context, bail};
use clap::Subcommand;
use serde_json::json;
use uuid::Uuid;

use crate::{
    app::App,
    cli::{Outcome, house},
    domain::{email_address::EmailAddress, ids::LetterId, outbox::SendOutcome},
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Mails that wait, with what the mail server last said; no address and no text
    #[command(after_help = "Example: idp mail queue --json")]
    Queue {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Tries waiting mails at once, once the serving process looks: within half a minute
    #[command(after_help = "Example: idp mail retry --all\nExample: idp mail retry 019ae1b2-…")]
    Retry {
        /// Mails by their id, as `idp mail queue` prints it
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        ids: Vec<Uuid>,
        /// All that wait
        #[arg(long)]
        all: bool,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Sends one mail past the outbox and prints the mail server's answer; exit code 1 if it was not taken
    #[command(after_help = "Example: idp mail test taro@example.com --tenant uni")]
    Test {
        address: String,
        /// Whose sender it has [default: the only tenant's]
        #[arg(long)]
        tenant: Option<String>,
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
    let app = house::open(path, environment).await?;
    let outcome = on(&app, command, out).await;
    app.flows().store.close().await;
    outcome
}

/// The same on parts that are put together already.
pub async fn on(app: &App, command: &Command, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    match command {
        Command::Queue { json } => queue(app, *json, out).await,
        Command::Retry { ids, all, json } => retry(app, if *all { None } else { Some(ids) }, *json, out).await,
        Command::Test { address, tenant, json } => test(app, address, tenant.as_deref(), *json, out).await,
    }
}

async fn queue(app: &App, json: bool, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let waiting = app.flows().store.waiting_letters(500).await?;
    if json {
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
        return Ok(Outcome::Fine);
    }
    for letter in &waiting {
        let login = letter.login.as_ref().map_or("-", |login| login.as_str());
        let reply = letter.last_reply.as_deref().unwrap_or("not tried yet");
        writeln!(out, "{}  {:<20} {login:<8} {:>3} tries  {reply}", letter.id, letter.kind, letter.attempts)?;
    }
    Ok(Outcome::Fine)
}

/// One that has been sent, refused or given up has no text any more: there is nothing to send.
async fn retry(app: &App, only: Option<&Vec<Uuid>>, json: bool, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let flows = app.flows();
    let ids: Option<Vec<LetterId>> = only.map(|ids| ids.iter().copied().map(LetterId).collect());
    for id in ids.iter().flatten() {
        if flows.store.letter(*id).await?.is_none() {
            bail!("there is no mail {id}");
        }
    }
    let hurried = flows.store.hurry_letters(ids.as_deref(), flows.now()).await?;
    flows.outbox_bell().notify_one();
    if json {
        writeln!(out, "{}", json!({ "due": hurried }))?;
    } else {
        writeln!(out, "{hurried} due now.")?;
    }
    let all = ids.is_none_or(|ids| ids.len() as u64 == hurried);
    Ok(if all { Outcome::Fine } else { Outcome::Found })
}

async fn test(
    app: &App,
    address: &str,
    tenant: Option<&str>,
    json: bool,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let tenant = house::tenant(app, tenant)?;
    let to = EmailAddress::read(address).ok().with_context(|| format!("{address} is no mail address"))?;
    let outcome = app.flows().send_test_mail(&tenant, to).await;
    let (words, taken) = match &outcome {
        SendOutcome::Accepted { reply } => (reply, true),
        SendOutcome::Refused { reply } | SendOutcome::Deferred { reply } => (reply, false),
        SendOutcome::Unreachable { reason } => (reason, false),
    };
    if json {
        writeln!(out, "{}", json!({ "outcome": outcome.name(), "reply": words }))?;
    } else {
        writeln!(out, "{}: {words}", outcome.name())?;
    }
    Ok(if taken { Outcome::Fine } else { Outcome::Found })
}
