//! The audit log, which only grows.

use super::{StorageError, UnitOfWork, audit_chain::Unsealed, on_db, statements};
use crate::domain::{
    audit::{AuditActor, AuditCursor, AuditEvent, AuditKind, AuditNamespace, NewAuditEvent},
    audit_chain::{ChainHash, ChainPoint},
    audit_query::AuditSelection,
    ids::{AuditEventId, NamespaceId, UserId},
    stored::Stored,
    time::Timestamp,
};

/// The events where more is so, the newest first. Each combination is a statement of its own: with
/// one for all, neither database would find the index.
macro_rules! list {
    ($($more:literal)?) => {
        concat!(
            "SELECT e.id, e.at, e.kind, e.actor_id, e.actor_username, e.actor_name, e.surface, e.namespace_id, e.namespace_path, e.target, e.value_from, e.value_to, e.remote_ip, e.request_id, c.position, c.hash FROM audit_events e LEFT JOIN audit_chain c ON c.event_id = e.id WHERE (e.at, e.id) < ($1, $2) AND e.at >= $3",
            $($more,)?
            " ORDER BY e.at DESC, e.id DESC LIMIT $4"
        )
    };
}

statements! {
    APPEND = "INSERT INTO audit_events (at, kind, actor_id, actor_username, actor_name, surface, namespace_id, namespace_path, target, value_from, value_to, remote_ip, request_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id";
    FIND = "SELECT e.id, e.at, e.kind, e.actor_id, e.actor_username, e.actor_name, e.surface, e.namespace_id, e.namespace_path, e.target, e.value_from, e.value_to, e.remote_ip, e.request_id, c.position, c.hash FROM audit_events e LEFT JOIN audit_chain c ON c.event_id = e.id WHERE e.id = $1";
    LIST = list!();
    LIST_OF_KIND = list!(" AND e.kind = $5");
    LIST_OF_PERSON = list!(" AND e.actor_username = $5");
    LIST_OF_PERSON_AND_KIND = list!(" AND e.actor_username = $5 AND e.kind = $6");
    LAST_OF_KIND = "SELECT target, MAX(at) FROM audit_events WHERE kind = $1 GROUP BY target";
    /// How a flag was set in an environment. The kinds stand here, so that their index is found.
    LIST_OF_FLAG = list!(" AND e.kind IN ('feature_flag_updated', 'feature_flag_deleted') AND e.target = $5");
    LIST_OF_NAMESPACE = list!(" AND e.namespace_id = $5");
    LIST_OF_NAMESPACE_AND_KIND = list!(" AND e.namespace_id = $5 AND e.kind = $6");
    LIST_OF_NAMESPACE_AND_PERSON = list!(" AND e.namespace_id = $5 AND e.actor_username = $6");
    LIST_OF_NAMESPACE_PERSON_AND_KIND = list!(" AND e.namespace_id = $5 AND e.actor_username = $6 AND e.kind = $7");
}

/// A row as it is stored, and as the audit chain seals it.
#[derive(sqlx::FromRow)]
pub(super) struct AuditRow {
    pub id: i64,
    pub at: i64,
    pub kind: String,
    pub actor_id: Option<i64>,
    pub actor_username: String,
    pub actor_name: String,
    pub surface: String,
    pub namespace_id: Option<i64>,
    pub namespace_path: Option<String>,
    pub target: String,
    pub value_from: String,
    pub value_to: String,
    pub remote_ip: String,
    pub request_id: String,
}

impl From<NewAuditEvent> for AuditRow {
    /// Its number is drawn when it is written.
    fn from(event: NewAuditEvent) -> Self {
        let (namespace_id, namespace_path) = event.namespace.map(|it| (it.id.0, it.path)).unzip();
        Self {
            id: 0,
            at: event.at.as_millis(),
            kind: event.kind.key().to_owned(),
            actor_id: event.actor.id.map(|it| it.0),
            actor_username: event.actor.username,
            actor_name: event.actor.name,
            surface: event.surface.key().to_owned(),
            namespace_id,
            namespace_path,
            target: event.target,
            value_from: event.from,
            value_to: event.to,
            remote_ip: event.remote_ip,
            request_id: event.request_id,
        }
    }
}

/// A row with its entry of the chain, where it has one.
#[derive(sqlx::FromRow)]
struct ListedRow {
    #[sqlx(flatten)]
    row: AuditRow,
    position: Option<i64>,
    hash: Option<String>,
}

impl From<ListedRow> for AuditEvent {
    fn from(ListedRow { row, position, hash }: ListedRow) -> Self {
        Self {
            id: AuditEventId(row.id),
            event: NewAuditEvent {
                at: Timestamp::from_millis(row.at),
                kind: Stored::read(row.kind),
                actor: AuditActor {
                    id: row.actor_id.map(UserId),
                    username: row.actor_username,
                    name: row.actor_name,
                },
                surface: Stored::read(row.surface),
                namespace: namespace(row.namespace_id, row.namespace_path),
                target: row.target,
                from: row.value_from,
                to: row.value_to,
                remote_ip: row.remote_ip,
                request_id: row.request_id,
            },
            sealed: position
                .zip(hash)
                .map(|(position, hash)| ChainPoint { position, hash: ChainHash::from_text(hash) }),
        }
    }
}

fn namespace(id: Option<i64>, path: Option<String>) -> Option<AuditNamespace> {
    id.zip(path).map(|(id, path)| AuditNamespace { id: NamespaceId(id), path })
}

/// Which events to list: the newest first, a page at a time.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Only what happened in this namespace.
    pub namespace: Option<NamespaceId>,
    /// Only what was asked for.
    pub selection: AuditSelection,
    /// Only what is older than this: where the last page ended.
    pub before: Option<AuditCursor>,
}

