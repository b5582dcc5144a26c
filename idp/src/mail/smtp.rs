//! Mails by SMTP (SR-46, SR-47).

use std::time::Duration;

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
use crate::domain::{outbox::SendOutcome, secret::Secret};

const SEND_TIMEOUT: Duration = Duration::from_secs(30);
/// Below what servers grant, so that they rarely close a connection that we think is open.
const POOL_IDLE: Duration = Duration::from_secs(30);
const POOL_SIZE: u32 = 4;
const MAX_REPLY: usize = 300;

/// The next mail server.
pub struct Smtp {
    pooled: AsyncSmtpTransport<Tokio1Executor>,
    builder: AsyncSmtpTransportBuilder,
    timeout: Duration,
}

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

    fn with_timeout(
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
            .hello_name(ClientId::Domain(clean(hello)))
            .timeout(Some(timeout))
            .pool_config(PoolConfig::new().max_size(POOL_SIZE).idle_timeout(POOL_IDLE));
        if let Some(credentials) = credentials(&url, password)? {
            builder = builder.credentials(credentials);
        }
        Ok(Self { pooled: builder.clone().build(), builder, timeout })
    }

    async fn attempt(
        &self,
        transport: &AsyncSmtpTransport<Tokio1Executor>,
        letter: &Letter,
    ) -> Result<Response, Attempt> {
        match tokio::time::timeout(self.timeout, transport.send_raw(&letter.envelope, &letter.bytes)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(Attempt::Failed(error)),
            Err(_) => Err(Attempt::TimedOut),
        }
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
        let mut result = self.attempt(&self.pooled, &letter).await;
        if let Err(Attempt::Failed(error)) = &result
            && error.status().is_none()
            && !error.is_timeout()
        {
            // The server may have closed the pooled connection meanwhile; a fresh one tells.
            let fresh = self.builder.clone().build::<Tokio1Executor>();
            result = self.attempt(&fresh, &letter).await;
            fresh.shutdown().await;
        }
        outcome(result)
    }
}

fn outcome(result: Result<Response, Attempt>) -> SendOutcome {
    match result {
        Ok(response) => {
            let words = response.message().collect::<Vec<_>>().join(" ");
            SendOutcome::Accepted { reply: clean(&format!("{} {words}", response.code())) }
        }
        Err(Attempt::TimedOut) => SendOutcome::Unreachable { reason: "no answer in time".into() },
        Err(Attempt::Failed(error)) => {
            let words = said(&error);
            match error.status() {
                Some(code) if error.is_permanent() => SendOutcome::Refused { reply: clean(&format!("{code} {words}")) },
                Some(code) => SendOutcome::Deferred { reply: clean(&format!("{code} {words}")) },
                None => SendOutcome::Unreachable { reason: clean(&words) },
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

/// Foreign words for log and help desk: one line, capped.
fn clean(words: &str) -> String {
    words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_REPLY).collect::<String>().trim().to_owned()
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
