//! Forms and routes of feature flags, feature groups and change freezes.

pub(super) mod feature_group_forms;
pub(super) mod forms;
pub(super) mod freeze_forms;
pub(super) mod routes;
