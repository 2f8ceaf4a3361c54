//! JSON of the decision which version of a flow runs.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    usecases::decisions::decide_flow_version::FlowVersionAnswer,
    wire::words::{Condition, Environment, Level, VersionRule},
};

/// Which version of a flow runs, and why.
#[derive(Debug, Serialize, ToSchema)]
pub struct FlowVersionDecision {
    /// The requested flow.
    #[schema(example = "developer/v1")]
    flow: &'static str,
    /// The definition that runs: name and schema.
    #[schema(example = "developer/v1")]
    definition: &'static str,
    /// The schema of the definition.
    #[schema(example = "v1")]
    schema: &'static str,
    /// The version of the definition: a single version, never a range.
    #[schema(example = "2.0.0")]
    version: String,
    rule: VersionRule,
    /// The reason in a sentence or two, for people.
    explanation: String,
    inputs: FlowVersionInputs,
    /// When it was decided, RFC 3339.
    #[schema(format = DateTime)]
    decided_at: String,
    /// Whether it comes from the cache because the database is unreachable.
    stale: bool,
}

/// All inputs of the decision, and whether the flow may run in the namespace at all.
#[derive(Debug, Serialize, ToSchema)]
pub struct FlowVersionInputs {
    /// The namespace's full path.
    #[schema(example = "acme/platform")]
    namespace: String,
    /// The full path of its top-level group.
    #[schema(example = "acme")]
    top_level_group: String,
    /// The user name as spelled in the account.
    #[schema(example = "reviewer")]
    user: String,
    /// The environment of this server.
    environment: Environment,
    /// The conditions of the flow's version table, in order; empty for a flow that only has a default.
    conditions: Vec<SeenCondition>,
    /// The version that the table selects: a version or a range.
    #[schema(example = "2.0.0")]
    wanted: &'static str,
    /// The deployed versions of the definition in the environment, lowest first. Null without a registry: the
    /// version was not checked.
    #[schema(required)]
    deployed_versions: Option<Vec<String>>,
    /// Whether the flow is in effect. The version does not depend on it.
    flow_on: bool,
    /// The first level above the flow that is off; null when flows may run.
    #[schema(required)]
    blocked_by: Option<Level>,
}

/// A condition of the table, with its result.
#[derive(Debug, Serialize, ToSchema)]
pub struct SeenCondition {
    condition: Condition,
    holds: bool,
}

impl From<FlowVersionAnswer> for FlowVersionDecision {
    fn from(answer: FlowVersionAnswer) -> Self {
        let (decision, place) = (answer.decision, answer.place);
        Self {
            flow: answer.flow.reference,
            definition: decision.definition,
            schema: decision.schema(),
            version: decision.version.to_string(),
            rule: decision.rule.into(),
            explanation: decision.explanation(),
            inputs: FlowVersionInputs {
                namespace: place.namespace.path.to_string(),
                top_level_group: place.top_level_group().path.to_string(),
                user: answer.user.username.clone(),
                environment: decision.environment.into(),
                conditions: decision
                    .conditions
                    .into_iter()
                    .map(|(condition, holds)| SeenCondition { condition: condition.into(), holds })
                    .collect(),
                wanted: decision.wanted,
                deployed_versions: decision
                    .deployed
                    .map(|versions| versions.iter().map(ToString::to_string).collect()),
                flow_on: place.flow_is_on(answer.flow),
                blocked_by: place.chain.blocked_by().map(Level::from),
            },
            decided_at: answer.decided_at.rfc3339(),
            stale: answer.stale,
        }
    }
}
