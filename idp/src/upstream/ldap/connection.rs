//! One connection to a directory: encrypted before anything is said, its server's name verified (SR-77).

use std::{sync::Arc, time::Duration};

use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError, LdapResult, Scope, SearchOptions, StdStream};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio::sync::OnceCell;
use url::Url;

use super::entry::Entry;
use crate::{
    domain::secret::Secret,
    upstream::{
        UpstreamError,
        outbound::{Dial, Outbound, chain},
    },
};

/// TCP and TLS together.
pub const CONNECT: Duration = Duration::from_secs(2);
/// One hit is wanted; a second one is enough to know that there are several.
const MOST_HITS: i32 = 2;
const SEARCH_SECONDS: i32 = 5;

/// Result codes (RFC 4511 appendix A).
mod code {
    pub const SUCCESS: u32 = 0;
    pub const SIZE_LIMIT_EXCEEDED: u32 = 4;
    pub const CONSTRAINT_VIOLATION: u32 = 19;
    pub const NO_SUCH_OBJECT: u32 = 32;
    pub const INAPPROPRIATE_AUTHENTICATION: u32 = 48;
    pub const INVALID_CREDENTIALS: u32 = 49;
    pub const INSUFFICIENT_ACCESS: u32 = 50;
    pub const BUSY: u32 = 51;
    pub const UNAVAILABLE: u32 = 52;
    pub const UNWILLING_TO_PERFORM: u32 = 53;
}

/// How to reach one directory.
pub struct Route {
    url: Url,
    dial: Dial,
    authorities: Vec<CertificateDer<'static>>,
    /// Made at the first connection: reading the system's certificate authorities takes longer than a whole start.
    tls: OnceCell<Arc<ClientConfig>>,
}

impl Route {
    pub fn new(url: &Url, ca: Option<&[u8]>, outbound: &Outbound) -> Result<Self, UpstreamError> {
        let default_port = match url.scheme() {
            "ldaps" => 636,
            "ldap" => 389,
            _ => return Err(UpstreamError::Unusable("neither ldaps nor ldap with StartTLS".into())),
        };
        let dial = outbound.dial(url, url.port().unwrap_or(default_port))?;
        let authorities = ca.map(authorities).transpose()?.unwrap_or_default();
        Ok(Self { url: url.clone(), dial, authorities, tls: OnceCell::new() })
    }

    async fn tls(&self) -> Result<Arc<ClientConfig>, UpstreamError> {
        let made = self.tls.get_or_try_init(|| async {
            let authorities = self.authorities.clone();
            let made = tokio::task::spawn_blocking(move || configuration(authorities)).await;
            made.map_err(|error| UpstreamError::Unusable(error.to_string()))?
        });
        made.await.cloned()
    }

    /// A fresh connection. `ldap` means StartTLS: where the server refuses that, nothing else is sent to it.
    pub async fn connect(&self) -> Result<Connection, UpstreamError> {
        let tls = self.tls().await?;
        let connecting = async {
            let stream = self.dial.connect().await?;
            stream.set_nodelay(true)?;
            let settings = LdapConnSettings::new()
                .set_config(tls)
                .set_starttls(true)
                .set_std_stream(StdStream::Tcp(stream.into_std()?));
            LdapConnAsync::from_url_with_settings(settings, &self.url).await
        };
        let (connection, ldap) = tokio::time::timeout(CONNECT, connecting)
            .await
            .map_err(|_| UpstreamError::Unreachable("no connection in time".into()))?
            .map_err(|error| UpstreamError::Unreachable(said(&error)))?;
        // Ends when the last handle is dropped, or by itself when the server hangs up.
        tokio::spawn(connection.drive());
        Ok(Connection(ldap))
    }
}

pub struct Connection(Ldap);

/// What a directory knows under one name.
pub enum Found {
    One(Entry),
    Nobody,
    Several,
}

/// What a directory says to a password.
pub enum Verdict {
    Right,
    Wrong,
}

impl Connection {
    pub fn is_closed(&mut self) -> bool {
        self.0.is_closed()
    }

    /// Becomes the service account, whoever this connection was before.
    pub async fn become_service(&mut self, bind_dn: &str, password: &Secret) -> Result<(), UpstreamError> {
        let result = self.0.simple_bind(bind_dn, password.expose()).await;
        let result = result.map_err(|error| UpstreamError::Unreachable(said(&error)))?;
        match result.rc {
            code::SUCCESS => Ok(()),
            code::BUSY | code::UNAVAILABLE => Err(away(&result)),
            _ => Err(UpstreamError::Unusable(format!("it refuses bind_dn with code {}", result.rc))),
        }
    }

