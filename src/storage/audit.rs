//! The audit log: append-only.

use super::{
    StorageError, UnitOfWork, on_db, repository,
    sealed_rows::{AuditRow, Unsealed, event_columns},
    statements,
};
use crate::domain::{
    audit::{AuditActor, AuditCursor, AuditEvent, AuditKind, AuditNamespace, NewAuditEvent, StateChange},
    audit_chain::{ChainHash, ChainPoint},
    audit_query::AuditSelection,
    environment::Environment,
    ids::{AuditEventId, NamespaceId, UserId},
    stored::Stored,
    time::Timestamp,
};

/// Selects events with their entries in the chain, if any.
macro_rules! listed {
    ($where:literal $(, $more:literal)* $(,)?) => {
        concat!(
            "SELECT id, ",
            event_columns!(),
            ", position, hash FROM audit_events e LEFT JOIN audit_chain c ON c.event_id = e.id WHERE ",
            $where,
            $($more,)*
        )
    };
}

/// Selects a page of events, newest first, with an additional condition. Each combination is its own
/// statement: with a generic one, neither database would use the index.
macro_rules! list {
    ($($more:literal)?) => {
        listed!("(e.at, e.id) < ($1, $2) AND e.at >= $3", $($more,)? " ORDER BY e.at DESC, e.id DESC LIMIT $4")
    };
}

/// When each flag was last changed in each environment. The kinds are literals, so that the partial index is
/// used.
macro_rules! last_changes {
    ($($more:literal)?) => {
        concat!(
            "SELECT target, environment, MAX(at) FROM audit_events WHERE kind IN ('feature_flag_updated', 'feature_flag_deleted') AND environment IS NOT NULL",
            $($more,)?
            " GROUP BY target, environment"
        )
    };
}

statements! {
    APPEND = concat!("INSERT INTO audit_events (", event_columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) RETURNING id");
    APPEND_TWO = concat!("INSERT INTO audit_events (", event_columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17), ($18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34) RETURNING id");
    /// One event by id, unless another filter excludes it.
    FIND = listed!("e.id = $1 AND (e.at, e.id) < ($2, $3) AND e.at >= $4 AND (CAST($5 AS BIGINT) IS NULL OR e.namespace_id = $5) AND (CAST($6 AS TEXT) IS NULL OR e.actor_username = $6) AND (CAST($7 AS TEXT) IS NULL OR e.kind = $7)");
    LIST = list!();
    LIST_OF_KIND = list!(" AND e.kind = $5");
    LIST_OF_PERSON = list!(" AND e.actor_username = $5");
    LIST_OF_PERSON_AND_KIND = list!(" AND e.actor_username = $5 AND e.kind = $6");
    COUNT = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM audit_events e WHERE e.at >= $1 AND e.at < $2 LIMIT 10001) c";
    COUNT_OF_NAMESPACE = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM audit_events e WHERE e.namespace_id = $3 AND e.at >= $1 AND e.at < $2 LIMIT 10001) c";
    LAST_CHANGES = last_changes!();
    LAST_CHANGES_OF_FLAG = last_changes!(" AND target = $1");
    /// Changes of a flag. The kinds are literals, so that the partial index is used.
    LIST_OF_FLAG = list!(" AND e.kind IN ('feature_flag_updated', 'feature_flag_deleted') AND e.target = $5");
    LIST_OF_FLAG_IN = list!(" AND e.kind IN ('feature_flag_updated', 'feature_flag_deleted') AND e.target = $5 AND e.environment = $6");
    LIST_OF_NAMESPACE = list!(" AND e.namespace_id = $5");
    LIST_OF_NAMESPACE_AND_KIND = list!(" AND e.namespace_id = $5 AND e.kind = $6");
    LIST_OF_NAMESPACE_AND_PERSON = list!(" AND e.namespace_id = $5 AND e.actor_username = $6");
    LIST_OF_NAMESPACE_PERSON_AND_KIND = list!(" AND e.namespace_id = $5 AND e.actor_username = $6 AND e.kind = $7");
}

impl From<NewAuditEvent> for AuditRow {
    /// The id is assigned on insert.
    fn from(event: NewAuditEvent) -> Self {
        let (namespace_id, namespace_path) = event.namespace.map(|it| (it.id.0, it.path)).unzip();
        let (state_before, state_after) = event.states.map(|it| (it.before, it.after)).unzip();
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
            environment: event.environment.map(|it| it.key().to_owned()),
            reason: event.reason,
            state_before,
            state_after,
        }
    }
}

/// A row with its entry in the chain, if any.
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
                environment: row.environment.map(Stored::read),
                reason: row.reason,
                states: row
                    .state_before
                    .zip(row.state_after)
                    .map(|(before, after)| StateChange { before, after }),
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

/// Filters for a page of events, newest first.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Only events in this namespace.
    pub namespace: Option<NamespaceId>,
    /// Only events that match.
    pub selection: AuditSelection,
    /// Only events before this one: where the previous page ended.
    pub before: Option<AuditCursor>,
}

pub struct AuditLog<'a> {
    pub(super) uow: &'a mut UnitOfWork,
}

repository!(audit_log -> AuditLog);

