//! `idp account end-roster`: all whose enrolment has ended, by the university's list of them.

use std::{fs::File, io::Write, path::PathBuf};

use anyhow::Context;
use clap::Args;

use crate::{
    app::App,
    cli::{Outcome, account::act::Cause, house},
};

#[derive(Clone, Debug, Args)]
pub struct EndRoster {
    /// Columns: user_id, and whatever else the list holds
    file: PathBuf,
    /// The tenant's id [default: the only one]
    #[arg(long)]
    tenant: Option<String>,
    #[command(flatten)]
    cause: Cause,
    /// Say what would be done
    #[arg(long)]
    dry_run: bool,
}

pub async fn end(app: &App, roster: &EndRoster, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let EndRoster { file, tenant, cause, dry_run } = roster;
    let tenant = house::tenant(app, tenant.as_deref())?;
    let opened = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    let done = app.flows().end_enrolments(&tenant, opened, &cause.warrant()?, *dry_run).await;
    let done = done.with_context(|| format!("{} was not taken", file.display()))?;
    if !dry_run && done.ended > 0 {
        app.flows().store.seen_everywhere().await;
    }
    let word = if *dry_run { "would be ended" } else { "ended" };
    writeln!(out, "{} {word}, {} ended before, {} never signed in.", done.ended, done.unchanged, done.unknown)?;
    Ok(Outcome::Fine)
}
