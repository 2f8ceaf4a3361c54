//! The audit log: reading, exporting, verifying.

pub(super) mod admin_audit_events;
pub(super) mod audit_events;
pub(super) mod audit_list;

use crate::domain::paths;

/// Entries in the administrators' navigation.
pub const ADMIN_NAV: &[(&str, &str)] = &[("Audit events", paths::ADMIN_AUDIT_EVENTS)];
