//! The accept loop: who may connect, how long a connection may idle, how it all ends (SR-84).
//!
//! Plain HTTP/1 and HTTP/2; TLS is the proxy's.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv6Addr};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use ipnet::IpNet;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt;

use super::client_address::{PeerAddress, is_trusted};
use super::deeds::Deeds;
use super::pulse::{Pulse, Verdict, Watched};

/// How many connections may be open.
#[derive(Clone, Debug)]
pub struct ConnectionLimits {
    pub connections: usize,
    /// Per IPv4 address or IPv6 /64. A trusted proxy speaks for many and is exempt.
    pub connections_per_address: usize,
    pub trusted_proxies: Vec<IpNet>,
}

/// How long a connection may take its time.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionTimes {
    /// From the first byte of a request (of the first: from the connection) to the end of its header.
    pub header: Duration,
    /// Between an answer and the next request. Longer than a proxy keeps its idle connections (nginx: 60 s),
    /// so that never both ends act at once.
    pub idle: Duration,
    /// From the signal to the end, at most.
    pub drain: Duration,
}

impl Default for ConnectionTimes {
    fn default() -> Self {
        Self { header: Duration::from_secs(10), idle: Duration::from_secs(75), drain: Duration::from_secs(10) }
    }
}

pub struct Server {
    pub router: Router,
    pub limits: ConnectionLimits,
    pub times: ConnectionTimes,
    /// The same that the router's layers count in.
    pub deeds: Deeds,
}

/// Room to read what is too long and say so on a page: a URL of 64 KiB is the longest that hyper takes, beside headers
/// of 16 KiB. The real limits are the request's (`limits.rs`).
const HEAD_BYTES: u32 = 96 * 1024;
const HEADER_LINES: usize = 64;
const STREAMS: u32 = 100;
const PENDING_RESETS: usize = 20;
const OUR_RESETS: usize = 100;
/// How long accepting rests when the system is out of file descriptors or memory.
const REST: Duration = Duration::from_millis(500);

const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

impl Server {
    /// Serves until `shutdown` turns true (or its sender is gone); then accepts nothing more, lets requests and deeds
    /// in flight finish within `times.drain`, and returns.
    pub async fn serve(self, listener: TcpListener, mut shutdown: watch::Receiver<bool>) -> io::Result<()> {
        let protocol = Arc::new(protocol());
        let ledger = Arc::new(Ledger { limits: self.limits, open: Mutex::default() });
        let stopping = shutdown.clone();
        let mut stop = pin!(shutdown.wait_for(|stop| *stop));
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                biased;
                _ = &mut stop => break,
                Some(_) = connections.join_next(), if !connections.is_empty() => continue,
                accepted = listener.accept() => accepted,
            };
            let (stream, peer) = match accepted {
                Ok((stream, socket)) => (stream, socket.ip().to_canonical()),
                Err(error) if concerns_one_connection(&error) => continue,
                Err(error) => {
                    tracing::error!(%error, "cannot accept connections");
                    metrics::counter!("idp_accept_errors_total").increment(1);
                    tokio::select! { _ = &mut stop => break, () = tokio::time::sleep(REST) => continue }
                }
            };
            let Some(slot) = Ledger::admit(&ledger, peer) else {
                metrics::counter!("idp_connections_refused_total").increment(1);
                turn_away(stream);
                continue;
            };
            let connection = Connection {
                protocol: Arc::clone(&protocol),
                router: self.router.clone(),
                times: self.times,
                peer: PeerAddress(peer),
                slot,
            };
            connections.spawn(connection.run(stream, stopping.clone()));
        }
        drop(listener);
        let finished = async {
            while connections.join_next().await.is_some() {}
            self.deeds.finished().await;
        };
        if tokio::time::timeout(self.times.drain, finished).await.is_err() {
            tracing::warn!(
                connections = connections.len(),
                deeds = self.deeds.running(),
                "not all requests ended in time"
            );
            connections.shutdown().await;
        }
        Ok(())
    }
}

