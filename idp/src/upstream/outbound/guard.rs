//! Which addresses may be connected to at all: the public internet, and what the operator has listed (SR-80).

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

#[derive(Clone)]
pub(super) struct Guard {
    pub allow: Arc<[IpNet]>,
    pub loopback: bool,
}

impl Guard {
    pub fn admits(&self, ip: IpAddr) -> bool {
        is_public(ip) || self.lists(ip) || (self.loopback && ip.is_loopback())
    }

    pub fn lists(&self, ip: IpAddr) -> bool {
        self.allow.iter().any(|network| network.contains(&ip))
    }
}

/// Connects to checked addresses only, so that a name cannot change its meaning between check and call.
impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let good: Vec<SocketAddr> = found.into_iter().filter(|address| guard.admits(address.ip())).collect();
            if good.is_empty() {
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, "no address of a public network").into());
            }
            Ok(Box::new(good.into_iter()) as Addrs)
        })
    }
}

pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Whether an address belongs to the public internet (IANA special-purpose registries).
/// IPv6 forms that carry an IPv4 address are refused as a whole.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    )
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    let global_unicast = a & 0xe000 == 0x2000;
    let special = (a == 0x2001 && (b < 0x0200 || b == 0x0db8)) || a == 0x2002 || (a == 0x3fff && b < 0x1000);
    global_unicast && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_no_public_network_are_known() {
        for text in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.1",
            "203.0.113.9",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "64:ff9b::a00:1",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:7f00:1::",
            "3fff::1",
            "fec0::1",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
        for text in
            ["8.8.8.8", "100.63.0.1", "100.128.0.1", "172.32.0.1", "193.0.0.1", "2606:4700::1111", "2001:200::1"]
        {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_to_loopback_is_not_called() {
        let guard = Guard { allow: Arc::from([]), loopback: false };
        assert!(guard.resolve("localhost".parse().unwrap()).await.is_err());
        let guard = Guard { allow: Arc::from([]), loopback: true };
        assert!(guard.resolve("localhost".parse().unwrap()).await.is_ok());
    }
}
