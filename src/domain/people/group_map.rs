//! Maps a provider's groups to memberships: the operator's rules, and what changes at a sign-in.
//!
//! The provider's memberships stand beside those that others gave, which it neither removes nor changes.

use crate::domain::{
    namespace::{GroupPath, Namespace},
    role::Role,
};

/// One rule: a user with `value` in the groups claim has `role` in the top-level group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRule {
    value: String,
    group: GroupPath,
    role: Role,
}

/// The operator's rules; may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupMap(Vec<GroupRule>);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GroupMapError {
    #[error("expected rules such as acme-admins=acme:owner, with ';' between two")]
    Form,
    #[error("expected a top-level group such as acme after the last '='")]
    Group,
    #[error("expected guest, reporter, developer, maintainer or owner after the ':'")]
    Role,
}

impl GroupMap {
    /// Parses rules such as `acme-admins=acme:owner; acme/devs=acme:developer`. The value may contain `=`: a
    /// rule is split at the last one.
    pub fn parse(text: &str) -> Result<Self, GroupMapError> {
        let rules = text.split(';').map(str::trim).filter(|rule| !rule.is_empty());
        rules.map(GroupRule::parse).collect::<Result<_, _>>().map(Self)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether any rule has this value.
    pub fn knows(&self, value: &str) -> bool {
        self.0.iter().any(|rule| rule.value == value)
    }

    /// The memberships for these values, one per group with the highest role.
    pub fn memberships(&self, values: &[String]) -> Vec<(GroupPath, Role)> {
        let mut wanted: Vec<(GroupPath, Role)> = Vec::new();
        for rule in self.0.iter().filter(|rule| values.contains(&rule.value)) {
            match wanted.iter_mut().find(|(group, _)| group.key() == rule.group.key()) {
                Some((_, role)) => *role = rule.role.max(*role),
                None => wanted.push((rule.group.clone(), rule.role)),
            }
        }
        wanted
    }
}

impl GroupRule {
    fn parse(text: &str) -> Result<Self, GroupMapError> {
        let (value, target) = text.rsplit_once('=').ok_or(GroupMapError::Form)?;
        let (group, role) = target.split_once(':').ok_or(GroupMapError::Form)?;
        let value = value.trim();
        if value.is_empty() {
            return Err(GroupMapError::Form);
        }
        let group = GroupPath::parse(group.trim()).map_err(|_| GroupMapError::Group)?;
        if group.as_str().contains('/') {
            return Err(GroupMapError::Group);
        }
        let role = Role::from_name(role).ok_or(GroupMapError::Role)?;
        Ok(Self { value: value.to_owned(), group, role })
    }
}

/// What a sign-in does to a membership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MembershipChange {
    Give { namespace: Namespace, role: Role },
    Change { namespace: Namespace, from: Role, to: Role },
    Withdraw { namespace: Namespace, role: Role },
}

/// The changes that bring the memberships that the provider gave in line with `wanted`, which lists existing
/// groups only. What others gave stands beside them.
pub fn changes(current: &[(Namespace, Role)], wanted: &[(Namespace, Role)]) -> Vec<MembershipChange> {
    let mut changes = Vec::new();
    for (namespace, to) in wanted {
        match current.iter().find(|(it, _)| it.id == namespace.id) {
            None => changes.push(MembershipChange::Give { namespace: namespace.clone(), role: *to }),
            Some((_, from)) if from != to => {
                changes.push(MembershipChange::Change { namespace: namespace.clone(), from: *from, to: *to });
            }
            Some(_) => {}
        }
    }
    for (namespace, role) in current {
        if !wanted.iter().any(|(it, _)| it.id == namespace.id) {
            changes.push(MembershipChange::Withdraw { namespace: namespace.clone(), role: *role });
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ids::NamespaceId, namespace::NamespaceKind};

    fn map(text: &str) -> GroupMap {
        GroupMap::parse(text).expect("rules")
    }

    fn values(values: &[&str]) -> Vec<String> {
        values.iter().map(|&value| value.to_owned()).collect()
    }

    fn path(text: &str) -> GroupPath {
        GroupPath::parse(text).expect("a path")
    }

    fn group(id: i64) -> Namespace {
        Namespace {
            id: NamespaceId(id),
            parent: None,
            root: NamespaceId(id),
            kind: NamespaceKind::Group,
            path: path(&format!("group-{id}")),
            name: format!("Group {id}"),
        }
    }

    #[test]
    fn values_are_mapped_to_a_group_and_a_role() {
        let map = map("acme-admins=acme:owner; acme/devs=acme:Developer;cn=ops,dc=x=globex:maintainer;");
        for (claim, expected) in [
            (&["acme-admins"][..], vec![(path("acme"), Role::Owner)]),
            (&["acme/devs"], vec![(path("acme"), Role::Developer)]),
            (&["acme/devs", "acme-admins"], vec![(path("acme"), Role::Owner)]),
            (&["cn=ops,dc=x", "other"], vec![(path("globex"), Role::Maintainer)]),
            (&["Acme-Admins", "acme", ""], vec![]),
            (&[], vec![]),
        ] {
            assert_eq!(map.memberships(&values(claim)), expected, "{claim:?}");
        }
    }

    #[test]
    fn a_group_that_is_named_twice_in_other_letters_is_one() {
        let map = map("a=acme:developer; b=ACME:maintainer");
        assert_eq!(map.memberships(&values(&["a", "b"])), [(path("acme"), Role::Maintainer)]);
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        assert!(map("").is_empty() && map(" ; ").is_empty());
        for (text, error) in [
            ("acme-admins", GroupMapError::Form),
            ("acme-admins=acme", GroupMapError::Form),
            ("=acme:owner", GroupMapError::Form),
            ("a=acme/platform:owner", GroupMapError::Group),
            ("a=:owner", GroupMapError::Group),
            ("a=acme:boss", GroupMapError::Role),
            ("a=acme:50", GroupMapError::Role),
            ("a=acme:owner;b", GroupMapError::Form),
        ] {
            assert_eq!(GroupMap::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn the_provider_gives_changes_and_withdraws_what_it_gave() {
        let current = [(group(1), Role::Developer), (group(2), Role::Guest)];
        let wanted = [(group(1), Role::Maintainer), (group(3), Role::Owner)];
        assert_eq!(
            changes(&current, &wanted),
            [
                MembershipChange::Change { namespace: group(1), from: Role::Developer, to: Role::Maintainer },
                MembershipChange::Give { namespace: group(3), role: Role::Owner },
                MembershipChange::Withdraw { namespace: group(2), role: Role::Guest },
            ]
        );
        assert_eq!(changes(&current, &current), []);
    }
}
