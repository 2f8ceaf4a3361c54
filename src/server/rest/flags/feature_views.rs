//! JSON of feature flags in GitLab's shapes.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::flags::{FlagActor, FlagDefinition, Gates, Percentage, Warning},
    usecases::{CachedFlag, flags::read_features},
};

/// A flag and its gates.
#[derive(Debug, Serialize, ToSchema)]
pub struct Feature {
    name: String,
    /// `on`, `off` or `conditional`.
    #[schema(example = "conditional")]
    state: &'static str,
    /// The gate `boolean` always, others if set.
    gates: Vec<FeatureGate>,
    /// Null when the flag has no definition.
    #[schema(required)]
    definition: Option<Definition>,
    /// Possibly unexpected effects of a change; only in the response to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    warnings: Option<Vec<&'static str>>,
}

/// One gate of a flag.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeatureGate {
    /// `boolean`, `actors`, `percentage_of_actors`, `percentage_of_time` or `groups`.
    key: &'static str,
    value: GateValue,
}

/// A boolean, a percentage, or names.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum GateValue {
    Boolean(bool),
    Whole(u16),
    Decimal(f64),
    Names(Vec<String>),
}

/// The definition of a flag.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FeatureDefinition)]
pub struct Definition {
    name: String,
    description: String,
    #[schema(required)]
    feature_issue_url: Option<String>,
    #[schema(required)]
    introduced_by_url: Option<String>,
    #[schema(required)]
    rollout_issue_url: Option<String>,
    #[schema(required)]
    milestone: Option<String>,
    /// The milestone by which GitLab plans to complete the roll-out.
    #[schema(required)]
    intended_to_rollout_by: Option<String>,
    /// The day by which the flag should be removed.
    #[schema(required)]
    expires_on: Option<String>,
    #[schema(required)]
    log_state_changes: Option<bool>,
    #[serde(rename = "type")]
    #[schema(example = "gitlab_com_derisk")]
    flag_type: &'static str,
    /// The owning team.
    group: String,
    default_enabled: bool,
}

/// A change to a flag. An empty string is treated as omitted.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FeatureChange {
    /// `true`, `false` or a percentage; with a target also `opt_out` and `remove_opt_out`.
    #[schema(example = "true")]
    value: String,
    /// `percentage_of_actors`, or `percentage_of_time`, the default.
    #[schema(nullable = false)]
    key: Option<String>,
    /// A feature group.
    #[schema(nullable = false)]
    feature_group: Option<String>,
    /// User names, separated by commas or as a list.
    #[schema(nullable = false)]
    user: Option<String>,
    /// Full paths of groups, separated by commas or as a list.
    #[schema(nullable = false)]
    group: Option<String>,
    /// The same as `group`.
    #[schema(nullable = false)]
    namespace: Option<String>,
    /// Full paths of projects, separated by commas or as a list.
    #[schema(nullable = false)]
    project: Option<String>,
    /// The environment; not GitLab's. If given, production may not be further open than staging.
    #[schema(nullable = false)]
    environment: Option<String>,
    /// The reason for overriding a change freeze, or for going before staging; not GitLab's.
    #[schema(nullable = false)]
    override_reason: Option<String>,
}

impl Feature {
    /// With the warnings of a change.
    pub fn with(self, warnings: &[Warning]) -> Self {
        Self { warnings: Some(warnings.iter().map(|it| it.text()).collect()), ..self }
    }
}

impl From<&CachedFlag> for Feature {
    fn from(flag: &CachedFlag) -> Self {
        Self {
            state: flag.gates.state(false).key(),
            gates: gates(&flag.gates),
            definition: flag.own_definition().cloned().map(Definition::from),
            name: flag.name().to_owned(),
            warnings: None,
        }
    }
}

impl From<read_features::FlagState> for Feature {
    fn from(feature: read_features::FlagState) -> Self {
        Self {
            // Only set gates count and unset is off, as in GitLab, whatever the default is.
            state: feature.gates.state(false).key(),
            gates: gates(&feature.gates),
            definition: feature.definition.map(Definition::from),
            name: feature.name,
            warnings: None,
        }
    }
}

/// In GitLab's order.
fn gates(gates: &Gates) -> Vec<FeatureGate> {
    let gate = |key, value| Some(FeatureGate { key, value });
    let opted_out = gates.opted_out.iter().map(|it| format!("{}:opt_out", it.key()));
    let actors: Vec<_> = gates.actors.iter().copied().map(FlagActor::key).chain(opted_out).collect();
    let percentage = |key, percentage: Percentage| {
        if percentage.is_zero() { None } else { gate(key, GateValue::from(percentage)) }
    };
    let names =
        |key, names: Vec<String>| if names.is_empty() { None } else { gate(key, GateValue::Names(names)) };
    [
        gate("boolean", GateValue::Boolean(gates.boolean == Some(true))),
        names("actors", actors),
        percentage("percentage_of_actors", gates.percentage_of_actors),
        percentage("percentage_of_time", gates.percentage_of_time),
        names("groups", gates.groups.clone()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

impl From<Percentage> for GateValue {
    fn from(percentage: Percentage) -> Self {
        let hundredths = percentage.hundredths();
        if hundredths.is_multiple_of(100) {
            Self::Whole(hundredths / 100)
        } else {
            Self::Decimal(f64::from(hundredths) / 100.0)
        }
    }
}

impl From<FlagDefinition> for Definition {
    fn from(definition: FlagDefinition) -> Self {
        Self {
            name: definition.name,
            description: definition.description,
            feature_issue_url: definition.feature_issue_url,
            introduced_by_url: definition.introduced_by_url,
            rollout_issue_url: definition.rollout_issue_url,
            milestone: definition.milestone,
            intended_to_rollout_by: definition.intended_to_rollout_by,
            expires_on: definition.expires_on,
            log_state_changes: definition.log_state_changes,
            flag_type: definition.flag_type.key(),
            group: definition.group,
            default_enabled: definition.default_enabled,
        }
    }
}
