//! Feature flags: gates, feature groups, history, schedule.

pub mod feature_groups;
pub(super) mod find_actors;
pub mod forms;
pub mod freezes;
