//! What a connection is about, and since when: noted by its socket, by the body of its request and by that of
//! its answer.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU8, AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::Notify,
    time::Instant,
};

use super::limits::ConnectionLimits;

/// How long half a head is still waited for once the server stops.
const HALF_A_HEAD: Duration = Duration::from_secs(2);

/// What a connection is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Phase {
    /// For a request, or for the client to take the rest of an answer.
    Waiting,
    /// A head has begun.
    Reading,
    /// A request is being worked on; how long that may take is decided elsewhere.
    Working,
    /// The same, while it cannot go on without more of the request's body.
    Receiving,
    /// An answer is being made and sent. It may be a stream, in which there is nothing to say for a while.
    Answering,
}

/// What a connection is about, and since when. Only its own task writes it.
pub(super) struct Pulse {
    start: Instant,
    phase: AtomicU8,
    /// Nanoseconds from `start`: rounded to milliseconds, a limit would end before its time.
    since: AtomicU64,
    /// That somebody else needs the connection's place more.
    pub leave: Notify,
}

impl Pulse {
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
            phase: AtomicU8::new(Phase::Waiting as u8),
            since: AtomicU64::new(0),
            leave: Notify::new(),
        }
    }

    pub fn note(&self, phase: Phase) {
        self.phase.store(phase as u8, Relaxed);
        let since = u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.since.store(since, Relaxed);
    }

    /// From one of the two phases of a request at work to the other.
    fn turn(&self, phase: Phase) {
        if self.is(Phase::Working) || self.is(Phase::Receiving) {
            self.phase.store(phase as u8, Relaxed);
        }
    }

    fn is(&self, phase: Phase) -> bool {
        self.phase.load(Relaxed) == phase as u8
    }

    fn since(&self) -> Instant {
        self.start + Duration::from_nanos(self.since.load(Relaxed))
    }

    /// Since when it is the client that keeps the connection waiting; `None` when it is not.
    pub fn kept_waiting_since(&self) -> Option<Instant> {
        let ours = self.is(Phase::Working) || self.is(Phase::Answering);
        (!ours).then(|| self.since())
    }

    /// When the connection is given up if nothing moves; `None` while a request is worked on.
    pub fn end(&self, limits: &ConnectionLimits, stopped_at: Option<Instant>) -> Option<Instant> {
        if self.is(Phase::Working) || self.is(Phase::Receiving) {
            return None;
        }
        let since = self.since();
        if !self.is(Phase::Reading) {
            return Some(since + limits.idle);
        }
        let end = since + limits.head;
        Some(stopped_at.map_or(end, |stopped| end.min(stopped + HALF_A_HEAD)))
    }
}

/// A socket that notes when something moves.
pub(super) struct WatchedSocket {
    pub socket: TcpStream,
    pub pulse: Arc<Pulse>,
}

impl AsyncRead for WatchedSocket {
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

impl WatchedSocket {
    /// An answer that the client takes may take its time.
    fn wrote(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if matches!(written, Poll::Ready(Ok(_))) {
            if self.pulse.is(Phase::Answering) {
                self.pulse.note(Phase::Answering);
            } else if self.pulse.is(Phase::Waiting) || self.pulse.is(Phase::Reading) {
                self.pulse.note(Phase::Waiting);
            }
        }
        written
    }
}

impl AsyncWrite for WatchedSocket {
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

/// A request's body that notes when it is waited for.
pub(super) struct Received {
    pub body: Incoming,
    pub pulse: Arc<Pulse>,
}

impl HttpBody for Received {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        // Since when stays as it was: one byte a second is not progress.
        self.pulse.turn(if frame.is_pending() { Phase::Receiving } else { Phase::Working });
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer's body that notes when there is no more of it.
pub(super) struct ResponseBody {
    body: Body,
    pulse: Arc<Pulse>,
}

impl ResponseBody {
    pub fn new(body: Body, pulse: Arc<Pulse>) -> Self {
        pulse.note(Phase::Answering);
        Self { body, pulse }
    }
}

impl Drop for ResponseBody {
    fn drop(&mut self) {
        self.pulse.note(Phase::Waiting);
    }
}

impl HttpBody for ResponseBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
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
            for (phase, limit) in [
                (Phase::Reading, limits.head),
                (Phase::Waiting, limits.idle),
                (Phase::Answering, limits.idle),
            ] {
                let noted = Instant::now();
                pulse.note(phase);
                assert!(pulse.end(&limits, None) >= Some(noted + limit), "{phase:?}");
            }
        }
    }

    #[test]
    fn a_client_is_waited_for_only_while_it_is_its_turn() {
        let pulse = Pulse::new();
        for (phase, expected) in [
            (Phase::Waiting, true),
            (Phase::Reading, true),
            (Phase::Working, false),
            (Phase::Receiving, true),
            (Phase::Answering, false),
        ] {
            pulse.note(phase);
            assert_eq!(pulse.kept_waiting_since().is_some(), expected, "{phase:?}");
        }
        pulse.turn(Phase::Receiving);
        assert!(pulse.is(Phase::Answering), "a body that nobody needs any more changes nothing");
    }

    #[test]
    fn a_body_that_comes_byte_by_byte_is_waited_for_since_its_beginning() {
        let pulse = Pulse::new();
        pulse.note(Phase::Working);
        let since = pulse.since();
        for _ in 0..10 {
            pulse.turn(Phase::Receiving);
            assert_eq!(pulse.kept_waiting_since(), Some(since));
            pulse.turn(Phase::Working);
        }
    }
}
