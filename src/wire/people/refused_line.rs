//! A line of an imported file that is refused.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::people::import::format::Refused;

/// Why a line is refused.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RefusedLine {
    /// The number of the line; the header is line 1.
    line: u64,
    /// The column at fault; absent when it is the whole line, or the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    column: Option<String>,
    value: String,
    reason: String,
}

impl From<Refused> for RefusedLine {
    fn from(Refused { line, column, value, reason }: Refused) -> Self {
        Self { line, column: Some(column).filter(|it| !it.is_empty()), value, reason }
    }
}
