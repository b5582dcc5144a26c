//! `[[upstream]]`: whom it lets in, and the parts of kind `oidc`.

use super::{Files, tenant_file};
use crate::domain::tenant::Condition;

#[test]
fn eligibility_patterns_hold_from_end_to_end() {
    let files = Files::good();
    let with =
        |pattern: &str| format!("{}[[upstream.eligible]]\naffiliation = {{ matches = '{pattern}' }}\n", tenant_file());
    files.write("tenants/uni/tenant.toml", &with("student|alum"));
    let tenant = files.load().unwrap().tenants[0].clone();
    let (attribute, Condition::Matches(pattern)) = &tenant.upstreams[0].eligible[0].0[0] else { panic!() };
    assert_eq!(attribute, "affiliation");
    assert!(pattern.matches("student") && pattern.matches("alum"));
    assert!(!pattern.matches("students") && !pattern.matches("an alum") && !pattern.matches("student\n"));
    for bad in ["(", "a)|(b", "(?x) a # comment"] {
        let findings = Files::tenant_says(&with(bad));
        assert!(findings[0].contains("is no pattern"), "{bad}: {findings:?}");
    }
}

#[test]
fn an_oidc_upstream_needs_its_parts_and_only_those() {
    let base = "issuer = \"https://id.example.jp\"\nname = \"U\"\n[[upstream]]\nid = \"u\"\nkind = \"oidc\"\n";
    let findings = Files::tenant_says(&format!(
        "{base}issuer = \"http://sso.example\"\nmax_attempts = 3\n[[upstream.eligible]]\nafiliation = {{ contains = \"x\" }}\n"
    ));
    let has = |part: &str| findings.iter().any(|finding| finding.contains(part));
    for part in [
        "upstream.client_id is missing",
        "upstream.client_secret_file is missing",
        "upstream.attributes.user_id is missing",
        ":6: upstream.issuer: \"http://sso.example\" must be https",
        ":7: upstream.max_attempts is for kind \"ldap\" and \"directory\" only",
        "unknown attribute \"afiliation\"; did you mean \"affiliation\"?",
    ] {
        assert!(has(part), "{part}: {findings:?}");
    }
}
