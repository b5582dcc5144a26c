//! A small SMTP server (RFC 5321) that takes every mail and delivers it to the mailbox.

use std::{io, pin::pin, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, copy_buf, sink},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::Semaphore,
    task::JoinSet,
    time::timeout,
};

use super::mailbox::{Behaviour, Mailbox, Reception};

const MAX_MESSAGE: usize = 1 << 20;
const MAX_COMMAND: u64 = 2_048;
const MAX_CHUNK: u64 = 8_192;
const MAX_RECIPIENTS: usize = 100;
const MAX_CONVERSATIONS: usize = 64;
/// RFC 5321 §4.5.3.2.7.
const PATIENCE: Duration = Duration::from_mins(5);

/// Answers on `listener` until `shutdown` ends; conversations under way end with it.
pub async fn serve(mailbox: Arc<Mailbox>, listener: TcpListener, shutdown: impl Future<Output = ()> + Send) {
    let mut shutdown = pin!(shutdown);
    let mut conversations = JoinSet::new();
    let places = Arc::new(Semaphore::new(MAX_CONVERSATIONS));
    loop {
        tokio::select! {
            () = &mut shutdown => return,
            Some(_) = conversations.join_next() => {}
            arrival = listener.accept() => match (arrival, Arc::clone(&places).try_acquire_owned()) {
                (Ok((stream, _)), Ok(place)) => {
                    let conversation = Conversation::new(Arc::clone(&mailbox), stream);
                    conversations.spawn(async move {
                        if let Err(error) = conversation.hold().await {
                            tracing::debug!(%error, "an SMTP conversation broke off");
                        }
                        drop(place);
                    });
                }
                (Ok(_), Err(_)) => tracing::warn!("too many SMTP conversations: one more was turned away"),
                (Err(error), _) => {
                    tracing::warn!(%error, "the mailbox could not accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
        }
    }
}

struct Conversation {
    mailbox: Arc<Mailbox>,
    reader: BufReader<OwnedReadHalf>,
    writer: OwnedWriteHalf,
    greeted: bool,
    sender: Option<String>,
    recipients: Vec<String>,
}

/// What follows an answer.
enum Next {
    Command,
    Content,
    End,
}

impl Conversation {
    fn new(mailbox: Arc<Mailbox>, stream: TcpStream) -> Self {
        let (reader, writer) = stream.into_split();
        Self { mailbox, reader: BufReader::new(reader), writer, greeted: false, sender: None, recipients: Vec::new() }
    }

    async fn hold(mut self) -> io::Result<()> {
        let mut next = self.answer("220 mailbox.localhost ESMTP", Next::Command).await?;
        loop {
            next = match next {
                Next::Command => self.command().await?,
                Next::Content => self.content().await?,
                Next::End => return Ok(()),
            };
        }
    }

    /// Says one line, unless the mail server has been told to misbehave.
    async fn answer(&mut self, line: &str, next: Next) -> io::Result<Next> {
        if self.misbehaves().await? {
            return Ok(Next::End);
        }
        self.writer.write_all([line, "\r\n"].concat().as_bytes()).await?;
        Ok(next)
    }

    /// Whether no answer is to be given; the one that hangs waits here until its client gives up.
    async fn misbehaves(&mut self) -> io::Result<bool> {
        match self.mailbox.behaviour() {
            Behaviour::Accept | Behaviour::Greylist | Behaviour::Refuse(_) | Behaviour::HangAfterData => Ok(false),
            Behaviour::Slow(pause) => {
                tokio::time::sleep(pause).await;
                Ok(false)
            }
            Behaviour::Drop => Ok(true),
            Behaviour::Hang => self.hang().await,
        }
    }

    async fn hang(&mut self) -> io::Result<bool> {
        copy_buf(&mut self.reader, &mut sink()).await?;
        Ok(true)
    }

    async fn command(&mut self) -> io::Result<Next> {
        let line = chunk(&mut self.reader, MAX_COMMAND).await?;
        if line.is_empty() {
            return Ok(Next::End);
        }
        if !line.ends_with(b"\n") {
            return self.answer("500 5.5.2 Line too long", Next::End).await;
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end();
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => {
                self.greet();
                let size = MAX_MESSAGE.to_string();
                let offers = ["PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"].join("\r\n250-");
                let answer = ["250-mailbox.localhost\r\n250-", &offers, "\r\n250 SIZE ", &size].concat();
                self.answer(&answer, Next::Command).await
            }
            "HELO" => {
                self.greet();
                self.answer("250 mailbox.localhost", Next::Command).await
            }
            "MAIL" => self.mail(rest).await,
            "RCPT" => self.recipient(rest).await,
            "DATA" if self.recipients.is_empty() => self.answer("503 5.5.1 No valid recipients", Next::Command).await,
            "DATA" => self.answer("354 Go ahead", Next::Content).await,
            "RSET" => {
                self.forget_mail();
                self.answer("250 2.0.0 Forgotten", Next::Command).await
            }
            "NOOP" => self.answer("250 2.0.0 Fine", Next::Command).await,
            "VRFY" => self.answer("252 2.5.0 Try it", Next::Command).await,
            "QUIT" => self.answer("221 2.0.0 Bye", Next::End).await,
            _ => self.answer("502 5.5.1 Not spoken here", Next::Command).await,
        }
    }

    async fn mail(&mut self, rest: &str) -> io::Result<Next> {
        if !self.greeted || self.sender.is_some() {
            return self.answer("503 5.5.1 Not now", Next::Command).await;
        }
        let Some((sender, parameters)) = path(rest, "FROM:") else {
            return self.answer("501 5.1.7 MAIL FROM:<address>", Next::Command).await;
        };
        for parameter in parameters.split_ascii_whitespace().map(str::to_ascii_uppercase) {
            match parameter.split_once('=').unwrap_or((&parameter, "")) {
                ("SIZE", size) if size.parse().is_ok_and(|size: usize| size <= MAX_MESSAGE) => {}
                ("SIZE", _) => return self.answer("552 5.3.4 Too large", Next::Command).await,
                ("BODY" | "SMTPUTF8", _) => {}
                _ => return self.answer("555 5.5.4 Unknown parameter", Next::Command).await,
            }
        }
        self.sender = Some(sender);
        self.answer("250 2.1.0 Sender noted", Next::Command).await
    }

    async fn recipient(&mut self, rest: &str) -> io::Result<Next> {
        if self.sender.is_none() {
            return self.answer("503 5.5.1 Who sends it?", Next::Command).await;
        }
        let recipient = match path(rest, "TO:") {
            Some((recipient, ""))
                if recipient.rsplit_once('@').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty()) =>
            {
                recipient
            }
            _ => return self.answer("501 5.1.3 RCPT TO:<address>", Next::Command).await,
        };
        if self.recipients.len() == MAX_RECIPIENTS {
            return self.answer("452 4.5.3 Too many recipients", Next::Command).await;
        }
        match self.mailbox.receive(&recipient) {
            Reception::Welcome => {
                self.recipients.push(recipient);
                self.answer("250 2.1.5 Welcome", Next::Command).await
            }
            Reception::Later => self.answer("451 4.7.1 Greylisted, try again", Next::Command).await,
            Reception::Never(text) => self.answer(&["550 ", &text].concat(), Next::Command).await,
        }
    }

    async fn content(&mut self) -> io::Result<Next> {
        let content = self.read_content().await?;
        let sender = self.sender.take().unwrap_or_default();
        let recipients = std::mem::take(&mut self.recipients);
        let Some(content) = content else {
            return self.answer("552 5.3.4 Too large", Next::Command).await;
        };
        let hangs = self.mailbox.behaviour() == Behaviour::HangAfterData && self.hang().await?;
        if hangs || self.misbehaves().await? {
            return Ok(Next::End);
        }
        let mailbox = Arc::clone(&self.mailbox);
        let kept = tokio::task::spawn_blocking(move || mailbox.deliver(&sender, &recipients, &content)).await;
        match kept.map_err(io::Error::other).flatten() {
            Ok(()) => self.answer("250 2.0.0 Kept", Next::Command).await,
            Err(error) => {
                tracing::warn!(%error, "the mailbox could not keep a mail");
                self.answer("452 4.3.1 No room", Next::Command).await
            }
        }
    }

    /// Everything up to the line with the single dot, without the doubled dots (RFC 5321 §4.5.2).
    /// Only CRLF ends a line, so nobody can smuggle a second mail in. None when it was too large.
    async fn read_content(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut content = Vec::new();
        let mut fits = true;
        let mut last = *b"\r\n";
        loop {
            let chunk = chunk(&mut self.reader, MAX_CHUNK).await?;
            let line_begins = last == *b"\r\n";
            match chunk.as_slice() {
                [] => return Err(io::ErrorKind::UnexpectedEof.into()),
                b".\r\n" if line_begins => return Ok(fits.then_some(content)),
                [.., a, b] => last = [*a, *b],
                [b] => {
                    let [_, before] = last;
                    last = [before, *b];
                }
            }
            let text = if line_begins { chunk.strip_prefix(b".").unwrap_or(&chunk) } else { &chunk };
            fits = fits && content.len() + text.len() <= MAX_MESSAGE;
            if fits {
                content.extend_from_slice(text);
            }
        }
    }

    fn greet(&mut self) {
        self.greeted = true;
        self.forget_mail();
    }

    fn forget_mail(&mut self) {
        self.sender = None;
        self.recipients.clear();
    }
}

/// Up to a line end, or `limit` bytes without one; nothing when the other side has hung up.
async fn chunk(reader: &mut (impl AsyncBufRead + Unpin), limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    timeout(PATIENCE, reader.take(limit).read_until(b'\n', &mut bytes)).await??;
    Ok(bytes)
}

/// The address of `FROM:<…>` or `TO:<…>` and what follows it; a quoted local part loses its quotes,
/// which say nothing of their own (RFC 5321 §4.1.2).
fn path<'a>(text: &'a str, keyword: &str) -> Option<(String, &'a str)> {
    let (found, rest) = text.split_at_checked(keyword.len())?;
    let rest = rest.trim_start().strip_prefix('<')?;
    if !found.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let mut address = String::new();
    let mut quoted = false;
    let mut characters = rest.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => quoted = !quoted,
            '\\' if quoted => address.push(characters.next()?.1),
            '>' if !quoted => return Some((address, rest.get(at + 1..)?.trim())),
            _ => address.push(character),
        }
    }
    None
}
