//! `idp audit tail / verify`: the trail.

use std::{io::Write, path::Path};

use clap::Subcommand;
use serde_json::{Value, json};

use crate::{
    cli::{Outcome, house},
    domain::{
        audit::AuditRow,
        ids::{LoginId, TenantId},
    },
    store::AuditFilter,
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// The newest rows, or those of one support code
    #[command(after_help = "Example: idp audit tail --login K7QM2ABC")]
    Tail {
        /// How many rows
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// A support code (お問い合わせ番号)
        #[arg(long)]
        login: Option<String>,
        /// A tenant's id
        #[arg(long)]
        tenant: Option<String>,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Reads the whole chain; exit code 1 if a link does not hold
    #[command(after_help = "Example: idp audit verify")]
    Verify,
}

pub async fn run(
    command: &Command,
    path: &Path,
    environment: Vec<(String, String)>,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let app = house::open(path, environment).await?;
    let outcome = match command {
        Command::Tail { limit, login, tenant, json } => {
            let filter = AuditFilter {
                tenant: tenant.as_deref().map(TenantId::new),
                login: login.as_deref().map(|code| LoginId::new(code.to_ascii_uppercase())),
                ..AuditFilter::default()
            };
            for row in app.flows().store.audit_tail(&filter, *limit).await? {
                if *json { writeln!(out, "{}", as_json(&row))? } else { writeln!(out, "{}", as_line(&row))? }
            }
            Outcome::Fine
        }
        Command::Verify => {
            let verdict = app.flows().verify_audit().await?;
            writeln!(out, "{} rows sealed, {} not sealed yet.", verdict.sealed, verdict.unsealed)?;
            for id in &verdict.broken {
                writeln!(out, "row {id}: the link does not hold")?;
            }
            if verdict.missing > 0 {
                writeln!(out, "{} sealed rows are gone", verdict.missing)?;
            }
            if verdict.forged_checkpoint {
                writeln!(out, "the checkpoint before the first row was not signed here")?;
            }
            if verdict.broken.is_empty() && verdict.missing == 0 && !verdict.forged_checkpoint {
                Outcome::Fine
            } else {
                Outcome::Found
            }
        }
    };
    app.flows().store.close().await;
    Ok(outcome)
}

fn as_json(row: &AuditRow) -> Value {
    let entry = &row.entry;
    json!({
        "id": row.id, "at": entry.at.as_millis(), "event": row.event, "tenant": entry.tenant, "login": entry.login,
        "account": entry.account, "client": entry.client, "address_prefix": entry.address_prefix,
        "detail": serde_json::from_str::<Value>(&entry.detail).unwrap_or(Value::Null),
        "sealed": row.seal.is_some(),
    })
}

fn as_line(row: &AuditRow) -> String {
    let entry = &row.entry;
    let at = chrono::DateTime::from_timestamp_millis(entry.at.as_millis()).unwrap_or_default();
    format!(
        "{} {:<26} {:<12} {:<8} {:<20} {}",
        at.format("%Y-%m-%dT%H:%M:%S%.3fZ"),
        row.event,
        entry.tenant,
        entry.login.as_deref().unwrap_or("-"),
        entry.client.as_deref().unwrap_or("-"),
        entry.detail
    )
}
