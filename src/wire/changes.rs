//! Changes, as services are told of them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{
    change,
    decisions::told_change::{Told, told},
    environment::Environment,
};

/// A change, as an event named `change` tells it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Change {
    /// The event's `id`, too: where to go on.
    id: i64,
    /// When it happened.
    #[schema(format = DateTime, example = "2026-06-01T12:00:00.123Z")]
    at: String,
    /// What happened, in the words of the audit log.
    #[schema(example = "feature_flag_updated")]
    kind: String,
    /// What it happened to: a feature flag, a feature group, a flow, a user.
    #[schema(example = "duo_developer_orbit")]
    subject: String,
    /// For what is set for each environment by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "production")]
    environment: Option<&'static str>,
    /// The full path of the group or project where it happened.
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

/// The protocol's notice that answers may be others.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefetchEvaluation {
    #[serde(rename = "type")]
    #[schema(example = "refetchEvaluation")]
    kind: &'static str,
    /// In seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 1_780_315_200)]
    last_modified: Option<i64>,
}

impl RefetchEvaluation {
    /// Because of this change; without one, because nobody knows what happened.
    pub fn because_of(change: Option<&change::Change>) -> Self {
        let last_modified = change.map(|it| it.at.as_millis().div_euclid(1000));
        Self { kind: "refetchEvaluation", last_modified }
    }
}
