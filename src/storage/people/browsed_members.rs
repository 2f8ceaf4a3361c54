//! Lists of the members of a group or project for programs, each person once with the highest role.

use super::memberships::given_role;
use crate::{
    domain::{
        ids::{NamespaceId, UserId},
        namespace::GroupPath,
        role::GivenRole,
        time::Timestamp,
        user::{UserKind, UserState},
    },
    storage::{
        StorageError, UnitOfWork,
        accounts::users::{kind, state},
        on_db, repository, statements,
        text::{contains, in_list},
        unit_of_work::MOST_COUNTED,
    },
};

/// Memberships in namespace $1 itself that count at $2.
macro_rules! direct {
    () => {
        "WITH given (user_id, access_level, member_role, expires_at) AS (SELECT m.user_id, m.access_level, m.member_role, m.expires_at FROM memberships m WHERE m.namespace_id = $1 AND (m.expires_at IS NULL OR m.expires_at > $2))"
    };
}

/// Memberships in namespace $1 and in the groups above it that count at $2.
macro_rules! inherited {
    () => {
        "WITH RECURSIVE chain (id, parent_id) AS (SELECT id, parent_id FROM namespaces WHERE id = $1 UNION ALL SELECT n.id, n.parent_id FROM chain c CROSS JOIN namespaces n WHERE n.id = c.parent_id), given (user_id, access_level, member_role, expires_at) AS (SELECT m.user_id, m.access_level, m.member_role, m.expires_at FROM chain c CROSS JOIN memberships m WHERE m.namespace_id = c.id AND (m.expires_at IS NULL OR m.expires_at > $2) AND (c.id = $1 OR m.access_level >= 10))"
    };
}

/// Everything that gives anybody a role in namespace $1 at $2, as `memberships::GRANTS` does for one user.
macro_rules! every {
    () => {
        "WITH RECURSIVE chain (id, parent_id, kind) AS (SELECT id, parent_id, kind FROM namespaces WHERE id = $1 UNION ALL SELECT n.id, n.parent_id, n.kind FROM chain c CROSS JOIN namespaces n WHERE n.id = c.parent_id), invited (group_id, access_level, expires_at, id, parent_id) AS (SELECT s.invited_group_id, s.access_level, s.expires_at, g.id, g.parent_id FROM chain c CROSS JOIN namespace_shares s CROSS JOIN namespaces g WHERE c.kind = 'project' AND s.namespace_id = c.id AND g.id = s.invited_group_id AND (s.expires_at IS NULL OR s.expires_at > $2) UNION ALL SELECT i.group_id, i.access_level, i.expires_at, n.id, n.parent_id FROM invited i CROSS JOIN namespaces n WHERE n.id = i.parent_id), found (user_id, access_level, member_role, expires_at, share_level, share_expires_at, inner_level, inner_expires_at, inherited) AS (SELECT m.user_id, m.access_level, m.member_role, m.expires_at, CAST(50 AS BIGINT), CAST(NULL AS BIGINT), CAST(50 AS BIGINT), CAST(NULL AS BIGINT), CASE WHEN c.id = $1 THEN 0 ELSE 1 END FROM chain c CROSS JOIN memberships m WHERE m.namespace_id = c.id UNION ALL SELECT m.user_id, m.access_level, m.member_role, m.expires_at, s.access_level, s.expires_at, CAST(50 AS BIGINT), CAST(NULL AS BIGINT), CASE WHEN c.id = $1 THEN 0 ELSE 1 END FROM chain c CROSS JOIN namespace_shares s CROSS JOIN memberships m WHERE c.kind = 'group' AND s.namespace_id = c.id AND m.namespace_id = s.invited_group_id UNION ALL SELECT m.user_id, m.access_level, m.member_role, m.expires_at, i.access_level, i.expires_at, CAST(50 AS BIGINT), CAST(NULL AS BIGINT), CASE WHEN i.id = i.group_id THEN 0 ELSE 1 END FROM invited i CROSS JOIN memberships m WHERE m.namespace_id = i.id UNION ALL SELECT m.user_id, m.access_level, m.member_role, m.expires_at, i.access_level, i.expires_at, s.access_level, s.expires_at, CASE WHEN i.id = i.group_id THEN 0 ELSE 1 END FROM invited i CROSS JOIN namespace_shares s CROSS JOIN memberships m WHERE s.namespace_id = i.id AND m.namespace_id = s.invited_group_id), lowered (user_id, given_level, access_level, member_role, expires_at, share_expires_at, inner_expires_at, inherited) AS (SELECT c.user_id, c.access_level, CASE WHEN c.access_level <= c.share_level AND c.access_level <= c.inner_level THEN c.access_level WHEN c.share_level <= c.inner_level THEN c.share_level ELSE c.inner_level END, c.member_role, c.expires_at, c.share_expires_at, c.inner_expires_at, c.inherited FROM found c WHERE (c.expires_at IS NULL OR c.expires_at > $2) AND (c.share_expires_at IS NULL OR c.share_expires_at > $2) AND (c.inner_expires_at IS NULL OR c.inner_expires_at > $2)), given (user_id, access_level, member_role, expires_at) AS (SELECT c.user_id, c.access_level, CASE WHEN c.access_level = c.given_level THEN c.member_role END, NULLIF(CASE WHEN COALESCE(c.expires_at, 9223372036854775807) <= COALESCE(c.share_expires_at, 9223372036854775807) AND COALESCE(c.expires_at, 9223372036854775807) <= COALESCE(c.inner_expires_at, 9223372036854775807) THEN COALESCE(c.expires_at, 9223372036854775807) WHEN COALESCE(c.share_expires_at, 9223372036854775807) <= COALESCE(c.inner_expires_at, 9223372036854775807) THEN COALESCE(c.share_expires_at, 9223372036854775807) ELSE c.inner_expires_at END, 9223372036854775807) FROM lowered c WHERE c.inherited = 0 OR c.access_level >= 10)"
    };
}

