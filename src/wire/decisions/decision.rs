//! JSON of a decision of either kind.

use serde::Serialize;
use utoipa::ToSchema;

use super::{code_review::CodeReviewDecision, flow_version::FlowVersionDecision};
use crate::usecases::decisions::decide_many;

/// A decision of a batch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Decided {
    CodeReview(CodeReviewDecision),
    FlowVersion(FlowVersionDecision),
}

impl From<decide_many::Decided> for Decided {
    fn from(decided: decide_many::Decided) -> Self {
        match decided {
            decide_many::Decided::CodeReview(answer) => Self::CodeReview(answer.into()),
            decide_many::Decided::FlowVersion(answer) => Self::FlowVersion(answer.into()),
        }
    }
}

impl Decided {
    /// The response to a request for this decision alone, pretty-printed.
    ///
    /// # Panics
    /// Never: a decision always serialises.
    pub fn json(&self) -> String {
        let json = match self {
            Self::CodeReview(decision) => serde_json::to_string_pretty(decision),
            Self::FlowVersion(decision) => serde_json::to_string_pretty(decision),
        };
        json.expect("a decision has no maps with odd keys")
    }
}
