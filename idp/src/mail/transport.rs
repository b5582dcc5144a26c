//! One mail that is ready to go, and the way it goes.

use std::fmt;

use async_trait::async_trait;

use crate::domain::{clock::Timestamp, email_address::EmailAddress, outbox::SendOutcome};

/// Hands one mail to the next server. Never retries for minutes: that is the outbox's work.
#[async_trait]
pub trait Transport: Send + Sync {
    async fn send(&self, mail: Outgoing) -> SendOutcome;
}

/// One composed mail (journeys 5.1).
#[derive(Clone, PartialEq, Eq)]
pub struct Outgoing {
    pub sender: Sender,
    pub to: EmailAddress,
    pub subject: String,
    pub text: String,
    /// Makes it `multipart/alternative`.
    pub html: Option<String>,
    /// Without angle brackets: `<letter id>@<mail domain>`.
    pub message_id: String,
    pub date: Timestamp,
}

/// Who it is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The service's name.
    pub name: String,
    /// The address in `From`.
    pub address: String,
    /// Where it bounces to (`MAIL FROM`).
    pub envelope: String,
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing").field("message_id", &self.message_id).finish_non_exhaustive()
    }
}
