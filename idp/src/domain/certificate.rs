//! The certificate that a client showed, as the proxy in front of us passes it on (RFC 8705, RFC 9440).

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};

use super::secret::sha256;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";
/// An ASN.1 SEQUENCE with its length in one, two or three bytes more (X.690 §8.1.3.5).
const SEQUENCE: u8 = 0x30;

/// A client's certificate: what it says is not read here, and whether it holds was for the proxy to find out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    der: Vec<u8>,
    thumbprint: String,
}

impl ClientCertificate {
    /// None: not one whole DER sequence.
    pub fn new(der: Vec<u8>) -> Option<Self> {
        let thumbprint = BASE64_URL_SAFE_NO_PAD.encode(sha256(&der));
        is_one_sequence(&der).then_some(Self { der, thumbprint })
    }

    /// Reads the value of the proxy's header: `:base64:` (RFC 9440 §2.1), or percent-encoded PEM of one certificate.
    pub fn from_header(value: &str) -> Option<Self> {
        let value = value.trim_ascii();
        let der = match value.strip_prefix(':') {
            Some(rest) => BASE64_STANDARD.decode(rest.strip_suffix(':')?).ok()?,
            None => from_pem(&percent_decoded(value)?)?,
        };
        Self::new(der)
    }

    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// What a token is bound to: `x5t#S256` (RFC 8705 §3.1).
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }
}

/// RFC 7468 §5.1, one certificate and nothing around it.
fn from_pem(text: &str) -> Option<Vec<u8>> {
    let body = text.trim_ascii().strip_prefix(BEGIN)?.strip_suffix(END)?;
    let base64: String = body.split_ascii_whitespace().collect();
    BASE64_STANDARD.decode(base64).ok()
}

/// RFC 3986 §2.1; a plus sign is a plus sign.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            bytes.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn is_one_sequence(der: &[u8]) -> bool {
    let Some((&SEQUENCE, rest)) = der.split_first() else { return false };
    let Some((&first, rest)) = rest.split_first() else { return false };
    if first < 0x80 {
        return usize::from(first) == rest.len();
    }
    let bytes = usize::from(first & 0x7f);
    let Some((length, content)) = rest.split_at_checked(bytes).filter(|_| (1..=3).contains(&bytes)) else {
        return false;
    };
    length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)) == content.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DER: [u8; 5] = [0x30, 3, 1, 2, 0xfb];

    fn read(value: &str) -> Option<Vec<u8>> {
        ClientCertificate::from_header(value).map(|certificate| certificate.der)
    }

    #[test]
    fn both_spellings_of_a_header_are_read() {
        let base64 = BASE64_STANDARD.encode(DER);
        assert_eq!(base64, "MAMBAvs=");
        assert_eq!(read(":MAMBAvs=:"), Some(DER.to_vec()));
        assert_eq!(
            read("-----BEGIN%20CERTIFICATE-----%0AMAMB%0AAvs%3D%0A-----END%20CERTIFICATE-----%0A"),
            Some(DER.to_vec())
        );
        let plus = [0x30, 2, 0xfb, 0xef];
        assert_eq!(BASE64_STANDARD.encode(plus), "MAL77w==");
        assert_eq!(read("-----BEGIN CERTIFICATE-----MAL77w==-----END CERTIFICATE-----"), Some(plus.to_vec()));
    }

    #[test]
    fn a_thumbprint_is_the_hash_of_the_whole() {
        let certificate = ClientCertificate::new(DER.to_vec()).unwrap();
        assert_eq!(certificate.thumbprint(), BASE64_URL_SAFE_NO_PAD.encode(sha256(&DER)));
        assert_eq!(certificate.thumbprint().len(), 43);
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        let pem = |body: &str| format!("{BEGIN}\n{body}\n{END}\n");
        for value in [
            "",
            "(null)",
            "::",
            ":MAMBAvs=",
            "MAMBAvs=",
            ":MAMBAvs:",
            ":MAMBAvs=:;x=1",
            ":MAMBAvs=:, :MAMBAvs=:",
            "%",
            "%0",
            "%zz",
            "%ff",
            &pem("MAMBAvs"),
            &pem("?"),
            &pem(""),
            &(pem("MAMBAvs=") + &pem("MAMBAvs=")),
            &format!("subject=/CN=x\n{}", pem("MAMBAvs=")),
            "-----BEGIN PRIVATE KEY-----\nMAMBAvs=\n-----END PRIVATE KEY-----",
        ] {
            assert_eq!(read(value), None, "{value}");
        }
    }

    #[test]
    fn only_one_whole_sequence_counts() {
        let long = |content: usize| [vec![0x30, 0x82], vec![u8::try_from(content >> 8).unwrap(), 44], vec![0; content]];
        assert!(ClientCertificate::new(long(300).concat()).is_some());
        assert!(ClientCertificate::new([long(300).concat(), vec![0]].concat()).is_none());
        for der in [&[][..], &[0x30], &[0x31, 0], &[0x30, 1], &[0x30, 0, 0], &[0x30, 0x80], &[0x30, 0x84, 0, 0, 0, 0]] {
            assert!(ClientCertificate::new(der.to_vec()).is_none(), "{der:?}");
        }
    }

    proptest! {
        #[test]
        fn no_header_panics(text in any::<String>(), encoded in "[%0-9a-fA-F:+/= -]{0,80}") {
            ClientCertificate::from_header(&text);
            ClientCertificate::from_header(&encoded);
        }
    }
}
