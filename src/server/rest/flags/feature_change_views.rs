//! JSON of the history of feature flags and of scheduled changes.

use serde::{Deserialize, Deserializer, Serialize, de::Error};
use utoipa::ToSchema;

use crate::{
    domain::{
        audit::AuditCursor,
        environment,
        flags::{FlagValue, PercentageError, PercentageOf, ScheduleState, Targets, ValueError, WrittenValue},
        ids::AuditEventId,
        jobs::job::Ending,
        time::Timestamp,
    },
    server::rest::{problem::Problem, problem_document::Code},
    usecases::{
        AskedBy, Guard,
        flags::{
            flag_history::{HistoryEntry, HistoryPage},
            list_scheduled_changes::Scheduled,
            restore_feature::{RestoreFeature, RestorePoint, Restored},
            schedule_change::ScheduleChange,
        },
    },
    wire::{person::Person, words::Environment},
};

/// The history of a flag.
#[derive(Debug, Serialize, ToSchema)]
pub struct FlagHistory {
    /// Newest first.
    entries: Vec<FlagHistoryEntry>,
    /// The value of `before` for the next page; null on the last.
    #[schema(required, example = "1780315200000-42")]
    older: Option<String>,
}

/// A change of a flag in an environment.
#[derive(Debug, Serialize, ToSchema)]
pub struct FlagHistoryEntry {
    /// The id of the audit event, with which the state is restored.
    event: i64,
    /// When it was changed, RFC 3339.
    #[schema(format = DateTime)]
    at: String,
    environment: Environment,
    by: Person,
    /// The surface of the change: `page`, `api`, `command_line`, `chat` or `scheduler`, or one of a newer
    /// release.
    #[schema(example = "page")]
    surface: String,
    /// The gates before, for people; `default` when none were set.
    #[schema(example = "default")]
    before: String,
    #[schema(example = "user ann (User:1), 25 % of actors")]
    after: String,
    /// Whether `after` can be restored: not if this release cannot read it.
    restorable: bool,
    /// The reason, if one was given.
    #[schema(required)]
    reason: Option<String>,
    request_id: String,
}

impl From<HistoryPage> for FlagHistory {
    fn from(page: HistoryPage) -> Self {
        Self {
            entries: page.entries.into_iter().map(FlagHistoryEntry::from).collect(),
            older: page.older.map(AuditCursor::address),
        }
    }
}

impl From<HistoryEntry> for FlagHistoryEntry {
    fn from(entry: HistoryEntry) -> Self {
        Self {
            event: entry.event.0,
            at: entry.at.rfc3339(),
            environment: entry.environment.into(),
            by: Person::new(entry.by_username, entry.by_name),
            surface: entry.surface.key().to_owned(),
            before: entry.before,
            after: entry.after,
            restorable: entry.gates_after.is_some(),
            reason: entry.reason,
            request_id: entry.request_id,
        }
    }
}

/// Which state to restore.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FlagRestoration {
    /// The id of a change in the flag's history (`event`). The flag is restored in the environment of that
    /// change.
    event: i64,
    /// `after`: the state that the change set (the default); `before`: the state before it.
    #[schema(nullable = false, example = "after")]
    state: Option<String>,
    /// The reason. It is recorded with the change.
    #[schema(nullable = false, max_length = 500)]
    reason: Option<String>,
    /// Whether to refuse production being further open than staging.
    #[serde(default)]
    compare_with_staging: bool,
    /// The reason for overriding a change freeze, or for going before staging. It is recorded.
    #[schema(nullable = false, max_length = 500)]
    override_reason: Option<String>,
}

impl FlagRestoration {
    /// Parses the body into the use case's command.
    pub fn command(self, name: &str) -> Result<RestoreFeature, Problem> {
        let point = match self.state.as_deref() {
            None | Some("after") => RestorePoint::After,
            Some("before") => RestorePoint::Before,
            Some(_) => {
                return Err(Problem::new(Code::Invalid, "Valid values are: after, before.").at("state"));
            }
        };
        Ok(RestoreFeature {
            name: name.to_owned(),
            event: AuditEventId(self.event),
            point,
            reason: self.reason,
            compare_with_staging: self.compare_with_staging,
            guard: Guard { override_reason: self.override_reason, ..Guard::default() },
        })
    }
}

/// The flag after it was restored.
#[derive(Debug, Serialize, ToSchema)]
pub struct RestoredFlag {
    environment: Environment,
    /// Whether anything changed.
    changed: bool,
    /// The gates now, for people.
    #[schema(example = "25 % of actors")]
    gates: String,
    /// Possibly unexpected effects.
    warnings: Vec<&'static str>,
}

impl From<Restored> for RestoredFlag {
    fn from(restored: Restored) -> Self {
        Self {
            environment: restored.environment.into(),
            changed: restored.changed,
            gates: restored.gates,
            warnings: restored.warnings.iter().map(|it| it.text()).collect(),
        }
    }
}

/// The state of a scheduled change.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScheduledState {
    Pending,
    Done,
    Failed,
    Cancelled,
}

/// A scheduled change of a flag.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScheduledFlagChange {
    id: i64,
    #[schema(example = "duo_developer_orbit")]
    flag: String,
    environment: Environment,
    /// When it is due, RFC 3339.
    #[schema(format = DateTime)]
    at: String,
    /// The change, for people.
    #[schema(example = "25 % of actors")]
    what: String,
    /// The reason, if one was given.
    #[schema(required)]
    reason: Option<String>,
    /// Whether to refuse production being further open than staging when it is made.
    compare_with_staging: bool,
    by: Person,
    /// When it was scheduled, RFC 3339.
    #[schema(format = DateTime)]
    scheduled_at: String,
    state: ScheduledState,
    /// When it was made, failed or was cancelled, RFC 3339; null while it is pending.
    #[schema(required, format = DateTime)]
    ended_at: Option<String>,
    /// The gates after it, why it failed, or who cancelled it; null while it is pending.
    #[schema(required)]
    outcome: Option<String>,
}

