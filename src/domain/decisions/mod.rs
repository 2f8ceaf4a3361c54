//! Which engine reviews, which version runs, and why.

pub mod told_change;
