//! The change feed: what changed that an answer may rest on. Servers forget by it what they remember, and
//! clients follow it.
//!
//! It is apart from the audit log, which records acts: an act that changes no answer is not in the feed.

use super::{
    ids::{ChangeId, NamespaceId, UserId},
    stored::{Stored, Word},
    time::Timestamp,
};

/// What changes together. Whatever is remembered says which of these it rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic {
    /// Sessions that ended or have another token. One that begins changes no answer.
    Sessions,
    /// Tokens that were revoked.
    Tokens,
    /// Who there is.
    Users,
    /// Memberships and seats.
    People,
    /// Groups and projects, and what belongs to a top-level group alone.
    Namespaces,
    /// Which flows are on, and consents.
    Flows,
    /// Which flow versions are deployed.
    FlowVersions,
    /// What somebody chose for themselves.
    Preferences,
    /// What is set for feature flags, by environment.
    Flags,
    FlagDefinitions,
    FeatureGroups,
    /// Something is to be done: workers look. No answer rests on it.
    Jobs,
}

impl Topic {
    /// In the order of the list.
    pub const ALL: [Self; 12] = [
        Self::Sessions,
        Self::Tokens,
        Self::Users,
        Self::People,
        Self::Namespaces,
        Self::Flows,
        Self::FlowVersions,
        Self::Preferences,
        Self::Flags,
        Self::FlagDefinitions,
        Self::FeatureGroups,
        Self::Jobs,
    ];

    /// The word in the database.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::Tokens => "tokens",
            Self::Users => "users",
            Self::People => "people",
            Self::Namespaces => "namespaces",
            Self::Flows => "flows",
            Self::FlowVersions => "flow_versions",
            Self::Preferences => "preferences",
            Self::Flags => "flags",
            Self::FlagDefinitions => "flag_definitions",
            Self::FeatureGroups => "feature_groups",
            Self::Jobs => "jobs",
        }
    }
}

impl Word for Topic {
    fn key(self) -> &'static str {
        self.key()
    }

    fn find(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.key() == key)
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
