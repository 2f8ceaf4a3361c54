//! Which engine reviews, which version runs, and why.

pub mod code_review;
pub mod decision;
pub mod flow_version;