pub struct AuditLog<'a> {
    pub(super) uow: &'a mut UnitOfWork,
}

impl AuditLog<'_> {
    /// Takes an event that happens with the unit of work. It is written and sealed when that commits, and
    /// with it what clients are told of it.
    pub fn append(&mut self, event: NewAuditEvent) {
        let mut feed = self.uow.change_feed();
        feed.happens(event.at);
        if let Some(change) = event.change() {
            feed.tell(change);
        }
        self.uow.unsealed.push(Unsealed::Event(event.into()));
    }

    /// Writes a row; its number.
    pub(super) async fn insert(&mut self, row: &AuditRow) -> Result<i64, StorageError> {
        let id = on_db!(self.uow, |c| sqlx::query_scalar(APPEND)
            .bind(row.at)
            .bind(&row.kind)
            .bind(row.actor_id)
            .bind(&row.actor_username)
            .bind(&row.actor_name)
            .bind(&row.surface)
            .bind(row.namespace_id)
            .bind(&row.namespace_path)
            .bind(&row.target)
            .bind(&row.value_from)
            .bind(&row.value_to)
            .bind(&row.remote_ip)
            .bind(&row.request_id)
            .fetch_one(c)
            .await)?;
        Ok(id)
    }

    /// The newest first, at most `limit`.
    pub async fn list(&mut self, filter: &AuditFilter, limit: i64) -> Result<Vec<AuditEvent>, StorageError> {
        let AuditSelection { person, kind, from, until, event } = &filter.selection;
        if let Some(id) = event {
            return self.find(*id, filter).await;
        }
        let sql = match (filter.namespace, person, kind) {
            (None, None, None) => LIST,
            (None, None, Some(_)) => LIST_OF_KIND,
            (None, Some(_), None) => LIST_OF_PERSON,
            (None, Some(_), Some(_)) => LIST_OF_PERSON_AND_KIND,
            (Some(_), None, None) => LIST_OF_NAMESPACE,
            (Some(_), None, Some(_)) => LIST_OF_NAMESPACE_AND_KIND,
            (Some(_), Some(_), None) => LIST_OF_NAMESPACE_AND_PERSON,
            (Some(_), Some(_), Some(_)) => LIST_OF_NAMESPACE_PERSON_AND_KIND,
        };
        let end = until.map_or(i64::MAX, Timestamp::as_millis);
        // Nothing has a number below the first: all that is older than `until`.
        let before = match filter.before {
            Some(cursor) if cursor.at.as_millis() < end => (cursor.at.as_millis(), cursor.id.0),
            _ => (end, i64::MIN),
        };
        let rows: Vec<ListedRow> = on_db!(self.uow, |c| {
            let mut query = sqlx::query_as(sql)
                .bind(before.0)
                .bind(before.1)
                .bind(from.map_or(i64::MIN, Timestamp::as_millis))
                .bind(limit);
            if let Some(namespace) = filter.namespace {
                query = query.bind(namespace.0);
            }
            if let Some(person) = person {
                query = query.bind(person);
            }
            if let Some(kind) = kind {
                query = query.bind(kind.key());
            }
            query.fetch_all(c).await
        })?;
        Ok(rows.into_iter().map(AuditEvent::from).collect())
    }

    /// When something of this kind was last done to what; in no order.
    pub async fn last_of_kind(&mut self, kind: AuditKind) -> Result<Vec<(String, Timestamp)>, StorageError> {
        let rows: Vec<(String, i64)> =
            on_db!(self.uow, |c| sqlx::query_as(LAST_OF_KIND).bind(kind.key()).fetch_all(c).await)?;
        Ok(rows.into_iter().map(|(target, at)| (target, Timestamp::from_millis(at))).collect())
    }

    /// How a flag was set, as `target` calls it in an environment: the newest first, at most `limit`.
    pub async fn list_of_flag(
        &mut self,
        target: &str,
        before: Option<AuditCursor>,
        limit: i64,
    ) -> Result<Vec<AuditEvent>, StorageError> {
        let (at, id) = before.map_or((i64::MAX, i64::MAX), |it| (it.at.as_millis(), it.id.0));
        let rows: Vec<ListedRow> = on_db!(self.uow, |c| sqlx::query_as(LIST_OF_FLAG)
            .bind(at)
            .bind(id)
            .bind(i64::MIN)
            .bind(limit)
            .bind(target)
            .fetch_all(c)
            .await)?;
        Ok(rows.into_iter().map(AuditEvent::from).collect())
    }

    /// One event, as a list that the rest of the filter may leave empty.
    async fn find(
        &mut self,
        id: AuditEventId,
        filter: &AuditFilter,
    ) -> Result<Vec<AuditEvent>, StorageError> {
        let row: Option<ListedRow> =
            on_db!(self.uow, |c| sqlx::query_as(FIND).bind(id.0).fetch_optional(c).await)?;
        let Some(row) = row else { return Ok(Vec::new()) };
        let AuditSelection { person, kind, from, until, .. } = &filter.selection;
        let at = Timestamp::from_millis(row.row.at);
        let wanted = filter.before.is_none()
            && filter.namespace.is_none_or(|it| row.row.namespace_id == Some(it.0))
            && person.as_ref().is_none_or(|it| row.row.actor_username == *it)
            && kind.is_none_or(|it| row.row.kind == it.key())
            && from.is_none_or(|it| at >= it)
            && until.is_none_or(|it| at < it);
        Ok(if wanted { vec![row.into()] } else { Vec::new() })
    }
}
