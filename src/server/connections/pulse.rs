//! The phase of a connection and since when, updated by its socket and by the bodies of its request and
//! response.

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

/// How long to wait for the rest of a head once the server stops.
const HALF_A_HEAD: Duration = Duration::from_secs(2);

/// The phase of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Phase {
    /// Waiting for a request, or for the client to take the rest of a response.
    Waiting,
    /// A head has begun to arrive.
    Reading,
    /// A request is being handled; its timeout is enforced by `limits`.
    Working,
    /// As `Working`, while the handler waits for more of the request's body.
    Receiving,
    /// A response is being made and sent. It may be a stream that is silent for a while.
    Answering,
}

/// The phase of a connection and since when. Only the connection's own task writes it.
pub(super) struct Pulse {
    start: Instant,
    phase: AtomicU8,
    /// Nanoseconds from `start`: rounded to milliseconds, a timeout would expire early.
    since: AtomicU64,
    /// Asks the connection to close in favour of another.
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

    /// Switches between the two phases of a request that is being handled.
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

    /// Since when the client has stalled the connection; `None` if it does not.
    pub fn kept_waiting_since(&self) -> Option<Instant> {
        let ours = self.is(Phase::Working) || self.is(Phase::Answering);
        (!ours).then(|| self.since())
    }

    /// When the connection times out without progress; `None` while a request is handled.
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

/// A socket that updates the pulse on progress.
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
        // Only the first byte of a head counts: one byte a second is not progress.
        if buffer.filled().len() > before && self.pulse.is(Phase::Waiting) {
            self.pulse.note(Phase::Reading);
        }
        read
    }
}

impl WatchedSocket {
    /// A response may take its time as long as the client takes it.
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

/// A request body that records when the handler waits for it.
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
        // Keeps `since`: one byte a second is not progress.
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

/// A response body that records its end.
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
