//! A client's certificate, believed only from a trusted proxy (RFC 8705 §6.5, SR-86).

use std::sync::Arc;

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue},
};
use ipnet::IpNet;

use crate::domain::certificate::ClientCertificate;

use super::client_address::{PeerAddress, is_trusted};

/// Who may speak for others, and in which header they name a client's certificate.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    pub trusted: Vec<IpNet>,
    /// None: nobody's certificate is believed.
    pub certificate_header: Option<HeaderName>,
}

/// The certificate of the TLS connection that this request came through; a trusted proxy puts it there.
#[derive(Clone, Debug)]
pub struct ShownCertificate(pub Arc<ClientCertificate>);

/// Takes the proxy's header off the request. Whatever is doubtful is no certificate, so that all that needs one refuses.
pub fn take(request: &mut Request, peer: PeerAddress, proxies: &Proxies) -> Option<ShownCertificate> {
    let name = proxies.certificate_header.as_ref()?;
    let values: Vec<HeaderValue> = request.headers().get_all(name).iter().cloned().collect();
    request.headers_mut().remove(name);
    let (value, trusted) = (values.first()?, is_trusted(peer.0, &proxies.trusted));
    if !trusted || value.is_empty() {
        return None;
    }
    let read = if values.len() == 1 { value.to_str().ok().and_then(ClientCertificate::from_header) } else { None };
    if read.is_none() {
        tracing::warn!(peer = %peer.0, header = %name, "a proxy's header holds no certificate that can be read");
    }
    read.map(|certificate| ShownCertificate(Arc::new(certificate)))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    const GOOD: &str = ":MAMBAvs=:";

    fn taken(peer: &str, values: &[&str], header: Option<&'static str>) -> Option<String> {
        let proxies = Proxies {
            trusted: vec!["10.0.0.0/8".parse().unwrap()],
            certificate_header: header.map(HeaderName::from_static),
        };
        let mut request = Request::new(Body::empty());
        for value in values {
            request.headers_mut().append("client-cert", HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let shown = take(&mut request, PeerAddress(peer.parse().unwrap()), &proxies);
        assert_eq!(request.headers().contains_key("client-cert"), header.is_none() && !values.is_empty());
        shown.map(|shown| shown.0.thumbprint().to_owned())
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let header = Some("client-cert");
        assert!(taken("10.1.2.3", &[GOOD], header).is_some());
        assert!(taken("::ffff:10.1.2.3", &[GOOD], header).is_some());
        assert!(taken("203.0.113.9", &[GOOD], header).is_none());
        assert!(taken("10.1.2.3", &[GOOD], None).is_none(), "no header is configured");
    }

    #[test]
    fn what_cannot_be_read_is_no_certificate() {
        for values in [&[][..], &[""], &["rubbish"], &[GOOD, GOOD], &[GOOD, ""], &["日本"]] {
            assert_eq!(taken("10.1.2.3", values, Some("client-cert")), None, "{values:?}");
        }
    }
}
