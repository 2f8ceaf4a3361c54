//! What the audit log says: every change is one event, written with the change.

use super::{
    actor::Surface,
    audit_chain::ChainPoint,
    change::{ChangedIn, NewChange, Topic},
    ids::{AuditEventId, NamespaceId, UserId},
    stored::{Stored, Word},
    time::Timestamp,
};

/// What happened. The keys follow GitLab's event types where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuditKind {
    FlowEnabled,
    FlowDisabled,
    ConsentGiven,
    ConsentWithdrawn,
    OrbitSettingsUpdated,
    PreferencesUpdated,
    FeatureFlagUpdated,
    FeatureFlagDeleted,
    FlowVersionsUpdated,
    FeatureDefined,
    FeatureGroupUpdated,
    FeatureCheckOverridden,
    FeatureChangeScheduled,
    FeatureChangeCancelled,
    FeatureChangeRun,
    FeatureChangeFailed,
    JobStopped,
    JobRetried,
    ChangeFreezeBegun,
    ChangeFreezeEnded,
    ChatCommandRun,
    ChatUserLinked,
    ChatUserUnlinked,
    TokenCreated,
    TokenRevoked,
    UserCreated,
    UserDeleted,
    UserPasswordChanged,
    UserEmailChanged,
    IdentityLinked,
    IdentityUnlinked,
    MembershipCreated,
    MembershipUpdated,
    MembershipDeleted,
    SignedIn,
    SignInFailed,
    SignedOut,
    SessionRevoked,
    SessionsEnded,
    SignInThrottled,
    SignInConfirmed,
    SignInConfirmationFailed,
    PasswordResetLinkCreated,
    PasswordReset,
    DemoDataCreated,
}

impl AuditKind {
    pub const ALL: [Self; 45] = [
        Self::FlowEnabled,
        Self::FlowDisabled,
        Self::ConsentGiven,
        Self::ConsentWithdrawn,
        Self::OrbitSettingsUpdated,
        Self::PreferencesUpdated,
        Self::FeatureFlagUpdated,
        Self::FeatureFlagDeleted,
        Self::FlowVersionsUpdated,
        Self::FeatureDefined,
        Self::FeatureGroupUpdated,
        Self::FeatureCheckOverridden,
        Self::FeatureChangeScheduled,
        Self::FeatureChangeCancelled,
        Self::FeatureChangeRun,
        Self::FeatureChangeFailed,
        Self::JobStopped,
        Self::JobRetried,
        Self::ChangeFreezeBegun,
        Self::ChangeFreezeEnded,
        Self::ChatCommandRun,
        Self::ChatUserLinked,
        Self::ChatUserUnlinked,
        Self::TokenCreated,
        Self::TokenRevoked,
        Self::UserCreated,
        Self::UserDeleted,
        Self::UserPasswordChanged,
        Self::UserEmailChanged,
        Self::IdentityLinked,
        Self::IdentityUnlinked,
        Self::MembershipCreated,
        Self::MembershipUpdated,
        Self::MembershipDeleted,
        Self::SignedIn,
        Self::SignInFailed,
        Self::SignedOut,
        Self::SessionRevoked,
        Self::SessionsEnded,
        Self::SignInThrottled,
        Self::SignInConfirmed,
        Self::SignInConfirmationFailed,
        Self::PasswordResetLinkCreated,
        Self::PasswordReset,
        Self::DemoDataCreated,
    ];

