//! The configuration that `idp demo` runs on: written anew at each start, then loaded like any other.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use crate::domain::{
    entropy::Entropy,
    secret::{random_text, sha256_hex},
    tenant::Issuer,
};

/// Each file of `config/examples/demo` with its place below `<data>/config`.
const TEMPLATES: [(&str, &str); 5] = [
    ("idp.toml", include_str!("../../../config/examples/demo/idp.toml")),
    ("tenants/demo/tenant.toml", include_str!("../../../config/examples/demo/tenants/demo/tenant.toml")),
    (
        "tenants/demo/clients/certificate-service.toml",
        include_str!("../../../config/examples/demo/tenants/demo/clients/certificate-service.toml"),
    ),
    ("tenants/university/tenant.toml", include_str!("../../../config/examples/demo/tenants/university/tenant.toml")),
    (
        "tenants/university/clients/idp.toml",
        include_str!("../../../config/examples/demo/tenants/university/clients/idp.toml"),
    ),
];

/// The sample accounts of tenant `university`, upstream `directory`: a heading, then one line each.
/// Cells are texts, except: `updated_at` is a number, `phone_number_verified` a boolean, `address` a JSON object.
pub const STUDENTS: &str = include_str!("../../../config/examples/demo/students.csv");
pub use super::client::SAMPLE_SECRET;

/// What the demo fills in.
#[derive(Clone, Debug)]
pub struct DemoValues {
    /// N: the provider; the others follow it (N+1 university, N+2 service, N+3 mailbox, N+4 admin, N+25 SMTP).
    pub port: u16,
    /// The outside address of tenant `demo` instead of `http://localhost:N`; loopback is then a trusted proxy.
    pub issuer: Option<String>,
    /// A folder of further client files for tenant `demo`.
    pub clients: Option<PathBuf>,
}

/// Writes `<data>/config/` anew, makes the university's client secret if there is none yet, and gives back the path of `idp.toml`.
pub fn write(data: &Path, values: &DemoValues, entropy: &dyn Entropy) -> io::Result<PathBuf> {
    let issuer = issuer(values)?;
    let last = values.port.checked_add(25).filter(|_| values.port > 0);
    last.ok_or_else(|| invalid("the port must be 1 to 65510".to_owned()))?;
    let secret = university_secret(&data.join("secrets/university-client"), entropy)?;
    let config = data.join("config");
    for tenant in ["demo", "university"] {
        let clients = config.join("tenants").join(tenant).join("clients");
        if clients.exists() {
            fs::remove_dir_all(&clients)?;
        }
        fs::create_dir_all(&clients)?;
    }
    for (name, template) in TEMPLATES {
        fs::write(config.join(name), fill(template, values, &issuer, &secret))?;
    }
    if let Some(folder) = &values.clients {
        copy_files(folder, &config.join("tenants/demo/clients"))?;
    }
    Ok(config.join("idp.toml"))
}

fn issuer(values: &DemoValues) -> io::Result<String> {
    let Some(issuer) = &values.issuer else { return Ok(format!("http://localhost:{}", values.port)) };
    Issuer::parse(issuer).map_err(|error| invalid(format!("issuer \"{issuer}\": {error}")))?;
    // It goes into TOML texts as it is.
    if issuer.bytes().any(|b| !b.is_ascii_graphic() || b == b'"' || b == b'\\') {
        return Err(invalid(format!("issuer \"{issuer}\": unusual characters")));
    }
    Ok(issuer.clone())
}

fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, message)
}

fn fill(template: &str, values: &DemoValues, issuer: &str, secret_sha256: &str) -> String {
    let proxies = if values.issuer.is_some() { r#"["127.0.0.0/8", "::1/128"]"# } else { "[]" };
    let mut text = template
        .replace("@ISSUER@", issuer)
        .replace("@TRUSTED_PROXIES@", proxies)
        .replace("@UNIVERSITY_SECRET_SHA256@", secret_sha256)
        .replace("@PORT@", &values.port.to_string());
    for offset in [1, 2, 3, 4, 25] {
        text = text.replace(&format!("@PORT+{offset}@"), &values.port.saturating_add(offset).to_string());
    }
    text
}

/// SHA-256 of the secret in the file, which is made if it is not there.
fn university_secret(path: &Path, entropy: &dyn Entropy) -> io::Result<String> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => {
            let secret = random_text(entropy);
            file.write_all(secret.expose().as_bytes())?;
            Ok(sha256_hex(secret.expose().as_bytes()))
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Ok(sha256_hex(fs::read_to_string(path)?.trim_end_matches(['\r', '\n']).as_bytes()))
        }
        Err(error) => Err(error),
    }
}

