//! From a mail as it came to what people read of it.

use chrono::{DateTime, SecondsFormat, Utc};
use mail_parser::{Addr, MessageParser, PartType};

use super::Message;
use crate::domain::clock::Timestamp;

/// Decodes a mail (RFC 5322, 2045–2047); what cannot be decoded stays empty.
pub fn message(id: u64, sender: &str, recipient: &str, content: &[u8], at: Timestamp) -> Message {
    let mail = MessageParser::default().parse(content).unwrap_or_default();
    let html = mail.parts.iter().find_map(|part| match &part.body {
        PartType::Html(html) => Some(html.to_string()),
        _ => None,
    });
    Message {
        id: id.to_string(),
        to: recipient.to_owned(),
        from: mail.from().and_then(|from| from.first()).map_or_else(|| sender.to_owned(), written),
        subject: mail.subject().unwrap_or_default().to_owned(),
        text: mail.body_text(0).unwrap_or_default().replace("\r\n", "\n"),
        html,
        received_at: DateTime::<Utc>::from_timestamp_millis(at.as_millis())
            .unwrap_or_default()
            .to_rfc3339_opts(SecondsFormat::Millis, true),
    }
}

fn written(from: &Addr<'_>) -> String {
    let address = from.address().unwrap_or_default();
    match from.name() {
        Some(name) if !name.is_empty() => [name, " <", address, ">"].concat(),
        _ => address.to_owned(),
    }
}
