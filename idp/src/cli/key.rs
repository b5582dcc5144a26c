//! `idp key list / rotate`: signing keys.

use std::{io::Write, path::Path};

use clap::Subcommand;
use serde_json::json;

use crate::{
    cli::{Outcome, house},
    domain::{
        clock::Timestamp,
        signing_key::{SigningAlgorithm, SigningKey},
    },
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Signing keys with their states
    #[command(after_help = "Example: idp key list --tenant uni --json")]
    List {
        /// The tenant's id [default: all]
        #[arg(long)]
        tenant: Option<String>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// The successor takes over now; the former key stays published for a day
    #[command(after_help = "Example: idp key rotate --tenant uni --algorithm ES256")]
    Rotate {
        /// The tenant's id [default: the only one]
        #[arg(long)]
        tenant: Option<String>,
        /// RS256 or ES256 [default: both]
        #[arg(long)]
        algorithm: Option<String>,
    },
}

pub async fn run(
    command: &Command,
    path: &Path,
    environment: Vec<(String, String)>,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let app = house::open(path, environment).await?;
    match command {
        Command::List { tenant, json } => {
            let mut keys = Vec::new();
            for known in app.tenants() {
                if tenant.as_deref().is_none_or(|wanted| wanted == known.id.as_str()) {
                    keys.extend(app.flows().store.signing_keys(&known.id).await?);
                }
            }
            list(&keys, *json, out)?;
        }
        Command::Rotate { tenant, algorithm } => {
            let tenant = house::tenant(&app, tenant.as_deref())?.id.clone();
            let algorithms = match algorithm {
                Some(name) => vec![
                    SigningAlgorithm::from_name(name).ok_or_else(|| anyhow::anyhow!("{name} is not RS256 or ES256"))?,
                ],
                None => SigningAlgorithm::ALL.to_vec(),
            };
            for algorithm in algorithms {
                app.flows().rotate_keys_by_hand(&tenant, algorithm).await?;
                writeln!(out, "{algorithm} of {tenant} rotated; a serving process follows within a minute.")?;
            }
        }
    }
    app.flows().store.close().await;
    Ok(Outcome::Fine)
}

fn list(keys: &[SigningKey], as_json: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    if as_json {
        let time = |at: Option<Timestamp>| at.map(Timestamp::as_seconds);
        let rows: Vec<_> = keys
            .iter()
            .map(|key| {
                json!({
                    "tenant": key.tenant.as_str(), "kid": key.id.as_str(), "alg": key.algorithm.name(), "state": key.state,
                    "created_at": key.created_at.as_seconds(), "activated_at": time(key.activated_at),
                    "retired_at": time(key.retired_at), "destroy_after": time(key.destroy_after),
                })
            })
            .collect();
        serde_json::to_writer_pretty(&mut *out, &rows)?;
        writeln!(out)?;
    } else {
        for key in keys {
            let state = format!("{:?}", key.state).to_lowercase();
            writeln!(out, "{:<12} {:<6} {state:<8} {}", key.tenant.as_str(), key.algorithm.name(), key.id)?;
        }
    }
    Ok(())
}
