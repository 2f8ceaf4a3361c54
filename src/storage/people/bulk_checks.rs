//! What an import asks of many rows before it writes: what is archived, and who has a role in a group.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::bulk::{Bulk, ROWS};
use crate::{
    domain::{
        ids::{NamespaceId, UserId},
        namespace::GroupPath,
        time::Timestamp,
    },
    storage::{StorageError, dialect_statements, on_db},
};

/// What `seats::HAS_ROLE` finds for one pair, for all pairs `asked`. Its search of projects that invited a
/// group goes the other way here: from the few that are invited to the groups above them.
macro_rules! with_role {
    () => {
        "chain (root, id) AS (SELECT i.root, s.invited_group_id FROM (SELECT DISTINCT a.root FROM asked a) i CROSS JOIN namespaces n CROSS JOIN namespace_shares s WHERE n.root_id = i.root AND n.kind = 'project' AND s.namespace_id = n.id AND (s.expires_at IS NULL OR s.expires_at > $2) UNION SELECT c.root, n.parent_id FROM chain c CROSS JOIN namespaces n WHERE n.id = c.id AND n.parent_id IS NOT NULL) SELECT r.root, r.person FROM asked r CROSS JOIN memberships m CROSS JOIN namespaces n WHERE m.user_id = r.person AND n.id = m.namespace_id AND (n.id = r.root OR n.root_id = r.root) AND (m.expires_at IS NULL OR m.expires_at > $2) UNION SELECT r.root, r.person FROM asked r CROSS JOIN memberships m CROSS JOIN namespace_shares s CROSS JOIN namespaces n WHERE m.user_id = r.person AND s.invited_group_id = m.namespace_id AND n.id = s.namespace_id AND (n.id = r.root OR n.root_id = r.root) AND (m.expires_at IS NULL OR m.expires_at > $2) AND (s.expires_at IS NULL OR s.expires_at > $2) UNION SELECT r.root, r.person FROM chain c CROSS JOIN asked r CROSS JOIN memberships m WHERE r.root = c.root AND m.namespace_id = c.id AND m.user_id = r.person AND m.access_level >= 10 AND (m.expires_at IS NULL OR m.expires_at > $2) UNION SELECT r.root, r.person FROM chain c CROSS JOIN namespace_shares s CROSS JOIN asked r CROSS JOIN memberships m WHERE s.namespace_id = c.id AND s.access_level >= 10 AND (s.expires_at IS NULL OR s.expires_at > $2) AND r.root = c.root AND m.namespace_id = s.invited_group_id AND m.user_id = r.person AND m.access_level >= 10 AND (m.expires_at IS NULL OR m.expires_at > $2)"
    };
}

/// The archived namespaces among those `asked` and what is above them, the nearest last.
macro_rules! archived {
    () => {
        " UNION ALL SELECT c.asked, n.parent_id, c.distance + 1 FROM chain c CROSS JOIN namespaces n WHERE n.id = c.id AND n.parent_id IS NOT NULL) SELECT c.asked, n.full_path FROM chain c CROSS JOIN namespaces n WHERE n.id = c.id AND n.archived_at IS NOT NULL ORDER BY c.distance DESC"
    };
}

dialect_statements! {
    sqlite {
        WITH_ROLE_SQLITE = concat!("WITH RECURSIVE asked (root, person) AS (SELECT r.value ->> 0, r.value ->> 1 FROM json_each($1) r), ", with_role!());
        ARCHIVED_SQLITE = concat!("WITH RECURSIVE chain (asked, id, distance) AS (SELECT r.value, r.value, 0 FROM json_each($1) r", archived!());
    }
    postgres {
        WITH_ROLE_POSTGRES = concat!("WITH RECURSIVE asked (root, person) AS (SELECT (r.value ->> 0)::BIGINT, (r.value ->> 1)::BIGINT FROM json_array_elements($1::TEXT::JSON) AS r (value)), ", with_role!());
        ARCHIVED_POSTGRES = concat!("WITH RECURSIVE chain (asked, id, distance) AS (SELECT r.value::BIGINT, r.value::BIGINT, 0 FROM json_array_elements_text($1::TEXT::JSON) AS r (value)", archived!());
    }
}

impl Bulk<'_> {
    /// Those of the pairs of top-level group and user who have a role at `now` in the group or anywhere below
    /// it, as [`super::seats::Seats::has_role`].
    pub async fn with_role(
        &mut self,
        pairs: &[(NamespaceId, UserId)],
        now: Timestamp,
    ) -> Result<HashSet<(NamespaceId, UserId)>, StorageError> {
        let sql = self.sql((WITH_ROLE_SQLITE, WITH_ROLE_POSTGRES));
        let mut found = HashSet::with_capacity(pairs.len());
        for pairs in pairs.chunks(ROWS) {
            let pairs: Value = pairs.iter().map(|(group, user)| json!([group.0, user.0])).collect();
            let rows: Vec<(i64, i64)> = on_db!(self.uow, |c| sqlx::query_as(sql)
                .bind(pairs.to_string())
                .bind(now.as_millis())
                .fetch_all(c)
                .await)?;
            found.extend(rows.into_iter().map(|(group, user)| (NamespaceId(group), UserId(user))));
        }
        Ok(found)
    }

    /// Those that are archived, each with the path of what is: itself, or the nearest group above that is.
    pub async fn archived(
        &mut self,
        ids: &[NamespaceId],
    ) -> Result<HashMap<NamespaceId, GroupPath>, StorageError> {
        let sql = self.sql((ARCHIVED_SQLITE, ARCHIVED_POSTGRES));
        let mut found = HashMap::new();
        for ids in ids.chunks(ROWS) {
            let ids: Value = ids.iter().map(|id| id.0).collect();
            let rows: Vec<(i64, String)> =
                on_db!(self.uow, |c| sqlx::query_as(sql).bind(ids.to_string()).fetch_all(c).await)?;
            for (id, path) in rows {
                let wrong = |_| StorageError::inconsistent("namespaces", "full_path", &path);
                found.insert(NamespaceId(id), GroupPath::parse(&path).map_err(wrong)?);
            }
        }
        Ok(found)
    }
}
