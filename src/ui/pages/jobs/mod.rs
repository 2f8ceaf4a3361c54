//! What is done later, or in steps.

pub(super) mod admin_jobs;

use crate::domain::paths;

/// In the navigation of administrators.
pub const ADMIN_NAV: &[(&str, &str)] = &[("Jobs", paths::ADMIN_JOBS)];
