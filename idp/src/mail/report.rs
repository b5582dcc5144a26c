//! A delivery status notification as a mail server writes it (RFC 3464), read for what it says of one mail of ours.

use mail_parser::{Message, MessageParser, MimeHeaders, PartType};

use crate::domain::delivery::{Fate, enhanced_status, one_line};

/// What one report says. Whether its tags are ours is for the vault to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusReport {
    /// Whatever in it looks like a tag of ours, in its order.
    pub tags: Vec<String>,
    pub fate: Fate,
    /// The receiving server's words.
    pub words: String,
}

/// Letters and digits of a tag: 26 bytes as base32.
pub const TAG_CHARACTERS: usize = 42;
/// No honest report speaks of more.
const MAX_TAGS: usize = 20;

/// None: no report, or one that says nothing of where a mail stands (a vacation note, `relayed`, `expanded`).
pub fn read(mail: &[u8]) -> Option<StatusReport> {
    let message = MessageParser::default().parse(mail)?;
    let kind = message.content_type()?;
    let is_report = kind.ctype().eq_ignore_ascii_case("multipart")
        && kind.subtype().is_some_and(|subtype| subtype.eq_ignore_ascii_case("report"))
        && kind.attribute("report-type").is_some_and(|kind| kind.eq_ignore_ascii_case("delivery-status"));
    if !is_report {
        return None;
    }
    let recipient = status_part(&message)?;
    let field = |name: &str| recipient.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let status = field("status").unwrap_or_default();
    // `smtp; 550 5.1.1 …`: the type says nothing to the help desk.
    let diagnostic = field("diagnostic-code").unwrap_or_default();
    let diagnostic = diagnostic.split_once(';').map_or(diagnostic, |(_, words)| words).trim();
    let words = one_line(if diagnostic.is_empty() { status } else { diagnostic });
    let fate = match field("action")?.trim().to_ascii_lowercase().as_str() {
        "failed" => Fate::Refused { for_good: enhanced_status(status).is_none_or(|(class, _)| class == 5) },
        "delayed" => Fate::Delayed,
        "delivered" => Fate::Delivered,
        _ => return None,
    };
    Some(StatusReport { tags: tags(mail), fate, words })
}

/// The fields of the first recipient (RFC 3464 §2.3): our mails have one each.
fn status_part(message: &Message<'_>) -> Option<Vec<(String, String)>> {
    let part = message.parts.iter().find(|part| {
        part.content_type().is_some_and(|kind| {
            kind.ctype().eq_ignore_ascii_case("message")
                && kind.subtype().is_some_and(|subtype| {
                    // RFC 6533 §3: the same with addresses in UTF-8.
                    subtype.eq_ignore_ascii_case("delivery-status")
                        || subtype.eq_ignore_ascii_case("global-delivery-status")
                })
        })
    })?;
    let text = match &part.body {
        PartType::Text(text) => text.to_string(),
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        _ => return None,
    };
    groups(&text).into_iter().find(|group| group.iter().any(|(name, _)| name == "action"))
}

/// Groups of fields between empty lines; a line that begins with a blank goes on with the field before it.
fn groups(text: &str) -> Vec<Vec<(String, String)>> {
    let mut groups: Vec<Vec<(String, String)>> = vec![Vec::new()];
    for line in text.lines() {
        let Some(group) = groups.last_mut() else { return groups };
        if line.trim().is_empty() {
            if !group.is_empty() {
                groups.push(Vec::new());
            }
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = group.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            group.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    groups
}

/// Tags stand in the recipient of the report and in the Message-ID of the mail it returns; servers differ in where
/// they put these, so every word of the right shape is one to try.
fn tags(mail: &[u8]) -> Vec<String> {
    let words = mail.split(|byte| !byte.is_ascii_alphanumeric());
    let mut tags: Vec<String> = Vec::new();
    for word in words.filter(|word| word.len() == TAG_CHARACTERS && word.iter().all(|byte| is_base32(*byte))) {
        let tag = String::from_utf8_lossy(word).to_ascii_lowercase();
        if !tags.contains(&tag) {
            tags.push(tag);
        }
        if tags.len() == MAX_TAGS {
            break;
        }
    }
    tags
}

fn is_base32(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || (b'2'..=b'7').contains(&byte)
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
