//! `feature`: feature flags, in every environment.

use serde::Serialize;

use super::feature_rows::{DefinitionRow, FeatureRow, GroupRow};
use crate::{
    cli::{
        Failure,
        output::{Format, print, print_json, print_list, say},
    },
    domain::{
        environment::Environment,
        flags::{FlagValue, PercentageOf, Targets, ValueError, WrittenValue},
    },
    usecases::{
        App, AskedBy, FlagEditor, FlagError, FlagReader, Guard, UseCaseError, Where,
        flags::{
            define_features::define_features,
            delete_feature::{DeleteFeature, delete_feature},
            flag_definitions::to_yaml,
            freeze_changes::{begin_freeze, end_freeze},
            list_definitions::list_definitions,
            list_feature_groups::list_feature_groups,
            read_features::{get_feature, list_features},
            set_feature::{SetFeature, set_feature},
            set_feature_group::set_feature_group,
        },
    },
};

#[derive(Debug, clap::Subcommand)]
pub enum FeatureCommand {
    /// Open or close a flag, for everyone or for the actors that are given
    #[command(after_help = "\
Setting it for everyone replaces what was set for some. With --environment, production may not be
further open than staging.

Examples:
  duo-console feature set orbit_user_preference true --user ann --group acme
  duo-console feature set duo_developer_orbit 25 --actors --environment staging --environment production
  duo-console feature set orbit_user_preference opt_out --user bob
  duo-console feature set orbit_user_preference false")]
    Set(Set),
    /// Show the gates of a flag
    Get {
        /// The flag
        name: String,
        #[command(flatten)]
        place: OnePlace,
        /// The output: a table or JSON
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// List all flags that are defined or set
    List {
        #[command(flatten)]
        place: OnePlace,
        /// The output: a table or JSON
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Remove all gates of a flag: its default applies again
    Delete {
        /// The flag
        name: String,
        #[command(flatten)]
        places: Places,
        /// Allow a flag without a definition
        #[arg(long)]
        force: bool,
    },
    /// List the definitions of flags; as YAML it is a file for `feature import`
    Definitions {
        /// The output: a table, JSON, or YAML for `feature import`
        #[arg(long, value_enum, default_value_t)]
        format: DefinitionFormat,
    },
    /// Import definitions of flags from a YAML file, one per document
    Import {
        /// The file
        file: std::path::PathBuf,
    },
    /// Set the members of a feature group; creates it if it does not exist
    Group {
        /// The group
        name: String,
        #[command(flatten)]
        members: Members,
    },
    /// List the feature groups
    Groups {
        /// The output: a table or JSON
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Begin a change freeze: a flag can only be changed there with an override reason
    Freeze {
        /// The environment
        #[arg(value_parser = environment)]
        environment: Environment,
        /// The reason
        #[arg(long)]
        reason: String,
    },
    /// End a change freeze
    Unfreeze {
        /// The environment
        #[arg(value_parser = environment)]
        environment: Environment,
    },
}

#[derive(Debug, clap::Args)]
pub struct Set {
    #[command(flatten)]
    what: WrittenChange,
    #[command(flatten)]
    places: Places,
}

/// The value of a flag, and its targets.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct WrittenChange {
    /// The flag
    pub(in crate::cli) name: String,
    /// On, off, a percentage, or an opt-out
    #[arg(value_name = "true|false|PERCENTAGE|opt_out|remove_opt_out")]
    value: WrittenValue,
    /// The percentage is of actors
    #[arg(long, conflicts_with = "random")]
    actors: bool,
    /// The percentage is of time; deprecated, because the result changes between evaluations
    #[arg(long)]
    random: bool,
    #[command(flatten)]
    members: Members,
    /// Only for this feature group; repeatable
    #[arg(long = "feature-group", value_name = "NAME")]
    feature_groups: Vec<String>,
    /// Allow a flag without a definition
    #[arg(long)]
    pub(super) force: bool,
}

/// Actors.
#[derive(Debug, clap::Args)]
pub struct Members {
    /// Only this user; repeatable
    #[arg(long = "user", value_name = "USERNAME")]
    users: Vec<String>,
    /// Only this group; repeatable
    #[arg(long = "group", value_name = "PATH")]
    groups: Vec<String>,
    /// Only this project; repeatable
    #[arg(long = "project", value_name = "PATH")]
    projects: Vec<String>,
}

/// The environments of a change.
#[derive(Debug, clap::Args)]
pub struct Places {
    /// In this environment; repeatable [default: the server's own]
    #[arg(long = "environment", value_name = "NAME", value_parser = environment)]
    environments: Vec<Environment>,
    /// The environment of a server with the same environment variables
    #[arg(long, env = "DUO_ENVIRONMENT", hide = true, default_value = "production", value_parser = environment)]
    own_environment: Environment,
    /// Override a change freeze or the staging-before-production check; the reason is recorded
    #[arg(long, value_name = "REASON")]
    override_reason: Option<String>,
}

/// The environment of a query.
#[derive(Debug, clap::Args)]
pub struct OnePlace {
    /// In this environment
    #[arg(long, env = "DUO_ENVIRONMENT", value_name = "NAME", default_value = "production", value_parser = environment)]
    environment: Environment,
}

#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
pub enum DefinitionFormat {
    /// A table for people
    #[default]
    Text,
    /// An array of objects
    Json,
    /// A file for import
    Yaml,
}

pub(in crate::cli) fn environment(text: &str) -> Result<Environment, String> {
    let known = || Environment::ALL.map(Environment::key).join(", ");
    Environment::from_key(text).ok_or_else(|| format!("Known are: {}.", known()))
}

impl Members {
    fn targets(self, feature_groups: Vec<String>) -> Targets {
        Targets { users: self.users, groups: self.groups, projects: self.projects, feature_groups }
    }
}

impl Places {
    /// The environments, and which checks are overridden there.
    fn guarded(self) -> (Where<Vec<Environment>>, Guard) {
        let guard = Guard { override_reason: self.override_reason, ..Guard::default() };
        (Where::from(self.environments).or_own(self.own_environment), guard)
    }
}

impl WrittenChange {
    /// A percentage needs exactly one of `--actors` and `--random`, and nothing else takes one.
    pub(in crate::cli) fn value(&self) -> Result<FlagValue, Failure> {
        let of = match (self.actors, self.random) {
            (true, _) => Some(PercentageOf::Actors),
            (false, true) => Some(PercentageOf::Time),
            (false, false) => None,
        };
        self.value.of(of).map_err(|error| {
            let message = match error {
                ValueError::OfWhat => "One of `--actors` or `--random` must be set for percentage values.",
                ValueError::NoPercentage => "`--actors` and `--random` are for percentages.",
            };
            Failure::Usage(String::from(message))
        })
    }

    pub(super) fn targets(self) -> Targets {
        self.members.targets(self.feature_groups)
    }
}

pub(in crate::cli) async fn run(
    app: &App,
    (reader, editor): (&FlagReader, &FlagEditor),
    command: FeatureCommand,
) -> Result<(), Failure> {
    match command {
        FeatureCommand::Set(options) => set(app, editor, options).await,
        FeatureCommand::Get { name, place, format } => {
            let row = FeatureRow::from(get_feature(app, reader, place.environment, &name).await?);
            Ok(print_one(format, row)?)
        }
        FeatureCommand::List { place, format } => {
            let features = list_features(app, reader, place.environment).await?;
            let rows: Vec<_> = features.into_iter().map(FeatureRow::from).collect();
            Ok(print_list(format, &rows)?)
        }
        FeatureCommand::Delete { name, places, force } => {
            let (environments, guard) = places.guarded();
            let command = DeleteFeature {
                name: name.clone(),
                environments,
                undefined_too: AskedBy::CommandLine.deletes_undefined(force),
                guard,
            };
            let deleted = delete_feature(app, editor, &command).await.map_err(naming_force)?;
            let done = if deleted.was_set() { "Forgot how it was set" } else { "Nothing was set" };
            if force {
                return Ok(print(format_args!("{done}: {name}."))?);
            }
            deleted.sentences().iter().try_for_each(|line| Ok(print(format_args!("{done}: {line}"))?))
        }
        FeatureCommand::Definitions { format } => definitions(app, reader, format).await,
        FeatureCommand::Import { file } => {
            let shown = file.display();
            let text = std::fs::read_to_string(&file)
                .map_err(|error| Failure::refused(format!("Cannot read {shown}: {error}.")))?;
            let changed = define_features(app, editor, &text).await?;
            Ok(print(format_args!("{changed} definitions are new or changed."))?)
        }
        FeatureCommand::Group { name, members } => {
            set_feature_group(app, editor, &name, &members.targets(Vec::new())).await?;
            Ok(print(format_args!("The feature group {name} is as you said."))?)
        }
        FeatureCommand::Groups { format } => {
            let rows: Vec<_> =
                list_feature_groups(app, reader).await?.groups.into_iter().map(GroupRow::from).collect();
            Ok(print_list(format, &rows)?)
        }
        FeatureCommand::Freeze { environment, reason } => {
            let done =
                if begin_freeze(app, editor, environment, &reason).await? { "Began" } else { "There is" };
            Ok(print(format_args!("{done} a change freeze in {environment}."))?)
        }
        FeatureCommand::Unfreeze { environment } => {
            let done =
                if end_freeze(app, editor, environment, None).await? { "Ended the" } else { "There was no" };
            Ok(print(format_args!("{done} change freeze in {environment}."))?)
        }
    }
}

async fn set(app: &App, editor: &FlagEditor, options: Set) -> Result<(), Failure> {
    let Set { what, places } = options;
    let (environments, guard) = places.guarded();
    let command = SetFeature {
        name: what.name.clone(),
        value: what.value()?,
        undefined_too: AskedBy::CommandLine.sets_undefined(what.force),
        targets: what.targets(),
        environments,
        guard,
    };
    let done = set_feature(app, editor, &command).await.map_err(naming_force)?;
    for warning in &done.warnings {
        say(format_args!("warning: {}", warning.text()));
    }
    done.sentences().iter().try_for_each(|line| Ok(print(line)?))
}

/// Adds the advice to use `--force` for a flag that is set but no longer defined.
fn naming_force(error: UseCaseError) -> Failure {
    match error.own() {
        Some(FlagError::UnknownFlag { name, is_set: true, .. }) => Failure::refused(format!(
            "{error} Nothing defines {name}, but it is set: `--force` reaches it all the same."
        )),
        _ => error.into(),
    }
}

async fn definitions(app: &App, reader: &FlagReader, format: DefinitionFormat) -> Result<(), Failure> {
    let definitions = list_definitions(app, reader).await?;
    let rows = || definitions.iter().cloned().map(DefinitionRow::from).collect::<Vec<_>>();
    match format {
        DefinitionFormat::Text => print_list(Format::Text, &rows())?,
        DefinitionFormat::Json => print_json(&definitions)?,
        DefinitionFormat::Yaml => print(to_yaml(&definitions).trim_end())?,
    }
    Ok(())
}

fn print_one<R: crate::cli::output::Row + Serialize>(format: Format, row: R) -> std::io::Result<()> {
    match format {
        Format::Text => print_list(format, &[row]),
        Format::Json => print_json(&row),
    }
}
