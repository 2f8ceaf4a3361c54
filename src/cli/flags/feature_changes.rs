//! `feature schedule`, `scheduled`, `cancel`, `history` and `restore`.

use serde::Serialize;

use super::feature::{WrittenChange, environment};
use crate::{
    cli::{
        Failure,
        output::{Format, Row, print, print_list, say},
    },
    domain::{
        audit::AuditCursor,
        environment::Environment,
        flags::ScheduleState,
        ids::{AuditEventId, ScheduledChangeId},
        time::Timestamp,
    },
    usecases::{
        App, AskedBy, FlagEditor, FlagReader, Guard, Where,
        flags::{
            cancel_scheduled_change::cancel_scheduled_change,
            flag_history::{HistoryEntry, flag_history},
            list_scheduled_changes::{Scheduled, list_scheduled_changes},
            restore_feature::{RestoreFeature, RestorePoint, restore_feature},
            schedule_change::{ScheduleChange, schedule_change},
        },
    },
};

#[derive(Debug, clap::Subcommand)]
pub enum ChangeCommand {
    /// Schedule a change of a flag; a running server makes it
    #[command(after_help = "\
Change freezes, and production before staging, are checked when the change is made: it then fails, and
`feature scheduled` says why.

Example:
  duo-console feature schedule duo_developer_orbit 25 --actors --at 2030-01-31T10:00:00Z")]
    Schedule(Schedule),
    /// List scheduled changes, with their results
    Scheduled {
        /// Only those of this flag
        name: Option<String>,
        /// The output: a table or JSON
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Cancel a scheduled change
    Cancel {
        /// The id, as `feature scheduled` lists it
        id: i64,
    },
    /// List the changes of a flag, newest first
    History {
        /// The flag
        name: String,
        /// Only in this environment
        #[arg(long, value_name = "NAME", value_parser = environment)]
        environment: Option<Environment>,
        /// Continue where an earlier list ended
        #[arg(long, value_name = "PLACE", value_parser = cursor)]
        before: Option<AuditCursor>,
        /// The output: a table or JSON
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Restore an earlier state of a flag, in the same environment
    Restore {
        /// The flag
        name: String,
        /// The id of a change, as `feature history` lists it
        event: i64,
        /// Restore the state before the change instead of after it
        #[arg(long)]
        before: bool,
        /// The reason; recorded with the change
        #[arg(long)]
        reason: Option<String>,
        /// Refuse production being further open than staging
        #[arg(long)]
        compare_with_staging: bool,
        /// Override a change freeze or the staging-before-production check; the reason is recorded
        #[arg(long, value_name = "REASON")]
        override_reason: Option<String>,
    },
}

#[derive(Debug, clap::Args)]
pub struct Schedule {
    #[command(flatten)]
    what: WrittenChange,
    /// When, with the UTC offset
    #[arg(long, value_name = "TIME", value_parser = instant)]
    at: Timestamp,
    /// In this environment [default: the server's own]
    #[arg(long, value_name = "NAME", value_parser = environment)]
    environment: Option<Environment>,
    /// The environment of a server with the same environment variables
    #[arg(long, env = "DUO_ENVIRONMENT", hide = true, default_value = "production", value_parser = environment)]
    own_environment: Environment,
    /// The reason; recorded with the change
    #[arg(long)]
    reason: Option<String>,
}

fn instant(text: &str) -> Result<Timestamp, &'static str> {
    Timestamp::from_rfc3339(text).ok_or("Write a time with its offset, such as 2030-01-31T10:00:00Z.")
}

fn cursor(text: &str) -> Result<AuditCursor, &'static str> {
    AuditCursor::parse(text).ok_or("This is not where a list ended.")
}

