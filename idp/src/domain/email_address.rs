//! E-mail addresses: one addr-spec, old carrier addresses, and the tenant's domain lists (SR-35, journeys E-20 to E-25).

use super::policy::EmailPolicy;

/// A syntactically good address in canonical form: domain in lower case, local part as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress {
    local: String,
    domain: String,
}

/// Why an address is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// E-20
    Empty,
    /// E-21
    Format,
    /// E-23: `..` or `.@` outside the listed carriers.
    Dots,
    /// E-24, with the domain.
    Denied(String),
    /// E-25, with the domains that are allowed.
    NotAllowed(Vec<String>),
}

impl EmailAddress {
    /// Reads what was typed: blanks removed, full-width converted, domain lower-cased (journeys 1.3, 10).
    pub fn read(typed: &str) -> Result<Self, Refused> {
        let text: String = typed.chars().filter(|c| !c.is_whitespace()).map(half_width).collect();
        if text.is_empty() {
            return Err(Refused::Empty);
        }
        let (local, domain) = text.split_once('@').ok_or(Refused::Format)?;
        let domain = domain.to_ascii_lowercase();
        // RFC 5321 §4.5.3.1 lengths; RFC 5322 §3.2.3 atext and dots: no quoted part, comment, route or `%`-hack.
        let local_good =
            (1..=64).contains(&local.len()) && local.bytes().all(is_atext_or_dot) && !local.starts_with('.');
        if !local_good || !is_domain(&domain) || text.len() > 254 {
            return Err(Refused::Format);
        }
        Ok(Self { local: local.to_owned(), domain })
    }

    /// Whether a tenant takes it.
    pub fn admit(&self, policy: &EmailPolicy) -> Result<(), Refused> {
        if self.has_legacy_dots() {
            let carrier = policy.legacy_carrier_domains.iter().any(|pattern| self.is_at(pattern));
            if !(policy.legacy_carrier_addresses && carrier) {
                return Err(Refused::Dots);
            }
        }
        if policy.deny_domains.iter().any(|pattern| self.is_at(pattern)) {
            return Err(Refused::Denied(self.domain.clone()));
        }
        if !policy.allow_domains.is_empty() && !policy.allow_domains.iter().any(|pattern| self.is_at(pattern)) {
            return Err(Refused::NotAllowed(policy.allow_domains.clone()));
        }
        Ok(())
    }

    /// The canonical text, for people and for equality.
    pub fn as_text(&self) -> String {
        format!("{}@{}", self.local, self.domain)
    }

    pub fn local(&self) -> &str {
        &self.local
    }

    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// For SMTP: a local part that is no dot-atom must be quoted (RFC 5321 §4.1.2).
    pub fn smtp_local(&self) -> String {
        if self.has_legacy_dots() { format!("\"{}\"", self.local) } else { self.local.clone() }
    }

    /// As pages show it to whoever may not be its owner: `ta•••@example.com` (journeys 1.3, 9).
    pub fn masked(&self) -> String {
        let shown = if self.local.len() > 3 { 2 } else { 1 };
        let head: String = self.local.chars().take(shown).collect();
        format!("{head}•••@{}", self.domain)
    }

    fn has_legacy_dots(&self) -> bool {
        self.local.contains("..") || self.local.ends_with('.')
    }

    fn is_at(&self, pattern: &str) -> bool {
        match pattern.strip_prefix("*.") {
            Some(parent) => self.domain.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.')),
            None => self.domain == pattern,
        }
    }
}

fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    }
}

fn is_atext_or_dot(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$&'*+-/=?^_`{|}~.".contains(&byte)
}

/// A host name of at least two labels (RFC 1123 §2.1); an internationalised one in its ASCII form.
fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let labels: Vec<&str> = domain.split('.').collect();
    labels.len() >= 2
        && labels.iter().all(|part| label(part))
        && labels.last().is_some_and(|last| last.bytes().any(|b| b.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples;

    fn policy() -> EmailPolicy {
        samples::policy().email
    }

    #[test]
    fn what_people_type_becomes_one_canonical_address() {
        for typed in ["Taro@Example.COM", " Taro@example.com ", "Ｔａｒｏ＠Ｅｘａｍｐｌｅ．ｃｏｍ"] {
            assert_eq!(EmailAddress::read(typed).unwrap().as_text(), "Taro@example.com", "{typed}");
        }
    }

    #[test]
    fn what_is_not_exactly_one_address_is_refused() {
        for typed in [
            "taro",
            "@example.com",
            "taro@",
            "taro@example",
            "taro@@example.com",
            "a@b.jp,c@d.jp",
            "\"a b\"@example.com",
            "<taro@example.com>",
            "taro(x)@example.com",
            "taro%x@example.com",
            "tarō@example.com",
            "taro@-x.com",
            "taro@1.2.3.4",
            "taro@[127.0.0.1]",
            ".taro@example.com",
            "taro@exa_mple.com",
            "a\u{0}@example.com",
            "taro@example.com\r\nBcc:x@y.jp",
        ] {
            assert!(matches!(EmailAddress::read(typed), Err(Refused::Format)), "{typed:?}");
        }
        assert_eq!(EmailAddress::read(" 　"), Err(Refused::Empty));
        assert!(EmailAddress::read(&format!("{}@example.com", "a".repeat(65))).is_err());
    }

    #[test]
    fn old_carrier_addresses_pass_at_the_carriers_only_and_are_quoted_for_smtp() {
        let address = EmailAddress::read("a..b.@docomo.ne.jp").unwrap();
        assert_eq!(address.admit(&policy()), Ok(()));
        assert_eq!(address.smtp_local(), "\"a..b.\"");
        assert_eq!(EmailAddress::read("x.@t.vodafone.ne.jp").unwrap().admit(&policy()), Ok(()));
        assert_eq!(EmailAddress::read("a..b@example.com").unwrap().admit(&policy()), Err(Refused::Dots));
        let strict = EmailPolicy { legacy_carrier_addresses: false, ..policy() };
        assert_eq!(address.admit(&strict), Err(Refused::Dots));
    }

    #[test]
    fn domain_lists_hold_for_subdomains_only_where_they_say_so() {
        let policy = EmailPolicy { deny_domains: vec!["example.ac.jp".into(), "*.example.ac.jp".into()], ..policy() };
        assert!(EmailAddress::read("a@example.ac.jp").unwrap().admit(&policy).is_err());
        assert!(EmailAddress::read("a@g.example.ac.jp").unwrap().admit(&policy).is_err());
        assert!(EmailAddress::read("a@badexample.ac.jp").unwrap().admit(&policy).is_ok());
        let only = EmailPolicy { allow_domains: vec!["example.com".into()], ..self::policy() };
        assert!(matches!(EmailAddress::read("a@x.example.com").unwrap().admit(&only), Err(Refused::NotAllowed(_))));
    }

    #[test]
    fn a_masked_address_hides_who_it_is() {
        assert_eq!(EmailAddress::read("taro@example.com").unwrap().masked(), "ta•••@example.com");
        assert_eq!(EmailAddress::read("abc@example.com").unwrap().masked(), "a•••@example.com");
    }
}
