//! Whose request this is: the peer of the connection, or what a trusted proxy says (SR-86).

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The other end of the TCP connection; the server puts it into every request's extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerAddress(pub IpAddr);

/// The browser or client behind any trusted proxies. Nothing that lowers security may rest on it (SR-86).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// True when `address` is one of the proxies that may speak for others.
pub fn is_trusted(address: IpAddr, proxies: &[IpNet]) -> bool {
    let address = address.to_canonical();
    proxies.iter().any(|proxy| proxy.contains(&address))
}

/// The right-most hop that is no trusted proxy of ours. What cannot be read leads to the peer and a warning (SR-86).
pub fn client_address(peer: PeerAddress, headers: &HeaderMap, proxies: &[IpNet]) -> ClientAddress {
    let peer = peer.0.to_canonical();
    if !is_trusted(peer, proxies) {
        return ClientAddress(peer);
    }
    let mut nearest = peer;
    for line in headers.get_all(FORWARDED_FOR).iter().rev() {
        for hop in line.as_bytes().rsplit(|byte| *byte == b',') {
            let Some(hop) = std::str::from_utf8(hop).ok().and_then(parse_hop) else {
                tracing::warn!(%peer, "X-Forwarded-For from a trusted proxy is not a list of addresses; using the peer");
                return ClientAddress(peer);
            };
            nearest = hop;
            if !is_trusted(hop, proxies) {
                return ClientAddress(hop);
            }
        }
    }
    ClientAddress(nearest)
}

/// An address as proxies write it: bare, in brackets, or with a port.
fn parse_hop(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let address = match hop.parse::<IpAddr>() {
        Ok(address) => address,
        Err(_) => match hop.parse::<std::net::SocketAddr>() {
            Ok(socket) => socket.ip(),
            Err(_) => hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok()?,
        },
    };
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str]) -> String {
        let proxies: Vec<IpNet> =
            ["10.0.0.0/8", "127.0.0.1/32", "fd00::/8"].iter().map(|net| net.parse().unwrap()).collect();
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(FORWARDED_FOR, axum::http::HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        client_address(PeerAddress(peer.parse().unwrap()), &headers, &proxies).0.to_string()
    }

    #[test]
    fn a_stranger_cannot_name_another_address() {
        assert_eq!(seen("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
    }

    #[test]
    fn a_trusted_proxy_names_the_client() {
        assert_eq!(seen("10.1.2.3", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen("::ffff:10.1.2.3", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen("fd00::1", &["2001:db8::7"]), "2001:db8::7");
    }

    #[test]
    fn what_the_client_itself_put_in_front_is_ignored() {
        assert_eq!(seen("10.1.2.3", &["127.0.0.1, 192.0.2.66, 198.51.100.1, 10.9.9.9"]), "198.51.100.1");
        assert_eq!(seen("10.1.2.3", &["192.0.2.66", "198.51.100.1", "10.9.9.9"]), "198.51.100.1");
        assert_eq!(seen("10.1.2.3", &["rubbish, 198.51.100.1"]), "198.51.100.1");
    }

    #[test]
    fn a_chain_of_our_own_proxies_ends_at_its_first() {
        assert_eq!(seen("10.1.2.3", &["10.7.7.7, 10.8.8.8"]), "10.7.7.7");
        assert_eq!(seen("10.1.2.3", &[]), "10.1.2.3");
    }

    #[test]
    fn what_cannot_be_read_leads_to_the_peer() {
        for rubbish in
            ["", "unknown", "198.51.100.1,", "198.51.100.300", "[2001:db8::7", "日本", "1 2", "198.51.100.1;x"]
        {
            assert_eq!(seen("10.1.2.3", &[rubbish]), "10.1.2.3", "{rubbish}");
        }
        assert_eq!(seen("10.1.2.3", &["198.51.100.1, bad, 10.9.9.9"]), "10.1.2.3");
    }

    #[test]
    fn ports_and_brackets_are_understood() {
        assert_eq!(seen("10.1.2.3", &["198.51.100.1:4711"]), "198.51.100.1");
        assert_eq!(seen("10.1.2.3", &["[2001:db8::7]:4711"]), "2001:db8::7");
        assert_eq!(seen("10.1.2.3", &["[2001:db8::7]"]), "2001:db8::7");
        assert_eq!(seen("10.1.2.3", &["::ffff:198.51.100.1"]), "198.51.100.1");
    }
}
