//! Which version of a flow runs: a table, one pure function over it, and its explanations. The first test
//! below is the product's table for the developer flow, row by row.

use semver::Version;

use super::{
    catalogue::{DEVELOPER, Flow},
    deployed::{Deployed, Wanted},
};
use crate::domain::{
    environment::Environment,
    flags::{DUO_DEVELOPER_NEXT_UNSTABLE, DUO_DEVELOPER_ORBIT},
    keyed::keyed_enum,
};

keyed_enum! {
    /// A condition of a table row. The use case evaluates it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Condition {
        /// The feature flag `orbit_user_preference` is on for the user.
        OrbitUserPreference = "orbit_user_preference",
        /// The user turned Orbit on, and not off for Duo Developer.
        OrbitChosen = "orbit_chosen",
        /// The feature flag `duo_developer_orbit` is on for the user or the top-level group.
        DuoDeveloperOrbit = "duo_developer_orbit",
        /// The feature flag `duo_developer_next_unstable` is on for the project or the top-level group.
        DuoDeveloperNextUnstable = "duo_developer_next_unstable",
    }
}

impl Condition {
    /// The name on screen.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OrbitUserPreference => "Flag orbit_user_preference, for the user",
            Self::OrbitChosen => "Orbit chosen by the user, Duo Developer with it",
            Self::DuoDeveloperOrbit => "Flag duo_developer_orbit, for the user or the top-level group",
            Self::DuoDeveloperNextUnstable => {
                "Flag duo_developer_next_unstable, for the project or the top-level group"
            }
        }
    }
}

keyed_enum! {
    /// The row of the table that matched.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum VersionRule {
        DuoDeveloperOrbit = "duo_developer_orbit",
        DuoDeveloperNextUnstable = "duo_developer_next_unstable",
        /// No row matched: the flow's own definition and default version.
        Default = "default",
    }
}

impl VersionRule {
    /// The feature flag that disables the rule; `None` for the default.
    pub const fn switch_off(self) -> Option<&'static str> {
        match self {
            Self::DuoDeveloperOrbit => Some(DUO_DEVELOPER_ORBIT),
            Self::DuoDeveloperNextUnstable => Some(DUO_DEVELOPER_NEXT_UNSTABLE),
            Self::Default => None,
        }
    }
}

/// An alternative to a flow's default version, and its conditions. The first matching row wins.
struct Row {
    flow: &'static str,
    /// All must hold.
    when: &'static [Condition],
    rule: VersionRule,
    definition: &'static str,
    /// A version, or a version range.
    version: &'static str,
}

static TABLE: [Row; 2] = [
    Row {
        flow: DEVELOPER,
        when: &[Condition::OrbitUserPreference, Condition::OrbitChosen, Condition::DuoDeveloperOrbit],
        rule: VersionRule::DuoDeveloperOrbit,
        definition: DEVELOPER,
        version: "2.0.0-orbit",
    },
    Row {
        flow: DEVELOPER,
        when: &[Condition::DuoDeveloperNextUnstable],
        rule: VersionRule::DuoDeveloperNextUnstable,
        definition: "developer_unstable/experimental",
        version: "1.0.0",
    },
];

/// The distinct conditions of a flow's rows; empty for a flow that always runs its default.
pub fn conditions(flow: &Flow) -> Vec<Condition> {
    let mut conditions = Vec::new();
    for condition in TABLE.iter().filter(|row| row.flow == flow.reference).flat_map(|row| row.when) {
        if !conditions.contains(condition) {
            conditions.push(*condition);
        }
    }
    conditions
}

/// All inputs of the decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionInputs<'a> {
    /// The flow's [`conditions`], and whether each holds.
    pub conditions: Vec<(Condition, bool)>,
    pub environment: Environment,
    /// `None` when the environment has no registry: deployed versions are then unknown, and not checked.
    pub deployed: Option<&'a Deployed>,
}

/// The version, with the rule that matched and its inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionDecision {
    pub rule: VersionRule,
    /// `developer/v1`.
    pub definition: &'static str,
    /// The required version, or version range.
    pub wanted: &'static str,
    pub version: Version,
    pub conditions: Vec<(Condition, bool)>,
    pub environment: Environment,
    /// The deployed versions of the definition; `None` when unknown.
    pub deployed: Option<Vec<Version>>,
}

/// The required version is not deployed. No other runs instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotDeployed {
    pub rule: VersionRule,
    pub definition: &'static str,
    pub wanted: &'static str,
    pub environment: Environment,
    /// The deployed versions of the definition; `None` when unknown.
    pub deployed: Option<Vec<Version>>,
}

