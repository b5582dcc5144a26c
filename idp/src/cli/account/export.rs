//! `idp account export`: all that is kept of one person (SR-94).

use std::{fs::OpenOptions, io::Write, os::unix::fs::OpenOptionsExt, path::PathBuf};

use anyhow::Context;
use clap::Args;

use crate::{
    app::App,
    cli::{Outcome, account::Which},
};

#[derive(Clone, Debug, Args)]
pub struct Export {
    #[command(flatten)]
    which: Which,
    /// A new file, readable by its owner only [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// It always is JSON
    #[arg(long, hide = true)]
    json: bool,
}

pub async fn export(app: &App, export: &Export, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let (_, account) = export.which.find(app).await?;
    let all = app.flows().export_account(&account).await?;
    let Some(path) = &export.out else {
        serde_json::to_writer_pretty(&mut *out, &all)?;
        writeln!(out)?;
        return Ok(Outcome::Fine);
    };
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = file.with_context(|| format!("cannot write {}", path.display()))?;
    serde_json::to_writer_pretty(&mut file, &all)?;
    writeln!(file)?;
    writeln!(out, "written to {}", path.display())?;
    Ok(Outcome::Fine)
}
