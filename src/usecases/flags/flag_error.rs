//! Why a feature flag was not set.

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
    /// No flag can be called so.
    #[error("{0}")]
    BadName(&'static str),
    /// Nothing defines it; these are defined.
    #[error("There is no feature flag {name}. Known are: {}.", .known.join(", "))]
    UnknownFlag {
        name: String,
        known: Vec<String>,
        /// Whether it is set somewhere all the same, as one that lost its definition.
        is_set: bool,
    },
    /// The same of an environment, where it is not set either.
    #[error(
        "The feature \"{name}\" does not exist on {environment}. Look for it with `feature list --match=…`."
    )]
    UnknownIn { name: String, environment: Environment },
    #[error("There is no {kind} {name}.")]
    UnknownTarget { kind: &'static str, name: String },
    /// The gates do not fit; `target` is whom it is about, as GitLab refers to them.
    #[error("{}", in_gitlabs_words(*error, target))]
    Gates { error: GateError, target: String },
    #[error(
        "Production would be further open than staging. Set staging first or along with it, or give a reason to override this."
    )]
    AheadOfStaging,
    #[error("To set the flag now, give a reason to override the change freeze in {environment}: {reason}")]
    Frozen { environment: Environment, reason: String },
    /// The same of a scheduled change, which has no reason to override anything with.
    #[error(
        "Production would have been further open than staging. Set staging first, then schedule the change anew or make it now."
    )]
    AheadWhenDue,
    /// The same, when nobody could say any more why it should be made all the same.
    #[error(
        "Schedule it anew for when the freeze has ended. When it was due there was a change freeze in {environment}: {reason}"
    )]
    FrozenWhenDue { environment: Environment, reason: String },
    /// Whoever is at a page is warned before anything is done.
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

    /// The same of a change that is made when nobody is there: what advises to do something now and here
    /// is of no use to whoever reads it later.
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
