//! Which version of a flow runs, and why.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    usecases::decisions::decide_flow_version::FlowVersionAnswer,
    wire::words::{Condition, Environment, Level, VersionRule},
};

/// Which version of a flow runs, and why.
#[derive(Debug, Serialize, ToSchema)]
pub struct FlowVersionDecision {
    /// The flow that was asked about.
    #[schema(example = "developer/v1")]
    flow: &'static str,
    /// The definition that runs for it: a name and a schema.
    #[schema(example = "developer/v1")]
    definition: &'static str,
    /// The definition's schema.
    #[schema(example = "v1")]
    schema: &'static str,
    /// The definition's version: one version, never a range.
    #[schema(example = "2.0.0")]
    version: String,
    rule: VersionRule,
    /// Why, in a sentence or two for a person.
    explanation: String,
    inputs: FlowVersionInputs,
    /// RFC 3339.
    #[schema(format = DateTime)]
    decided_at: String,
    /// Whether the database is out of reach, so that this comes from the cache.
    stale: bool,
}

/// All that the decision looked at, and whether the flow may run there at all.
#[derive(Debug, Serialize, ToSchema)]
pub struct FlowVersionInputs {
    /// The namespace's full path.
    #[schema(example = "acme/platform")]
    namespace: String,
    /// The full path of its top-level group.
    #[schema(example = "acme")]
    top_level_group: String,
    /// The user's name as it is written in their account.
    #[schema(example = "reviewer")]
    user: String,
    /// The environment that this server answers for.
    environment: Environment,
    /// What the flow's table asks, in its order; empty for a flow that has its default alone.
    conditions: Vec<SeenCondition>,
    /// What the table asks for: a version, or a range of them.
    #[schema(example = "2.0.0")]
    wanted: &'static str,
    /// The versions of the definition that are deployed in the environment, the lowest first. Null while
    /// nobody keeps the registry: then it was not checked.
    #[schema(required)]
    deployed_versions: Option<Vec<String>>,
    /// Whether the flow is in effect. The version is the same when it does not.
    flow_on: bool,
    /// The first level above the flow that is off; null when flows may run.
    #[schema(required)]
    blocked_by: Option<Level>,
}

/// A condition of the table, as it was.
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
