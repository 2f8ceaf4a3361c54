//! The OpenFeature Remote Evaluation Protocol (OFREP), for its providers: evaluates one flag, or all.
//!
//! Its JSON is in `ofrep_views`, its event stream in `changes`.

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
/// For the actors in the context, in the environment of this server. The value is a boolean; `reason` and
/// `variant` are always present, and `metadata` has the gate that decided. Needs the scope `read_decisions`.
#[utoipa::path(
    post,
    path = "/ofrep/v1/evaluate/flags/{key}",
    operation_id = "evaluate_flag",
    tag = "openfeature",
    params(("key" = String, Path, description = "The flag.", example = "duo_developer_orbit")),
    request_body = EvaluationRequest,
    responses(
        (status = 200, description = "The answer, and why.", body = Evaluation),
        (status = 400, description = "`PARSE_ERROR`: the body is not what the protocol says. `INVALID_CONTEXT`: the context names no actor that you may ask about. `TARGETING_KEY_MISSING`: the value depends on the actor, and the context names none: neither `targetingKey` nor `user`, `group` or `project`.", body = EvaluationFailure),
        (status = 403, description = "The token's scopes or your role do not allow it."),
        (status = 404, description = "`FLAG_NOT_FOUND`: no such flag is defined or set.", body = EvaluationFailure),
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
/// As for one flag, from one snapshot. A flag whose value depends on the actor is in the list with an
/// `errorCode` when the context names none. The `ETag` covers the context, the configuration and the values:
/// sent in `If-None-Match`, it is answered with 304 while nothing changed. `eventStreams` announces the
/// stream of changes. Needs the scope `read_decisions`.
#[utoipa::path(
    post,
    path = "/ofrep/v1/evaluate/flags",
    operation_id = "evaluate_flags",
    tag = "openfeature",
    params(
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of a cached response."),
        ("flagConfigEtag" = Option<String>, Query, description = "From the event that made the provider evaluate again. Ignored: the response is always current."),
        ("flagConfigLastModified" = Option<String>, Query, description = "As `flagConfigEtag`."),
    ),
    request_body = EvaluationRequest,
    responses(
        (status = 200, description = "The answers, by the flags' names.", body = AllEvaluations, headers(("ETag" = String, description = "Identifies this response to this context."))),
        (status = 304, description = "Nothing changed since that `ETag`."),
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
    // From the event that made the provider evaluate again. Ignored: the response is always current.
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

/// An error of the protocol, where it has one; otherwise a problem.
pub enum OfrepRefusal {
    Protocol { status: StatusCode, key: Option<String>, failure: EvaluationError },
    Problem(Problem),
}

impl OfrepRefusal {
    fn bad(code: ErrorCode, details: impl Into<String>) -> Self {
        let failure = EvaluationError::new(code, details.into());
        Self::Protocol { status: StatusCode::BAD_REQUEST, key: None, failure }
    }

    /// The same error about one flag.
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
