//! What stands before what: the environment before the files, a tenant before the defaults.

use super::{Files, IDP, tenant_file};
use crate::domain::policy::TwoFactor;

#[test]
fn the_environment_overrides_single_values() {
    let files = Files::good();
    let configuration = files
        .load_with(&[
            ("IDP__SERVER__LISTEN", "0.0.0.0:9999"),
            ("IDP__LIMITS__CONNECTIONS", "2000"),
            ("IDP__POLICY__TWO_FACTOR", "required"),
            ("IDP__POLICY__UPSTREAM_LOGOUT", "true"),
            ("IDP__MAIL__SMTP_PASSWORD", "12345"),
            ("IDP__SERVER__ADMIN_URL", "https://admin.example"),
            ("PATH", "/bin"),
        ])
        .unwrap();
    assert_eq!(configuration.server.listen.to_string(), "0.0.0.0:9999");
    assert_eq!(configuration.limits.connections, 2000);
    assert_eq!(configuration.mail.smtp_password.unwrap().expose(), "12345");
    let policy = &configuration.tenants[0].policy;
    assert!(policy.two_factor == TwoFactor::Required && policy.upstream_logout);
}

#[test]
fn a_variable_that_fits_nothing_is_told_by_its_name() {
    let files = Files::good();
    for (name, value, finding) in [
        ("IDP__SERVER__LISTN", "x", "unknown key \"listn\"; did you mean \"listen\"?"),
        ("IDP__SERVER", "x", "only single values can be set here; this one belongs into the file"),
        ("IDP__SERVER__TRUSTED_PROXIES", "x", "only single values can be set here; this one belongs into the file"),
        ("IDP__SERVER__LISTEN__X", "x", "there is no such setting"),
        (
            "IDP__LIMITS__CONNECTIONS",
            "many",
            "limits.connections: invalid type: string \"many\", expected a whole number",
        ),
        ("IDP__LIMITS__CONNECTIONS", "0", "limits.connections must be 1 to 1000000, not 0"),
    ] {
        let findings = files.findings_with(&[(name, value)]);
        assert_eq!(findings[0], format!("environment {name}: {finding}"));
    }
}

#[test]
fn a_tenant_overrides_the_defaults_key_by_key() {
    let files = Files::good();
    files.write("idp.toml", &format!("{IDP}[policy]\ntwo_factor = \"off\"\n[policy.auth_key]\ndigits = 8\n"));
    files.write("tenants/uni/tenant.toml", &format!("policy.auth_key.lifetime = \"5m\"\n{}", tenant_file()));
    let policy = files.load().unwrap().tenants[0].policy.clone();
    assert_eq!((policy.auth_key.digits, policy.auth_key.lifetime.as_secs()), (8, 300));
    assert_eq!(policy.two_factor, TwoFactor::Off);
}
