//! Tells systemd when the server is ready, as `sd_notify(3)` describes it: for a unit of the type
//! `notify`. Without systemd nobody is told.

use std::os::unix::net::UnixDatagram;

/// Connections are accepted.
#[expect(clippy::disallowed_methods, reason = "not a setting: systemd says where it listens")]
pub(super) fn ready() {
    if let Some(socket) = std::env::var_os("NOTIFY_SOCKET")
        && let Err(error) = UnixDatagram::unbound().and_then(|it| it.send_to(b"READY=1", &socket))
    {
        tracing::warn!(%error, "systemd could not be told that the server is ready");
    }
}
