//! Background jobs.

pub mod job;
