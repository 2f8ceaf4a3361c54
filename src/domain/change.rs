//! The change feed: what changed that an answer may depend on. Servers invalidate their caches by it, and
//! clients follow it.
//!
//! Separate from the audit log, which records acts: an act that changes no answer is not in the feed.

use super::{
    environment::Environment,
    ids::{ChangeId, NamespaceId, UserId},
    keyed::keyed_enum,
    stored::{Stored, Word},
    time::Timestamp,
};

keyed_enum! {
    /// What changes together. Each cached value declares the topics it depends on.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Topic {
        /// Sessions that ended or whose token was rotated. A new session changes no answer.
        Sessions = "sessions",
        /// Tokens that were revoked.
        Tokens = "tokens",
        /// Users and their names.
        Users = "users",
        /// Memberships and seats.
        People = "people",
        /// Namespaces, and settings that only a top-level group has.
        Namespaces = "namespaces",
        /// Which flows are on, and consents.
        Flows = "flows",
        /// Which flow versions are deployed.
        FlowVersions = "flow_versions",
        /// A user's own preferences.
        Preferences = "preferences",
        /// The gates of feature flags, by environment.
        Flags = "flags",
        FlagDefinitions = "flag_definitions",
        FeatureGroups = "feature_groups",
        /// A job is ready: wakes workers. No answer depends on it.
        Jobs = "jobs",
    }
}

/// A set of topics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Topics(u16);

impl Topics {
    pub const NONE: Self = Self(0);
    pub const ALL: Self = Self::of(&Topic::ALL);

    pub const fn of(mut topics: &[Topic]) -> Self {
        let mut these = Self::NONE;
        while let [topic, rest @ ..] = topics {
            these = these.and(*topic);
            topics = rest;
        }
        these
    }

    /// From a topic's key in the database. One that a newer release wrote may concern anything.
    pub fn of_word(key: &str) -> Self {
        Topic::find(key).map_or(Self::ALL, |topic| Self::NONE.and(topic))
    }

    #[must_use]
    pub const fn and(self, topic: Topic) -> Self {
        Self(self.0 | (1 << topic as u16))
    }

    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub const fn has(self, topic: Topic) -> bool {
        self.0 & (1 << topic as u16) != 0
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = Topic> {
        Topic::ALL.into_iter().filter(move |it| self.has(*it))
    }
}

/// The namespace of a change, with its path of that time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedIn {
    pub id: NamespaceId,
    pub path: String,
}

/// A change to publish, before it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewChange {
    pub at: Timestamp,
    pub topic: Topic,
    /// What changed within the topic: a flag's name, a flow's reference, a username.
    pub key: String,
    /// For settings that exist per environment.
    pub environment: Option<Environment>,
    /// The kind of the event, by its key in the API.
    pub kind: &'static str,
    pub namespace: Option<ChangedIn>,
    /// The only user it concerns.
    pub user: Option<UserId>,
}

/// A stored change in the feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub id: ChangeId,
    pub at: Timestamp,
    /// May be unknown to this release.
    pub topic: Stored<Topic>,
    /// Empty when anything in the topic may have changed.
    pub key: String,
    /// For settings that exist per environment. May be unknown to this release.
    pub environment: Option<Stored<Environment>>,
    /// Empty when clients are not notified.
    pub kind: String,
    pub namespace: Option<ChangedIn>,
    pub user: Option<UserId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_reads_back_and_has_a_key_and_a_place_of_its_own() {
        for (place, topic) in Topic::ALL.into_iter().enumerate() {
            assert_eq!(Topic::find(topic.key()), Some(topic));
            assert_eq!(topic as usize, place);
            let alone = Topics::of(&[topic]);
            assert_eq!(alone.iter().collect::<Vec<_>>(), [topic]);
            assert_eq!(Topics::of_word(topic.key()), alone);
        }
        assert_eq!(Topics::ALL.iter().count(), Topic::ALL.len());
    }

    #[test]
    fn what_a_newer_release_changed_may_be_anything() {
        assert_eq!(Topics::of_word("workflows"), Topics::ALL);
    }
}
