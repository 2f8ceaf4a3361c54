//! Memberships in groups, and Duo Enterprise seats.

use crate::{
    domain::{
        access::Standing,
        change::Topic,
        ids::{NamespaceId, UserId},
        people::group_map::{MadeBy, MembershipChange},
        role::Role,
    },
    storage::{StorageError, UnitOfWork, on_db, repository, statements},
};

statements! {
    STANDING = "WITH RECURSIVE chain (id, parent_id) AS (SELECT id, parent_id FROM namespaces WHERE id = $2 UNION ALL SELECT n.id, n.parent_id FROM namespaces n JOIN chain c ON n.id = c.parent_id) SELECT MAX(m.access_level), MAX(CASE WHEN c.parent_id IS NULL THEN m.access_level END) FROM memberships m JOIN chain c ON c.id = m.namespace_id WHERE m.user_id = $1";
    SET = "INSERT INTO memberships (namespace_id, user_id, access_level, made_by) VALUES ($1, $2, $3, 'hand') ON CONFLICT (namespace_id, user_id) DO UPDATE SET access_level = excluded.access_level, made_by = excluded.made_by";
    LIST_OF_USER = "SELECT m.namespace_id, m.access_level, m.made_by FROM memberships m WHERE m.user_id = $1 ORDER BY m.namespace_id";
    /// A membership made by hand in the meantime is kept.
    GIVE = "INSERT INTO memberships (namespace_id, user_id, access_level, made_by) VALUES ($1, $2, $3, 'provider') ON CONFLICT (namespace_id, user_id) DO NOTHING";
    CHANGE = "UPDATE memberships SET access_level = $3 WHERE namespace_id = $1 AND user_id = $2 AND made_by = 'provider'";
    WITHDRAW = "DELETE FROM memberships WHERE namespace_id = $1 AND user_id = $2 AND made_by = 'provider'";
    HAS_SEAT = "SELECT COUNT(*) FROM duo_enterprise_seats s JOIN top_level_groups g ON g.namespace_id = s.namespace_id WHERE s.namespace_id = $1 AND s.user_id = $2 AND g.duo_enterprise = $3";
    COUNT_SEATS = "SELECT COUNT(*) FROM duo_enterprise_seats WHERE namespace_id = $1";
    GIVE_SEAT = "INSERT INTO duo_enterprise_seats (namespace_id, user_id) VALUES ($1, $2) ON CONFLICT (namespace_id, user_id) DO NOTHING";
}

pub(in crate::storage) fn role(level: i64) -> Result<Role, StorageError> {
    Role::from_access_level(level)
        .ok_or_else(|| StorageError::inconsistent("memberships", "access_level", level.to_string()))
}

/// Roles in a namespace and in its top-level group, from access levels.
pub(super) fn roles(here: Option<i64>, top_level: Option<i64>) -> Result<Standing, StorageError> {
    Ok(Standing { here: here.map(role).transpose()?, top_level: top_level.map(role).transpose()? })
}

#[derive(sqlx::FromRow)]
struct MembershipRow {
    namespace_id: i64,
    access_level: i64,
    made_by: String,
}

pub struct Memberships<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(memberships -> Memberships);

impl Memberships<'_> {
    /// The user's roles in a namespace, inherited ones included.
    pub async fn standing(&mut self, user: UserId, namespace: NamespaceId) -> Result<Standing, StorageError> {
        let (here, top): (Option<i64>, Option<i64>) =
            on_db!(self.uow, |c| sqlx::query_as(STANDING).bind(user.0).bind(namespace.0).fetch_one(c).await)?;
        roles(here, top)
    }

    /// The user's direct memberships.
    pub async fn list_of_user(
        &mut self,
        user: UserId,
    ) -> Result<Vec<(NamespaceId, Role, MadeBy)>, StorageError> {
        let rows: Vec<MembershipRow> =
            on_db!(self.uow, |c| sqlx::query_as(LIST_OF_USER).bind(user.0).fetch_all(c).await)?;
        let membership = |row: MembershipRow| {
            let made_by = MadeBy::from_key(&row.made_by)
                .ok_or_else(|| StorageError::inconsistent("memberships", "made_by", &row.made_by))?;
            Ok((NamespaceId(row.namespace_id), role(row.access_level)?, made_by))
        };
        rows.into_iter().map(membership).collect()
    }

    /// Applies a change from a provider. `false` when nothing changed, as memberships made by hand are not
    /// touched.
    pub async fn apply(&mut self, user: UserId, change: &MembershipChange) -> Result<bool, StorageError> {
        let (sql, namespace, role) = match change {
            MembershipChange::Give { namespace, role } => (GIVE, namespace, Some(role)),
            MembershipChange::Change { namespace, to, .. } => (CHANGE, namespace, Some(to)),
            MembershipChange::Withdraw { namespace, .. } => (WITHDRAW, namespace, None),
        };
        let rows = on_db!(self.uow, |c| {
            let mut query = sqlx::query(sql).bind(namespace.id.0).bind(user.0);
            if let Some(role) = role {
                query = query.bind(role.access_level());
            }
            query.execute(c).await.map(|done| done.rows_affected())
        })?;
        if rows > 0 {
            self.uow.change_feed().touch(Topic::People);
        }
        Ok(rows > 0)
    }

    /// Creates a membership by hand, which providers do not touch from now on.
    pub async fn set(
        &mut self,
        namespace: NamespaceId,
        user: UserId,
        role: Role,
    ) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(SET)
            .bind(namespace.0)
            .bind(user.0)
            .bind(role.access_level())
            .execute(c)
            .await
            .map(drop))?;
        self.uow.change_feed().touch(Topic::People);
        Ok(())
    }

    /// Whether the user holds a seat of the top-level group, and the group still has Duo Enterprise.
    pub async fn has_seat(&mut self, top_level: NamespaceId, user: UserId) -> Result<bool, StorageError> {
        let count: i64 = on_db!(self.uow, |c| sqlx::query_scalar(HAS_SEAT)
            .bind(top_level.0)
            .bind(user.0)
            .bind(true)
            .fetch_one(c)
            .await)?;
        Ok(count > 0)
    }

    pub async fn count_seats(&mut self, top_level: NamespaceId) -> Result<i64, StorageError> {
        Ok(on_db!(self.uow, |c| sqlx::query_scalar(COUNT_SEATS).bind(top_level.0).fetch_one(c).await)?)
    }

    pub async fn give_seat(&mut self, top_level: NamespaceId, user: UserId) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(GIVE_SEAT)
            .bind(top_level.0)
            .bind(user.0)
            .execute(c)
            .await
            .map(drop))?;
        self.uow.change_feed().touch(Topic::People);
        Ok(())
    }
}
