//! Settings that are inherited.

pub(super) mod admin_settings;
pub(super) mod availability;
mod setting_list;

use crate::domain::paths;

/// Entries in the administrators' navigation.
pub const ADMIN_NAV: &[(&str, &str)] = &[("Settings", paths::ADMIN_SETTINGS)];
