//! The configuration of a test's world, as real files: what differs from the usual is told by name.

use std::{collections::BTreeMap, fmt::Write, fs, path::Path, time::Duration};

use idp::domain::secret::sha256_hex;

use super::slapd;

pub const ISSUER: &str = "https://id.example.jp";
pub const OTHER_ISSUER: &str = "https://other.example.jp";

/// What a mail relay shows when it reports deliveries.
pub const REPORT_KEY: &str = "relay-0123456789-0123456789-012345";

/// What differs from the usual world.
#[derive(Clone, Default)]
pub struct Setup {
    settings: BTreeMap<String, String>,
    tenant: String,
    client: String,
    server: String,
    university_is_off: bool,
    eligible: Option<String>,
    outbound_is_closed: bool,
    clients: BTreeMap<String, String>,
    mail: String,
    /// A real mail server's port, and how long its answers are waited for; none: mails stay in memory.
    pub smtp: Option<(u16, Duration)>,
    /// The port at which "The University" answers, if the first factor is proven there.
    pub university: Option<u16>,
    /// The university's directory, if the first factor is proven there.
    ldap: Option<slapd::Upstream>,
}

impl Setup {
    /// A scalar of `idp.toml`, with its place: `limits.login.idle`, `policy.two_factor`.
    #[must_use]
    pub fn set(mut self, place: &str, value: &str) -> Self {
        let name = place.split('.').map(str::to_ascii_uppercase).collect::<Vec<_>>().join("__");
        self.settings.insert(format!("IDP__{name}"), value.to_owned());
        self
    }

    pub fn with_directory(ldap: slapd::Upstream) -> Self {
        Self { ldap: Some(ldap), ..Self::default() }
    }

    /// Further tables of the tenant's file.
    #[must_use]
    pub fn tenant(mut self, text: &str) -> Self {
        self.tenant.push_str(text);
        self.tenant.push('\n');
        self
    }

    /// Further lines of `[mail]`. Below the configuration lie a maildir `bounces` and a relay's key `reports.key`.
    #[must_use]
    pub fn mail(mut self, text: &str) -> Self {
        self.mail.push_str(text);
        self.mail.push('\n');
        self
    }

    /// The university's directory stands in the file and is switched off.
    #[must_use]
    pub fn without_the_university(mut self) -> Self {
        self.university_is_off = true;
        self
    }

    /// What a student's affiliation must contain instead of the usual; not with an OIDC or LDAP university.
    #[must_use]
    pub fn eligible(mut self, affiliation: &str) -> Self {
        self.eligible = Some(affiliation.to_owned());
        self
    }

    /// No private network is listed, not even this machine.
    #[must_use]
    pub fn without_outbound_allow(mut self) -> Self {
        self.outbound_is_closed = true;
        self
    }

    /// Further lines of `[server]`.
    #[must_use]
    pub fn server(mut self, text: &str) -> Self {
        self.server.push_str(text);
        self.server.push('\n');
        self
    }

    /// Further lines of the certificate service's file.
    #[must_use]
    pub fn client(mut self, text: &str) -> Self {
        self.client.push_str(text);
        self.client.push('\n');
        self
    }

    #[must_use]
    pub fn further_client(mut self, id: &str, text: &str) -> Self {
        self.clients.insert(id.to_owned(), text.to_owned());
        self
    }

    pub fn environment(&self) -> Vec<(String, String)> {
        let cheap = [
            ("IDP__LIMITS__SECOND_PASSWORD__ARGON2_MEMORY_KIB", "8"),
            ("IDP__LIMITS__SECOND_PASSWORD__ARGON2_ITERATIONS", "1"),
        ];
        let cheap = cheap.map(|(name, value)| (name.to_owned(), value.to_owned()));
        cheap.into_iter().chain(self.settings.clone()).collect()
    }

