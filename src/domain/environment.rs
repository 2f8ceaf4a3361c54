//! The deployment environments; each server runs in one of them.

use super::keyed::keyed_enum;

keyed_enum! {
    /// Where a server runs, in roll-out order. The keys are GitLab's.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Environment: serde {
        Dev = "dev",
        Pre = "pre",
        Staging = "staging",
        StagingRef = "staging-ref",
        #[default]
        Production = "production",
    }
}

impl std::fmt::Display for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.key())
    }
}
