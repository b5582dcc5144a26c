//! One mail as RFC 5322 text and SMTP envelope, from typed headers only (SR-46, journeys 5.1).

use std::time::{Duration, UNIX_EPOCH};

use lettre::{
    Address, Message,
    address::Envelope,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{Header, HeaderName, HeaderValue},
    },
};

use super::transport::Outgoing;
use crate::domain::email_address::EmailAddress;

/// Ready for the wire.
pub(super) struct Letter {
    pub envelope: Envelope,
    pub bytes: Vec<u8>,
}

/// Why a mail cannot be put on the wire at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unfit {
    #[error("a header holds a line break or NUL")]
    LineBreak,
    #[error("the text holds NUL")]
    Nul,
    #[error("the sender is no address")]
    Sender,
    #[error("a header is missing or too long")]
    Header,
}

pub(super) fn letter(mail: &Outgoing) -> Result<Letter, Unfit> {
    let sender = &mail.sender;
    let headers = [&sender.name, &sender.address, &sender.envelope, &mail.subject, &mail.message_id];
    if headers.into_iter().any(|value| value.contains(['\r', '\n', '\0'])) {
        return Err(Unfit::LineBreak);
    }
    let bodies = [Some(&mail.text), mail.html.as_ref()];
    if bodies.into_iter().flatten().any(|body| body.contains('\0')) {
        return Err(Unfit::Nul);
    }
    if mail.subject.len() > 900 || mail.message_id.is_empty() || mail.message_id.contains(['<', '>', ' ']) {
        return Err(Unfit::Header);
    }
    let from: Address = sender.address.parse().map_err(|_| Unfit::Sender)?;
    let bounce: Address = sender.envelope.parse().map_err(|_| Unfit::Sender)?;
    let to = address(&mail.to);
    let envelope = Envelope::new(Some(bounce), vec![to.clone()]).map_err(|_| Unfit::Header)?;
    let date = UNIX_EPOCH + Duration::from_millis(u64::try_from(mail.date.as_millis()).unwrap_or(0));
    let builder = Message::builder()
        .envelope(envelope.clone())
        .from(Mailbox::new(Some(sender.name.clone()), from))
        .to(Mailbox::new(None, to))
        .subject(mail.subject.clone())
        .date(date)
        .message_id(Some(format!("<{}>", mail.message_id)))
        .header(AutoSubmitted);
    let message = match &mail.html {
        None => builder.singlepart(SinglePart::plain(mail.text.clone())),
        Some(html) => builder.multipart(MultiPart::alternative_plain_html(mail.text.clone(), html.clone())),
    };
    message.map(|message| Letter { envelope, bytes: message.formatted() }).map_err(|_| Unfit::Header)
}

/// `EmailAddress` has been checked already; lettre's own reading would refuse the old carriers' dots.
fn address(to: &EmailAddress) -> Address {
    Address::new_dangerous(to.smtp_local(), to.domain())
}

/// RFC 3834 §5: no vacation note shall answer.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::clock::Timestamp, mail::transport::Sender};

    fn mail() -> Outgoing {
        Outgoing {
            sender: Sender {
                name: "証明書発行サービス".into(),
                address: "no-reply@id.example".into(),
                envelope: "bounce+1@id.example".into(),
            },
            to: EmailAddress::read("taro@example.com").unwrap(),
            subject: "認証キーのお知らせ".into(),
            text: "認証キー: 123456\nつづき".into(),
            html: None,
            message_id: "1@id.example".into(),
            date: Timestamp::from_seconds(1_700_000_000),
        }
    }

    fn text(mail: &Outgoing) -> String {
        String::from_utf8(letter(mail).unwrap().bytes).unwrap()
    }

    #[test]
    fn the_headers_are_exactly_those_of_the_rules() {
        let text = text(&mail());
        let head = text.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
        let mut names: Vec<&str> = head.lines().map(|line| line.split(':').next().unwrap()).collect();
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "Auto-Submitted",
                "Content-Transfer-Encoding",
                "Content-Type",
                "Date",
                "From",
                "MIME-Version",
                "Message-ID",
                "Subject",
                "To"
            ]
        );
        assert!(head.contains("Auto-Submitted: auto-generated"));
        assert!(head.contains("Message-ID: <1@id.example>"));
        assert!(head.contains("Date: Tue, 14 Nov 2023 22:13:20 +0000"), "{head}");
        assert!(head.contains("To: taro@example.com"));
        assert!(head.contains("<no-reply@id.example>") && head.contains("=?utf-8?b?"), "{head}");
        assert!(head.contains("Content-Type: text/plain; charset=utf-8"));
        assert!(text.is_ascii());
        assert!(text.split("\r\n").all(|line| line.len() <= 998));
    }

    #[test]
    fn sr_46_line_breaks_and_nul_are_refused_in_every_header() {
        for evil in ["a\r\nBcc: x@y.jp", "a\nb", "a\rb", "a\0b"] {
            let mut one = mail();
            one.subject = evil.into();
            assert_eq!(letter(&one).err(), Some(Unfit::LineBreak));
            let mut one = mail();
            one.sender.name = evil.into();
            assert_eq!(letter(&one).err(), Some(Unfit::LineBreak));
            let mut one = mail();
            one.sender.envelope = evil.into();
            assert_eq!(letter(&one).err(), Some(Unfit::LineBreak));
            let mut one = mail();
            one.message_id = evil.into();
            assert_eq!(letter(&one).err(), Some(Unfit::LineBreak));
        }
        let mut one = mail();
        one.text = "a\0b".into();
        assert_eq!(letter(&one).err(), Some(Unfit::Nul));
        let mut one = mail();
        one.sender.address = "nobody".into();
        assert_eq!(letter(&one).err(), Some(Unfit::Sender));
    }

    #[test]
    fn old_carrier_addresses_are_quoted_in_envelope_and_header() {
        let mut one = mail();
        one.to = EmailAddress::read("a..b.@docomo.ne.jp").unwrap();
        let letter = letter(&one).unwrap();
        assert_eq!(letter.envelope.to()[0].to_string(), "\"a..b.\"@docomo.ne.jp");
        assert!(String::from_utf8(letter.bytes).unwrap().contains("To: \"a..b.\"@docomo.ne.jp\r\n"));
        assert_eq!(letter.envelope.from().unwrap().to_string(), "bounce+1@id.example");
    }

    #[test]
    fn html_makes_it_an_alternative_with_the_text_first() {
        let mut one = mail();
        one.html = Some("<p>x</p>".into());
        let text = text(&one);
        assert!(text.contains("Content-Type: multipart/alternative"));
        let plain = text.find("text/plain").unwrap();
        assert!(plain < text.find("text/html").unwrap());
    }
}
