//! The command line, one file per command: parse, call a use case, print the result.
//!
//! Results go to stdout, messages to stderr. The exit code is 0 on success, 1 if a valid command was refused
//! or failed, 2 if the command or the configuration is invalid.

pub mod accounts;
pub mod audit;
mod backup;
mod bench_data;
pub mod chat;
mod demo;
mod doctor;
mod failure;
pub mod flags;
pub mod flows;
pub mod jobs;
mod migrate;
mod notify;
mod open;
mod output;
pub mod people;
mod serve;
mod user;
mod words;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, builder::Resettable};

use crate::server::config::{DatabaseOptions, ServeOptions};

pub use failure::Failure;
pub use open::open;

const AFTER_HELP: &str = "\
An option with [env: NAME] can be set by that environment variable as well; a flag takes precedence,
and an empty variable is treated as unset.
Exit codes: 0 done; 1 understood, and refused or failed; 2 not understood: wrong usage or configuration.

Examples:
  duo-console serve --demo
  duo-console user create ann --name 'Ann Lee' --generate-password
  duo-console flow list acme
  duo-console audit export --format csv > audit.csv";

/// Decides which AI agent flows run in which groups, and records who consented.
#[derive(Debug, clap::Parser)]
#[command(name = "duo-console", version, after_help = AFTER_HELP, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    database: DatabaseOptions,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Serve the web console and the API
    #[command(after_help = serve::AFTER_HELP)]
    Serve(Box<ServeOptions>),
    /// Migrate the database, and verify its schema
    #[command(after_help = migrate::AFTER_HELP)]
    Migrate,
    /// Back up the SQLite database while servers use it
    #[command(after_help = backup::AFTER_BACKUP)]
    Backup(backup::Backup),
    /// Restore the SQLite database from a backup
    #[command(after_help = backup::AFTER_RESTORE)]
    Restore(backup::Restore),
    /// Diagnose problems of the set-up, with advice
    #[command(after_help = doctor::AFTER_HELP)]
    Doctor(Box<doctor::Doctor>),
    /// Create the demo data in an empty database
    #[command(after_help = demo::AFTER_HELP)]
    Demo(demo::Demo),
    /// Add a large tree with many members, for benchmarks
    #[command(hide = true, after_help = bench_data::AFTER_HELP)]
    BenchData(bench_data::BenchData),
    /// Create, list and delete users; set their passwords and email addresses
    #[command(subcommand)]
    User(user::UserCommand),
    /// Create, list, edit, move, archive and delete groups and projects
    #[command(subcommand)]
    Group(people::group::GroupCommand),
    /// Import users, groups, members or seats from a CSV file; a dry run unless --apply is said
    #[command(after_help = people::files::AFTER_IMPORT)]
    Import(people::files::Import),
    /// Export users, groups, members or seats as CSV
    #[command(after_help = people::files::AFTER_EXPORT)]
    Export(people::files::Export),
    /// Create, list and revoke personal access tokens
    #[command(subcommand)]
    Token(accounts::token::TokenCommand),
    /// Open and close feature flags
    #[command(subcommand)]
    Feature(flags::features::FeaturesCommand),
    /// Run chat commands for feature flags, and link the users of the chat
    Chatops(chat::chatops::Chatops),
    /// List and change the flows of a group, in the name of a user
    #[command(subcommand)]
    Flow(flows::flow::FlowCommand),
    /// Give and take roles in groups and projects, and invite groups
    #[command(subcommand)]
    Member(people::member::MemberCommand),
    /// Give Duo Enterprise seats, take them back, and list them
    #[command(subcommand)]
    Seat(people::seat::SeatCommand),
    /// List, stop and retry background jobs
    #[command(subcommand)]
    Job(jobs::job::JobCommand),
    /// List, export and verify the audit log
    #[command(subcommand)]
    Audit(audit::command::AuditCommand),
}

impl Cli {
    /// Parses arguments and environment variables. Wrong usage, `--help` and `--version` exit the program.
    pub fn read() -> Self {
        let mut command = without_empty_variables(Self::command());
        let matches = command.get_matches_mut();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.format(&mut command).exit())
    }
}

/// Treats empty environment variables as unset, since container and service managers pass on blank values. An
/// empty flag was given on purpose and is validated.
#[expect(clippy::disallowed_methods, reason = "only whether what clap reads is empty")]
fn without_empty_variables(command: clap::Command) -> clap::Command {
    command
        .mut_args(|arg| match arg.get_env().and_then(std::env::var_os) {
            Some(value) if value.is_empty() => arg.env(Resettable::Reset),
            _ => arg,
        })
        .mut_subcommands(without_empty_variables)
}

/// Runs the command; prints its error to stderr.
pub async fn run(cli: Cli) -> ExitCode {
    match dispatch(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

async fn dispatch(Cli { database, command }: Cli) -> Result<(), Failure> {
    // Commands that must not open the database, which would migrate it, or not at once.
    let command = match command {
        Command::Serve(options) => return serve::run(&options, &database).await,
        Command::Backup(options) => return backup::run_backup(&database, &options).await,
        Command::Restore(options) => return backup::run_restore(&database, &options).await,
        Command::Doctor(options) => return doctor::run(&options, &database).await,
        other => other,
    };
    let app = open(&database).await?;
    let done = match command {
        Command::Serve(_) | Command::Backup(_) | Command::Restore(_) | Command::Doctor(_) => {
            unreachable!("done above")
        }
        Command::Migrate => migrate::run(&app, &database).await,
        Command::Demo(options) => demo::run(&app, &options).await,
        Command::BenchData(options) => bench_data::run(&app, &options).await,
        Command::User(command) => user::run(&app, command).await,
        Command::Group(command) => people::group::run(&app, command).await,
        Command::Import(command) => people::files::run_import(&app, command).await,
        Command::Export(command) => people::files::run_export(&app, command).await,
        Command::Token(command) => accounts::token::run(&app, command).await,
        Command::Feature(command) => flags::features::run(&app, command).await,
        Command::Chatops(command) => chat::chatops::run(&app, command).await,
        Command::Flow(command) => flows::flow::run(&app, command, &database).await,
        Command::Member(command) => people::member::run(&app, command).await,
        Command::Seat(command) => people::seat::run(&app, command).await,
        Command::Job(command) => jobs::job::run(&app, command).await,
        Command::Audit(command) => audit::command::run(&app, command).await,
    };
    app.storage.close().await;
    done
}