impl From<Scheduled> for ScheduledFlagChange {
    fn from(Scheduled { change, what }: Scheduled) -> Self {
        let (state, ended) = match change.state {
            ScheduleState::Pending => (ScheduledState::Pending, None),
            ScheduleState::Ended(ended) => {
                let state = match ended.how {
                    Ending::Done => ScheduledState::Done,
                    Ending::Failed => ScheduledState::Failed,
                    Ending::Cancelled => ScheduledState::Cancelled,
                };
                (state, Some(ended))
            }
        };
        Self {
            id: change.id.0,
            environment: change.plan.environment.into(),
            at: change.plan.due_at.rfc3339(),
            what,
            reason: change.plan.reason,
            compare_with_staging: change.plan.compare_with_staging,
            by: change.plan.by.into(),
            scheduled_at: change.plan.planned_at.rfc3339(),
            flag: change.plan.flag,
            state,
            ended_at: ended.as_ref().map(|it| it.at.rfc3339()),
            outcome: ended.map(|it| it.outcome),
        }
    }
}

/// A change to schedule: for everyone, or for the actors that are named.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewScheduledFlagChange {
    /// When it is due: RFC 3339 with an offset, at most a year ahead.
    #[schema(format = DateTime, example = "2026-06-02T10:00:00Z")]
    at: String,
    /// `true`, `false`, or a percentage; for users, groups and projects also `opt_out` and
    /// `remove_opt_out`.
    #[schema(example = "25")]
    value: String,
    /// For a percentage: `percentage_of_actors` or `percentage_of_time`.
    #[schema(nullable = false, example = "percentage_of_actors")]
    key: Option<String>,
    /// User names.
    #[serde(default, deserialize_with = "somebody")]
    #[schema(min_items = 1)]
    users: Vec<String>,
    /// Full paths of groups.
    #[serde(default, deserialize_with = "somebody")]
    #[schema(min_items = 1)]
    groups: Vec<String>,
    /// Full paths of projects.
    #[serde(default, deserialize_with = "somebody")]
    #[schema(min_items = 1)]
    projects: Vec<String>,
    #[serde(default, deserialize_with = "somebody")]
    #[schema(min_items = 1)]
    feature_groups: Vec<String>,
    /// The environment; this server's by default. If given, production may not be further open than staging
    /// when the change is made.
    #[serde(default, deserialize_with = "somewhere")]
    #[schema(nullable = false, value_type = Option<Environment>)]
    environment: Option<String>,
    /// The reason. It is recorded with the change.
    #[schema(nullable = false, max_length = 500)]
    reason: Option<String>,
    /// Allows a flag without a definition.
    #[serde(default)]
    force: bool,
}

impl NewScheduledFlagChange {
    /// Parses the body into the use case's command.
    pub fn command(self, name: &str) -> Result<ScheduleChange, Problem> {
        let due_at = Timestamp::from_rfc3339(&self.at).ok_or_else(|| {
            let detail = "This is no time with an offset, such as 2026-06-02T10:00:00Z.";
            Problem::new(Code::Invalid, detail).at("at")
        })?;
        let environment = self.environment.as_deref().map(environment_of).transpose()?;
        Ok(ScheduleChange {
            name: name.to_owned(),
            value: value(&self.value, self.key.as_deref())?,
            targets: Targets {
                users: self.users,
                groups: self.groups,
                projects: self.projects,
                feature_groups: self.feature_groups,
            },
            environment: environment.into(),
            due_at,
            reason: self.reason,
            undefined_too: AskedBy::Api.sets_undefined(self.force),
        })
    }
}

/// Refuses an empty list, which would stand for everyone.
fn somebody<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let names = Vec::deserialize(deserializer)?;
    if names.is_empty() { Err(D::Error::custom("this list names nobody")) } else { Ok(names) }
}

/// Refuses null, which would stand for this server's environment.
fn somewhere<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    String::deserialize(deserializer).map(Some)
}

/// The environment of this name.
pub fn environment_of(name: &str) -> Result<environment::Environment, Problem> {
    environment::Environment::from_key(name).ok_or_else(|| {
        let known = environment::Environment::ALL.map(environment::Environment::key).join(", ");
        let detail = format!("There is no such environment. Known are: {known}.");
        Problem::new(Code::Invalid, detail).at("environment")
    })
}

fn value(value: &str, key: Option<&str>) -> Result<FlagValue, Problem> {
    let invalid = |field: &str, detail: &str| Problem::new(Code::Invalid, detail).at(field);
    let of = match key.map(PercentageOf::from_key) {
        Some(None) => {
            return Err(invalid("key", "Valid values are: percentage_of_actors, percentage_of_time."));
        }
        Some(of) => of,
        None => None,
    };
    let no_percentage = || invalid("value", &PercentageError.to_string());
    match (value.parse::<WrittenValue>().map(|it| it.of(of)), of) {
        (Ok(Ok(value)), _) => Ok(value),
        (Ok(Err(ValueError::OfWhat)), _) => {
            Err(invalid("key", "A percentage needs a key: percentage_of_actors or percentage_of_time."))
        }
        (Ok(Err(ValueError::NoPercentage)), _) | (Err(_), Some(_)) => Err(no_percentage()),
        (Err(_), None) => Err(invalid(
            "value",
            "Valid values are: true, false, opt_out, remove_opt_out, or a percentage with its key.",
        )),
    }
}
