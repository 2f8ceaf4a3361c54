//! Responses to unknown paths and methods of the API.

use axum::extract::Request;

use super::{problem::Problem, problem_document::Code};

pub async fn unknown_path() -> Problem {
    Problem::new(
        Code::UnknownPath,
        "The API has no such address; /api/docs shows those it has, and /api/openapi.json lists them for programs. In a full path or a flow's reference write %2F for '/'.",
    )
}

pub async fn method_not_allowed(request: Request) -> Problem {
    let detail =
        format!("This address does not take {}; the header Allow says what it takes.", request.method());
    Problem::new(Code::MethodNotAllowed, detail)
}