    /// The word in the database and in exports.
    pub const fn key(self) -> &'static str {
        match self {
            Self::FlowEnabled => "foundational_flow_enabled",
            Self::FlowDisabled => "foundational_flow_disabled",
            Self::ConsentGiven => "namespace_consent_given",
            Self::ConsentWithdrawn => "namespace_consent_withdrawn",
            Self::OrbitSettingsUpdated => "orbit_settings_updated",
            Self::PreferencesUpdated => "preferences_updated",
            Self::FeatureFlagUpdated => "feature_flag_updated",
            Self::FeatureFlagDeleted => "feature_flag_deleted",
            Self::FlowVersionsUpdated => "flow_versions_updated",
            Self::FeatureDefined => "feature_defined",
            Self::FeatureGroupUpdated => "feature_group_updated",
            Self::FeatureCheckOverridden => "feature_check_overridden",
            Self::FeatureChangeScheduled => "feature_change_scheduled",
            Self::FeatureChangeCancelled => "feature_change_cancelled",
            Self::FeatureChangeRun => "feature_change_run",
            Self::FeatureChangeFailed => "feature_change_failed",
            Self::JobStopped => "job_stopped",
            Self::JobRetried => "job_retried",
            Self::ChangeFreezeBegun => "change_freeze_begun",
            Self::ChangeFreezeEnded => "change_freeze_ended",
            Self::ChatCommandRun => "chat_command_run",
            Self::ChatUserLinked => "chat_user_linked",
            Self::ChatUserUnlinked => "chat_user_unlinked",
            Self::TokenCreated => "personal_access_token_created",
            Self::TokenRevoked => "personal_access_token_revoked",
            Self::UserCreated => "user_created",
            Self::UserDeleted => "user_deleted",
            Self::UserPasswordChanged => "user_password_changed",
            Self::UserEmailChanged => "user_email_changed",
            Self::IdentityLinked => "identity_linked",
            Self::IdentityUnlinked => "identity_unlinked",
            Self::MembershipCreated => "member_created",
            Self::MembershipUpdated => "member_updated",
            Self::MembershipDeleted => "member_destroyed",
            Self::SignedIn => "signed_in",
            Self::SignInFailed => "sign_in_failed",
            Self::SignedOut => "signed_out",
            Self::SessionRevoked => "session_revoked",
            Self::SessionsEnded => "sessions_ended",
            Self::SignInThrottled => "sign_in_throttled",
            Self::SignInConfirmed => "sign_in_confirmed",
            Self::SignInConfirmationFailed => "sign_in_confirmation_failed",
            Self::PasswordResetLinkCreated => "password_reset_link_created",
            Self::PasswordReset => "password_reset",
            Self::DemoDataCreated => "demo_data_created",
        }
    }

    /// `None` when `key` names no kind.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.key() == key)
    }

    /// What clients are told that it changes; `None` for what no answer of theirs depends on: that
    /// somebody signed in, for one.
    pub const fn told_of(self) -> Option<Topic> {
        match self {
            Self::FeatureFlagUpdated | Self::FeatureFlagDeleted => Some(Topic::Flags),
            Self::FeatureDefined => Some(Topic::FlagDefinitions),
            Self::FeatureGroupUpdated => Some(Topic::FeatureGroups),
            Self::FlowVersionsUpdated => Some(Topic::FlowVersions),
            Self::FlowEnabled | Self::FlowDisabled | Self::ConsentGiven | Self::ConsentWithdrawn => {
                Some(Topic::Flows)
            }
            Self::MembershipCreated | Self::MembershipUpdated | Self::MembershipDeleted => {
                Some(Topic::People)
            }
            Self::OrbitSettingsUpdated => Some(Topic::Preferences),
            Self::UserCreated | Self::UserDeleted | Self::DemoDataCreated => Some(Topic::Users),
            _ => None,
        }
    }

    /// As a list of kinds says it: `Namespace consent given`.
    pub fn label(self) -> String {
        let mut words = self.key().replace('_', " ");
        words[..1].make_ascii_uppercase();
        words
    }

    /// Whether it is about consent, which the page tells from the rest.
    pub const fn is_consent(self) -> bool {
        matches!(self, Self::ConsentGiven | Self::ConsentWithdrawn)
    }
}

impl Word for AuditKind {
    fn key(self) -> &'static str {
        self.key()
    }

    fn find(key: &str) -> Option<Self> {
        Self::from_key(key)
    }
}

/// Who did it, as they were then; a name outlives the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditActor {
    /// `None` for an operator at the command line and for whoever failed to sign in.
    pub id: Option<UserId>,
    /// Empty for whoever failed to sign in by a name that nobody here has.
    pub username: String,
    pub name: String,
}

/// The namespace it happened in, as it was called then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditNamespace {
    pub id: NamespaceId,
    pub path: String,
}

/// An event before it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAuditEvent<Kind = AuditKind, Place = Surface> {
    pub at: Timestamp,
    pub kind: Kind,
    pub actor: AuditActor,
    pub surface: Place,
    pub namespace: Option<AuditNamespace>,
    /// What it was done to: a flow's reference, a setting's key, a user name.
    pub target: String,
    /// The value before and after; empty where there is none. Never a secret.
    pub from: String,
    pub to: String,
    /// Where the request came from: an address, or empty at the command line.
    pub remote_ip: String,
    pub request_id: String,
}

impl NewAuditEvent {
    /// What clients are told of it. It names what changed, and neither who nor to what.
    pub fn change(&self) -> Option<NewChange> {
        let topic = self.kind.told_of()?;
        // Such an event names the setting; whose it is, is who made it.
        let about = (topic == Topic::Preferences).then_some(&self.actor);
        Some(NewChange {
            at: self.at,
            topic,
            key: about.map_or(&self.target, |it| &it.username).clone(),
            kind: self.kind.key(),
            namespace: self.namespace.as_ref().map(|it| ChangedIn { id: it.id, path: it.path.clone() }),
            user: about.and_then(|it| it.id),
        })
    }
}

/// A stored event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    pub id: AuditEventId,
    /// It may be of a newer release.
    pub event: NewAuditEvent<Stored<AuditKind>, Stored<Surface>>,
    /// Its place in the audit chain; `None` when it is not sealed.
    pub sealed: Option<ChainPoint>,
}

/// Where a list of events, the newest first, goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditCursor {
    pub at: Timestamp,
    pub id: AuditEventId,
}

impl AuditEvent {
    pub const fn cursor(&self) -> AuditCursor {
        AuditCursor { at: self.event.at, id: self.id }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_reads_back_and_has_a_key_of_its_own() {
        for kind in AuditKind::ALL {
            assert_eq!(AuditKind::from_key(kind.key()), Some(kind));
        }
        assert_eq!(AuditKind::ConsentGiven.label(), "Namespace consent given");
    }
}
