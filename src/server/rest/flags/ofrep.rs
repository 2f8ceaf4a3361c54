//! The OpenFeature Remote Evaluation Protocol, so that its providers work: one flag, or all of them.
//!
//! What they send and get is in `ofrep_views`, what tells them of changes in `changes`.

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header::ETAG};

use super::ofrep_views::{
    AllEvaluations, ErrorCode, Evaluation, EvaluationError, EvaluationFailure, EvaluationQuery,
    EvaluationRequest, all_evaluations, entity_tag, evaluation,
};
use crate::{
    domain::flags::check_flag_name,
    server::{
        request_headers::has_kept,
        rest::{
            authentication::Authenticated,
            input::{PathParameters, QueryParameters, whole_body},
            json::{self, Json},
            problem::Problem,
        },
    },
    usecases::{
        App, UseCaseError,
        flags::evaluate_flags::{NoEvaluation, evaluate_all, evaluate_one},
    },
};

/// Evaluate one feature flag
///
/// For whomever the context names, on the environment of this server. The value is a boolean; `reason`
/// and `variant` are always there, and `metadata` has the gate that answered. Needs the scope
/// `read_decisions`.
#[utoipa::path(
    post,
    path = "/ofrep/v1/evaluate/flags/{key}",
    operation_id = "evaluate_flag",
    tag = "openfeature",
    params(("key" = String, Path, description = "The flag.", example = "duo_developer_orbit")),
    request_body = EvaluationRequest,
    responses(
        (status = 200, description = "The answer, and why.", body = Evaluation),
        (status = 400, description = "`PARSE_ERROR`: the body is not what the protocol says. `INVALID_CONTEXT`: the context names nobody whom you may ask about. `TARGETING_KEY_MISSING`: the answer is not the same for everybody, and the context names nobody: neither `targetingKey` nor `user`, `group` or `project`.", body = EvaluationFailure),
        (status = 403, description = "The token's scopes or your role do not allow it."),
        (status = 404, description = "`FLAG_NOT_FOUND`: nobody defined or set such a flag.", body = EvaluationFailure),
    ),
)]
pub async fn evaluate(
    State(app): State<App>,
    Authenticated { caller, .. }: Authenticated,
    path: PathParameters,
    query: QueryParameters,
    request: Request,
) -> Result<Response, OfrepRefusal> {
    let [] = query.exactly([])?;
    let key = path.get("key");
    let refuse = |refusal: OfrepRefusal| refusal.of(key);
    let asked = asked(request).await.map_err(refuse)?;
    if check_flag_name(key).is_err() {
        return Err(refuse(NoEvaluation::UnknownFlag.into()));
    }
    let answer = evaluate_one(&app, &caller, key, &asked.subject).await;
    let answer = answer.map_err(|error| refuse(error.into()))?;
    Ok(json::written(evaluation(key, answer, app.environment())))
}

/// Evaluate all feature flags
///
/// As one, at one moment. A flag whose answer is not the same for everybody is in the list with an
/// `errorCode` when the context names nobody. The `ETag` is of the context, the configuration and the
/// answers: sent back in `If-None-Match`, it makes an answer that is still so a 304. `eventStreams` says
/// where changes are told of. Needs the scope `read_decisions`.
#[utoipa::path(
    post,
    path = "/ofrep/v1/evaluate/flags",
    operation_id = "evaluate_flags",
    tag = "openfeature",
    params(
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of an answer that is kept."),
        ("flagConfigEtag" = Option<String>, Query, description = "Of the notice that is answered by asking again. The answer is of now, whatever it says."),
        ("flagConfigLastModified" = Option<String>, Query, description = "The same."),
    ),
    request_body = EvaluationRequest,
    responses(
        (status = 200, description = "The answers, by the flags' names.", body = AllEvaluations, headers(("ETag" = String, description = "Of this answer to this context."))),
        (status = 304, description = "The answer is still the one that is kept."),
        (status = 400, description = "`PARSE_ERROR` or `INVALID_CONTEXT`, as for one flag.", body = EvaluationError),
        (status = 403, description = "The token's scopes or your role do not allow it."),
    ),
)]
pub async fn evaluate_many(
    State(app): State<App>,
    Authenticated { caller, .. }: Authenticated,
    headers: HeaderMap,
    query: QueryParameters,
    request: Request,
) -> Result<Response, OfrepRefusal> {
    // Of the notice because of which a provider asks again: whatever it says, the answer is of now.
    let [_, _] = query.at_most(["flagConfigEtag", "flagConfigLastModified"])?;
    let asked = asked(request).await?;
    let answers = evaluate_all(&app, &caller, &asked.subject).await?;
    let tag = entity_tag(&asked.canonical(), app.environment(), &answers);
    let mut response = if has_kept(&headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        json::written(all_evaluations(&answers, app.environment()))
    };
    let tag = HeaderValue::from_str(&tag).expect("hex digits in quotes");
    response.headers_mut().insert(ETAG, tag);
    Ok(response)
}

async fn asked(request: Request) -> Result<EvaluationQuery, OfrepRefusal> {
    let body = whole_body(request).await?;
    EvaluationQuery::parse(&body).map_err(|(code, details)| OfrepRefusal::bad(code, details))
}

/// A refusal in the protocol's words, where it has some.
pub enum OfrepRefusal {
    Protocol { status: StatusCode, key: Option<String>, failure: EvaluationError },
    Problem(Problem),
}

impl OfrepRefusal {
    fn bad(code: ErrorCode, details: impl Into<String>) -> Self {
        let failure = EvaluationError::new(code, details.into());
        Self::Protocol { status: StatusCode::BAD_REQUEST, key: None, failure }
    }

    /// The same, about one flag.
    fn of(self, flag: &str) -> Self {
        match self {
            Self::Protocol { status, failure, .. } => {
                Self::Protocol { status, key: Some(flag.to_owned()), failure }
            }
            problem @ Self::Problem(_) => problem,
        }
    }
}

impl From<NoEvaluation> for OfrepRefusal {
    fn from(error: NoEvaluation) -> Self {
        match error {
            NoEvaluation::UnknownFlag => {
                let failure = EvaluationError::new(
                    ErrorCode::FlagNotFound,
                    "There is no such feature flag.".to_owned(),
                );
                Self::Protocol { status: StatusCode::NOT_FOUND, key: None, failure }
            }
            NoEvaluation::NobodyNamed => {
                Self::bad(ErrorCode::TargetingKeyMissing, super::ofrep_views::NOBODY_NAMED)
            }
            NoEvaluation::NobodyKnown(property) => Self::bad(
                ErrorCode::InvalidContext,
                format!("'{property}' names nobody whom you may ask about."),
            ),
            NoEvaluation::Refused(error) => error.into(),
        }
    }
}

impl From<UseCaseError> for OfrepRefusal {
    fn from(error: UseCaseError) -> Self {
        Self::Problem(error.into())
    }
}

impl From<Problem> for OfrepRefusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl IntoResponse for OfrepRefusal {
    fn into_response(self) -> Response {
        match self {
            Self::Problem(problem) => problem.into_response(),
            Self::Protocol { status, key: None, failure } => (status, Json(failure)).into_response(),
            Self::Protocol { status, key: Some(key), failure } => {
                (status, Json(EvaluationFailure::new(key, failure))).into_response()
            }
        }
    }
}
