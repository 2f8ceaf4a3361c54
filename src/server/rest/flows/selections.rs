//! The flows of a top-level group: reading them, and turning one on or off.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    domain::flows::{consent::ConsentError, wording::WordingId},
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
        flows::{
            set_flow::{SetFlow, SetFlowError, set_flow},
            show_configuration::show_configuration,
        },
    },
    wire::flows::flow::{Flow, FlowState, GroupFlows},
};

/// The flows of a group
///
/// Every foundational flow with its state in the top-level group. Subgroups and projects have the flows of
/// their top-level group. Needs the scope `read_settings` and the role Maintainer.
#[utoipa::path(
    get,
    path = "/api/v1/groups/{full_path}/flows",
    operation_id = "list_flows",
    tag = "flows",
    params(
        ("full_path" = String, Path, pattern = "^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,253}[A-Za-z0-9_-])?(/[A-Za-z0-9_]([A-Za-z0-9_.-]{0,253}[A-Za-z0-9_-])?){0,20}$", description = "The full path of a group, subgroup or project. In the URL, '/' is encoded as %2F.", example = "acme/platform"),
    ),
    responses(
        (status = 200, description = "Every flow of the catalogue.", body = GroupFlows),
        (status = 403, description = "The role or the token's scopes do not allow it."),
        (status = 404, description = "There is no such namespace, or you may not see it."),
    ),
)]
pub async fn list(
    State(app): State<App>,
    Authenticated { caller, .. }: Authenticated,
    path: PathParameters,
    query: QueryParameters,
) -> Result<Json<GroupFlows>, Problem> {
    let [] = query.exactly([])?;
    let shown = show_configuration(&app, &caller, &path.group()?).await?;
    let (tier, chain) = (shown.subscription.tier, shown.circumstances.chain);
    let flow = |selection: crate::storage::FlowSelection| {
        let obstacle = selection.flow.obstacle(tier, chain);
        Flow::new(selection, obstacle)
    };
    Ok(Json(GroupFlows {
        namespace: shown.frame.namespace.path.to_string(),
        top_level_group: shown.frame.top_level().path.to_string(),
        flows: shown.flows.into_iter().map(flow).collect(),
    }))
}

/// The new state of a flow.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FlowChange {
    enabled: bool,
    /// The version of the flow that you read: a newer version is never overwritten.
    #[schema(minimum = 0)]
    version: i64,
    /// Required to turn `code_review/v1` on. Ignored where no consent is needed.
    #[schema(value_type = Option<Confirmation>)]
    consent: Option<Object<Confirmation>>,
}

/// The confirmation of the wording that was shown.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// The `id` of the wording, as `/api/v1/consents/code_review/wording` gives it.
    #[schema(
        pattern = "^[0-9]+-[0-9a-f]{64}$",
        example = "1-1d420a02e61f11ee147e4395786857d7f90262edb435aa5c7f51a5cef5f0e393"
    )]
    wording: String,
}

/// Turn a flow on or off
///
/// Saved at once, for the whole top-level group; no other flow changes. Turning `code_review/v1` on requires
/// the confirmation of the current wording, which is recorded as consent in the same transaction; turning it
/// off withdraws the consent. A request that changes nothing succeeds, whatever `version` it names. Needs the
/// scope `write_settings`, for turning `code_review/v1` on `give_consent` as well, and the role Owner of the
/// top-level group or an administrator. A bot cannot give consent.
#[utoipa::path(
    put,
    path = "/api/v1/groups/{full_path}/flows/{flow}",
    operation_id = "set_flow",
    tag = "flows",
    params(
        ("full_path" = String, Path, pattern = "^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,253}[A-Za-z0-9_-])?(/[A-Za-z0-9_]([A-Za-z0-9_.-]{0,253}[A-Za-z0-9_-])?){0,20}$", description = "The full path of a top-level group.", example = "acme"),
        ("flow" = String, Path, description = "The flow's reference. In the URL, '/' is encoded as %2F.", example = "code_review/v1"),
    ),
    request_body = FlowChange,
    responses(
        (status = 200, description = "The flow as it is now.", body = Flow),
        (status = 403, description = "The role or the token's scopes do not allow it, or the caller is a bot."),
        (status = 404, description = "There is no such group, or you may not see it; or there is no such flow."),
        (status = 409, description = "`conflict`: the flow was changed since that version; `current` says by whom. `consent_outdated`: `wording` is the current one. `namespace_archived`: the group is archived."),
        (status = 422, description = "`invalid`: a field is wrong, the group is not a top-level group, or the flow cannot be turned on there. `consent_required`: `wording` is what has to be confirmed."),
    ),
)]
pub async fn set(
    State(app): State<App>,
    Authenticated { caller, .. }: Authenticated,
    path: PathParameters,
    query: QueryParameters,
    JsonBody(change): JsonBody<FlowChange>,
) -> Result<Json<Flow>, Problem> {
    let [] = query.exactly([])?;
    if change.version < 0 {
        return Err(Problem::new(Code::Invalid, "A version is 0 or more.").at("version"));
    }
    let command = SetFlow {
        group: path.group()?,
        flow: path.get("flow").to_owned(),
        enabled: change.enabled,
        confirmed: change.consent.map(|Object(it)| it.wording()).transpose()?,
        seen_version: change.version,
    };
    let set = set_flow(&app, &caller, command).await.map_err(refused)?;
    Ok(Json(Flow::new(set.now.selection, set.obstacle)))
}

fn refused(error: SetFlowError) -> Problem {
    let kind = error.kind();
    match error {
        SetFlowError::Conflict(current) => {
            let current = FlowState::from(current.selection);
            let mut problem = Problem::new(kind, current.changed_since()).at("version");
            problem.document.current = Some(current);
            problem
        }
        SetFlowError::Consent(ConsentError::Required) => Problem::new(
            kind,
            "Turning this flow on needs consent. Show the wording to whoever decides, then send its id as consent.wording.",
        )
        .at("consent")
        .with_wording(),
        SetFlowError::Consent(ConsentError::Outdated) => Problem::new(
            kind,
            "The wording that was confirmed is not the current one. Show the current wording and send its id.",
        )
        .at("consent.wording")
        .with_wording(),
        SetFlowError::NotTopLevel => Problem::new(kind, error.to_string()).at("full_path"),
        SetFlowError::Obstacle(_) => Problem::new(kind, error.to_string()).at("enabled"),
        SetFlowError::Refused(error) => error.into(),
    }
}

impl Confirmation {
    /// The id of the wording, checked for its format.
    fn wording(self) -> Result<WordingId, Problem> {
        let looks_right = self.wording.split_once('-').is_some_and(|(version, hash)| {
            (1..=10).contains(&version.len())
                && version.bytes().all(|digit| digit.is_ascii_digit())
                && hash.len() == 64
                && hash.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
        });
        if !looks_right {
            let detail = "This is not the id of a wording. GET /api/v1/consents/code_review/wording has it.";
            return Err(Problem::new(Code::Invalid, detail).at("consent.wording"));
        }
        Ok(WordingId::from_text(self.wording))
    }
}
