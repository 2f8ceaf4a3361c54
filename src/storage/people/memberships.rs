//! Memberships, and the roles that result from them and from invited groups.

use crate::{
    domain::{
        change::Topic,
        ids::{NamespaceId, UserId},
        people::{
            grants::{Grant, Source},
            members::Membership,
        },
        role::GivenRole,
        time::Timestamp,
    },
    storage::{StorageError, UnitOfWork, on_db, repository, statements},
};

/// Where a user has a role, for a statement to begin with: `held` has each way to a role, with what is below;
/// the highest counts. `reached`: by memberships, by invitations of groups that they are direct members of, and
/// below those; Minimal Access reaches nothing below. Then the projects to which a reached group is invited.
/// `CROSS JOIN` keeps SQLite from scanning all namespaces first. `$user` and `$now` are placeholders.
macro_rules! held_by {
    ($user:literal, $now:literal) => {
        concat!(
            "WITH RECURSIVE reached (id, access_level) AS (SELECT namespace_id, access_level FROM memberships WHERE user_id = ",
            $user,
            " AND (expires_at IS NULL OR expires_at > ",
            $now,
            ") UNION SELECT s.namespace_id, CASE WHEN s.access_level < m.access_level THEN s.access_level ELSE m.access_level END FROM memberships m CROSS JOIN namespace_shares s WHERE s.invited_group_id = m.namespace_id AND m.user_id = ",
            $user,
            " AND (m.expires_at IS NULL OR m.expires_at > ",
            $now,
            ") AND (s.expires_at IS NULL OR s.expires_at > ",
            $now,
            ") UNION SELECT n.id, r.access_level FROM reached r CROSS JOIN namespaces n WHERE n.parent_id = r.id AND r.access_level >= 10), held (id, access_level) AS (SELECT id, access_level FROM reached UNION ALL SELECT s.namespace_id, CASE WHEN s.access_level < r.access_level THEN s.access_level ELSE r.access_level END FROM reached r CROSS JOIN namespace_shares s CROSS JOIN namespaces p WHERE s.invited_group_id = r.id AND p.id = s.namespace_id AND p.kind = 'project' AND (s.expires_at IS NULL OR s.expires_at > ",
            $now,
            "))",
        )
    };
}
pub(in crate::storage) use held_by;

statements! {
    /// What gives the user a role in the namespace, expired grants included. `CROSS JOIN` keeps SQLite on the
    /// way from the namespace upwards.
    GRANTS = "WITH RECURSIVE chain (id, parent_id, kind) AS (SELECT id, parent_id, kind FROM namespaces WHERE id = $2 UNION ALL SELECT n.id, n.parent_id, n.kind FROM chain c CROSS JOIN namespaces n WHERE n.id = c.parent_id), invited (at_id, group_id, source, access_level, expires_at, id, parent_id) AS (SELECT s.namespace_id, s.invited_group_id, s.source, s.access_level, s.expires_at, g.id, g.parent_id FROM chain c CROSS JOIN namespace_shares s CROSS JOIN namespaces g WHERE c.kind = 'project' AND s.namespace_id = c.id AND g.id = s.invited_group_id UNION ALL SELECT i.at_id, i.group_id, i.source, i.access_level, i.expires_at, n.id, n.parent_id FROM invited i CROSS JOIN namespaces n WHERE n.id = i.parent_id) SELECT c.id AS at_id, c.parent_id AS above_id, m.source, m.access_level, m.member_role, m.expires_at, CAST(NULL AS BIGINT) AS through_id, CAST(NULL AS BIGINT) AS share_level, CAST(NULL AS BIGINT) AS share_expires_at, CAST(NULL AS BIGINT) AS inner_level, CAST(NULL AS BIGINT) AS inner_expires_at FROM chain c CROSS JOIN memberships m WHERE m.namespace_id = c.id AND m.user_id = $1 UNION ALL SELECT c.id, c.parent_id, s.source, m.access_level, m.member_role, m.expires_at, s.invited_group_id, s.access_level, s.expires_at, NULL, NULL FROM chain c CROSS JOIN namespace_shares s CROSS JOIN memberships m WHERE c.kind = 'group' AND s.namespace_id = c.id AND m.namespace_id = s.invited_group_id AND m.user_id = $1 UNION ALL SELECT i.at_id, i.at_id, i.source, m.access_level, m.member_role, m.expires_at, i.group_id, i.access_level, i.expires_at, NULL, NULL FROM invited i CROSS JOIN memberships m WHERE m.namespace_id = i.id AND m.user_id = $1 AND (m.access_level >= 10 OR i.id = i.group_id) UNION ALL SELECT i.at_id, i.at_id, i.source, m.access_level, m.member_role, m.expires_at, i.group_id, i.access_level, i.expires_at, s.access_level, s.expires_at FROM invited i CROSS JOIN namespace_shares s CROSS JOIN memberships m WHERE s.namespace_id = i.id AND m.namespace_id = s.invited_group_id AND m.user_id = $1 AND (s.access_level >= 10 AND m.access_level >= 10 OR i.id = i.group_id)";
    SET = "INSERT INTO memberships (namespace_id, user_id, source, access_level, member_role, expires_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (namespace_id, user_id, source) DO UPDATE SET access_level = excluded.access_level, member_role = excluded.member_role, expires_at = excluded.expires_at WHERE memberships.access_level <> excluded.access_level OR memberships.member_role IS DISTINCT FROM excluded.member_role OR memberships.expires_at IS DISTINCT FROM excluded.expires_at";
    REMOVE = "DELETE FROM memberships WHERE namespace_id = $1 AND user_id = $2 AND source = $3";
    LIST_OF_USER = "SELECT m.namespace_id, n.parent_id, m.source, m.access_level, m.member_role, m.expires_at FROM memberships m JOIN namespaces n ON n.id = m.namespace_id WHERE m.user_id = $1 ORDER BY m.namespace_id, m.source";
}

