//! A guarded connection that speaks no HTTP: to a directory that an operator configured.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use tokio::net::TcpStream;
use url::Url;

use super::{Guard, Outbound, OutboundError, is_loopback};

/// Connects to one configured host and port.
#[derive(Clone)]
pub struct Dial {
    guard: Guard,
    host: String,
    port: u16,
}

impl Outbound {
    /// The same networks as for calls; what is configured on loopback may be there.
    pub fn dial(&self, configured: &Url, port: u16) -> Result<Dial, OutboundError> {
        let host = configured.host_str().unwrap_or_default();
        if host.is_empty() || host.starts_with('[') {
            return Err(OutboundError::Forbidden("no host name".into()));
        }
        // In addresses other than http and https a number stands as a name.
        let number: Option<IpAddr> = host.parse().ok();
        let loopback = is_loopback(configured) || number.is_some_and(|ip| ip.is_loopback());
        let guard = Guard { allow: Arc::clone(&self.allow), loopback };
        if number.is_some_and(|ip| !guard.admits(ip)) {
            return Err(OutboundError::Forbidden(format!("{host} is of no public network (server.outbound_allow)")));
        }
        Ok(Dial { guard, host: host.to_owned(), port })
    }
}

impl Dial {
    /// The first of the host's addresses that answers; the caller limits the time.
    pub async fn connect(&self) -> io::Result<TcpStream> {
        let found = tokio::net::lookup_host((self.host.as_str(), self.port)).await?;
        let good: Vec<SocketAddr> = found.filter(|address| self.guard.admits(address.ip())).collect();
        if good.is_empty() {
            let reason = format!("{} has no address of a public network (server.outbound_allow)", self.host);
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, reason));
        }
        TcpStream::connect(good.as_slice()).await
    }
}

#[cfg(test)]
mod tests {
    use super::super::OutboundSettings;
    use super::*;

    fn dial(allow: &[&str], url: &str) -> Result<Dial, OutboundError> {
        let allow = allow.iter().map(|network| network.parse().unwrap()).collect();
        let outbound = Outbound::new(&OutboundSettings { allow, ..OutboundSettings::default() }).unwrap();
        outbound.dial(&Url::parse(url).unwrap(), 636)
    }

    #[test]
    fn a_directory_in_a_private_network_must_be_listed() {
        assert!(dial(&[], "ldaps://10.1.2.3").is_err());
        assert!(dial(&["10.0.0.0/8"], "ldaps://10.1.2.3").is_ok());
        assert!(dial(&[], "ldaps://127.0.0.1").is_ok(), "configured on loopback");
        assert!(dial(&[], "ldaps://ldap.example.ac.jp").is_ok(), "its addresses are looked at when it is called");
        assert!(dial(&[], "ldaps://[::1]").is_err());
    }

    #[tokio::test]
    async fn a_name_that_leads_into_a_private_network_is_not_called() {
        let mut inside = dial(&[], "ldaps://localhost").unwrap();
        inside.guard.loopback = false;
        assert_eq!(inside.connect().await.unwrap_err().kind(), io::ErrorKind::PermissionDenied);
    }
}
