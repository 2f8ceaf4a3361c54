//! Namespaces: top-level groups, subgroups and projects, identified by their full path.

use serde::{Deserialize, Serialize};

use super::{ids::NamespaceId, keyed::keyed_enum};

/// Names in the longest path: GitLab nests groups 20 deep, with projects in the last.
pub const LONGEST_PATH: usize = 21;

/// A full path such as `acme/platform/api`, as written. Case-insensitive: compare by [`GroupPath::key`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GroupPath(String);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "A path is made of 1 to {LONGEST_PATH} names joined by '/', each of letters, digits, '_', '-' and '.', and not beginning with '-' or '.'."
)]
pub struct GroupPathError;

impl GroupPath {
    pub fn parse(text: &str) -> Result<Self, GroupPathError> {
        let mut segments = 0;
        for segment in text.split('/') {
            segments += 1;
            let good = (1..=255).contains(&segment.len())
                && segment.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
                && !segment.starts_with(['-', '.'])
                && !segment.ends_with('.');
            if !good {
                return Err(GroupPathError);
            }
        }
        if segments > LONGEST_PATH {
            return Err(GroupPathError);
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key for comparison and order: lower case, with `+` for `/`. `+` sorts before every character of a
    /// path, so that key order is tree order: a group, what is below it, then the group after it.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase().replace('/', "+")
    }

    /// The keys of everything below: from the first one to before the second.
    pub fn keys_below(&self) -> (String, String) {
        let key = self.key();
        // ',' follows '+'.
        (format!("{key}+"), format!("{key},"))
    }

    /// The path without its last name; `None` at the top level.
    pub fn parent(&self) -> Option<Self> {
        self.0.rsplit_once('/').map(|(parent, _)| Self(parent.to_owned()))
    }

    /// The path of what has this last name below.
    ///
    /// # Errors
    /// It is no name, or the path would have too many.
    pub fn child(&self, name: &str) -> Result<Self, GroupPathError> {
        if name.contains('/') { Err(GroupPathError) } else { Self::parse(&format!("{self}/{name}")) }
    }

    /// How many names it has.
    pub fn depth(&self) -> usize {
        self.0.split('/').count()
    }

    /// The last name of the path.
    pub fn last(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, last)| last)
    }
}

impl std::fmt::Display for GroupPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for GroupPath {
    type Error = GroupPathError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<GroupPath> for String {
    fn from(path: GroupPath) -> Self {
        path.0
    }
}

/// What GitLab's API names a group or project by: its id, or its full path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdOrPath {
    Id(NamespaceId),
    Path(GroupPath),
}

impl IdOrPath {
    /// Digits alone are an id, as in GitLab. `None` when it is neither.
    pub fn parse(text: &str) -> Option<Self> {
        if !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit()) {
            return text.parse().ok().map(NamespaceId).map(Self::Id);
        }
        GroupPath::parse(text).ok().map(Self::Path)
    }
}

/// A group or project, as whoever wants something there names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub by: IdOrPath,
    /// What it has to be; `None` for either.
    pub kind: Option<NamespaceKind>,
}

impl From<&GroupPath> for Named {
    fn from(path: &GroupPath) -> Self {
        Self { by: IdOrPath::Path(path.clone()), kind: None }
    }
}

impl From<&Self> for Named {
    fn from(named: &Self) -> Self {
        named.clone()
    }
}

impl std::fmt::Display for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.by {
            IdOrPath::Id(id) => write!(f, "{id}"),
            IdOrPath::Path(path) => write!(f, "{path}"),
        }
    }
}

keyed_enum! {
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum NamespaceKind: serde {
        Group = "group",
        Project = "project",
    }
}

/// A group, a subgroup or a project. A top-level group is its own root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    pub id: NamespaceId,
    pub parent: Option<NamespaceId>,
    pub root: NamespaceId,
    pub kind: NamespaceKind,
    pub path: GroupPath,
    pub name: String,
}

impl Namespace {
    pub fn is_top_level(&self) -> bool {
        self.parent.is_none()
    }

    /// `top-level group`, `subgroup` or `project`.
    pub fn kind_name(&self) -> &'static str {
        match (self.kind, self.parent) {
            (NamespaceKind::Project, _) => "project",
            (NamespaceKind::Group, Some(_)) => "subgroup",
            (NamespaceKind::Group, None) => "top-level group",
        }
    }
}

keyed_enum! {
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Tier: serde {
        Premium = "premium",
        Ultimate = "ultimate",
    }
}

impl Tier {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Premium => "Premium",
            Self::Ultimate => "Ultimate",
        }
    }
}

/// A top-level group's subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub tier: Tier,
    /// Whether the group has Duo Enterprise seats to assign.
    pub duo_enterprise: bool,
}

impl Subscription {
    /// `Ultimate, Duo Enterprise`.
    pub fn words(self) -> String {
        let duo = if self.duo_enterprise { ", Duo Enterprise" } else { "" };
        format!("{}{duo}", self.tier.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_parsed_once_and_then_trusted() {
        for good in ["acme", "acme/platform/api", "A_b-c.d/9"] {
            assert_eq!(GroupPath::parse(good).map(|p| p.as_str().to_owned()), Ok(good.to_owned()));
        }
        let deep = ["a"; 22].join("/");
        for bad in ["", "/", "acme/", "/acme", "a//b", "acme/-/x", "a b", "../etc", "a/..", "é", "a?b", &deep]
        {
            assert_eq!(GroupPath::parse(bad), Err(GroupPathError), "{bad}");
        }
    }

    #[test]
    fn digits_alone_are_an_id() {
        let path = |text: &str| GroupPath::parse(text).ok().map(IdOrPath::Path);
        assert_eq!(IdOrPath::parse("42"), Some(IdOrPath::Id(NamespaceId(42))));
        assert_eq!(IdOrPath::parse("acme/42"), path("acme/42"));
        assert_eq!(IdOrPath::parse("4x"), path("4x"));
        for neither in ["", "99999999999999999999", "-1", "a//b"] {
            assert_eq!(IdOrPath::parse(neither), None, "{neither}");
        }
    }

    #[test]
    fn key_order_is_tree_order() {
        let path = |text: &str| GroupPath::parse(text).expect("a path");
        let tree = ["acme", "Acme/b", "acme/b/d", "acme/b-c", "acme/b.c", "acme/b0", "acme/b_", "acme-x"];
        assert!(tree.map(|it| path(it).key()).is_sorted(), "{:?}", tree.map(|it| path(it).key()));
        let (from, before) = path("acme/b").keys_below();
        let below = tree.map(|it| path(it).key()).into_iter().filter(|key| (&from..&before).contains(&key));
        assert_eq!(below.collect::<Vec<_>>(), ["acme+b+d"]);
        assert_eq!((path("acme/b/d").parent(), path("acme").parent()), (Some(path("acme/b")), None));
        assert_eq!((path("acme/b").last(), path("acme").last()), ("b", "acme"));
    }
}
