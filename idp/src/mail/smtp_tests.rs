//! The SMTP transport against a small server on loopback.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use super::*;
use crate::{
    domain::{clock::Timestamp, email_address::EmailAddress},
    mail::transport::Sender,
};

/// How the server answers `RCPT TO`.
#[derive(Clone, Copy, PartialEq)]
enum Manner {
    Accept,
    Say(&'static str),
    Hang,
    /// Closes each connection after one mail without a word.
    CloseAfterMail,
    CloseAtOnce,
}

struct Sink {
    port: u16,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Sink {
    async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let lines = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&lines);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let seen = Arc::clone(&seen);
                tokio::spawn(async move {
                    let _ = serve(stream, manner, seen).await;
                });
            }
        });
        Self { port, lines }
    }

    fn smtp(&self, timeout: Duration) -> Smtp {
        Smtp::with_timeout(&format!("smtp://127.0.0.1:{}", self.port), None, "id.example", timeout).unwrap()
    }

    fn count(&self, line: &str) -> usize {
        self.lines.lock().unwrap().iter().filter(|seen| *seen == line).count()
    }
}

async fn serve(stream: TcpStream, manner: Manner, seen: Arc<Mutex<Vec<String>>>) -> std::io::Result<()> {
    if manner == Manner::CloseAtOnce {
        return Ok(());
    }
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader).lines();
    writer.write_all(b"220 sink\r\n").await?;
    let mut in_data = false;
    while let Some(line) = reader.next_line().await? {
        seen.lock().unwrap().push(line.clone());
        if in_data {
            if line == "." {
                in_data = false;
                writer.write_all(b"250 2.0.0 queued as 77\r\n").await?;
                if manner == Manner::CloseAfterMail {
                    return Ok(());
                }
            }
            continue;
        }
        let answer = match (line.split(' ').next().unwrap_or_default(), manner) {
            ("RCPT", Manner::Say(answer)) => answer,
            ("RCPT", Manner::Hang) => std::future::pending().await,
            ("EHLO", _) => "250-sink\r\n250 8BITMIME",
            ("DATA", _) => {
                in_data = true;
                "354 go"
            }
            _ => "250 ok",
        };
        writer.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}

fn mail(to: &str) -> Outgoing {
    Outgoing {
        sender: Sender {
            name: "サービス".into(),
            address: "no-reply@id.example".into(),
            envelope: "bounce@id.example".into(),
        },
        to: EmailAddress::read(to).unwrap(),
        subject: "件名".into(),
        text: "本文\n".into(),
        html: None,
        message_id: "1@id.example".into(),
        date: Timestamp::from_seconds(1_700_000_000),
    }
}

const LONG: Duration = Duration::from_secs(20);

#[tokio::test]
async fn an_accepted_mail_comes_with_the_servers_words() {
    let sink = Sink::start(Manner::Accept).await;
    let outcome = sink.smtp(LONG).send(mail("a..b.@docomo.ne.jp")).await;
    assert_eq!(outcome, SendOutcome::Accepted { reply: "250 2.0.0 queued as 77".into() });
    assert_eq!(sink.count("EHLO id.example"), 1);
    assert_eq!(sink.count("RCPT TO:<\"a..b.\"@docomo.ne.jp>"), 1);
    let lines = sink.lines.lock().unwrap();
    assert!(lines.iter().any(|line| line.starts_with("MAIL FROM:<bounce@id.example>")));
}

#[tokio::test]
async fn a_permanent_refusal_and_a_temporary_one_are_told_apart() {
    let refusing = Sink::start(Manner::Say("550 5.1.1 no such user")).await;
    let outcome = refusing.smtp(LONG).send(mail("taro@example.com")).await;
    assert_eq!(outcome, SendOutcome::Refused { reply: "550 5.1.1 no such user".into() });

    let busy = Sink::start(Manner::Say("451 4.7.1 greylisted,\x08 come back")).await;
    let outcome = busy.smtp(LONG).send(mail("taro@example.com")).await;
    assert_eq!(outcome, SendOutcome::Deferred { reply: "451 4.7.1 greylisted,  come back".into() });
    assert_eq!(busy.count("MAIL FROM:<bounce@id.example>"), 1, "a refusal is not tried again at once");
}

