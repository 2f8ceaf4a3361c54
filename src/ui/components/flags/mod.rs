//! Feature flags: gates, feature groups, history, schedule.

pub(super) mod actor_fields;
