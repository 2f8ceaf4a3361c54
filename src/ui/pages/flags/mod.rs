//! Feature flags: gates, feature groups, history, schedule.

pub(super) mod admin_feature_flags;
pub(super) mod admin_feature_groups;
pub(super) mod feature_flag;
pub(super) mod feature_group;

use crate::domain::paths;

/// Entries in the administrators' navigation.
pub const ADMIN_NAV: &[(&str, &str)] =
    &[("Feature flags", paths::ADMIN_FEATURE_FLAGS), ("Feature groups", paths::ADMIN_FEATURE_GROUPS)];
