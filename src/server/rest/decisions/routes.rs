//! Decisions: one, or a batch.

use axum::extract::State;

use super::decision_views::{Decisions, Outcome, Questions, question};
use crate::{
    server::rest::{
        authentication::Authenticated,
        input::{JsonBody, PathParameters, QueryParameters},
        json::Json,
        object::Object,
        problem::Problem,
        problem_document::Code,
    },
    usecases::{
        App,
        decisions::{
            decide_code_review::decide_code_review,
            decide_flow_version::decide_flow_version,
            decide_many::{DecisionRequest, decide_many},
        },
    },
    wire::decisions::{code_review::CodeReviewDecision, flow_version::FlowVersionDecision},
};

/// Maximum number of decisions in a batch.
pub const MAX_QUESTIONS: usize = 100;

/// Which engine reviews the code
///
/// The engine that reviews the merge requests of a user in a namespace, with the rule that decided and all
/// inputs. Needs the scope `read_decisions` and the role Developer, or any role to ask for oneself.
#[utoipa::path(
    get,
    path = "/api/v1/decisions/code_review",
    operation_id = "decide_code_review",
    tag = "decisions",
    params(
        ("namespace" = String, Query, pattern = "^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,253}[A-Za-z0-9_-])?(/[A-Za-z0-9_]([A-Za-z0-9_.-]{0,253}[A-Za-z0-9_-])?){0,20}$", description = "The full path of a group, subgroup or project.", example = "acme/platform"),
        ("user" = String, Query, pattern = "^([A-Za-z0-9_]|[A-Za-z0-9._][A-Za-z0-9._-]{0,253}[A-Za-z0-9_-])$", description = "The user name of whoever starts the review.", example = "reviewer"),
    ),
    responses(
        (status = 200, description = "The engine, and why.", body = CodeReviewDecision),
        (status = 403, description = "The role or the token's scopes do not allow it."),
        (status = 404, description = "There is no such namespace, or you may not see it; or there is no such user."),
    ),
)]
pub async fn code_review(
    State(app): State<App>,
    Authenticated { caller, .. }: Authenticated,
    query: QueryParameters,
) -> Result<Json<CodeReviewDecision>, Problem> {
    let [namespace, user] = query.exactly(["namespace", "user"])?;
    let question = question(&namespace, &user)
        .map_err(|(field, message)| Problem::new(Code::BadQuery, message).at(field))?;
    Ok(Json(decide_code_review(&app, &caller, &question).await?.into()))
}

/// Which version of a flow runs
///
/// The definition and the version of a flow that run for a user in a namespace, with the rule that decided
/// and all inputs. A version that is not in the registry of this server's environment is an error that names
/// the feature flag to switch off; there is no fallback. Needs the scope `read_decisions` and the role
/// Developer, or any role to ask for oneself.
#[utoipa::path(
    get,
    path = "/api/v1/decisions/flows/{flow}",
    operation_id = "decide_flow_version",
    tag = "decisions",
    params(
        ("flow" = String, Path, description = "The flow's reference. In the URL, '/' is encoded as %2F.", example = "developer/v1"),
        ("namespace" = String, Query, pattern = "^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,253}[A-Za-z0-9_-])?(/[A-Za-z0-9_]([A-Za-z0-9_.-]{0,253}[A-Za-z0-9_-])?){0,20}$", description = "The full path of a group, subgroup or project.", example = "acme/platform"),
        ("user" = String, Query, pattern = "^([A-Za-z0-9_]|[A-Za-z0-9._][A-Za-z0-9._-]{0,253}[A-Za-z0-9_-])$", description = "The user name of whoever starts the flow.", example = "reviewer"),
    ),
    responses(
        (status = 200, description = "The definition and its version, and why.", body = FlowVersionDecision),
        (status = 403, description = "The role or the token's scopes do not allow it."),
        (status = 404, description = "There is no such namespace, or you may not see it; or there is no such user or flow."),
        (status = 409, description = "`version_not_deployed`: the version that should run is not deployed; `switch_off` names the feature flag that asks for it. `user_blocked`: the user is blocked, so none runs. `namespace_archived`: nothing runs there."),
    ),
)]
pub async fn flow_version(
    State(app): State<App>,
    Authenticated { caller, .. }: Authenticated,
    path: PathParameters,
    query: QueryParameters,
) -> Result<Json<FlowVersionDecision>, Problem> {
    let [namespace, user] = query.exactly(["namespace", "user"])?;
    let question = question(&namespace, &user)
        .map_err(|(field, message)| Problem::new(Code::BadQuery, message).at(field))?;
    Ok(Json(decide_flow_version(&app, &caller, path.get("flow"), &question).await?.into()))
}

/// Many decisions at once
///
/// Up to 100 questions, answered from one snapshot, in their order. A question that cannot be answered has an
/// `error` in its place and does not affect the others. A malformed body is refused as a whole. Needs the
/// scope `read_decisions`, and for each question the role Developer there, or any role to ask for oneself.
#[utoipa::path(
    post,
    path = "/api/v1/decisions",
    operation_id = "decide_many",
    tag = "decisions",
    request_body = Questions,
    responses(
        (status = 200, description = "An outcome for each question.", body = Decisions),
        (status = 403, description = "The token's scopes do not allow it."),
        (status = 422, description = "The body does not match the schema."),
    ),
)]
pub async fn many(
    State(app): State<App>,
    Authenticated { caller, .. }: Authenticated,
    query: QueryParameters,
    JsonBody(asked): JsonBody<Questions>,
) -> Result<Json<Decisions>, Problem> {
    let [] = query.exactly([])?;
    let asked: Vec<_> = asked.decisions.into_iter().map(|Object(question)| question).collect();
    if !(1..=MAX_QUESTIONS).contains(&asked.len()) {
        let detail = format!("Ask for 1 to {MAX_QUESTIONS} decisions; these are {}.", asked.len());
        return Err(Problem::new(Code::Invalid, detail).at("decisions"));
    }
    let mut parsed = Vec::with_capacity(asked.len());
    for (at, it) in asked.iter().enumerate() {
        let about = it
            .about()
            .map_err(|message| Problem::new(Code::Invalid, message).at(format!("decisions[{at}].flow")))?;
        parsed.push(question(&it.namespace, &it.user).map(|question| DecisionRequest { about, question }));
    }
    let answerable: Vec<_> = parsed.iter().flatten().cloned().collect();
    let mut answers = decide_many(&app, &caller, &answerable).await?.into_iter();
    let outcomes = asked.iter().zip(parsed).map(|(question, parsed)| {
        let outcome = match parsed {
            Err((field, message)) => Err(Problem::new(Code::Invalid, message).at(field)),
            Ok(_) => answers.next().expect("an answer for each question").map_err(Problem::from),
        };
        Outcome::new(question.kind, outcome)
    });
    Ok(Json(Decisions { decisions: outcomes.collect() }))
}
