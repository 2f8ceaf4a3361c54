//! Commands about background jobs.

pub(super) mod job;