/// Which version of `flow` runs.
///
/// # Errors
/// [`NotDeployed`] when the registry lists no matching version, or a range is required and there is no
/// registry. There is no fallback to another version.
pub fn decide(flow: &'static Flow, inputs: VersionInputs<'_>) -> Result<VersionDecision, NotDeployed> {
    decide_by(&TABLE, flow, inputs)
}

fn decide_by(
    table: &[Row],
    flow: &'static Flow,
    inputs: VersionInputs<'_>,
) -> Result<VersionDecision, NotDeployed> {
    let holds = |condition: &Condition| inputs.conditions.contains(&(*condition, true));
    let row = table.iter().find(|row| row.flow == flow.reference && row.when.iter().all(holds));
    let (rule, definition, wanted) = row
        .map_or((VersionRule::Default, flow.reference, flow.default_version), |row| {
            (row.rule, row.definition, row.version)
        });
    let environment = inputs.environment;
    let deployed: Option<Vec<_>> = inputs.deployed.map(|it| it.of(definition).cloned().collect());
    let version = match (Wanted::parse(wanted), &deployed) {
        (Some(Wanted::Exactly(version)), None) => Some(version),
        (Some(wanted), Some(deployed)) => wanted.pick(deployed.iter()).cloned(),
        _ => None,
    };
    match version {
        Some(version) => Ok(VersionDecision {
            rule,
            definition,
            wanted,
            version,
            conditions: inputs.conditions,
            environment,
            deployed,
        }),
        None => Err(NotDeployed { rule, definition, wanted, environment, deployed }),
    }
}

impl VersionDecision {
    /// The definition's schema: the part after the `/`.
    pub fn schema(&self) -> &'static str {
        self.definition.split_once('/').map_or("", |(_, schema)| schema)
    }

    /// The explanation for people, in one or two sentences.
    pub fn explanation(&self) -> String {
        let why = match self.rule {
            VersionRule::DuoDeveloperOrbit => {
                "The user opted in to Orbit and the feature flag duo_developer_orbit is on, so the version for Orbit runs."
            }
            VersionRule::DuoDeveloperNextUnstable => {
                "The feature flag duo_developer_next_unstable is on for the project or the top-level group, so the next, unstable definition runs."
            }
            VersionRule::Default if self.conditions.is_empty() => {
                "This flow has no other version than its default, so that runs."
            }
            VersionRule::Default => "Nothing asks for another version, so the default version runs.",
        };
        match self.deployed {
            Some(_) => String::from(why),
            None => format!(
                "{why} Nobody keeps the registry of {}, so it was not checked that this version is deployed there.",
                self.environment
            ),
        }
    }
}

impl std::fmt::Display for NotDeployed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { definition, wanted, environment, .. } = self;
        write!(f, "{definition} {wanted} is not deployed in {environment}: ")?;
        match &self.deployed {
            None => write!(f, "nobody keeps the registry of flow versions there.")?,
            Some(versions) if versions.is_empty() => {
                write!(f, "the registry of flow versions lists no version of {definition}.")?;
            }
            Some(versions) => {
                let versions: Vec<_> = versions.iter().map(Version::to_string).collect();
                write!(f, "the registry of flow versions lists {}.", versions.join(", "))?;
            }
        }
        match self.rule.switch_off() {
            Some(flag) => {
                write!(f, " Switch off the feature flag {flag}, or deploy the version and list it.")
            }
            None => write!(f, " Deploy the version and list it."),
        }
    }
}

impl std::error::Error for NotDeployed {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::flows::{
        catalogue::CATALOGUE,
        deployed::{FlowDefinition, parse_version},
    };

