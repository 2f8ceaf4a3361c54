//! How the API shows which version of a flow runs, and which versions are deployed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    flow_views::Person,
    object::Object,
    problem::Problem,
    problem_document::Code,
    words::{Condition, Environment, Level, VersionRule},
};
use crate::{
    domain::{
        deployed::{Definition, Deployed, parse_version},
        environment,
    },
    storage::Registry,
    usecases::{decide_flow_version::Answer, set_flow_versions::SetFlowVersions},
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

impl FlowVersionDecision {
    /// The JSON of the answer, for a person to read.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a decision has no maps with odd keys")
    }
}

impl From<Answer> for FlowVersionDecision {
    fn from(answer: Answer) -> Self {
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

/// Which flow versions are deployed where.
#[derive(Debug, Serialize, ToSchema)]
pub struct FlowVersions {
    /// The environment that this server answers for.
    environment: Environment,
    /// One for each environment there is.
    registries: Vec<FlowVersionRegistry>,
}

/// Which flow versions are deployed in an environment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FlowVersionRegistry {
    environment: Environment,
    /// What a change has to name: 0 while nobody keeps the registry.
    #[schema(minimum = 0)]
    version: i64,
    definitions: Vec<DeployedDefinition>,
    /// When it was last changed, RFC 3339; null while nobody keeps it.
    #[schema(required, format = DateTime)]
    changed_at: Option<String>,
    /// Who changed it last; null while nobody did.
    #[schema(required)]
    changed_by: Option<Person>,
}

/// A flow's definition with its versions that are deployed.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeployedDefinition {
    /// A name and a schema.
    #[schema(pattern = "^[a-z0-9_]+/[a-z0-9_]+$", max_length = 100, example = "developer/v1")]
    definition: String,
    /// Semantic versions without build metadata; in answers the lowest first.
    #[schema(max_items = 100, example = json!(["2.0.0", "2.0.0-orbit"]))]
    versions: Vec<String>,
}

impl FlowVersions {
    pub fn new(own: environment::Environment, registries: Vec<(environment::Environment, Registry)>) -> Self {
        Self {
            environment: own.into(),
            registries: registries
                .into_iter()
                .map(|(it, registry)| FlowVersionRegistry::new(it, registry))
                .collect(),
        }
    }
}

impl FlowVersionRegistry {
    pub fn new(environment: environment::Environment, registry: Registry) -> Self {
        let definition =
            |(definition, versions): (&Definition, &std::collections::BTreeSet<_>)| DeployedDefinition {
                definition: definition.as_str().to_owned(),
                versions: versions.iter().map(ToString::to_string).collect(),
            };
        Self {
            environment: environment.into(),
            version: registry.version,
            definitions: registry.deployed.iter().map(definition).collect(),
            changed_at: registry.changed.as_ref().map(|change| change.at.rfc3339()),
            changed_by: registry.changed.map(Person::from),
        }
    }
}

/// What shall be listed for an environment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FlowVersionsChange {
    #[schema(value_type = Environment)]
    environment: String,
    /// The version of the registry that you saw: a newer version is never overwritten.
    #[schema(minimum = 0)]
    version: i64,
    /// All that is deployed there: what is not listed is not deployed.
    #[schema(max_items = 100, value_type = Vec<DeployedDefinition>)]
    definitions: Vec<Object<DeployedDefinition>>,
}

impl FlowVersionsChange {
    /// The change as the use case takes it.
    pub fn command(self) -> Result<SetFlowVersions, Problem> {
        let invalid = |message: &dyn ToString, field: String| {
            Problem::new(Code::Invalid, message.to_string()).at(field)
        };
        let environment = environment::Environment::from_key(&self.environment).ok_or_else(|| {
            let known = environment::Environment::ALL.map(environment::Environment::key).join(", ");
            invalid(&format!("There is no such environment. Known are: {known}."), "environment".into())
        })?;
        if self.version < 0 {
            return Err(invalid(&"A version is 0 or more.", "version".into()));
        }
        let mut deployed = Deployed::default();
        for (at, Object(listed)) in self.definitions.into_iter().enumerate() {
            let field = format!("definitions[{at}]");
            let definition = Definition::parse(&listed.definition)
                .map_err(|error| invalid(&error, format!("{field}.definition")))?;
            for (nth, version) in listed.versions.iter().enumerate() {
                let add =
                    parse_version(version).and_then(|version| deployed.add(definition.clone(), version));
                add.map_err(|error| invalid(&error, format!("{field}.versions[{nth}]")))?;
            }
        }
        Ok(SetFlowVersions { environment, deployed, seen_version: self.version })
    }
}
