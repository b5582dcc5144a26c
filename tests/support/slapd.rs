//! A university's directory of a test's own: a real `slapd` with certificate, people, groups and a lock of its own.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use ldap3::{LdapConnAsync, Mod};
use tempfile::TempDir;
use tokio::net::TcpSocket;

pub const BASE: &str = "dc=example,dc=ac,dc=jp";
/// So many wrong passwords in a row, and the university itself locks an account, for ever.
pub const LOCK_AFTER: usize = 7;
const ADMIN: &str = "cn=admin,dc=example,dc=ac,dc=jp";
const ADMIN_PASSWORD: &str = "admin's own";
const MONBAN: &str = "cn=monban,ou=services,dc=example,dc=ac,dc=jp";
const MONBAN_PASSWORD: &str = "may search";

pub struct Slapd {
    folder: TempDir,
    program: PathBuf,
    /// Bound and never listening, so that this port is given to nobody else, even while the directory is stopped;
    /// slapd may bind it all the same, since both allow its reuse.
    _port: TcpSocket,
    address: SocketAddr,
    scheme: &'static str,
    running: Option<Child>,
}

/// What a tenant's file says of it.
#[derive(Clone)]
pub struct Upstream {
    pub url: String,
    pub filter: String,
    /// Further lines of `[[upstream]]`, and its other tables.
    pub more: String,
    pub ca: String,
    pub password: String,
    /// All of it, in other words.
    pub whole: Option<String>,
}

/// A certificate authority and a certificate for `localhost`, made once for all tests.
struct Certificates {
    folder: TempDir,
}

impl Slapd {
    /// None, said loudly, if there is no slapd; with `IDP_TEST_REQUIRE=ldap` that is a failure.
    pub async fn start() -> Option<Self> {
        Self::with("ldaps", true).await
    }

    /// One that is reached by StartTLS; without a certificate it refuses that.
    pub async fn with_start_tls(certificate: bool) -> Option<Self> {
        Self::with("ldap", certificate).await
    }

    async fn with(scheme: &'static str, certificate: bool) -> Option<Self> {
        let Some(program) = env::var_os("IDP_TEST_LDAP").map(PathBuf::from) else {
            let required = env::var("IDP_TEST_REQUIRE").is_ok_and(|list| list.split(',').any(|one| one == "ldap"));
            assert!(!required, "LDAP is required, but IDP_TEST_LDAP does not name slapd");
            eprintln!("NOT TESTED with LDAP: IDP_TEST_LDAP does not name slapd");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("db")).unwrap();
        fs::write(folder.path().join("slapd.conf"), configuration(folder.path(), certificate)).unwrap();
        let port = TcpSocket::new_v4().unwrap();
        port.set_reuseaddr(true).unwrap();
        port.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = port.local_addr().unwrap();
        let mut slapd = Self { folder, program, _port: port, address, scheme, running: None };
        slapd.go_on();
        slapd.fill().await;
        Some(slapd)
    }

    /// Starts it on its files, and returns when it listens.
    pub fn go_on(&mut self) {
        let listen = format!("{}://{}/ ldapi://{}", self.scheme, self.address, self.socket());
        let mut child = Command::new(&self.program)
            .arg("-f")
            .arg(self.folder.path().join("slapd.conf"))
            .args(["-h", &listen, "-d", "conns"])
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut heard = Vec::new();
        let started = said.by_ref().any(|line| {
            heard.push(line);
            heard.last().unwrap().contains(": listen=")
        });
        self.running = Some(child);
        assert!(started, "slapd does not start:\n{}", heard.join("\n"));
        // Whoever does not read on would stop it one day.
        std::thread::spawn(move || said.for_each(drop));
    }

