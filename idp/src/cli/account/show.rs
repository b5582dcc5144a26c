//! `idp account show`: what the help desk may see of an account: no key, no text of a mail, no whole address.

use std::io::Write;

use clap::Args;
use serde_json::{Value, json};

use crate::{
    app::App,
    cli::{Outcome, account::Which},
    domain::{
        account::Account,
        audit::AuditRow,
        clock::Timestamp,
        email_address::EmailAddress,
        login::{Factor, Lock},
        outbox::{LetterState, OutboxLetter},
        tenant::Tenant,
    },
    flows::Flows,
    store::AuditFilter,
};

#[derive(Clone, Debug, Args)]
pub struct Show {
    #[command(flatten)]
    which: Which,
    /// How many mails and events
    #[arg(long, default_value_t = 10)]
    limit: u32,
    /// As JSON
    #[arg(long)]
    json: bool,
}

pub async fn show(app: &App, show: &Show, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let (tenant, account) = show.which.find(app).await?;
    let flows = app.flows();
    let seen = Seen::of(&flows, &tenant, &account, show.limit).await?;
    if show.json {
        serde_json::to_writer_pretty(&mut *out, &seen.as_json(&account))?;
        writeln!(out)?;
    } else {
        seen.write(&account, out)?;
    }
    Ok(Outcome::Fine)
}

struct Seen {
    email: Option<String>,
    second_password_lock: Option<Lock>,
    keys_stopped: bool,
    sessions: usize,
    letters: Vec<OutboxLetter>,
    events: Vec<AuditRow>,
}

impl Seen {
    async fn of(flows: &Flows, tenant: &Tenant, account: &Account, limit: u32) -> anyhow::Result<Self> {
        let now = flows.now();
        let password = flows.store.ledger(account.id, Factor::SecondPassword).await?;
        let keys = flows.store.ledger(account.id, Factor::AuthKey).await?;
        let filter = AuditFilter { account: Some(account.id), ..AuditFilter::default() };
        Ok(Self {
            email: flows.email(account)?.as_ref().map(EmailAddress::masked),
            second_password_lock: password.lock(&flows.second_password_rules(tenant), now),
            keys_stopped: keys.lock(&flows.auth_key_rules(), now).is_some(),
            sessions: flows.store.sessions_of_account(account.id).await?.len(),
            letters: flows.store.letters_of_account(account.id, u64::from(limit)).await?,
            events: flows.store.audit_tail(&filter, limit).await?,
        })
    }

    fn as_json(&self, account: &Account) -> Value {
        let second = account.second_password.as_ref();
        let lock = match &self.second_password_lock {
            None => Value::Null,
            Some(Lock::Until(at)) => json!(time(*at)),
            Some(Lock::UntilReset) => json!("until it is reset"),
        };
        let letters = self.letters.iter().map(|letter| {
            json!({
                "id": letter.id.to_string(), "kind": letter.kind, "state": state(letter),
                "login": letter.login, "created_at": time(letter.created_at),
                "sent_at": letter.sent_at.map(time), "reply": letter.last_reply,
            })
        });
        let events = self.events.iter().map(|row| {
            json!({
                "at": time(row.entry.at), "event": row.event, "login": row.entry.login, "client": row.entry.client,
                "detail": serde_json::from_str::<Value>(&row.entry.detail).unwrap_or(Value::Null),
            })
        });
        json!({
            "tenant": account.tenant, "user_id": account.user_id, "subject": account.subject,
            "upstream": account.upstream, "status": format!("{:?}", account.status).to_lowercase(),
            "created_at": time(account.created_at), "two_factor": account.two_factor,
            "email": self.email, "email_confirmed_at": account.email.as_ref().map(|email| time(email.confirmed_at)),
            "email_undeliverable": account.email.as_ref().is_some_and(|email| email.undeliverable),
            "second_password_set_at": second.map(|kept| time(kept.set_at)),
            "second_password_changed_at": second.map(|kept| time(kept.changed_at)),
            "second_password_locked": lock, "keys_stopped": self.keys_stopped, "sessions": self.sessions,
            "mails": letters.collect::<Vec<_>>(), "events": events.collect::<Vec<_>>(),
        })
    }

    fn write(&self, account: &Account, out: &mut dyn Write) -> anyhow::Result<()> {
        let line = |out: &mut dyn Write, name: &str, value: &str| writeln!(out, "{name:<18}{value}");
        line(out, "user ID", &account.user_id)?;
        line(out, "tenant, upstream", &format!("{}, {}", account.tenant, account.upstream))?;
        line(out, "subject", &account.subject.0)?;
        line(out, "status", &format!("{:?}, since {}", account.status, time(account.created_at)))?;
        let email = match (&self.email, &account.email) {
            (Some(masked), Some(kept)) => {
                let trouble = if kept.undeliverable { "; MAIL TO IT CAME BACK" } else { "" };
                format!("{masked}, confirmed {}{trouble}", time(kept.confirmed_at))
            }
            _ => "none".to_owned(),
        };
        line(out, "address", &email)?;
        let password = match (&account.second_password, &self.second_password_lock) {
            (None, _) => "none".to_owned(),
            (Some(kept), None) => format!("set, last changed {}", time(kept.changed_at)),
            (Some(_), Some(Lock::Until(at))) => format!("LOCKED until {}", time(*at)),
            (Some(_), Some(Lock::UntilReset)) => "LOCKED until it is reset or unlocked".to_owned(),
        };
        line(out, "second password", &password)?;
        let keys = if self.keys_stopped { "STOPPED after wrong ones (E-70): unlock" } else { "go" };
        line(out, "two-factor", if account.two_factor { "on" } else { "off" })?;
        line(out, "auth keys", keys)?;
        line(out, "sessions", &self.sessions.to_string())?;
        writeln!(out, "\nmails, the newest first")?;
        for letter in &self.letters {
            let reply = letter.last_reply.as_deref().unwrap_or("not tried yet");
            let login = letter.login.as_ref().map_or("-", |login| login.as_str());
            writeln!(
                out,
                "  {}  {:<24} {:<9} {login:<8} {reply}",
                time(letter.created_at),
                letter.kind,
                state(letter)
            )?;
        }
        writeln!(out, "\nevents, the newest last")?;
        for row in &self.events {
            let login = row.entry.login.as_deref().unwrap_or("-");
            writeln!(out, "  {}  {:<26} {login:<8} {}", time(row.entry.at), row.event, row.entry.detail)?;
        }
        Ok(())
    }
}

fn state(letter: &OutboxLetter) -> String {
    // A report spoke of a delay: the mail is sent, and waits elsewhere.
    if letter.state == LetterState::Sent && letter.delayed_at.is_some() {
        return "delayed".to_owned();
    }
    format!("{:?}", letter.state).to_lowercase()
}

fn time(at: Timestamp) -> String {
    let at = chrono::DateTime::from_timestamp_millis(at.as_millis()).unwrap_or_default();
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}
