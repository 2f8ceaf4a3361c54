//! Decisions: which engine reviews, which flow version runs, and why.

pub(super) mod explain;