    /// Who answers to this filter. References to other servers are not followed.
    pub async fn search(&mut self, base: &str, filter: &str, wanted: Vec<String>) -> Result<Found, UpstreamError> {
        let options = SearchOptions::new().sizelimit(MOST_HITS).timelimit(SEARCH_SECONDS);
        let answer = self.0.with_search_options(options).search(base, Scope::Subtree, filter, wanted).await;
        let answer = answer.map_err(|error| UpstreamError::Unreachable(said(&error)))?;
        let (mut entries, result) = (answer.0, answer.1);
        match result.rc {
            code::SUCCESS => {}
            code::SIZE_LIMIT_EXCEEDED => return Ok(Found::Several),
            code::BUSY | code::UNAVAILABLE => return Err(away(&result)),
            other => return Err(UpstreamError::Unusable(format!("the search ends with code {other}"))),
        }
        match (entries.pop(), entries.is_empty()) {
            (None, _) => Ok(Found::Nobody),
            (Some(_), false) => Ok(Found::Several),
            (Some(entry), true) => Entry::read(entry)
                // Without a name, a bind would be an anonymous one, and succeed.
                .filter(|entry| !entry.dn.trim().is_empty())
                .map(Found::One)
                .ok_or_else(|| UpstreamError::Unusable("an entry that cannot be read".into())),
        }
    }

    /// Tries a person's password, which is never empty here.
    pub async fn try_password(&mut self, dn: &str, password: &Secret) -> Result<Verdict, UpstreamError> {
        let result = self.0.simple_bind(dn, password.expose()).await;
        let result = result.map_err(|error| UpstreamError::Undecided(said(&error)))?;
        match result.rc {
            code::SUCCESS => Ok(Verdict::Right),
            // Locked, expired and disabled accounts answer with these, by the server's make: to the person all are one.
            code::INVALID_CREDENTIALS
            | code::CONSTRAINT_VIOLATION
            | code::NO_SUCH_OBJECT
            | code::INAPPROPRIATE_AUTHENTICATION
            | code::INSUFFICIENT_ACCESS
            | code::UNWILLING_TO_PERFORM => {
                tracing::info!(code = result.rc, reason = reason(&result.text), "the directory refuses a password");
                Ok(Verdict::Wrong)
            }
            code::BUSY | code::UNAVAILABLE => {
                Err(UpstreamError::Undecided(format!("the bind ends with code {}", result.rc)))
            }
            other => Err(UpstreamError::Unusable(format!("the bind ends with code {other}"))),
        }
    }
}

fn away(result: &LdapResult) -> UpstreamError {
    UpstreamError::Unreachable(format!("it answers with code {}", result.rc))
}

/// Active Directory hides the true reason in its diagnostic text: `… error, data 775, v3839`.
fn reason(diagnostic: &str) -> &'static str {
    let code = diagnostic.split("data ").nth(1).and_then(|rest| rest.split(',').next()).map(str::trim);
    match code {
        Some("525") => "no such user",
        Some("52e") => "wrong password",
        Some("530") => "not at this time",
        Some("531") => "not from this workstation",
        Some("532") => "password expired",
        Some("533") => "account disabled",
        Some("701") => "account expired",
        Some("773") => "password must be changed first",
        Some("775") => "account locked",
        _ => "not told",
    }
}

fn said(error: &LdapError) -> String {
    chain(error)
}

fn authorities(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, UpstreamError> {
    let unusable = || UpstreamError::Unusable("ca_file holds no certificate in PEM".into());
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    read.ok().filter(|found| !found.is_empty()).ok_or_else(unusable)
}

fn configuration(authorities: Vec<CertificateDer<'static>>) -> Result<Arc<ClientConfig>, UpstreamError> {
    let unusable = |error: rustls::Error| UpstreamError::Unusable(format!("TLS cannot be set up: {error}"));
    let mut roots = RootCertStore::empty();
    let system = rustls_native_certs::load_native_certs();
    if system.certs.is_empty() {
        // A bare container has no authorities: then only those of the file count.
        tracing::warn!("the system has no certificate authorities");
    }
    roots.add_parsable_certificates(system.certs);
    for authority in authorities {
        roots.add(authority).map_err(unusable)?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    Ok(Arc::new(builder.map_err(unusable)?.with_root_certificates(roots).with_no_client_auth()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn active_directory_tells_why_it_refuses() {
        let said = "80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data 775, v3839\0";
        assert_eq!(reason(said), "account locked");
        assert_eq!(reason("data 52e"), "wrong password");
        for other in ["", "data", "data 1; drop", "password s3cret"] {
            assert_eq!(reason(other), "not told");
        }
    }

    #[test]
    fn a_file_without_certificates_is_refused() {
        assert!(authorities(b"").is_err());
        assert!(authorities(b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n").is_err());
    }
}
