//! The authenticator app: what is kept of one, how it is set up, and which codes it may prove itself with (RFC 6238).

use data_encoding::BASE32_NOPAD;
use totp_rs::{Algorithm, Builder, Totp};
use zeroize::Zeroizing;

use super::{
    auth_key,
    clock::Timestamp,
    secret::{Sealed, Secret},
};

/// Every app speaks these; some take other ones silently for these.
const ALGORITHM: Algorithm = Algorithm::SHA1;
const DIGITS: u8 = 6;
/// Seconds that one code is shown.
const STEP: u64 = 30;
/// Steps before and after the present one whose codes pass: clocks differ, and typing takes time (RFC 6238 §5.2).
const SKEW: u64 = 1;
/// RFC 4226 §4, R6.
pub const SECRET_BYTES: usize = 20;

/// An app whose code confirmed it; there is no half-set-up one (SR-33).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authenticator {
    pub secret: Sealed,
    pub enrolled_at: Timestamp,
    /// The newest step whose code was taken: that code and all before it are used up.
    pub last_step: u64,
}

/// What app and provider share.
pub struct SharedSecret(Zeroizing<Vec<u8>>);

/// What was typed as a code: blanks and hyphens dropped, full-width digits converted; none unless six digits are left.
pub fn read(typed: &str) -> Option<String> {
    auth_key::read(typed, usize::from(DIGITS))
}

impl SharedSecret {
    /// None: too short to keep anybody out (128 bits at least).
    pub fn new(bytes: Zeroizing<Vec<u8>>) -> Option<Self> {
        (bytes.len() >= 16).then_some(Self(bytes))
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The step whose code this is, out of the present one and its neighbours, and later than `last_step`.
    pub fn accepts(&self, code: &str, last_step: u64, now: Timestamp) -> Option<u64> {
        let present = u64::try_from(now.as_seconds()).ok()? / STEP;
        let app = self.app(None, "");
        (present.saturating_sub(SKEW)..=present + SKEW)
            .filter(|step| *step > last_step)
            .find(|step| app.check(code, step * STEP).is_some())
    }

    /// The code of an instant, as the app shows it.
    pub fn code_at(&self, at: Timestamp) -> Secret {
        let seconds = u64::try_from(at.as_seconds()).unwrap_or(0);
        Secret::new(self.app(None, "").generate(seconds).to_string())
    }

    /// For typing: base32 in groups of four.
    pub fn groups(&self) -> Secret {
        let text = Zeroizing::new(BASE32_NOPAD.encode(&self.0));
        let mut grouped = String::with_capacity(text.len() + text.len() / 4);
        for (at, letter) in text.chars().enumerate() {
            if at > 0 && at % 4 == 0 {
                grouped.push(' ');
            }
            grouped.push(letter);
        }
        Secret::new(grouped)
    }

    /// For scanning: `otpauth://totp/issuer:user?…`. A colon parts issuer and user, so neither may hold one.
    pub fn uri(&self, issuer: &str, user_id: &str) -> Option<Secret> {
        let app = self.app(Some(issuer.replace(':', " ")), &user_id.replace(':', " "));
        app.to_url().ok().map(Secret::new)
    }

    /// The steps are chosen above, so the library's own window stays shut.
    fn app(&self, issuer: Option<String>, user_id: &str) -> Totp {
        Builder::new()
            .with_algorithm(ALGORITHM)
            .with_digits(DIGITS)
            .with_step_duration(STEP)
            .with_skew(0)
            .with_secret(self.0.to_vec())
            .with_issuer(issuer)
            .with_account_name(user_id)
            .build_noncompliant()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn secret() -> SharedSecret {
        SharedSecret::new(Zeroizing::new(b"12345678901234567890".to_vec())).unwrap()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    /// RFC 6238, appendix B: the SHA-1 rows, of which an app with six digits shows the last six.
    #[test]
    fn the_codes_are_those_of_the_rfc() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret().code_at(at(seconds)).expose(), code, "{seconds}");
            let step = u64::try_from(seconds).unwrap() / STEP;
            assert_eq!(secret().accepts(code, 0, at(seconds)), Some(step), "{seconds}");
        }
    }

    #[test]
    fn the_neighbours_of_the_present_step_pass_and_no_others() {
        let code = secret().code_at(at(900));
        for (now, taken) in [(839, false), (869, false), (870, true), (900, true), (959, true), (960, false)] {
            assert_eq!(secret().accepts(code.expose(), 0, at(now)).is_some(), taken, "{now}");
        }
    }

    #[test]
    fn a_code_that_was_taken_is_used_up_and_so_are_those_before_it() {
        let (before, present, after) =
            (secret().code_at(at(870)), secret().code_at(at(900)), secret().code_at(at(930)));
        let step = secret().accepts(present.expose(), 0, at(900)).unwrap();
        assert_eq!(secret().accepts(present.expose(), step, at(900)), None);
        assert_eq!(secret().accepts(before.expose(), step, at(900)), None);
        assert_eq!(secret().accepts(after.expose(), step, at(900)), Some(step + 1));
    }

    #[test]
    fn a_short_secret_is_none() {
        assert!(SharedSecret::new(Zeroizing::new(vec![1; 15])).is_none());
    }

    #[test]
    fn the_secret_is_typed_in_groups_and_scanned_as_a_uri() {
        assert_eq!(secret().groups().expose(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        let uri = secret().uri("見本大学: 証明書", "s2025001").unwrap();
        let url = url::Url::parse(uri.expose()).unwrap();
        let query: std::collections::BTreeMap<_, _> = url.query_pairs().into_owned().collect();
        assert_eq!((url.scheme(), url.host_str()), ("otpauth", Some("totp")));
        assert_eq!(query["secret"], "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(query["issuer"], "見本大学  証明書");
        assert!(url.path().ends_with(":s2025001"), "{uri}", uri = uri.expose());
        assert!(!uri.expose().contains('+'), "apps do not all read + as a blank: {}", uri.expose());
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        assert_eq!(read("１２３ ４５６").as_deref(), Some("123456"));
        assert_eq!(read("12345"), None);
    }

    proptest! {
        /// However codes are tried, each step is taken once at most, and never after a later one.
        #[test]
        fn no_step_is_taken_twice(tries in proptest::collection::vec((0..600i64, -90..90i64), 1..40)) {
            let (mut now, mut last, mut taken) = (1_000_000i64, 0, Vec::new());
            for (pass, off) in tries {
                now += pass;
                let code = secret().code_at(at(now + off));
                if let Some(step) = secret().accepts(code.expose(), last, at(now)) {
                    prop_assert!(taken.last().is_none_or(|newest| step > *newest));
                    taken.push(step);
                    last = step;
                }
            }
        }
    }
}
