//! An audit event in words, for pages: a sentence whose subject is the actor, and details. The words of each
//! kind are in `audit_kind.rs`.

pub use super::audit_words::Detail;
use super::{
    audit::{AuditKind, NewAuditEvent},
    audit_words::{EventWords, Phrases, change, listed},
    flows::catalogue::Flow,
    stored::Stored,
};

/// The rest of a sentence whose subject is the actor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// `changed the feature flag a_flag in production`.
    pub what: String,
    /// Values before and after, and reasons; empty when there is nothing to add.
    pub details: Vec<Detail>,
}

impl Sentence {
    pub fn of<Place>(event: &NewAuditEvent<Stored<AuditKind>, Place>) -> Self {
        let environment = event.environment.as_ref().map(Stored::key);
        let about = EventWords {
            by: &event.actor.username,
            target: &event.target,
            flow: Flow::find(&event.target).map_or(event.target.as_str(), |flow| flow.name),
            environment,
            from: &event.from,
            to: &event.to,
        };
        let (what, mut details) = match &event.kind {
            Stored::Known(kind) => {
                let Phrases { what, details } = kind.phrases();
                (what(&about), details(&about))
            }
            Stored::Newer(key) => {
                let what = format!("made a change that this release does not know, {key}, to");
                (about.target(&what), change(&about))
            }
        };
        details.extend(listed(&[(". Reason: ", event.reason.as_deref().unwrap_or_default())]));
        if let Some(Detail::Words(first)) = details.first_mut() {
            // Without a sentence before it, a continuation must not begin with its punctuation.
            *first = first.trim_start_matches(['.', ',', ' ']);
        }
        Self { what, details }
    }
}

#[cfg(test)]
mod tests {
    use super::{AuditKind as Kind, *};
    use crate::domain::{actor::Surface, audit::AuditActor, environment::Environment, time::Timestamp};

    const FLAG: &str = "a_flag";
    /// Targets that also set the event's environment.
    const FLAG_HERE: &str = "the flag in production";
    const FLAG_IN_STAGING: &str = "the flag in staging";
    const FLAG_IN_DEV: &str = "the flag in dev";
    /// Separates a value from the event's reason.
    const WHY: &str = " // ";

    /// The whole sentence, with values in quotes.
    fn read(who: &str, kind: AuditKind, target: &str, from: &str, to: &str) -> String {
        let actor = AuditActor { id: None, username: who.into(), name: String::new() };
        let (target, environment) = match target {
            FLAG_HERE => (FLAG, Some(Environment::Production)),
            FLAG_IN_STAGING => (FLAG, Some(Environment::Staging)),
            FLAG_IN_DEV => (FLAG, Some(Environment::Dev)),
            _ => (target, None),
        };
        let (to, reason) = to.split_once(WHY).map_or((to, None), |(to, why)| (to, Some(why.to_owned())));
        let event = NewAuditEvent {
            from: from.into(),
            to: to.into(),
            environment: environment.map(Stored::Known),
            reason,
            ..NewAuditEvent::new(Timestamp::from_millis(0), Stored::Known(kind), actor, Surface::Page, target)
        };
        let Sentence { what, details } = Sentence::of(&event);
        let details: String = details
            .into_iter()
            .map(|detail| match detail {
                Detail::Words(words) => words.to_owned(),
                Detail::Value(value) => format!("'{value}'"),
            })
            .collect();
        if details.is_empty() { format!("{who} {what}.") } else { format!("{who} {what}. {details}.") }
    }