/// Each user once, with the highest role, of those the one that lasts longest.
macro_rules! ranked {
    () => {
        ", ranked (user_id, access_level, member_role, expires_at, place) AS (SELECT c.user_id, c.access_level, c.member_role, c.expires_at, ROW_NUMBER() OVER (PARTITION BY c.user_id ORDER BY c.access_level DESC, CASE WHEN c.expires_at IS NULL THEN 0 ELSE 1 END, c.expires_at DESC) FROM given c)"
    };
}

macro_rules! matching {
    () => {
        " FROM ranked r CROSS JOIN users u WHERE r.place = 1 AND u.id = r.user_id AND (u.username_key LIKE CAST($3 AS TEXT) ESCAPE '!' OR LOWER(u.name) LIKE CAST($3 AS TEXT) ESCAPE '!') AND (CAST($4 AS TEXT) = ',' OR $4 LIKE '%,' || CAST(u.id AS TEXT) || ',%') AND CAST($5 AS TEXT) NOT LIKE '%,' || CAST(u.id AS TEXT) || ',%' AND u.id > $6"
    };
}

macro_rules! listed {
    () => {
        " SELECT u.id, u.username, u.name, u.kind, u.state, r.access_level, r.member_role, r.expires_at"
    };
}

statements! {
    LIST_DIRECT = concat!(direct!(), ranked!(), listed!(), matching!(), " ORDER BY u.id LIMIT $7 OFFSET $8");
    LIST_INHERITED = concat!(inherited!(), ranked!(), listed!(), matching!(), " ORDER BY u.id LIMIT $7 OFFSET $8");
    LIST_EVERY = concat!(every!(), ranked!(), listed!(), matching!(), " ORDER BY u.id LIMIT $7 OFFSET $8");
    ACTIVE = concat!(every!(), ranked!(), " SELECT u.username, u.name", matching!(), " AND u.state = 'active' ORDER BY u.id LIMIT $7");
    /// In any order, so that it ends with the last that is wanted.
    BELOW = "SELECT DISTINCT u.username, u.name FROM namespaces n CROSS JOIN memberships m CROSS JOIN users u WHERE n.full_path_key >= $1 AND n.full_path_key < $2 AND m.namespace_id = n.id AND (m.expires_at IS NULL OR m.expires_at > $3) AND u.id = m.user_id AND u.state = 'active' AND (u.username_key LIKE CAST($4 AS TEXT) ESCAPE '!' OR LOWER(u.name) LIKE CAST($4 AS TEXT) ESCAPE '!') LIMIT $5";
    COUNT_DIRECT = concat!(direct!(), ranked!(), " SELECT COUNT(*) FROM (SELECT 1 AS one", matching!(), " LIMIT 10001) c");
    COUNT_INHERITED = concat!(inherited!(), ranked!(), " SELECT COUNT(*) FROM (SELECT 1 AS one", matching!(), " LIMIT 10001) c");
    COUNT_EVERY = concat!(every!(), ranked!(), " SELECT COUNT(*) FROM (SELECT 1 AS one", matching!(), " LIMIT 10001) c");
}