    fn flow(reference: &str) -> &'static Flow {
        Flow::find(reference).expect("in the catalogue")
    }

    fn deployed(list: &[(&str, &str)]) -> Deployed {
        let mut deployed = Deployed::default();
        for (definition, version) in list {
            let definition = FlowDefinition::parse(definition).expect("a definition");
            deployed.add(definition, parse_version(version).expect("a version")).expect("it fits");
        }
        deployed
    }

    fn everything() -> Deployed {
        deployed(&[
            ("developer/v1", "2.0.0"),
            ("developer/v1", "2.0.0-orbit"),
            ("developer_unstable/experimental", "1.0.0"),
        ])
    }

    fn inputs(conditions: Vec<(Condition, bool)>, deployed: Option<&Deployed>) -> VersionInputs<'_> {
        VersionInputs { conditions, environment: Environment::Production, deployed }
    }

    /// The developer flow with its four conditions, in the order of the product's table.
    fn developer(answers: [bool; 4], deployed: Option<&Deployed>) -> Result<VersionDecision, NotDeployed> {
        let flow = flow(DEVELOPER);
        decide(flow, inputs(conditions(flow).into_iter().zip(answers).collect(), deployed))
    }

    #[test]
    fn the_table_of_the_developer_flow_row_by_row() {
        assert_eq!(
            conditions(flow(DEVELOPER)),
            [
                Condition::OrbitUserPreference,
                Condition::OrbitChosen,
                Condition::DuoDeveloperOrbit,
                Condition::DuoDeveloperNextUnstable,
            ]
        );
        let (everything, yes_no) = (everything(), [true, false]);
        for preference in yes_no {
            for chosen in yes_no {
                for orbit in yes_no {
                    for unstable in yes_no {
                        let expected = if preference && chosen && orbit {
                            (VersionRule::DuoDeveloperOrbit, "developer/v1", "v1", "2.0.0-orbit")
                        } else if unstable {
                            let definition = "developer_unstable/experimental";
                            (VersionRule::DuoDeveloperNextUnstable, definition, "experimental", "1.0.0")
                        } else {
                            (VersionRule::Default, "developer/v1", "v1", "2.0.0")
                        };
                        let answers = [preference, chosen, orbit, unstable];
                        for deployed in [Some(&everything), None] {
                            let decision = developer(answers, deployed).expect("it is deployed");
                            let version = decision.version.to_string();
                            let found = (decision.rule, decision.definition, decision.schema(), &*version);
                            assert_eq!(found, expected, "{answers:?}");
                            assert!(!decision.explanation().is_empty());
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_version_that_is_not_deployed_is_an_error_that_names_the_flag() {
        let message = |answers, list: &[(&str, &str)]| {
            developer(answers, Some(&deployed(list))).expect_err("it is not there").to_string()
        };
        assert_eq!(
            message([true; 4], &[("developer/v1", "1.9.0"), ("developer/v1", "2.0.0")]),
            "developer/v1 2.0.0-orbit is not deployed in production: the registry of flow versions lists 1.9.0, 2.0.0. Switch off the feature flag duo_developer_orbit, or deploy the version and list it."
        );
        assert_eq!(
            message([false, false, false, true], &[("developer/v1", "1.0.0")]),
            "developer_unstable/experimental 1.0.0 is not deployed in production: the registry of flow versions lists no version of developer_unstable/experimental. Switch off the feature flag duo_developer_next_unstable, or deploy the version and list it."
        );
        assert_eq!(
            message([false; 4], &[("developer/v1", "2.0.0-orbit")]),
            "developer/v1 2.0.0 is not deployed in production: the registry of flow versions lists 2.0.0-orbit. Deploy the version and list it."
        );
    }

    #[test]
    fn every_flow_is_resolved_by_the_same_function() {
        for flow in &CATALOGUE {
            let all_off = conditions(flow).into_iter().map(|condition| (condition, false)).collect();
            let decision = decide(flow, inputs(all_off, None)).expect("an exact version needs no registry");
            assert_eq!((decision.rule, decision.definition), (VersionRule::Default, flow.reference));
            assert_eq!(decision.version.to_string(), flow.default_version);
            assert!(FlowDefinition::parse(flow.reference).is_ok(), "a registry can list it");
        }
        for row in &TABLE {
            assert!(Wanted::parse(row.version).is_some() && FlowDefinition::parse(row.definition).is_ok());
            assert!(Flow::find(row.flow).is_some() && row.rule.switch_off().is_some());
        }
    }

    #[test]
    fn a_range_takes_the_highest_version_deployed_and_cannot_do_without_a_registry() {
        static RANGES: [Row; 2] = [
            Row {
                flow: "fix_pipeline/v1",
                when: &[Condition::DuoDeveloperNextUnstable],
                rule: VersionRule::DuoDeveloperNextUnstable,
                definition: "fix_pipeline/v1",
                version: "^2.0.0",
            },
            // The first row wins.
            Row {
                flow: "fix_pipeline/v1",
                when: &[],
                rule: VersionRule::DuoDeveloperOrbit,
                definition: "fix_pipeline/v1",
                version: "^1.0.0",
            },
        ];
        let list = ["1.2.0", "1.10.0", "2.0.0", "2.1.0", "2.2.0-orbit", "3.0.0"];
        let deployed = deployed(&list.map(|version| ("fix_pipeline/v1", version)));
        let ask = |next, deployed| {
            let conditions = vec![(Condition::DuoDeveloperNextUnstable, next)];
            decide_by(&RANGES, flow("fix_pipeline/v1"), inputs(conditions, deployed))
        };
        let version = |next| ask(next, Some(&deployed)).expect("deployed").version.to_string();
        assert_eq!(version(true), "2.1.0");
        assert_eq!(version(false), "1.10.0");
        let unknown = ask(true, None).expect_err("nothing is known");
        assert!(unknown.to_string().contains("nobody keeps the registry"), "{unknown}");
    }
}