    pub fn stop(&mut self) {
        if let Some(mut child) = self.running.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Our tenant's upstream, with everybody eligible.
    pub fn upstream(&self) -> Upstream {
        Upstream {
            url: format!("{}://localhost:{}", self.scheme, self.address.port()),
            filter: "(&(objectClass=person)(uid={username}))".into(),
            more: String::new(),
            ca: read(&certificates().folder.path().join("ca.pem")),
            password: MONBAN_PASSWORD.into(),
            whole: None,
        }
    }

    /// A student as the university enters them; returns the entry's name.
    pub async fn enters(&self, user_id: &str, password: &str, more: &[(&str, &str)]) -> String {
        let dn = format!("uid={user_id},ou=people,{BASE}");
        let mut attributes = vec![
            ("objectClass", "inetOrgPerson"),
            ("objectClass", "eduPerson"),
            ("uid", user_id),
            ("cn", user_id),
            ("sn", user_id),
            ("displayName", "佐藤 春香"),
            ("userPassword", password),
        ];
        attributes.retain(|(name, _)| *name == "objectClass" || more.iter().all(|(other, _)| other != name));
        attributes.extend(more);
        self.add(&dn, &attributes).await;
        dn
    }

    pub async fn add(&self, dn: &str, attributes: &[(&str, &str)]) {
        let mut names: Vec<&str> = attributes.iter().map(|(name, _)| *name).collect();
        names.dedup();
        let attributes = names.into_iter().map(|name| {
            (name, attributes.iter().filter(|(other, _)| *other == name).map(|(_, value)| *value).collect())
        });
        self.admin().await.add(dn, attributes.collect()).await.unwrap().success().unwrap();
    }

    pub async fn removes(&self, dn: &str) {
        self.admin().await.delete(dn).await.unwrap().success().unwrap();
    }

    pub async fn replaces(&self, dn: &str, attribute: &str, value: &str) {
        let change = vec![Mod::Replace(attribute, [value].into())];
        self.admin().await.modify(dn, change).await.unwrap().success().unwrap();
    }

    pub async fn renames(&self, dn: &str, rdn: &str) {
        self.admin().await.modifydn(dn, rdn, true, None).await.unwrap().success().unwrap();
    }

    /// The result code of a bind with this password, past our own house.
    pub async fn says_to(&self, dn: &str, password: &str) -> u32 {
        self.connection().await.simple_bind(dn, password).await.unwrap().rc
    }

    async fn admin(&self) -> ldap3::Ldap {
        let mut ldap = self.connection().await;
        ldap.simple_bind(ADMIN, ADMIN_PASSWORD).await.unwrap().success().unwrap();
        ldap
    }

    async fn connection(&self) -> ldap3::Ldap {
        let (connection, ldap) = LdapConnAsync::new(&format!("ldapi://{}", self.socket())).await.unwrap();
        tokio::spawn(connection.drive());
        ldap
    }

    fn socket(&self) -> String {
        self.folder.path().join("ldapi").display().to_string().replace('/', "%2F")
    }

    async fn fill(&self) {
        self.add(BASE, &[("objectClass", "dcObject"), ("objectClass", "organization"), ("o", "U"), ("dc", "example")])
            .await;
        for unit in ["people", "groups", "services"] {
            self.add(&format!("ou={unit},{BASE}"), &[("objectClass", "organizationalUnit"), ("ou", unit)]).await;
        }
        let service = [("objectClass", "device"), ("objectClass", "simpleSecurityObject"), ("cn", "monban")];
        self.add(MONBAN, &[&service[..], &[("userPassword", MONBAN_PASSWORD)]].concat()).await;
        let lock = [("objectClass", "device"), ("objectClass", "pwdPolicy"), ("cn", "lock"), ("pwdLockout", "TRUE")];
        let after = LOCK_AFTER.to_string();
        let lock = [&lock[..], &[("pwdAttribute", "userPassword"), ("pwdMaxFailure", &after)]].concat();
        self.add(&format!("cn=lock,{BASE}"), &lock).await;
    }
}

impl Drop for Slapd {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Upstream {
    /// The tenant's `[[upstream]]`; its files lie beside `tenant.toml`.
    pub fn text(&self) -> String {
        if let Some(whole) = &self.whole {
            return whole.clone();
        }
        format!(
            "[[upstream]]\nid = \"university\"\nkind = \"ldap\"\nname = {{ ja = \"大学\", en = \"University\" }}\n\
             url = \"{}\"\nbind_dn = \"{MONBAN}\"\nbind_password_file = \"ldap-password\"\nca_file = \"ldap-ca.pem\"\n\
             base_dn = \"{BASE}\"\nfilter = \"{}\"\nmax_attempts = 5\n{}\n\
             [upstream.attributes]\nuser_id = \"uid\"\nname = \"displayName\"\naffiliation = \"memberOf\"\n\
             user_kind = \"employeeType\"\nstudent_number = \"employeeNumber\"\n",
            self.url,
            self.filter,
            self.more.lines().take_while(|line| !line.starts_with('[')).collect::<Vec<_>>().join("\n"),
        ) + &self.more.lines().skip_while(|line| !line.starts_with('[')).collect::<Vec<_>>().join("\n")
    }
}

fn configuration(folder: &Path, certificate: bool) -> String {
    let (place, certificates) = (folder.display(), certificates().folder.path().display());
    let tls =
        format!("TLSCertificateFile {certificates}/server.pem\nTLSCertificateKeyFile {certificates}/server.key\n");
    format!(
        "include /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\n\
         include /etc/ldap/schema/inetorgperson.schema\n\
         modulepath /usr/lib/ldap\nmoduleload back_mdb\nmoduleload ppolicy\nmoduleload memberof\n\
         allow bind_anon_cred bind_anon_dn\npidfile {place}/pid\n{}\
         attributetype ( 1.3.6.1.4.1.5923.1.1.1.9 NAME 'eduPersonScopedAffiliation' EQUALITY caseIgnoreMatch \
         SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )\n\
         objectclass ( 1.3.6.1.4.1.5923.1.1.2 NAME 'eduPerson' SUP top AUXILIARY MAY ( eduPersonScopedAffiliation ) )\n\
         database mdb\nsuffix \"{BASE}\"\nrootdn \"{ADMIN}\"\nrootpw \"{ADMIN_PASSWORD}\"\ndirectory {place}/db\ndbnosync\n\
         overlay memberof\noverlay ppolicy\nppolicy_default \"cn=lock,{BASE}\"\n\
         access to attrs=userPassword by anonymous auth by * none\n\
         access to * by dn.exact=\"{MONBAN}\" read by * none\n",
        if certificate { tls.as_str() } else { "" }
    )
}

fn certificates() -> &'static Certificates {
    static MADE: OnceLock<Certificates> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        authority(folder.path(), "ca");
        fs::write(
            folder.path().join("extensions"),
            "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n",
        )
        .unwrap();
        let key = "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost";
        openssl(folder.path(), &format!("{key} -keyout server.key -out server.csr"));
        let sign = "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile extensions";
        openssl(folder.path(), &format!("{sign} -out server.pem"));
        Certificates { folder }
    })
}

/// The certificate of an authority that has signed nothing here.
pub fn another_authority() -> String {
    let folder = tempfile::tempdir().unwrap();
    authority(folder.path(), "other");
    read(&folder.path().join("other.pem"))
}

fn authority(folder: &Path, name: &str) {
    let key = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -addext basicConstraints=critical,CA:TRUE";
    openssl(folder, &format!("{key} -subj /CN={name} -keyout {name}.key -out {name}.pem"));
}

fn openssl(folder: &Path, arguments: &str) {
    let made = Command::new("openssl").args(arguments.split(' ')).current_dir(folder).output().unwrap();
    assert!(made.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&made.stderr));
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}