pub(in crate::cli) async fn run(
    app: &App,
    (reader, editor): (&FlagReader, &FlagEditor),
    command: ChangeCommand,
) -> Result<(), Failure> {
    match command {
        ChangeCommand::Schedule(schedule) => {
            let command = ScheduleChange {
                name: schedule.what.name.clone(),
                value: schedule.what.value()?,
                undefined_too: AskedBy::CommandLine.sets_undefined(schedule.what.force),
                targets: schedule.what.targets(),
                environment: Where::from(schedule.environment).or_own(schedule.own_environment),
                due_at: schedule.at,
                reason: schedule.reason,
            };
            let row = ScheduledRow::from(schedule_change(app, editor, &command).await?);
            Ok(print(format_args!(
                "Scheduled as {}: {} in {} at {}: {}.",
                row.id, row.flag, row.environment, row.at, row.what
            ))?)
        }
        ChangeCommand::Scheduled { name, format } => {
            let changes = list_scheduled_changes(app, reader, name.as_deref()).await?;
            let rows: Vec<_> = changes.into_iter().map(ScheduledRow::from).collect();
            Ok(print_list(format, &rows)?)
        }
        ChangeCommand::Cancel { id } => {
            let cancelled = cancel_scheduled_change(app, editor, None, ScheduledChangeId(id)).await?;
            let row = ScheduledRow::from(cancelled);
            Ok(print(format_args!(
                "Cancelled {}: {} in {}: {}.",
                row.id, row.flag, row.environment, row.what
            ))?)
        }
        ChangeCommand::History { name, environment, before, format } => {
            let page = flag_history(app, reader, &name, environment, before).await?;
            let rows: Vec<_> = page.entries.into_iter().map(HistoryRow::from).collect();
            print_list(format, &rows)?;
            if let Some(older) = page.older {
                say(format_args!("There is more: --before {}", older.address()));
            }
            Ok(())
        }
        ChangeCommand::Restore { name, event, before, reason, compare_with_staging, override_reason } => {
            let command = RestoreFeature {
                name: name.clone(),
                event: AuditEventId(event),
                point: if before { RestorePoint::Before } else { RestorePoint::After },
                reason,
                compare_with_staging,
                guard: Guard { override_reason, ..Guard::default() },
            };
            let restored = restore_feature(app, editor, &command).await?;
            for warning in restored.warnings {
                say(format_args!("warning: {}", warning.text()));
            }
            let done = if restored.changed { "Restored" } else { "It is so already" };
            Ok(print(format_args!("{done}: {name} in {}: {}.", restored.environment, restored.gates))?)
        }
    }
}

#[derive(Serialize)]
struct ScheduledRow {
    id: i64,
    flag: String,
    environment: &'static str,
    at: String,
    what: String,
    by: String,
    reason: Option<String>,
    state: &'static str,
    /// The result; `None` while it is pending.
    outcome: Option<String>,
}

impl From<Scheduled> for ScheduledRow {
    fn from(Scheduled { change, what }: Scheduled) -> Self {
        Self {
            id: change.id.0,
            flag: change.plan.flag,
            environment: change.plan.environment.key(),
            at: change.plan.due_at.rfc3339(),
            what,
            by: change.plan.by.username,
            reason: change.plan.reason,
            state: change.state.key(),
            outcome: match change.state {
                ScheduleState::Pending => None,
                ScheduleState::Ended(ended) => Some(ended.outcome),
            },
        }
    }
}

impl Row for ScheduledRow {
    const HEADINGS: &'static [&'static str] =
        &["ID", "FLAG", "ENVIRONMENT", "AT", "WHAT", "BY", "STATE", "OUTCOME"];
    const NONE: &'static str = "Nothing is scheduled.";

    fn cells(&self) -> Vec<String> {
        vec![
            self.id.to_string(),
            self.flag.clone(),
            self.environment.to_owned(),
            self.at.clone(),
            self.what.clone(),
            self.by.clone(),
            self.state.to_owned(),
            self.outcome.clone().unwrap_or_default(),
        ]
    }
}

#[derive(Serialize)]
struct HistoryRow {
    event: i64,
    at: String,
    environment: &'static str,
    by: String,
    before: String,
    after: String,
    reason: Option<String>,
    restorable: bool,
    request_id: String,
}

impl From<HistoryEntry> for HistoryRow {
    fn from(entry: HistoryEntry) -> Self {
        Self {
            event: entry.event.0,
            at: entry.at.rfc3339(),
            environment: entry.environment.key(),
            by: entry.by_username,
            before: entry.before,
            after: entry.after,
            reason: entry.reason,
            restorable: entry.gates_after.is_some(),
            request_id: entry.request_id,
        }
    }
}

impl Row for HistoryRow {
    const HEADINGS: &'static [&'static str] =
        &["EVENT", "AT", "ENVIRONMENT", "BY", "BEFORE", "AFTER", "REASON"];
    const NONE: &'static str = "The flag was never set.";

    fn cells(&self) -> Vec<String> {
        vec![
            self.event.to_string(),
            self.at.clone(),
            self.environment.to_owned(),
            self.by.clone(),
            self.before.clone(),
            self.after.clone(),
            self.reason.clone().unwrap_or_default(),
        ]
    }
}
