//! Telling services what changed, so that they need not ask again and again: as events of our own, and
//! as OpenFeature's protocol has it.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::HeaderMap;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    authentication::Authenticated,
    event_stream::{Begin, open},
    input::QueryParameters,
    problem::Problem,
    problem_document::Code,
    state::Api,
};
use crate::{
    domain::{
        change,
        environment::Environment,
        ids::ChangeId,
        told_change::{Told, told},
    },
    usecases::follow_changes::Followed,
};

/// A change, as an event named `change` tells it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Change {
    /// The event's `id`, too: where to go on.
    id: i64,
    /// When it happened.
    #[schema(format = DateTime, example = "2026-06-01T12:00:00.123Z")]
    at: String,
    /// What happened, in the words of the audit log.
    #[schema(example = "feature_flag_updated")]
    kind: String,
    /// What it happened to: a feature flag, a feature group, a flow, a user.
    #[schema(example = "duo_developer_orbit")]
    subject: String,
    /// For what is set for each environment by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "production")]
    environment: Option<&'static str>,
    /// The full path of the group or project where it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "acme")]
    namespace: Option<String>,
}

impl From<&change::Change> for Change {
    fn from(change: &change::Change) -> Self {
        let Told { subject, environment, namespace } = told(change);
        Self {
            id: change.id.0,
            at: change.at.rfc3339(),
            kind: change.kind.clone(),
            subject: subject.to_owned(),
            environment: environment.map(Environment::key),
            namespace: namespace.map(str::to_owned),
        }
    }
}

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

/// The protocol's notice that answers may be others.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefetchEvaluation {
    #[serde(rename = "type")]
    #[schema(example = "refetchEvaluation")]
    kind: &'static str,
    /// In seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 1_780_315_200)]
    last_modified: Option<i64>,
}

impl RefetchEvaluation {
    /// Because of this change; without one, because nobody knows what happened.
    pub fn because_of(change: Option<&change::Change>) -> Self {
        let last_modified = change.map(|it| it.at.as_millis().div_euclid(1000));
        Self { kind: "refetchEvaluation", last_modified }
    }
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
