//! Event streams that tell services to invalidate their caches: our own, and that of OpenFeature's protocol.

use axum::{extract::State, response::Response};
use http::HeaderMap;
use std::sync::Arc;

use crate::{
    domain::ids::ChangeId,
    server::rest::{
        authentication::Authenticated,
        event_stream::{Begin, open},
        input::QueryParameters,
        problem::Problem,
        problem_document::Code,
        state::Api,
    },
    usecases::decisions::follow_changes::Followed,
    wire::changes::{Change, RefetchEvaluation},
};

/// Follow changes
///
/// Server-sent events, from every server on the same database as they happen: `change` for everything that
/// may alter one of your answers. Feature flags, their definitions and groups, and the registry of flow
/// versions are sent to everybody; flows, consents and memberships to callers who may ask for decisions
/// there; users, and kinds that only a newer release knows, to administrators; a user's Orbit preferences to
/// that user and to administrators, so decisions that depend on them (`developer/v1`) have to be requested
/// again in any case. An event says what changed, but neither by whom nor the new value: request that again.
///
/// The stream starts with future changes, announced by the event `ready`, or after the event that
/// `Last-Event-ID` or `after` names. Nothing is left out or sent twice; after a disconnect, resume with the
/// last `id`. An `id` older than 30 days, which is how long changes are kept, or one that the database does
/// not know because it was restored from an older backup, is answered with the event `reset`: request
/// everything again, and continue from there. Comments keep the connection alive and carry the `id` to resume
/// from. The stream ends when the server stops and when the token becomes invalid; with `follow=false` it is
/// aborted instead, as when the database becomes unreachable, so a stream that ends properly is complete. The
/// number of open streams is limited: beyond that the answer is 429 with `too_many_streams`. Needs the scope
/// `read_decisions`.
#[utoipa::path(
    get,
    path = "/api/v1/changes",
    operation_id = "follow_changes",
    tag = "changes",
    params(
        ("after" = Option<i64>, Query, minimum = 0, description = "The last event that you received. `Last-Event-ID` takes precedence."),
        ("follow" = Option<bool>, Query, description = "`false` ends the response after all changes so far."),
        ("Last-Event-ID" = Option<i64>, Header, minimum = 0, description = "The last event that you received, as browsers send it."),
    ),
    responses(
        (status = 200, description = "A stream of events.", body = Change, content_type = "text/event-stream"),
        (status = 403, description = "The token's scopes do not allow it."),
    ),
)]
pub async fn follow(
    State(api): State<Arc<Api>>,
    who: Authenticated,
    headers: HeaderMap,
    query: QueryParameters,
) -> Result<Response, Problem> {
    open(&api, who, begin(&headers, query)?, Followed::Everything).await
}

/// Follow changes of feature flags
///
/// Server-sent events, as announced by `eventStreams` in the evaluation of all flags: `refetchEvaluation`
/// whenever the value of a feature flag may have changed in the environment of this server. Several changes
/// at once are one event. It starts, resumes and ends as `/api/v1/changes` does. Needs the scope
/// `read_decisions`.
#[utoipa::path(
    get,
    path = "/ofrep/v1/events",
    operation_id = "follow_flags",
    tag = "openfeature",
    params(
        ("after" = Option<i64>, Query, minimum = 0, description = "The last event that you received. `Last-Event-ID` takes precedence."),
        ("follow" = Option<bool>, Query, description = "`false` ends the response after all changes so far."),
        ("Last-Event-ID" = Option<i64>, Header, minimum = 0, description = "The last event that you received, as browsers send it."),
    ),
    responses(
        (status = 200, description = "A stream of events.", body = RefetchEvaluation, content_type = "text/event-stream"),
        (status = 403, description = "The token's scopes do not allow it."),
    ),
)]
pub async fn follow_flags(
    State(api): State<Arc<Api>>,
    who: Authenticated,
    headers: HeaderMap,
    query: QueryParameters,
) -> Result<Response, Problem> {
    open(&api, who, begin(&headers, query)?, Followed::Flags).await
}

fn begin(headers: &HeaderMap, query: QueryParameters) -> Result<Begin, Problem> {
    const NAME: &str = "Last-Event-ID";
    let [after, follow] = query.at_most(["after", "follow"])?;
    let after = match headers.get(NAME) {
        Some(id) => Some((NAME, id.to_str().unwrap_or_default().to_owned())),
        None => after.map(|id| ("after", id)),
    };
    let wrong =
        |name: &str, what: &str| Problem::new(Code::BadQuery, format!("{name} has to be {what}.")).at(name);
    let after = after.filter(|(name, id)| *name != NAME || !id.is_empty());
    let after = after.map(|(name, id)| {
        let id = id.parse().ok().filter(|id| *id >= 0);
        id.map(ChangeId).ok_or_else(|| wrong(name, "the id of an event"))
    });
    let follow = match follow.as_deref() {
        None | Some("true") => true,
        Some("false") => false,
        Some(_) => return Err(wrong("follow", "true or false")),
    };
    Ok(Begin { after: after.transpose()?, follow })
}
