//! The server over real sockets.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Extension;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::super::client_address::ClientAddress;
use super::super::client_certificate::Proxies;
use super::super::limits::{self, BodyLimit, Guard, Oversize, RequestLimits};
use super::super::{access, deeds, headers};
use super::*;

const PATIENCE: Duration = Duration::from_secs(20);
const LONG: Duration = Duration::from_mins(10);
const SHORT: Duration = Duration::from_millis(60);

struct Running {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<io::Result<()>>,
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends the bytes and reads until the server closes.
    async fn exchange(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect().await;
        // Of a request that is too long the server may not take all.
        let _ = stream.write_all(bytes.as_ref()).await;
        rest_of(stream).await
    }

    async fn ended(self) {
        patiently(self.task).await.unwrap().unwrap();
    }
}

async fn patiently<T>(event: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, event).await.expect("it never happened")
}

async fn rest_of(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    // A reset ends an answer as well as a close does.
    let _ = patiently(stream.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// One request on a connection that stays open; true when it was answered with 200.
async fn ask(stream: &mut TcpStream) -> bool {
    if stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.is_err() {
        return false;
    }
    let mut answer = Vec::new();
    while !answer.ends_with(b"hello") {
        match patiently(stream.read_buf(&mut answer)).await {
            Ok(0) | Err(_) => return false,
            Ok(_) => {}
        }
    }
    answer.starts_with(b"HTTP/1.1 200")
}

fn plain() -> Server {
    Server {
        router: Router::new().route("/", get(|| async { "hello" })),
        limits: ConnectionLimits { connections: 100, connections_per_address: 100, trusted_proxies: Vec::new() },
        times: ConnectionTimes { header: LONG, idle: LONG, drain: LONG },
        deeds: Deeds::default(),
    }
}

/// Stands for the pages that tell of a request that is too large.
async fn told(request: Request, next: Next) -> axum::response::Response {
    match request.extensions().get::<Oversize>() {
        Some(Oversize(status)) => axum::response::IntoResponse::into_response(*status),
        None => next.run(request).await,
    }
}

/// All layers, stacked as the public router stacks them.
fn layered(routes: Router, proxies: Vec<IpNet>) -> Server {
    let server = plain();
    let proxies = Proxies { trusted: proxies, certificate_header: None };
    let entropy: Arc<dyn crate::domain::entropy::Entropy> = Arc::new(crate::domain::entropy::tests::Seeded::new(1));
    let stacked = routes
        .layer(from_fn_with_state(server.deeds.clone(), deeds::finish_posts))
        .layer(from_fn_with_state(BodyLimit::FORM, limits::body))
        .layer(from_fn(told))
        .layer(from_fn_with_state(Guard::new(RequestLimits::default(), proxies), limits::guard))
        .layer(from_fn(headers::secure))
        .layer(from_fn_with_state(entropy, access::record));
    Server { router: stacked, ..server }
}

async fn start(server: Server) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    Running { address, stop, task: tokio::spawn(server.serve(listener, stopped)) }
}

fn with_times(header: Duration, idle: Duration) -> Server {
    Server { times: ConnectionTimes { header, idle, drain: LONG }, ..plain() }
}

#[tokio::test]
async fn a_header_that_does_not_end_is_cut_off() {
    let server = start(with_times(SHORT, LONG)).await;
    assert_eq!(server.exchange("GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ").await, "");
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_cut_off() {
    let server = start(with_times(SHORT, LONG)).await;
    assert_eq!(server.exchange("").await, "");
}

#[tokio::test]
async fn half_an_http2_greeting_is_cut_off() {
    let server = start(with_times(SHORT, LONG)).await;
    assert_eq!(server.exchange("PRI * HTTP/2").await, "");
    // The whole greeting gets the server's settings, but then no more patience.
    server.exchange("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
}

#[tokio::test]
async fn a_second_header_may_not_dawdle_either() {
    let server = start(with_times(SHORT, LONG)).await;
    let mut stream = server.connect().await;
    assert!(ask(&mut stream).await);
    stream.write_all(b"GET / HT").await.unwrap();
    assert_eq!(rest_of(stream).await, "");
}

#[tokio::test]
async fn a_connection_may_idle_longer_than_a_header_may_take() {
    let idle = SHORT * 5;
    let server = start(with_times(SHORT, idle)).await;
    let mut stream = server.connect().await;
    assert!(ask(&mut stream).await);
    let answered = Instant::now();
    assert_eq!(rest_of(stream).await, "");
    assert!(answered.elapsed() + Duration::from_millis(20) >= idle, "closed after {:?}", answered.elapsed());
}

#[tokio::test]
async fn http2_is_served() {
    let server = start(plain()).await;
    let client = reqwest::Client::builder().no_proxy().http2_prior_knowledge().build().unwrap();
    let answer = patiently(client.get(format!("http://{}/", server.address)).send()).await.unwrap();
    assert_eq!((answer.version(), answer.status()), (axum::http::Version::HTTP_2, StatusCode::OK));
}

#[tokio::test]
async fn too_long_a_url_is_refused() {
    let server = start(layered(plain().router, Vec::new())).await;
    let request = |bytes: usize| {
        format!("GET /?{} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "q".repeat(bytes - "/?".len()))
    };
    assert!(server.exchange(request(8 * 1024)).await.starts_with("HTTP/1.1 200 "));
    assert!(server.exchange(request(8 * 1024 + 1)).await.starts_with("HTTP/1.1 414 "));
    assert!(server.exchange(request(60 * 1024)).await.starts_with("HTTP/1.1 414 "));
}

#[tokio::test]
async fn too_large_a_header_is_refused() {
    let server = start(layered(plain().router, Vec::new())).await;
    let request = |bytes: usize| {
        let fixed = "host: a\r\nconnection: close\r\nx: \r\n".len();
        format!("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: {}\r\n\r\n", "h".repeat(bytes - fixed))
    };
    assert!(server.exchange(request(16 * 1024)).await.starts_with("HTTP/1.1 200 "));
    assert!(server.exchange(request(16 * 1024 + 1)).await.starts_with("HTTP/1.1 431 "));
    // Beyond the buffer the server hangs up while the rest is still on its way: its answer may be lost with it.
    let answer = server.exchange(request(90 * 1024)).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{answer}");
}

#[tokio::test]
async fn too_many_header_lines_are_refused() {
    let server = start(layered(plain().router, Vec::new())).await;
    let request = |lines: usize| {
        format!("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{}\r\n", "X: y\r\n".repeat(lines - 2))
    };
    assert!(server.exchange(request(64)).await.starts_with("HTTP/1.1 200 "));
    assert!(server.exchange(request(65)).await.starts_with("HTTP/1.1 431 "));
}

#[tokio::test]
async fn a_full_address_is_told_to_come_back() {
    let mut server = plain();
    server.limits.connections_per_address = 2;
    let server = start(server).await;
    let (mut first, mut second) = (server.connect().await, server.connect().await);
    assert!(ask(&mut first).await && ask(&mut second).await);

    let refusal = server.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert!(refusal.starts_with("HTTP/1.1 503 ") && refusal.contains("\r\nRetry-After: 5\r\n"), "{refusal}");

    drop(first);
    patiently(async { while !ask(&mut server.connect().await).await {} }).await;
    assert!(ask(&mut second).await);
}

#[tokio::test]
async fn a_full_house_is_full_for_everyone() {
    let mut server = plain();
    server.limits.connections = 1;
    server.limits.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    let server = start(server).await;
    let mut first = server.connect().await;
    assert!(ask(&mut first).await);
    assert!(server.exchange("").await.starts_with("HTTP/1.1 503 "));
}

#[tokio::test]
async fn a_trusted_proxy_may_hold_more_connections_than_one_address() {
    let mut server = plain();
    server.limits.connections_per_address = 1;
    server.limits.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    let server = start(server).await;
    let (mut first, mut second) = (server.connect().await, server.connect().await);
    assert!(ask(&mut first).await && ask(&mut second).await);
}

#[test]
fn one_ipv6_household_counts_as_one() {
    let of = |text: &str| source_of(text.parse().unwrap());
    assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2:ffff::1"));
    assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
}

#[test]
fn only_a_broken_off_handshake_is_taken_lightly() {
    assert!(concerns_one_connection(&io::ErrorKind::ConnectionAborted.into()));
    let out_of_descriptors = io::Error::from_raw_os_error(24);
    assert!(!concerns_one_connection(&out_of_descriptors));
}

/// A handler that tells when it began and ended, or was dropped, and waits to be released.
#[derive(Clone)]
struct Stage {
    events: mpsc::UnboundedSender<&'static str>,
    release: Arc<Notify>,
}

struct OnDrop(mpsc::UnboundedSender<&'static str>, &'static str);

impl Drop for OnDrop {
    fn drop(&mut self) {
        let _ = self.0.send(self.1);
    }
}

impl Stage {
    fn new() -> (Self, mpsc::UnboundedReceiver<&'static str>) {
        let (events, seen) = mpsc::unbounded_channel();
        (Self { events, release: Arc::default() }, seen)
    }

    async fn play(Extension(stage): Extension<Self>) -> &'static str {
        let dropped = OnDrop(stage.events.clone(), "handler gone");
        let _ = stage.events.send("begun");
        stage.release.notified().await;
        let _ = stage.events.send("done");
        drop(dropped);
        "hello"
    }

    /// `/` waits for its release; "hung up" tells that the connection no longer waits for its answer.
    fn server(&self) -> Server {
        let events = self.events.clone();
        let mut server = layered(Router::new().route("/", get(Self::play).post(Self::play)), Vec::new());
        server.router =
            server.router.layer(Extension(self.clone())).layer(from_fn(move |request: Request, next: Next| {
                let connection = OnDrop(events.clone(), "hung up");
                async move {
                    let answer = next.run(request).await;
                    std::mem::forget(connection);
                    answer
                }
            }));
        server
    }
}

async fn next_is(seen: &mut mpsc::UnboundedReceiver<&'static str>, event: &str) {
    assert_eq!(patiently(seen.recv()).await, Some(event));
}

const POST: &str = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na=b";

#[tokio::test]
async fn a_drain_finishes_the_request_in_flight_and_then_returns() {
    let (stage, mut seen) = Stage::new();
    let server = start(stage.server()).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    next_is(&mut seen, "begun").await;

    server.stop.send(true).unwrap();
    patiently(async { while TcpStream::connect(server.address).await.is_ok() {} }).await;
    assert!(!server.task.is_finished());
    stage.release.notify_one();

    assert!(rest_of(stream).await.ends_with("hello"));
    server.ended().await;
}

#[tokio::test]
async fn a_drain_does_not_wait_for_ever() {
    let (stage, mut seen) = Stage::new();
    let mut staged = stage.server();
    staged.times.drain = SHORT;
    let server = start(staged).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    next_is(&mut seen, "begun").await;
    server.stop.send(true).unwrap();
    server.ended().await;
    assert_eq!(rest_of(stream).await, "");
}

#[tokio::test]
async fn a_drain_does_not_wait_for_an_idle_connection() {
    let server = start(plain()).await;
    let mut stream = server.connect().await;
    assert!(ask(&mut stream).await);
    let silent = server.connect().await;
    server.stop.send(true).unwrap();
    server.ended().await;
    drop(silent);
}

#[tokio::test]
async fn a_post_finishes_though_its_browser_hung_up_and_the_drain_waits_for_it() {
    let (stage, mut seen) = Stage::new();
    let server = start(stage.server()).await;
    let mut stream = server.connect().await;
    stream.write_all(POST.as_bytes()).await.unwrap();
    next_is(&mut seen, "begun").await;
    drop(stream);
    next_is(&mut seen, "hung up").await;

    server.stop.send(true).unwrap();
    patiently(async { while TcpStream::connect(server.address).await.is_ok() {} }).await;
    assert!(!server.task.is_finished());
    stage.release.notify_one();

    next_is(&mut seen, "done").await;
    server.ended().await;
}

#[tokio::test]
async fn a_get_ends_with_its_browser() {
    let (stage, mut seen) = Stage::new();
    let server = start(stage.server()).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    next_is(&mut seen, "begun").await;
    drop(stream);
    let mut last = [patiently(seen.recv()).await, patiently(seen.recv()).await];
    last.sort_unstable();
    assert_eq!(last, [Some("handler gone"), Some("hung up")]);
}

async fn who(Extension(peer): Extension<PeerAddress>, Extension(client): Extension<ClientAddress>) -> String {
    format!("{} {}", peer.0, client.0)
}

#[tokio::test]
async fn a_handler_learns_who_called() {
    const REQUEST: &str = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 198.51.100.1\r\nConnection: close\r\n\r\n";
    let routes = || Router::new().route("/", get(who));
    let direct = start(layered(routes(), Vec::new())).await;
    assert!(direct.exchange(REQUEST).await.ends_with("127.0.0.1 127.0.0.1"));
    let behind_proxy = start(layered(routes(), vec!["127.0.0.1/32".parse().unwrap()])).await;
    assert!(behind_proxy.exchange(REQUEST).await.ends_with("127.0.0.1 198.51.100.1"));
}

#[tokio::test]
async fn too_large_a_body_is_refused_before_it_is_read() {
    let server = start(layered(Router::new().route("/", post(|| async { "hello" })), Vec::new())).await;
    let announced = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n";
    let mut stream = server.connect().await;
    stream.write_all(announced.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    patiently(stream.read_exact(&mut answer)).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
}
