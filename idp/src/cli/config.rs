//! `idp config schema`: JSON Schemas of the files, for editors.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::Context;
use serde_json::{Map, Value};

use super::Outcome;
use crate::config::schema::schemas;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Print the JSON Schemas of idp.toml, tenant.toml and client.toml
    #[command(after_help = "Example: idp config schema --out .schemas")]
    Schema {
        /// Write one file each into this folder instead
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
}

pub fn run(command: &Command, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    match command {
        Command::Schema { out: Some(folder) } => write_files(folder, out)?,
        Command::Schema { out: None } => {
            let all: Map<String, Value> =
                schemas().into_iter().map(|(name, schema)| (name.to_owned(), schema.to_value())).collect();
            serde_json::to_writer_pretty(&mut *out, &all)?;
            writeln!(out)?;
        }
    }
    Ok(Outcome::Fine)
}

fn write_files(folder: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    for (name, schema) in schemas() {
        let path = folder.join(name.replace(".toml", ".schema.json"));
        fs::write(&path, serde_json::to_string_pretty(&schema)? + "\n")
            .with_context(|| format!("{} cannot be written", path.display()))?;
        writeln!(out, "{}", path.display())?;
    }
    Ok(())
}
