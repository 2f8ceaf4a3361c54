//! Groups and projects.

pub mod groups;
