//! `idp account import`: accounts of a `directory` upstream from a CSV file.

use std::{
    fs::File,
    io::{IsTerminal, Write},
    path::PathBuf,
};

use anyhow::Context;
use clap::Args;

use crate::{
    app::App,
    cli::{Outcome, house},
    domain::{
        ids::UpstreamId,
        tenant::{Tenant, UpstreamKind},
    },
};

#[derive(Clone, Debug, Args)]
pub struct Import {
    /// Columns: user_id, password, and any attribute
    file: PathBuf,
    /// The tenant's id [default: the only one]
    #[arg(long)]
    tenant: Option<String>,
    /// The upstream's id [default: the only one of kind directory]
    #[arg(long)]
    upstream: Option<String>,
    /// Say what would be done
    #[arg(long)]
    dry_run: bool,
}

pub async fn import(app: &App, import: &Import, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let Import { file, tenant, upstream, dry_run } = import;
    let tenant = house::tenant(app, tenant.as_deref())?;
    let upstream = directory(&tenant, upstream.as_deref())?;
    let opened = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    let imported = app.flows().import_accounts(&tenant, &upstream, opened, *dry_run, bar).await?;
    let word = if *dry_run { "would be written" } else { "written" };
    writeln!(out, "{} {word}, {} unchanged.", imported.accounts, imported.unchanged)?;
    Ok(Outcome::Fine)
}

fn directory(tenant: &Tenant, named: Option<&str>) -> anyhow::Result<UpstreamId> {
    let mut directories = tenant
        .upstreams
        .iter()
        .filter(|upstream| matches!(upstream.kind, UpstreamKind::Directory(_)))
        .filter(|upstream| named.is_none_or(|id| id == upstream.id.as_str()));
    match (directories.next(), directories.next()) {
        (Some(only), None) => Ok(only.id.clone()),
        (None, _) => anyhow::bail!("tenant {} has no such upstream of kind directory", tenant.id),
        (Some(_), Some(_)) => anyhow::bail!("tenant {} has several directories: name one with --upstream", tenant.id),
    }
}

/// A progress bar, where somebody watches.
fn bar(done: u64, total: u64) {
    let mut screen = std::io::stderr();
    if screen.is_terminal() {
        let filled = usize::try_from(done * 30 / total.max(1)).unwrap_or(30);
        let end = if done == total { "\n" } else { "" };
        let _ = write!(screen, "\r[{:<30}] {done}/{total}{end}", "#".repeat(filled));
    }
}
