//! Grants: what gives somebody a role in a namespace, and which role results.
//!
//! A role comes from a membership in the namespace or above it, or from an invitation of a group of which the
//! user is a member (a share). Of all grants that have not expired, the highest counts. GitLab's rules:
//! Minimal Access is not inherited; a group that was invited to a group brings its direct members only, one
//! invited to a project also those who are members by inheritance or invitation; both at most with the
//! invitation's role.

use crate::domain::{
    access::Standing,
    ids::NamespaceId,
    keyed::keyed_enum,
    role::{GivenRole, Role},
    time::Timestamp,
};

keyed_enum! {
    /// Who gave a role or a seat. Each source takes back only what it gave.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Source: serde {
        /// Somebody, on a page, by API or at the command line.
        Hand = "hand",
        /// The identity provider, at a sign-in.
        Provider = "provider",
        /// A file that was imported.
        Import = "import",
        /// A GitLab instance that is synchronised from.
        Gitlab = "gitlab",
        /// An identity provider that provisions people.
        Scim = "scim",
    }
}

impl Source {
    /// As shown on screen, after "given".
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Hand => "by hand",
            Self::Provider => "by the identity provider",
            Self::Import => "by an import",
            Self::Gitlab => "by GitLab",
            Self::Scim => "by SCIM",
        }
    }
}

/// A role that somebody was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Where: the namespace itself, or one above it.
    pub at: NamespaceId,
    /// Whether that is a top-level group.
    pub at_top_level: bool,
    pub source: Source,
    /// The lower of both for members of an invited group.
    pub role: GivenRole,
    /// The first instant at which it no longer counts; `None` for never.
    pub expires_at: Option<Timestamp>,
    /// The invited group that brings the role; `None` for a membership.
    pub through: Option<NamespaceId>,
}

impl Grant {
    /// Whether it counts in `here`, at `now`.
    pub fn counts(&self, here: NamespaceId, now: Timestamp) -> bool {
        let inherited = self.at != here;
        !(inherited && self.role.role() == Role::MinimalAccess)
            && self.expires_at.is_none_or(|expires_at| now < expires_at)
    }
}

/// What somebody's grants amount to, and how long that holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StandingUntil {
    pub standing: Standing,
    /// When the first of the grants that count expires; `None` for never.
    pub until: Option<Timestamp>,
}

/// The roles that result from `grants` in `here` and in its top-level group.
pub fn standing(grants: &[Grant], here: NamespaceId, now: Timestamp) -> StandingUntil {
    let counting = || grants.iter().filter(|grant| grant.counts(here, now));
    StandingUntil {
        standing: Standing {
            here: counting().map(|grant| grant.role.role()).max(),
            top_level: counting().filter(|grant| grant.at_top_level).map(|grant| grant.role.role()).max(),
        },
        until: counting().filter_map(|grant| grant.expires_at).min(),
    }
}

/// [`standing`] from `now` on: each until the next grant expires, the last for ever. For caches, which have to be
/// right at every instant without reading again.
pub fn standings(grants: &[Grant], here: NamespaceId, now: Timestamp) -> Vec<StandingUntil> {
    let mut at = Some(now);
    std::iter::from_fn(|| {
        let next = standing(grants, here, at?);
        at = next.until;
        Some(next)
    })
    .collect()
}

/// Which of [`standings`] holds at `now`.
pub fn standing_at(standings: &[StandingUntil], now: Timestamp) -> Standing {
    let holds = |it: &&StandingUntil| it.until.is_none_or(|until| now < until);
    standings.iter().find(holds).map_or_else(Standing::default, |it| it.standing)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_780_315_200_000);
    const TOP: NamespaceId = NamespaceId(1);
    const HERE: NamespaceId = NamespaceId(2);

    fn grant(at: NamespaceId, role: Role) -> Grant {
        Grant {
            at,
            at_top_level: at == TOP,
            source: Source::Hand,
            role: role.into(),
            expires_at: None,
            through: None,
        }
    }

    fn roles(grants: &[Grant], at: Timestamp) -> (Option<Role>, Option<Role>) {
        let Standing { here, top_level } = standing(grants, HERE, at).standing;
        (here, top_level)
    }

    #[test]
    fn the_highest_grant_counts_whoever_gave_it() {
        let by_provider = Grant { source: Source::Provider, ..grant(HERE, Role::Guest) };
        let grants = [grant(TOP, Role::Reporter), grant(HERE, Role::Maintainer), by_provider];
        assert_eq!(roles(&grants, NOW), (Some(Role::Maintainer), Some(Role::Reporter)));
        assert_eq!(roles(&[], NOW), (None, None));
    }

    #[test]
    fn a_grant_ends_at_the_instant_of_its_expiry() {
        let ends = NOW.plus_days(1);
        let grants = [
            Grant { expires_at: Some(ends), ..grant(TOP, Role::Owner) },
            Grant { expires_at: Some(ends.plus_days(1)), ..grant(TOP, Role::Developer) },
        ];
        assert_eq!(roles(&grants, ends.plus_millis(-1)).0, Some(Role::Owner));
        assert_eq!(roles(&grants, ends).0, Some(Role::Developer));
        assert_eq!(roles(&grants, ends.plus_days(1)).0, None);
        assert_eq!(standing(&grants, HERE, NOW).until, Some(ends));
        assert_eq!(standing(&grants, HERE, ends).until, Some(ends.plus_days(1)));
        assert_eq!(standing(&grants, HERE, ends.plus_days(1)).until, None);
    }

    #[test]
    fn minimal_access_is_not_inherited() {
        assert_eq!(roles(&[grant(TOP, Role::MinimalAccess)], NOW), (None, None));
        let there = standing(&[grant(TOP, Role::MinimalAccess)], TOP, NOW).standing;
        assert_eq!((there.here, there.top_level), (Some(Role::MinimalAccess), Some(Role::MinimalAccess)));
    }

    #[test]
    fn what_is_remembered_is_right_at_every_instant() {
        let ends = NOW.plus_days(1);
        let grants = [
            Grant { expires_at: Some(ends), ..grant(TOP, Role::Owner) },
            Grant { expires_at: Some(ends.plus_days(1)), ..grant(HERE, Role::Developer) },
            Grant { expires_at: Some(NOW), ..grant(HERE, Role::Maintainer) },
            Grant { expires_at: Some(ends.plus_days(2)), ..grant(TOP, Role::MinimalAccess) },
        ];
        let remembered = standings(&grants, HERE, NOW);
        assert_eq!(remembered.len(), 3);
        for days in 0..4 {
            for apart in [-1, 0, 1] {
                let at = NOW.plus_days(days).plus_millis(apart).max(NOW);
                assert_eq!(
                    standing_at(&remembered, at),
                    standing(&grants, HERE, at).standing,
                    "{days} {apart}"
                );
            }
        }
        assert_eq!(standings(&[], HERE, NOW), [StandingUntil::default()]);
    }
}