    /// Writes the files below `folder`; the database lies where `database` says.
    pub fn write(&self, folder: &Path, database: &str) {
        write(
            &folder.join("idp.toml"),
            &format!(
                "[server]\noutbound_allow = [{}]\n{}[database]\nurl = \"{database}\"\n[mail]\n\
                 from = \"no-reply@id.example.jp\"\n{}\
                 [secrets]\nmaster_key_file = \"master.key\"\n",
                if self.outbound_is_closed { "" } else { "\"127.0.0.0/8\", \"::1/128\"" },
                self.server,
                self.mail_table()
            ),
        );
        write(&folder.join("reports.key"), REPORT_KEY);
        private(&folder.join("reports.key"));
        for name in ["new", "cur", "tmp"] {
            fs::create_dir_all(folder.join("bounces").join(name)).unwrap();
        }
        let demo = folder.join("tenants/demo");
        write(&demo.join("tenant.toml"), &self.demo_tenant());
        write(
            &demo.join("clients/certificate-service.toml"),
            &(basic_client("certificate-service") + MENU + &self.client),
        );
        write(&demo.join("clients/library.toml"), &(posting_client("library")));
        write(&demo.join("clients/phone-app.toml"), &public_client());
        write(&demo.join("clients/legacy.toml"), &(basic_client("legacy") + "require_pkce = false\n"));
        for (id, text) in &self.clients {
            write(&demo.join(format!("clients/{id}.toml")), text);
        }
        if let Some(ldap) = &self.ldap {
            write(&demo.join("ldap-ca.pem"), &ldap.ca);
            write(&demo.join("ldap-password"), &ldap.password);
            private(&demo.join("ldap-password"));
        }
        let other = folder.join("tenants/other");
        write(
            &other.join("tenant.toml"),
            &format!(
                "issuer = \"{OTHER_ISSUER}\"\nname = {{ ja = \"別の大学\" }}\nmail_from = \"no-reply@other.example.jp\"\nlanguages = [\"ja\"]\n{DIRECTORY}"
            ),
        );
        write(&other.join("clients/certificate-service.toml"), &basic_client("certificate-service"));
        if let Some(port) = self.university {
            let university = folder.join("tenants/university");
            write(&university.join("tenant.toml"), &university_tenant(port));
            write(
                &university.join("clients/idp.toml"),
                &format!(
                    "redirect_uris = [\"{ISSUER}/upstream/university/callback\"]\ngrant_types = [\"authorization_code\"]\n\
                 scope = \"openid profile student\"\nclient_secret_sha256 = \"{}\"\n",
                    sha256_hex(b"university-secret")
                ),
            );
            write(&folder.join("university-client"), "university-secret");
            private(&folder.join("university-client"));
        }
    }

    fn mail_table(&self) -> String {
        let usual =
            if self.mail.contains("bounce_address") { "" } else { "bounce_address = \"bounces@id.example.jp\"\n" };
        usual.to_owned() + &self.mail
    }

    fn demo_tenant(&self) -> String {
        let mut text = format!(
            "issuer = \"{ISSUER}\"\nname = {{ ja = \"テスト大学\", en = \"Test University\" }}\n\
             default_client = \"certificate-service\"\nmail_from = \"no-reply@id.example.jp\"\n\
             [contact]\noffice = {{ ja = \"教務部\", en = \"Academic Affairs\" }}\nphone = \"03-5550-0100\"\n\
             operator_name = {{ ja = \"サポートセンター\" }}\ngraduates_url = \"https://www.example.ac.jp/graduates\"\n"
        );
        match (&self.ldap, self.university) {
            (Some(ldap), _) => text.push_str(&ldap.text()),
            (None, None) if self.university_is_off => {
                text.push_str(&DIRECTORY.replace("kind = \"directory\"", "kind = \"directory\"\nenabled = false"));
            }
            (None, None) => {
                let affiliation = self.eligible.as_deref().unwrap_or(STUDENT);
                text.push_str(&DIRECTORY.replace(STUDENT, affiliation));
            }
            (None, Some(port)) => writeln!(
                text,
                "[[upstream]]\nid = \"university\"\nkind = \"oidc\"\nname = {{ ja = \"大学\" }}\n\
                 issuer = \"http://localhost:{port}\"\nclient_id = \"idp\"\nclient_secret_file = \"../../university-client\"\n\
                 scope = \"openid profile student\"\n[upstream.attributes]\nuser_id = \"preferred_username\"\nname = \"name\"\n\
                 student_number = \"student_number\"\nuser_kind = \"user_kind\"\naffiliation = \"affiliation\"\n\
                 [[upstream.eligible]]\naffiliation = {{ contains = \"student@example.ac.jp\" }}"
            )
            .unwrap(),
        }
        text + &self.tenant
    }
}

