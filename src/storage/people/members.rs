//! The members of a namespace: by memberships there and above, and through invited groups. What one user holds
//! is in `memberships`.

use super::memberships::{GrantRow, given, given_role};
use crate::{
    domain::{
        change::Topic,
        ids::{NamespaceId, UserId},
        namespace::Namespace,
        people::{
            grants::{Grant, Source},
            members::{GivenBy, MemberQuery, Membership},
        },
        role::Role,
        time::Timestamp,
        user::User,
    },
    storage::{
        StorageError, UnitOfWork,
        accounts::users::{kind, state},
        on_db, repository, statements,
        text::contains,
        unit_of_work::batches,
    },
};

/// The namespace $1 and those above it.
macro_rules! chain {
    () => {
        "WITH RECURSIVE chain (id, parent_id, kind) AS (SELECT id, parent_id, kind FROM namespaces WHERE id = $1 UNION ALL SELECT n.id, n.parent_id, n.kind FROM chain c CROSS JOIN namespaces n WHERE n.id = c.parent_id), "
    };
}

/// The groups that are invited to a project or above it, and what is above them.
macro_rules! invited {
    () => {
        "invited (at_id, group_id, source, access_level, expires_at, id, parent_id) AS (SELECT s.namespace_id, s.invited_group_id, s.source, s.access_level, s.expires_at, g.id, g.parent_id FROM chain c CROSS JOIN namespace_shares s CROSS JOIN namespaces g WHERE c.kind = 'project' AND s.namespace_id = c.id AND g.id = s.invited_group_id UNION ALL SELECT i.at_id, i.group_id, i.source, i.access_level, i.expires_at, n.id, n.parent_id FROM invited i CROSS JOIN namespaces n WHERE n.id = i.parent_id), "
    };
}

/// What gives somebody a role: memberships there and above.
macro_rules! given {
    () => {
        "given (user_id, source, way, access_level, ends) AS (SELECT m.user_id, m.source, CASE WHEN c.id = $1 THEN 'direct' ELSE 'inherited' END, m.access_level, COALESCE(m.expires_at, 9223372036854775807) FROM chain c CROSS JOIN memberships m WHERE m.namespace_id = c.id AND (m.access_level >= 10 OR c.id = $1)"
    };
}

/// The end of the lists.
macro_rules! listed {
    () => {
        "), held (user_id, access_level, ends) AS (SELECT h.user_id, MAX(h.access_level), MIN(h.ends) FROM given h WHERE h.ends > $2 GROUP BY h.user_id HAVING MAX(h.access_level) BETWEEN $4 AND $5 AND MAX(CASE WHEN $6 = '' OR h.source = $6 OR h.way = $6 THEN 1 ELSE 0 END) = 1) SELECT u.id, u.username, u.name, u.kind, u.is_admin, u.state, h.access_level, (SELECT COUNT(*) FROM held h WHERE $3 = '%%' OR EXISTS (SELECT 1 FROM users u WHERE u.id = h.user_id AND (u.username_key LIKE CAST($3 AS TEXT) ESCAPE '!' OR LOWER(u.name) LIKE CAST($3 AS TEXT) ESCAPE '!'))) AS total FROM held h CROSS JOIN users u WHERE u.id = h.user_id AND ($3 = '%%' OR u.username_key LIKE CAST($3 AS TEXT) ESCAPE '!' OR LOWER(u.name) LIKE CAST($3 AS TEXT) ESCAPE '!') ORDER BY CASE WHEN $7 = 'role' THEN -h.access_level END, CASE WHEN $7 = 'expires_on' THEN h.ends END, LOWER(u.name), u.username_key LIMIT $8 OFFSET $9"
    };
}

/// What gives a batch of users a role by memberships there and above, with whether each holds a seat
/// that counts in the top-level group $52.
macro_rules! granted {
    () => {
        "people (id, seats) AS (SELECT u.id, (SELECT COUNT(*) FROM top_level_groups g CROSS JOIN duo_enterprise_seats s CROSS JOIN seat_pools p WHERE g.namespace_id = $52 AND g.duo_enterprise = $53 AND s.user_id = u.id AND s.state = 'used' AND p.id = s.pool_id AND (p.namespace_id = $52 OR p.namespace_id IS NULL)) FROM users u WHERE u.id IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50, $51)) SELECT m.user_id, h.seats, c.id AS at_id, c.parent_id AS above_id, m.source, m.access_level, m.member_role, m.expires_at, CAST(NULL AS BIGINT) AS through_id, CAST(NULL AS BIGINT) AS share_level, CAST(NULL AS BIGINT) AS share_expires_at, CAST(NULL AS BIGINT) AS inner_level, CAST(NULL AS BIGINT) AS inner_expires_at FROM chain c CROSS JOIN people h CROSS JOIN memberships m WHERE m.namespace_id = c.id AND m.user_id = h.id"
    };
}

