//! The change feed: every write records what changed that an answer may depend on.
//!
//! Each repository method that writes touches a topic, so that none can be forgotten; the entries for clients
//! come from audit events. Both are collected, and written when the unit of work commits.
//!
//! Ids come from the row in `change_head`, which a writer locks until it has committed. It is the last lock
//! taken, so there are no deadlocks. Ids therefore have no gaps and become visible in order on both
//! databases: a reader at id *n* has seen everything up to *n*. A sequence guarantees neither: it is not
//! rolled back, and a lower id may commit after a higher one.

use serde_json::{Value, json};

use super::{
    StorageError, UnitOfWork, dialect_statements, on_db, repository, statements, unit_of_work::Transaction,
    unwritten::Unwritten,
};
use crate::domain::{
    change::{Change, ChangedIn, NewChange, Topic, Topics},
    environment::Environment,
    ids::{ChangeId, NamespaceId, UserId},
    stored::Stored,
    time::Timestamp,
};

statements! {
    TAKE_IDS = "UPDATE change_head SET last = last + $1 WHERE id = 1 RETURNING last";
    LAST = "SELECT last FROM change_head WHERE id = 1";
    FOLLOWING = "SELECT id, at, topic, key, environment, kind, namespace_id, namespace_path, user_id FROM changes WHERE id > $1 ORDER BY id LIMIT $2";
    OLDEST = "SELECT id, at FROM changes WHERE id > 0 ORDER BY id LIMIT $1";
    DELETE = "DELETE FROM changes WHERE id <= $1";
}

dialect_statements! {
    sqlite {
        /// Writes changes, given as a JSON array of arrays, in one round trip: other writers wait for the
        /// head. A change without a time gets that of the change before, whose id is the other parameter.
        INSERT_SQLITE = "INSERT INTO changes (id, at, topic, key, environment, kind, namespace_id, namespace_path, user_id) SELECT value ->> 0, COALESCE(value ->> 1, (SELECT at FROM changes WHERE id = $2), 0), value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8 FROM json_each($1)";
    }
    postgres {
        INSERT_POSTGRES = "INSERT INTO changes (id, at, topic, key, environment, kind, namespace_id, namespace_path, user_id) SELECT (change ->> 0)::BIGINT, COALESCE((change ->> 1)::BIGINT, (SELECT at FROM changes WHERE id = $2), 0), change ->> 2, change ->> 3, change ->> 4, change ->> 5, (change ->> 6)::BIGINT, change ->> 7, (change ->> 8)::BIGINT FROM json_array_elements($1::TEXT::JSON) AS changes (change)";
    }
}

#[derive(sqlx::FromRow)]
struct ChangeRow {
    id: i64,
    at: i64,
    topic: String,
    key: String,
    environment: Option<String>,
    kind: String,
    namespace_id: Option<i64>,
    namespace_path: Option<String>,
    user_id: Option<i64>,
}

impl From<ChangeRow> for Change {
    fn from(row: ChangeRow) -> Self {
        let namespace = row.namespace_id.zip(row.namespace_path);
        Self {
            id: ChangeId(row.id),
            at: Timestamp::from_millis(row.at),
            topic: Stored::read(row.topic),
            key: row.key,
            environment: row.environment.map(Stored::read),
            kind: row.kind,
            namespace: namespace.map(|(id, path)| ChangedIn { id: NamespaceId(id), path }),
            user: row.user_id.map(UserId),
        }
    }
}

repository!(change_feed -> ChangeFeed);

pub struct ChangeFeed<'a> {
    pub(super) uow: &'a mut UnitOfWork,
}

