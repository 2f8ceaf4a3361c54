//! What a change that was written down means to services: whether an answer of theirs may differ now,
//! and who may hear of it.

use super::{
    audit::{AuditActor, AuditKind, AuditNamespace},
    environment::Environment,
    ids::AuditEventId,
    stored::Stored,
    time::Timestamp,
};

/// An event of the audit log without its values, which may be long: all that is told of it, and all that
/// says to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedChange {
    pub id: AuditEventId,
    pub at: Timestamp,
    /// It may be of a newer release.
    pub kind: Stored<AuditKind>,
    pub actor: AuditActor,
    pub namespace: Option<AuditNamespace>,
    pub target: String,
    /// Where, for what is set for each environment by itself.
    pub environment: Option<Stored<Environment>>,
}

/// Who hears of a change. Administrators hear of all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Whoever may evaluate feature flags.
    Everybody,
    /// Whoever may ask for decisions in the namespace.
    Namespace,
    /// Whoever made it: it is about themselves.
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

/// `None` for what no answer depends on: that somebody signed in, for one.
pub const fn audience(kind: AuditKind) -> Option<Audience> {
    use AuditKind as Kind;
    match kind {
        Kind::FeatureFlagUpdated
        | Kind::FeatureFlagDeleted
        | Kind::FeatureDefined
        | Kind::FeatureGroupUpdated
        | Kind::FlowVersionsUpdated => Some(Audience::Everybody),
        Kind::FlowEnabled
        | Kind::FlowDisabled
        | Kind::ConsentGiven
        | Kind::ConsentWithdrawn
        | Kind::MembershipCreated
        | Kind::MembershipUpdated
        | Kind::MembershipDeleted => Some(Audience::Namespace),
        Kind::OrbitSettingsUpdated => Some(Audience::Oneself),
        Kind::UserCreated | Kind::UserDeleted | Kind::DemoDataCreated => Some(Audience::Administrators),
        _ => None,
    }
}

/// The same of what is in the log. What a newer release did, nobody here can judge: administrators hear
/// of it.
pub fn audience_of(event: &LoggedChange) -> Option<Audience> {
    event.kind.known().map_or(Some(Audience::Administrators), audience)
}

/// Whether the answer of a feature flag may differ now in this environment. A name that is given to
/// somebody named nobody before, and what a newer release did may be about anything.
pub fn is_about_flags(event: &LoggedChange, environment: Environment) -> bool {
    use AuditKind as Kind;
    let Some(kind) = event.kind.known() else { return true };
    match kind {
        Kind::FeatureFlagUpdated | Kind::FeatureFlagDeleted => {
            event.environment.as_ref().is_none_or(|it| *it == environment)
        }
        Kind::FeatureDefined
        | Kind::FeatureGroupUpdated
        | Kind::UserCreated
        | Kind::UserDeleted
        | Kind::DemoDataCreated => true,
        _ => false,
    }
}

/// What is told of the event.
pub fn told(event: &LoggedChange) -> Told<'_> {
    let namespace = event.namespace.as_ref().map(|it| it.path.as_str());
    let subject = event.target.as_str();
    match event.kind.known() {
        Some(AuditKind::FeatureFlagUpdated | AuditKind::FeatureFlagDeleted) => {
            let environment = event.environment.as_ref().and_then(Stored::known);
            Told { subject, environment, namespace }
        }
        Some(AuditKind::FlowVersionsUpdated) => {
            Told { subject: "flow_versions", environment: Environment::from_key(subject), namespace }
        }
        // The event names the setting; whose it is, is who made it.
        Some(AuditKind::OrbitSettingsUpdated) => {
            Told { subject: &event.actor.username, environment: None, namespace }
        }
        _ => Told { subject, environment: None, namespace },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: AuditKind, target: &str) -> LoggedChange {
        LoggedChange {
            id: AuditEventId(1),
            at: Timestamp::from_millis(0),
            kind: Stored::Known(kind),
            actor: AuditActor { id: None, username: "ann".into(), name: "Ann".into() },
            namespace: None,
            target: target.into(),
            environment: None,
        }
    }

    #[test]
    fn what_is_of_nobodys_answers_is_told_to_nobody() {
        for kind in AuditKind::ALL {
            let word = kind.key();
            let private = ["sign", "session", "token", "password", "email", "identity", "preferences"];
            if private.iter().any(|it| word.contains(it)) {
                assert_eq!(audience(kind), None, "{word}");
            }
        }
        assert_eq!(audience(AuditKind::OrbitSettingsUpdated), Some(Audience::Oneself));
    }

    #[test]
    fn a_flag_is_told_with_its_environment() {
        let change = |kind, environment| LoggedChange {
            environment: Some(Stored::Known(environment)),
            ..event(kind, "duo_developer_orbit")
        };
        let production = change(AuditKind::FeatureFlagUpdated, Environment::Production);
        let staging = change(AuditKind::FeatureFlagDeleted, Environment::StagingRef);
        for (event, environment) in
            [(&production, Environment::Production), (&staging, Environment::StagingRef)]
        {
            let told = told(event);
            assert_eq!((told.subject, told.environment), ("duo_developer_orbit", Some(environment)));
            for other in Environment::ALL {
                assert_eq!(is_about_flags(event, other), other == environment);
            }
        }
    }

    #[test]
    fn what_a_newer_release_did_is_told_to_administrators_and_asks_for_flags_anew() {
        let newer = LoggedChange {
            kind: Stored::read("workflow_approved".into()),
            ..event(AuditKind::SignedIn, "build/v2")
        };
        assert_eq!(audience_of(&newer), Some(Audience::Administrators));
        assert_eq!(audience_of(&event(AuditKind::SignedIn, "ann")), None);
        assert!(is_about_flags(&newer, Environment::Dev));
        assert_eq!(told(&newer), Told { subject: "build/v2", environment: None, namespace: None });
    }

    #[test]
    fn what_else_is_told_names_what_changed() {
        let versions = event(AuditKind::FlowVersionsUpdated, "dev");
        assert_eq!(told(&versions).environment, Some(Environment::Dev));
        assert_eq!(told(&event(AuditKind::OrbitSettingsUpdated, "enabled")).subject, "ann");
        assert_eq!(told(&event(AuditKind::FlowEnabled, "code_review/v1")).subject, "code_review/v1");
        assert!(is_about_flags(&event(AuditKind::FeatureGroupUpdated, "staff"), Environment::Dev));
        assert!(!is_about_flags(&event(AuditKind::FlowEnabled, "x"), Environment::Dev));
    }

    #[test]
    fn a_name_that_comes_or_goes_changes_whom_a_flag_is_asked_about() {
        for kind in [AuditKind::UserCreated, AuditKind::UserDeleted, AuditKind::DemoDataCreated] {
            assert!(is_about_flags(&event(kind, "ann"), Environment::Dev), "{kind:?}");
        }
    }
}
