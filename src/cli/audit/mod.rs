//! Commands about the audit log.

pub(super) mod command;
