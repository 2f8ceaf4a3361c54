//! Connections: how many there may be, and how long a client may keep one waiting.
//!
//! Time limits cost next to nothing here: a [`Pulse`](pulse::Pulse) notes what a connection does, and one timer
//! a connection looks at it, instead of one timer a request.

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

/// The most that a request's line and headers may weigh, in bytes; more is 431.
const HEAD_LIMIT: usize = 32 * 1024;

/// What may be read ahead of what was handled. No smaller than a head, or none would fit.
const READ_AHEAD: usize = 64 * 1024;

/// How long to wait when the system gives no more connections.
const AFTER_A_REFUSAL: Duration = Duration::from_millis(100);

/// Accepts connections and serves them until `stop` turns true. Returns when every request in flight
/// was answered; dropped before that, it accepts no more, and what is in flight goes on.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ConnectionLimits,
    mut stop: watch::Receiver<bool>,
) {
    let crowd = Crowd::new(limits.most);
    loop {
        // Nobody has to leave before there is somebody who comes.
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
    seat: Seat,
) {
    // Answers are small: waiting to fill a packet would only delay them.
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
        // An error means that the server is gone, which says the same.
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
        // Whoever was asked to leave may have been given work since.
        while leaving.as_mut().poll(context).is_ready() {
            if pulse.kept_waiting_since().is_some() {
                tracing::debug!(%peer, "closed a connection whose client kept it waiting, for another");
                return Poll::Ready(());
            }
            leaving.set(pulse.leave.notified());
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
