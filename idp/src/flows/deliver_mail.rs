//! Mails: written into the outbox with the act that needs them, handed over by a worker (SR-46, SR-48).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        account::Account,
        clock::Timestamp,
        delivery::{blames_the_address, one_line, without_address},
        email_address::EmailAddress,
        entropy,
        ids::LetterId,
        language::Language,
        letter::Letter,
        login::Login,
        outbox::{LetterState, OutboxLetter, SendOutcome, retry_after},
        policy::MailFormat,
        tenant::Tenant,
    },
    mail::{
        compose::LetterFrame,
        transport::{Outgoing, Sender},
    },
    store::{LetterReport, Tx},
};

use super::{FlowError, Flows};

/// How long a worker may keep a mail to itself before another one takes it.
const LEASE: Duration = Duration::from_secs(90);
const BATCH: u32 = 16;

/// A mail that is to be written.
pub(super) struct Post<'a> {
    pub account: &'a Account,
    pub login: Option<&'a Login>,
    pub language: Language,
    pub to: &'a EmailAddress,
    pub letter: &'a Letter,
    /// After this there is no use in it.
    pub expires_at: Timestamp,
}

/// What the sealed body holds.
#[derive(Serialize, Deserialize)]
struct Body {
    sender: String,
    from: String,
    /// Where it bounces to.
    envelope: String,
    subject: String,
    text: String,
    html: Option<String>,
}

/// What a round of deliveries did.
#[derive(Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Some were tried: look again at once.
    Worked,
    /// Nothing is due before this.
    IdleUntil(Option<Timestamp>),
}

impl Flows {
    pub(super) fn outbox_letter(
        &self,
        tenant: &Tenant,
        post: &Post<'_>,
        now: Timestamp,
    ) -> Result<OutboxLetter, FlowError> {
        let frame = LetterFrame::of(tenant, post.language);
        let html = tenant.policy.mail_format == MailFormat::TextAndHtml;
        let composed = self
            .composer
            .compose(&tenant.theme, &frame, post.letter, html)
            .map_err(|error| FlowError::Compose(error.to_string()))?;
        let id = self.new_letter_id(now);
        let body = Body {
            sender: frame.service.clone(),
            from: tenant.mail_from.clone(),
            envelope: self.envelope_sender(tenant, id),
            subject: composed.subject,
            text: composed.text,
            html: composed.html,
        };
        let body = serde_json::to_vec(&body).map_err(|error| FlowError::Compose(error.to_string()))?;
        Ok(OutboxLetter {
            id,
            tenant: tenant.id.clone(),
            kind: post.letter.name().to_owned(),
            login: post.login.map(|login| login.id.clone()),
            account: Some(post.account.id),
            recipient: self.vault.seal(&format!("outbox.recipient/{id}"), post.to.as_text().as_bytes()),
            recipient_index: Some(self.vault.index("email", &post.to.as_text())),
            body: Some(self.vault.seal(&format!("outbox.body/{id}"), &body)),
            state: LetterState::Queued,
            attempts: 0,
            next_attempt_at: now,
            last_reply: None,
            created_at: now,
            expires_at: post.expires_at,
            sent_at: None,
            delayed_at: None,
        })
    }

    /// Hands over what is due; each mail is leased, so that two workers never send the same one.
    pub async fn deliver_mail(&self) -> Result<Delivery, FlowError> {
        let letters = self.store.lease_letters(self.now(), LEASE, BATCH).await?;
        if letters.is_empty() {
            return Ok(Delivery::IdleUntil(self.store.next_letter_at().await?));
        }
        let work = letters.into_iter().map(|letter| self.deliver(letter));
        for result in futures_util::future::join_all(work).await {
            result?;
        }
        Ok(Delivery::Worked)
    }

    async fn deliver(&self, letter: OutboxLetter) -> Result<(), FlowError> {
        if self.now() >= letter.expires_at {
            return self.finish(&letter, LetterState::Expired, letter.last_reply.clone(), None).await;
        }
        let outcome = match self.outgoing(&letter) {
            Ok(outgoing) => self.transport.send(outgoing).await,
            // A body that cannot be opened will not open later either.
            Err(error) => SendOutcome::Refused { reply: error.to_string() },
        };
        metrics::counter!("idp_mail_total", "outcome" => outcome.name()).increment(1);
        match outcome {
            SendOutcome::Accepted { reply } => {
                let reply = self.told_of(&letter, &reply);
                self.finish(&letter, LetterState::Sent, Some(reply), None).await
            }
            SendOutcome::Refused { reply } => {
                let reply = self.told_of(&letter, &reply);
                tracing::warn!(letter = %letter.id, reply, "a mail was refused");
                if blames_the_address(&reply) {
                    self.mark_address(&letter, true).await?;
                }
                self.finish(&letter, LetterState::Refused, Some(reply), None).await
            }
            SendOutcome::Deferred { reply } => self.try_later(&letter, LetterState::Delayed, reply).await,
            SendOutcome::Unreachable { reason } => {
                tracing::error!(letter = %letter.id, reason, "the mail server cannot be reached");
                self.try_later(&letter, LetterState::Unsent, reason).await
            }
        }
    }

