//! Connection limits and client timeouts.

use std::time::Duration;

/// Limits that apply before a client has sent a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// Connections at once. Further ones wait in the system's backlog until one ends or can be closed for
    /// stalling.
    pub most: usize,
    /// From the first byte of a request's head to the last.
    pub head: Duration,
    /// Without a byte in either direction while no request is processed.
    pub idle: Duration,
}
