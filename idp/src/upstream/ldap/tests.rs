//! What is decided before a directory is asked.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{
    domain::{
        clock::Timestamp,
        ldap_filter::LdapFilter,
        tenant::{LocalizedText, PasswordLimits, UpstreamKind},
    },
    upstream::outbound::OutboundSettings,
};

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(1000)
    }
}

/// Nobody listens where it leads; whatever is asked there is an error other than a refusal.
fn ldap(url: &str) -> Result<Ldap, UpstreamError> {
    let limits = PasswordLimits { max_attempts: 5, window: Duration::from_mins(15) };
    let settings = tenant::LdapUpstream {
        url: url.parse().unwrap(),
        bind_dn: "cn=monban".into(),
        bind_password: Secret::new("x"),
        base_dn: "dc=x".into(),
        filter: LdapFilter::parse("(uid={username})").unwrap(),
        stable_id: "entryUUID".into(),
        ca: None,
        limits,
    };
    let configured = tenant::Upstream {
        id: UpstreamId::new("u"),
        name: LocalizedText::default(),
        enabled: true,
        kind: UpstreamKind::Ldap(Box::new(settings.clone())),
        attributes: BTreeMap::from([("user_id".into(), "uid".into()), ("name".into(), "ENTRYuuid".into())]),
        eligible: vec![],
    };
    let outbound = Outbound::new(&OutboundSettings::default()).unwrap();
    let fingerprint: Fingerprint = Arc::new(|texts| crate::domain::secret::sha256(texts.join("/").as_bytes()));
    Ldap::new(&configured, &settings, &outbound, Arc::new(Stopped), Memory { fingerprint, just_used: Arc::default() })
}

fn away() -> Ldap {
    ldap("ldaps://127.0.0.1:1").unwrap()
}

#[tokio::test]
async fn what_cannot_be_a_password_never_reaches_the_directory() {
    for (user_id, password) in [
        ("", "x"),
        (" 　", "x"),
        ("s1", ""),
        ("s1", "a\0b"),
        ("s1", "\0"),
        ("ｓ１\u{ad}", "x"),
        ("s1\u{200d}", "x"),
        ("学生", "x"),
    ] {
        let answer = away().check_password(user_id, Secret::new(password)).await;
        assert_eq!(answer.unwrap_err(), UpstreamError::Refused, "{user_id:?} {password:?}");
    }
    let answer = away().check_password(&"a".repeat(129), Secret::new("x")).await;
    assert_eq!(answer.unwrap_err(), UpstreamError::Refused);
    let answer = away().check_password("s1", Secret::new("x".repeat(1025))).await;
    assert_eq!(answer.unwrap_err(), UpstreamError::Refused);
}

#[tokio::test]
async fn a_directory_that_is_away_is_unreachable_and_after_a_while_not_even_called() {
    let ldap = away();
    let mut reasons = Vec::new();
    for _ in 0..4 {
        match ldap.check_password("s1", Secret::new("x")).await {
            Err(UpstreamError::Unreachable(reason)) => reasons.push(reason),
            other => panic!("{other:?}"),
        }
    }
    assert!(!reasons[2].contains("a moment ago") && reasons[3].contains("a moment ago"), "{reasons:?}");
}

#[test]
fn an_attribute_is_asked_for_once() {
    assert_eq!(away().line.wanted, ["entryUUID", "uid"]);
}

#[test]
fn no_other_way_in_than_an_encrypted_one() {
    assert!(ldap("ldapi://%2Frun%2Fslapd").is_err() && ldap("http://127.0.0.1").is_err());
    assert!(ldap("ldap://127.0.0.1").is_ok(), "StartTLS");
    assert!(ldap("ldaps://10.0.0.1").is_err(), "a private network that is not listed");
}

proptest! {
    /// Two names that a directory could take for one are one for our counter too: case and blanks aside.
    #[test]
    fn a_name_that_is_asked_for_has_one_spelling(typed in any::<String>()) {
        if let Some(name) = typed_user_id(&typed).filter(|name| has_one_spelling(name)) {
            prop_assert!(name.is_ascii() && !name.starts_with(' ') && !name.ends_with(' ') && !name.contains("  "));
        }
    }
}