/// The certificate service's own pages in the menu.
const MENU: &str = "menu = { top = \"https://rp.example/\", manual = \"https://rp.example/manual\" }\n";

const STUDENT: &str = "student@example.ac.jp";
const DIRECTORY: &str = "[[upstream]]\nid = \"university\"\nkind = \"directory\"\nname = { ja = \"大学\" }\n\
    [[upstream.eligible]]\naffiliation = { contains = \"student@example.ac.jp\" }\n";

/// Who is known: students, a member of staff, one who is both, one of whom nothing is known.
pub const PEOPLE: &str = "user_id,password,name,given_name,updated_at,address,phone_number,phone_number_verified,student_number,user_kind,affiliation\n\
    s2025001,university-1,佐藤 春香,春香,1735689600,\"{\"\"country\"\": \"\"JP\"\"}\",+81 90-5550-0001,true,2025001,student,student@example.ac.jp\n\
    s2025002,university-2,鈴木 蓮,蓮,1735689600,,,,2025002,student,student@example.ac.jp\n\
    s2025003,Harbor7violet9,高橋 結衣,結衣,1735689600,,,,2025003,student,student@example.ac.jp\n\
    both,university-4,田中 颯太,颯太,1735689600,,,,2025004,staff,\"[\"\"staff@example.ac.jp\"\",\"\"student@example.ac.jp\"\"]\"\n\
    s2024001,university,山田 一郎,一郎,1735689600,,,,2024001,staff,staff@example.ac.jp\n\
    nobody,university,名無し,,,,,,,,\n";

fn basic_client(id: &str) -> String {
    client(id)
        + &format!("token_endpoint_auth_method = \"client_secret_basic\"\nclient_secret_sha256 = \"{}\"\n", hash(id))
}

fn posting_client(id: &str) -> String {
    client(id)
        + &format!("token_endpoint_auth_method = \"client_secret_post\"\nclient_secret_sha256 = \"{}\"\n", hash(id))
}

fn public_client() -> String {
    client("phone-app") + "token_endpoint_auth_method = \"none\"\n"
}

/// The usual lines of a client's file, without its authentication.
pub fn client(id: &str) -> String {
    format!(
        "client_name = \"{id}\"\nredirect_uris = [\"https://rp.example/callback\", \"https://rp.example/callback?kept=yes\"]\n\
         post_logout_redirect_uris = [\"https://rp.example/signed-out\"]\ninitiate_login_uri = \"https://rp.example/login\"\n\
         account_return_uris = [\"https://rp.example/\"]\n\
         grant_types = [\"authorization_code\", \"refresh_token\"]\n\
         scope = \"openid profile email address phone student account offline_access\"\n"
    )
}

/// A client that people are asked about, with its name in two languages.
pub fn asking_client(id: &str) -> String {
    let named = basic_client(id).replace(
        &format!("client_name = \"{id}\""),
        "\"client_name#ja\" = \"閲覧室\"\n\"client_name#en\" = \"Reading Room\"",
    );
    named + "consent = \"ask\"\n"
}

/// The secret of a client with this id.
pub fn secret(id: &str) -> String {
    format!("{id}+secret %&=:日本")
}

fn hash(id: &str) -> String {
    sha256_hex(secret(id).as_bytes())
}

fn university_tenant(port: u16) -> String {
    format!(
        "issuer = \"http://localhost:{port}\"\nname = {{ ja = \"大学\" }}\nmail_from = \"no-reply@example.ac.jp\"\n\
         [policy]\ntwo_factor = \"off\"\n[policy.email]\nenrolment = \"off\"\n[policy.second_password]\nuse = \"off\"\n\
         [[upstream]]\nid = \"directory\"\nkind = \"directory\"\n"
    )
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}