statements! {
    /// Everybody with a role at $2, each once, with the highest role and how many there are in all. `given`:
    /// what gives somebody a role here, by the rules of `memberships::GRANTS`; `ends` is the largest number for
    /// what does not expire.
    LIST = concat!(chain!(), invited!(), given!(), " UNION ALL SELECT m.user_id, s.source, 'invited', CASE WHEN s.access_level < m.access_level THEN s.access_level ELSE m.access_level END, CASE WHEN COALESCE(s.expires_at, 9223372036854775807) < COALESCE(m.expires_at, 9223372036854775807) THEN COALESCE(s.expires_at, 9223372036854775807) ELSE COALESCE(m.expires_at, 9223372036854775807) END FROM chain c CROSS JOIN namespace_shares s CROSS JOIN memberships m WHERE c.kind = 'group' AND s.namespace_id = c.id AND m.namespace_id = s.invited_group_id AND (s.access_level >= 10 AND m.access_level >= 10 OR c.id = $1) UNION ALL SELECT m.user_id, i.source, 'invited', CASE WHEN i.access_level < m.access_level THEN i.access_level ELSE m.access_level END, CASE WHEN COALESCE(i.expires_at, 9223372036854775807) < COALESCE(m.expires_at, 9223372036854775807) THEN COALESCE(i.expires_at, 9223372036854775807) ELSE COALESCE(m.expires_at, 9223372036854775807) END FROM invited i CROSS JOIN memberships m WHERE m.namespace_id = i.id AND (m.access_level >= 10 OR i.id = i.group_id) UNION ALL SELECT m.user_id, i.source, 'invited', CASE WHEN i.access_level <= s.access_level AND i.access_level <= m.access_level THEN i.access_level WHEN s.access_level <= m.access_level THEN s.access_level ELSE m.access_level END, CASE WHEN COALESCE(i.expires_at, 9223372036854775807) <= COALESCE(s.expires_at, 9223372036854775807) AND COALESCE(i.expires_at, 9223372036854775807) <= COALESCE(m.expires_at, 9223372036854775807) THEN COALESCE(i.expires_at, 9223372036854775807) WHEN COALESCE(s.expires_at, 9223372036854775807) <= COALESCE(m.expires_at, 9223372036854775807) THEN COALESCE(s.expires_at, 9223372036854775807) ELSE COALESCE(m.expires_at, 9223372036854775807) END FROM invited i CROSS JOIN namespace_shares s CROSS JOIN memberships m WHERE s.namespace_id = i.id AND m.namespace_id = s.invited_group_id AND (s.access_level >= 10 AND m.access_level >= 10 OR i.id = i.group_id)", listed!());
    /// The same where no group is invited: what SQLite sets up for invitations takes most of the time of [`LIST`].
    LIST_OF_MEMBERSHIPS = concat!(chain!(), given!(), listed!());
    /// `memberships::GRANTS` for a batch of users.
    GRANTS = concat!(chain!(), invited!(), granted!(), " UNION ALL SELECT m.user_id, h.seats, c.id, c.parent_id, s.source, m.access_level, m.member_role, m.expires_at, s.invited_group_id, s.access_level, s.expires_at, NULL, NULL FROM chain c CROSS JOIN namespace_shares s CROSS JOIN people h CROSS JOIN memberships m WHERE c.kind = 'group' AND s.namespace_id = c.id AND m.namespace_id = s.invited_group_id AND m.user_id = h.id UNION ALL SELECT m.user_id, h.seats, i.at_id, i.at_id, i.source, m.access_level, m.member_role, m.expires_at, i.group_id, i.access_level, i.expires_at, NULL, NULL FROM invited i CROSS JOIN people h CROSS JOIN memberships m WHERE m.namespace_id = i.id AND m.user_id = h.id AND (m.access_level >= 10 OR i.id = i.group_id) UNION ALL SELECT m.user_id, h.seats, i.at_id, i.at_id, i.source, m.access_level, m.member_role, m.expires_at, i.group_id, i.access_level, i.expires_at, s.access_level, s.expires_at FROM invited i CROSS JOIN namespace_shares s CROSS JOIN people h CROSS JOIN memberships m WHERE s.namespace_id = i.id AND m.namespace_id = s.invited_group_id AND m.user_id = h.id AND (s.access_level >= 10 AND m.access_level >= 10 OR i.id = i.group_id)");
    /// The same where no group is invited.
    GRANTS_OF_MEMBERSHIPS = concat!(chain!(), granted!());
    /// The people who own a group at $2 by membership or invitation there; who owns it longest comes first.
    OWNERS = "WITH owning (user_id, ends) AS (SELECT m.user_id, COALESCE(m.expires_at, 9223372036854775807) FROM memberships m WHERE m.namespace_id = $1 AND m.access_level >= 50 UNION ALL SELECT m.user_id, CASE WHEN COALESCE(s.expires_at, 9223372036854775807) < COALESCE(m.expires_at, 9223372036854775807) THEN COALESCE(s.expires_at, 9223372036854775807) ELSE COALESCE(m.expires_at, 9223372036854775807) END FROM namespace_shares s CROSS JOIN memberships m WHERE s.namespace_id = $1 AND m.namespace_id = s.invited_group_id AND s.access_level >= 50 AND m.access_level >= 50) SELECT u.username, MAX(h.ends) AS ends FROM owning h CROSS JOIN users u WHERE u.id = h.user_id AND h.ends > $2 AND u.kind = 'human' AND u.state = 'active' GROUP BY u.id, u.username ORDER BY ends DESC, u.username LIMIT $3";
    FIND = "SELECT access_level, member_role, expires_at FROM memberships WHERE namespace_id = $1 AND user_id = $2 AND source = $3";
    ADD = "INSERT INTO memberships (namespace_id, user_id, source, access_level, member_role, expires_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    CHANGE = "UPDATE memberships SET access_level = $4, member_role = $5, expires_at = $6 WHERE namespace_id = $1 AND user_id = $2 AND source = $3 AND access_level = $7 AND member_role IS NOT DISTINCT FROM $8 AND expires_at IS NOT DISTINCT FROM $9";
}

