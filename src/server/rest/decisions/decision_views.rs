//! Requests for decisions as the API takes them, and the response to a batch.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    domain::{namespace::GroupPath, user::check_username},
    server::rest::{object::Object, problem::Problem, problem_document::ProblemDocument},
    usecases::decisions::{
        decide_code_review::Question,
        decide_many::{self, About},
    },
    wire::decisions::decision::Decided,
};

/// The body of a batch.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Questions {
    #[schema(min_items = 1, max_items = 100, value_type = Vec<DecisionQuestion>)]
    pub decisions: Vec<Object<DecisionQuestion>>,
}

/// One question of a batch. Its `kind` says which decision it asks for, and so which fields it has.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionQuestion {
    pub kind: DecisionKind,
    /// The full path of a group, subgroup or project.
    #[schema(example = "acme/platform")]
    pub namespace: String,
    /// The user name of whoever starts the review or the flow.
    #[schema(example = "reviewer")]
    pub user: String,
    /// The flow's reference; only with `flow_version`.
    #[schema(example = "developer/v1")]
    pub flow: Option<String>,
}

/// The decisions that a batch can ask for. More will come: expect unknown kinds.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecisionKind {
    /// Which engine reviews the code.
    CodeReview,
    /// Which version of a flow runs.
    FlowVersion,
}

/// The response to a batch.
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

/// A question of a batch that could not be answered.
#[derive(Debug, Serialize, ToSchema)]
pub struct Refused {
    kind: DecisionKind,
    error: Box<ProblemDocument>,
}

impl Outcome {
    /// The outcome of a question of this kind.
    pub fn new(kind: DecisionKind, outcome: Result<decide_many::Decided, Problem>) -> Self {
        match outcome {
            Ok(decided) => Self::Decided(Box::new(decided.into())),
            Err(error) => Self::Refused(Refused { kind, error: error.document }),
        }
    }
}

impl DecisionQuestion {
    /// The subject of the question.
    ///
    /// # Errors
    /// Why `flow` is invalid.
    pub fn about(&self) -> Result<About, &'static str> {
        match (self.kind, &self.flow) {
            (DecisionKind::CodeReview, None) => Ok(About::CodeReview),
            (DecisionKind::FlowVersion, Some(flow)) => Ok(About::FlowVersion(flow.clone())),
            (DecisionKind::CodeReview, Some(_)) => Err("A question of the kind code_review names no flow."),
            (DecisionKind::FlowVersion, None) => Err("A question of the kind flow_version names its flow."),
        }
    }
}

/// Parses the parameters of a question.
///
/// # Errors
/// The field at fault, and what it should be.
pub fn question(namespace: &str, user: &str) -> Result<Question, (&'static str, String)> {
    Ok(Question {
        namespace: GroupPath::parse(namespace).map_err(|error| ("namespace", error.to_string()))?,
        username: check_username(user).map_err(|error| ("user", error.to_string()))?.to_owned(),
    })
}
