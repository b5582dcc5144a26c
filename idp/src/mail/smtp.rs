//! Mails by SMTP (SR-46, SR-47).

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use async_trait::async_trait;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    transport::smtp::{
        AsyncSmtpTransportBuilder, Error, PoolConfig,
        authentication::Credentials,
        client::{Tls, TlsParameters},
        extension::ClientId,
        response::Response,
    },
};
use url::{Host, Url};

use super::{
    message::{Letter, letter},
    transport::{Outgoing, Transport},
};
use crate::domain::{delivery::one_line, outbox::SendOutcome, secret::Secret};

const SEND_TIMEOUT: Duration = Duration::from_secs(30);
/// Below what servers grant, so that they rarely close a connection that we think is open.
const POOL_IDLE: Duration = Duration::from_secs(30);
const POOL_SIZE: u32 = 4;

/// The next mail server.
pub struct Smtp {
    line: Arc<Line>,
}

struct Line {
    pooled: ArcSwap<Pooled>,
    builder: AsyncSmtpTransportBuilder,
    timeout: Duration,
}

type Pooled = AsyncSmtpTransport<Tokio1Executor>;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SmtpUrlError {
    #[error("not of the form smtp://[user@]host:port, smtp://…?tls=required or smtps://[user@]host")]
    Form,
    #[error("a password does not belong into the address; use the password file")]
    PasswordInUrl,
    #[error("plain smtp is for loopback only: add ?tls=required or use smtps")]
    Plaintext,
    #[error("a user name without a password, or a password without a user name")]
    Credentials,
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}

impl Smtp {
    /// `smtp://host:port` (loopback only), `smtp://host?tls=required` (STARTTLS) or `smtps://host` (TLS from the start);
    /// `hello` is the name said in EHLO. Certificate and host name are always checked.
    pub fn new(url: &str, password: Option<&Secret>, hello: &str) -> Result<Self, SmtpUrlError> {
        Self::with_timeout(url, password, hello, SEND_TIMEOUT)
    }

    /// The same with another patience than half a minute for one mail.
    pub fn with_timeout(
        url: &str,
        password: Option<&Secret>,
        hello: &str,
        timeout: Duration,
    ) -> Result<Self, SmtpUrlError> {
        let url = Url::parse(url).map_err(|_| SmtpUrlError::Form)?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(SmtpUrlError::Form)?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let (tls, default_port) = security(&url, &host)?;
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(url.port().unwrap_or(default_port))
            .tls(tls)
            .hello_name(ClientId::Domain(one_line(hello)))
            .timeout(Some(timeout))
            .pool_config(PoolConfig::new().max_size(POOL_SIZE).idle_timeout(POOL_IDLE));
        if let Some(credentials) = credentials(&url, password)? {
            builder = builder.credentials(credentials);
        }
        let pooled = ArcSwap::from_pointee(builder.clone().build());
        Ok(Self { line: Arc::new(Line { pooled, builder, timeout }) })
    }
}

impl Line {
    async fn send(&self, letter: &Letter) -> SendOutcome {
        let pooled = self.pooled.load_full();
        let mut result = self.attempt(&pooled, letter).await;
        if let Err(Attempt::Failed(error)) = &result
            && error.status().is_none()
            && !error.is_timeout()
        {
            // The server may have closed the pooled connection meanwhile; a fresh one tells.
            // At worst the mail had just been taken over, and arrives twice.
            let fresh = self.builder.clone().build();
            result = self.attempt(&fresh, letter).await;
            fresh.shutdown().await;
        }
        outcome(result)
    }

    async fn attempt(&self, transport: &Pooled, letter: &Letter) -> Result<Response, Attempt> {
        let mut sending = transport.send_raw(&letter.envelope, &letter.bytes);
        if let Ok(result) = tokio::time::timeout(self.timeout, &mut sending).await {
            return result.map_err(Attempt::Failed);
        }
        // The pool would take the connection back in the middle of a dialogue, and the next mail would read
        // the answers to this one; so the pool is closed before the connection is let go.
        self.pooled.store(Arc::new(self.builder.clone().build()));
        transport.shutdown().await;
        drop(sending);
        Err(Attempt::TimedOut)
    }
}

enum Attempt {
    Failed(Error),
    TimedOut,
}

#[async_trait]
impl Transport for Smtp {
    async fn send(&self, mail: Outgoing) -> SendOutcome {
        let letter = match letter(&mail) {
            Ok(letter) => letter,
            Err(unfit) => return SendOutcome::Refused { reply: format!("not sent: {unfit}") },
        };
        let line = Arc::clone(&self.line);
        // On a task of its own, so that a caller who goes away leaves no dialogue half done.
        let sent = tokio::spawn(async move { line.send(&letter).await }).await;
        sent.unwrap_or_else(|_| SendOutcome::Unreachable { reason: "the sender stopped".into() })
    }
}

fn outcome(result: Result<Response, Attempt>) -> SendOutcome {
    match result {
        Ok(response) => {
            let words = response.message().collect::<Vec<_>>().join(" ");
            SendOutcome::Accepted { reply: one_line(&format!("{} {words}", response.code())) }
        }
        Err(Attempt::TimedOut) => SendOutcome::Unreachable { reason: "no answer in time".into() },
        Err(Attempt::Failed(error)) => {
            let words = said(&error);
            match error.status() {
                Some(code) if error.is_permanent() => {
                    SendOutcome::Refused { reply: one_line(&format!("{code} {words}")) }
                }
                Some(code) => SendOutcome::Deferred { reply: one_line(&format!("{code} {words}")) },
                None => SendOutcome::Unreachable { reason: one_line(&words) },
            }
        }
    }
}

/// The server's words, or the innermost cause.
fn said(error: &Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

fn security(url: &Url, host: &str) -> Result<(Tls, u16), SmtpUrlError> {
    if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
        return Err(SmtpUrlError::Form);
    }
    let parameters = || TlsParameters::new(host.to_owned()).map_err(|error| SmtpUrlError::Tls(said(&error)));
    match (url.scheme(), url.query()) {
        ("smtps", None) => Ok((Tls::Wrapper(parameters()?), 465)),
        ("smtp", Some("tls=required")) => Ok((Tls::Required(parameters()?), 587)),
        ("smtp", None) if is_loopback(url) => Ok((Tls::None, 25)),
        ("smtp", None) => Err(SmtpUrlError::Plaintext),
        _ => Err(SmtpUrlError::Form),
    }
}

fn credentials(url: &Url, password: Option<&Secret>) -> Result<Option<Credentials>, SmtpUrlError> {
    if url.password().is_some() {
        return Err(SmtpUrlError::PasswordInUrl);
    }
    let user =
        crate::domain::parameters::Parameters::parse(format!("u={}", url.username().replace('+', "%2B")).as_bytes())
            .map_err(|_| SmtpUrlError::Form)?;
    match (user.get("u"), password) {
        (Some(user), Some(password)) => Ok(Some(Credentials::new(user.to_owned(), password.expose().to_owned()))),
        (None, None) => Ok(None),
        _ => Err(SmtpUrlError::Credentials),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        // `smtp` is no special scheme: an address comes as a name.
        Some(Host::Domain(name)) => {
            name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
#[path = "smtp_tests.rs"]
mod tests;
