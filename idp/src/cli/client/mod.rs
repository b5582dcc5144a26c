//! `idp client`: what clients there are, new ones, their secrets, and what lets others register themselves.

mod files;
mod list;
mod metadata;
pub mod registration_token;
mod remove;

use std::{io::Write, path::Path};

use super::{Outcome, house};
use crate::{
    app::App,
    config::{Configuration, find_client, tenants_folder},
    domain::entropy::Entropy,
};

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Print the clients of all tenants, those that registered themselves too
    #[command(after_help = "Example: idp client list --json")]
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print one client as it is understood, defaults included
    #[command(after_help = "Example: idp client show certificate-service")]
    Show(Which),
    /// Write a commented file for a new client and print its secret, once
    #[command(after_help = "Example: idp client new certificate-service --redirect-uri https://rp.example.jp/callback")]
    New(New),
    /// Make a second secret beside the present one, or drop the older of two
    #[command(
        after_help = "Example: idp client rotate-secret certificate-service\nOnce the client uses the new one: idp client rotate-secret certificate-service --finish"
    )]
    RotateSecret {
        #[command(flatten)]
        which: Which,
        /// Keep the newest secret only
        #[arg(long)]
        finish: bool,
    },
    /// Print one client's metadata as RFC 7591 JSON, without secrets
    #[command(after_help = "Example: idp client export certificate-service > client.json")]
    Export(Which),
    /// Make a token with which clients may register themselves, and print it, once; see those there are, or revoke one
    #[command(
        after_help = "Example: idp client registration-token --tenant uni --uses 5 --expires 7d\nThose there are: idp client registration-token list\nNo more with this one: idp client registration-token revoke ID"
    )]
    RegistrationToken(registration_token::Arguments),
    /// End a client that registered itself, with everything it was given
    #[command(after_help = "Example: idp client remove 0b4a7c1e-5a0e-4c77-9d2e-3f0c6c0f1a2b --tenant uni")]
    Remove(Which),
}

#[derive(Debug, clap::Args)]
pub struct Which {
    /// The client_id
    pub id: String,
    /// The tenant, if several have a client of this id
    #[arg(long)]
    pub tenant: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct New {
    /// The client_id; also the file's name
    pub id: String,
    /// The tenant, if there are several
    #[arg(long)]
    pub tenant: Option<String>,
    /// Its name for people [default: ID]
    #[arg(long)]
    pub name: Option<String>,
    /// Where answers go; several times for several
    #[arg(long = "redirect-uri", value_name = "URI", required = true)]
    pub redirect_uris: Vec<String>,
    /// Without a secret: an app or a page in the browser
    #[arg(long)]
    pub public: bool,
}

pub async fn run(
    command: &Command,
    config: &Path,
    environment: &[(String, String)],
    entropy: &dyn Entropy,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    match command {
        Command::New(arguments) => files::new(&tenants_folder(config, environment)?, arguments, entropy, out)?,
        Command::RotateSecret { which, finish } => {
            let folder = tenants_folder(config, environment)?;
            let file = find_client(&folder, &which.id, which.tenant.as_deref())?;
            files::rotate(&file, *finish, entropy, out)?;
        }
        Command::List { .. } | Command::Show(_) | Command::Export(_) => {
            let configuration = Configuration::load(config, environment.iter().cloned())?;
            let registered = list::registered(&configuration).await?;
            list::print(command, &configuration, &registered, out)?;
        }
        Command::RegistrationToken(_) | Command::Remove(_) => {
            let app = house::open(config, environment.to_vec()).await?;
            let outcome = on(&app, command, out).await;
            app.flows().store.close().await;
            return outcome;
        }
    }
    Ok(Outcome::Fine)
}

/// Those that need the database, beside a serving process.
pub async fn on(app: &App, command: &Command, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    match command {
        Command::RegistrationToken(arguments) => registration_token::run(app, arguments, out).await?,
        Command::Remove(which) => remove::run(app, which, out).await?,
        Command::List { .. } | Command::Show(_) | Command::Export(_) => {
            let configuration = app.look(Configuration::clone);
            let registered = list::registered_in(&app.flows().store, &configuration).await?;
            list::print(command, &configuration, &registered, out)?;
        }
        Command::New(_) | Command::RotateSecret { .. } => anyhow::bail!("this is done to files"),
    }
    Ok(Outcome::Fine)
}