#[derive(sqlx::FromRow)]
struct ListedRow {
    id: i64,
    username: String,
    name: String,
    kind: String,
    is_admin: bool,
    state: String,
    access_level: i64,
    total: i64,
}

#[derive(sqlx::FromRow)]
struct GrantOfRow {
    user_id: i64,
    seats: i64,
    #[sqlx(flatten)]
    grant: GrantRow,
}

/// Somebody with a role in a namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedMember {
    pub user: User,
    /// The highest that counts.
    pub role: Role,
}

/// What gives a user a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantOf {
    pub user: UserId,
    /// Whether the user holds a seat that counts in the top-level group, which still has Duo Enterprise.
    pub seat: bool,
    pub grant: Grant,
}

/// Somebody who owns a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupOwner {
    pub username: String,
    /// `None` for never.
    pub until: Option<Timestamp>,
}

pub struct Members<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(members -> Members);

impl Members<'_> {
    /// Who has a role in the namespace at `now`, and how many `query` selects; 0 also beyond the last.
    pub async fn list(
        &mut self,
        namespace: NamespaceId,
        query: &MemberQuery,
        now: Timestamp,
        limit: i64,
        offset: i64,
    ) -> Result<(Vec<ListedMember>, i64), StorageError> {
        self.list_by(LIST, namespace, query, now, (limit, offset)).await
    }

    /// [`Self::list`] of a place to which no group is invited, nor above it.
    pub async fn list_of_memberships(
        &mut self,
        namespace: NamespaceId,
        query: &MemberQuery,
        now: Timestamp,
        limit: i64,
        offset: i64,
    ) -> Result<(Vec<ListedMember>, i64), StorageError> {
        self.list_by(LIST_OF_MEMBERSHIPS, namespace, query, now, (limit, offset)).await
    }

    async fn list_by(
        &mut self,
        sql: &'static str,
        namespace: NamespaceId,
        query: &MemberQuery,
        now: Timestamp,
        (limit, offset): (i64, i64),
    ) -> Result<(Vec<ListedMember>, i64), StorageError> {
        let Some(pattern) = contains(&query.text) else { return Ok((Vec::new(), 0)) };
        // Levels between two roles count as the lower one.
        let (lowest, highest) = query.role.map_or((0, i64::from(u8::MAX)), |role| {
            let above =
                Role::ALL.into_iter().find(|it| *it > role).map_or(i64::from(u8::MAX), Role::access_level);
            (role.access_level(), above - 1)
        });
        let rows: Vec<ListedRow> = on_db!(self.uow, |c| sqlx::query_as(sql)
            .bind(namespace.0)
            .bind(now.as_millis())
            .bind(pattern)
            .bind(lowest)
            .bind(highest)
            .bind(query.by.map_or("", GivenBy::key))
            .bind(query.sort.key())
            .bind(limit)
            .bind(offset)
            .fetch_all(c)
            .await)?;
        let total = rows.first().map_or(0, |row| row.total);
        let listed = |row: ListedRow| {
            let user = User {
                id: UserId(row.id),
                username: row.username,
                name: row.name,
                kind: kind(&row.kind)?,
                is_admin: row.is_admin,
                state: state(&row.state)?,
            };
            let role = given_role(row.access_level, None)?.role();
            Ok(ListedMember { user, role })
        };
        Ok((rows.into_iter().map(listed).collect::<Result<_, StorageError>>()?, total))
    }

    /// What gives these users a role in the namespace, as `memberships().grants` says it of one, in no order of
    /// users.
    pub async fn grants(
        &mut self,
        users: &[UserId],
        namespace: &Namespace,
    ) -> Result<Vec<GrantOf>, StorageError> {
        self.grants_by(GRANTS, users, namespace).await
    }

    /// [`Self::grants`] in a place to which no group is invited, nor above it.
    pub async fn grants_of_memberships(
        &mut self,
        users: &[UserId],
        namespace: &Namespace,
    ) -> Result<Vec<GrantOf>, StorageError> {
        self.grants_by(GRANTS_OF_MEMBERSHIPS, users, namespace).await
    }

    async fn grants_by(
        &mut self,
        sql: &'static str,
        users: &[UserId],
        namespace: &Namespace,
    ) -> Result<Vec<GrantOf>, StorageError> {
        let mut grants = Vec::with_capacity(users.len());
        for users in batches(users) {
            let rows: Vec<GrantOfRow> = on_db!(self.uow, |c| {
                users
                    .fold(sqlx::query_as(sql).bind(namespace.id.0), |query, id| query.bind(id.0))
                    .bind(namespace.root.0)
                    .bind(true)
                    .fetch_all(c)
                    .await
            })?;
            for GrantOfRow { user_id, seats, grant } in rows {
                grants.push(GrantOf { user: UserId(user_id), seat: seats > 0, grant: grant.try_into()? });
            }
        }
        Ok(grants)
    }

    /// The active people who own a group at `now`, by membership there or through an invited group; at most
    /// `limit`, those who own it longest first.
    pub async fn owners(
        &mut self,
        group: NamespaceId,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<GroupOwner>, StorageError> {
        let rows: Vec<(String, i64)> = on_db!(self.uow, |c| sqlx::query_as(OWNERS)
            .bind(group.0)
            .bind(now.as_millis())
            .bind(limit)
            .fetch_all(c)
            .await)?;
        let owner = |(username, ends): (String, i64)| {
            let until = (ends < i64::MAX).then_some(Timestamp::from_millis(ends));
            GroupOwner { username, until }
        };
        Ok(rows.into_iter().map(owner).collect())
    }

    /// What a source gave to the user in the namespace itself; `None` when nothing.
    pub async fn find(
        &mut self,
        namespace: NamespaceId,
        user: UserId,
        source: Source,
    ) -> Result<Option<Membership>, StorageError> {
        let row: Option<(i64, Option<String>, Option<i64>)> = on_db!(self.uow, |c| sqlx::query_as(FIND)
            .bind(namespace.0)
            .bind(user.0)
            .bind(source.key())
            .fetch_optional(c)
            .await)?;
        row.map(|(level, name, expires_at)| given(level, name, expires_at)).transpose()
    }

    /// Writes what a source gives over what it gave before.
    ///
    /// # Errors
    /// [`StorageError::Stale`] when that is no longer `seen`.
    pub async fn save(
        &mut self,
        namespace: NamespaceId,
        user: UserId,
        source: Source,
        seen: Option<&Membership>,
        new: &Membership,
    ) -> Result<(), StorageError> {
        let rows = on_db!(self.uow, |c| {
            let query = sqlx::query(if seen.is_some() { CHANGE } else { ADD })
                .bind(namespace.0)
                .bind(user.0)
                .bind(source.key())
                .bind(new.role.access_level())
                .bind(new.role.custom_name())
                .bind(new.expires_at.map(Timestamp::as_millis));
            let query = match seen {
                Some(seen) => query
                    .bind(seen.role.access_level())
                    .bind(seen.role.custom_name())
                    .bind(seen.expires_at.map(Timestamp::as_millis)),
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
}
