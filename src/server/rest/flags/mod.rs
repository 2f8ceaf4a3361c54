//! Feature flags: gates, feature groups, history, schedule.

pub(super) mod feature_change_views;
pub(super) mod feature_changes;
pub(super) mod feature_input;
pub(super) mod feature_refusal;
pub(super) mod feature_views;
pub(super) mod features;
pub(super) mod ofrep;
pub(super) mod ofrep_views;
pub(super) mod parameters;
pub(super) mod user;
