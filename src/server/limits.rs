//! How long a request may take: its body to arrive, and its answer to be made.

use std::{
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    BoxError,
    body::{Body, Bytes, HttpBody},
    extract::Request,
    middleware::Next,
    response::Response,
};
use futures_util::poll;
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until, timeout_at};

/// What a request, and whoever sends many, may take of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From the end of a request's head to the end of its body.
    pub body: Duration,
    /// From the end of a request's head to the beginning of its answer.
    pub request: Duration,
    /// Requests of one token to the API; 0 for any number.
    pub api_per_minute: u32,
    /// Requests of one address to the API without a token that counts; 0 for any number.
    pub anonymous_per_minute: u32,
    /// Streams of events at once.
    pub streams: usize,
    /// How often a stream of events says that it is still there.
    pub heartbeat: Duration,
}

impl Limits {
    /// Well before a connection counts as idle, ours or a proxy's.
    pub fn heartbeat(idle: Duration) -> Duration {
        (idle / 3).min(Duration::from_secs(15))
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: Duration::from_secs(10),
            request: Duration::from_secs(30),
            api_per_minute: 60_000,
            anonymous_per_minute: 600,
            streams: 1000,
            heartbeat: Self::heartbeat(Duration::from_secs(75)),
        }
    }
}

/// Which of the two times was over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Late {
    /// The client's.
    Body,
    /// Ours.
    Answer,
}

/// Answers within the limits, or not at all: what is not done then is dropped.
///
/// Most answers, and the bodies that they need, are there at once: only what is waited for gets a timer.
pub(super) async fn within(limits: Limits, request: Request, next: Next) -> Result<Response, Late> {
    let begun = Instant::now();
    let end = begun + limits.request;
    if request.body().is_end_stream() {
        return answered_by(end, next.run(request)).await;
    }
    let late = Arc::new(AtomicBool::new(false));
    let request = request.map(|body| {
        Body::new(BodyInTime { body, end: begun + limits.body, timer: None, late: Arc::clone(&late) })
    });
    let answer = answered_by(end, next.run(request)).await;
    // Whatever the handler made of half a body does not matter.
    if late.load(Relaxed) { Err(Late::Body) } else { answer }
}

async fn answered_by(end: Instant, answer: impl Future<Output = Response>) -> Result<Response, Late> {
    let mut answer = pin!(answer);
    match poll!(&mut answer) {
        Poll::Ready(response) => Ok(response),
        Poll::Pending => timeout_at(end, answer).await.map_err(|_| Late::Answer),
    }
}

/// A body that ends in an error when its time is over.
struct BodyInTime {
    body: Body,
    end: Instant,
    /// Of whoever waits for it.
    timer: Option<Pin<Box<Sleep>>>,
    late: Arc<AtomicBool>,
}

impl HttpBody for BodyInTime {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            return Poll::Ready(frame.map(|it| it.map_err(Into::into)));
        }
        let end = self.end;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(end)));
        ready!(timer.as_mut().poll(context));
        self.late.store(true, Relaxed);
        Poll::Ready(Some(Err("the body took too long".into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
