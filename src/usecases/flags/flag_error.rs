//! Errors of setting feature flags.

use crate::{
    domain::{
        environment::Environment,
        error_kind::ErrorKind,
        flags::{Ended, GateError, Warning},
    },
    usecases::Explained,
};

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FlagError {
    /// The name is not valid for a flag.
    #[error("{0}")]
    BadName(&'static str),
    /// The flag has no definition; `known` lists those that have one.
    #[error("There is no feature flag {name}. Known are: {}.", .known.join(", "))]
    UnknownFlag {
        name: String,
        known: Vec<String>,
        /// Whether it is nevertheless set somewhere, for example because its definition was removed.
        is_set: bool,
    },
    /// The flag has no definition, and is not set in the environment.
    #[error(
        "The feature \"{name}\" does not exist on {environment}. Look for it with `feature list --match=…`."
    )]
    UnknownIn { name: String, environment: Environment },
    #[error("There is no {kind} {name}.")]
    UnknownTarget { kind: &'static str, name: String },
    /// The change conflicts with the gates; `target` is the actor, in GitLab's notation.
    #[error("{}", in_gitlabs_words(*error, target))]
    Gates { error: GateError, target: String },
    #[error(
        "Production would be further open than staging. Set staging first or along with it, or give a reason to override this."
    )]
    AheadOfStaging,
    #[error("To set the flag now, give a reason to override the change freeze in {environment}: {reason}")]
    Frozen { environment: Environment, reason: String },
    /// [`Self::AheadOfStaging`] for a scheduled change, which cannot override it.
    #[error(
        "Production would have been further open than staging. Set staging first, then schedule the change anew or make it now."
    )]
    AheadWhenDue,
    /// [`Self::Frozen`] for a scheduled change, which cannot override it.
    #[error(
        "Schedule it anew for when the freeze has ended. When it was due there was a change freeze in {environment}: {reason}"
    )]
    FrozenWhenDue { environment: Environment, reason: String },
    /// On pages, the warning is shown before the change is made.
    #[error("{}", .0.before())]
    WarnFirst(Warning),
    #[error("What is recorded there cannot be read any more, so it cannot be restored: {0}")]
    Unreadable(String),
    #[error("The scheduled change no longer waits: it was {} on {}.", .0.how.key(), .0.at.long(false))]
    NotPending(Ended),
    #[error("{0}, who scheduled it, is no longer there.")]
    PlannerGone(String),
    #[error("{0}, who scheduled it, is no longer an administrator.")]
    PlannerNotAdministrator(String),
}

impl FlagError {
    /// Whether there is no such flag.
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::BadName(_) | Self::UnknownFlag { .. } | Self::UnknownIn { .. })
    }

    /// The error as recorded for a scheduled change, where advice to act now would be read too late.
    pub(super) fn when_due(self) -> Self {
        match self {
            Self::AheadOfStaging => Self::AheadWhenDue,
            Self::Frozen { environment, reason } => Self::FrozenWhenDue { environment, reason },
            other => other,
        }
    }
}

impl Explained for FlagError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::BadName(_) | Self::UnknownFlag { .. } | Self::UnknownIn { .. } => ErrorKind::NotFound,
            Self::NotPending(_) => ErrorKind::Conflict,
            Self::UnknownTarget { .. }
            | Self::Gates { .. }
            | Self::AheadOfStaging
            | Self::Frozen { .. }
            | Self::AheadWhenDue
            | Self::FrozenWhenDue { .. }
            | Self::WarnFirst(_)
            | Self::Unreadable(_)
            | Self::PlannerGone(_)
            | Self::PlannerNotAdministrator(_) => ErrorKind::Invalid,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::BadName(_) | Self::UnknownFlag { .. } | Self::UnknownIn { .. } => Some("name"),
            Self::AheadOfStaging | Self::Frozen { .. } => Some("override_reason"),
            Self::Unreadable(_) => Some("event"),
            _ => None,
        }
    }
}

fn in_gitlabs_words(error: GateError, target: &str) -> String {
    match error {
        GateError::OptedOut(_) => format!("Opt-out exists for {target} - remove opt-out before enabling"),
        GateError::NotOptedOut(_) => format!("No opt-out exists for {target}"),
        GateError::FullyOn { of_actors } => {
            let of = if of_actors { "actors" } else { "time" };
            format!("Cannot enable percentage of {of} for a fully-enabled flag")
        }
    }
}
