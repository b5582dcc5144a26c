//! What the office does to an account: each act has a reason, and is told to the student where there is a letter for it.

use std::io::Write;

use anyhow::{Context, bail, ensure};
use clap::Args;
use serde_json::{Value, json};

use crate::{
    app::App,
    cli::{Outcome, account::Which, house},
    domain::account::Account,
    flows::{Clearing, FlowError, MoveError, Warrant},
};

/// A reason and a name are read in the trail, not told as a story.
const LONGEST: usize = 200;

#[derive(Clone, Debug, Args)]
pub struct Act {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    cause: Cause,
    /// As JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Debug, Args)]
pub struct Cause {
    /// Why; it stands in the trail
    #[arg(long)]
    reason: String,
    /// Who asks for it, if it is not the user of this machine
    #[arg(long)]
    by: Option<String>,
}

#[derive(Clone, Debug, Args)]
pub struct Reset {
    #[command(flatten)]
    act: Act,
    /// Clear the address as well: mailbox lost and password forgotten, in one step
    #[arg(long)]
    with_email: bool,
}

#[derive(Clone, Debug, Args)]
pub struct Move {
    #[command(flatten)]
    act: Act,
    /// The account of the same tenant that the student signs in with now, named in the same ways
    #[arg(long)]
    to: String,
    /// Needed where that account has registered something itself, which is dropped
    #[arg(long)]
    yes: bool,
}

#[derive(Clone, Debug, Args)]
pub struct Erase {
    #[command(flatten)]
    act: Act,
    /// Without it nothing is erased
    #[arg(long)]
    yes: bool,
}

pub async fn unlock(app: &App, act: &Act, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let (tenant, account) = act.which.find(app).await?;
    let unlocked = due(app.flows().unlock_account(&tenant, account.id, &act.warrant()?).await)?;
    let mut done: Vec<String> =
        unlocked.factors.iter().map(|factor| format!("wrong tries forgotten: {factor}")).collect();
    if unlocked.was_suspended {
        done.push("suspension ended".to_owned());
    }
    if unlocked.was_ended {
        done.push("enrolled again".to_owned());
    }
    act.tell(app, &account, &done, out).await
}

pub async fn suspend(app: &App, act: &Act, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let (tenant, account) = act.which.find(app).await?;
    let suspended = due(app.flows().suspend_account(&tenant, account.id, &act.warrant()?).await)?;
    let done = if suspended { vec!["suspended; sessions ended".to_owned()] } else { Vec::new() };
    act.tell(app, &account, &done, out).await
}

pub async fn end(app: &App, act: &Act, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let (tenant, account) = act.which.find(app).await?;
    let ended = due(app.flows().end_enrolment(&tenant, account.id, &act.warrant()?).await)?;
    let done = if ended { vec!["enrolment ended; sessions ended".to_owned()] } else { Vec::new() };
    act.tell(app, &account, &done, out).await
}

pub async fn clear_email(app: &App, act: &Act, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    clear(app, act, Clearing { email: true, second_password: false }, out).await
}

pub async fn reset_second_password(app: &App, reset: &Reset, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    clear(app, &reset.act, Clearing { email: reset.with_email, second_password: true }, out).await
}

async fn clear(app: &App, act: &Act, clearing: Clearing, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let (tenant, account) = act.which.find(app).await?;
    let cleared = due(app.flows().clear_account(&tenant, &account, clearing, &act.warrant()?).await)?;
    let mut done = Vec::new();
    if cleared.email {
        done.push("address cleared; it was told (M-10)".to_owned());
    }
    if cleared.second_password {
        let told = if account.email.is_some() { "; the address was told (M-07)" } else { "" };
        done.push(format!("second password removed{told}"));
    }
    if !done.is_empty() {
        done.push("open keys, links and sessions ended".to_owned());
    }
    act.tell(app, &account, &done, out).await
}

pub async fn move_registration(app: &App, wish: &Move, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let (tenant, from) = wish.act.which.find(app).await?;
    let named = Which { account: wish.to.clone(), tenant: Some(tenant.id.to_string()), kind: None };
    let (_, to) = named.find(app).await.context("--to")?;
    let warrant = wish.act.warrant()?;
    let moved = app.flows().move_registration(&tenant, &from, &to, wish.yes, &warrant).await;
    let advice = match &moved {
        Err(MoveError::Suspended(_)) => "unlock it first, if that is right",
        Err(MoveError::NotServed(_)) => "idp simulate says why",
        Err(MoveError::Registered(_)) => "add --yes, if that is right",
        _ => "",
    };
    due(moved).map_err(|error| if advice.is_empty() { error } else { anyhow::anyhow!("{error}; {advice}") })?;
    let told = if from.email.is_some() { "; the address was told (M-12)" } else { "" };
    let done = [format!("signs in as {} now{told}", to.user_id), "open keys, links and sessions ended".to_owned()];
    wish.act.tell(app, &from, &done, out).await
}

pub async fn erase(app: &App, erase: &Erase, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let (tenant, account) = erase.act.which.find(app).await?;
    let warrant = erase.act.warrant()?;
    ensure!(erase.yes, "this cannot be undone; add --yes to erase {} of tenant {}", account.user_id, tenant.id);
    due(app.flows().erase_account(&tenant, account.id, &warrant).await)?;
    erase.act.tell(app, &account, &["erased; its trail and a mark of its subject stay".to_owned()], out).await
}

/// Somebody else was at it between the look and the act.
fn due<T>(result: Result<T, impl Into<MoveError>>) -> anyhow::Result<T> {
    match result.map_err(Into::into) {
        Err(MoveError::Flow(FlowError::NotDue)) => bail!("the account was changed just now; look at it again"),
        other => Ok(other?),
    }
}

impl Cause {
    pub fn warrant(&self) -> anyhow::Result<Warrant> {
        let system_user = house::system_user()?;
        let by = self.by.clone().unwrap_or_else(|| system_user.clone());
        for (name, text) in [("--reason", &self.reason), ("--by", &by)] {
            let good = !text.trim().is_empty() && text.chars().count() <= LONGEST && !text.contains(char::is_control);
            ensure!(good, "{name} must be one line of 1 to {LONGEST} characters");
        }
        Ok(Warrant { by: by.trim().to_owned(), system_user, reason: self.reason.trim().to_owned() })
    }
}

impl Act {
    fn warrant(&self) -> anyhow::Result<Warrant> {
        self.cause.warrant()
    }

    /// Nothing done is told too. Returns when the act is in force everywhere.
    async fn tell(
        &self,
        app: &App,
        account: &Account,
        done: &[String],
        out: &mut dyn Write,
    ) -> anyhow::Result<Outcome> {
        if !done.is_empty() {
            app.flows().store.seen_everywhere().await;
        }
        if self.json {
            let told: Value = json!({
                "tenant": account.tenant, "user_id": account.user_id, "subject": account.subject, "done": done,
            });
            serde_json::to_writer_pretty(&mut *out, &told)?;
            writeln!(out)?;
        } else {
            writeln!(out, "{} (tenant {}):", account.user_id, account.tenant)?;
            for line in done {
                writeln!(out, "  {line}")?;
            }
            if done.is_empty() {
                writeln!(out, "  nothing to do")?;
            }
        }
        Ok(Outcome::Fine)
    }
}
