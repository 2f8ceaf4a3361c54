//! Roles in a group, with GitLab's names and access levels; inherited by subgroups and projects.

use serde::{Deserialize, Serialize};

/// A member's role in a group, ordered by rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Guest,
    Reporter,
    Developer,
    Maintainer,
    Owner,
}

impl Role {
    /// GitLab's access level: 10 to 50.
    pub const fn access_level(self) -> i64 {
        match self {
            Self::Guest => 10,
            Self::Reporter => 20,
            Self::Developer => 30,
            Self::Maintainer => 40,
            Self::Owner => 50,
        }
    }

    /// `None` for an unknown access level.
    pub const fn from_access_level(level: i64) -> Option<Self> {
        Some(match level {
            10 => Self::Guest,
            20 => Self::Reporter,
            30 => Self::Developer,
            40 => Self::Maintainer,
            50 => Self::Owner,
            _ => return None,
        })
    }

    /// As shown on screen and recorded in the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Guest => "Guest",
            Self::Reporter => "Reporter",
            Self::Developer => "Developer",
            Self::Maintainer => "Maintainer",
            Self::Owner => "Owner",
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
