//! Readiness notification for systemd units of `Type=notify`, see `sd_notify(3)`. Does nothing without
//! systemd.

use std::{
    ffi::OsStr,
    io,
    os::unix::{
        ffi::OsStrExt,
        net::{SocketAddr, UnixDatagram},
    },
};

/// Signals that connections are accepted.
#[expect(clippy::disallowed_methods, reason = "not a setting: systemd says where it listens")]
pub(super) fn ready() {
    if let Some(socket) = std::env::var_os("NOTIFY_SOCKET").filter(|socket| !socket.is_empty())
        && let Err(error) = tell(&socket)
    {
        tracing::warn!(%error, "cannot notify systemd that the server is ready");
    }
}

fn tell(socket: &OsStr) -> io::Result<()> {
    UnixDatagram::unbound()?.send_to_addr(b"READY=1", &address(socket)?)?;
    Ok(())
}

/// A path, or after an `@` a name in Linux's abstract namespace.
fn address(socket: &OsStr) -> io::Result<SocketAddr> {
    #[cfg(target_os = "linux")]
    if let Some(name) = socket.as_bytes().strip_prefix(b"@") {
        return <SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(name);
    }
    SocketAddr::from_pathname(socket)
}
