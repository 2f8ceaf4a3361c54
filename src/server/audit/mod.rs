//! The audit log: its page, and its export.

pub(super) mod export;
