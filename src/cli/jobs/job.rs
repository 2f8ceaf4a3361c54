//! `job`: lists, stops and retries background jobs.

use serde::Serialize;

use crate::{
    cli::{
        Failure,
        open::origin,
        output::{Format, Row, print_json, print_list, say},
    },
    domain::{ids::JobId, jobs::job::JobState},
    usecases::{
        App,
        administrator::Administrator,
        jobs::{
            change_job::{retry_job, stop_job},
            list_jobs::{ListedJob, list_jobs, show_job},
        },
    },
};

#[derive(Debug, clap::Subcommand)]
pub enum JobCommand {
    /// List waiting and running jobs, and the latest finished ones: at most 200 of each
    #[command(after_help = "Example:\n  duo-console job list --format json")]
    List {
        /// The output: a table or JSON
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Show all details of a job, as JSON
    #[command(after_help = "Example:\n  duo-console job show 12")]
    Show {
        /// The job's id, as `job list` shows it
        id: i64,
    },
    /// Stop a job before it is done; completed steps are kept
    #[command(after_help = "Example:\n  duo-console job stop 12")]
    Stop {
        /// The job's id, as `job list` shows it
        id: i64,
    },
    /// Run a waiting or recurring job now, or retry a failed one
    #[command(after_help = "Example:\n  duo-console job retry 12")]
    Retry {
        /// The job's id, as `job list` shows it
        id: i64,
    },
}

pub(in crate::cli) async fn run(app: &App, command: JobCommand) -> Result<(), Failure> {
    let operator = Administrator::operator(origin(app));
    match command {
        JobCommand::List { format } => {
            let jobs = list_jobs(app, &operator).await?;
            print_list(format, &jobs.into_iter().map(JobRow::from).collect::<Vec<_>>())?;
        }
        JobCommand::Show { id } => print_json(&JobRow::from(show_job(app, &operator, JobId(id)).await?))?,
        JobCommand::Stop { id } => {
            let stopped = stop_job(app, &operator, JobId(id)).await?;
            say(format_args!("Stopped: {}.", stopped.title));
        }
        JobCommand::Retry { id } => {
            let retried = retry_job(app, &operator, JobId(id)).await?;
            say(format_args!("It may run now, by any server that runs: {}.", retried.title));
        }
    }
    Ok(())
}

#[derive(Serialize)]
struct JobRow {
    id: i64,
    kind: String,
    /// What the job is about, such as the id of the scheduled change.
    subject: String,
    about: String,
    state: &'static str,
    due_at: String,
    /// When it may be claimed next; while it runs, when its lease expires; `None` once it has ended.
    run_at: Option<String>,
    ended_at: Option<String>,
    run_by: Option<String>,
    attempts: i64,
    failures: i64,
    done: i64,
    total: Option<i64>,
    outcome: String,
    created_at: String,
}

impl From<ListedJob> for JobRow {
    fn from(ListedJob { job, title, .. }: ListedJob) -> Self {
        let state = job.state.key();
        let run_at = Some(job.run_at.rfc3339());
        let (ended_at, run_at, run_by) = match job.state {
            JobState::Waiting => (None, run_at, None),
            JobState::Running { by } => (None, run_at, Some(by)),
            JobState::Ended { at, .. } => (Some(at.rfc3339()), None, None),
        };
        Self {
            id: job.id.0,
            kind: job.kind,
            subject: job.subject,
            about: title,
            state,
            due_at: job.due_at.rfc3339(),
            run_at,
            ended_at,
            run_by,
            attempts: job.attempt,
            failures: job.failures,
            done: job.progress.done,
            total: job.progress.total,
            outcome: job.outcome,
            created_at: job.created_at.rfc3339(),
        }
    }
}

impl Row for JobRow {
    const HEADINGS: &'static [&'static str] = &["ID", "KIND", "STATE", "NEXT OR ENDED", "ABOUT", "OUTCOME"];
    const NONE: &'static str = "There are no jobs.";

    fn cells(&self) -> Vec<String> {
        let when = self.ended_at.as_ref().or(self.run_at.as_ref()).map_or("", String::as_str);
        let kind = format!("{} {}", self.kind, self.subject);
        [&self.id.to_string(), kind.trim(), self.state, when, &self.about, &self.outcome]
            .into_iter()
            .map(|it: &str| it.to_owned())
            .collect()
    }
}
