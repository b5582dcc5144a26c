//! Mails as a student reads them.

use std::sync::Arc;

use async_trait::async_trait;
use idp::{
    domain::outbox::SendOutcome,
    mail::{
        memory::Memory,
        transport::{Outgoing, Transport},
    },
};
use regex::Regex;

/// The provider's end of the mailbox that the test reads.
pub struct ToMemory(pub Arc<Memory>);

#[async_trait]
impl Transport for ToMemory {
    async fn send(&self, mail: Outgoing) -> SendOutcome {
        self.0.send(mail).await
    }
}

/// One mail.
#[derive(Clone, Debug)]
pub struct Mail {
    pub subject: String,
    pub text: String,
}

impl Mail {
    pub fn of(outgoing: &Outgoing) -> Self {
        Self { subject: outgoing.subject.clone(), text: outgoing.text.clone() }
    }

    /// The one-time URL.
    pub fn link(&self) -> String {
        self.first(r"(https?://\S+/link/\S+)").unwrap_or_else(|| panic!("no link in:\n{}", self.text))
    }

    /// The short code beside the link, or the auth key: the only six digits that stand alone.
    pub fn digits(&self) -> String {
        self.first(r"(?m)[：:]\s*(\d{6,10})\s*$").unwrap_or_else(|| panic!("no digits in:\n{}", self.text))
    }

    /// 照合番号.
    pub fn reference(&self) -> String {
        self.first(r"(?m)[：:]\s*([A-Z2-9]{3})\s*$").unwrap_or_else(|| panic!("no reference in:\n{}", self.text))
    }

    pub fn is_key(&self) -> bool {
        self.first(r"(?m)[：:]\s*([A-Z2-9]{3})\s*$").is_some()
    }

    fn first(&self, pattern: &str) -> Option<String> {
        Some(Regex::new(pattern).unwrap().captures(&self.text)?[1].to_owned())
    }
}