#[tokio::test]
async fn a_silent_server_does_not_hold_the_sender_up() {
    let sink = Sink::start(Manner::Hang).await;
    let outcome = sink.smtp(Duration::from_millis(200)).send(mail("taro@example.com")).await;
    assert!(matches!(outcome, SendOutcome::Unreachable { .. }), "{outcome:?}");
}

#[tokio::test]
async fn a_connection_whose_dialogue_was_cut_off_is_not_used_again() {
    let sink = Sink::start(Manner::Hang).await;
    let smtp = sink.smtp(Duration::from_millis(200));
    for _ in 0..2 {
        assert!(matches!(smtp.send(mail("taro@example.com")).await, SendOutcome::Unreachable { .. }));
    }
    assert_eq!(sink.count("EHLO id.example"), 2);
    assert_eq!(sink.count("NOOP"), 0);
}

#[tokio::test]
async fn a_pooled_connection_that_the_server_closed_is_replaced() {
    let sink = Sink::start(Manner::CloseAfterMail).await;
    let smtp = sink.smtp(LONG);
    for _ in 0..3 {
        let outcome = smtp.send(mail("taro@example.com")).await;
        assert!(matches!(outcome, SendOutcome::Accepted { .. }), "{outcome:?}");
    }
    assert_eq!(sink.count("."), 3);
}

#[tokio::test]
async fn no_server_and_one_that_hangs_up_are_unreachable() {
    let sink = Sink::start(Manner::CloseAtOnce).await;
    let outcome = sink.smtp(LONG).send(mail("taro@example.com")).await;
    assert!(matches!(outcome, SendOutcome::Unreachable { .. }), "{outcome:?}");

    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let smtp = Smtp::with_timeout(&format!("smtp://127.0.0.1:{free}"), None, "id.example", LONG).unwrap();
    assert!(matches!(smtp.send(mail("taro@example.com")).await, SendOutcome::Unreachable { .. }));
}

#[tokio::test]
async fn an_unfit_mail_never_reaches_the_server() {
    let sink = Sink::start(Manner::Accept).await;
    let mut evil = mail("taro@example.com");
    evil.subject = "x\r\nBcc: a@b.jp".into();
    assert!(matches!(sink.smtp(LONG).send(evil).await, SendOutcome::Refused { .. }));
    assert!(sink.lines.lock().unwrap().is_empty());
}

#[tokio::test]
async fn sr_47_plaintext_is_for_loopback_and_passwords_stay_out_of_the_address() {
    let password = Secret::new("p");
    let of = |url: &str, password: Option<&Secret>| Smtp::new(url, password, "id.example").err();
    assert_eq!(of("smtp://mail.example.jp:25", None), Some(SmtpUrlError::Plaintext));
    assert_eq!(of("smtp://mail.example.jp?tls=opportunistic", None), Some(SmtpUrlError::Form));
    assert_eq!(of("smtp://localhost.example.jp", None), Some(SmtpUrlError::Plaintext));
    assert_eq!(of("http://localhost", None), Some(SmtpUrlError::Form));
    assert_eq!(of("smtps://u:p@mail.example.jp", Some(&password)), Some(SmtpUrlError::PasswordInUrl));
    assert_eq!(of("smtps://u@mail.example.jp", None), Some(SmtpUrlError::Credentials));
    assert_eq!(of("smtps://mail.example.jp", Some(&password)), Some(SmtpUrlError::Credentials));
    for good in ["smtp://localhost:1025", "smtp://127.0.0.1:1025", "smtp://[::1]:1025", "smtps://mail.example.jp"] {
        assert_eq!(of(good, None), None, "{good}");
    }
    assert_eq!(of("smtp://u%40x@mail.example.jp?tls=required", Some(&password)), None);
}