    async fn try_later(&self, letter: &OutboxLetter, state: LetterState, reply: String) -> Result<(), FlowError> {
        let reply = self.told_of(letter, &reply);
        let [jitter] = entropy::bytes::<1>(&*self.entropy);
        let next = self.now().plus(retry_after(letter.attempts, jitter));
        if next >= letter.expires_at {
            return self.finish(letter, LetterState::Expired, Some(reply), None).await;
        }
        self.finish(letter, state, Some(reply), Some(next)).await
    }

    async fn finish(
        &self,
        letter: &OutboxLetter,
        state: LetterState,
        reply: Option<String>,
        next_attempt_at: Option<Timestamp>,
    ) -> Result<(), FlowError> {
        let now = self.now();
        let report = LetterReport {
            state,
            reply,
            next_attempt_at: next_attempt_at.unwrap_or(now),
            sent_at: (state == LetterState::Sent).then_some(now),
            erase_body: next_attempt_at.is_none(),
            now,
        };
        self.store.finish_letter(letter, report).await?;
        Ok(())
    }

    fn outgoing(&self, letter: &OutboxLetter) -> Result<Outgoing, FlowError> {
        let unreadable = || FlowError::Stored("a mail's body".into());
        let sealed = letter.body.as_ref().ok_or_else(unreadable)?;
        let body = self.vault.open(&format!("outbox.body/{}", letter.id), sealed)?;
        let body: Body = serde_json::from_slice(&body).map_err(|_| unreadable())?;
        let to = self.recipient(letter)?;
        Ok(Outgoing {
            sender: Sender { name: body.sender, address: body.from.clone(), envelope: body.envelope },
            to,
            subject: body.subject,
            text: body.text,
            html: body.html,
            message_id: format!("{}@{}", self.mail_tag(letter.id), body.from.rsplit('@').next().unwrap_or("localhost")),
            date: self.now(),
        })
    }

    /// One mail past the outbox, for the operator who wants to see whether mail goes out at all.
    pub async fn send_test_mail(&self, tenant: &Tenant, to: EmailAddress) -> SendOutcome {
        let now = self.now();
        let id = self.new_letter_id(now);
        let sender = LetterFrame::of(tenant, tenant.default_language).service;
        let outgoing = Outgoing {
            sender: Sender {
                name: sender,
                address: tenant.mail_from.clone(),
                envelope: self.envelope_sender(tenant, id),
            },
            to,
            subject: "Test mail".to_owned(),
            text: format!("Sent by \"idp mail test\" for {}.\n", tenant.issuer.as_str()),
            html: None,
            message_id: format!("{}@{}", self.mail_tag(id), domain_of(&tenant.mail_from)),
            date: now,
        };
        self.transport.send(outgoing).await
    }

    /// The address a letter goes to, opened.
    pub fn recipient(&self, letter: &OutboxLetter) -> Result<EmailAddress, FlowError> {
        let opened = self.vault.open(&format!("outbox.recipient/{}", letter.id), &letter.recipient)?;
        let read = std::str::from_utf8(&opened).ok().and_then(|text| EmailAddress::read(text).ok());
        read.ok_or_else(|| FlowError::Stored("a mail's recipient".into()))
    }

    /// A server's words as they may be kept: without the address.
    fn told_of(&self, letter: &OutboxLetter, words: &str) -> String {
        self.recipient(letter).map_or_else(|_| one_line(words), |address| without_address(words, &address))
    }
}

fn domain_of(address: &str) -> &str {
    address.rsplit('@').next().unwrap_or("localhost")
}

/// Mails whose key or link was replaced before they left are not sent any more.
pub(super) async fn withdraw(tx: &Tx, letters: Vec<LetterId>, now: Timestamp) -> Result<(), FlowError> {
    for letter in letters {
        tx.withdraw_letter(letter, now).await?;
    }
    Ok(())
}
