//! JSON of decisions.

pub mod code_review;
pub mod decision;
pub mod flow_version;
