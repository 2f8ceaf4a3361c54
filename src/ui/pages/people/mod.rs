//! Groups, projects, memberships.

pub(super) mod groups;
pub(super) mod import;

use crate::domain::paths;

/// Entries in the administrators' navigation.
pub const ADMIN_NAV: &[(&str, &str)] = &[("Import and export", paths::ADMIN_IMPORT)];
