//! Connections: how many there may be, and how long a client may keep one waiting.
//!
//! Time limits cost next to nothing here: a [`Pulse`] notes what a connection does, and one timer a
//! connection looks at it, instead of one timer a request.

use std::{
    future::{Future, poll_fn},
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicU8, AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{Router, extract::ConnectInfo, extract::Request};
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::{self, Instant},
};

/// The most that a request's line and headers may weigh, in bytes; more is 431.
const HEAD_LIMIT: usize = 32 * 1024;

/// What may be read ahead of what was handled. No smaller than a head, or none would fit.
const READ_AHEAD: usize = 64 * 1024;

/// How long half a head is still waited for once the server stops.
const HALF_A_HEAD: Duration = Duration::from_secs(2);

/// How long to wait when the system gives no more connections.
const AFTER_A_REFUSAL: Duration = Duration::from_millis(100);

/// What clients may take of the server before they asked for anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// Connections at once; more wait in the system's queue.
    pub most: usize,
    /// From a head's first byte to its last.
    pub head: Duration,
    /// Without a byte in either direction while no request is worked on.
    pub idle: Duration,
}

/// Accepts connections and serves them until `stop` turns true. Returns when every request in flight
/// was answered; dropped before that, it accepts no more, and what is in flight goes on.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ConnectionLimits,
    mut stop: watch::Receiver<bool>,
) {
    let slots = Arc::new(Semaphore::new(limits.most));
    loop {
        let accepted = async {
            let slot = Arc::clone(&slots).acquire_owned().await.expect("nobody closes it");
            (accept(&listener).await, slot)
        };
        let ((socket, peer), slot) = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => break,
            accepted = accepted => accepted,
        };
        tokio::spawn(connection(socket, peer, router.clone(), limits, stop.clone(), slot));
    }
    drop(listener);
    // Whoever holds every slot is alone.
    let all = u32::try_from(limits.most).expect("the options allow no more");
    let _ = slots.acquire_many(all).await;
}

/// The next connection. Where the system has none to give, as when the process has too many files
/// open, it is asked again in a moment: others may end meanwhile.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    let mut said = false;
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            // A client that went away before its turn.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
                ) => {}
            Err(error) => {
                if !said {
                    tracing::error!(%error, "no connection could be accepted; trying on");
                    said = true;
                }
                time::sleep(AFTER_A_REFUSAL).await;
            }
        }
    }
}

async fn connection(
    socket: TcpStream,
    peer: SocketAddr,
    router: Router,
    limits: ConnectionLimits,
    mut stop: watch::Receiver<bool>,
    _slot: OwnedSemaphorePermit,
) {
    // Answers are small: waiting to fill a packet would only delay them.
    let _ = socket.set_nodelay(true);
    let pulse = Arc::new(Pulse::new());
    let router = TowerToHyperService::new(router);
    let at_work = Arc::clone(&pulse);
    let service = service_fn(move |mut request: Request<Incoming>| {
        at_work.note(Phase::Working);
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = router.call(request);
        let at_work = Arc::clone(&at_work);
        async move {
            let answer = answer.await;
            at_work.note(Phase::Waiting);
            answer
        }
    });
    let io = TokioIo::new(Watched { socket, pulse: Arc::clone(&pulse) });
    let mut connection = pin!(
        http1::Builder::new()
            .max_header_size(HEAD_LIMIT)
            .max_buf_size(READ_AHEAD)
            .serve_connection(io, service)
    );
    let mut stopping = pin!(async move {
        // An error means that the server is gone, which says the same.
        let _ = stop.wait_for(|stop| *stop).await;
    });
    let mut stopped_at = None;
    let mut alarm = pin!(time::sleep(limits.idle));
    poll_fn(|context| {
        if connection.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        if stopped_at.is_none() && stopping.as_mut().poll(context).is_ready() {
            stopped_at = Some(Instant::now());
            connection.as_mut().graceful_shutdown();
            if connection.as_mut().poll(context).is_ready() {
                return Poll::Ready(());
            }
        }
        // The alarm may ring too early, never too late: what moved meanwhile puts it off again.
        loop {
            let end = pulse.end(&limits, stopped_at);
            if let Some(end) = end.filter(|end| *end < alarm.deadline()) {
                alarm.as_mut().reset(end);
            }
            ready!(alarm.as_mut().poll(context));
            let now = Instant::now();
            if end.is_some_and(|end| end <= now) {
                tracing::debug!(%peer, "closed a connection whose client kept it waiting");
                return Poll::Ready(());
            }
            alarm.as_mut().reset(end.unwrap_or(now + limits.idle));
        }
    })
    .await;
}

/// What a connection is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Phase {
    /// For a request, or for the client to take the answer.
    Waiting,
    /// A head has begun.
    Reading,
    /// A request is being worked on; how long that may take is decided elsewhere.
    Working,
}

/// What a connection is about, and since when. Only its own task writes it.
struct Pulse {
    start: Instant,
    phase: AtomicU8,
    /// Nanoseconds from `start`: rounded to milliseconds, a limit would end before its time.
    since: AtomicU64,
}

impl Pulse {
    fn new() -> Self {
        Self { start: Instant::now(), phase: AtomicU8::new(Phase::Waiting as u8), since: AtomicU64::new(0) }
    }

    fn note(&self, phase: Phase) {
        self.phase.store(phase as u8, Relaxed);
        let since = u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.since.store(since, Relaxed);
    }

    fn is(&self, phase: Phase) -> bool {
        self.phase.load(Relaxed) == phase as u8
    }

    /// When the connection is given up if nothing moves; `None` while a request is worked on.
    fn end(&self, limits: &ConnectionLimits, stopped_at: Option<Instant>) -> Option<Instant> {
        if self.is(Phase::Working) {
            return None;
        }
        let since = self.start + Duration::from_nanos(self.since.load(Relaxed));
        if self.is(Phase::Waiting) {
            return Some(since + limits.idle);
        }
        let end = since + limits.head;
        Some(stopped_at.map_or(end, |stopped| end.min(stopped + HALF_A_HEAD)))
    }
}

/// A socket that notes when something moves.
struct Watched {
    socket: TcpStream,
    pulse: Arc<Pulse>,
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.socket).poll_read(context, buffer);
        // Only a head's first byte counts: one byte a second is not progress.
        if buffer.filled().len() > before && self.pulse.is(Phase::Waiting) {
            self.pulse.note(Phase::Reading);
        }
        read
    }
}

impl Watched {
    /// An answer that the client takes may take its time.
    fn wrote(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if matches!(written, Poll::Ready(Ok(_))) && !self.pulse.is(Phase::Working) {
            self.pulse.note(Phase::Waiting);
        }
        written
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write(context, bytes);
        self.wrote(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write_vectored(context, slices);
        self.wrote(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_given_up_before_the_time() {
        let limits = ConnectionLimits { most: 1, head: Duration::from_secs(2), idle: Duration::from_secs(3) };
        let pulse = Pulse::new();
        for _ in 0..100 {
            for (phase, limit) in [(Phase::Reading, limits.head), (Phase::Waiting, limits.idle)] {
                let noted = Instant::now();
                pulse.note(phase);
                assert!(pulse.end(&limits, None) >= Some(noted + limit), "{phase:?}");
            }
        }
    }
}
