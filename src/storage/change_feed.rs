//! The change feed, in which every write says what changed that an answer may rest on.
//!
//! A repository says of each of its writes which topic it touches, so that none can be forgotten; what
//! clients are told besides, the act says. Both are collected, and written when the unit of work commits.
//!
//! Ids are given by `change_head`, which a writer holds from then on until it has committed: it is the last
//! lock that it takes, so it waits for nobody meanwhile. So ids have no gaps and become visible in their
//! order, on both databases, and whoever has read up to one has seen all before it. A sequence gives
//! neither: it counts on when its transaction is rolled back, and a lower number may commit after a higher
//! one.

use super::{StorageError, UnitOfWork, on_db, repository, statements, unwritten::Unwritten};
use crate::domain::{
    change::{Change, ChangedIn, NewChange, Topic, Topics},
    environment::Environment,
    ids::{ChangeId, NamespaceId, UserId},
    stored::Stored,
    time::Timestamp,
};

statements! {
    TAKE_IDS = "UPDATE change_head SET last = last + $1 WHERE id = 1 RETURNING last";
    /// Where nobody says when, it was when what is before it was, or later.
    INSERT = "INSERT INTO changes (id, at, topic, key, environment, kind, namespace_id, namespace_path, user_id) VALUES ($1, COALESCE($2, (SELECT at FROM changes WHERE id = $1 - CAST(1 AS BIGINT)), 0), $3, $4, $5, $6, $7, $8, $9)";
    LAST = "SELECT last FROM change_head WHERE id = 1";
    FOLLOWING = "SELECT id, at, topic, key, environment, kind, namespace_id, namespace_path, user_id FROM changes WHERE id > $1 ORDER BY id LIMIT $2";
    OLDEST = "SELECT id, at FROM changes WHERE id > 0 ORDER BY id LIMIT $1";
    DELETE = "DELETE FROM changes WHERE id <= $1";
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
    /// The unit of work changes something of the topic. Clients are not told by this.
    pub fn touch(&mut self, topic: Topic) {
        let unwritten = &mut self.uow.unwritten;
        unwritten.touched = unwritten.touched.and(topic);
    }

    /// The unit of work changes this, and clients are told.
    pub(super) fn tell(&mut self, change: NewChange) {
        self.uow.unwritten.told.push(change);
    }

    /// When the unit of work happens.
    pub(super) fn happens(&mut self, at: Timestamp) {
        self.uow.unwritten.at = Some(at);
    }

    /// Keeps every other writer out until the end of the transaction; the last of so many new ids.
    async fn take_ids(&mut self, count: i64) -> Result<i64, StorageError> {
        let last: Option<i64> =
            on_db!(self.uow, |c| sqlx::query_scalar(TAKE_IDS).bind(count).fetch_optional(c).await)?;
        last.ok_or_else(|| {
            self.uow.failed = true;
            StorageError::inconsistent("change_head", "id", "no row: the feed has no head")
        })
    }

    /// Writes what the unit of work changed; the topics. The last thing before the commit.
    pub(super) async fn write(&mut self) -> Result<Topics, StorageError> {
        let Unwritten { told, touched, at } = std::mem::take(&mut self.uow.unwritten);
        let of_told = told.iter().fold(Topics::NONE, |topics, it| topics.and(it.topic));
        let silent: Vec<_> = touched.iter().filter(|it| !of_told.has(*it)).collect();
        let count = i64::try_from(told.len() + silent.len()).unwrap_or(i64::MAX);
        if count == 0 {
            return Ok(Topics::NONE);
        }
        let mut id = self.take_ids(count).await? - count;
        for change in told {
            id += 1;
            let (namespace_id, namespace_path) = change.namespace.map(|it| (it.id.0, it.path)).unzip();
            on_db!(self.uow, |c| sqlx::query(INSERT)
                .bind(id)
                .bind(change.at.as_millis())
                .bind(change.topic.key())
                .bind(&change.key)
                .bind(change.environment.map(Environment::key))
                .bind(change.kind)
                .bind(namespace_id)
                .bind(&namespace_path)
                .bind(change.user.map(|it| it.0))
                .execute(c)
                .await
                .map(drop))?;
        }
        for topic in silent {
            id += 1;
            on_db!(self.uow, |c| sqlx::query(INSERT)
                .bind(id)
                .bind(at.map(Timestamp::as_millis))
                .bind(topic.key())
                .bind("")
                .bind(None::<String>)
                .bind("")
                .bind(None::<i64>)
                .bind(None::<String>)
                .bind(None::<i64>)
                .execute(c)
                .await
                .map(drop))?;
        }
        Ok(of_told.union(touched))
    }

    /// The last id that was given; 0 before the first.
    pub async fn last(&mut self) -> Result<ChangeId, StorageError> {
        Ok(ChangeId(on_db!(self.uow, |c| sqlx::query_scalar(LAST).fetch_one(c).await)?))
    }

    /// What came after a change, in its order, at most `limit`. `None` when nobody can say: what came next
    /// was removed since, or the database, an older copy, does not know of that change yet.
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

    /// Removes, from the beginning, what happened at `until` or before, at most `limit` of it. How many
    /// that was.
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
