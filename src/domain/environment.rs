//! The environments of a roll-out: each server is in one of them.

use serde::{Deserialize, Serialize};

use super::stored::Word;

/// Where a server runs. The words are GitLab's.
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

    /// The word in requests, on the command line and in the database.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Pre => "pre",
            Self::Staging => "staging",
            Self::StagingRef => "staging-ref",
            Self::Production => "production",
        }
    }

    /// `None` when `key` names no environment.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.key() == key)
    }
}

impl Word for Environment {
    fn key(self) -> &'static str {
        self.key()
    }

    fn find(key: &str) -> Option<Self> {
        Self::from_key(key)
    }
}

impl std::fmt::Display for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.key())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environments_read_back_as_they_are_written() {
        for environment in Environment::ALL {
            assert_eq!(Environment::from_key(environment.key()), Some(environment));
            assert_eq!(serde_json::json!(environment), environment.key());
        }
        assert_eq!(Environment::from_key("Production"), None);
    }
}
