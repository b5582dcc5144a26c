//! `idp theme new / check / preview`: themes of one's own, and every page and mail to look at.

mod preview;
#[cfg(test)]
mod tests;

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, bail};
use serde_json::json;

use super::Outcome;
use crate::{
    config::{is_name, themes_folder},
    theme::{ThemeError, Themes},
};

/// What `idp theme new` writes: file, content.
const STARTER: [(&str, &str); 3] = [
    ("theme.toml", include_str!("theme/starter/theme.toml")),
    ("assets/theme.css", include_str!("theme/starter/theme.css")),
    ("locales/ja.ftl", include_str!("theme/starter/ja.ftl")),
];

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Write a commented folder for a new theme that inherits the default one
    #[command(after_help = "Example: idp theme new campus --in /etc/idp/themes")]
    New {
        /// 1 to 32 of a-z, 0-9 and -
        name: String,
        /// The folder of the themes [default: paths.themes of the configuration]
        #[arg(long = "in", value_name = "DIR")]
        folder: Option<PathBuf>,
    },
    /// Make every page and mail of one theme in every state and language; exit code 1 if one is refused
    #[command(after_help = "Example: idp theme check /etc/idp/themes/campus")]
    Check {
        /// The theme's folder; its name is the theme's
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Print the finding as JSON
        #[arg(long)]
        json: bool,
    },
    /// Write every page and mail as a file, with an index to look at them in a browser
    #[command(after_help = "Example: idp theme preview --theme university --open")]
    Preview {
        /// Only this theme [default: all, those of paths.themes too]
        #[arg(long, value_name = "NAME")]
        theme: Option<String>,
        /// Where to write [default: idp-theme-preview below the system's folder for temporary files]
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// Open the index in a browser
        #[arg(long)]
        open: bool,
    },
}

pub fn run(
    command: &Command,
    config: &Path,
    environment: &[(String, String)],
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    match command {
        Command::New { name, folder } => {
            let folder = match folder {
                Some(folder) => folder.clone(),
                None => own_themes(config, environment)?.context("say where with --in, or set paths.themes")?,
            };
            new(&folder, name, out)
        }
        Command::Check { folder, json } => check(folder, *json, out),
        Command::Preview { theme, out: target, open } => {
            let themes = Arc::new(Themes::load(own_themes(config, environment)?.as_deref()).map_err(spelled_out)?);
            let names: Vec<&str> =
                themes.names().filter(|name| theme.as_deref().is_none_or(|only| only == *name)).collect();
            if names.is_empty() {
                bail!("there is no theme {}; there are: {}", theme.as_deref().unwrap_or_default(), list(&themes));
            }
            let target = target.clone().unwrap_or_else(|| env::temp_dir().join("idp-theme-preview"));
            let index = preview::write(&themes, &names, &target)?;
            writeln!(out, "{}", index.display())?;
            if *open {
                show(&index)?;
            }
            Ok(Outcome::Fine)
        }
    }
}

/// The configured folder. Without a configuration there are the built-in themes.
fn own_themes(config: &Path, environment: &[(String, String)]) -> anyhow::Result<Option<PathBuf>> {
    if config.exists() { Ok(themes_folder(config, environment)?) } else { Ok(None) }
}

fn list(themes: &Themes) -> String {
    themes.names().collect::<Vec<_>>().join(", ")
}

fn new(folder: &Path, name: &str, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    if !is_name(name) {
        bail!("a theme's name must be 1 to 32 of a-z, 0-9 and -, not \"{name}\"");
    }
    let home = folder.join(name);
    if home.exists() {
        bail!("{} is there already", home.display());
    }
    for (file, text) in STARTER {
        let path = home.join(file);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| format!("{} cannot be made", parent.display()))?;
        }
        fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    writeln!(out, "{}\nChange it, then: idp theme check {}", home.display(), home.display())?;
    Ok(Outcome::Fine)
}

fn check(folder: &Path, as_json: bool, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let finding = match Themes::check(folder) {
        Ok(()) => None,
        // Nothing was found out about a theme that cannot be read.
        Err(error @ ThemeError::Read { .. }) => return Err(spelled_out(error)),
        Err(error) => Some(error.to_string()),
    };
    if as_json {
        let findings: Vec<_> = finding.iter().map(|message| json!({ "message": message })).collect();
        serde_json::to_writer_pretty(&mut *out, &findings)?;
        writeln!(out)?;
    } else {
        writeln!(out, "{}", finding.clone().unwrap_or_else(|| format!("{}: ok", folder.display())))?;
    }
    Ok(if finding.is_some() { Outcome::Found } else { Outcome::Fine })
}

fn spelled_out(error: ThemeError) -> anyhow::Error {
    anyhow::Error::new(error)
}

/// Hands the file to whatever opens files here.
fn show(index: &Path) -> anyhow::Result<()> {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let started = std::process::Command::new(program).arg(index).status();
    let ended = started.with_context(|| format!("{program} cannot be started"))?;
    if !ended.success() {
        bail!("{program} could not open {}", index.display());
    }
    Ok(())
}
