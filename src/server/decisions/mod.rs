//! Decisions: what this server counts of them.

pub(super) mod counting;
