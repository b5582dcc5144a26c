//! `[[upstream]]` of kind `ldap`.

use super::{Files, tenant_file};
use crate::domain::tenant::UpstreamKind;

pub const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n";

const LDAP: &str = "issuer = \"https://id.example.jp\"\nname = \"University\"\n[[upstream]]\nid = \"u\"\nkind = \"ldap\"\n\
    url = \"ldaps://ldap.example.ac.jp\"\nbind_dn = \"cn=monban\"\nbind_password_file = \"secret\"\nbase_dn = \"dc=jp\"\n\
    filter = \"(uid={username})\"\nmax_attempts = 4\nattributes.user_id = \"uid\"\n";

fn files(text: &str) -> Files {
    let files = Files::good();
    files.secret("tenants/uni/secret", 0o600);
    files.write("tenants/uni/tenant.toml", text);
    files
}

/// A good file of which one line is another one.
fn says(from: &str, to: &str) -> Vec<String> {
    assert!(LDAP.contains(from), "{from}");
    files(&LDAP.replacen(from, to, 1)).findings()
}

#[test]
fn a_directory_needs_few_words() {
    let configuration = files(LDAP).load().unwrap_or_else(|findings| panic!("{findings}"));
    assert!(configuration.warnings.is_empty(), "{}", configuration.warnings);
    let UpstreamKind::Ldap(ldap) = &configuration.tenants[0].upstreams[0].kind else { panic!() };
    assert_eq!((ldap.stable_id.as_str(), ldap.ca.is_none()), ("entryUUID", true));
    assert_eq!((ldap.limits.max_attempts, ldap.limits.window.as_secs()), (4, 900));
    assert_eq!(ldap.filter.looking_for("s1"), "(uid=s1)");
    assert!(!format!("{ldap:?}").contains("0123456789"), "the password is not printed");
}

#[test]
fn what_is_missing_is_told_by_name() {
    let text = "issuer = \"https://id.example.jp\"\nname = \"U\"\n[[upstream]]\nid = \"u\"\nkind = \"ldap\"\n";
    let findings = Files::tenant_says(text);
    for key in ["url", "bind_dn", "bind_password_file", "base_dn", "filter", "attributes.user_id"] {
        let told = format!("tenants/uni/tenant.toml:3: upstream.{key} is missing");
        assert!(findings.iter().any(|finding| finding.starts_with(&told)), "{key}: {findings:?}");
    }
}

#[test]
fn nothing_is_ever_sent_in_the_clear() {
    assert!(files(&LDAP.replace("ldaps:", "ldap:")).load().is_ok(), "which means StartTLS");
    for (url, problem) in [
        ("ldapi://%2Frun%2Fslapd", "must be ldaps://host"),
        ("https://ldap.example.ac.jp", "must be ldaps://host"),
        ("ldap.example.ac.jp", "is no address"),
        ("ldaps://", "must name the host"),
        ("ldaps://[::1]", "must name the host"),
        ("ldaps://cn=x:y@ldap.example.ac.jp", "must not carry a user name"),
        ("ldaps://ldap.example.ac.jp/dc=jp", "must end after host and port"),
        ("ldaps://ldap.example.ac.jp/?starttls", "must end after host and port"),
    ] {
        let findings = says("ldaps://ldap.example.ac.jp", url);
        assert!(findings.len() == 1 && findings[0].contains(":6: upstream.url: "), "{findings:?}");
        assert!(findings[0].contains(problem), "{findings:?}");
    }
}

#[test]
fn the_user_name_stands_in_the_filter_once_and_as_a_value() {
    for (filter, problem) in [
        ("(uid=x)", "must contain {username} exactly once"),
        ("(|(uid={username})(mail={username}))", "must contain {username} exactly once"),
        ("(uid={username}*)", "must stand in an equality match"),
        ("uid={username}", "is no LDAP filter"),
    ] {
        let findings = says("(uid={username})", filter);
        assert!(findings.len() == 1 && findings[0].contains(":10: upstream.filter: "), "{findings:?}");
        assert!(findings[0].contains(problem), "{findings:?}");
    }
}

#[test]
fn the_password_of_the_service_account_is_in_a_file_of_its_owner() {
    let files = files(LDAP);
    files.secret("tenants/uni/secret", 0o644);
    assert!(files.findings()[0].contains("bind_password_file: others than its owner"), "{:?}", files.findings());
    let findings = says("bind_password_file = \"secret\"", "bind_password = \"x\"");
    assert!(findings.iter().any(|finding| finding.contains("no secrets in here")), "{findings:?}");
}

/// SR-71.
#[test]
fn a_name_that_is_given_again_is_no_stable_id() {
    for name in ["uid", "SAMACCOUNTNAME", "mail"] {
        let findings = says("max_attempts = 4", &format!("stable_id = \"{name}\"\nmax_attempts = 4"));
        assert!(findings[0].contains("can be given to another person"), "{findings:?}");
    }
    let findings = says("max_attempts = 4", "stable_id = \"(x)\"\nmax_attempts = 4");
    assert!(findings[0].contains("is no attribute's name"), "{findings:?}");
    assert!(files(&LDAP.replace("max_attempts = 4", "stable_id = \"objectGUID\"\nmax_attempts = 4")).load().is_ok());
}

#[test]
fn a_file_of_authorities_holds_certificates() {
    let with = LDAP.replace("max_attempts = 4", "ca_file = \"ca.pem\"\nmax_attempts = 4");
    let files = files(&with);
    assert!(files.findings()[0].contains(":11: upstream.ca_file: "), "it is not there");
    files.write("tenants/uni/ca.pem", "no certificate");
    assert!(files.findings()[0].contains("is no file with a certificate in PEM"));
    files.write("tenants/uni/ca.pem", CERTIFICATE);
    assert!(files.load().unwrap().tenants[0].upstreams[0].enabled);
}

#[test]
fn whoever_leaves_the_tries_unset_is_told_of_the_university_s_own_lock() {
    let warnings = files(&LDAP.replace("max_attempts = 4\n", "")).load().unwrap().warnings;
    assert!(warnings.to_string().contains("must stay below the wrong tries"), "{warnings}");
}

#[test]
fn keys_of_other_kinds_are_refused() {
    let findings = says("max_attempts = 4", "max_attempts = 4\nissuer = \"https://x.example\"");
    assert!(findings[0].contains("upstream.issuer is for kind \"oidc\" only"), "{findings:?}");
    let findings = Files::tenant_says(&format!("{}base_dn = \"dc=jp\"\n", tenant_file()));
    assert!(findings[0].contains("upstream.base_dn is for kind \"ldap\" only"), "{findings:?}");
    let findings = says("\"uid\"", "\"no (name)\"");
    assert!(findings[0].contains("upstream.attributes: \"no (name)\" is no attribute's name"), "{findings:?}");
}

#[test]
fn the_block_in_the_template_is_a_good_one() {
    let template = include_str!("../../../../config/examples/tenant.toml");
    let (_, block) = template.split_once("# kind = \"ldap\"").unwrap();
    let lines: Vec<&str> = block.lines().map(|line| line.trim_start_matches("# ").trim_start_matches('#')).collect();
    let block = lines.join("\n");
    let text =
        format!("issuer = \"https://id.example.jp\"\nname = \"U\"\n[[upstream]]\nid = \"u\"\nkind = \"ldap\"\n{block}");
    let files = files(&text);
    files.secret("tenants/uni/secrets/ldap-password", 0o600);
    files.write("tenants/uni/secrets/university-ca.pem", CERTIFICATE);
    assert!(files.load().is_ok(), "{:?}", files.findings());
}