/// By what somebody is a member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MemberRelations {
    /// By a role that was given in the group or project itself.
    #[default]
    Direct,
    /// Or in a group above.
    Inherited,
    /// Or by an invited group.
    Every,
}

/// Which members.
#[derive(Clone, Debug, Default)]
pub struct MemberFilter {
    pub relations: MemberRelations,
    /// In the user name or name.
    pub search: String,
    /// Only these; empty for all.
    pub only: Vec<i64>,
    pub skip: Vec<i64>,
    /// Only users with a higher id.
    pub after: i64,
}

/// A member with the role that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowsedMember {
    pub user: UserId,
    pub username: String,
    pub name: String,
    pub kind: UserKind,
    pub state: UserState,
    pub role: GivenRole,
    pub expires_at: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct MemberRow {
    id: i64,
    username: String,
    name: String,
    kind: String,
    state: String,
    access_level: i64,
    member_role: Option<String>,
    expires_at: Option<i64>,
}

pub struct BrowsedMembers<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(browsed_members -> BrowsedMembers);

impl BrowsedMembers<'_> {
    /// A page of the members at `now`, by the user's id.
    pub async fn list(
        &mut self,
        namespace: NamespaceId,
        filter: &MemberFilter,
        now: Timestamp,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<BrowsedMember>, StorageError> {
        let Some(search) = contains(&filter.search) else { return Ok(Vec::new()) };
        let sql = match filter.relations {
            MemberRelations::Direct => LIST_DIRECT,
            MemberRelations::Inherited => LIST_INHERITED,
            MemberRelations::Every => LIST_EVERY,
        };
        let rows: Vec<MemberRow> = on_db!(self.uow, |c| sqlx::query_as(sql)
            .bind(namespace.0)
            .bind(now.as_millis())
            .bind(search)
            .bind(in_list(&filter.only))
            .bind(in_list(&filter.skip))
            .bind(filter.after)
            .bind(limit)
            .bind(offset)
            .fetch_all(c)
            .await)?;
        let member = |row: MemberRow| {
            Ok(BrowsedMember {
                user: UserId(row.id),
                username: row.username,
                name: row.name,
                kind: kind(&row.kind)?,
                state: state(&row.state)?,
                role: given_role(row.access_level, row.member_role)?,
                expires_at: row.expires_at.map(Timestamp::from_millis),
            })
        };
        rows.into_iter().map(member).collect()
    }

    /// User name and name of active people with `text` in either who have a role in the namespace, by whatever.
    pub async fn active(
        &mut self,
        namespace: NamespaceId,
        text: &str,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<(String, String)>, StorageError> {
        let Some(search) = contains(text) else { return Ok(Vec::new()) };
        Ok(on_db!(self.uow, |c| sqlx::query_as(ACTIVE)
            .bind(namespace.0)
            .bind(now.as_millis())
            .bind(search)
            .bind(in_list(&[]))
            .bind(in_list(&[]))
            .bind(0_i64)
            .bind(limit)
            .fetch_all(c)
            .await)?)
    }

    /// User name and name of active people with `text` in either who have a role below a group by a membership
    /// there; any `limit` of them.
    pub async fn below(
        &mut self,
        group: &GroupPath,
        text: &str,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<(String, String)>, StorageError> {
        let Some(search) = contains(text) else { return Ok(Vec::new()) };
        let (from, until) = group.keys_below();
        Ok(on_db!(self.uow, |c| sqlx::query_as(BELOW)
            .bind(from)
            .bind(until)
            .bind(now.as_millis())
            .bind(search)
            .bind(limit)
            .fetch_all(c)
            .await)?)
    }

    /// How many match; `None` when they are more than [`MOST_COUNTED`].
    pub async fn count(
        &mut self,
        namespace: NamespaceId,
        filter: &MemberFilter,
        now: Timestamp,
    ) -> Result<Option<i64>, StorageError> {
        let Some(search) = contains(&filter.search) else { return Ok(Some(0)) };
        let sql = match filter.relations {
            MemberRelations::Direct => COUNT_DIRECT,
            MemberRelations::Inherited => COUNT_INHERITED,
            MemberRelations::Every => COUNT_EVERY,
        };
        let count: i64 = on_db!(self.uow, |c| sqlx::query_scalar(sql)
            .bind(namespace.0)
            .bind(now.as_millis())
            .bind(search)
            .bind(in_list(&filter.only))
            .bind(in_list(&filter.skip))
            .bind(filter.after)
            .fetch_one(c)
            .await)?;
        Ok((count <= MOST_COUNTED).then_some(count))
    }
}
