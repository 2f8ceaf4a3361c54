//! Decisions: which engine reviews, which flow version runs, and why.

pub mod decide_code_review;
pub mod decide_flow_version;
pub mod decide_many;
pub mod explain;
pub mod follow_changes;
pub mod member_engines;
pub mod save_counts;
