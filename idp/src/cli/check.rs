//! `idp check`: validates every file, one line a finding.

use std::{fs::File, io::Write, path::Path};

use anyhow::Context;

use super::Outcome;
use crate::config::{Configuration, Findings};

/// Validates every file of the configuration; one line per finding, exit code 1 if there is an error
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: idp check --config config/idp.toml")]
pub struct Arguments {
    /// Print the findings as JSON
    #[arg(long)]
    pub json: bool,
}

pub fn run(
    arguments: &Arguments,
    config: &Path,
    environment: impl IntoIterator<Item = (String, String)>,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    // A file that is not there was not checked: that is no finding.
    File::open(config).with_context(|| format!("{} cannot be opened", config.display()))?;
    let (findings, outcome) = match Configuration::load(config, environment) {
        Ok(configuration) => all(configuration),
        Err(findings) => (findings, Outcome::Found),
    };
    if arguments.json {
        serde_json::to_writer_pretty(&mut *out, &findings)?;
        writeln!(out)?;
    } else {
        for finding in &findings {
            writeln!(out, "{finding}")?;
        }
        if outcome == Outcome::Fine {
            writeln!(out, "{}: ok", config.display())?;
        }
    }
    Ok(outcome)
}

/// Warnings, and the samples that only a demo may use.
fn all(configuration: Configuration) -> (Findings, Outcome) {
    let refused = configuration.refuse_samples();
    let mut findings = configuration.warnings;
    let Err(samples) = refused else { return (findings, Outcome::Fine) };
    for sample in &samples {
        findings.push(sample.clone());
    }
    (findings, Outcome::Found)
}
