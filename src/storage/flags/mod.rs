//! Feature flags: gates, feature groups, history, schedule.

pub(super) mod change_freezes;
pub(super) mod feature_groups;
pub(super) mod features;
pub(super) mod flag_definitions;
pub(super) mod scheduled_changes;
