//! Audit events in GitLab's shape.

use axum::response::Response;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

use crate::{
    domain::{
        audit::{AuditCursor, AuditEvent},
        audit_query::AuditSelection,
        ids::NamespaceId,
        namespace::NamespaceKind,
    },
    server::rest::gitlab::{
        Answer,
        asked::Asked,
        documented::{NotListed, OfGroup, OfProject, PageParameters, Period},
        pages::Next,
        query::{Query, invalid},
        refusal::GitlabRefusal,
        what,
    },
    usecases::audit::browse_audit_events::{From, Whose, browse_audit_events},
};

/// An audit event.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEvent)]
#[expect(clippy::struct_field_names, reason = "the names are GitLab's")]
pub struct Event {
    id: i64,
    /// Who did it; -1 for an operator at the command line, and for somebody who did not sign in.
    author_id: i64,
    /// Of the group or project; 1 for the whole server.
    entity_id: i64,
    /// `Group`, `Project`, `Namespace` for one of them that is gone, or `Gitlab::Audit::InstanceScope`.
    #[schema(example = "Group")]
    entity_type: &'static str,
    /// The kind of event.
    #[schema(example = "foundational_flow_enabled")]
    event_name: String,
    details: EventDetails,
    #[schema(format = DateTime)]
    created_at: String,
}

/// What the event was.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEventDetails)]
pub struct EventDetails {
    /// The kind of event.
    event_name: String,
    author_name: String,
    author_username: String,
    /// What was changed: a flow, a flag, a user.
    target_details: String,
    /// In words, before and after; empty where there is none.
    from: String,
    to: String,
    #[schema(required)]
    ip_address: Option<String>,
    /// The full path of the group or project at that time.
    #[schema(required)]
    entity_path: Option<String>,
}

impl Event {
    fn new(event: AuditEvent, kinds: &BTreeMap<NamespaceId, NamespaceKind>) -> Self {
        let AuditEvent { id, event, .. } = event;
        let place = event.namespace.as_ref();
        let entity_type = match place.map(|it| kinds.get(&it.id)) {
            None => "Gitlab::Audit::InstanceScope",
            Some(Some(NamespaceKind::Project)) => "Project",
            Some(Some(NamespaceKind::Group)) => "Group",
            Some(None) => "Namespace",
        };
        Self {
            id: id.0,
            author_id: event.actor.id.map_or(-1, |it| it.0),
            entity_id: place.map_or(1, |it| it.id.0),
            entity_type,
            event_name: event.kind.key().to_owned(),
            created_at: event.at.rfc3339(),
            details: EventDetails {
                event_name: event.kind.key().to_owned(),
                author_name: event.actor.name,
                author_username: event.actor.username,
                target_details: event.target,
                from: event.from,
                to: event.to,
                ip_address: Some(event.remote_ip).filter(|it| !it.is_empty()),
                entity_path: event.namespace.map(|it| it.path),
            },
        }
    }
}

/// All audit events
///
/// Needs an administrator and the scope `read_settings`. Newest first. Pages are those of GitLab, with `pagination=keyset` by the `cursor` of the header
/// `Link`.
#[utoipa::path(
    get,
    path = "/api/v4/audit_events",
    operation_id = "list_audit_events",
    tag = "audit events",
    params(Period, PageParameters),
    responses((status = 200, description = "A page of events.", body = Vec<Event>), NotListed),
)]
pub async fn list(asked: Asked) -> Answer<Response> {
    let query = asked.query(&[&KNOWN[..], &["entity_type", "entity_id"]].concat(), &[])?;
    let whose =
        match (query.word("entity_type", &[("Group", ()), ("Project", ())])?, query.number("entity_id")?) {
            (None, None) => Whose::Everybodys,
            (Some(()), Some(id)) => Whose::In(NamespaceId(id)),
            (Some(()), None) => return Err(GitlabRefusal::bad_parameter("entity_id is missing")),
            (None, Some(_)) => return Err(GitlabRefusal::bad_parameter("entity_type is missing")),
        };
    answer(&asked, &query, &whose, "Namespace").await
}

/// The audit events of a group
///
/// What happened in the group itself. Needs the scope `read_settings` and the role Owner. Newest first. Pages are those of GitLab, with `pagination=keyset` by the `cursor` of the header
/// `Link`.
#[utoipa::path(
    get,
    path = "/api/v4/groups/{id}/audit_events",
    operation_id = "list_group_audit_events",
    tag = "audit events",
    params(OfGroup, Period, PageParameters),
    responses((status = 200, description = "A page of events.", body = Vec<Event>), NotListed),
)]
pub async fn of_group(asked: Asked) -> Answer<Response> {
    of(&asked, NamespaceKind::Group).await
}

/// The audit events of a project
///
/// What happened in the project itself. Needs the scope `read_settings` and the role Owner. Newest first. Pages are those of GitLab, with `pagination=keyset` by the `cursor` of the header
/// `Link`.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/audit_events",
    operation_id = "list_project_audit_events",
    tag = "audit events",
    params(OfProject, Period, PageParameters),
    responses((status = 200, description = "A page of events.", body = Vec<Event>), NotListed),
)]
pub async fn of_project(asked: Asked) -> Answer<Response> {
    of(&asked, NamespaceKind::Project).await
}

const KNOWN: [&str; 4] = ["created_after", "created_before", "order_by", "sort"];

async fn of(asked: &Asked, kind: NamespaceKind) -> Answer<Response> {
    let query = asked.query(&KNOWN, &[])?;
    answer(asked, &query, &Whose::Group(asked.named(kind)?), what(kind)).await
}

async fn answer(asked: &Asked, query: &Query, whose: &Whose, what: &str) -> Answer<Response> {
    let paging = asked.paging(query)?;
    query.word("order_by", &[("id", ()), ("created_at", ())])?;
    if query.descending()? == Some(false) {
        return Err(invalid("sort"));
    }
    let from = if paging.keyset {
        let cursor = query.text("cursor")?;
        let read = |text| AuditCursor::parse(text).ok_or_else(|| invalid("cursor"));
        From::After(cursor.map(read).transpose()?)
    } else {
        From::Offset(paging.offset())
    };
    let selection = AuditSelection {
        from: query.instant("created_after")?,
        until: query.instant("created_before")?,
        ..AuditSelection::default()
    };
    let found =
        browse_audit_events(&asked.api.app, &asked.caller, whose, selection, from, paging.per_page).await;
    let found = found.map_err(|it| GitlabRefusal::of(it, what))?;
    let next = match &found.next {
        cursor if paging.keyset => Next::Keyset(cursor.as_ref().map(|it| vec![("cursor", it.address())])),
        more => Next::Total(found.total, more.is_some()),
    };
    let events = found.events.into_iter().map(|it| Event::new(it, &found.kinds)).collect();
    Ok(paging.answer(events, next))
}
