//! Foundational flows: selections, consent, versions.

pub(super) mod consents;
pub(super) mod preferences;

use crate::domain::paths;

/// Entries in the navigation of user settings.
pub const USER_NAV: &[(&str, &str)] = &[("Preferences", paths::PREFERENCES)];
