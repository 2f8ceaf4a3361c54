//! What a change in the feed means to clients: whether an answer of theirs may differ now, who may hear of
//! it, and what they are told.

use crate::domain::{
    change::{Change, Topic},
    environment::Environment,
    stored::Stored,
};

/// Who hears of a change. Administrators hear of all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeAudience {
    /// Whoever may evaluate feature flags.
    Everybody,
    /// Whoever may ask for decisions in the namespace.
    Namespace,
    /// Whom it is about.
    Oneself,
    Administrators,
}

/// A change as it is told: what it was about, and neither who nor to what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told<'a> {
    /// A flow's reference, a flag's name, a user name.
    pub subject: &'a str,
    /// For what is set for each environment by itself.
    pub environment: Option<Environment>,
    pub namespace: Option<&'a str>,
}

/// `None` for what nobody is told. What a newer release changed, nobody here can judge: administrators
/// hear of it.
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

/// Whether the answer of a feature flag may differ now in this environment. A name that is given to
/// somebody named nobody before, and what a newer release changed may be about anything.
pub fn is_about_flags(change: &Change, environment: Environment) -> bool {
    match change.topic.known() {
        Some(Topic::Flags) => change.environment.as_ref().is_none_or(|it| *it == environment),
        Some(Topic::FlagDefinitions | Topic::FeatureGroups | Topic::Users) | None => true,
        Some(_) => false,
    }
}

/// What is told of it.
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
            let private = ["sign", "session", "token", "password", "email", "identity", "preferences"];
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
        // The event names the setting; whose it is, is who made it.
        assert_eq!(told(&stored(AuditKind::OrbitSettingsUpdated, "enabled")).subject, "ann");
        assert_eq!(told(&stored(AuditKind::FlowEnabled, "code_review/v1")).subject, "code_review/v1");
        assert!(is_about_flags(&stored(AuditKind::FeatureGroupUpdated, "staff"), Environment::Dev));
        assert!(!is_about_flags(&stored(AuditKind::FlowEnabled, "x"), Environment::Dev));
    }

    #[test]
    fn a_name_that_comes_or_goes_changes_whom_a_flag_is_asked_about() {
        for kind in [AuditKind::UserCreated, AuditKind::UserDeleted, AuditKind::DemoDataCreated] {
            assert!(is_about_flags(&stored(kind, "ann"), Environment::Dev), "{kind:?}");
        }
    }
}
