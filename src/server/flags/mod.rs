//! Feature flags: gates, feature groups, history, schedule.

pub(super) mod feature_group_forms;
pub(super) mod forms;
pub(super) mod freeze_forms;
pub(super) mod routes;
