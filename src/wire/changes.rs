//! JSON of changes, for event streams.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{
    change,
    decisions::told_change::{Told, told},
    environment::Environment,
};

/// A change, the data of an event named `change`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Change {
    /// Also the event's `id`, to resume from.
    id: i64,
    /// When it happened, RFC 3339.
    #[schema(format = DateTime, example = "2026-06-01T12:00:00.123Z")]
    at: String,
    /// The kind of change, as in the audit log.
    #[schema(example = "feature_flag_updated")]
    kind: String,
    /// What changed: a feature flag, a feature group, a flow, a user.
    #[schema(example = "duo_developer_orbit")]
    subject: String,
    /// Only for what is set per environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "production")]
    environment: Option<&'static str>,
    /// The full path of the group or project in which it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "acme")]
    namespace: Option<String>,
}

impl From<&change::Change> for Change {
    fn from(change: &change::Change) -> Self {
        let Told { subject, environment, namespace } = told(change);
        Self {
            id: change.id.0,
            at: change.at.rfc3339(),
            kind: change.kind.clone(),
            subject: subject.to_owned(),
            environment: environment.map(Environment::key),
            namespace: namespace.map(str::to_owned),
        }
    }
}

/// The protocol's notification to evaluate again.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefetchEvaluation {
    #[serde(rename = "type")]
    #[schema(example = "refetchEvaluation")]
    kind: &'static str,
    /// When, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 1_780_315_200)]
    last_modified: Option<i64>,
}

impl RefetchEvaluation {
    /// For this change; `None` after a reset, when it is unknown what changed.
    pub fn because_of(change: Option<&change::Change>) -> Self {
        let last_modified = change.map(|it| it.at.as_millis().div_euclid(1000));
        Self { kind: "refetchEvaluation", last_modified }
    }
}