impl ChangeFeed<'_> {
    /// Marks the topic as changed by the unit of work. Clients are not notified.
    pub fn touch(&mut self, topic: Topic) {
        let unwritten = &mut self.uow.unwritten;
        unwritten.touched = unwritten.touched.and(topic);
    }

    /// Adds an entry of which clients are notified.
    pub(super) fn tell(&mut self, change: NewChange) {
        self.uow.unwritten.told.push(change);
    }

    /// Sets the time of the entries.
    pub(super) fn happens(&mut self, at: Timestamp) {
        self.uow.unwritten.at = Some(at);
    }

    /// Reserves ids and returns the last one. Locks out all other writers until the end of the transaction.
    async fn take_ids(&mut self, count: i64) -> Result<i64, StorageError> {
        let last: Option<i64> =
            on_db!(self.uow, |c| sqlx::query_scalar(TAKE_IDS).bind(count).fetch_optional(c).await)?;
        last.ok_or_else(|| {
            self.uow.failed = true;
            StorageError::inconsistent("change_head", "id", "no row: the feed has no head")
        })
    }

    /// Writes the collected changes and returns their topics. Must come last before the commit.
    pub(super) async fn write(&mut self) -> Result<Topics, StorageError> {
        let Unwritten { told, touched, at } = std::mem::take(&mut self.uow.unwritten);
        let of_told = told.iter().fold(Topics::NONE, |topics, it| topics.and(it.topic));
        let silent: Vec<_> = touched.iter().filter(|it| !of_told.has(*it)).collect();
        let count = i64::try_from(told.len() + silent.len()).unwrap_or(i64::MAX);
        if count == 0 {
            return Ok(Topics::NONE);
        }
        let before = self.take_ids(count).await? - count;
        let told = told.into_iter().map(|change| {
            let NewChange { at, topic, key, environment, kind, namespace, user } = change;
            let (namespace_id, path) = namespace.map(|it| (it.id.0, it.path)).unzip();
            let environment = environment.map(Environment::key);
            let user = user.map(|it| it.0);
            json!([at.as_millis(), topic.key(), key, environment, kind, namespace_id, path, user])
        });
        let at = at.map(Timestamp::as_millis);
        let silent = silent.into_iter().map(|topic| json!([at, topic.key(), "", null, "", null, null, null]));
        let rows = (before + 1..).zip(told.chain(silent)).map(|(id, mut row)| {
            if let Value::Array(columns) = &mut row {
                columns.insert(0, id.into());
            }
            row
        });
        let sql = match self.uow.transaction {
            Transaction::Sqlite(_) => INSERT_SQLITE,
            Transaction::Postgres(_) => INSERT_POSTGRES,
        };
        on_db!(self.uow, |c| sqlx::query(sql)
            .bind(Value::Array(rows.collect()).to_string())
            .bind(before)
            .execute(c)
            .await
            .map(drop))?;
        Ok(of_told.union(touched))
    }

    /// The last id assigned; 0 before the first.
    pub async fn last(&mut self) -> Result<ChangeId, StorageError> {
        Ok(ChangeId(on_db!(self.uow, |c| sqlx::query_scalar(LAST).fetch_one(c).await)?))
    }

    /// The changes after `after`, in order, at most `limit`. `None` when unknown: the next ones were deleted,
    /// or the database was restored from a backup that does not reach `after`.
    pub async fn following(
        &mut self,
        after: ChangeId,
        limit: i64,
    ) -> Result<Option<Vec<Change>>, StorageError> {
        let rows: Vec<ChangeRow> =
            on_db!(self.uow, |c| sqlx::query_as(FOLLOWING).bind(after.0).bind(limit).fetch_all(c).await)?;
        let goes_on = match rows.first() {
            Some(next) => after.0.checked_add(1) == Some(next.id),
            None => self.last().await? == after,
        };
        Ok(goes_on.then(|| rows.into_iter().map(Change::from).collect()))
    }

    /// Deletes the oldest changes up to `until`, inclusive, at most `limit`, and returns how many.
    pub async fn delete_old(&mut self, until: Timestamp, limit: i64) -> Result<i64, StorageError> {
        let rows: Vec<(i64, i64)> =
            on_db!(self.uow, |c| sqlx::query_as(OLDEST).bind(limit).fetch_all(c).await)?;
        let old = rows.iter().take_while(|(_, at)| *at <= until.as_millis());
        let Some((last, _)) = old.last() else { return Ok(0) };
        let removed = on_db!(self.uow, |c| sqlx::query(DELETE)
            .bind(last)
            .execute(c)
            .await
            .map(|it| it.rows_affected()))?;
        Ok(i64::try_from(removed).unwrap_or(limit))
    }
}
