//! The audit log: reading, exporting, verifying.

pub(super) mod command;
