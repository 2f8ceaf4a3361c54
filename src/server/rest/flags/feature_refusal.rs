//! Errors of `/api/v4/features`, in GitLab's wording where GitLab has one.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde_json::{Value, json};

use crate::{
    domain::access::Denial,
    server::rest::problem::Problem,
    usecases::{FlagError, UseCaseError},
};

pub enum FeatureRefusal {
    Gitlab(StatusCode, Value),
    /// Errors that GitLab does not have, as everywhere in this API.
    Problem(Problem),
}

impl FeatureRefusal {
    /// GitLab's own message after "400 Bad request".
    pub fn bad_request(message: impl std::fmt::Display) -> Self {
        Self::Gitlab(StatusCode::BAD_REQUEST, json!({"message": format!("400 Bad request - {message}")}))
    }

    /// Grape's message about parameters, as in GitLab.
    pub fn bad_parameter(message: impl Into<String>) -> Self {
        Self::Gitlab(StatusCode::BAD_REQUEST, json!({"error": message.into()}))
    }

    /// A caller without a valid token.
    pub fn of_stranger(problem: Problem) -> Self {
        if problem.document.status == StatusCode::UNAUTHORIZED.as_u16() {
            return Self::Gitlab(StatusCode::UNAUTHORIZED, json!({"message": "401 Unauthorized"}));
        }
        Self::Problem(problem)
    }
}

impl From<Problem> for FeatureRefusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<UseCaseError> for FeatureRefusal {
    fn from(error: UseCaseError) -> Self {
        match error {
            UseCaseError::NeedsAdministrator => {
                Self::Gitlab(StatusCode::FORBIDDEN, json!({"message": "403 Forbidden"}))
            }
            UseCaseError::Denied(Denial::NeedsScope(scope)) => Self::Gitlab(
                StatusCode::FORBIDDEN,
                json!({
                    "error": "insufficient_scope",
                    "error_description": "The request requires higher privileges than provided by the access token.",
                    "scope": scope.key(),
                }),
            ),
            UseCaseError::Invalid { field, message } => Self::bad_request(format_args!("{field}: {message}")),
            other => match other.own() {
                Some(FlagError::UnknownTarget { name, .. }) => {
                    Self::bad_request(format_args!("{name} is not found!"))
                }
                Some(error) if error.is_unknown() => Self::bad_request(format_args!("name: {error}")),
                Some(error) => Self::bad_request(error),
                None => Self::Problem(other.into()),
            },
        }
    }
}

impl IntoResponse for FeatureRefusal {
    fn into_response(self) -> Response {
        match self {
            Self::Gitlab(status, body) => (status, Json(body)).into_response(),
            Self::Problem(problem) => problem.into_response(),
        }
    }
}
