//! The JSON of a problem. Its codes, each with status and title, are defined in the domain.

use serde::Serialize;
use std::borrow::Cow;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{ObjectBuilder, Schema, Type},
    },
};

use crate::wire::{
    flows::{consent_wording::ConsentWording, flow::FlowState},
    people::refused_line::RefusedLine,
};

/// Why a request failed (RFC 9457). The request changed nothing.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// `urn:duo-console:problem:` and the code.
    #[serde(rename = "type")]
    #[schema(example = "urn:duo-console:problem:not_found")]
    pub urn: String,
    /// The kind of problem: the same for every problem with this code.
    pub title: &'static str,
    /// The HTTP status.
    #[schema(example = 404)]
    pub status: u16,
    /// What was wrong in this request, and what to do.
    pub detail: String,
    pub code: Code,
    /// The one field or parameter at fault, if there is one: `decisions[3].user`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub field: Option<String>,
    /// The id of this request in the server's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub request_id: Option<String>,
    /// With `consent_required` and `consent_outdated`: the wording to show and to confirm.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub wording: Option<ConsentWording>,
    /// With `version_not_deployed`: the feature flag that selects the version; absent if none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "duo_developer_orbit")]
    pub switch_off: Option<&'static str>,
    /// With `conflict` about a flow: its current state, and who changed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub current: Option<FlowState>,
    /// With `invalid` about an imported file: every line that is refused, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub refused: Option<Vec<RefusedLine>>,
}

impl ProblemDocument {
    /// A problem with only a detail.
    pub fn new(code: Code, detail: String) -> Self {
        Self {
            urn: format!("urn:duo-console:problem:{}", code.code()),
            title: code.title(),
            status: code.status(),
            detail,
            code,
            field: None,
            request_id: None,
            wording: None,
            switch_off: None,
            current: None,
            refused: None,
        }
    }
}

/// The code of a problem, from the table in the domain.
pub use crate::domain::error_kind::ErrorKind as Code;

impl PartialSchema for Code {
    fn schema() -> RefOr<Schema> {
        // `StaleSignIn` cannot happen here: a token authenticates every request.
        let codes = Self::ALL.iter().filter(|it| **it != Self::StaleSignIn).map(|it| it.code());
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("What kind of problem it is, in a word that stays the same."))
            .enum_values(Some(codes))
            .into()
    }
}

impl ToSchema for Code {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Code")
    }
}
