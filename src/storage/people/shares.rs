//! Groups that were invited to groups and projects.

use super::memberships::{given, source};
use crate::{
    domain::{
        change::Topic,
        ids::{NamespaceId, UserId},
        namespace::GroupPath,
        people::{grants::Source, members::Membership},
        time::Timestamp,
    },
    storage::{StorageError, UnitOfWork, on_db, repository, statements},
};

statements! {
    /// Which groups are invited to the namespace and above it, and whether the user $2 can see them at $3.
    LIST = "WITH RECURSIVE chain (id, parent_id, kind) AS (SELECT id, parent_id, kind FROM namespaces WHERE id = $1 UNION ALL SELECT n.id, n.parent_id, n.kind FROM chain c CROSS JOIN namespaces n WHERE n.id = c.parent_id), up (group_id, id, parent_id) AS (SELECT DISTINCT s.invited_group_id, g.id, g.parent_id FROM chain c CROSS JOIN namespace_shares s CROSS JOIN namespaces g WHERE s.namespace_id = c.id AND g.id = s.invited_group_id UNION ALL SELECT i.group_id, n.id, n.parent_id FROM up i CROSS JOIN namespaces n WHERE n.id = i.parent_id), seen (group_id) AS (SELECT i.group_id FROM up i CROSS JOIN memberships m WHERE m.namespace_id = i.id AND m.user_id = $2 AND (m.access_level >= 10 OR i.id = i.group_id) AND (m.expires_at IS NULL OR m.expires_at > $3) UNION ALL SELECT i.group_id FROM up i CROSS JOIN namespace_shares s CROSS JOIN memberships m WHERE s.namespace_id = i.id AND m.namespace_id = s.invited_group_id AND m.user_id = $2 AND (s.access_level >= 10 AND m.access_level >= 10 OR i.id = i.group_id) AND (s.expires_at IS NULL OR s.expires_at > $3) AND (m.expires_at IS NULL OR m.expires_at > $3)) SELECT s.namespace_id, s.invited_group_id, s.source, s.access_level, s.expires_at, g.full_path, g.name, (SELECT COUNT(*) FROM seen h WHERE h.group_id = g.id) AS seen FROM chain c CROSS JOIN namespace_shares s CROSS JOIN namespaces g WHERE s.namespace_id = c.id AND g.id = s.invited_group_id ORDER BY g.full_path_key, s.namespace_id, s.source";
    FIND = "SELECT access_level, expires_at FROM namespace_shares WHERE namespace_id = $1 AND invited_group_id = $2 AND source = $3";
    ADD = "INSERT INTO namespace_shares (namespace_id, invited_group_id, source, access_level, expires_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    CHANGE = "UPDATE namespace_shares SET access_level = $4, expires_at = $5 WHERE namespace_id = $1 AND invited_group_id = $2 AND source = $3 AND access_level = $6 AND expires_at IS NOT DISTINCT FROM $7";
    REMOVE = "DELETE FROM namespace_shares WHERE namespace_id = $1 AND invited_group_id = $2 AND source = $3";
}

#[derive(sqlx::FromRow)]
struct ShareRow {
    namespace_id: i64,
    invited_group_id: i64,
    source: String,
    access_level: i64,
    expires_at: Option<i64>,
    full_path: String,
    name: String,
    seen: i64,
}

/// A group that is invited to a namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitedGroup {
    /// Where it is invited.
    pub at: NamespaceId,
    pub group: NamespaceId,
    pub path: GroupPath,
    pub name: String,
    pub source: Source,
    /// At most this role, until then.
    pub given: Membership,
    /// Whether the user that was asked for has a role in it.
    pub is_seen: bool,
}

impl TryFrom<ShareRow> for InvitedGroup {
    type Error = StorageError;

    fn try_from(row: ShareRow) -> Result<Self, Self::Error> {
        Ok(Self {
            at: NamespaceId(row.namespace_id),
            group: NamespaceId(row.invited_group_id),
            path: GroupPath::parse(&row.full_path)
                .map_err(|_| StorageError::inconsistent("namespaces", "full_path", &row.full_path))?,
            name: row.name,
            source: source(&row.source)?,
            given: given(row.access_level, None, row.expires_at)?,
            is_seen: row.seen > 0,
        })
    }
}

pub struct Shares<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(shares -> Shares);

impl Shares<'_> {
    /// The groups that are invited to the namespace and to those above it, expired invitations included; and
    /// whether `user` sees them at `now`.
    pub async fn list(
        &mut self,
        namespace: NamespaceId,
        user: UserId,
        now: Timestamp,
    ) -> Result<Vec<InvitedGroup>, StorageError> {
        let rows: Vec<ShareRow> = on_db!(self.uow, |c| sqlx::query_as(LIST)
            .bind(namespace.0)
            .bind(user.0)
            .bind(now.as_millis())
            .fetch_all(c)
            .await)?;
        rows.into_iter().map(InvitedGroup::try_from).collect()
    }

    /// The invitation that a source gave; `None` when it gave none.
    pub async fn find(
        &mut self,
        namespace: NamespaceId,
        group: NamespaceId,
        source: Source,
    ) -> Result<Option<Membership>, StorageError> {
        let row: Option<(i64, Option<i64>)> = on_db!(self.uow, |c| sqlx::query_as(FIND)
            .bind(namespace.0)
            .bind(group.0)
            .bind(source.key())
            .fetch_optional(c)
            .await)?;
        row.map(|(level, expires_at)| given(level, None, expires_at)).transpose()
    }

    /// Writes an invitation over what the source gave before.
    ///
    /// # Errors
    /// [`StorageError::Stale`] when that is no longer `seen`.
    pub async fn save(
        &mut self,
        namespace: NamespaceId,
        group: NamespaceId,
        source: Source,
        seen: Option<&Membership>,
        new: &Membership,
    ) -> Result<(), StorageError> {
        let rows = on_db!(self.uow, |c| {
            let query = sqlx::query(if seen.is_some() { CHANGE } else { ADD })
                .bind(namespace.0)
                .bind(group.0)
                .bind(source.key())
                .bind(new.role.access_level())
                .bind(new.expires_at.map(Timestamp::as_millis));
            let query = match seen {
                Some(seen) => {
                    query.bind(seen.role.access_level()).bind(seen.expires_at.map(Timestamp::as_millis))
                }
                None => query,
            };
            query.execute(c).await.map(|done| done.rows_affected())
        })?;
        if rows == 0 {
            return Err(StorageError::Stale);
        }
        self.uow.change_feed().touch(Topic::People);
        Ok(())
    }

    /// Takes back the invitation that a source gave. `false` when it gave none.
    pub async fn remove(
        &mut self,
        namespace: NamespaceId,
        group: NamespaceId,
        source: Source,
    ) -> Result<bool, StorageError> {
        let rows = on_db!(self.uow, |c| sqlx::query(REMOVE)
            .bind(namespace.0)
            .bind(group.0)
            .bind(source.key())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if rows > 0 {
            self.uow.change_feed().touch(Topic::People);
        }
        Ok(rows > 0)
    }
}
