//! What a configuration may hold, and how it says what it may not.

mod ldap;
mod overrides;
mod secrets;
mod upstreams;

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

use tempfile::TempDir;

use super::{Configuration, Findings, LogFormat, load::DEFAULTS};
use crate::domain::{
    client::{AccessTokenFormat, ClientAuthentication, ClientKeys, Consent, SubjectType},
    language::Language,
    samples,
    secret::sha256_hex,
    signing_key::SigningAlgorithm,
    tenant::UpstreamKind,
};

const IDP: &str = "[mail]\nfrom = \"no-reply@id.example.jp\"\n";

fn tenant_file() -> String {
    "issuer = \"https://id.example.jp\"\nname = \"University\"\n\n[[upstream]]\nid = \"directory\"\nkind = \"directory\"\n".into()
}

fn client_file() -> String {
    let hash = sha256_hex(b"a secret of sufficient length, made at random");
    format!("redirect_uris = [\"https://rp.example/cb\"]\nclient_secret_sha256 = \"{hash}\"\n")
}

/// A folder with a good configuration, of which a test changes one thing.
struct Files(TempDir);

impl Files {
    fn good() -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        files.write("idp.toml", IDP);
        files.write("tenants/uni/tenant.toml", &tenant_file());
        files.write("tenants/uni/clients/rp.toml", &client_file());
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn secret(&self, name: &str, mode: u32) {
        self.write(name, "0123456789012345678901234567890123456789\n");
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).unwrap();
    }

    fn load(&self) -> Result<Configuration, Findings> {
        self.load_with(&[])
    }

    fn load_with(&self, environment: &[(&str, &str)]) -> Result<Configuration, Findings> {
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Configuration::load(&self.path("idp.toml"), environment)
    }

    /// Every finding as `idp check` prints it, paths from the folder on.
    fn findings(&self) -> Vec<String> {
        self.findings_with(&[])
    }

    fn findings_with(&self, environment: &[(&str, &str)]) -> Vec<String> {
        let folder = format!("{}/", self.0.path().display());
        let findings = self.load_with(environment).expect_err("the configuration has a mistake");
        findings.iter().map(|finding| finding.to_string().replace(&folder, "")).collect()
    }

    fn tenant_says(text: &str) -> Vec<String> {
        let files = Self::good();
        files.write("tenants/uni/tenant.toml", text);
        files.findings()
    }

    fn client_says(text: &str) -> Vec<String> {
        let files = Self::good();
        files.write("tenants/uni/clients/rp.toml", text);
        files.findings()
    }
}

#[test]
fn a_small_configuration_is_enough() {
    let configuration = Files::good().load().unwrap_or_else(|findings| panic!("{findings}"));
    let tenant = configuration.tenant("uni").unwrap();
    assert_eq!(tenant.mail_from, "no-reply@id.example.jp");
    assert_eq!(tenant.languages, Language::ALL);
    assert_eq!(tenant.default_language, Language::Ja);
    assert_eq!(tenant.service_name.in_language(Language::Ja, Language::Ja), Some("証明書発行サービス"));
    let client = tenant.client("rp").unwrap();
    assert!(matches!(client.authentication, ClientAuthentication::SecretBasic(_)));
    assert!(client.require_pkce && client.scope.contains("openid"));
    assert!(configuration.warnings.is_empty(), "{}", configuration.warnings);
    assert!(configuration.refuse_samples().is_ok());
}

