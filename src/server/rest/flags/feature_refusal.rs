//! Errors of `/api/v4/features`: GitLab's, and what only concerns flags.

use axum::response::{IntoResponse, Response};

use crate::{
    server::rest::{gitlab::refusal::GitlabRefusal, problem::Problem},
    usecases::{FlagError, UseCaseError},
};

pub struct FeatureRefusal(GitlabRefusal);

impl FeatureRefusal {
    /// A caller without a valid token.
    pub fn of_stranger(problem: Problem) -> Self {
        Self(GitlabRefusal::of_stranger(problem))
    }
}

impl From<GitlabRefusal> for FeatureRefusal {
    fn from(refusal: GitlabRefusal) -> Self {
        Self(refusal)
    }
}

impl From<UseCaseError> for FeatureRefusal {
    fn from(error: UseCaseError) -> Self {
        Self(match error.own() {
            Some(FlagError::UnknownTarget { name, .. }) => {
                GitlabRefusal::bad_request(format_args!("{name} is not found!"))
            }
            Some(error) if error.is_unknown() => GitlabRefusal::bad_request(format_args!("name: {error}")),
            Some(error) => GitlabRefusal::bad_request(error),
            None => error.into(),
        })
    }
}

impl IntoResponse for FeatureRefusal {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}
