//! Feature flags: definitions, gates, evaluation and scheduled changes.

mod actor;
mod definition;
mod edit;
mod gates;
mod percentage;
mod record;
mod schedule;
mod staging;
mod stale;
mod value;
mod warning;
mod words;

pub use actor::FlagActor;
pub use definition::{DefinitionError, FlagDefinition, FlagType, check_flag_name};
pub use edit::{Edit, EditError, Target, TargetKind};
pub use gates::{Evaluation, EvaluationContext, Gate, GateChange, GateError, Gates, Glance, State};
pub use percentage::{Bucket, Percentage, PercentageError};
pub use schedule::{Ended, PlannedChange, ScheduleError, ScheduleState, ScheduledChange, check_due};
pub use staging::{Moved, ahead_of_staging};
pub use stale::{LONG_DAYS, Stale};
pub use value::{FlagValue, PercentageOf, Targets, UnknownValue, ValueError, WrittenValue};
pub use warning::Warning;

/// Shows the Orbit section in Preferences → Behavior; without it Orbit is unavailable.
pub const ORBIT_USER_PREFERENCE: &str = "orbit_user_preference";

/// Makes consent instead of a seat decide which engine reviews. Evaluated for the top-level group.
pub const DUO_CODE_REVIEW_FLOW_PRIORITY: &str = "duo_code_review_flow_priority";

/// Runs the Orbit version of the developer flow for users who opted in.
pub const DUO_DEVELOPER_ORBIT: &str = "duo_developer_orbit";

/// Runs the next, unstable definition of the developer flow.
pub const DUO_DEVELOPER_NEXT_UNSTABLE: &str = "duo_developer_next_unstable";

/// The built-in feature group of all administrators; it has no member list.
pub const ADMINISTRATORS: &str = "administrators";
