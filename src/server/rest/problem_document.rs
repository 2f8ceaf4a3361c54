//! What a problem looks like on the wire. The codes that problems have, each with its status and title,
//! are the domain's.

use serde::Serialize;
use std::borrow::Cow;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{ObjectBuilder, Schema, Type},
    },
};

use crate::wire::flows::{consent_wording::ConsentWording, flow::FlowState};

/// Why a request was refused (RFC 9457). Nothing was changed when one of these comes back.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// `urn:duo-console:problem:` and the code.
    #[serde(rename = "type")]
    #[schema(example = "urn:duo-console:problem:not_found")]
    pub urn: String,
    /// What kind of problem it is: the same for every problem of this code.
    pub title: &'static str,
    /// The HTTP status.
    #[schema(example = 404)]
    pub status: u16,
    /// What was wrong this time, and what to do.
    pub detail: String,
    pub code: Code,
    /// The one field or parameter at fault, where there is one: `decisions[3].user`.
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
    /// With `version_not_deployed`: the feature flag that asks for the version; left out where none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "duo_developer_orbit")]
    pub switch_off: Option<&'static str>,
    /// With `conflict` over a flow: how it stands now, and who changed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub current: Option<FlowState>,
}

impl ProblemDocument {
    /// A problem of this kind, with nothing to it but the detail.
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
        }
    }
}

/// What kind of problem it is: the table of all that there are is the domain's.
pub use crate::domain::error_kind::ErrorKind as Code;

impl PartialSchema for Code {
    fn schema() -> RefOr<Schema> {
        // A token proves itself with every request.
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
