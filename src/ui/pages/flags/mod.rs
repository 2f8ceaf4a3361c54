//! Feature flags: gates, feature groups, history, schedule.

pub(super) mod admin_feature_flags;
pub(super) mod admin_feature_groups;
pub(super) mod feature_flag;
pub(super) mod feature_group;
