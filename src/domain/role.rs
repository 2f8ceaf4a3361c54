//! Roles in a group, with GitLab's names and access levels; inherited by subgroups and projects.

use serde::{Deserialize, Serialize};

use super::keyed::keyed_enum;

keyed_enum! {
    /// A member's role in a group, ordered by rights. What a role may do is asked by order, so that a role
    /// without rights of its own here has those of the next lower one: a Planner those of a Guest, a Security
    /// Manager those of a Reporter.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Role: serde {
        MinimalAccess = "minimal_access",
        Guest = "guest",
        Planner = "planner",
        Reporter = "reporter",
        SecurityManager = "security_manager",
        Developer = "developer",
        Maintainer = "maintainer",
        Owner = "owner",
    }
}

impl Role {
    /// GitLab's access level: 5 to 50.
    pub const fn access_level(self) -> i64 {
        match self {
            Self::MinimalAccess => 5,
            Self::Guest => 10,
            Self::Planner => 15,
            Self::Reporter => 20,
            Self::SecurityManager => 25,
            Self::Developer => 30,
            Self::Maintainer => 40,
            Self::Owner => 50,
        }
    }

    /// The role of an access level, or the next lower one, so that a level that a newer GitLab knows gives no
    /// more than was meant. `None` below Minimal Access, which is no access.
    pub fn from_access_level(level: i64) -> Option<Self> {
        Self::ALL.into_iter().rev().find(|role| role.access_level() <= level)
    }

    /// By its name or key, case-insensitive; `None` when there is no such role.
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.trim();
        Self::ALL
            .into_iter()
            .find(|it| it.name().eq_ignore_ascii_case(name) || it.key().eq_ignore_ascii_case(name))
    }

    /// As shown on screen and recorded in the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MinimalAccess => "Minimal Access",
            Self::Guest => "Guest",
            Self::Planner => "Planner",
            Self::Reporter => "Reporter",
            Self::SecurityManager => "Security Manager",
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

/// A role as its source gives it: an access level, which may be one that is not known here, and what the
/// source calls it where that is not one of GitLab's own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct GivenRole {
    level: i64,
    name: Option<String>,
}

impl GivenRole {
    /// `None` when `level` gives no access, or is above Owner.
    pub fn new(level: i64, name: Option<String>) -> Option<Self> {
        (Role::MinimalAccess.access_level()..=Role::Owner.access_level())
            .contains(&level)
            .then_some(Self { level, name })
    }

    /// What counts: the known role of this level, or the next lower.
    pub fn role(&self) -> Role {
        Role::from_access_level(self.level).unwrap_or(Role::MinimalAccess)
    }

    pub const fn access_level(&self) -> i64 {
        self.level
    }

    /// The name of a custom role.
    pub fn custom_name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

impl From<Role> for GivenRole {
    fn from(role: Role) -> Self {
        Self { level: role.access_level(), name: None }
    }
}

impl std::fmt::Display for GivenRole {
    /// A name of the source's with what it counts as: `Release manager (Developer)`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let role = self.role();
        match &self.name {
            Some(name) => write!(f, "{name} ({role})"),
            None if self.level == role.access_level() => role.fmt(f),
            None => write!(f, "Access level {} ({role})", self.level),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_level_that_is_not_known_counts_as_the_next_lower() {
        for role in Role::ALL {
            assert_eq!(Role::from_access_level(role.access_level()), Some(role));
        }
        for (level, role) in [
            (0, None),
            (4, None),
            (6, Some(Role::MinimalAccess)),
            (12, Some(Role::Guest)),
            (29, Some(Role::SecurityManager)),
            (35, Some(Role::Developer)),
            (45, Some(Role::Maintainer)),
        ] {
            assert_eq!(Role::from_access_level(level), role, "{level}");
        }
        assert!(Role::ALL.is_sorted());
    }

    #[test]
    fn a_role_of_the_sources_own_is_shown_by_its_name() {
        let given = |level, name: Option<&str>| {
            GivenRole::new(level, name.map(str::to_owned)).map(|it| (it.to_string(), it.role()))
        };
        assert_eq!(given(30, None), Some(("Developer".into(), Role::Developer)));
        assert_eq!(given(35, None), Some(("Access level 35 (Developer)".into(), Role::Developer)));
        assert_eq!(
            given(40, Some("Release lead")),
            Some(("Release lead (Maintainer)".into(), Role::Maintainer))
        );
        assert_eq!((given(4, None), given(60, None)), (None, None));
    }

    #[test]
    fn roles_are_read_by_name_and_by_key() {
        for role in Role::ALL {
            assert_eq!(Role::from_name(&role.name().to_uppercase()), Some(role));
            assert_eq!(Role::from_name(role.key()), Some(role));
        }
        assert_eq!(Role::from_name("boss"), None);
    }
}
