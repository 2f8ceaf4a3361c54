//! Which engine reviews, which version runs, and why.

pub(super) mod explain;
