//! The actors that a flag can be opened for.

use serde::{Deserialize, Serialize};
use std::fmt;

use crate::domain::ids::{NamespaceId, UserId};

/// Serialized as its id, see [`FlagActor::key`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum FlagActor {
    User(UserId),
    /// A top-level group or a subgroup.
    Group(NamespaceId),
    Project(NamespaceId),
}

impl FlagActor {
    /// GitLab's actor id (`flipper_id`): `User:1`, `Group:2`, `Project:3`.
    pub fn key(self) -> String {
        self.to_string()
    }

    /// The kind of actor: the first half of its id.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::User(_) => "User",
            Self::Group(_) => "Group",
            Self::Project(_) => "Project",
        }
    }

    /// `None` when `key` is not an actor id.
    pub fn from_key(key: &str) -> Option<Self> {
        let (kind, id) = key.split_once(':')?;
        let id = id.parse().ok()?;
        match kind {
            "User" => Some(Self::User(UserId(id))),
            "Group" => Some(Self::Group(NamespaceId(id))),
            "Project" => Some(Self::Project(NamespaceId(id))),
            _ => None,
        }
    }
}

impl From<FlagActor> for String {
    fn from(actor: FlagActor) -> Self {
        actor.key()
    }
}

impl TryFrom<String> for FlagActor {
    type Error = String;

    fn try_from(key: String) -> Result<Self, String> {
        Self::from_key(&key).ok_or_else(|| format!("{key} is no actor id"))
    }
}

/// GitLab's actor id.
impl fmt::Display for FlagActor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = match self {
            Self::User(id) => id.0,
            Self::Group(id) | Self::Project(id) => id.0,
        };
        write!(f, "{}:{id}", self.kind())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actor_ids_read_back() {
        for key in ["User:1", "Group:1", "Project:7"] {
            assert_eq!(FlagActor::from_key(key).map(FlagActor::key).as_deref(), Some(key));
        }
        for bad in ["", "User", "User:x", "Team:1", "user:1", "User:1:opt_out"] {
            assert_eq!(FlagActor::from_key(bad), None, "{bad}");
        }
    }
}
