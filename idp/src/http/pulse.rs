//! What one connection is doing, so that slow senders and idle connections can be told from busy ones (SR-84).
//!
//! hyper's own header timeout runs while a connection merely idles, and does not run before the protocol is known
//! nor on HTTP/2; this one is the same for all of them.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// No header is on its way.
const NONE: u64 = u64::MAX;

pub(super) struct Pulse {
    born: Instant,
    header: Duration,
    idle: Duration,
    answering: AtomicUsize,
    /// Milliseconds after `born` at which the header that is on its way began.
    header_since: AtomicU64,
    /// The same for the last answer.
    idle_since: AtomicU64,
}

/// What a look at the connection says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    LookAgain(Instant),
    /// Nothing happened for too long: close politely, look again at the instant.
    Idle(Instant),
    /// The header takes too long: close at once.
    Stalled,
}

impl Pulse {
    /// The first header is expected from now on.
    pub(super) fn new(header: Duration, idle: Duration) -> Arc<Self> {
        Arc::new(Self {
            born: Instant::now(),
            header,
            idle,
            answering: AtomicUsize::new(0),
            header_since: AtomicU64::new(0),
            idle_since: AtomicU64::new(0),
        })
    }

    /// A header is complete; the request is answered when the result is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> Answering {
        self.answering.fetch_add(1, Ordering::Relaxed);
        self.header_since.store(NONE, Ordering::Relaxed);
        Answering(Arc::clone(self))
    }

    /// Looked at no later than `header` after the last look, so no header is noticed too late.
    pub(super) fn judge(&self) -> Verdict {
        let now = Instant::now();
        if self.answering.load(Ordering::Relaxed) > 0 {
            return Verdict::LookAgain(now + self.header);
        }
        let header_since = self.header_since.load(Ordering::Relaxed);
        if header_since != NONE {
            let due = self.born + Duration::from_millis(header_since) + self.header;
            return if now >= due { Verdict::Stalled } else { Verdict::LookAgain(due) };
        }
        let due = self.born + Duration::from_millis(self.idle_since.load(Ordering::Relaxed)) + self.idle;
        if now >= due { Verdict::Idle(now + self.header) } else { Verdict::LookAgain(due.min(now + self.header)) }
    }

    fn arrived(&self) {
        if self.answering.load(Ordering::Relaxed) == 0 && self.header_since.load(Ordering::Relaxed) == NONE {
            self.header_since.store(self.age(), Ordering::Relaxed);
        }
    }

    fn age(&self) -> u64 {
        u64::try_from(self.born.elapsed().as_millis()).unwrap_or(NONE - 1)
    }
}

/// A request being answered.
pub(super) struct Answering(Arc<Pulse>);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.idle_since.store(self.0.age(), Ordering::Relaxed);
        self.0.answering.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A socket that tells the pulse when bytes arrive.
pub(super) struct Watched {
    stream: TcpStream,
    pulse: Arc<Pulse>,
}

impl Watched {
    pub(super) fn new(stream: TcpStream, pulse: Arc<Pulse>) -> Self {
        Self { stream, pulse }
    }
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.pulse.arrived();
        }
        read
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
