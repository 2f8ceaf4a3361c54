//! Foundational flows: selections, consent, versions.

pub(super) mod consents;
pub(super) mod deployed_versions;
pub(super) mod preferences;
pub(super) mod selections;

/// The SQL statements of each file.
pub(super) const STATEMENTS: &[(&str, &[(&str, &str)])] = &[
    ("consents", consents::STATEMENTS),
    ("deployed_versions", deployed_versions::STATEMENTS),
    ("flows", selections::STATEMENTS),
    ("preferences", preferences::STATEMENTS),
];
