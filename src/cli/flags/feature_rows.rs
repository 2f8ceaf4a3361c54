//! Rows of `feature`: flags, definitions and groups.

use serde::Serialize;

use crate::{
    cli::output::Row,
    domain::flags::FlagDefinition,
    usecases::flags::{list_feature_groups::FeatureGroup, read_features::FlagInWords},
};

#[derive(Serialize)]
pub(super) struct FeatureRow {
    name: String,
    environment: &'static str,
    description: String,
    default: bool,
    /// For everyone; `None` if not set.
    boolean: Option<bool>,
    /// Actors for which it is open.
    actors: Vec<String>,
    feature_groups: Vec<String>,
    /// Actors for which it is closed whatever else is open.
    opted_out: Vec<String>,
    percentage_of_actors: f64,
    percentage_of_time: f64,
    pub state: String,
}

impl From<FlagInWords> for FeatureRow {
    fn from(state: FlagInWords) -> Self {
        let feature = state.feature.clone();
        let percentage = |it: crate::domain::flags::Percentage| f64::from(it.hundredths()) / 100.0;
        Self {
            state: state.in_words(),
            actors: state.actors,
            opted_out: state.opted_out,
            default: feature.default_enabled(),
            description: feature.definition.map(|it| it.description).unwrap_or_default(),
            name: feature.name,
            environment: feature.environment.key(),
            boolean: feature.gates.boolean,
            percentage_of_actors: percentage(feature.gates.percentage_of_actors),
            percentage_of_time: percentage(feature.gates.percentage_of_time),
            feature_groups: feature.gates.groups,
        }
    }
}

impl Row for FeatureRow {
    const HEADINGS: &'static [&'static str] = &["FLAG", "STATE", "DESCRIPTION"];
    const NONE: &'static str = "There are no feature flags.";

    fn cells(&self) -> Vec<String> {
        vec![self.name.clone(), self.state.clone(), self.description.clone()]
    }
}

#[derive(Serialize)]
pub(super) struct DefinitionRow(FlagDefinition);

impl From<FlagDefinition> for DefinitionRow {
    fn from(definition: FlagDefinition) -> Self {
        Self(definition)
    }
}

impl Row for DefinitionRow {
    const HEADINGS: &'static [&'static str] = &["FLAG", "TYPE", "DEFAULT", "OWNER", "MILESTONE", "EXPIRES"];
    const NONE: &'static str = "There are no definitions.";

    fn cells(&self) -> Vec<String> {
        let it = &self.0;
        let default = if it.default_enabled { "on" } else { "off" };
        vec![
            it.name.clone(),
            it.flag_type.key().to_owned(),
            default.to_owned(),
            it.group.clone(),
            it.milestone.clone().unwrap_or_default(),
            it.expires_on.clone().unwrap_or_default(),
        ]
    }
}

#[derive(Serialize)]
pub(super) struct GroupRow {
    name: String,
    members: Vec<String>,
}

impl From<FeatureGroup> for GroupRow {
    fn from(group: FeatureGroup) -> Self {
        Self { name: group.name, members: group.members }
    }
}

impl Row for GroupRow {
    const HEADINGS: &'static [&'static str] = &["FEATURE GROUP", "MEMBERS"];
    const NONE: &'static str = "Nobody defined a feature group. Every administrator is in `administrators`.";

    fn cells(&self) -> Vec<String> {
        vec![self.name.clone(), self.members.join(", ")]
    }
}