impl AuditLog<'_> {
    /// Adds an event to the unit of work. It is written and sealed on commit, together with its entry in the
    /// change feed.
    pub fn append(&mut self, event: NewAuditEvent) {
        let mut feed = self.uow.change_feed();
        feed.happens(event.at);
        if let Some(change) = event.change() {
            feed.tell(change);
        }
        self.uow.unsealed.push(Unsealed::Event(event.into()));
    }

    /// Inserts rows and sets their ids, two per statement: a consent causes two events, most else one.
    pub(super) async fn insert(&mut self, rows: &mut [&mut AuditRow]) -> Result<(), StorageError> {
        for rows in rows.chunks_mut(2) {
            let sql = if rows.len() == 2 { APPEND_TWO } else { APPEND };
            let mut ids: Vec<i64> = on_db!(self.uow, |c| rows
                .iter()
                .fold(sqlx::query_scalar(sql), |query, row| row.bind(query))
                .fetch_all(c)
                .await)?;
            // `RETURNING` may be unordered, but ids are assigned in the order of the rows.
            ids.sort_unstable();
            rows.iter_mut().zip(ids).for_each(|(row, id)| row.id = id);
        }
        Ok(())
    }

    /// Newest first, at most `limit`.
    pub async fn list(&mut self, filter: &AuditFilter, limit: i64) -> Result<Vec<AuditEvent>, StorageError> {
        let AuditSelection { person, kind, from, until, event } = &filter.selection;
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
        // No id is below `i64::MIN`, so this selects everything before `until`.
        let before = match filter.before {
            Some(cursor) if cursor.at.as_millis() < end => (cursor.at.as_millis(), cursor.id.0),
            _ => (end, i64::MIN),
        };
        let from = from.map_or(i64::MIN, Timestamp::as_millis);
        let namespace = filter.namespace.map(|it| it.0);
        let kind = kind.map(AuditKind::key);
        let rows: Vec<ListedRow> = on_db!(self.uow, |c| if let Some(id) = event {
            let query = sqlx::query_as(FIND).bind(id.0).bind(before.0).bind(before.1).bind(from);
            query.bind(namespace).bind(person).bind(kind).fetch_all(c).await
        } else {
            let mut query = sqlx::query_as(sql).bind(before.0).bind(before.1).bind(from).bind(limit);
            if let Some(namespace) = namespace {
                query = query.bind(namespace);
            }
            if let Some(person) = person {
                query = query.bind(person);
            }
            if let Some(kind) = kind {
                query = query.bind(kind);
            }
            query.fetch_all(c).await
        })?;
        Ok(rows.into_iter().map(AuditEvent::from).collect())
    }

    /// How many events of a namespace, or of all, are within the time of the filter; `None` when they are more
    /// than 10,000. It looks at nothing else of the filter.
    pub async fn count(&mut self, filter: &AuditFilter) -> Result<Option<i64>, StorageError> {
        let from = filter.selection.from.map_or(i64::MIN, Timestamp::as_millis);
        let until = filter.selection.until.map_or(i64::MAX, Timestamp::as_millis);
        let count: i64 = on_db!(self.uow, |c| match filter.namespace {
            None => sqlx::query_scalar(COUNT).bind(from).bind(until).fetch_one(c).await,
            Some(id) => {
                sqlx::query_scalar(COUNT_OF_NAMESPACE).bind(from).bind(until).bind(id.0).fetch_one(c).await
            }
        })?;
        Ok((count <= 10_000).then_some(count))
    }

    /// When each flag, or only the given one, was last changed in each environment; in no order.
    pub async fn last_changes_of_flags(
        &mut self,
        only: Option<&str>,
    ) -> Result<Vec<(String, Stored<Environment>, Timestamp)>, StorageError> {
        let rows: Vec<(String, String, i64)> = on_db!(self.uow, |c| match only {
            Some(flag) => sqlx::query_as(LAST_CHANGES_OF_FLAG).bind(flag).fetch_all(c).await,
            None => sqlx::query_as(LAST_CHANGES).fetch_all(c).await,
        })?;
        let read = |(flag, environment, at)| (flag, Stored::read(environment), Timestamp::from_millis(at));
        Ok(rows.into_iter().map(read).collect())
    }

    /// Changes of a flag, in one environment or all: newest first, at most `limit`.
    pub async fn list_of_flag(
        &mut self,
        flag: &str,
        environment: Option<Environment>,
        before: Option<AuditCursor>,
        limit: i64,
    ) -> Result<Vec<AuditEvent>, StorageError> {
        let (at, id) = before.map_or((i64::MAX, i64::MAX), |it| (it.at.as_millis(), it.id.0));
        let sql = if environment.is_some() { LIST_OF_FLAG_IN } else { LIST_OF_FLAG };
        let rows: Vec<ListedRow> = on_db!(self.uow, |c| {
            let mut query = sqlx::query_as(sql).bind(at).bind(id).bind(i64::MIN).bind(limit).bind(flag);
            if let Some(environment) = environment {
                query = query.bind(environment.key());
            }
            query.fetch_all(c).await
        })?;
        Ok(rows.into_iter().map(AuditEvent::from).collect())
    }
}