    /// Actor, kind, target, before and after; and the sentence.
    type Read = ((&'static str, Kind, &'static str, &'static str, &'static str), &'static str);

    const SENTENCES: &[Read] = &[
        (
            ("ann", Kind::DuoAvailabilityUpdated, "acme", "On by default", "Always off"),
            "ann changed the availability of GitLab Duo in acme. From 'On by default' to 'Always off'.",
        ),
        (
            ("ann", Kind::FlowExecutionUpdated, "acme", "on", "off"),
            "ann changed whether flows run in acme. From 'on' to 'off'.",
        ),
        (
            ("ann", Kind::FoundationalFlowsUpdated, "acme", "on", "off"),
            "ann changed whether foundational flows run in acme. From 'on' to 'off'.",
        ),
        (
            ("ann", Kind::AgentPlatformUpdated, "acme", "on", "off"),
            "ann changed the GitLab Duo Agent Platform in acme. From 'on' to 'off'.",
        ),
        (
            ("ann", Kind::AutoReviewUpdated, "acme/api", "off", "on, locked"),
            "ann changed automatic review in acme/api. From 'off' to 'on, locked'.",
        ),
        (
            ("ann", Kind::ExperimentFeaturesUpdated, "acme", "off", "on"),
            "ann changed experiment and beta features in acme. From 'off' to 'on'.",
        ),
        (
            ("ann", Kind::FlowEnabled, "developer/v1", "off", "on"),
            "ann turned on Developer. From 'off' to 'on'.",
        ),
        (("ann", Kind::FlowDisabled, "gone/v1", "on", "off"), "ann turned off gone/v1. From 'on' to 'off'."),
        (
            ("ann", Kind::ConsentGiven, "code_review/v1", "", "1-ab"),
            "ann consented to Code Review. To the wording '1-ab'.",
        ),
        (
            ("ann", Kind::ConsentWithdrawn, "code_review/v1", "1-ab", ""),
            "ann withdrew the consent to Code Review. It was given to the wording '1-ab'.",
        ),
        (
            ("ann", Kind::OrbitSettingsUpdated, "enabled", "unset", "on"),
            "ann changed the Orbit preference enabled. From 'unset' to 'on'.",
        ),
        (
            ("ann", Kind::PreferencesUpdated, "ann", "theme dark", "theme light"),
            "ann changed their preferences. From 'theme dark' to 'theme light'.",
        ),
        (
            ("ann", Kind::FeatureFlagUpdated, FLAG_HERE, "default", "on // Pilot."),
            "ann changed the feature flag a_flag in production. From 'default' to 'on'. Reason: 'Pilot.'.",
        ),
        (
            ("ann", Kind::FeatureFlagUpdated, FLAG_IN_STAGING, "on", "off"),
            "ann changed the feature flag a_flag in staging. From 'on' to 'off'.",
        ),
        (
            ("ann", Kind::FeatureFlagDeleted, FLAG_HERE, "on", ""),
            "ann deleted the gates of the feature flag a_flag in production. Was 'on'.",
        ),
        (
            ("ann", Kind::FeatureFlagDeleted, FLAG_HERE, "on", " // Done."),
            "ann deleted the gates of the feature flag a_flag in production. Was 'on'. Reason: 'Done.'.",
        ),
        (
            ("ann", Kind::FlowVersionsUpdated, "staging", "", "developer/v1 2.0.0"),
            "ann changed which flow versions are deployed in staging. Added 'developer/v1 2.0.0'.",
        ),
        (
            ("ann", Kind::FlowVersionsUpdated, "staging", "developer/v1 2.0.0", ""),
            "ann changed which flow versions are deployed in staging. Removed 'developer/v1 2.0.0'.",
        ),
        (
            ("ann", Kind::FeatureDefined, "a_flag", "", "wip, default off"),
            "ann defined the feature flag a_flag. As 'wip, default off'.",
        ),
        (
            ("ann", Kind::FeatureDefined, "a_flag", "wip", "beta"),
            "ann defined the feature flag a_flag. From 'wip' to 'beta'.",
        ),
        (
            ("ann", Kind::FeatureGroupUpdated, "testers", "", "user bob"),
            "ann changed who is in the feature group testers. In it now: 'user bob'.",
        ),
        (
            ("ann", Kind::FeatureGroupUpdated, "testers", "user bob", ""),
            "ann changed who is in the feature group testers. Nobody is in it now. Before: 'user bob'.",
        ),
        (
            ("ann", Kind::FeatureGroupUpdated, "testers", "", ""),
            "ann changed who is in the feature group testers.",
        ),
        (
            ("ann", Kind::FeatureCheckOverridden, "a_flag", "production not before staging", "Pilot"),
            "ann overrode a check of the feature flag a_flag. Check: 'production not before staging'. Reason: 'Pilot'.",
        ),
        (
            (
                "ann",
                Kind::FeatureChangeScheduled,
                FLAG_HERE,
                "",
                "2026-12-01T08:00:00Z (scheduled change 3): on",
            ),
            "ann scheduled a change of the feature flag a_flag in production. Planned for '2026-12-01T08:00:00Z (scheduled change 3): on'.",
        ),
        (
            (
                "ann",
                Kind::FeatureChangeCancelled,
                FLAG_IN_DEV,
                "2026-12-01T08:00:00Z (scheduled change 3): on",
                "",
            ),
            "ann cancelled a scheduled change of the feature flag a_flag in dev. It was planned for '2026-12-01T08:00:00Z (scheduled change 3): on'.",
        ),
        (
            ("ann", Kind::FeatureChangeRun, FLAG_HERE, "scheduled change 3", "on"),
            "ann had scheduled a change of the feature flag a_flag in production, and it was made. It was 'scheduled change 3'. Outcome: 'on'.",
        ),
        (
            ("ann", Kind::JobStopped, "3 (scheduled_change)", "a_flag in dev: on", ""),
            "ann stopped the job 3 (scheduled_change). It is for 'a_flag in dev: on'.",
        ),
        (
            ("ann", Kind::JobRetried, "4 (tidy_up)", "Removes what is old", ""),
            "ann told the job 4 (tidy_up) to run now. It is for 'Removes what is old'.",
        ),
        (
            ("ann", Kind::FeatureChangeFailed, FLAG_HERE, "scheduled change 3", "There is no group."),
            "ann had scheduled a change of the feature flag a_flag in production, and it failed. It was 'scheduled change 3'. Outcome: 'There is no group.'.",
        ),
        (
            ("ann", Kind::FeatureChangeRun, FLAG_HERE, "", "on"),
            "ann had scheduled a change of the feature flag a_flag in production, and it was made. Outcome: 'on'.",
        ),
        (
            ("ann", Kind::ChangeFreezeBegun, "production", "", "Holidays"),
            "ann began a change freeze in production. Reason: 'Holidays'.",
        ),
        (
            ("ann", Kind::ChangeFreezeEnded, "production", "", ""),
            "ann ended the change freeze in production.",
        ),
        (
            ("ann", Kind::ChatCommandRun, "gitlab run feature set x true", "", "T1/U2"),
            "ann ran a command in the chat. The command: 'gitlab run feature set x true', as the chat user 'T1/U2'.",
        ),
        (
            ("operator", Kind::ChatUserLinked, "ann", "", "T1/U2"),
            "operator linked the account of ann to the chat. As the chat user 'T1/U2'.",
        ),
        (
            ("operator", Kind::ChatUserUnlinked, "ann", "T1/U2", ""),
            "operator unlinked the account of ann from the chat. It was the chat user 'T1/U2'.",
        ),
        (
            ("ann", Kind::TokenCreated, "ci", "", "read_decisions until 2026-12-31"),
            "ann created the access token ci. For 'read_decisions until 2026-12-31'.",
        ),
        (("ann", Kind::TokenRevoked, "ci", "", ""), "ann revoked the access token ci."),
        (
            ("operator", Kind::TokenRevoked, "ci", "of ann", ""),
            "operator revoked the access token ci of ann.",
        ),
        (("operator", Kind::UserCreated, "ann", "", "human"), "operator created the user ann."),
        (
            ("operator", Kind::UserCreated, "ann", "", "administrator"),
            "operator created the administrator ann.",
        ),
        (("operator", Kind::UserCreated, "ci", "", "bot"), "operator created the bot ci."),
        (("operator", Kind::UserDeleted, "ann", "", ""), "operator deleted the user ann."),
        (("admin", Kind::UserBlocked, "ann", "", ""), "admin blocked the user ann."),
        (("admin", Kind::UserUnblocked, "ann", "", ""), "admin unblocked the user ann."),
        (
            ("admin", Kind::UserUsernameUpdated, "ann", "ann", "ann.lee"),
            "admin changed the user name of ann. From 'ann' to 'ann.lee'.",
        ),
        (
            ("admin", Kind::UserNameUpdated, "ann", "Ann", "Ann Lee"),
            "admin changed the name of ann. From 'Ann' to 'Ann Lee'.",
        ),
        (
            ("admin", Kind::UserAdminStatusUpdated, "ann", "regular", "administrator"),
            "admin changed the access level of ann. From 'regular' to 'administrator'.",
        ),
        (
            ("admin", Kind::SessionsEnded, "ann", "2 sessions", ""),
            "admin ended the sessions of ann. Was '2 sessions'.",
        ),
        (
            ("admin", Kind::PeopleImported, "members", "", "1 new"),
            "admin imported a file of members. Lines: '1 new'.",
        ),
        (("ann", Kind::UserPasswordChanged, "ann", "", ""), "ann changed their password."),
        (("operator", Kind::UserPasswordChanged, "ann", "", ""), "operator changed the password of ann."),
        (
            ("operator", Kind::UserEmailChanged, "ann", "", "ann@example.com"),
            "operator changed the email address of ann. To 'ann@example.com'.",
        ),
        (
            ("operator", Kind::UserEmailChanged, "ann", "ann@example.com", ""),
            "operator changed the email address of ann. Was 'ann@example.com'.",
        ),
        (
            ("provider", Kind::IdentityLinked, "ann", "", "https://id.example 17"),
            "provider linked the account of ann to a provider. By 'https://id.example 17'.",
        ),
        (
            ("operator", Kind::IdentityUnlinked, "ann", "https://id.example", ""),
            "operator unlinked the account of ann from its provider. It was 'https://id.example'.",
        ),
        (
            ("admin", Kind::GroupCreated, "acme", "", "Ultimate, Duo Enterprise"),
            "admin created the group acme. With 'Ultimate, Duo Enterprise'.",
        ),
        (("ann", Kind::GroupCreated, "acme/sub", "", ""), "ann created the group acme/sub."),
        (
            ("admin", Kind::GroupDestroyed, "acme", "2 subgroups, 3 projects", ""),
            "admin deleted the group acme. With '2 subgroups, 3 projects'.",
        ),
        (
            ("ann", Kind::GroupNameUpdated, "acme", "Acme", "ACME"),
            "ann changed the name of the group acme. From 'Acme' to 'ACME'.",
        ),
        (
            ("ann", Kind::GroupDescriptionUpdated, "acme", "", "Anvils."),
            "ann changed the description of the group acme. To 'Anvils.'.",
        ),
        (
            ("ann", Kind::GroupPathUpdated, "globex/acme", "acme", "globex/acme"),
            "ann changed the path of the group globex/acme. From 'acme' to 'globex/acme'.",
        ),
        (("ann", Kind::GroupArchived, "acme", "", ""), "ann archived the group acme."),
        (("ann", Kind::GroupUnarchived, "acme", "", ""), "ann unarchived the group acme."),
        (
            ("admin", Kind::GroupSubscriptionUpdated, "acme", "Premium", "Ultimate"),
            "admin changed the subscription of the group acme. From 'Premium' to 'Ultimate'.",
        ),
        (("ann", Kind::ProjectCreated, "acme/api", "", ""), "ann created the project acme/api."),
        (("ann", Kind::ProjectDestroyed, "acme/api", "", ""), "ann deleted the project acme/api."),
        (
            ("ann", Kind::ProjectNameUpdated, "acme/api", "API", "Api"),
            "ann changed the name of the project acme/api. From 'API' to 'Api'.",
        ),
        (
            ("ann", Kind::ProjectDescriptionUpdated, "acme/api", "Old.", ""),
            "ann changed the description of the project acme/api. Was 'Old.'.",
        ),
        (
            ("ann", Kind::ProjectPathUpdated, "acme/api", "acme/a", "acme/api"),
            "ann changed the path of the project acme/api. From 'acme/a' to 'acme/api'.",
        ),
        (
            ("ann", Kind::ProjectNamespaceUpdated, "acme/api", "globex/api", "acme/api"),
            "ann moved the project acme/api. From 'globex/api' to 'acme/api'.",
        ),
        (("ann", Kind::ProjectArchived, "acme/api", "", ""), "ann archived the project acme/api."),
        (("ann", Kind::ProjectUnarchived, "acme/api", "", ""), "ann unarchived the project acme/api."),
        (
            ("provider", Kind::MembershipCreated, "ann", "", "Owner"),
            "provider added the member ann. As 'Owner'.",
        ),
        (
            ("provider", Kind::MembershipUpdated, "ann", "Developer", "Owner"),
            "provider changed the role of ann. From 'Developer' to 'Owner'.",
        ),
        (
            ("provider", Kind::MembershipDeleted, "ann", "Owner", ""),
            "provider removed the member ann. Was 'Owner'.",
        ),
        (
            ("ann", Kind::GroupShareCreated, "globex/web", "", "Developer until 2026-12-31"),
            "ann invited the group globex/web. Highest role: 'Developer until 2026-12-31'.",
        ),
        (
            ("ann", Kind::GroupShareUpdated, "globex/web", "Guest", "Developer"),
            "ann changed the invitation of the group globex/web. From 'Guest' to 'Developer'.",
        ),
        (
            ("ann", Kind::GroupShareRemoved, "globex/web", "Developer", ""),
            "ann withdrew the invitation of the group globex/web. Its highest role was 'Developer'.",
        ),
        (("ann", Kind::SeatAssigned, "bob", "", ""), "ann gave a Duo Enterprise seat to bob."),
        (
            ("ann", Kind::SeatUnassigned, "bob", "by hand", ""),
            "ann took back the Duo Enterprise seat of bob. It was given 'by hand'.",
        ),
        (
            ("ann", Kind::SeatWaitBegun, "bob", "", ""),
            "ann put bob on the waiting list for a Duo Enterprise seat.",
        ),
        (
            ("ann", Kind::SeatWaitEnded, "bob", "", ""),
            "ann took bob off the waiting list for a Duo Enterprise seat.",
        ),
        (
            ("ann", Kind::SeatsPurchasedUpdated, "acme", "unknown", "25"),
            "ann changed the number of purchased Duo Enterprise seats of acme. From 'unknown' to '25'.",
        ),
        (("ann", Kind::SignedIn, "ann", "", "password"), "ann signed in. With a password."),
        (("ann", Kind::SignedIn, "ann", "", "https://id.example"), "ann signed in. By 'https://id.example'."),
        (("ann", Kind::SignInFailed, "ann", "", ""), "ann failed to sign in."),
        (("Somebody", Kind::SignInFailed, "", "", ""), "Somebody failed to sign in."),
        (
            ("Somebody", Kind::SignInFailed, "ann", "", "https://id.example: bot"),
            "Somebody failed to sign in as ann. By 'https://id.example: bot'.",
        ),
        (("ann", Kind::SignedOut, "ann", "", ""), "ann signed out."),
        (
            ("ann", Kind::SessionRevoked, "ann", "session 5", ""),
            "ann ended a session of their own. Was 'session 5'.",
        ),
        (
            ("ann", Kind::SessionsEnded, "ann", "1 session", ""),
            "ann ended their other sessions. Was '1 session'.",
        ),
        (
            ("ann", Kind::SignInThrottled, "ann", "", "15 seconds"),
            "ann has to wait before trying again. For '15 seconds'.",
        ),
        (("ann", Kind::SignInConfirmed, "ann", "", ""), "ann confirmed who they are."),
        (("ann", Kind::SignInConfirmationFailed, "ann", "", ""), "ann failed to confirm who they are."),
        (
            ("admin", Kind::PasswordResetLinkCreated, "ann", "", ""),
            "admin made a password reset link for ann.",
        ),
        (("ann", Kind::PasswordReset, "ann", "", ""), "ann set a new password with a reset link."),
        (("operator", Kind::DemoDataCreated, "demo", "", ""), "operator created the demo data."),
    ];

    #[test]
    fn every_kind_reads_as_a_sentence() {
        for ((who, kind, target, from, to), sentence) in SENTENCES.iter().copied() {
            assert_eq!(read(who, kind, target, from, to), sentence);
        }
        for kind in AuditKind::ALL {
            assert!(SENTENCES.iter().any(|((_, of, ..), _)| *of == kind), "{kind:?}");
        }
    }

    #[test]
    fn what_a_newer_release_did_is_said_with_its_word() {
        let kind = Stored::Newer(String::from("workflow_approved"));
        let nobody = AuditActor { id: None, username: String::new(), name: String::new() };
        let at = Timestamp::from_millis(0);
        let event = NewAuditEvent {
            to: String::from("3"),
            ..NewAuditEvent::new(at, kind, nobody, Surface::Page, "build/v2")
        };
        let Sentence { what, details } = Sentence::of(&event);
        assert_eq!(what, "made a change that this release does not know, workflow_approved, to build/v2");
        assert_eq!(details, [Detail::Words("To "), Detail::Value(String::from("3"))]);
    }
}
