//! The mailbox: every mail that reaches it by SMTP, on a page and as JSON.

use std::{io, path::Path, sync::Arc};

use axum::Router;
use serde::Serialize;
use tokio::net::TcpListener;

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
    /// Closes the connection instead of answering.
    Drop,
}

/// The mails of a demo or a test.
#[derive(Debug)]
pub struct Mailbox {}

impl Mailbox {
    /// With a folder, mails are kept in `<dir>/mailbox.jsonl`; without, in memory only.
    pub fn open(_dir: Option<&Path>, _clock: Arc<dyn Clock>) -> io::Result<Arc<Self>> {
        Ok(Arc::new(Self {}))
    }

    pub fn set_behaviour(&self, _behaviour: Behaviour) {}

    /// The mails of one recipient, or all; newest first.
    pub fn messages(&self, _to: Option<&str>) -> Vec<Message> {
        Vec::new()
    }

    /// Serves SMTP until `shutdown` ends.
    pub async fn serve_smtp(self: Arc<Self>, _listener: TcpListener, shutdown: impl Future<Output = ()> + Send) {
        shutdown.await;
    }

    /// The pages and `GET /api/messages?to=ADDR`.
    pub fn router(self: Arc<Self>) -> Router {
        Router::new()
    }
}
