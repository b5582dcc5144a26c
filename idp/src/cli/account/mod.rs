//! `idp account …`: help-desk and bulk work, beside a serving process.

mod act;
mod export;
mod import;
mod roster;
mod show;
mod which;

use std::{io::Write, path::Path};

use clap::Subcommand;

pub use which::{Kind, Which};

use crate::{
    app::App,
    cli::{Outcome, house},
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// What is known of an account: address (masked), locks, mails and what became of them, the newest events
    #[command(after_help = "Example: idp account show s2025001 --tenant uni\n\
                            Example: idp account show K7QM2ABC        (a support code, お問い合わせ番号)")]
    Show(show::Show),
    /// Ends the lock after wrong second passwords or keys, a suspension, and the end of an enrolment
    #[command(after_help = "Example: idp account unlock s2025001 --reason \"asked at the counter, ID card seen\"")]
    Unlock(act::Act),
    /// No login, code or token any more, until it is unlocked
    #[command(after_help = "Example: idp account suspend s2025001 --reason \"account reported stolen\"")]
    Suspend(act::Act),
    /// Enrolment has ended: no login, code or token any more, and the page for graduates, until it is unlocked
    #[command(after_help = "Example: idp account end s2025001 --reason \"left in September\"")]
    End(act::Act),
    /// Ends the enrolment of all whom a CSV file names; the first line names the columns
    #[command(
        after_help = "Example: idp account end-roster graduates.csv --tenant uni --reason \"graduated in March 2027\" --dry-run"
    )]
    EndRoster(roster::EndRoster),
    /// Clears the registered address; the next login registers a new one, after the second password
    #[command(after_help = "Example: idp account clear-email s2025001 --reason \"phone lost, ID card seen\"")]
    ClearEmail(act::Act),
    /// Removes the second password; the next login sets a new one. Nobody ever sees it
    #[command(
        after_help = "Example: idp account reset-second-password s2025001 --with-email --reason \"phone lost, password forgotten\""
    )]
    ResetSecondPassword(act::Reset),
    /// Moves a registration to another university account of the same student, who keeps address, second password and
    /// subject (sub)
    #[command(
        after_help = "Example: idp account move s2024001 --to g2026001 --reason \"master's course, both ID cards seen\""
    )]
    Move(act::Move),
    /// Removes an account and all personal data; its trail stays
    #[command(after_help = "Example: idp account erase s2025001 --reason \"asked by letter of 1 December\" --yes")]
    Erase(act::Erase),
    /// All that is kept of one person, as JSON
    #[command(after_help = "Example: idp account export s2025001 --out s2025001.json")]
    Export(export::Export),
    /// Brings accounts of a directory upstream in from a CSV file; the first line names the columns
    #[command(after_help = "Example: idp account import graduates.csv --tenant uni --dry-run")]
    Import(import::Import),
}

pub async fn run(
    command: &Command,
    path: &Path,
    environment: Vec<(String, String)>,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let app = house::open(path, environment).await?;
    let outcome = on(&app, command, out).await;
    app.flows().store.close().await;
    outcome
}

/// The same on parts that are put together already.
pub async fn on(app: &App, command: &Command, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    match command {
        Command::Show(show) => show::show(app, show, out).await,
        Command::Unlock(act) => act::unlock(app, act, out).await,
        Command::Suspend(act) => act::suspend(app, act, out).await,
        Command::End(act) => act::end(app, act, out).await,
        Command::EndRoster(roster) => roster::end(app, roster, out).await,
        Command::ClearEmail(act) => act::clear_email(app, act, out).await,
        Command::ResetSecondPassword(reset) => act::reset_second_password(app, reset, out).await,
        Command::Move(wish) => act::move_registration(app, wish, out).await,
        Command::Erase(erase) => act::erase(app, erase, out).await,
        Command::Export(export) => export::export(app, export, out).await,
        Command::Import(import) => import::import(app, import, out).await,
    }
}
