//! Request timeouts: for the body to arrive, and for the response to start.

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

/// Timeouts and rate limits of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From the end of a request's head to the end of its body.
    pub body: Duration,
    /// From the end of a request's head to the beginning of its answer.
    pub request: Duration,
    /// API requests per token; 0 for no limit.
    pub api_per_minute: u32,
    /// API requests per IP address without a valid token; 0 for no limit.
    pub anonymous_per_minute: u32,
    /// Event streams open at once.
    pub streams: usize,
    /// Interval of keep-alive comments on event streams.
    pub heartbeat: Duration,
}

impl Limits {
    /// Well below an idle timeout, ours or a proxy's.
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

/// Which of the two timeouts expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Late {
    /// The client was too slow.
    Body,
    /// The server was too slow.
    Answer,
}

/// Runs the handler within the timeouts; on expiry it is dropped.
///
/// Most bodies and responses are ready at the first poll: only what has to be waited for gets a timer.
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
    // Whatever the handler made of an incomplete body is discarded.
    if late.load(Relaxed) { Err(Late::Body) } else { answer }
}

async fn answered_by(end: Instant, answer: impl Future<Output = Response>) -> Result<Response, Late> {
    let mut answer = pin!(answer);
    match poll!(&mut answer) {
        Poll::Ready(response) => Ok(response),
        Poll::Pending => timeout_at(end, answer).await.map_err(|_| Late::Answer),
    }
}

/// A body that fails once its timeout has expired.
struct BodyInTime {
    body: Body,
    end: Instant,
    /// Created on the first wait.
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
