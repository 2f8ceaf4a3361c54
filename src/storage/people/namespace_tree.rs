//! Changes of the tree of groups and projects: edits, moves, archiving, deletion.
//!
//! The keys of a subtree are a range, so that a move is one statement. Every change of a tree first claims its
//! top-level group ([`Namespaces::claim`]): of two changes of one tree the later is stale, and what was read
//! of the tree, paths and depth above all, still holds when the change is written.

use super::namespaces::Namespaces;
use crate::{
    domain::{
        change::Topic,
        ids::NamespaceId,
        namespace::{GroupPath, Namespace, NamespaceKind},
        time::Timestamp,
    },
    storage::{StorageError, on_db, statements},
};

statements! {
    DETAILS = "SELECT description, created_at, archived_at, version FROM namespaces WHERE id = $1";
    CLAIM = "UPDATE namespaces SET version = version + 1 WHERE id = $1 AND version = $2 RETURNING version";
    SET_NAME = "UPDATE namespaces SET name = $2, name_key = $3, version = version + 1 WHERE id = $1";
    SET_DESCRIPTION = "UPDATE namespaces SET description = $2, version = version + 1 WHERE id = $1";
    SET_ARCHIVED = "UPDATE namespaces SET archived_at = $2, version = version + 1 WHERE id = $1";
    /// Paths are ASCII, so a path and its key are equally long: $3 is where the rest of both begins.
    MOVE = "UPDATE namespaces SET full_path = $1 || SUBSTR(full_path, $3), full_path_key = $2 || SUBSTR(full_path_key, $3), parent_id = CASE WHEN id = $4 THEN CAST($5 AS BIGINT) ELSE parent_id END, root_id = CASE WHEN id = $4 THEN CAST($6 AS BIGINT) ELSE CAST($7 AS BIGINT) END, version = version + 1 WHERE full_path_key >= $8 AND full_path_key < $9";
    DELETE = "DELETE FROM namespaces WHERE full_path_key >= $1 AND full_path_key < $2";
    /// With how many there are of each kind, and the number of names and of characters in the longest path.
    EXTENT = "SELECT kind, COUNT(*) AS count, CAST(MAX(LENGTH(full_path_key) - LENGTH(REPLACE(full_path_key, '+', ''))) + 1 AS BIGINT) AS depth, CAST(MAX(LENGTH(full_path)) AS BIGINT) AS longest FROM namespaces WHERE full_path_key >= $1 AND full_path_key < $2 GROUP BY kind";
    /// The nearest archived namespace, the given one first.
    ARCHIVED = "WITH RECURSIVE chain (id, parent_id, archived_at, full_path, distance) AS (SELECT id, parent_id, archived_at, full_path, 0 FROM namespaces WHERE id = $1 UNION ALL SELECT n.id, n.parent_id, n.archived_at, n.full_path, c.distance + 1 FROM namespaces n JOIN chain c ON n.id = c.parent_id) SELECT full_path FROM chain WHERE archived_at IS NOT NULL ORDER BY distance LIMIT 1";
}

/// What a namespace has besides its place in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceDetails {
    pub description: String,
    pub created_at: Timestamp,
    /// `None` unless it is archived itself; see [`Namespaces::archived`].
    pub archived_at: Option<Timestamp>,
    pub version: i64,
}

/// How large a subtree is, without its root.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    pub groups: i64,
    pub projects: i64,
    /// The number of names in the longest path of a group, and of a project; 0 where there is none.
    pub deepest_group: i64,
    pub deepest_project: i64,
    /// The number of characters in the longest path; 0 where there is none.
    pub longest: i64,
}

