//! The mailbox: every mail that reaches it by SMTP, on a page and as JSON.

mod pages;
mod parse;
mod shelf;

use std::{
    collections::HashSet,
    io,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::Router;
use serde::Serialize;
use tokio::{net::TcpListener, sync::watch};

use self::shelf::{Mail, Shelf};
use super::smtp_sink;
use crate::domain::clock::Clock;

/// A received mail, once for each of its recipients.
#[derive(Debug, Clone, Serialize)]
pub struct Message {
    pub id: String,
    /// The recipient it was delivered to.
    pub to: String,
    /// Name and address of the `From` field.
    pub from: String,
    pub subject: String,
    pub text: String,
    /// None in a plain mail.
    pub html: Option<String>,
    /// RFC 3339, UTC.
    pub received_at: String,
}

/// How the mail server treats its clients; looked at before each answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Behaviour {
    #[default]
    Accept,
    /// 451 to the first try of each recipient, then accepted.
    Greylist,
    /// 550 and this text to every recipient.
    Refuse(String),
    /// Never answers again.
    Hang,
    /// Takes the whole mail and never says what became of it.
    HangAfterData,
    /// Thinks so long before each answer.
    Slow(Duration),
    /// Closes the connection instead of answering.
    Drop,
}

/// What the mail server says of a recipient.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reception {
    Welcome,
    Later,
    Never(String),
}

/// The mails of a demo or a test: at most 1,000, the oldest go first.
pub struct Mailbox {
    clock: Arc<dyn Clock>,
    shelf: Mutex<Shelf>,
    manners: Mutex<Manners>,
    arrived: watch::Sender<u64>,
}

#[derive(Default)]
struct Manners {
    behaviour: Behaviour,
    turned_away: HashSet<String>,
}

impl Mailbox {
    /// With a folder, mails are kept in `<dir>/mailbox.jsonl`; without, in memory only.
    pub fn open(dir: Option<&Path>, clock: Arc<dyn Clock>) -> io::Result<Arc<Self>> {
        let shelf = match dir {
            Some(dir) => Shelf::open(dir)?,
            None => Shelf::in_memory(),
        };
        Ok(Arc::new(Self {
            clock,
            shelf: Mutex::new(shelf),
            manners: Mutex::default(),
            arrived: watch::Sender::default(),
        }))
    }

    /// Changes how the mail server treats its clients from its next answer on.
    pub fn set_behaviour(&self, behaviour: Behaviour) {
        *held(&self.manners) = Manners { behaviour, turned_away: HashSet::new() };
    }

    /// The mails of one recipient, or all; newest first.
    pub fn messages(&self, to: Option<&str>) -> Vec<Message> {
        self.mails(to).iter().map(|mail| mail.message.clone()).collect()
    }

    /// The mails of one recipient, newest first, as soon as there are at least `count`.
    pub async fn wait_for(&self, to: &str, count: usize) -> Vec<Message> {
        let mut arrivals = self.arrived.subscribe();
        loop {
            arrivals.borrow_and_update();
            let messages = self.messages(Some(to));
            if messages.len() >= count || arrivals.changed().await.is_err() {
                return messages;
            }
        }
    }

    /// Serves SMTP until `shutdown` ends.
    pub async fn serve_smtp(self: Arc<Self>, listener: TcpListener, shutdown: impl Future<Output = ()> + Send) {
        smtp_sink::serve(self, listener, shutdown).await;
    }

    /// The pages and `GET /api/messages?to=ADDR`.
    pub fn router(self: Arc<Self>) -> Router {
        pages::router(self)
    }

    pub(super) fn behaviour(&self) -> Behaviour {
        held(&self.manners).behaviour.clone()
    }

    pub(super) fn receive(&self, recipient: &str) -> Reception {
        let mut manners = held(&self.manners);
        let Manners { behaviour, turned_away } = &mut *manners;
        match behaviour {
            Behaviour::Refuse(text) => Reception::Never(text.clone()),
            Behaviour::Greylist if turned_away.insert(recipient.to_owned()) => Reception::Later,
            _ => Reception::Welcome,
        }
    }

    /// Keeps a mail for each of its recipients; the disk is written before this returns.
    pub(super) fn deliver(&self, sender: &str, recipients: &[String], content: &[u8]) -> io::Result<()> {
        let at = self.clock.now();
        let mut kept = held(&self.shelf);
        for recipient in recipients {
            kept.put(sender, recipient, content, at)?;
        }
        drop(kept);
        self.arrived.send_modify(|count| *count += 1);
        Ok(())
    }

    fn mails(&self, to: Option<&str>) -> Vec<Arc<Mail>> {
        let kept = held(&self.shelf);
        kept.newest_first().filter(|mail| to.is_none_or(|to| same_address(&mail.message.to, to))).cloned().collect()
    }

    fn mail(&self, id: &str) -> Option<Arc<Mail>> {
        held(&self.shelf).newest_first().find(|mail| mail.message.id == id).cloned()
    }
}

/// The domain in any case, the rest letter for letter (RFC 5321 §2.4).
fn same_address(a: &str, b: &str) -> bool {
    match (a.rsplit_once('@'), b.trim().rsplit_once('@')) {
        (Some((a_local, a_domain)), Some((b_local, b_domain))) => {
            a_local == b_local && a_domain.eq_ignore_ascii_case(b_domain)
        }
        _ => a == b,
    }
}

/// A panic elsewhere leaves nothing half done behind these locks.
fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
