//! `idp tenant`: what universities there are, and a commented folder for a new one.

use std::{fs, io::Write, path::Path};

use anyhow::{Context, bail};
use serde_json::json;

use super::Outcome;
use crate::{
    config::{Configuration, is_name, tenants_folder},
    domain::tenant::Issuer,
};

const TEMPLATE: &str = include_str!("../../../config/examples/tenant.toml");

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Print the tenants
    #[command(after_help = "Example: idp tenant list --json")]
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Write a commented folder for a new tenant
    #[command(
        after_help = "Example: idp tenant new example-u --issuer https://id.example.ac.jp --name 'Example University'"
    )]
    New {
        /// 1 to 32 of a-z, 0-9 and -
        id: String,
        /// Where it will live [default: https://ID.example.jp]
        #[arg(long, value_name = "URL")]
        issuer: Option<String>,
        /// Its name [default: ID]
        #[arg(long)]
        name: Option<String>,
    },
}

pub fn run(
    command: &Command,
    config: &Path,
    environment: impl IntoIterator<Item = (String, String)>,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    match command {
        Command::List { json } => list(&Configuration::load(config, environment)?, *json, out)?,
        Command::New { id, issuer, name } => {
            let folder = tenants_folder(config, &environment.into_iter().collect::<Vec<_>>())?;
            new(&folder, id, issuer.as_deref(), name.as_deref().unwrap_or(id), out)?;
        }
    }
    Ok(Outcome::Fine)
}

fn list(configuration: &Configuration, as_json: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    if as_json {
        let tenants: Vec<_> = configuration
            .tenants
            .iter()
            .map(|tenant| {
                json!({
                    "id": tenant.id,
                    "issuer": tenant.issuer.as_str(),
                    "name": tenant.name.in_language(tenant.default_language, tenant.default_language),
                    "upstreams": tenant.upstreams.iter().map(|upstream| &upstream.id).collect::<Vec<_>>(),
                    "clients": tenant.clients.keys().collect::<Vec<_>>(),
                })
            })
            .collect();
        serde_json::to_writer_pretty(&mut *out, &tenants)?;
        writeln!(out)?;
        return Ok(());
    }
    for tenant in &configuration.tenants {
        let name = tenant.name.in_language(tenant.default_language, tenant.default_language).unwrap_or_default();
        let count = tenant.clients.len();
        let clients = if count == 1 { "client" } else { "clients" };
        writeln!(out, "{:<16} {:<40} {count} {clients}  {name}", tenant.id.as_str(), tenant.issuer.as_str())?;
    }
    Ok(())
}

fn new(folder: &Path, id: &str, issuer: Option<&str>, name: &str, out: &mut dyn Write) -> anyhow::Result<()> {
    if !is_name(id) {
        bail!("a tenant's id must be 1 to 32 of a-z, 0-9 and -, not \"{id}\"");
    }
    let issuer = issuer.map_or_else(|| format!("https://{id}.example.jp"), str::to_owned);
    Issuer::parse(&issuer).with_context(|| format!("issuer \"{issuer}\""))?;
    let home = folder.join(id);
    if home.exists() {
        bail!("{} is there already", home.display());
    }
    let text = TEMPLATE.replace("\"@ISSUER@\"", &quoted(&issuer)).replace("\"@NAME@\"", &quoted(name));
    fs::create_dir_all(home.join("clients")).with_context(|| format!("{} cannot be made", home.display()))?;
    let file = home.join("tenant.toml");
    fs::write(&file, text).with_context(|| format!("{} cannot be written", file.display()))?;
    writeln!(out, "{}\nFill it in, add a client (idp client new), then: idp check", file.display())?;
    Ok(())
}

/// As a TOML text.
pub fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}
