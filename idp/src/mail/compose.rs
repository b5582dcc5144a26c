//! Letter → subject, text and, where the tenant asks for it, HTML made from that text (journeys part 5).

use std::{sync::Arc, time::Duration};

use crate::{
    domain::{
        language::Language,
        letter::{AppChange, Letter},
        tenant::{LocalizedText, Tenant},
    },
    theme::{Argument, Contact, MailBlock, MailFrame, MailLink, MailText, RenderError, Themes},
};

/// What stands around a letter, in its language.
#[derive(Clone, Debug)]
pub struct LetterFrame {
    pub language: Language,
    pub tenant: String,
    pub service: String,
    pub contact: Contact,
}

impl LetterFrame {
    pub fn of(tenant: &Tenant, language: Language) -> Self {
        let text =
            |text: &LocalizedText| text.in_language(language, tenant.default_language).unwrap_or_default().to_owned();
        Self {
            language,
            tenant: text(&tenant.name),
            service: text(&tenant.service_name),
            contact: Contact::of(tenant, language),
        }
    }
}

/// A mail without addresses. It may hold a key or link: seal it before it is stored.
#[derive(Clone)]
pub struct Composed {
    /// One line, free of control characters (SR-46).
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Composer {
    themes: Arc<Themes>,
}

impl Composer {
    pub fn new(themes: Arc<Themes>) -> Self {
        Self { themes }
    }

    pub fn compose(
        &self,
        theme: &str,
        frame: &LetterFrame,
        letter: &Letter,
        html: bool,
    ) -> Result<Composed, RenderError> {
        let values = values(letter);
        let mut around = MailFrame {
            language: frame.language,
            tenant: frame.tenant.clone(),
            service: frame.service.clone(),
            contact: Vec::new(),
        };
        around.contact = self.contact_lines(theme, &around, frame, letter)?;
        let subject = self.themes.mail_line(theme, &around, subject_id(letter), &values)?;
        let subject: String = subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let mail = MailText { name: letter.name(), values: &values, links: &links(letter) };
        let text = tidy(&self.themes.mail_text(theme, &around, &mail)?);
        let html = if html { Some(self.html(theme, &around, &subject, &text, letter)?) } else { None };
        Ok(Composed { subject, text, html })
    }

    fn html(
        &self,
        theme: &str,
        frame: &MailFrame,
        subject: &str,
        text: &str,
        letter: &Letter,
    ) -> Result<String, RenderError> {
        let (urls, codes) = secrets(letter);
        let footer = self.themes.mail_line(theme, frame, "m-footer", &[])?;
        let blocks: Vec<MailBlock> = text
            .trim_end()
            .split("\n\n")
            .flat_map(|paragraph| around_links(paragraph, &urls))
            .map(|piece| {
                let kind = if piece.starts_with(&footer) {
                    "footer"
                } else if urls.contains(&piece.as_str()) {
                    "url"
                } else if codes.iter().any(|code| piece.contains(code)) {
                    "code"
                } else {
                    "text"
                };
                let text = if kind == "footer" { without_rule(&piece).to_owned() } else { piece };
                MailBlock { kind, text }
            })
            .collect();
        self.themes.mail_html(theme, frame, subject, &blocks)
    }

    /// `{contact_block}`: what the tenant says of its office and of the operator, line by line.
    fn contact_lines(
        &self,
        theme: &str,
        around: &MailFrame,
        frame: &LetterFrame,
        letter: &Letter,
    ) -> Result<Vec<String>, RenderError> {
        let contact = &frame.contact;
        // A letter that asks for no press has no link at all (journeys 5.1).
        let has_links = !secrets(letter).0.is_empty();
        let line = |id: &str, name: &'static str, text: &Option<String>| match text {
            Some(text) => {
                let values = [(name, Argument::Text(text.clone()))];
                self.themes.mail_line(theme, around, id, &values).map(Some)
            }
            None => Ok(None),
        };
        let office = match &contact.office {
            Some(office) => format!("{} {office}", frame.tenant),
            None => self.themes.mail_line(theme, around, "common-contact-office", &[])?,
        };
        let lines = [
            Some(office),
            line("common-contact-phone", "phone", &contact.phone)?,
            line("common-contact-hours", "hours", &contact.hours)?,
            contact.url.clone().filter(|_| has_links),
            contact.operator_name.clone(),
            line("common-contact-phone", "phone", &contact.operator_phone)?,
            line("common-contact-hours", "hours", &contact.operator_hours)?,
        ];
        Ok(lines.into_iter().flatten().collect())
    }
}

