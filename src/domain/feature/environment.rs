//! Where a flag is set: each environment has gates of its own.

use serde::{Deserialize, Serialize};

use super::State;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Environment {
    Dev,
    Pre,
    Staging,
    StagingRef,
    #[default]
    Production,
}

impl Environment {
    /// In the order of a roll-out.
    pub const ALL: [Self; 5] = [Self::Dev, Self::Pre, Self::Staging, Self::StagingRef, Self::Production];

    /// The word in options, in the database and in answers.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Pre => "pre",
            Self::Staging => "staging",
            Self::StagingRef => "staging-ref",
            Self::Production => "production",
        }
    }

    /// `None` when `key` names none.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.key() == key)
    }
}

impl std::fmt::Display for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.key())
    }
}

/// Whether a change leaves production further open than staging, and is to blame for it: it opened
/// production or closed staging. Each is the state before and after the change.
pub fn ahead_of_staging(staging: (State, State), production: (State, State)) -> bool {
    let moved = production.1 > production.0 || staging.1 < staging.0;
    moved && production.1 > staging.1
}

#[cfg(test)]
mod tests {
    use super::{
        State::{Conditional, Off, On},
        *,
    };

    #[test]
    fn every_environment_reads_back() {
        for environment in Environment::ALL {
            assert_eq!(Environment::from_key(environment.key()), Some(environment));
            assert_eq!(serde_json::json!(environment), environment.key());
        }
        assert_eq!(Environment::from_key("prod"), None);
    }

    #[test]
    fn production_does_not_go_before_staging_and_staging_does_not_go_back_alone() {
        for (staging, production, refused) in [
            ((Off, Off), (Off, On), true),
            ((Off, Off), (Off, Conditional), true),
            ((Conditional, Conditional), (Off, On), true),
            ((Conditional, Conditional), (Off, Conditional), false),
            ((On, On), (Off, On), false),
            ((Off, On), (Off, On), false),
            ((On, Off), (On, On), true),
            ((On, Off), (On, Off), false),
            // What was so before is nobody's fault now.
            ((Off, Off), (On, On), false),
            ((Off, Off), (On, Conditional), false),
            ((Off, Conditional), (On, On), false),
        ] {
            assert_eq!(ahead_of_staging(staging, production), refused, "{staging:?} {production:?}");
        }
    }
}
