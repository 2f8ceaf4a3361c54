//! The catalogue of foundational flows. A flow is identified by its reference, `name/schema`.

use serde::{Deserialize, Serialize};

use crate::domain::settings::availability::{DuoChain, Level};

pub use crate::domain::namespace::Tier;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Maturity {
    Experimental,
    Beta,
    Ga,
}

/// A foundational flow: one entry of [`CATALOGUE`].
#[derive(Debug, PartialEq, Eq)]
pub struct Flow {
    /// `code_review/v1`.
    pub reference: &'static str,
    pub name: &'static str,
    pub description: &'static str,
    pub maturity: Maturity,
    /// The lowest tier that includes it.
    pub tier: Tier,
    /// A version, or a version range (`^2.0.0`).
    pub default_version: &'static str,
    /// Whether turning it on needs recorded consent.
    pub needs_consent: bool,
}

/// The reference of the Code Review Flow.
pub const CODE_REVIEW: &str = "code_review/v1";

/// The reference of the developer flow, whose version depends on feature flags.
pub const DEVELOPER: &str = "developer/v1";

const fn flow(reference: &'static str, name: &'static str, description: &'static str) -> Flow {
    Flow {
        reference,
        name,
        description,
        maturity: Maturity::Ga,
        tier: Tier::Premium,
        default_version: "1.0.0",
        needs_consent: false,
    }
}

const fn ultimate(flow: Flow) -> Flow {
    Flow { tier: Tier::Ultimate, ..flow }
}

const fn beta(flow: Flow) -> Flow {
    Flow { maturity: Maturity::Beta, ..flow }
}

/// All foundational flows, in the order of the page.
pub static CATALOGUE: [Flow; 9] = [
    Flow {
        needs_consent: true,
        ..flow(
            CODE_REVIEW,
            "Code Review",
            "GitLab Duo Code Review Flow: reviews merge requests as an agent on the Duo Agent Platform.",
        )
    },
    Flow {
        default_version: "2.0.0",
        ..flow(DEVELOPER, "Developer", "Turns an issue into a merge request that is ready for review.")
    },
    flow("fix_pipeline/v1", "Fix CI/CD Pipeline", "Finds out why a pipeline failed and proposes the fix."),
    flow(
        "convert_to_gl_ci/v1",
        "Convert to GitLab CI/CD",
        "Turns another system's pipeline configuration into GitLab CI/CD.",
    ),
    beta(flow(
        "recommend_reviewers/v1",
        "Recommend Reviewers",
        "Suggests who knows the changed code well enough to review it.",
    )),
    ultimate(flow(
        "sast_fp_detection/v1",
        "SAST False Positive Detection",
        "Says which static-analysis findings are likely to be false alarms.",
    )),
    ultimate(flow(
        "resolve_sast_vulnerability/v1",
        "Resolve SAST Vulnerability",
        "Proposes a merge request that removes a static-analysis finding.",
    )),
    ultimate(flow(
        "secrets_fp_detection/v1",
        "Secret Detection False Positive Detection",
        "Says which detected secrets are likely to be false alarms.",
    )),
    ultimate(beta(flow(
        "resolve_dependency_bump/experimental",
        "Resolve Dependency Bump Breaking Changes",
        "Mends the code that a dependency update breaks.",
    ))),
];

impl Flow {
    /// The flow with this reference; `None` when unknown.
    pub fn find(reference: &str) -> Option<&'static Self> {
        CATALOGUE.iter().find(|flow| flow.reference == reference)
    }

    /// Why the flow cannot be turned on; `None` when it can.
    pub fn obstacle(&self, tier: Tier, chain: DuoChain) -> Option<Obstacle> {
        if let Some(level) = chain.blocked_by() {
            return Some(Obstacle::LevelOff(level));
        }
        (self.tier > tier).then_some(Obstacle::NeedsTier(self.tier))
    }

    /// An HTML id: the reference with `/` and `_` replaced by `-`.
    pub fn html_id(&self) -> String {
        self.reference.chars().map(|c| if matches!(c, '/' | '_') { '-' } else { c }).collect()
    }
}

/// Why a flow cannot be turned on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    #[error("This flow needs the tier {}.", .0.name())]
    NeedsTier(Tier),
    #[error("This only applies when {} is on.", .0.name())]
    LevelOff(Level),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_obstacle_is_named() {
        let chain_off = DuoChain { flow_execution: false, ..DuoChain::ALL_ON };
        let ultimate = Flow::find("sast_fp_detection/v1").expect("in the catalogue");
        let premium = Flow::find(CODE_REVIEW).expect("in the catalogue");
        assert_eq!(premium.obstacle(Tier::Premium, DuoChain::ALL_ON), None);
        assert_eq!(ultimate.obstacle(Tier::Ultimate, DuoChain::ALL_ON), None);
        let needs = ultimate.obstacle(Tier::Premium, DuoChain::ALL_ON).expect("an obstacle");
        assert_eq!(needs.to_string(), "This flow needs the tier Ultimate.");
        let off = premium.obstacle(Tier::Ultimate, chain_off).expect("an obstacle");
        assert_eq!(off.to_string(), "This only applies when Flow execution is on.");
    }

    #[test]
    fn every_flow_is_found_by_its_reference_and_only_code_review_needs_consent() {
        for flow in &CATALOGUE {
            assert_eq!(Flow::find(flow.reference), Some(flow));
            assert_eq!(flow.needs_consent, flow.reference == CODE_REVIEW);
            assert!(flow.description.ends_with('.'), "{}", flow.reference);
        }
        assert_eq!(Flow::find("code_review"), None);
    }
}
