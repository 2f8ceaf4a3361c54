//! Commands about feature flags.

pub(super) mod feature;
pub(super) mod feature_changes;
pub(super) mod feature_rows;
pub(super) mod features;
