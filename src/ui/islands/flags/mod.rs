//! Feature flags: gates, feature groups, history, schedule.

pub(super) mod actor_picker;
pub(super) mod percentage_slider;
