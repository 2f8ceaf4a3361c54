//! Connections: how many may be open, and how long a client may stall one.
//!
//! Timeouts are cheap: a [`Pulse`](pulse::Pulse) notes the state of a connection, and one timer per
//! connection checks it, instead of one timer per request.

mod crowd;
mod limits;
mod pulse;

pub use limits::ConnectionLimits;

use std::{
    convert::Infallible,
    future::{Future, poll_fn},
    io,
    net::SocketAddr,
    pin::pin,
    sync::Arc,
    task::{Poll, ready},
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
    net::{TcpListener, TcpStream},
    sync::watch,
    time::{self, Instant},
};

use self::{
    crowd::{Crowd, Seat},
    pulse::{Phase, Received, ResponseBody, WatchedSocket},
};

/// Maximum size of the request line and headers, in bytes; more is 431.
const HEAD_LIMIT: usize = 32 * 1024;

/// Read buffer of a connection. At least the size of a head, which would not fit otherwise.
const READ_AHEAD: usize = 64 * 1024;

/// Pause after the system failed to accept a connection.
const AFTER_A_REFUSAL: Duration = Duration::from_millis(100);

/// Accepts connections and serves them until `stop` becomes true. Returns when every request in flight has
/// been answered. If dropped before, it stops accepting; requests in flight continue.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ConnectionLimits,
    mut stop: watch::Receiver<bool>,
) {
    let crowd = Crowd::new(limits.most);
    loop {
        // A place is only freed once a new connection has arrived.
        let accepted = async {
            let accepted = accept(&listener).await;
            (accepted, crowd.seat().await)
        };
        let ((socket, peer), seat) = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => break,
            accepted = accepted => accepted,
        };
        tokio::spawn(connection(socket, peer, router.clone(), limits, stop.clone(), seat));
    }
    drop(listener);
    crowd.gone().await;
}

/// Accepts the next connection. On errors of the system, such as too many open files, it retries after a
/// pause: other connections may end meanwhile.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    let mut said = false;
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            // The client disconnected before it was accepted.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
                ) => {}
            Err(error) => {
                if !said {
                    tracing::error!(%error, "cannot accept connections; retrying");
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
    seat: Seat,
) {
    // Responses are small; Nagle's algorithm would only delay them.
    let _ = socket.set_nodelay(true);
    let pulse = Arc::clone(&seat.pulse);
    let router = TowerToHyperService::new(router);
    let at_work = Arc::clone(&pulse);
    let service = service_fn(move |mut request: Request<Incoming>| {
        at_work.note(Phase::Working);
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = router.call(request.map(|body| Received { body, pulse: Arc::clone(&at_work) }));
        let at_work = Arc::clone(&at_work);
        async move {
            let Ok(answer) = answer.await;
            Ok::<_, Infallible>(answer.map(|body| ResponseBody::new(body, at_work)))
        }
    });
    let io = TokioIo::new(WatchedSocket { socket, pulse: Arc::clone(&pulse) });
    let mut connection = pin!(
        http1::Builder::new()
            .max_header_size(HEAD_LIMIT)
            .max_buf_size(READ_AHEAD)
            .serve_connection(io, service)
    );
    let mut stopping = pin!(async move {
        // An error means that the sender is gone, which is also the signal to stop.
        let _ = stop.wait_for(|stop| *stop).await;
    });
    let mut leaving = pin!(pulse.leave.notified());
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
        // A connection that was asked to leave may have received a request since.
        while leaving.as_mut().poll(context).is_ready() {
            if pulse.kept_waiting_since().is_some() {
                tracing::debug!(%peer, "closed a stalled connection in favour of another");
                return Poll::Ready(());
            }
            leaving.set(pulse.leave.notified());
        }
        // The timer may fire too early, never too late: progress made since then postpones the end.
        loop {
            let end = pulse.end(&limits, stopped_at);
            if let Some(end) = end.filter(|end| *end < alarm.deadline()) {
                alarm.as_mut().reset(end);
            }
            ready!(alarm.as_mut().poll(context));
            let now = Instant::now();
            if end.is_some_and(|end| end <= now) {
                tracing::debug!(%peer, "closed a stalled connection");
                return Poll::Ready(());
            }
            alarm.as_mut().reset(end.unwrap_or(now + limits.idle));
        }
    })
    .await;
}
