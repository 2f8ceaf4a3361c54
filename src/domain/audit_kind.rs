//! The kinds of audit events, in one table.
//!
//! An entry has the kind's name, its key in the database and in exports, and its phrases: the rest of a
//! sentence whose subject is the actor, and the details after it. Each phrase places the target itself, as
//! sentences differ: somebody changes *a flag*, but signs in *as* a user.

use super::{
    audit_words::{Detail, Phrases, change, listed, nothing},
    change::Topic,
    keyed::keyed_enum,
};

macro_rules! kinds {
    ($($kind:ident = $key:literal: $what:expr, $details:expr;)*) => {
        keyed_enum! {
            /// The kind of an event. Keys follow GitLab's event types where there is one.
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
            pub enum AuditKind {
                $($kind = $key,)*
            }
        }

        impl AuditKind {
            /// How an event of this kind is put into words.
            pub fn phrases(self) -> Phrases {
                match self {
                    $(Self::$kind => Phrases { what: $what, details: $details },)*
                }
            }
        }
    };
}

kinds! {
    FlowEnabled = "foundational_flow_enabled": |it| it.flow("turned on"), change;
    FlowDisabled = "foundational_flow_disabled": |it| it.flow("turned off"), change;
    ConsentGiven = "namespace_consent_given": |it| it.flow("consented to"), |it| it.after("To the wording ");
    ConsentWithdrawn = "namespace_consent_withdrawn":
        |it| it.flow("withdrew the consent to"),
        |it| it.before("It was given to the wording ");
    DuoAvailabilityUpdated = "duo_features_enabled_updated":
        |it| it.target("changed the availability of GitLab Duo in"),
        change;
    FlowExecutionUpdated = "duo_remote_flows_enabled_updated":
        |it| it.target("changed whether flows run in"),
        change;
    FoundationalFlowsUpdated = "duo_foundational_flows_enabled_updated":
        |it| it.target("changed whether foundational flows run in"),
        change;
    AgentPlatformUpdated = "duo_agent_platform_enabled_updated":
        |it| it.target("changed the GitLab Duo Agent Platform in"),
        change;
    AutoReviewUpdated = "auto_duo_code_review_enabled_updated":
        |it| it.target("changed automatic review in"),
        change;
    ExperimentFeaturesUpdated = "experiment_features_enabled_updated":
        |it| it.target("changed experiment and beta features in"),
        change;
    OrbitSettingsUpdated = "orbit_settings_updated": |it| it.target("changed the Orbit preference"), change;
    PreferencesUpdated = "preferences_updated":
        |it| it.own("changed their preferences", "changed the preferences of"),
        change;
    FeatureFlagUpdated = "feature_flag_updated": |it| it.flag("changed"), change;
    FeatureFlagDeleted = "feature_flag_deleted": |it| it.flag("deleted the gates of"), |it| it.before("Was ");
    FlowVersionsUpdated = "flow_versions_updated":
        |it| it.target("changed which flow versions are deployed in"),
        |it| match (it.from, it.to) {
            ("", _) => it.after("Added "),
            (_, "") => it.before("Removed "),
            _ => change(it),
        };
    FeatureDefined = "feature_defined":
        |it| it.target("defined the feature flag"),
        |it| if it.from.is_empty() { it.after("As ") } else { change(it) };
    FeatureGroupUpdated = "feature_group_updated":
        |it| it.target("changed who is in the feature group"),
        |it| match (it.from, it.to) {
            ("", _) => it.after("In it now: "),
            (_, "") => it.before("Nobody is in it now. Before: "),
            _ => change(it),
        };
    FeatureCheckOverridden = "feature_check_overridden":
        |it| it.target("overrode a check of the feature flag"),
        |it| listed(&[("Check: ", it.from), (". Reason: ", it.to)]);
    FeatureChangeScheduled = "feature_change_scheduled":
        |it| it.flag("scheduled a change of"),
        |it| it.after("Planned for ");
    FeatureChangeCancelled = "feature_change_cancelled":
        |it| it.flag("cancelled a scheduled change of"),
        |it| it.before("It was planned for ");
    FeatureChangeRun = "feature_change_run":
        |it| it.flag("had scheduled a change of") + ", and it was made",
        |it| listed(&[("It was ", it.from), (". Outcome: ", it.to)]);
    FeatureChangeFailed = "feature_change_failed":
        |it| it.flag("had scheduled a change of") + ", and it failed",
        |it| listed(&[("It was ", it.from), (". Outcome: ", it.to)]);
    JobStopped = "job_stopped": |it| it.target("stopped the job"), |it| it.before("It is for ");
    JobRetried = "job_retried":
        |it| it.target("told the job") + " to run now",
        |it| it.before("It is for ");
    ChangeFreezeBegun = "change_freeze_begun":
        |it| it.target("began a change freeze in"),
        |it| it.after("Reason: ");
    ChangeFreezeEnded = "change_freeze_ended": |it| it.target("ended the change freeze in"), nothing;
    ChatCommandRun = "chat_command_run":
        |_| String::from("ran a command in the chat"),
        |it| listed(&[("The command: ", it.target), (", as the chat user ", it.to)]);
    ChatUserLinked = "chat_user_linked":
        |it| it.target("linked the account of") + " to the chat",
        |it| it.after("As the chat user ");
    ChatUserUnlinked = "chat_user_unlinked":
        |it| it.target("unlinked the account of") + " from the chat",
        |it| it.before("It was the chat user ");
    TokenCreated = "personal_access_token_created":
        |it| it.target("created the access token"),
        |it| it.after("For ");
    // `from` holds the owner where an operator revoked the token: "of ann".
    TokenRevoked = "personal_access_token_revoked":
        |it| [&it.target("revoked the access token"), it.from].join(" ").trim_end().to_owned(),
        nothing;
    UserCreated = "user_created":
        |it| it.target(match it.to {
            "administrator" => "created the administrator",
            "bot" => "created the bot",
            _ => "created the user",
        }),
        nothing;
    UserDeleted = "user_deleted": |it| it.target("deleted the user"), change;
    UserUsernameUpdated = "user_username_updated":
        |it| it.own("changed their user name", "changed the user name of"),
        change;
    UserNameUpdated = "user_name_updated":
        |it| it.own("changed their name", "changed the name of"),
        change;
    UserAdminStatusUpdated = "user_admin_status_updated":
        |it| it.target("changed the access level of"),
        change;
    UserBlocked = "user_blocked": |it| it.target("blocked the user"), nothing;
    UserUnblocked = "user_unblocked": |it| it.target("unblocked the user"), nothing;
    PeopleImported = "people_imported": |it| it.target("imported a file of"), |it| it.after("Lines: ");
    UserPasswordChanged = "user_password_changed":
        |it| it.own("changed their password", "changed the password of"),
        change;
    UserEmailChanged = "user_email_changed":
        |it| it.own("changed their email address", "changed the email address of"),
        change;
    IdentityLinked = "identity_linked":
        |it| it.target("linked the account of") + " to a provider",
        |it| it.after("By ");
    IdentityUnlinked = "identity_unlinked":
        |it| it.target("unlinked the account of") + " from its provider",
        |it| it.before("It was ");
    GroupCreated = "group_created": |it| it.target("created the group"), |it| it.after("With ");
    GroupDestroyed = "group_destroyed": |it| it.target("deleted the group"), |it| it.before("With ");
    GroupNameUpdated = "group_name_updated": |it| it.target("changed the name of the group"), change;
    GroupDescriptionUpdated = "group_description_updated":
        |it| it.target("changed the description of the group"),
        change;
    GroupPathUpdated = "group_path_updated": |it| it.target("changed the path of the group"), change;
    GroupArchived = "group_archived": |it| it.target("archived the group"), nothing;
    GroupUnarchived = "group_unarchived": |it| it.target("unarchived the group"), nothing;
    GroupSubscriptionUpdated = "group_subscription_updated":
        |it| it.target("changed the subscription of the group"),
        change;
    ProjectCreated = "project_created": |it| it.target("created the project"), nothing;
    ProjectDestroyed = "project_destroyed": |it| it.target("deleted the project"), nothing;
    ProjectNameUpdated = "project_name_updated": |it| it.target("changed the name of the project"), change;
    ProjectDescriptionUpdated = "project_description_updated":
        |it| it.target("changed the description of the project"),
        change;
    ProjectPathUpdated = "project_path_updated": |it| it.target("changed the path of the project"), change;
    ProjectNamespaceUpdated = "project_namespace_updated":
        |it| it.target("moved the project"),
        change;
    ProjectArchived = "project_archived": |it| it.target("archived the project"), nothing;
    ProjectUnarchived = "project_unarchived": |it| it.target("unarchived the project"), nothing;
    MembershipCreated = "member_created": |it| it.target("added the member"), |it| it.after("As ");
    MembershipUpdated = "member_updated": |it| it.target("changed the role of"), change;
    MembershipDeleted = "member_destroyed": |it| it.target("removed the member"), change;
    GroupShareCreated = "group_share_with_group_link_created":
        |it| it.target("invited the group"),
        |it| it.after("Highest role: ");
    GroupShareUpdated = "group_share_with_group_link_updated":
        |it| it.target("changed the invitation of the group"),
        change;
    GroupShareRemoved = "group_share_with_group_link_removed":
        |it| it.target("withdrew the invitation of the group"),
        |it| it.before("Its highest role was ");
    SeatAssigned = "duo_enterprise_seat_assigned": |it| it.target("gave a Duo Enterprise seat to"), change;
    SeatUnassigned = "duo_enterprise_seat_unassigned":
        |it| it.target("took back the Duo Enterprise seat of"),
        |it| it.before("It was given ");
    SeatWaitBegun = "duo_enterprise_seat_wait_begun":
        |it| it.target("put") + " on the waiting list for a Duo Enterprise seat",
        nothing;
    SeatWaitEnded = "duo_enterprise_seat_wait_ended":
        |it| it.target("took") + " off the waiting list for a Duo Enterprise seat",
        nothing;
    SeatsPurchasedUpdated = "duo_enterprise_seats_purchased_updated":
        |it| it.target("changed the number of purchased Duo Enterprise seats of"),
        change;
    SignedIn = "signed_in":
        |it| it.tried("signed in"),
        |it| match it.to {
            "password" => vec![Detail::Words("With a password")],
            _ => it.after("By "),
        };
    SignInFailed = "sign_in_failed": |it| it.tried("failed to sign in"), |it| it.after("By ");
    SignedOut = "signed_out": |it| it.tried("signed out"), change;
    SessionRevoked = "session_revoked":
        |it| it.own("ended a session of their own", "ended a session of"),
        change;
    SessionsEnded = "sessions_ended":
        |it| it.own("ended their other sessions", "ended the sessions of"),
        change;
    SignInThrottled = "sign_in_throttled":
        |it| it.tried("has to wait before trying again"),
        |it| it.after("For ");
    SignInConfirmed = "sign_in_confirmed": |it| it.tried("confirmed who they are"), change;
    SignInConfirmationFailed = "sign_in_confirmation_failed":
        |it| it.tried("failed to confirm who they are"),
        change;
    PasswordResetLinkCreated = "password_reset_link_created":
        |it| it.target("made a password reset link for"),
        change;
    PasswordReset = "password_reset":
        |it| it.own("set a new password with a reset link", "set with a reset link the password of"),
        change;
    DemoDataCreated = "demo_data_created": |_| String::from("created the demo data"), change;
}

