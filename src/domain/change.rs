//! The change feed: what changed that an answer may rest on. Servers forget by it what they remember, and
//! clients follow it.
//!
//! It is apart from the audit log, which records acts: an act that changes no answer is not in the feed.

use super::{
    environment::Environment,
    ids::{ChangeId, NamespaceId, UserId},
    keyed::keyed_enum,
    stored::{Stored, Word},
    time::Timestamp,
};

keyed_enum! {
    /// What changes together. Whatever is remembered says which of these it rests on.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Topic {
        /// Sessions that ended or have another token. One that begins changes no answer.
        Sessions = "sessions",
        /// Tokens that were revoked.
        Tokens = "tokens",
        /// Who there is.
        Users = "users",
        /// Memberships and seats.
        People = "people",
        /// Groups and projects, and what belongs to a top-level group alone.
        Namespaces = "namespaces",
        /// Which flows are on, and consents.
        Flows = "flows",
        /// Which flow versions are deployed.
        FlowVersions = "flow_versions",
        /// What somebody chose for themselves.
        Preferences = "preferences",
        /// What is set for feature flags, by environment.
        Flags = "flags",
        FlagDefinitions = "flag_definitions",
        FeatureGroups = "feature_groups",
        /// Something is to be done: workers look. No answer rests on it.
        Jobs = "jobs",
    }
}

/// Some topics.
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

    /// Of a word in the database. One that a newer release wrote may be about anything.
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

/// The namespace where something changed, as it was called then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedIn {
    pub id: NamespaceId,
    pub path: String,
}

/// A change of which clients are told, before it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewChange {
    pub at: Timestamp,
    pub topic: Topic,
    /// What of the topic: a flag's name, a flow's reference, a user name.
    pub key: String,
    /// For what is set for each environment by itself.
    pub environment: Option<Environment>,
    /// What happened, in the words of the API.
    pub kind: &'static str,
    pub namespace: Option<ChangedIn>,
    /// Whose business alone it is.
    pub user: Option<UserId>,
}

/// A change in the feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub id: ChangeId,
    pub at: Timestamp,
    /// It may be of a newer release.
    pub topic: Stored<Topic>,
    /// Empty: it may be anything of the topic.
    pub key: String,
    /// For what is set for each environment by itself. It may be of a newer release.
    pub environment: Option<Stored<Environment>>,
    /// Empty: nobody is told.
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
