//! Errors of `/api/v4`, in GitLab's wording where GitLab has one.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::{
    domain::{access::Denial, error_kind::ErrorKind},
    server::rest::problem::Problem,
    usecases::{UseCaseError, What},
};

/// An error: one of the two members, as in GitLab.
#[derive(Debug, Serialize, ToSchema)]
pub struct GitlabError {
    /// `400 Bad request - nobody is not found!`
    #[schema(nullable = false)]
    message: Option<String>,
    /// `value is missing`
    #[schema(nullable = false)]
    error: Option<String>,
    #[schema(nullable = false)]
    error_description: Option<String>,
    /// The scope that the token lacks.
    #[schema(nullable = false)]
    scope: Option<String>,
}

pub enum GitlabRefusal {
    Gitlab(StatusCode, Value),
    /// Errors that GitLab does not have, as everywhere in this API.
    Problem(Problem),
}

impl GitlabRefusal {
    /// GitLab's own message after "400 Bad request".
    pub fn bad_request(message: impl std::fmt::Display) -> Self {
        Self::Gitlab(StatusCode::BAD_REQUEST, json!({"message": format!("400 Bad request - {message}")}))
    }

    /// Grape's message about parameters, as in GitLab.
    pub fn bad_parameter(message: impl Into<String>) -> Self {
        Self::Gitlab(StatusCode::BAD_REQUEST, json!({"error": message.into()}))
    }

    pub fn forbidden(message: impl std::fmt::Display) -> Self {
        Self::Gitlab(StatusCode::FORBIDDEN, json!({"message": format!("403 Forbidden - {message}")}))
    }

    pub fn conflict(message: impl std::fmt::Display) -> Self {
        Self::Gitlab(StatusCode::CONFLICT, json!({"message": format!("409 Conflict - {message}")}))
    }

    /// A caller without a valid token.
    pub fn of_stranger(problem: Problem) -> Self {
        if problem.document.status == StatusCode::UNAUTHORIZED.as_u16() {
            return Self::Gitlab(StatusCode::UNAUTHORIZED, json!({"message": "401 Unauthorized"}));
        }
        Self::Problem(problem)
    }

    /// GitLab's message about something that is not there: `404 Group Not Found`.
    pub fn missing(what: &str) -> Self {
        Self::Gitlab(StatusCode::NOT_FOUND, json!({"message": format!("404 {what} Not Found")}))
    }

    /// What does not exist is called as the address calls it.
    pub fn of(error: UseCaseError, what: &str) -> Self {
        match error {
            UseCaseError::NotFound(What::GroupOrProject) => Self::missing(what),
            UseCaseError::Own(_) => match error.kind() {
                ErrorKind::Invalid => match error.field() {
                    Some(field) => Self::bad_request(format_args!("{}: {error}", parameter(field))),
                    None => Self::bad_request(&error),
                },
                ErrorKind::Conflict => Self::conflict(&error),
                ErrorKind::InsufficientRole => Self::forbidden(&error),
                _ => error.into(),
            },
            other => other.into(),
        }
    }
}

/// The parameter of GitLab's that a field is.
fn parameter(field: &str) -> &str {
    match field {
        "parent" => "parent_id",
        "confirmation" => "full_path",
        "role" => "access_level",
        "expires_on" => "expires_at",
        "user" => "user_id",
        "group" => "group_id",
        "is_admin" => "admin",
        other => other,
    }
}

impl From<Problem> for GitlabRefusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<UseCaseError> for GitlabRefusal {
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
            UseCaseError::Denied(denial) => Self::forbidden(denial),
            UseCaseError::NotFound(What::GroupOrProject) => Self::missing("Namespace"),
            UseCaseError::NotFound(What::User) => Self::missing("User"),
            UseCaseError::Invalid { field, message } => {
                Self::bad_request(format_args!("{}: {message}", parameter(field)))
            }
            other => Self::Problem(other.into()),
        }
    }
}

impl IntoResponse for GitlabRefusal {
    fn into_response(self) -> Response {
        match self {
            Self::Gitlab(status, body) => (status, Json(body)).into_response(),
            Self::Problem(problem) => problem.into_response(),
        }
    }
}
