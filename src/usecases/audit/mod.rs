//! The audit log: reading, exporting, verifying.

pub mod browse_audit_events;
pub mod export_audit_events;
pub mod list_audit_events;
pub mod verify_audit;