const fn subject_id(letter: &Letter) -> &'static str {
    match letter {
        Letter::ConfirmEmail { .. } => "m-01-subject",
        Letter::AuthKey { .. } => "m-02-subject",
        Letter::ChangeEmail { .. } => "m-03-subject",
        Letter::EmailChanged { .. } => "m-04-subject",
        Letter::ResetSecondPassword { .. } => "m-05-subject",
        Letter::NoSecondPasswordYet => "m-06-subject",
        Letter::SecondPasswordSet { .. } => "m-07-set-subject",
        Letter::SecondPasswordChanged { .. } => "m-07-changed-subject",
        Letter::TwoFactorChanged { .. } => "m-08-subject",
        Letter::RepeatedFailures { .. } => "m-09-subject",
        Letter::EmailCleared { .. } => "m-10-subject",
        Letter::AuthenticatorChanged { .. } => "m-11-subject",
        Letter::RegistrationMoved { .. } => "m-12-subject",
    }
}

/// The links and the codes of a letter: an HTML part gives each a block of its own.
fn secrets(letter: &Letter) -> (Vec<&str>, Vec<&str>) {
    match letter {
        Letter::ConfirmEmail { url, code, .. } | Letter::ChangeEmail { url, code, .. } => {
            (vec![url.expose()], vec![code.expose()])
        }
        Letter::ResetSecondPassword { links, .. } => {
            links.iter().map(|link| (link.url.expose(), link.code.expose())).unzip()
        }
        Letter::AuthKey { key, .. } => (Vec::new(), vec![key.expose()]),
        _ => (Vec::new(), Vec::new()),
    }
}

fn values(letter: &Letter) -> Vec<(&'static str, Argument)> {
    let secret = |text: &crate::domain::secret::Secret| Argument::Text(text.expose().to_owned());
    match letter {
        Letter::ConfirmEmail { url, code, lifetime, expires_at }
        | Letter::ChangeEmail { url, code, lifetime, expires_at } => vec![
            ("url", secret(url)),
            ("code", secret(code)),
            ("minutes", minutes(*lifetime)),
            ("expires_at", Argument::Time(*expires_at)),
        ],
        Letter::AuthKey { key, reference, lifetime, expires_at, sent_at } => vec![
            ("key", secret(key)),
            ("key_ref", Argument::Text(reference.clone())),
            ("minutes", minutes(*lifetime)),
            ("expires_at", Argument::Time(*expires_at)),
            ("sent_at", Argument::Time(*sent_at)),
        ],
        Letter::ResetSecondPassword { lifetime, expires_at, .. } => {
            vec![("minutes", minutes(*lifetime)), ("expires_at", Argument::Time(*expires_at))]
        }
        Letter::NoSecondPasswordYet => Vec::new(),
        Letter::EmailChanged { at }
        | Letter::SecondPasswordSet { at }
        | Letter::SecondPasswordChanged { at }
        | Letter::EmailCleared { at }
        | Letter::RegistrationMoved { at } => vec![("changed_at", Argument::Time(*at))],
        Letter::TwoFactorChanged { enabled, at } => vec![
            ("changed_at", Argument::Time(*at)),
            ("state", Argument::Text(if *enabled { "on" } else { "off" }.to_owned())),
        ],
        Letter::AuthenticatorChanged { change, at } => {
            let change = match change {
                AppChange::Enrolled => "enrolled",
                AppChange::Removed => "removed",
                AppChange::RecoveryCodeUsed => "recovery-code-used",
            };
            vec![("changed_at", Argument::Time(*at)), ("change", Argument::Text(change.to_owned()))]
        }
        Letter::RepeatedFailures { at, lock } => {
            vec![("locked_at", Argument::Time(*at)), ("minutes", minutes(*lock))]
        }
    }
}

fn links(letter: &Letter) -> Vec<MailLink> {
    let Letter::ResetSecondPassword { links, .. } = letter else { return Vec::new() };
    let said = links.iter().map(|link| MailLink {
        user_id_masked: link.user_id_masked.clone(),
        url: link.url.expose().to_owned(),
        code: link.code.expose().to_owned(),
    });
    said.collect()
}

/// A paragraph in pieces: a link on a line of its own is one, what stands between links is one.
fn around_links(paragraph: &str, urls: &[&str]) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut open = false;
    for line in paragraph.lines() {
        let link = urls.contains(&line);
        match pieces.last_mut() {
            Some(piece) if open && !link => {
                piece.push('\n');
                piece.push_str(line);
            }
            _ => pieces.push(line.to_owned()),
        }
        open = !link;
    }
    pieces
}

fn minutes(length: Duration) -> Argument {
    Argument::Number(length.as_secs().div_ceil(60))
}

/// One empty line between paragraphs at most, one line end at the end.
fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len() + 1);
    let mut empty = 0;
    for line in text.trim().lines().map(str::trim_end) {
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            tidied.push_str(line);
            tidied.push('\n');
        }
    }
    tidied
}

/// The footer without the line drawn above it.
fn without_rule(footer: &str) -> &str {
    match footer.split_once('\n') {
        Some((rule, rest)) if rule.chars().all(|c| matches!(c, '-' | '―')) => rest,
        _ => footer,
    }
}

#[cfg(test)]
#[path = "compose_tests.rs"]
mod tests;
