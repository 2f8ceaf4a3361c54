//! Listening, and graceful shutdown without losing a request.

use std::{io, net::SocketAddr, time::Duration};
use tokio::{
    net::{TcpListener, TcpSocket},
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
    time,
};

use super::{
    Provider, ServerState, config::Config, connections, decisions::counting::Counting,
    jobs::workers::Workers, router, system,
};
use crate::usecases::App;

/// Timeout for closing the database after requests were cut off.
const CLOSING: Duration = Duration::from_secs(1);

/// Backlog of the listening socket: connections waiting to be accepted.
const QUEUE: u32 = 1024;

/// Why the server failed.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is not available.
    #[error("cannot listen on {address}: {}", explain(.source))]
    Listen {
        /// The value of `--listen`.
        address: SocketAddr,
        /// The system's error.
        source: io::Error,
    },
    /// There are no trusted certificates for TLS to the sign-in provider.
    #[error("cannot trust any sign-in provider: {0}. Install this machine's certificates (ca-certificates).")]
    Certificates(#[source] io::Error),
    /// Any other error of the system.
    #[error("the server ended: {0}")]
    Io(#[from] io::Error),
}

fn explain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            String::from("something listens there already. Stop it, or choose another port with --listen.")
        }
        io::ErrorKind::AddrNotAvailable => {
            String::from("this machine has no such address. Choose another with --listen.")
        }
        io::ErrorKind::PermissionDenied => {
            String::from("the system does not allow it. Choose a port from 1024 on with --listen.")
        }
        _ => error.to_string(),
    }
}

/// Serves until a signal to stop. Then no new connections are accepted, and requests in flight finish within
/// the shutdown timeout. A second signal ends at once. Closes the database.
///
/// `listening` is called once connections are accepted. `config.listen` is then the actual address, also
/// where port 0 was configured, and [`Config::external_url`] follows it.
///
/// # Errors
/// The address is not available, or there are no trusted certificates. Nothing was served then.
pub async fn serve(mut config: Config, app: App, listening: impl FnOnce(&Config)) -> Result<(), ServeError> {
    let address = config.listen;
    let listener = listen(address).map_err(|source| ServeError::Listen { address, source })?;
    config.listen = listener.local_addr()?;
    let mut stop = Stop::new()?;
    let external_url = config.external_url();
    let provider = config
        .provider
        .clone()
        .map(|provider| Provider::new(provider, external_url.as_url(), app.clock.clone()))
        .transpose()
        .map_err(ServeError::Certificates)?;
    // The provider may be down: startup does not wait for it.
    let keeping_current = provider.clone().map(|provider| tokio::spawn(provider.keep_current()));
    let mut state = ServerState::new(app.clone(), external_url.as_url(), config.trusted_proxies, config.demo)
        .with_limits(config.limits)
        .with_provider(provider)
        .with_chat(config.chat.clone());
    state.metrics_token.clone_from(&config.metrics_token);
    state.traced = config.traces.endpoint.is_some();
    let mut limits = config.connections;
    limits.most = system::connections_within_open_files(limits.most);
    // Caches may only be used while a task follows the changes.
    let watching = tokio::spawn(app.storage.watch());
    let workers = Workers::start(app.clone());
    let counting = Counting::start(app.clone());
    tracing::info!("listening on http://{}", config.listen);
    listening(&config);

    let (finish, finishing) = watch::channel(false);
    let mut server = Box::pin(connections::serve(listener, router(state), limits, finishing));

    let cut_off = tokio::select! {
        () = &mut server => false,
        name = stop.signal() => {
            let seconds = config.shutdown_timeout.as_secs();
            tracing::info!("{name}: finishing requests in flight for at most {seconds} s; a second signal ends at once");
            finish.send_replace(true);
            // Event streams do not end by themselves.
            app.storage.changes().end();
            tokio::select! {
                () = &mut server => false,
                () = time::sleep(config.shutdown_timeout) => {
                    tracing::warn!("requests were still in flight after {seconds} s and are cut off");
                    true
                }
                name = stop.signal() => {
                    tracing::warn!("{name} again: requests in flight are cut off");
                    true
                }
            }
        }
    };
    if let Some(task) = keeping_current {
        task.abort();
    }
    let _ = time::timeout(CLOSING, workers.stop()).await;
    counting.stop(CLOSING).await;
    watching.abort();
    if cut_off {
        // A request that was cut off may still hold a connection; the database survives that.
        let _ = time::timeout(CLOSING, app.storage.close()).await;
    } else {
        app.storage.close().await;
    }
    tracing::info!("stopped");
    Ok(())
}

/// As [`TcpListener::bind`], with a backlog that is large enough for a burst of connections.
fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // So that a restart can bind while connections of the previous process are in TIME_WAIT.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(QUEUE)
}

/// The signals to stop.
struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    fn new() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for the next signal; returns its name.
    async fn signal(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
