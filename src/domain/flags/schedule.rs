//! Scheduled changes of a flag.

use super::GateChange;
use crate::domain::{
    audit::AuditActor, environment::Environment, ids::ScheduledChangeId, jobs::job::Ending, time::Timestamp,
};

/// How far ahead a change can be scheduled, in days.
const LONGEST_AHEAD: i64 = 366;

/// A scheduled change: what, when, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedChange {
    pub flag: String,
    pub environment: Environment,
    pub due_at: Timestamp,
    pub changes: Vec<GateChange>,
    /// Whether it fails if production would then be further open than staging.
    pub compare_with_staging: bool,
    pub reason: Option<String>,
    /// Who scheduled it, with the names of that time.
    pub by: AuditActor,
    pub planned_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduledChange {
    pub id: ScheduledChangeId,
    pub plan: PlannedChange,
    pub state: ScheduleState,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScheduleState {
    Pending,
    Ended(Ended),
}

/// How a scheduled change ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    pub how: Ending,
    pub at: Timestamp,
    /// In words: the flag's gates after it, why it failed, or who cancelled it.
    pub outcome: String,
}

impl ScheduleState {
    /// The key of a change that is not due yet.
    pub const PENDING: &str = "pending";

    /// The key in the database and in responses.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Pending => Self::PENDING,
            Self::Ended(ended) => ended.how.key(),
        }
    }
}

/// Why a due time is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    #[error("The time is over already. Set the flag now, or say a later time.")]
    Past,
    #[error("A change is planned for a year ahead at most.")]
    TooFar,
}

/// Validates that a change can be scheduled for `due_at`.
pub fn check_due(due_at: Timestamp, now: Timestamp) -> Result<(), ScheduleError> {
    if due_at <= now {
        Err(ScheduleError::Past)
    } else if due_at > now.plus_days(LONGEST_AHEAD) {
        Err(ScheduleError::TooFar)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        flags::{FlagActor, Percentage},
        ids::{NamespaceId, UserId},
    };

    #[test]
    fn a_change_is_planned_ahead_and_not_too_far() {
        let now = Timestamp::from_millis(1_780_315_200_000);
        for (ahead, expected) in [
            (-1, Err(ScheduleError::Past)),
            (0, Err(ScheduleError::Past)),
            (1, Ok(())),
            (366 * 86_400_000, Ok(())),
            (366 * 86_400_000 + 1, Err(ScheduleError::TooFar)),
        ] {
            assert_eq!(check_due(now.plus_millis(ahead), now), expected, "{ahead}");
        }
        assert_eq!(check_due(Timestamp::from_millis(i64::MAX), now), Err(ScheduleError::TooFar));
        assert_eq!(check_due(Timestamp::from_millis(i64::MIN), now), Err(ScheduleError::Past));
    }

    #[test]
    fn what_waits_has_not_ended() {
        assert_eq!(Ending::from_key(ScheduleState::PENDING), None);
    }

    /// The stored format must stay readable.
    #[test]
    fn changes_are_stored_so() {
        let percentage = Percentage::parse("12.5").expect("a percentage");
        for (change, json) in [
            (GateChange::Boolean(true), r#"{"boolean":true}"#),
            (GateChange::Actor(FlagActor::User(UserId(1)), true), r#"{"actor":["User:1",true]}"#),
            (GateChange::OptOut(FlagActor::Group(NamespaceId(2)), false), r#"{"opt_out":["Group:2",false]}"#),
            (GateChange::FeatureGroup("staff".into(), true), r#"{"feature_group":["staff",true]}"#),
            (GateChange::PercentageOfActors(percentage), r#"{"percentage_of_actors":"12.5"}"#),
            (GateChange::PercentageOfTime(percentage), r#"{"percentage_of_time":"12.5"}"#),
        ] {
            assert_eq!(serde_json::to_string(&change).expect("it is written"), json);
            assert_eq!(serde_json::from_str::<GateChange>(json).expect("it is read"), change);
        }
        for bad in [r#"{"actor":["Team:1",true]}"#, r#"{"percentage_of_time":"101"}"#, r#"{"luck":true}"#] {
            assert!(serde_json::from_str::<GateChange>(bad).is_err(), "{bad}");
        }
    }
}
