//! Telling services what changed, so that they need not ask again and again: as events of our own, and
//! as OpenFeature's protocol has it.

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
/// Server-sent events, each as it happens on any server of the database: `change` for everything that
/// may make an answer of yours another. Feature flags, their definitions and groups, and the registry
/// of flow versions are told to everybody; flows, consents and memberships to whoever may ask for
/// decisions there; users, and what only a newer release knows, to administrators; what somebody chose about Orbit to themselves and to
/// administrators, so what depends on it (`developer/v1`) is to be asked again all the same. It says what
/// changed, and neither by whom nor to what: ask again for that.
///
/// It begins with what happens from now on, which the event `ready` says, or after the event that
/// `Last-Event-ID` or `after` names. Nothing is left out and nothing comes twice; a break is made good
/// by naming the last `id`. An `id` of longer ago than 30 days, after which changes are not kept, or one that
/// the database does not know yet, because an older copy of it was put back, is answered with the event
/// `reset`: ask for everything again, and go on from there. Comments keep the
/// connection open, and have the `id` to go on from. It ends when the server stops and when the token
/// does not count any more; with `follow=false` it breaks off instead, as when the database goes away,
/// so what ends properly is whole. Only so many are open at once: beyond that it is 429 with
/// `too_many_streams`. Needs the scope `read_decisions`.
#[utoipa::path(
    get,
    path = "/api/v1/changes",
    operation_id = "follow_changes",
    tag = "changes",
    params(
        ("after" = Option<i64>, Query, minimum = 0, description = "The last event that is known. `Last-Event-ID` counts before it."),
        ("follow" = Option<bool>, Query, description = "`false` ends the answer when everything so far was told."),
        ("Last-Event-ID" = Option<i64>, Header, minimum = 0, description = "The last event that is known, as browsers send it."),
    ),
    responses(
        (status = 200, description = "Events, until somebody ends it.", body = Change, content_type = "text/event-stream"),
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

/// Be told when to evaluate again
///
/// Server-sent events, as `eventStreams` of the evaluation of all flags announces them:
/// `refetchEvaluation` whenever the answer of a feature flag may be another on the environment of this
/// server. Many changes at once are one event. It begins and ends as `/api/v1/changes` does. Needs the
/// scope `read_decisions`.
#[utoipa::path(
    get,
    path = "/ofrep/v1/events",
    operation_id = "follow_flags",
    tag = "openfeature",
    params(
        ("after" = Option<i64>, Query, minimum = 0, description = "The last event that is known. `Last-Event-ID` counts before it."),
        ("follow" = Option<bool>, Query, description = "`false` ends the answer when everything so far was told."),
        ("Last-Event-ID" = Option<i64>, Header, minimum = 0, description = "The last event that is known, as browsers send it."),
    ),
    responses(
        (status = 200, description = "Events, until somebody ends it.", body = RefetchEvaluation, content_type = "text/event-stream"),
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
