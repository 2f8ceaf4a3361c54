//! Decisions: which engine reviews, which flow version runs, and why.

pub mod told_change;
