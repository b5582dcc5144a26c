//! `idp migrate up / status`: the database's schema.

use std::{io::Write, path::Path};

use clap::Subcommand;

use crate::{
    cli::{Outcome, house},
    store::{Store, StoreOptions},
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Brings the schema up to date
    #[command(after_help = "Example: idp migrate up --config /etc/idp/idp.toml")]
    Up,
    /// Which changes are applied; exit code 1 if some are not
    #[command(after_help = "Example: idp migrate status --json")]
    Status {
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
    let configuration = house::configuration(path, environment)?;
    let store = Store::open(configuration.database_url.expose(), StoreOptions::default()).await?;
    let outcome = match command {
        Command::Up => {
            store.migrate().await?;
            writeln!(out, "The schema is up to date.")?;
            Outcome::Fine
        }
        Command::Status { json } => {
            let standing = store.migration_status().await?;
            if *json {
                let rows: Vec<_> = standing
                    .iter()
                    .map(|row| serde_json::json!({ "name": row.name, "applied": row.applied }))
                    .collect();
                serde_json::to_writer_pretty(&mut *out, &rows)?;
                writeln!(out)?;
            } else {
                for row in &standing {
                    writeln!(out, "{}  {}", if row.applied { "applied" } else { "missing" }, row.name)?;
                }
            }
            if standing.iter().all(|row| row.applied) { Outcome::Fine } else { Outcome::Found }
        }
    };
    store.close().await;
    Ok(outcome)
}
