//! Errors of the API as RFC 9457 problems: the one place where an error becomes a status.
//!
//! A handler returns a [`Problem`]; [`finish`] writes it, because only there is the request id known.
//! Internal causes are logged with the request and never sent.

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
};

use super::problem_document::{Code, ProblemDocument};
use crate::{
    domain::{
        access::Denial,
        flows::{flow_version::NotDeployed, wording::CODE_REVIEW_WORDING},
        people::import::format::Refused,
    },
    server::{
        limits::{self, Late, Limits},
        rates::Exhausted,
        request_log::Cause,
    },
    storage::StorageError,
    usecases::{Origin, UseCaseError, What, accounts::authenticate::TokenError},
    wire::flows::consent_wording::ConsentWording,
};

/// An error response: the document that is sent, and the cause that is not.
#[derive(Clone, Debug)]
pub struct Problem {
    pub document: Box<ProblemDocument>,
    /// Logged only.
    cause: Option<String>,
    /// The value of `WWW-Authenticate`.
    challenge: Option<String>,
    /// The values of `RateLimit-…` and `Retry-After`.
    exhausted: Option<Exhausted>,
}

impl Problem {
    /// A problem with this code; `detail` says what was wrong and what to do.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        let document = Box::new(ProblemDocument::new(code, detail.into()));
        let challenge = (document.status == 401).then(|| String::from("Bearer"));
        Self { document, cause: None, challenge, exhausted: None }
    }

    /// Sets the field or parameter at fault.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.document.field = Some(field.into());
        self
    }

    /// Sets the challenge in `WWW-Authenticate` (RFC 6750).
    pub(super) fn challenging(mut self, challenge: impl Into<String>) -> Self {
        self.challenge = Some(challenge.into());
        self
    }

    /// Names the lines of an imported file that are refused.
    #[must_use]
    pub fn refusing(mut self, lines: Vec<Refused>) -> Self {
        self.document.refused = Some(lines.into_iter().map(Into::into).collect());
        self
    }

    fn caused_by(mut self, cause: &impl std::fmt::Display) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    /// Adds the wording to show and to confirm.
    #[must_use]
    pub fn with_wording(mut self) -> Self {
        self.document.wording = Some(ConsentWording::from(&CODE_REVIEW_WORDING));
        self
    }

    fn into_written_response(self) -> Response {
        let status = StatusCode::from(self.document.code);
        let body = serde_json::to_vec(&self.document).expect("a problem has no maps with odd keys");
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(challenge) = self.challenge.and_then(|it| HeaderValue::from_str(&it).ok()) {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if self.document.code == Code::TooManyStreams {
            // Nothing tells when a stream will be closed.
            headers.insert(RETRY_AFTER, HeaderValue::from_static("10"));
        }
        if let Some(exhausted) = self.exhausted {
            headers.insert(RETRY_AFTER, exhausted.retry_after.into());
            headers.insert("ratelimit-limit", exhausted.per_minute.into());
            headers.insert("ratelimit-remaining", HeaderValue::from_static("0"));
            headers.insert("ratelimit-reset", exhausted.retry_after.into());
        }
        response
    }
}

/// Stores the problem in the response's extensions for [`finish`] to write.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.document.code.into();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes problems with the request id, passes causes to the log, and forbids caching. Timeouts become
/// problems as well.
pub async fn finish(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let request_id =
        request.extensions().get::<Origin>().map(|it| it.request_id.clone()).filter(|it| !it.is_empty());
    let answer = limits::within(limits, request, next).await;
    let mut response = answer.unwrap_or_else(|late| Problem::from(late).into_response());
    if let Some(mut problem) = response.extensions_mut().remove::<Problem>() {
        let cause = problem.cause.take().map(Cause);
        problem.document.request_id = request_id;
        response = problem.into_written_response();
        if let Some(cause) = cause {
            response.extensions_mut().insert(cause);
        }
    }
    response.headers_mut().entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

impl From<UseCaseError> for Problem {
    fn from(error: UseCaseError) -> Self {
        let error = match error {
            UseCaseError::Storage(error) => return error.into(),
            other => other,
        };
        let detail = match &error {
            UseCaseError::NotFound(What::GroupOrProject) => String::from(
                "There is no such group or project, or you may not know of it. Check the full path and whose token it is.",
            ),
            UseCaseError::Outrun => format!("{error} Nothing was changed."),
            other => other.to_string(),
        };
        let mut problem = Self::new(error.kind(), detail);
        problem.document.field = error.field().map(str::to_owned);
        problem.document.switch_off = error.own::<NotDeployed>().and_then(|it| it.rule.switch_off());
        if let UseCaseError::Denied(Denial::NeedsScope(scope)) = error {
            let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{}\"", scope.key());
            return problem.challenging(challenge);
        }
        problem
    }
}

impl From<TokenError> for Problem {
    fn from(error: TokenError) -> Self {
        let code = match error {
            TokenError::Unknown => Code::UnknownToken,
            TokenError::Revoked => Code::RevokedToken,
            TokenError::Expired => Code::ExpiredToken,
            TokenError::Blocked => {
                return Self::new(
                    Code::AccountBlocked,
                    "The account of the token is blocked. Ask an administrator.",
                )
                .challenging(format!("Bearer error=\"invalid_token\", error_description=\"{error}\""));
            }
            TokenError::Storage(error) => return error.into(),
        };
        Self::new(code, format!("{error} Create one under Preferences, Access tokens."))
            .challenging(format!("Bearer error=\"invalid_token\", error_description=\"{error}\""))
    }
}

impl From<Exhausted> for Problem {
    fn from(exhausted: Exhausted) -> Self {
        let Exhausted { per_minute, retry_after } = exhausted;
        let detail = format!("{per_minute} requests a minute are answered. Try again in {retry_after} s.");
        let problem = Self::new(Code::TooManyRequests, detail);
        Self { exhausted: Some(exhausted), ..problem }
    }
}

impl From<Late> for Problem {
    fn from(late: Late) -> Self {
        match late {
            Late::Body => Self::new(Code::BodyTooSlow, "The body did not arrive in time. Send it again."),
            Late::Answer => Self::new(
                Code::TooSlow,
                "It was given up. If it was a change, look whether it was made before you ask again.",
            ),
        }
    }
}

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        let problem = match error {
            StorageError::Stale => return UseCaseError::Outrun.into(),
            StorageError::Unavailable(_) => {
                Self::new(Code::Unavailable, "The database is busy or out of reach. Try again in a moment.")
            }
            StorageError::Unwritable(_) => Self::new(
                Code::Unavailable,
                "The database cannot be written: its disk may be full or read-only. Nothing was changed. What only reads still works.",
            ),
            _ => Self::new(
                Code::Internal,
                "Something went wrong in the server. Its log has the cause under the request_id.",
            ),
        };
        problem.caused_by(&error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Losing every race is not the caller's mistake: it is told when to retry.
    #[test]
    fn whoever_was_outrun_may_try_again_at_once() {
        for error in [UseCaseError::Outrun, UseCaseError::Storage(StorageError::Stale)] {
            let response = Problem::from(error).into_written_response();
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(response.headers()[RETRY_AFTER], "1");
        }
    }
}
