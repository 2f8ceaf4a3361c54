//! Foundational flows: selections, consent, versions.

pub(super) mod overview;
pub(super) mod preferences;

use crate::domain::paths;

/// In the navigation of one's own settings.
pub const USER_NAV: &[(&str, &str)] = &[("Preferences", paths::PREFERENCES)];