/// Secret files beside the client files come along, so that their relative paths hold.
fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use tempfile::tempdir;

    use super::*;
    use crate::{
        config::Configuration,
        domain::{entropy::tests::Seeded, policy::TwoFactor, tenant::UpstreamKind},
    };

    fn values() -> DemoValues {
        DemoValues { port: 9000, issuer: None, clients: None }
    }

    #[test]
    fn the_demo_runs_on_a_configuration_that_loads() {
        let data = tempdir().unwrap();
        let path = write(data.path(), &values(), &Seeded::new(1)).unwrap();
        let configuration = Configuration::load(&path, []).unwrap_or_else(|findings| panic!("{findings}"));
        let (demo, university) = (configuration.tenant("demo").unwrap(), configuration.tenant("university").unwrap());
        assert_eq!(demo.issuer.as_str(), "http://localhost:9000");
        assert_eq!(university.issuer.as_str(), "http://localhost:9001");
        assert!(demo.policy.two_factor_default);
        assert_eq!(university.policy.two_factor, TwoFactor::Off);
        assert!(!university.policy.second_password.required && !university.policy.email.enrolment);
        assert!(university.upstream("directory").unwrap().kind.asks_password());
        assert!(demo.client("certificate-service").unwrap().redirect_uri("http://localhost:9002/callback").is_some());
        let UpstreamKind::Oidc(upstream) = &demo.upstream("university").unwrap().kind else { panic!() };
        let crate::domain::client::ClientAuthentication::SecretBasic(secrets) =
            &university.client("idp").unwrap().authentication
        else {
            panic!()
        };
        assert!(secrets.admit(upstream.client_secret.expose()), "both sides know the same secret");
        assert_eq!(configuration.limits.auth_key.max_per_account_day, 1000);
        assert!(configuration.refuse_samples().is_err(), "serve refuses the demo's secret");
        assert!(configuration.server.trusted_proxies.is_empty());
    }

    #[test]
    fn a_second_start_keeps_the_secret_and_rewrites_the_rest() {
        let data = tempdir().unwrap();
        let path = write(data.path(), &values(), &Seeded::new(1)).unwrap();
        let before = fs::read_to_string(data.path().join("secrets/university-client")).unwrap();
        fs::write(&path, "nonsense").unwrap();
        write(data.path(), &values(), &Seeded::new(2)).unwrap();
        assert_eq!(fs::read_to_string(data.path().join("secrets/university-client")).unwrap(), before);
        assert!(Configuration::load(&path, []).is_ok());
    }

    #[test]
    fn an_outside_issuer_is_answered_behind_a_proxy_on_this_machine() {
        let data = tempdir().unwrap();
        let outside = DemoValues { issuer: Some("https://id.example.jp".into()), ..values() };
        let path = write(data.path(), &outside, &Seeded::new(1)).unwrap();
        let configuration = Configuration::load(&path, []).unwrap();
        assert_eq!(configuration.tenant("demo").unwrap().issuer.as_str(), "https://id.example.jp");
        assert!(
            configuration
                .server
                .trusted_proxies
                .iter()
                .any(|net| net.contains(&"127.0.0.1".parse::<std::net::IpAddr>().unwrap()))
        );
        let idp = configuration.tenant("university").unwrap().client("idp").unwrap().clone();
        assert!(idp.redirect_uri("https://id.example.jp/upstream/university/callback").is_some());
        for issuer in ["http://id.example.jp", "https://x\"y", "https://id.example.jp/"] {
            let bad = DemoValues { issuer: Some(issuer.into()), ..values() };
            assert!(write(data.path(), &bad, &Seeded::new(1)).is_err(), "{issuer}");
        }
        assert!(write(data.path(), &DemoValues { port: 65511, ..values() }, &Seeded::new(1)).is_err());
    }

    #[test]
    fn further_clients_join_the_demo_tenant_until_the_next_start_without_them() {
        let (data, more) = (tempdir().unwrap(), tempdir().unwrap());
        fs::write(
            more.path().join("app.toml"),
            "redirect_uris = [\"http://127.0.0.1/cb\"]\ntoken_endpoint_auth_method = \"none\"\n",
        )
        .unwrap();
        let with = DemoValues { clients: Some(more.path().to_owned()), ..values() };
        let path = write(data.path(), &with, &Seeded::new(1)).unwrap();
        assert!(Configuration::load(&path, []).unwrap().tenant("demo").unwrap().client("app").is_some());
        write(data.path(), &values(), &Seeded::new(1)).unwrap();
        assert!(Configuration::load(&path, []).unwrap().tenant("demo").unwrap().client("app").is_none());
    }

    #[test]
    fn every_sample_student_has_every_claim_that_a_scope_can_ask_for() {
        let mut lines = STUDENTS.lines();
        let heading: Vec<&str> = lines.next().unwrap().split(',').collect();
        for claim in crate::domain::claims::supported() {
            let ours = ["preferred_username", "email", "email_verified", "two_factor_enabled"].contains(&claim);
            assert!(ours || heading.contains(&claim), "{claim}");
        }
        assert_eq!(lines.count(), 11);
    }
}
