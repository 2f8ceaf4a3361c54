//! Why a feature flag was not set.

use crate::domain::{
    environment::Environment,
    feature::{Ended, GateError, Warning},
};

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FlagError {
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