impl Extent {
    /// `2 subgroups, 1 project`; empty when there is nothing.
    pub fn words(&self) -> String {
        let counted = |count: i64, what: &str| match count {
            0 => None,
            1 => Some(format!("1 {what}")),
            count => Some(format!("{count} {what}s")),
        };
        let parts = [counted(self.groups, "subgroup"), counted(self.projects, "project")];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

impl Namespaces<'_> {
    /// `None` when there is no such namespace.
    pub async fn details(&mut self, id: NamespaceId) -> Result<Option<NamespaceDetails>, StorageError> {
        let row: Option<(String, i64, Option<i64>, i64)> =
            on_db!(self.uow, |c| sqlx::query_as(DETAILS).bind(id.0).fetch_optional(c).await)?;
        Ok(row.map(|(description, created_at, archived_at, version)| NamespaceDetails {
            description,
            created_at: Timestamp::from_millis(created_at),
            archived_at: archived_at.map(Timestamp::from_millis),
            version,
        }))
    }

    /// Claims the tree of a top-level group for a change, before anything else is written to it. Of two
    /// trees, the one with the lower id comes first.
    ///
    /// # Errors
    /// [`StorageError::Stale`] when the tree was changed since version `seen` was read.
    pub async fn claim(&mut self, top_level: NamespaceId, seen: i64) -> Result<(), StorageError> {
        let version: Option<i64> = on_db!(self.uow, |c| sqlx::query_scalar(CLAIM)
            .bind(top_level.0)
            .bind(seen)
            .fetch_optional(c)
            .await)?;
        self.uow.saved(version, seen)?;
        self.uow.change_feed().touch(Topic::Namespaces);
        Ok(())
    }

    pub async fn set_name(&mut self, id: NamespaceId, name: &str) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(SET_NAME)
            .bind(id.0)
            .bind(name)
            .bind(name.to_lowercase())
            .execute(c)
            .await
            .map(drop))?;
        self.uow.change_feed().touch(Topic::Namespaces);
        Ok(())
    }

    pub async fn set_description(&mut self, id: NamespaceId, text: &str) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(SET_DESCRIPTION).bind(id.0).bind(text).execute(c).await.map(drop))?;
        self.uow.change_feed().touch(Topic::Namespaces);
        Ok(())
    }

    /// `None` takes it out of the archive.
    pub async fn set_archived(&mut self, id: NamespaceId, at: Option<Timestamp>) -> Result<(), StorageError> {
        on_db!(self.uow, |c| sqlx::query(SET_ARCHIVED)
            .bind(id.0)
            .bind(at.map(Timestamp::as_millis))
            .execute(c)
            .await
            .map(drop))?;
        self.uow.change_feed().touch(Topic::Namespaces);
        Ok(())
    }

    /// Moves a namespace with everything below it to `path`, which is below `parent`, or at the top level.
    /// Returns how many moved.
    ///
    /// # Errors
    /// [`StorageError::Duplicate`] when the path is taken.
    pub async fn move_to(
        &mut self,
        moved: &Namespace,
        parent: Option<&Namespace>,
        path: &GroupPath,
    ) -> Result<u64, StorageError> {
        let (from, before) = subtree(&moved.path);
        // No path is nearly as long.
        let rest = i32::try_from(from.len() + 1).unwrap_or(i32::MAX);
        let root = parent.map(|it| it.root);
        let count = on_db!(self.uow, |c| sqlx::query(MOVE)
            .bind(path.as_str())
            .bind(path.key())
            .bind(rest)
            .bind(moved.id.0)
            .bind(parent.map(|it| it.id.0))
            .bind(root.map(|it| it.0))
            .bind(root.unwrap_or(moved.id).0)
            .bind(from)
            .bind(before)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        self.uow.change_feed().touch(Topic::Namespaces);
        Ok(count)
    }

    /// Deletes a namespace with everything below it, and returns how many.
    pub async fn delete(&mut self, namespace: &Namespace) -> Result<u64, StorageError> {
        let (from, before) = subtree(&namespace.path);
        let count = on_db!(self.uow, |c| sqlx::query(DELETE)
            .bind(from)
            .bind(before)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        self.uow.change_feed().touch(Topic::Namespaces);
        Ok(count)
    }

    /// How large the subtree below the path is.
    pub async fn extent(&mut self, path: &GroupPath) -> Result<Extent, StorageError> {
        let (from, before) = path.keys_below();
        let rows: Vec<(String, i64, i64, i64)> =
            on_db!(self.uow, |c| sqlx::query_as(EXTENT).bind(from).bind(before).fetch_all(c).await)?;
        let mut extent = Extent::default();
        for (kind, count, depth, longest) in rows {
            extent.longest = extent.longest.max(longest);
            match NamespaceKind::from_key(&kind) {
                Some(NamespaceKind::Group) => (extent.groups, extent.deepest_group) = (count, depth),
                Some(NamespaceKind::Project) => (extent.projects, extent.deepest_project) = (count, depth),
                None => return Err(StorageError::inconsistent("namespaces", "kind", &kind)),
            }
        }
        Ok(extent)
    }

    /// The path of what is archived: the namespace itself, or the nearest group above that is. `None` when
    /// nothing is.
    pub async fn archived(&mut self, id: NamespaceId) -> Result<Option<GroupPath>, StorageError> {
        let path: Option<String> =
            on_db!(self.uow, |c| sqlx::query_scalar(ARCHIVED).bind(id.0).fetch_optional(c).await)?;
        path.map(|path| {
            GroupPath::parse(&path).map_err(|_| StorageError::inconsistent("namespaces", "full_path", &path))
        })
        .transpose()
    }
}

/// The keys of a namespace and all below it: from the first one to before the second. No character of a path
/// sorts before '+', so nothing else is between them.
fn subtree(path: &GroupPath) -> (String, String) {
    (path.key(), path.keys_below().1)
}