/// contract.md, Settings.
#[test]
fn the_defaults_are_those_of_the_contract() {
    let configuration = Files::good().load().unwrap();
    let tenant = configuration.tenant("uni").unwrap();
    assert_eq!(format!("{:?}", tenant.policy), format!("{:?}", samples::policy()));
    let limits = format!("{:?}", configuration.limits);
    let expected = "Limits { connections: 10000, connections_per_address: 1000, anonymous_audit_per_minute: 60, pushed_requests_per_minute: 3000, \
        login: LoginLimits { idle: 1800s, absolute: 3600s }, \
        one_time_url: OneTimeUrlLimits { resend_cooldown: 60s, max_per_account_hour: 5, max_per_account_day: 20 }, \
        reset: ResetLimits { max_per_address_hour: 3, max_per_source_hour: 100 }, \
        auth_key: AuthKeyLimits { reissue_cooldown: 60s, max_per_login: 5, max_per_account_hour: 10, \
        max_per_account_day: 20, max_wrong_in_a_row: 100 }, \
        second_password: SecondPasswordLimits { max_wrong_in_a_row: 100, argon2_memory_kib: 19456, argon2_iterations: 2 } }";
    assert_eq!(limits, expected);
    assert_eq!(configuration.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(configuration.server.admin_listen.to_string(), "127.0.0.1:8081");
    assert!(configuration.server.trusted_proxies.is_empty() && configuration.server.outbound_allow.is_empty());
    let day = std::time::Duration::from_hours(24);
    let retention = &configuration.retention;
    assert_eq!((retention.audit, retention.logins, retention.unused_accounts), (365 * day, day, 400 * day));
    assert_eq!(configuration.telemetry.log_format, LogFormat::Text);
    let UpstreamKind::Directory(limits) = &tenant.upstreams[0].kind else { panic!() };
    assert_eq!((limits.max_attempts, limits.window.as_secs()), (5, 900));
}

/// Every key that is known stands in the reference, in use or behind a `#`.
#[test]
fn the_reference_names_every_key() {
    fn keys(schema: &serde_json::Value, root: &serde_json::Value, found: &mut Vec<String>) {
        let target = schema.get("$ref").and_then(|at| root.pointer(at.as_str()?.trim_start_matches('#')));
        let schema = target.unwrap_or(schema);
        let Some(properties) = schema.get("properties").and_then(|properties| properties.as_object()) else { return };
        for (name, value) in properties {
            found.push(name.clone());
            keys(value, root, found);
        }
    }
    let [(_, schema), ..] = super::schema::schemas();
    let root = schema.to_value();
    let mut found = Vec::new();
    keys(&root, &root, &mut found);
    assert!(found.len() > 60, "{found:?}");
    for name in found {
        let named = [format!("\n{name} = "), format!("\n# {name} = "), format!("\n[{name}]"), format!(".{name}]")];
        assert!(named.iter().any(|line| DEFAULTS.contains(line.as_str())), "{name}");
    }
}

#[test]
fn the_reference_itself_may_be_the_file() {
    let files = Files::good();
    files.write("idp.toml", &DEFAULTS.replace("# from = ", "from = "));
    assert!(files.load().is_ok());
}

#[test]
fn an_unknown_key_is_told_with_its_line_and_the_nearest_known_one() {
    let text = tenant_file().replace("issuer", "isuer");
    assert_eq!(
        Files::tenant_says(&text),
        ["tenants/uni/tenant.toml:1: unknown key \"isuer\"; did you mean \"issuer\"?"]
    );
    let files = Files::good();
    files.write("idp.toml", &format!("{IDP}\n[limits.auth_key]\nmax_per_logn = 3\n"));
    assert_eq!(files.findings(), ["idp.toml:5: unknown key \"max_per_logn\"; did you mean \"max_per_login\"?"]);
}

#[test]
fn several_findings_come_at_once_each_on_its_line() {
    let files = Files::good();
    files.write("idp.toml", &format!("{IDP}[server]\nlisten = 8080\nlissten = \"x\"\n[policy.auth_key]\ndigits = 4\n"));
    files.write(
        "tenants/uni/tenant.toml",
        &format!("them = \"x\"\n{}", tenant_file().replace("directory\"\nk", "directory\"\nenabled = 3\nk")),
    );
    files.write("tenants/uni/clients/rp.toml", &format!("{}scope = \"openid emial\"\n", client_file()));
    assert_eq!(
        files.findings(),
        [
            "idp.toml:4: server.listen: invalid type: integer 8080, expected a string",
            "idp.toml:5: unknown key \"lissten\"; did you mean \"listen\"?",
            "idp.toml:7: policy.auth_key.digits must be 6 to 10, not 4",
            "tenants/uni/clients/rp.toml:3: scope: \"emial\" is no scope of this provider; did you mean \"email\"?",
            "tenants/uni/tenant.toml:1: unknown key \"them\"; did you mean \"theme\"?",
            "tenants/uni/tenant.toml:7: upstream.enabled: invalid type: integer 3, expected a boolean",
        ]
    );
}

#[test]
fn a_mistake_in_the_defaults_is_told_once_and_not_at_each_tenant() {
    let files = Files::good();
    files.write("idp.toml", "[mail]\nfrom = \"nobody\"\n[policy.auth_key]\ndigits = \"six\"\nmax_attempts = 99\n");
    files.write("tenants/zwei/tenant.toml", &tenant_file().replace("id.example.jp", "zwei.example.jp"));
    assert_eq!(
        files.findings(),
        [
            "idp.toml:2: mail.from: \"nobody\" is no mail address",
            "idp.toml:4: policy.auth_key.digits: invalid type: string \"six\", expected a whole number",
            "idp.toml:5: policy.auth_key.max_attempts must be 3 to 10, not 99",
        ]
    );
}

#[test]
fn what_is_no_toml_is_told_with_its_line() {
    let findings = Files::tenant_says("issuer = \"https://id.example.jp\"\nname = \n");
    assert!(findings[0].starts_with("tenants/uni/tenant.toml:2: "), "{findings:?}");
    assert_eq!(findings.len(), 1);
}

#[test]
fn what_is_promised_for_later_is_refused_by_name() {
    let findings = Files::client_says(&format!("{}request_uris = []\n", client_file()));
    assert_eq!(findings, ["tenants/uni/clients/rp.toml:3: \"request_uris\" is not supported yet"]);
    let findings = Files::tenant_says(&tenant_file().replace("kind = \"directory\"", "kind = \"saml\""));
    assert_eq!(findings, ["tenants/uni/tenant.toml:6: upstream.kind: \"saml\" is not supported yet"]);
}

#[test]
fn a_value_out_of_range_is_told_with_the_range() {
    let tenant = tenant_file();
    for (policy, finding) in [
        ("one_time_url.lifetime = \"2h\"", "policy.one_time_url.lifetime must be 5m to 1h, not 2h"),
        ("auth_key.lifetime = \"30s\"", "policy.auth_key.lifetime must be 3m to 10m, not 30s"),
        ("second_password.min_length = 7", "policy.second_password.min_length must be 8 to 64, not 7"),
        ("session.absolute = \"2d\"", "policy.session.absolute must be 1h to 1d, not 2d"),
        ("auth_key.max_attempts = -1", "policy.auth_key.max_attempts must be 3 to 10, not -1"),
        (
            "step_up_age = \"10min\"",
            "policy.step_up_age: \"10min\" is no length of time; write a whole number and s, m, h or d: \"10m\"",
        ),
        ("two_factor = \"of\"", "policy.two_factor: \"of\" is not one of \"user-choice\", \"required\", \"off\""),
    ] {
        let findings = Files::tenant_says(&format!("policy.{policy}\n{tenant}"));
        assert_eq!(findings, [format!("tenants/uni/tenant.toml:1: {finding}")]);
    }
}

#[test]
fn a_missing_file_or_folder_is_told() {
    let files = Files::good();
    fs::remove_file(files.path("tenants/uni/tenant.toml")).unwrap();
    assert!(files.findings()[0].starts_with("tenants/uni/tenant.toml: cannot be read: "));
    fs::remove_dir_all(files.path("tenants")).unwrap();
    assert!(files.findings()[0].contains("paths.tenants: "), "{:?}", files.findings());
    fs::remove_file(files.path("idp.toml")).unwrap();
    assert!(files.findings()[0].starts_with("idp.toml: cannot be read: "));
}

#[test]
fn a_tenant_s_id_is_short_and_plain() {
    let files = Files::good();
    files.write("tenants/Uni_2/tenant.toml", &tenant_file());
    files.write("tenants/README.md", "not a tenant");
    assert_eq!(files.findings(), ["tenants/Uni_2: a tenant's id must be 1 to 32 of a-z, 0-9 and -"]);
}

#[test]
fn two_tenants_do_not_share_an_issuer_nor_hide_each_other() {
    let files = Files::good();
    files.write("tenants/zwei/tenant.toml", &tenant_file().replace("https://id", "https://ID"));
    assert_eq!(files.findings(), ["tenants/zwei/tenant.toml:1: issuer: tenant \"uni\" has the same address"]);
    files.write("tenants/zwei/tenant.toml", &tenant_file().replace("example.jp", "example.jp/zwei"));
    assert!(files.load().is_ok(), "the longer path wins");
    files.write("tenants/zwei/tenant.toml", &tenant_file().replace("example.jp", "example.jp/token"));
    assert_eq!(
        files.findings(),
        ["tenants/zwei/tenant.toml:1: issuer: hides https://id.example.jp/token of tenant \"uni\""]
    );
}

#[test]
fn redirect_uris_in_files_are_held_to_the_rules_of_registration() {
    let findings = Files::client_says(&client_file().replace("https://rp.example/cb", "http://rp.example/cb"));
    assert_eq!(
        findings,
        ["tenants/uni/clients/rp.toml:1: redirect_uris: \"http://rp.example/cb\" must be https, or http on loopback"]
    );
}

#[test]
fn levels_that_are_not_ours_are_refused() {
    for (acr, finding) in [
        ("aal2", "is no acr of this provider"),
        ("https://refeds.org/profile/mfa", "is no acr of this provider"),
        ("urn:idp:acr:authkey", "did you mean \"urn:idp:acr:auth-key\"?"),
    ] {
        let findings = Files::client_says(&format!("{}default_acr_values = [\"{acr}\"]\n", client_file()));
        assert!(findings[0].contains(finding), "{findings:?}");
    }
    let files = Files::good();
    files.write("tenants/uni/tenant.toml", &format!("policy.two_factor = \"off\"\n{}", tenant_file()));
    files.write("tenants/uni/clients/rp.toml", &format!("{}minimum_acr = \"urn:idp:acr:auth-key\"\n", client_file()));
    assert!(files.findings()[0].contains("nobody could sign in"), "{:?}", files.findings());
}

#[test]
fn the_app_is_off_until_it_is_allowed_and_needs_what_it_builds_on() {
    let minimum = format!("{}minimum_acr = \"urn:idp:acr:authenticator\"\n", client_file());
    let files = Files::good();
    files.write("tenants/uni/clients/rp.toml", &minimum);
    assert!(files.findings()[0].contains("reaches no more than urn:idp:acr:auth-key"), "{:?}", files.findings());
    let says = |lines: &str| files.write("tenants/uni/tenant.toml", &format!("{lines}\n{}", tenant_file()));
    says("policy.authenticator = \"allowed\"");
    assert!(files.load().unwrap_or_else(|f| panic!("{f}")).tenant("uni").unwrap().policy.allows_apps());
    files.write("tenants/uni/clients/rp.toml", &client_file());
    for without in ["two_factor = \"off\"", "email.enrolment = \"off\"", "second_password.use = \"off\""] {
        says(&format!("policy.authenticator = \"allowed\"\npolicy.{without}"));
        let configuration = files.load().unwrap_or_else(|findings| panic!("{findings}"));
        assert!(!configuration.tenant("uni").unwrap().policy.allows_apps(), "{without}");
        let told = format!("{:?}", configuration.warnings);
        assert!(told.contains("policy.authenticator: \\\"allowed\\\" does nothing"), "{without}: {told}");
    }
    let findings = Files::tenant_says(&format!("policy.authenticator = \"on\"\n{}", tenant_file()));
    assert!(findings[0].contains("is not one of \"off\", \"allowed\""), "{findings:?}");
}

#[test]
fn the_default_client_must_exist() {
    let findings = Files::tenant_says(&format!("default_client = \"other\"\n{}", tenant_file()));
    assert_eq!(findings, ["tenants/uni/tenant.toml:1: default_client: there is no client \"other\" in this tenant"]);
}

#[test]
fn every_setting_of_a_tenant_and_a_client_is_read() {
    let files = Files::good();
    files.write("tenants/uni/tenant.toml", include_str!("samples/every_tenant_setting.toml"));
    files.write("tenants/uni/clients/rp.toml", include_str!("samples/every_client_setting.toml"));
    files.secret("tenants/uni/secret", 0o600);
    files.write("tenants/uni/ca.pem", ldap::CERTIFICATE);
    let configuration = files.load().unwrap_or_else(|findings| panic!("{findings}"));
    let tenant = configuration.tenant("uni").unwrap();
    assert_eq!(tenant.name.in_language(Language::Ja, Language::En), Some("大学"));
    assert_eq!(tenant.maintenance.as_ref().unwrap().from.as_millis(), 1_803_834_000_000);
    assert_eq!(tenant.upstreams.len(), 3);
    let client = tenant.client("rp-1").unwrap();
    assert_eq!(client.name.in_language(Language::Ja, Language::En), Some("証明書"));
    assert_eq!(client.name.in_language(Language::Ko, Language::En), Some("Certificates"));
    assert_eq!(client.default_max_age.unwrap().as_secs(), 3600);
    assert_eq!(client.subject_type, SubjectType::Pairwise { sector: "rp.example".into() });
    assert_eq!(client.keys, ClientKeys::Uri("https://rp.example/jwks".into()));
    assert_eq!(client.authorization_signed_response_alg, SigningAlgorithm::EdDsa);
    assert_eq!((client.consent, client.access_token_format), (Consent::Ask, AccessTokenFormat::Jwt));
    assert!(client.dpop_bound_access_tokens && client.require_signed_request_object && client.resources.len() == 1);
    assert!(tenant.policy.dynamic_registration && tenant.policy.session_management);
    assert!(client.require_auth_time && client.menu.manual.is_some() && client.account_return_uris.len() == 1);
}

#[test]
fn a_relative_database_lies_beside_its_file() {
    let files = Files::good();
    files.write("idp.toml", &format!("{IDP}[database]\nurl = \"sqlite://data/../x.db?mode=rwc\"\n"));
    let url = files.load().unwrap().database_url;
    assert_eq!(url.expose(), format!("sqlite://{}/x.db?mode=rwc", files.0.path().display()));
    files.write("idp.toml", &format!("{IDP}[database]\nurl = \"mysql://x\"\n"));
    assert!(files.findings()[0].contains("database.url must begin with"));
}

#[test]
fn weak_choices_are_warnings_and_stop_nothing() {
    let files = Files::good();
    files.write(
        "idp.toml",
        &format!("{IDP}[server]\nadmin_listen = \"0.0.0.0:1\"\n[limits.second_password]\nargon2_memory_kib = 64\n"),
    );
    let warnings = files.load().unwrap().warnings;
    assert_eq!(warnings.iter().count(), 2);
    assert!(warnings.to_string().contains("warning: "), "{warnings}");
}

#[test]
fn the_schemas_know_the_keys_and_nothing_else() {
    for (name, schema) in super::schema::schemas() {
        let text = schema.to_value().to_string();
        assert!(text.contains("\"additionalProperties\":false"), "{name}");
        assert!(!text.contains("\"client_secret\":") && !text.contains("\"smtp_password\":"), "{name}");
    }
}