/// A row of [`GRANTS`]: a membership, with the invitation that makes it count elsewhere, and for a project
/// the invitation of that group to the invited group.
#[derive(sqlx::FromRow)]
pub(super) struct GrantRow {
    at_id: i64,
    above_id: Option<i64>,
    source: String,
    access_level: i64,
    member_role: Option<String>,
    expires_at: Option<i64>,
    through_id: Option<i64>,
    share_level: Option<i64>,
    share_expires_at: Option<i64>,
    inner_level: Option<i64>,
    inner_expires_at: Option<i64>,
}

impl TryFrom<GrantRow> for Grant {
    type Error = StorageError;

    fn try_from(row: GrantRow) -> Result<Self, Self::Error> {
        let level = [row.share_level, row.inner_level].into_iter().flatten().fold(row.access_level, i64::min);
        // A custom role that an invitation lowers is no longer that role.
        let name = row.member_role.filter(|_| level == row.access_level);
        let ends = [row.expires_at, row.share_expires_at, row.inner_expires_at];
        Ok(Self {
            at: NamespaceId(row.at_id),
            at_top_level: row.above_id.is_none(),
            source: source(&row.source)?,
            role: given_role(level, name)?,
            expires_at: ends.into_iter().flatten().min().map(Timestamp::from_millis),
            through: row.through_id.map(NamespaceId),
        })
    }
}

pub(super) fn source(key: &str) -> Result<Source, StorageError> {
    Source::from_key(key).ok_or_else(|| StorageError::inconsistent("memberships", "source", key))
}

pub(in crate::storage) fn given_role(level: i64, name: Option<String>) -> Result<GivenRole, StorageError> {
    GivenRole::new(level, name)
        .ok_or_else(|| StorageError::inconsistent("memberships", "access_level", level.to_string()))
}

/// What a source gives, as a membership or an invitation stores it.
pub(super) fn given(
    level: i64,
    name: Option<String>,
    expires_at: Option<i64>,
) -> Result<Membership, StorageError> {
    Ok(Membership { role: given_role(level, name)?, expires_at: expires_at.map(Timestamp::from_millis) })
}

#[derive(sqlx::FromRow)]
struct MembershipRow {
    namespace_id: i64,
    parent_id: Option<i64>,
    source: String,
    access_level: i64,
    member_role: Option<String>,
    expires_at: Option<i64>,
}

pub struct Memberships<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(memberships -> Memberships);

impl Memberships<'_> {
    /// Everything that gives the user a role in a namespace, from there, from above, or through invited
    /// groups. Those that have expired are included.
    pub async fn grants(&mut self, user: UserId, namespace: NamespaceId) -> Result<Vec<Grant>, StorageError> {
        let rows: Vec<GrantRow> =
            on_db!(self.uow, |c| sqlx::query_as(GRANTS).bind(user.0).bind(namespace.0).fetch_all(c).await)?;
        rows.into_iter().map(Grant::try_from).collect()
    }

    /// The user's own memberships, of all sources.
    pub async fn list_of_user(&mut self, user: UserId) -> Result<Vec<Grant>, StorageError> {
        let rows: Vec<MembershipRow> =
            on_db!(self.uow, |c| sqlx::query_as(LIST_OF_USER).bind(user.0).fetch_all(c).await)?;
        let membership = |row: MembershipRow| {
            Ok(Grant {
                at: NamespaceId(row.namespace_id),
                at_top_level: row.parent_id.is_none(),
                source: source(&row.source)?,
                role: given_role(row.access_level, row.member_role)?,
                expires_at: row.expires_at.map(Timestamp::from_millis),
                through: None,
            })
        };
        rows.into_iter().map(membership).collect()
    }

    /// Gives the role that a source says; another of the same source is replaced. `false` when it is so already.
    pub async fn set(
        &mut self,
        namespace: NamespaceId,
        user: UserId,
        source: Source,
        role: &GivenRole,
        expires_at: Option<Timestamp>,
    ) -> Result<bool, StorageError> {
        let rows = on_db!(self.uow, |c| sqlx::query(SET)
            .bind(namespace.0)
            .bind(user.0)
            .bind(source.key())
            .bind(role.access_level())
            .bind(role.custom_name())
            .bind(expires_at.map(Timestamp::as_millis))
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if rows > 0 {
            self.uow.change_feed().touch(Topic::People);
        }
        Ok(rows > 0)
    }

    /// Takes back what a source gave. `false` when it gave nothing.
    pub async fn remove(
        &mut self,
        namespace: NamespaceId,
        user: UserId,
        source: Source,
    ) -> Result<bool, StorageError> {
        let rows = on_db!(self.uow, |c| sqlx::query(REMOVE)
            .bind(namespace.0)
            .bind(user.0)
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
