//! `feature`: feature flags.

use serde::Serialize;

use super::{
    Failure,
    open::origin,
    output::{Format, Row, print, print_json, print_list},
};
use crate::usecases::{
    App,
    read_features::{FeatureState, get_feature, list_features},
    set_feature::{SetFeature, delete_feature, set_feature},
};

#[derive(Debug, clap::Subcommand)]
pub enum FeatureCommand {
    /// Open or close a flag: for those who are named, or else for everyone
    #[command(after_help = "\
Setting it for everyone takes the place of all that was set for some.

Examples:
  duo-console feature set orbit_user_preference true --user ann --group acme
  duo-console feature set orbit_user_preference false")]
    Set(Set),
    /// Show how a flag is set
    Get {
        /// The flag
        name: String,
        /// As a table or as JSON
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// List every flag that the program knows
    List {
        /// As a table or as JSON
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Forget how a flag is set: its default holds again
    Delete {
        /// The flag
        name: String,
    },
}

#[derive(Debug, clap::Args)]
pub struct Set {
    /// The flag
    name: String,
    /// Whether it is on
    #[arg(action = clap::ArgAction::Set, value_name = "true|false", hide_possible_values = true)]
    on: bool,
    /// Only for this user; repeatable
    #[arg(long = "user", value_name = "USERNAME")]
    users: Vec<String>,
    /// Only for this group; repeatable
    #[arg(long = "group", value_name = "PATH")]
    groups: Vec<String>,
}

#[derive(Serialize)]
struct FeatureRow {
    name: &'static str,
    description: &'static str,
    default: bool,
    /// For everyone; `None` when it is not set.
    boolean: Option<bool>,
    /// Whom it is open for besides.
    actors: Vec<String>,
    state: String,
}

impl From<FeatureState> for FeatureRow {
    fn from(feature: FeatureState) -> Self {
        let word = |on| if on { "on" } else { "off" };
        let state = match feature.gates.boolean {
            Some(true) => String::from("on"),
            _ if !feature.actors.is_empty() => format!("on for {}", feature.actors.join(", ")),
            Some(false) => String::from("off"),
            None => format!("{} (default)", word(feature.definition.default)),
        };
        Self {
            name: feature.definition.name,
            description: feature.definition.description,
            default: feature.definition.default,
            boolean: feature.gates.boolean,
            actors: feature.actors,
            state,
        }
    }
}

impl Row for FeatureRow {
    const HEADINGS: &'static [&'static str] = &["FLAG", "STATE", "DESCRIPTION"];
    const NONE: &'static str = "The program knows no feature flags.";

    fn cells(&self) -> Vec<String> {
        vec![self.name.to_owned(), self.state.clone(), self.description.to_owned()]
    }
}

pub(super) async fn run(app: &App, command: FeatureCommand) -> Result<(), Failure> {
    match command {
        FeatureCommand::Set(Set { name, on, users, groups }) => {
            set_feature(app, &origin(app), &SetFeature { name: name.clone(), on, users, groups }).await?;
            let row = FeatureRow::from(get_feature(app, &name).await?);
            Ok(print(format_args!("{name} is {}.", row.state))?)
        }
        FeatureCommand::Get { name, format } => {
            let row = FeatureRow::from(get_feature(app, &name).await?);
            match format {
                Format::Text => print_list(format, &[row])?,
                Format::Json => print_json(&row)?,
            }
            Ok(())
        }
        FeatureCommand::List { format } => {
            let rows: Vec<_> = list_features(app).await?.into_iter().map(FeatureRow::from).collect();
            Ok(print_list(format, &rows)?)
        }
        FeatureCommand::Delete { name } => {
            let was_set = delete_feature(app, &origin(app), &name).await?;
            let row = FeatureRow::from(get_feature(app, &name).await?);
            let done = if was_set { "Forgot how it was set" } else { "Nothing was set" };
            Ok(print(format_args!("{done}: {name} is {}.", row.state))?)
        }
    }
}