fn protocol() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().max_buf_size(HEAD_BYTES as usize).max_headers(HEADER_LINES);
    builder
        .http2()
        .max_concurrent_streams(STREAMS)
        .max_pending_accept_reset_streams(PENDING_RESETS)
        .max_local_error_reset_streams(OUR_RESETS)
        .max_header_list_size(HEAD_BYTES);
    builder
}

struct Connection {
    protocol: Arc<auto::Builder<TokioExecutor>>,
    router: Router,
    times: ConnectionTimes,
    peer: PeerAddress,
    slot: Slot,
}

impl Connection {
    async fn run(self, stream: TcpStream, mut shutdown: watch::Receiver<bool>) {
        let Self { protocol, router, times, peer, slot: _slot } = self;
        // Without it small answers wait for the client's acknowledgement.
        let _ = stream.set_nodelay(true);
        let pulse = Pulse::new(times.header, times.idle);
        let service = service_fn({
            let pulse = Arc::clone(&pulse);
            move |request: Request<Incoming>| {
                let busy = pulse.begin();
                let mut request = request.map(Body::new);
                request.extensions_mut().insert(peer);
                let answer = router.clone().oneshot(request);
                async move {
                    let answer = answer.await;
                    drop(busy);
                    answer
                }
            }
        });
        let connection = protocol.serve_connection(TokioIo::new(Watched::new(stream, Arc::clone(&pulse))), service);
        let mut connection = pin!(connection);
        let mut stop = pin!(shutdown.wait_for(|stop| *stop));
        let mut timer = pin!(tokio::time::sleep(times.header));
        let mut closing = false;
        loop {
            tokio::select! {
                // How a client ended its connection is its own affair.
                _ = connection.as_mut() => return,
                _ = &mut stop, if !closing => {
                    closing = true;
                    connection.as_mut().graceful_shutdown();
                }
                () = timer.as_mut() => match pulse.judge() {
                    Verdict::LookAgain(at) => timer.as_mut().reset(at),
                    Verdict::Idle(at) if !closing => {
                        closing = true;
                        connection.as_mut().graceful_shutdown();
                        timer.as_mut().reset(at);
                    }
                    Verdict::Idle(_) | Verdict::Stalled => return,
                },
            }
        }
    }
}

/// Who holds how many connections.
struct Ledger {
    limits: ConnectionLimits,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    total: usize,
    by_source: HashMap<IpAddr, usize>,
}

impl Ledger {
    fn admit(ledger: &Arc<Self>, peer: IpAddr) -> Option<Slot> {
        let source = (!is_trusted(peer, &ledger.limits.trusted_proxies)).then(|| source_of(peer));
        let mut open = ledger.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.total >= ledger.limits.connections {
            return None;
        }
        if let Some(source) = source {
            let held = open.by_source.entry(source).or_default();
            if *held >= ledger.limits.connections_per_address {
                return None;
            }
            *held += 1;
        }
        open.total += 1;
        metrics::gauge!("idp_connections").increment(1);
        Some(Slot { ledger: Arc::clone(ledger), source })
    }
}

/// One open connection, given back when dropped.
struct Slot {
    ledger: Arc<Ledger>,
    source: Option<IpAddr>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut open = self.ledger.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.total -= 1;
        metrics::gauge!("idp_connections").decrement(1);
        let Some(source) = self.source else { return };
        if let Some(held) = open.by_source.get_mut(&source) {
            *held -= 1;
            if *held == 0 {
                open.by_source.remove(&source);
            }
        }
    }
}

/// One household: an IPv4 address, or an IPv6 /64, which any single host may fill at will.
fn source_of(peer: IpAddr) -> IpAddr {
    match peer {
        IpAddr::V4(_) => peer,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

/// The client broke off between its handshake and our accept: nothing to wait for.
fn concerns_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Answers 503 without waiting for the request, and closes. Nothing here waits: a full house must not be slowed by it.
fn turn_away(stream: TcpStream) {
    let Ok(mut stream) = stream.into_std() else { return };
    let _ = stream.write_all(FULL);
    let _ = stream.shutdown(std::net::Shutdown::Write);
    // Unread bytes would turn the close into a reset, which can overtake the answer.
    let _ = stream.read(&mut [0; 4096]);
}

#[cfg(test)]
mod tests;
