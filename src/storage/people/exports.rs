//! What an export reads: page by page along an index, so that it holds little in memory and no transaction
//! open while somebody downloads.

use super::{
    bulk::{AccountRow, FoundPlace, PlaceRow},
    memberships::{given_role, source},
};
use crate::{
    domain::{
        ids::{NamespaceId, UserId},
        people::import::{members::Held, users::Account},
        time::Timestamp,
    },
    storage::{StorageError, UnitOfWork, on_db, repository, statements},
};

statements! {
    ACCOUNTS = "SELECT id, username, name, email, is_admin, state, kind, version FROM users WHERE username_key > $1 ORDER BY username_key LIMIT $2";
    PLACES = "SELECT n.id, n.parent_id, n.root_id, n.kind, n.full_path, n.name, n.version, g.tier, g.duo_enterprise, p.purchased, CAST(0 AS BIGINT) AS used, p.id AS pool_id, p.version AS pool_version FROM namespaces n LEFT JOIN top_level_groups g ON g.namespace_id = n.id LEFT JOIN seat_pools p ON p.namespace_id = n.id WHERE n.full_path_key > $1 ORDER BY n.full_path_key LIMIT $2";
    MEMBERS = "SELECT m.namespace_id, n.full_path, m.user_id, u.username, m.source, m.access_level, m.member_role, m.expires_at FROM memberships m CROSS JOIN namespaces n CROSS JOIN users u WHERE n.id = m.namespace_id AND u.id = m.user_id AND (m.namespace_id, m.user_id) > ($1, $2) ORDER BY m.namespace_id, m.user_id LIMIT $3";
    SEATS = "SELECT s.pool_id, n.full_path, s.user_id, u.username, s.state FROM duo_enterprise_seats s CROSS JOIN seat_pools p CROSS JOIN users u LEFT JOIN namespaces n ON n.id = p.namespace_id WHERE p.id = s.pool_id AND u.id = s.user_id AND (s.pool_id, s.user_id) > ($1, $2) ORDER BY s.pool_id, s.user_id LIMIT $3";
}

#[derive(sqlx::FromRow)]
struct MemberRow {
    namespace_id: i64,
    full_path: String,
    user_id: i64,
    username: String,
    source: String,
    access_level: i64,
    member_role: Option<String>,
    expires_at: Option<i64>,
}

/// A role of one source, with the names that a file has.
pub struct ExportedMember {
    pub namespace: NamespaceId,
    pub user: UserId,
    pub path: String,
    pub username: String,
    pub held: Held,
}

/// A seat that somebody has or waits for, with the names that a file has.
#[derive(sqlx::FromRow)]
pub struct ExportedSeat {
    pub pool_id: i64,
    pub user_id: i64,
    /// `None` for the instance.
    pub full_path: Option<String>,
    pub username: String,
    pub state: String,
}

pub struct Exports<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(exports -> Exports);

impl Exports<'_> {
    /// Users after this one, by the key of the user name.
    pub async fn accounts(&mut self, after: &str, limit: i64) -> Result<Vec<Account>, StorageError> {
        let rows: Vec<AccountRow> =
            on_db!(self.uow, |c| sqlx::query_as(ACCOUNTS).bind(after).bind(limit).fetch_all(c).await)?;
        rows.into_iter().map(Account::try_from).collect()
    }

    /// Groups and projects after this one, by the key of the path: parents first.
    pub async fn places(&mut self, after: &str, limit: i64) -> Result<Vec<FoundPlace>, StorageError> {
        let rows: Vec<PlaceRow> =
            on_db!(self.uow, |c| sqlx::query_as(PLACES).bind(after).bind(limit).fetch_all(c).await)?;
        rows.into_iter().map(FoundPlace::try_from).collect()
    }

    /// Roles after those of this pair, of all sources.
    pub async fn members(
        &mut self,
        after: (NamespaceId, UserId),
        limit: i64,
    ) -> Result<Vec<ExportedMember>, StorageError> {
        let (namespace, user) = after;
        let rows: Vec<MemberRow> = on_db!(self.uow, |c| sqlx::query_as(MEMBERS)
            .bind(namespace.0)
            .bind(user.0)
            .bind(limit)
            .fetch_all(c)
            .await)?;
        let member = |row: MemberRow| {
            Ok(ExportedMember {
                namespace: NamespaceId(row.namespace_id),
                user: UserId(row.user_id),
                path: row.full_path,
                username: row.username,
                held: Held {
                    source: source(&row.source)?,
                    role: given_role(row.access_level, row.member_role)?,
                    expires_at: row.expires_at.map(Timestamp::from_millis),
                },
            })
        };
        rows.into_iter().map(member).collect()
    }

    /// Seats after that of this pool and user, with those who wait.
    pub async fn seats(&mut self, after: (i64, i64), limit: i64) -> Result<Vec<ExportedSeat>, StorageError> {
        let rows = on_db!(self.uow, |c| sqlx::query_as(SEATS)
            .bind(after.0)
            .bind(after.1)
            .bind(limit)
            .fetch_all(c)
            .await)?;
        Ok(rows)
    }
}
