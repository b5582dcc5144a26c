//! Documents of relying parties at an https address of this machine, behind a certificate authority of the tests' own.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex, OnceLock},
    thread,
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use serde_json::Value;
use tempfile::TempDir;

#[derive(Clone)]
pub struct Https(Arc<Shared>);

struct Shared {
    port: u16,
    documents: Mutex<BTreeMap<String, (u16, String)>>,
    asked: Mutex<Vec<String>>,
}

impl Https {
    /// On a free port, with nothing to read yet.
    pub fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let this = Self(Arc::new(Shared { port, documents: Mutex::default(), asked: Mutex::default() }));
        let (server, settings) = (this.clone(), settings());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (server, settings) = (server.clone(), Arc::clone(&settings));
                thread::spawn(move || server.answer(stream, settings));
            }
        });
        this
    }

    pub fn address(&self, path: &str) -> String {
        format!("https://127.0.0.1:{}{path}", self.0.port)
    }

    /// What stands at a path from now on; gives its address.
    pub fn publish(&self, path: &str, document: &Value) -> String {
        self.answers(path, 200, &document.to_string())
    }

    pub fn answers(&self, path: &str, status: u16, body: &str) -> String {
        self.0.documents.lock().unwrap().insert(path.to_owned(), (status, body.to_owned()));
        self.address(path)
    }

    /// The paths that were read, in their order.
    pub fn asked(&self) -> Vec<String> {
        self.0.asked.lock().unwrap().clone()
    }

    fn answer(&self, stream: TcpStream, settings: Arc<ServerConfig>) {
        // Whoever does not trust this certificate hangs up.
        let mut stream = StreamOwned::new(ServerConnection::new(settings).unwrap(), stream);
        let Some(path) = read(&mut stream) else { return };
        let known = self.0.documents.lock().unwrap().get(&path).cloned();
        let (status, body) = known.unwrap_or((404, "{}".to_owned()));
        self.0.asked.lock().unwrap().push(path);
        let location = if (300..400).contains(&status) { format!("location: {body}\r\n") } else { String::new() };
        let _ = write!(
            stream,
            "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\n{location}content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.conn.send_close_notify();
        let _ = stream.flush();
    }
}

/// The path of a request, which is read to its end.
fn read(stream: &mut StreamOwned<ServerConnection, TcpStream>) -> Option<String> {
    let mut reader = BufReader::new(stream);
    let (mut head, mut body) = (String::new(), 0);
    while !head.ends_with("\r\n\r\n") {
        let begun = head.len();
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
        if let Some(length) = head[begun..].to_ascii_lowercase().strip_prefix("content-length:") {
            body = length.trim().parse().ok()?;
        }
    }
    io::copy(&mut reader.take(body), &mut io::sink()).ok()?;
    head.split(' ').nth(1).map(str::to_owned)
}

/// For `server.outbound_ca_file`.
pub fn authority() -> PathBuf {
    folder().join("ca.pem")
}

fn settings() -> Arc<ServerConfig> {
    // A second installation is the same one.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let certificate = CertificateDer::from_pem_file(folder().join("server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(folder().join("server.key")).unwrap();
    Arc::new(ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate], key).unwrap())
}

/// Made once for all tests.
fn folder() -> &'static Path {
    static MADE: OnceLock<TempDir> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        let extensions = "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n";
        fs::write(here.join("extensions"), extensions).unwrap();
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
        openssl(here, &format!("req -x509 {key} -days 2 -addext basicConstraints=critical,CA:TRUE -subj /CN=ca -keyout ca.key -out ca.pem"));
        openssl(here, &format!("req {key} -subj /CN=127.0.0.1 -keyout server.key -out server.csr"));
        openssl(
            here,
            "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile extensions -out server.pem",
        );
        folder
    });
    made.path()
}

fn openssl(folder: &Path, arguments: &str) {
    let made = Command::new("openssl").args(arguments.split(' ')).current_dir(folder).output().unwrap();
    assert!(made.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&made.stderr));
}