impl AuditKind {
    /// The topic of the change feed to publish it under; `None` when no answer to a client depends on it,
    /// such as a sign-in.
    pub const fn told_of(self) -> Option<Topic> {
        match self {
            Self::FeatureFlagUpdated | Self::FeatureFlagDeleted => Some(Topic::Flags),
            Self::FeatureDefined => Some(Topic::FlagDefinitions),
            Self::FeatureGroupUpdated => Some(Topic::FeatureGroups),
            Self::FlowVersionsUpdated => Some(Topic::FlowVersions),
            Self::FlowEnabled
            | Self::FlowDisabled
            | Self::ConsentGiven
            | Self::ConsentWithdrawn
            | Self::DuoAvailabilityUpdated
            | Self::FlowExecutionUpdated
            | Self::FoundationalFlowsUpdated
            | Self::AgentPlatformUpdated
            | Self::AutoReviewUpdated
            | Self::ExperimentFeaturesUpdated => Some(Topic::Flows),
            Self::MembershipCreated
            | Self::MembershipUpdated
            | Self::MembershipDeleted
            | Self::GroupShareCreated
            | Self::GroupShareUpdated
            | Self::GroupShareRemoved
            | Self::SeatAssigned
            | Self::SeatUnassigned => Some(Topic::People),
            Self::GroupCreated
            | Self::GroupDestroyed
            | Self::GroupPathUpdated
            | Self::GroupArchived
            | Self::GroupUnarchived
            | Self::GroupSubscriptionUpdated
            | Self::ProjectCreated
            | Self::ProjectDestroyed
            | Self::ProjectPathUpdated
            | Self::ProjectNamespaceUpdated
            | Self::ProjectArchived
            | Self::ProjectUnarchived => Some(Topic::Namespaces),
            Self::OrbitSettingsUpdated => Some(Topic::Preferences),
            Self::UserCreated
            | Self::UserDeleted
            | Self::UserBlocked
            | Self::UserUnblocked
            | Self::UserUsernameUpdated
            | Self::UserAdminStatusUpdated
            | Self::PeopleImported
            | Self::DemoDataCreated => Some(Topic::Users),
            _ => None,
        }
    }

    /// The label in a list of kinds: `Namespace consent given`.
    pub fn label(self) -> String {
        let mut words = self.key().replace('_', " ");
        words[..1].make_ascii_uppercase();
        words
    }

    /// Whether it is about consent; pages mark these events.
    pub const fn is_consent(self) -> bool {
        matches!(self, Self::ConsentGiven | Self::ConsentWithdrawn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_called_by_its_key() {
        assert_eq!(AuditKind::ConsentGiven.label(), "Namespace consent given");
    }
}
