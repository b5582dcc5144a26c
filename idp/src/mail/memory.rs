//! A transport that keeps its mails: for tests.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::transport::{Outgoing, Transport};
use crate::domain::outbox::SendOutcome;

/// Keeps what it accepted; can be told to answer otherwise.
#[derive(Debug, Default)]
pub struct Memory {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    mails: Vec<Outgoing>,
    answer: Answer,
}

/// How the pretended server answers from now on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Answer {
    #[default]
    Accept,
    Refuse(String),
    Defer(String),
    Away,
}

impl Memory {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn answer(&self, answer: Answer) {
        self.state().answer = answer;
    }

    /// Accepted mails, oldest first.
    pub fn mails(&self) -> Vec<Outgoing> {
        self.state().mails.clone()
    }

    /// Accepted mails to one address, oldest first.
    pub fn mails_to(&self, address: &str) -> Vec<Outgoing> {
        self.state().mails.iter().filter(|mail| mail.to.as_text() == address).cloned().collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Transport for Memory {
    async fn send(&self, mail: Outgoing) -> SendOutcome {
        let mut state = self.state();
        match state.answer.clone() {
            Answer::Accept => {
                state.mails.push(mail);
                SendOutcome::Accepted { reply: "250 kept".into() }
            }
            Answer::Refuse(reply) => SendOutcome::Refused { reply },
            Answer::Defer(reply) => SendOutcome::Deferred { reply },
            Answer::Away => SendOutcome::Unreachable { reason: "no server".into() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{clock::Timestamp, email_address::EmailAddress};
    use crate::mail::transport::Sender;

    fn mail(to: &str) -> Outgoing {
        Outgoing {
            sender: Sender { name: "S".into(), address: "no-reply@id.example".into(), envelope: "b@id.example".into() },
            to: EmailAddress::read(to).unwrap(),
            subject: "Subject".into(),
            text: "the key is 123456".into(),
            html: None,
            message_id: "1@id.example".into(),
            date: Timestamp::from_millis(0),
        }
    }

    #[tokio::test]
    async fn what_is_accepted_is_kept_and_what_is_refused_is_not() {
        let memory = Memory::new();
        memory.send(mail("a@example.com")).await;
        memory.answer(Answer::Refuse("550 no".into()));
        assert_eq!(memory.send(mail("b@example.com")).await, SendOutcome::Refused { reply: "550 no".into() });
        memory.answer(Answer::Away);
        assert!(matches!(memory.send(mail("b@example.com")).await, SendOutcome::Unreachable { .. }));
        assert_eq!(memory.mails_to("a@example.com").len(), 1);
        assert!(memory.mails_to("b@example.com").is_empty());
    }

    #[test]
    fn a_mail_does_not_print_its_text() {
        assert!(!format!("{:?}", mail("a@example.com")).contains("123456"));
    }
}
