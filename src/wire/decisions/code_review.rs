//! JSON of the decision which engine reviews the code.

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
    /// The reason in a sentence or two, for people.
    explanation: String,
    inputs: CodeReviewInputs,
    /// The consent on which the decision is based, an entry of the ledger. Null if there is none.
    #[schema(required)]
    consent_id: Option<i64>,
    /// When it was decided, RFC 3339.
    #[schema(format = DateTime)]
    decided_at: String,
    /// Whether it comes from the cache because the database is unreachable.
    stale: bool,
}

/// All inputs of the decision.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is an input of its own")]
pub struct CodeReviewInputs {
    /// The namespace's full path.
    #[schema(example = "acme/platform")]
    namespace: String,
    /// The full path of the group whose settings, seats and consent apply.
    #[schema(example = "acme")]
    top_level_group: String,
    /// The user name as spelled in the account.
    #[schema(example = "reviewer")]
    user: String,
    /// Whether the namespace or a group above it is archived.
    archived: bool,
    gitlab_duo: DuoAvailability,
    /// The first level that is off; null when flows may run.
    #[schema(required)]
    blocked_by: Option<Level>,
    /// Whether Code Review is turned on in the top-level group.
    flow_selected: bool,
    /// Whether it is in effect: turned on, and every level above it on.
    flow_on: bool,
    /// Whether there is a valid consent.
    consent: bool,
    /// Whether consent takes priority: the feature flag `duo_code_review_flow_priority` for the top-level
    /// group. While it is off, a seat decides.
    flow_priority: bool,
    /// The gate that decided this flag.
    flow_priority_gate: Gate,
    /// Whether the user has a Duo Enterprise seat in the top-level group.
    duo_enterprise_seat: bool,
    /// Whether the user is blocked.
    user_blocked: bool,
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
                archived: inputs.archived,
                gitlab_duo: inputs.chain.availability.into(),
                blocked_by: inputs.chain.blocked_by().map(Level::from),
                flow_selected: inputs.flow_selected,
                flow_on: inputs.flow_on(),
                consent: inputs.consent.is_some(),
                flow_priority: inputs.priority.on,
                flow_priority_gate: inputs.priority.gate.into(),
                duo_enterprise_seat: inputs.seat,
                user_blocked: inputs.blocked,
            },
            consent_id: decision.consent_id().map(|it| it.0),
            decided_at: answer.decided_at.rfc3339(),
            stale: answer.stale,
        }
    }
}
