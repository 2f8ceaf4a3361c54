//! How many connections, and how long clients may keep them waiting.

use std::time::Duration;

/// What clients may take of the server before they asked for anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// Connections at once. More wait in the system's queue, until one ends or has kept us waiting.
    pub most: usize,
    /// From a head's first byte to its last.
    pub head: Duration,
    /// Without a byte in either direction while no request is worked on.
    pub idle: Duration,
}
