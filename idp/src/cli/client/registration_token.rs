//! `idp client registration-token`: what lets clients register themselves (RFC 7591 §1.2).

use std::{io::Write, time::Duration};

use anyhow::ensure;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::{
    app::App,
    cli::house,
    config::Length,
    domain::{
        clock::Timestamp,
        ids::RegistrationTokenId,
        registered_client::{MOST_USES, RegistrationToken},
    },
};

const LONGEST: Duration = Duration::from_hours(24 * 365);

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    act: Option<Act>,
    #[command(flatten)]
    make: Make,
}

#[derive(Debug, Args)]
struct Make {
    /// The tenant [default: the only one]
    #[arg(long)]
    tenant: Option<String>,
    /// How many clients may register with it
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_USES)))]
    uses: u32,
    /// How long it is good for: a whole number and s, m, h or d
    #[arg(long, default_value = "7d", value_parser = lifetime)]
    expires: Duration,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Print the tokens of all tenants: their names and what is left of them
    #[command(after_help = "Example: idp client registration-token list --json")]
    List {
        /// The tenant [default: all]
        #[arg(long)]
        tenant: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// No client registers with this one any more; those that did stay
    #[command(after_help = "Example: idp client registration-token revoke 019ac0de-0000-7000-8000-000000000000")]
    Revoke {
        /// Its name, as list prints it
        id: uuid::Uuid,
    },
}

pub async fn run(app: &App, arguments: &Arguments, out: &mut dyn Write) -> anyhow::Result<()> {
    match &arguments.act {
        None => make(app, &arguments.make, out).await,
        Some(Act::List { tenant, json }) => list(app, tenant.as_deref(), *json, out).await,
        Some(Act::Revoke { id }) => revoke(app, RegistrationTokenId(*id), out).await,
    }
}

async fn make(app: &App, wanted: &Make, out: &mut dyn Write) -> anyhow::Result<()> {
    let tenant = house::tenant(app, wanted.tenant.as_deref())?;
    let terms = (wanted.uses, wanted.expires);
    let (made, token) = app.flows().make_registration_token(&tenant, terms, &house::system_user()?).await?;
    writeln!(out, "tenant: {}\nid: {}\nuses: {}\nexpires: {}", tenant.id, made.id, made.uses, time(made.expires_at))?;
    writeln!(out, "registration_token: {}", token.expose())?;
    writeln!(out, "The token is shown this once; the database holds its SHA-256.")?;
    if !tenant.policy.dynamic_registration {
        writeln!(out, "It is of no use yet: policy.dynamic_registration of tenant {} is off.", tenant.id)?;
    }
    Ok(())
}

async fn list(app: &App, wanted: Option<&str>, as_json: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    let flows = app.flows();
    let mut tokens = Vec::new();
    for tenant in app.tenants() {
        if wanted.is_none_or(|id| tenant.id.as_str() == id) {
            tokens.extend(flows.registration_tokens(&tenant).await?);
        }
    }
    let now = flows.now();
    if as_json {
        let tokens: Vec<Value> = tokens.iter().map(|token| json_of(token, now)).collect();
        serde_json::to_writer_pretty(&mut *out, &tokens)?;
        writeln!(out)?;
        return Ok(());
    }
    for token in &tokens {
        let (tenant, left, until) = (token.tenant.as_str(), token.uses_left, time(token.expires_at));
        let standing = token.standing(now);
        writeln!(out, "{tenant:<16} {} {left} of {} left, until {until}: {standing}", token.id, token.uses)?;
    }
    Ok(())
}

async fn revoke(app: &App, id: RegistrationTokenId, out: &mut dyn Write) -> anyhow::Result<()> {
    let by = house::system_user()?;
    let mut revoked = false;
    for tenant in app.tenants() {
        revoked |= app.flows().revoke_registration_token(&tenant, id, &by).await?;
    }
    ensure!(revoked, "no token that could be revoked is called {id}");
    writeln!(out, "{id} is revoked; clients that registered with it stay.")?;
    Ok(())
}

fn json_of(token: &RegistrationToken, now: Timestamp) -> Value {
    json!({
        "tenant": token.tenant, "id": token.id, "uses": token.uses, "uses_left": token.uses_left,
        "created_at": token.created_at.as_seconds(), "expires_at": token.expires_at.as_seconds(),
        "standing": token.standing(now).to_string(),
    })
}

fn lifetime(text: &str) -> Result<Duration, String> {
    match Length::parse(text) {
        Some(Length(length)) if !length.is_zero() && length <= LONGEST => Ok(length),
        _ => Err("write a whole number and s, m, h or d, at most 365d".to_owned()),
    }
}

fn time(at: Timestamp) -> String {
    let at = chrono::DateTime::from_timestamp_millis(at.as_millis()).unwrap_or_default();
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}
