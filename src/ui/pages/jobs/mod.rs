//! Background jobs.

pub(super) mod admin_jobs;

use crate::domain::paths;

/// Entries in the administrators' navigation.
pub const ADMIN_NAV: &[(&str, &str)] = &[("Jobs", paths::ADMIN_JOBS)];
