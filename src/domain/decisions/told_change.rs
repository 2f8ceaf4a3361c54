//! A change of the feed as clients see it: whether it may alter an answer, who is notified, and with what.

use crate::domain::{
    change::{Change, Topic},
    environment::Environment,
    stored::Stored,
};

/// Who is notified of a change. Administrators always are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeAudience {
    /// Everyone who may evaluate feature flags.
    Everybody,
    /// Everyone who may ask for decisions in the namespace.
    Namespace,
    /// The user it concerns.
    Oneself,
    Administrators,
}

/// A change as published to clients: what changed, without the values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told<'a> {
    /// A flow's reference, a flag's name, a username.
    pub subject: &'a str,
    /// For settings that exist per environment.
    pub environment: Option<Environment>,
    pub namespace: Option<&'a str>,
}

/// `None` when nobody is notified. Changes unknown to this release go to administrators only.
pub fn audience(change: &Change) -> Option<ChangeAudience> {
    if change.kind.is_empty() {
        return None;
    }
    match change.topic.known() {
        Some(Topic::Flags | Topic::FlagDefinitions | Topic::FeatureGroups | Topic::FlowVersions) => {
            Some(ChangeAudience::Everybody)
        }
        Some(Topic::Namespaces | Topic::Flows | Topic::People) => Some(ChangeAudience::Namespace),
        Some(Topic::Preferences) => Some(ChangeAudience::Oneself),
        Some(Topic::Users) | None => Some(ChangeAudience::Administrators),
        Some(Topic::Sessions | Topic::Tokens | Topic::Jobs) => None,
    }
}

/// Whether flag evaluations in this environment may differ after the change. New users and new paths of
/// groups count, because a name may now resolve to somebody or something else; changes unknown to this release may concern anything.
pub fn is_about_flags(change: &Change, environment: Environment) -> bool {
    match change.topic.known() {
        Some(Topic::Flags) => change.environment.as_ref().is_none_or(|it| *it == environment),
        Some(Topic::FlagDefinitions | Topic::FeatureGroups | Topic::Users | Topic::Namespaces) | None => true,
        Some(_) => false,
    }
}

/// What is published of it.
pub fn told(change: &Change) -> Told<'_> {
    let namespace = change.namespace.as_ref().map(|it| it.path.as_str());
    let subject = change.key.as_str();
    match change.topic.known() {
        Some(Topic::Flags) => {
            let environment = change.environment.as_ref().and_then(Stored::known);
            Told { subject, environment, namespace }
        }
        Some(Topic::FlowVersions) => {
            Told { subject: "flow_versions", environment: Environment::from_key(subject), namespace }
        }
        _ => Told { subject, environment: None, namespace },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        actor::Surface,
        audit::{AuditActor, AuditKind, NewAuditEvent},
        change::NewChange,
        ids::{ChangeId, UserId},
        stored::Stored,
        time::Timestamp,
    };

    fn happened(kind: AuditKind, target: &str) -> Option<NewChange> {
        let ann = AuditActor { id: Some(UserId(7)), username: "ann".into(), name: "Ann".into() };
        NewAuditEvent::new(Timestamp::from_millis(0), kind, ann, Surface::Page, target).change()
    }

    fn stored(kind: AuditKind, target: &str) -> Change {
        let NewChange { at, topic, key, environment, kind, namespace, user } =
            happened(kind, target).expect("a change");
        let (topic, environment) = (Stored::Known(topic), environment.map(Stored::Known));
        Change { id: ChangeId(1), at, topic, key, environment, kind: kind.into(), namespace, user }
    }

    #[test]
    fn what_is_of_nobodys_answers_is_told_to_nobody() {
        for kind in AuditKind::ALL {
            let word = kind.key();
            let private =
                ["sign_", "signed_", "session", "token", "password", "email", "identity", "preferences"];
            if private.iter().any(|it| word.contains(it)) {
                assert_eq!(happened(kind, "x"), None, "{word}");
            }
        }
        let orbit = stored(AuditKind::OrbitSettingsUpdated, "enabled");
        assert_eq!((audience(&orbit), orbit.user), (Some(ChangeAudience::Oneself), Some(UserId(7))));
    }

    #[test]
    fn what_only_makes_memory_old_is_told_to_nobody() {
        for topic in Topic::ALL {
            let silent = Change {
                topic: Stored::Known(topic),
                key: String::new(),
                kind: String::new(),
                ..stored(AuditKind::UserCreated, "ann")
            };
            assert_eq!(audience(&silent), None, "{topic:?}");
        }
    }

    #[test]
    fn a_flag_is_told_with_its_environment() {
        let change = |kind, environment| Change {
            environment: Some(Stored::Known(environment)),
            ..stored(kind, "duo_developer_orbit")
        };
        let production = change(AuditKind::FeatureFlagUpdated, Environment::Production);
        let staging = change(AuditKind::FeatureFlagDeleted, Environment::StagingRef);
        for (change, environment) in
            [(&production, Environment::Production), (&staging, Environment::StagingRef)]
        {
            let told = told(change);
            assert_eq!((told.subject, told.environment), ("duo_developer_orbit", Some(environment)));
            for other in Environment::ALL {
                assert_eq!(is_about_flags(change, other), other == environment);
            }
        }
        let some_flag = Change { key: String::new(), environment: None, ..production };
        assert!(Environment::ALL.into_iter().all(|it| is_about_flags(&some_flag, it)));
    }

    #[test]
    fn what_a_newer_release_changed_is_told_to_administrators_and_asks_for_flags_anew() {
        let newer = Change {
            topic: Stored::read("workflows".into()),
            kind: "workflow_approved".into(),
            ..stored(AuditKind::UserCreated, "build/v2")
        };
        assert_eq!(audience(&newer), Some(ChangeAudience::Administrators));
        assert!(is_about_flags(&newer, Environment::Dev));
        assert_eq!(told(&newer), Told { subject: "build/v2", environment: None, namespace: None });
    }

    #[test]
    fn what_else_is_told_names_what_changed() {
        let versions = stored(AuditKind::FlowVersionsUpdated, "dev");
        assert_eq!(told(&versions).environment, Some(Environment::Dev));
        // The event's target is the setting; whose preferences they are is the actor.
        assert_eq!(told(&stored(AuditKind::OrbitSettingsUpdated, "enabled")).subject, "ann");
        assert_eq!(told(&stored(AuditKind::FlowEnabled, "code_review/v1")).subject, "code_review/v1");
        assert!(is_about_flags(&stored(AuditKind::FeatureGroupUpdated, "staff"), Environment::Dev));
        assert!(!is_about_flags(&stored(AuditKind::FlowEnabled, "x"), Environment::Dev));
    }

    #[test]
    fn a_name_that_comes_or_goes_changes_whom_a_flag_is_asked_about() {
        for kind in [
            AuditKind::UserCreated,
            AuditKind::UserDeleted,
            AuditKind::DemoDataCreated,
            AuditKind::GroupPathUpdated,
            AuditKind::ProjectDestroyed,
        ] {
            assert!(is_about_flags(&stored(kind, "ann"), Environment::Dev), "{kind:?}");
        }
    }
}
