//! JSON of the registries of deployed flow versions.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    domain::{
        environment,
        flows::deployed::{Deployed, FlowDefinition, parse_version},
    },
    server::rest::{object::Object, problem::Problem, problem_document::Code},
    storage::Registry,
    usecases::flows::set_flow_versions::SetFlowVersions,
    wire::{person::Person, words::Environment},
};

/// The registries of deployed flow versions.
#[derive(Debug, Serialize, ToSchema)]
pub struct FlowVersions {
    /// The environment of this server.
    environment: Environment,
    /// One for each environment.
    registries: Vec<FlowVersionRegistry>,
}

/// The flow versions that are deployed in an environment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FlowVersionRegistry {
    environment: Environment,
    /// The version that a change has to name: 0 while there is no registry.
    #[schema(minimum = 0)]
    version: i64,
    definitions: Vec<DeployedDefinition>,
    /// When it was last changed, RFC 3339; null while there is no registry.
    #[schema(required, format = DateTime)]
    changed_at: Option<String>,
    /// Who changed it last; null if nobody did.
    #[schema(required)]
    changed_by: Option<Person>,
}

/// A flow definition with its deployed versions.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeployedDefinition {
    /// Name and schema.
    #[schema(pattern = "^[a-z0-9_]+/[a-z0-9_]+$", max_length = 100, example = "developer/v1")]
    definition: String,
    /// Semantic versions without build metadata; lowest first in responses.
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
            |(definition, versions): (&FlowDefinition, &std::collections::BTreeSet<_>)| DeployedDefinition {
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

/// The new contents of a registry.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FlowVersionsChange {
    #[schema(value_type = Environment)]
    environment: String,
    /// The version of the registry that you read: a newer version is never overwritten.
    #[schema(minimum = 0)]
    version: i64,
    /// All deployed versions: what is not listed is not deployed.
    #[schema(max_items = 100, value_type = Vec<DeployedDefinition>)]
    definitions: Vec<Object<DeployedDefinition>>,
}

impl FlowVersionsChange {
    /// Parses the body into the use case's command.
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
            let definition = FlowDefinition::parse(&listed.definition)
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
