//! Which engine reviews the code, and why.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    usecases::decisions::decide_code_review::CodeReviewAnswer,
    wire::words::{DuoAvailability, Engine, Gate, Level, Rule},
};

/// Which engine reviews, and why.
#[derive(Debug, Serialize, ToSchema)]
pub struct CodeReviewDecision {
    engine: Engine,
    rule: Rule,
    /// Why, in a sentence or two for a person.
    explanation: String,
    inputs: CodeReviewInputs,
    /// The consent that the answer rests on: a row of the ledger. Null where it rests on none.
    #[schema(required)]
    consent_id: Option<i64>,
    /// RFC 3339.
    #[schema(format = DateTime)]
    decided_at: String,
    /// Whether the database is out of reach, so that this comes from the cache.
    stale: bool,
}

/// All that the decision looked at.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is an input of its own")]
pub struct CodeReviewInputs {
    /// The namespace's full path.
    #[schema(example = "acme/platform")]
    namespace: String,
    /// The full path of the group whose settings, seats and consent apply.
    #[schema(example = "acme")]
    top_level_group: String,
    /// The user's name as it is written in their account.
    #[schema(example = "reviewer")]
    user: String,
    gitlab_duo: DuoAvailability,
    /// The first level that is off; null when flows may run.
    #[schema(required)]
    blocked_by: Option<Level>,
    /// Whether Code Review is turned on in the top-level group.
    flow_selected: bool,
    /// Whether it is in effect: turned on, and no level above it off.
    flow_on: bool,
    /// Whether the consent to it stands.
    consent: bool,
    /// Whether consent decides: the feature flag `duo_code_review_flow_priority` for the top-level group.
    /// While it is off a seat decides.
    flow_priority: bool,
    /// The gate of the flag that said so.
    flow_priority_gate: Gate,
    /// Whether the user holds a Duo Enterprise seat of the top-level group.
    duo_enterprise_seat: bool,
}

impl From<CodeReviewAnswer> for CodeReviewDecision {
    fn from(answer: CodeReviewAnswer) -> Self {
        let decision = answer.decision;
        let inputs = decision.inputs;
        Self {
            engine: decision.engine.into(),
            rule: decision.rule.into(),
            explanation: decision.explanation(),
            inputs: CodeReviewInputs {
                namespace: answer.place.namespace.path.to_string(),
                top_level_group: answer.place.top_level_group().path.to_string(),
                user: answer.user.username.clone(),
                gitlab_duo: inputs.chain.availability.into(),
                blocked_by: inputs.chain.blocked_by().map(Level::from),
                flow_selected: inputs.flow_selected,
                flow_on: inputs.flow_on(),
                consent: inputs.consent.is_some(),
                flow_priority: inputs.priority.on,
                flow_priority_gate: inputs.priority.gate.into(),
                duo_enterprise_seat: inputs.seat,
            },
            consent_id: decision.consent_id().map(|it| it.0),
            decided_at: answer.decided_at.rfc3339(),
            stale: answer.stale,
        }
    }
}
