//! Decisions: which engine reviews, which flow version runs, and why.

pub mod counts;
pub mod told_change;
