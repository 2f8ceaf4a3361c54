//! The audit log, which only grows.

use super::{StorageError, UnitOfWork, on_db, statements};
use crate::domain::{
    actor::Surface,
    audit::{AuditActor, AuditEvent, AuditKind, AuditNamespace, NewAuditEvent},
    ids::{AuditEventId, NamespaceId, UserId},
    time::Timestamp,
};

statements! {
    APPEND = "INSERT INTO audit_events (at, kind, actor_id, actor_username, actor_name, surface, namespace_id, namespace_path, target, value_from, value_to, remote_ip, request_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    LIST = "SELECT id, at, kind, actor_id, actor_username, actor_name, surface, namespace_id, namespace_path, target, value_from, value_to, remote_ip, request_id FROM audit_events WHERE id < $1 ORDER BY id DESC LIMIT $2";
    LIST_OF_NAMESPACE = "SELECT id, at, kind, actor_id, actor_username, actor_name, surface, namespace_id, namespace_path, target, value_from, value_to, remote_ip, request_id FROM audit_events WHERE namespace_id = $3 AND id < $1 ORDER BY id DESC LIMIT $2";
}

#[derive(sqlx::FromRow)]
struct AuditRow {
    id: i64,
    at: i64,
    kind: String,
    actor_id: Option<i64>,
    actor_username: String,
    actor_name: String,
    surface: String,
    namespace_id: Option<i64>,
    namespace_path: Option<String>,
    target: String,
    value_from: String,
    value_to: String,
    remote_ip: String,
    request_id: String,
}

impl TryFrom<AuditRow> for AuditEvent {
    type Error = StorageError;

    fn try_from(row: AuditRow) -> Result<Self, Self::Error> {
        Ok(Self {
            id: AuditEventId(row.id),
            event: NewAuditEvent {
                at: Timestamp::from_millis(row.at),
                kind: AuditKind::from_key(&row.kind)
                    .ok_or_else(|| StorageError::inconsistent("audit_events", "kind", &row.kind))?,
                actor: AuditActor {
                    id: row.actor_id.map(UserId),
                    username: row.actor_username,
                    name: row.actor_name,
                },
                surface: Surface::from_key(&row.surface)
                    .ok_or_else(|| StorageError::inconsistent("audit_events", "surface", &row.surface))?,
                namespace: row
                    .namespace_id
                    .zip(row.namespace_path)
                    .map(|(id, path)| AuditNamespace { id: NamespaceId(id), path }),
                target: row.target,
                from: row.value_from,
                to: row.value_to,
                remote_ip: row.remote_ip,
                request_id: row.request_id,
            },
        })
    }
}

/// Which events to list: the newest first, a page at a time.
#[derive(Clone, Copy, Debug, Default)]
pub struct AuditFilter {
    /// Only what happened in this namespace.
    pub namespace: Option<NamespaceId>,
    /// Only what is older than this event: where the last page ended.
    pub before: Option<AuditEventId>,
}

pub struct AuditLog<'a> {
    pub(super) uow: &'a mut UnitOfWork,
}

impl AuditLog<'_> {
    pub async fn append(&mut self, event: &NewAuditEvent) -> Result<(), StorageError> {
        self.uow.audited = true;
        on_db!(self.uow, |c| sqlx::query(APPEND)
            .bind(event.at.as_millis())
            .bind(event.kind.key())
            .bind(event.actor.id.map(|it| it.0))
            .bind(&event.actor.username)
            .bind(&event.actor.name)
            .bind(event.surface.key())
            .bind(event.namespace.as_ref().map(|it| it.id.0))
            .bind(event.namespace.as_ref().map(|it| it.path.as_str()))
            .bind(&event.target)
            .bind(&event.from)
            .bind(&event.to)
            .bind(&event.remote_ip)
            .bind(&event.request_id)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// The newest first, at most `limit`.
    pub async fn list(&mut self, filter: AuditFilter, limit: i64) -> Result<Vec<AuditEvent>, StorageError> {
        let before = filter.before.map_or(i64::MAX, |id| id.0);
        let rows: Vec<AuditRow> = on_db!(self.uow, |c| match filter.namespace {
            Some(namespace) => {
                sqlx::query_as(LIST_OF_NAMESPACE)
                    .bind(before)
                    .bind(limit)
                    .bind(namespace.0)
                    .fetch_all(c)
                    .await
            }
            None => sqlx::query_as(LIST).bind(before).bind(limit).fetch_all(c).await,
        })?;
        rows.into_iter().map(AuditEvent::try_from).collect()
    }
}
