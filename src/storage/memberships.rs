//! Who is what in which group, and who holds a Duo Enterprise seat.

use super::{StorageError, UnitOfWork, on_db, statements};
use crate::domain::{
    access::Standing,
    ids::{NamespaceId, UserId},
    role::Role,
};

statements! {
    STANDING = "WITH RECURSIVE chain (id, parent_id) AS (SELECT id, parent_id FROM namespaces WHERE id = $2 UNION ALL SELECT n.id, n.parent_id FROM namespaces n JOIN chain c ON n.id = c.parent_id) SELECT MAX(m.access_level), MAX(CASE WHEN c.parent_id IS NULL THEN m.access_level END) FROM memberships m JOIN chain c ON c.id = m.namespace_id WHERE m.user_id = $1";
    SET = "INSERT INTO memberships (namespace_id, user_id, access_level) VALUES ($1, $2, $3) ON CONFLICT (namespace_id, user_id) DO UPDATE SET access_level = excluded.access_level";
    HAS_SEAT = "SELECT COUNT(*) FROM duo_enterprise_seats s JOIN top_level_groups g ON g.namespace_id = s.namespace_id WHERE s.namespace_id = $1 AND s.user_id = $2 AND g.duo_enterprise = $3";
    COUNT_SEATS = "SELECT COUNT(*) FROM duo_enterprise_seats WHERE namespace_id = $1";
    GIVE_SEAT = "INSERT INTO duo_enterprise_seats (namespace_id, user_id) VALUES ($1, $2) ON CONFLICT (namespace_id, user_id) DO NOTHING";
}

pub(super) fn role(level: i64) -> Result<Role, StorageError> {
    Role::from_access_level(level)
        .ok_or_else(|| StorageError::inconsistent("memberships", "access_level", level.to_string()))
}

pub struct Memberships<'a> {
    pub(super) uow: &'a mut UnitOfWork,
}

impl Memberships<'_> {
    /// The user's roles at a namespace, with what is inherited from above.
    pub async fn standing(&mut self, user: UserId, namespace: NamespaceId) -> Result<Standing, StorageError> {
        let (here, top): (Option<i64>, Option<i64>) =
            on_db!(self.uow, |c| sqlx::query_as(STANDING).bind(user.0).bind(namespace.0).fetch_one(c).await)?;
        Ok(Standing { here: here.map(role).transpose()?, top_level: top.map(role).transpose()? })
    }

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
        Ok(())
    }
}
