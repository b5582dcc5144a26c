//! Delivery reports: what a mail server says of a mail of ours, by a mail that came back or by a relay's call (journeys J-20).

use std::path::Path;

use data_encoding::BASE32_NOPAD;
use uuid::Uuid;

use crate::{
    domain::{
        account::Account,
        audit::{AuditEvent, Event},
        clock::Timestamp,
        delivery::{Fate, Turn, without_address},
        email_address::EmailAddress,
        ids::LetterId,
        outbox::{LetterState, OutboxLetter},
        tenant::Tenant,
    },
    keys::TAG_LEN,
    mail::{
        maildir::{NewMail, new_mails},
        report::{self, TAG_CHARACTERS},
    },
    store::Tx,
};

use super::{FlowError, Flows};

/// Reports that are read before the next look.
const BATCH: usize = 100;
/// What a tag vouches for.
const PURPOSE: &str = "letter";

/// One event of a relay, or what a returned mail says.
#[derive(Clone, Debug)]
pub struct ReportedMail {
    /// The mail's `Message-ID`, with or without brackets, or its tag alone.
    pub message_id: String,
    pub fate: Fate,
    /// If it is told, it must be the mail's own.
    pub recipient: Option<String>,
    /// The receiving server's words.
    pub words: String,
    pub at: Timestamp,
}

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportTaken {
    Taken,
    /// Nothing new, or the letter's last word is spoken.
    Unchanged,
    /// No mail of ours.
    Unknown,
}

impl Flows {
    /// Reads what came back and puts it away; gives how many mails there were.
    pub async fn read_bounces(&self, maildir: &Path) -> Result<usize, FlowError> {
        let folder = maildir.to_owned();
        let mails = on_a_thread(move || new_mails(&folder, BATCH)).await?;
        let count = mails.len();
        for mail in mails {
            let understood = match self.take_bounce(&mail).await {
                // The database may be back soon: the mail stays new.
                Err(error @ FlowError::Store(_)) => return Err(error),
                Err(error) => {
                    tracing::warn!(%error, "a report cannot be taken over");
                    false
                }
                Ok(understood) => understood,
            };
            metrics::counter!("idp_bounces_total", "understood" => if understood { "yes" } else { "no" }).increment(1);
            if let Err(error) = on_a_thread(move || mail.put_away(understood)).await {
                tracing::error!(%error, "a mail that came back stays new and will be read again");
            }
        }
        Ok(count)
    }

