//! Certificates as clients show them, put together byte by byte; nobody here looks at their signatures.

use base64::{Engine, prelude::BASE64_STANDARD};

use super::jose::Key;

pub struct Certificate {
    subject: Vec<(&'static [u8], String)>,
    issuer: Vec<(&'static [u8], String)>,
    alternatives: Vec<(u8, Vec<u8>)>,
    not_before: &'static str,
    not_after: &'static str,
    spki: Vec<u8>,
}

const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const ORGANIZATION: &[u8] = &[0x55, 4, 10];
/// ecdsa-with-SHA256
const SIGNED_BY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
const ALTERNATIVE_NAMES: &[u8] = &[0x55, 0x1d, 0x11];

impl Certificate {
    /// `CN=rp,O=Test University`, by an authority.
    pub fn of(key: &Key) -> Self {
        Self {
            subject: vec![(ORGANIZATION, "Test University".into()), (COMMON_NAME, "rp".into())],
            issuer: vec![(COMMON_NAME, "authority".into())],
            alternatives: Vec::new(),
            not_before: "20200101000000Z",
            not_after: "20490101000000Z",
            spki: key.spki(),
        }
    }

    #[must_use]
    pub fn self_signed(mut self) -> Self {
        self.issuer = self.subject.clone();
        self
    }

    /// Its own name as the issuer's, in capitals and with a blank more.
    #[must_use]
    pub fn hardly_self_signed(mut self) -> Self {
        self.issuer = self.subject.iter().map(|(kind, value)| (*kind, value.to_uppercase() + " ")).collect();
        self
    }

    #[must_use]
    pub fn called(mut self, common_name: &str) -> Self {
        self.subject = vec![(ORGANIZATION, "Test University".into()), (COMMON_NAME, common_name.into())];
        self
    }

    #[must_use]
    pub fn from(mut self, not_before: &'static str) -> Self {
        self.not_before = not_before;
        self
    }

    #[must_use]
    pub fn until(mut self, not_after: &'static str) -> Self {
        self.not_after = not_after;
        self
    }

    /// A general name by its tag: 1 mail, 2 host, 6 URI, 7 address (RFC 5280 §4.2.1.6).
    #[must_use]
    pub fn also(mut self, tag: u8, value: &[u8]) -> Self {
        self.alternatives.push((0x80 | tag, value.to_vec()));
        self
    }

    pub fn der(&self) -> Vec<u8> {
        let subject = name(&self.subject);
        let issuer = name(&self.issuer);
        let algorithm = tlv(0x30, &tlv(6, SIGNED_BY));
        let validity = [tlv(0x18, self.not_before.as_bytes()), tlv(0x18, self.not_after.as_bytes())].concat();
        let mut body = vec![
            tlv(0xa0, &tlv(2, &[2])),
            tlv(2, &[1]),
            algorithm.clone(),
            issuer,
            tlv(0x30, &validity),
            subject,
            self.spki.clone(),
        ];
        if !self.alternatives.is_empty() {
            let names: Vec<u8> = self.alternatives.iter().flat_map(|(tag, value)| tlv(*tag, value)).collect();
            let extension = [tlv(6, ALTERNATIVE_NAMES), tlv(4, &tlv(0x30, &names))].concat();
            body.push(tlv(0xa3, &tlv(0x30, &tlv(0x30, &extension))));
        }
        tlv(0x30, &[tlv(0x30, &body.concat()), algorithm, tlv(3, &[0, 1])].concat())
    }

    /// As RFC 9440 writes it.
    pub fn header(&self) -> String {
        format!(":{}:", BASE64_STANDARD.encode(self.der()))
    }

    /// As nginx writes `$ssl_client_escaped_cert`.
    pub fn escaped_pem(&self) -> String {
        let base64 = BASE64_STANDARD.encode(self.der());
        let lines: Vec<String> =
            base64.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into()).collect();
        let pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"));
        pem.replace(' ', "%20").replace('\n', "%0A").replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
    }
}

fn name(parts: &[(&[u8], String)]) -> Vec<u8> {
    let part =
        |(kind, value): &(&[u8], String)| tlv(0x31, &tlv(0x30, &[tlv(6, kind), tlv(12, value.as_bytes())].concat()));
    tlv(0x30, &parts.iter().flat_map(part).collect::<Vec<u8>>())
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let [.., high, low] = content.len().to_be_bytes();
    let length = match content.len() {
        0..128 => vec![low],
        128..256 => vec![0x81, low],
        _ => vec![0x82, high, low],
    };
    [vec![tag], length, content.to_vec()].concat()
}
