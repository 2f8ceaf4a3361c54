//! The audit log: reading, exporting, verifying.

pub(super) mod admin_audit_events;
pub(super) mod audit_events;
pub(super) mod audit_list;
