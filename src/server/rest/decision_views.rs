//! How the API takes questions and shows decisions.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    flow_version_views::FlowVersionDecision,
    object::Object,
    problem::Problem,
    problem_document::ProblemDocument,
    words::{DuoAvailability, Engine, Gate, Level, Rule},
};
use crate::{
    domain::{namespace::GroupPath, user::check_username},
    usecases::{
        decide_code_review::{Answer, Question},
        decide_many::{self, About},
    },
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

impl CodeReviewDecision {
    /// The JSON of the answer, for a person to read.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a decision has no maps with odd keys")
    }
}

impl From<Answer> for CodeReviewDecision {
    fn from(answer: Answer) -> Self {
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

/// What a batch asks.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Questions {
    #[schema(min_items = 1, max_items = 100, value_type = Vec<DecisionQuestion>)]
    pub decisions: Vec<Object<DecisionQuestion>>,
}

/// One question of a batch. Its `kind` says which decision it asks for and so which fields it has.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionQuestion {
    pub kind: DecisionKind,
    /// The full path of a group, subgroup or project.
    #[schema(example = "acme/platform")]
    pub namespace: String,
    /// The user name of whoever starts it.
    #[schema(example = "reviewer")]
    pub user: String,
    /// With `flow_version`, and there only: the flow's reference.
    #[schema(example = "developer/v1")]
    pub flow: Option<String>,
}

/// The decisions that can be asked for in a batch. More will come: expect kinds you do not know.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecisionKind {
    /// Which engine reviews the code.
    CodeReview,
    /// Which version of a flow runs.
    FlowVersion,
}

/// What a batch is answered.
#[derive(Debug, Serialize, ToSchema)]
pub struct Decisions {
    /// In the order of the questions.
    pub decisions: Vec<Outcome>,
}

/// A decision, or why there is none.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Outcome {
    Decided(Box<Decided>),
    Refused(Refused),
}

/// A decision of a batch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Decided {
    CodeReview(CodeReviewDecision),
    FlowVersion(FlowVersionDecision),
}

/// A question of a batch that could not be answered.
#[derive(Debug, Serialize, ToSchema)]
pub struct Refused {
    kind: DecisionKind,
    error: Box<ProblemDocument>,
}

impl Outcome {
    /// What became of a question of this kind.
    pub fn new(kind: DecisionKind, outcome: Result<decide_many::Decided, Problem>) -> Self {
        match outcome {
            Ok(decided) => Self::Decided(Box::new(decided.into())),
            Err(error) => Self::Refused(Refused { kind, error: error.document }),
        }
    }
}

impl From<decide_many::Decided> for Decided {
    fn from(decided: decide_many::Decided) -> Self {
        match decided {
            decide_many::Decided::CodeReview(answer) => Self::CodeReview(answer.into()),
            decide_many::Decided::FlowVersion(answer) => Self::FlowVersion(answer.into()),
        }
    }
}

impl DecisionQuestion {
    /// What it asks.
    ///
    /// # Errors
    /// What is wrong with `flow`.
    pub fn about(&self) -> Result<About, &'static str> {
        match (self.kind, &self.flow) {
            (DecisionKind::CodeReview, None) => Ok(About::CodeReview),
            (DecisionKind::FlowVersion, Some(flow)) => Ok(About::FlowVersion(flow.clone())),
            (DecisionKind::CodeReview, Some(_)) => Err("A question of the kind code_review names no flow."),
            (DecisionKind::FlowVersion, None) => Err("A question of the kind flow_version names its flow."),
        }
    }
}

/// The question as the use case takes it.
///
/// # Errors
/// The field at fault, and what it should be.
pub fn question(namespace: &str, user: &str) -> Result<Question, (&'static str, String)> {
    Ok(Question {
        namespace: GroupPath::parse(namespace).map_err(|error| ("namespace", error.to_string()))?,
        username: check_username(user).map_err(|error| ("user", error.to_string()))?.to_owned(),
    })
}
