//! Maps a provider's groups to memberships: the operator's rules, and what changes at a sign-in.
//!
//! Memberships made by hand are never touched: the provider neither removes them nor changes their role.

use crate::domain::{
    keyed::keyed_enum,
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
        let role = [Role::Guest, Role::Reporter, Role::Developer, Role::Maintainer, Role::Owner]
            .into_iter()
            .find(|it| it.name().eq_ignore_ascii_case(role.trim()))
            .ok_or(GroupMapError::Role)?;
        Ok(Self { value: value.to_owned(), group, role })
    }
}

keyed_enum! {
    /// Who created a membership.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum MadeBy {
        Hand = "hand",
        Provider = "provider",
    }
}

/// An existing membership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    pub namespace: Namespace,
    pub role: Role,
    pub made_by: MadeBy,
}

/// What a sign-in does to a membership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MembershipChange {
    Give { namespace: Namespace, role: Role },
    Change { namespace: Namespace, from: Role, to: Role },
    Withdraw { namespace: Namespace, role: Role },
}

/// The changes that bring the provider's memberships in line with `wanted`, which lists existing groups only.
pub fn changes(current: &[Membership], wanted: &[(Namespace, Role)]) -> Vec<MembershipChange> {
    let mut changes = Vec::new();
    for (namespace, role) in wanted {
        match current.iter().find(|it| it.namespace.id == namespace.id) {
            None => changes.push(MembershipChange::Give { namespace: namespace.clone(), role: *role }),
            Some(it) if it.made_by == MadeBy::Provider && it.role != *role => {
                changes.push(MembershipChange::Change {
                    namespace: namespace.clone(),
                    from: it.role,
                    to: *role,
                });
            }
            Some(_) => {}
        }
    }
    for it in current.iter().filter(|it| it.made_by == MadeBy::Provider) {
        if !wanted.iter().any(|(namespace, _)| namespace.id == it.namespace.id) {
            changes.push(MembershipChange::Withdraw { namespace: it.namespace.clone(), role: it.role });
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

    fn has(id: i64, role: Role, made_by: MadeBy) -> Membership {
        Membership { namespace: group(id), role, made_by }
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
    fn the_provider_gives_changes_and_withdraws_what_it_made() {
        let current = [has(1, Role::Developer, MadeBy::Provider), has(2, Role::Guest, MadeBy::Provider)];
        let wanted = [(group(1), Role::Maintainer), (group(3), Role::Owner)];
        assert_eq!(
            changes(&current, &wanted),
            [
                MembershipChange::Change { namespace: group(1), from: Role::Developer, to: Role::Maintainer },
                MembershipChange::Give { namespace: group(3), role: Role::Owner },
                MembershipChange::Withdraw { namespace: group(2), role: Role::Guest },
            ]
        );
        assert_eq!(changes(&current, &[(group(1), Role::Developer), (group(2), Role::Guest)]), []);
    }

    #[test]
    fn what_was_made_by_hand_stays_as_it_is() {
        let current = [has(1, Role::Developer, MadeBy::Hand), has(2, Role::Owner, MadeBy::Hand)];
        assert_eq!(changes(&current, &[(group(1), Role::Owner)]), []);
        assert_eq!(changes(&current, &[(group(2), Role::Guest)]), []);
        assert_eq!(changes(&current, &[]), []);
    }
}