    async fn take_bounce(&self, mail: &NewMail) -> Result<bool, FlowError> {
        let Some(report) = report::read(&mail.bytes) else { return Ok(false) };
        let now = self.now();
        for tag in report.tags {
            let told = ReportedMail {
                message_id: tag,
                fate: report.fate,
                recipient: None,
                words: report.words.clone(),
                at: now,
            };
            if self.take_report(&told).await? != ReportTaken::Unknown {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Takes one report over: what it says of the letter, and of the address that the account has.
    pub async fn take_report(&self, report: &ReportedMail) -> Result<ReportTaken, FlowError> {
        let Some(id) = self.tagged_letter(&report.message_id) else { return Ok(ReportTaken::Unknown) };
        let Some(letter) = self.store.letter(id).await? else { return Ok(ReportTaken::Unknown) };
        let recipient = self.recipient(&letter)?;
        let told = report.recipient.as_deref().map(EmailAddress::read);
        if told.is_some_and(|told| told.as_ref() != Ok(&recipient)) {
            return Ok(ReportTaken::Unknown);
        }
        let words = without_address(&report.words, &recipient);
        let now = self.now();
        // No clock but ours says when: a report cannot be older than its mail, nor of tomorrow.
        let at = report.at.max(letter.sent_at.unwrap_or(letter.created_at)).min(now);
        let taken = self
            .store
            .write(async |tx| {
                let tx = &tx;
                let Some(letter) = tx.letter(id).await? else { return Ok(ReportTaken::Unknown) };
                let Some(turn) = letter.turn(report.fate) else { return Ok(ReportTaken::Unchanged) };
                tx.turn_letter(&letter, turn, &words, at).await?;
                match (turn, report.fate) {
                    (_, Fate::Refused { for_good: true }) => self.note_address(tx, &letter, &recipient, true).await?,
                    (Turn::To(LetterState::Delivered), _) => self.note_address(tx, &letter, &recipient, false).await?,
                    _ => {}
                }
                Ok::<_, FlowError>(ReportTaken::Taken)
            })
            .await?;
        if taken == ReportTaken::Taken {
            let fate = match report.fate {
                Fate::Delivered => "delivered",
                Fate::Delayed => "delayed",
                Fate::Refused { .. } => "refused",
            };
            metrics::counter!("idp_mail_reports_total", "fate" => fate).increment(1);
            tracing::info!(letter = %id, fate, words, "a mail was reported on");
        }
        Ok(taken)
    }

    /// The same where our own mail server refused the address.
    pub(super) async fn mark_address(&self, letter: &OutboxLetter, undeliverable: bool) -> Result<(), FlowError> {
        let recipient = self.recipient(letter)?;
        self.store
            .write(async |tx| {
                let tx = &tx;
                self.note_address(tx, letter, &recipient, undeliverable).await
            })
            .await
    }

    /// Marks the account's address, if it is still the one that the letter went to.
    async fn note_address(
        &self,
        tx: &Tx,
        letter: &OutboxLetter,
        recipient: &EmailAddress,
        undeliverable: bool,
    ) -> Result<(), FlowError> {
        let Some(id) = letter.account else { return Ok(()) };
        let Some(mut account) = tx.account(id).await? else { return Ok(()) };
        if !self.is_address_of(&account, recipient)? {
            return Ok(());
        }
        let Some(email) = account.email.as_mut().filter(|email| email.undeliverable != undeliverable) else {
            return Ok(());
        };
        email.undeliverable = undeliverable;
        tx.save_account(&account).await?;
        if undeliverable {
            let mut event = AuditEvent::new(self.now(), Event::EmailUndeliverable, letter.tenant.clone())
                .of_account(id)
                .with("letter", letter.id.to_string());
            event.login.clone_from(&letter.login);
            tx.record(event).await?;
        }
        Ok(())
    }

    fn is_address_of(&self, account: &Account, address: &EmailAddress) -> Result<bool, FlowError> {
        Ok(self.email_text(account)?.is_some_and(|text| text == address.as_text()))
    }

    /// Names a letter so that only the house can have said so: forged reports mark nobody's address.
    pub(super) fn mail_tag(&self, id: LetterId) -> String {
        let mut bytes = id.0.as_bytes().to_vec();
        bytes.extend_from_slice(&self.vault.tag(PURPOSE, &[id.0.as_bytes()]));
        BASE32_NOPAD.encode(&bytes).to_ascii_lowercase()
    }

    /// Where a mail comes back to. A local part that ends in `+` is completed for each mail, so that even a report
    /// without the mail's head names it.
    pub(super) fn envelope_sender(&self, tenant: &Tenant, id: LetterId) -> String {
        match self.bounce_address.as_deref().and_then(|address| address.split_once('@')) {
            Some((local, domain)) if local.ends_with('+') => format!("{local}{}@{domain}", self.mail_tag(id)),
            Some((local, domain)) => format!("{local}@{domain}"),
            None => tenant.mail_from.clone(),
        }
    }

    fn tagged_letter(&self, message_id: &str) -> Option<LetterId> {
        let tag = message_id.trim().trim_start_matches('<').split('@').next().unwrap_or_default();
        if tag.len() != TAG_CHARACTERS {
            return None;
        }
        let bytes = BASE32_NOPAD.decode(tag.to_ascii_uppercase().as_bytes()).ok()?;
        let (id, tag) = bytes.split_first_chunk::<16>()?;
        let tag: &[u8; TAG_LEN] = tag.try_into().ok()?;
        self.vault.is_tag(PURPOSE, &[id], tag).then(|| LetterId(Uuid::from_bytes(*id)))
    }
}

async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, FlowError> {
    let done = tokio::task::spawn_blocking(work).await.map_err(std::io::Error::other).flatten();
    done.map_err(|error| FlowError::Stored(format!("bounce maildir: {error}")))
}
