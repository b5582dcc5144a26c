//! One file a command.

pub mod account;
mod audit;
pub mod check;
pub mod client;
pub mod config;
mod demo;
#[cfg(test)]
mod file_tests;
mod house;
mod key;
mod logging;
pub mod mail;
mod migrate;
mod outcome;
mod serve;
pub mod simulate;
pub mod tenant;
pub mod theme;

use std::{io, path::PathBuf};

use clap::{Parser, Subcommand};

pub use outcome::Outcome;

use crate::{config::environment, keys::SystemEntropy};

/// Monban (門番): an OpenID Connect provider that adds a second password and an e-mailed key to a university's own login.
#[derive(Debug, Parser)]
#[command(name = "idp", version, arg_required_else_help = true)]
pub struct Arguments {
    /// The server's configuration file
    #[arg(long, global = true, default_value = "config/idp.toml", value_name = "FILE")]
    config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The whole world in one process, ready to click: provider, university, certificate service, mailbox
    #[command(after_help = "Example: idp demo --port 9000")]
    Demo(demo::Arguments),
    /// The provider
    #[command(after_help = "Example: idp serve --config /etc/idp/idp.toml")]
    Serve,
    /// Validates every configuration file
    #[command(after_help = "Example: idp check --config /etc/idp/idp.toml")]
    Check(check::Arguments),
    /// The database's schema
    #[command(subcommand)]
    Migrate(migrate::Command),
    /// What the configuration may hold
    #[command(subcommand)]
    Config(config::Command),
    /// Universities
    #[command(subcommand)]
    Tenant(tenant::Command),
    /// Relying parties
    #[command(subcommand)]
    Client(client::Command),
    /// Themes: look, texts, templates
    #[command(subcommand)]
    Theme(theme::Command),
    /// Accounts
    #[command(subcommand)]
    Account(account::Command),
    /// Which gates an account meets at a client, and because of what
    #[command(after_help = "Example: idp simulate --account s2025001 --client certificate-service --acr auth-key")]
    Simulate(simulate::Arguments),
    /// Signing keys
    #[command(subcommand)]
    Key(key::Command),
    /// The outbox
    #[command(subcommand)]
    Mail(mail::Command),
    /// The audit trail
    #[command(subcommand)]
    Audit(audit::Command),
}

pub fn run(arguments: Arguments) -> anyhow::Result<Outcome> {
    let Arguments { config, command } = arguments;
    let environment: Vec<(String, String)> = environment().collect();
    let out = &mut io::stdout().lock();
    match command {
        Command::Check(arguments) => check::run(&arguments, &config, environment, out),
        Command::Config(command) => config::run(&command, out),
        Command::Tenant(command) => tenant::run(&command, &config, environment, out),
        Command::Client(command) => {
            runtime()?.block_on(client::run(&command, &config, &environment, &SystemEntropy::new(), out))
        }
        Command::Theme(command) => theme::run(&command, &config, &environment, out),
        Command::Demo(arguments) => runtime()?.block_on(demo::run(arguments, environment)),
        Command::Serve => runtime()?.block_on(serve::run(&config, environment)),
        Command::Migrate(command) => runtime()?.block_on(migrate::run(&command, &config, environment, out)),
        Command::Account(command) => runtime()?.block_on(account::run(&command, &config, environment, out)),
        Command::Simulate(arguments) => runtime()?.block_on(simulate::run(&arguments, &config, environment, out)),
        Command::Key(command) => runtime()?.block_on(key::run(&command, &config, environment, out)),
        Command::Mail(command) => runtime()?.block_on(mail::run(&command, &config, environment, out)),
        Command::Audit(command) => runtime()?.block_on(audit::run(&command, &config, environment, out)),
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    // One TLS provider for the process; a second installation is the same one.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
