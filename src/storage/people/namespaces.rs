//! The tree of groups, subgroups and projects.

use super::memberships::{self, held_by};
use crate::{
    domain::{
        change::Topic,
        ids::{NamespaceId, UserId},
        namespace::{GroupPath, Namespace, NamespaceKind},
        role::Role,
        time::Timestamp,
    },
    storage::{
        StorageError, UnitOfWork, on_db, repository, statements,
        text::contains,
        unit_of_work::{batches, fifty},
    },
};

statements! {
    FIND_BY_PATH = "SELECT id, parent_id, root_id, kind, full_path, name FROM namespaces WHERE full_path_key = $1";
    LOOKUP = "SELECT id, parent_id, root_id, kind, full_path, name FROM namespaces WHERE id = $1";
    /// For a batch of ids.
    PATHS = concat!("SELECT id, full_path FROM namespaces WHERE id IN (", fifty!(), ")");
    ANCESTORS = "WITH RECURSIVE chain (id, parent_id, depth) AS (SELECT id, parent_id, 0 FROM namespaces WHERE id = $1 UNION ALL SELECT n.id, n.parent_id, c.depth + 1 FROM namespaces n JOIN chain c ON n.id = c.parent_id) SELECT n.id, n.parent_id, n.root_id, n.kind, n.full_path, n.name FROM namespaces n JOIN chain c ON c.id = n.id ORDER BY c.depth DESC";
    CHILDREN = "SELECT id, parent_id, root_id, kind, full_path, name FROM namespaces WHERE parent_id = $1 ORDER BY kind, full_path_key LIMIT $2";
    COUNT_TOP_LEVEL = "SELECT COUNT(*) FROM namespaces WHERE parent_id IS NULL";
    TOP_LEVEL_IDS = "SELECT id FROM namespaces WHERE parent_id IS NULL LIMIT $1";
    COUNT_PROJECTS = "SELECT COUNT(*) FROM namespaces WHERE kind = 'project'";
    PROJECT_IDS = "SELECT id FROM namespaces WHERE kind = 'project' LIMIT $1";
    INSERT = "INSERT INTO namespaces (parent_id, root_id, kind, full_path, full_path_key, name, name_key, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id";
    /// Where the user $1 has a role at $5, the highest.
    LIST_VISIBLE = concat!(held_by!("$1", "$5"), " SELECT n.id, n.parent_id, n.root_id, n.kind, n.full_path, n.name, MAX(h.access_level) AS access_level FROM held h CROSS JOIN namespaces n WHERE n.id = h.id AND (n.full_path_key LIKE CAST($2 AS TEXT) ESCAPE '!' OR n.name_key LIKE CAST($6 AS TEXT) ESCAPE '!') GROUP BY n.id, n.parent_id, n.root_id, n.kind, n.full_path, n.name, n.full_path_key ORDER BY n.full_path_key LIMIT $3 OFFSET $4");
    LIST_ALL = "SELECT id, parent_id, root_id, kind, full_path, name, CAST(NULL AS BIGINT) AS access_level FROM namespaces WHERE full_path_key LIKE CAST($1 AS TEXT) ESCAPE '!' OR name_key LIKE CAST($4 AS TEXT) ESCAPE '!' ORDER BY full_path_key LIMIT $2 OFFSET $3";
}

#[derive(sqlx::FromRow)]
pub(in crate::storage) struct NamespaceRow {
    id: i64,
    parent_id: Option<i64>,
    root_id: Option<i64>,
    kind: String,
    full_path: String,
    name: String,
}

#[derive(sqlx::FromRow)]
struct VisibleRow {
    #[sqlx(flatten)]
    namespace: NamespaceRow,
    access_level: Option<i64>,
}

impl TryFrom<NamespaceRow> for Namespace {
    type Error = StorageError;

    fn try_from(row: NamespaceRow) -> Result<Self, Self::Error> {
        Ok(Self {
            id: NamespaceId(row.id),
            parent: row.parent_id.map(NamespaceId),
            root: NamespaceId(row.root_id.unwrap_or(row.id)),
            kind: NamespaceKind::from_key(&row.kind)
                .ok_or_else(|| StorageError::inconsistent("namespaces", "kind", &row.kind))?,
            path: GroupPath::parse(&row.full_path)
                .map_err(|_| StorageError::inconsistent("namespaces", "full_path", &row.full_path))?,
            name: row.name,
        })
    }
}

/// A namespace that the user can see, with their role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisibleNamespace {
    pub namespace: Namespace,
    /// `None` when an administrator lists all namespaces.
    pub role: Option<Role>,
}

pub struct NewNamespace<'a> {
    pub parent: Option<&'a Namespace>,
    pub kind: NamespaceKind,
    pub path: &'a GroupPath,
    pub name: &'a str,
    pub created_at: Timestamp,
}

pub struct Namespaces<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(namespaces -> Namespaces);

impl Namespaces<'_> {
    /// Case-insensitive. `None` when there is no such namespace.
    pub async fn find_by_path(&mut self, path: &GroupPath) -> Result<Option<Namespace>, StorageError> {
        let row: Option<NamespaceRow> =
            on_db!(self.uow, |c| sqlx::query_as(FIND_BY_PATH).bind(path.key()).fetch_optional(c).await)?;
        row.map(Namespace::try_from).transpose()
    }

    /// `None` when there is no such namespace.
    pub async fn lookup(&mut self, id: NamespaceId) -> Result<Option<Namespace>, StorageError> {
        let row: Option<NamespaceRow> =
            on_db!(self.uow, |c| sqlx::query_as(LOOKUP).bind(id.0).fetch_optional(c).await)?;
        row.map(Namespace::try_from).transpose()
    }

    /// The full paths of existing namespaces, in no order.
    pub async fn paths(&mut self, ids: &[NamespaceId]) -> Result<Vec<(NamespaceId, String)>, StorageError> {
        let mut paths = Vec::with_capacity(ids.len());
        for ids in batches(ids) {
            let rows: Vec<(i64, String)> = on_db!(self.uow, |c| {
                ids.fold(sqlx::query_as(PATHS), |query, id| query.bind(id.0)).fetch_all(c).await
            })?;
            paths.extend(rows.into_iter().map(|(id, path)| (NamespaceId(id), path)));
        }
        Ok(paths)
    }

    pub async fn count_top_level(&mut self) -> Result<i64, StorageError> {
        Ok(on_db!(self.uow, |c| sqlx::query_scalar(COUNT_TOP_LEVEL).fetch_one(c).await)?)
    }

    /// Ids of top-level groups, in no order, at most `limit`.
    pub async fn top_level_ids(&mut self, limit: i64) -> Result<Vec<i64>, StorageError> {
        Ok(on_db!(self.uow, |c| sqlx::query_scalar(TOP_LEVEL_IDS).bind(limit).fetch_all(c).await)?)
    }

    pub async fn count_projects(&mut self) -> Result<i64, StorageError> {
        Ok(on_db!(self.uow, |c| sqlx::query_scalar(COUNT_PROJECTS).fetch_one(c).await)?)
    }

    /// Ids of projects, in no order, at most `limit`.
    pub async fn project_ids(&mut self, limit: i64) -> Result<Vec<i64>, StorageError> {
        Ok(on_db!(self.uow, |c| sqlx::query_scalar(PROJECT_IDS).bind(limit).fetch_all(c).await)?)
    }

    /// The path from the top-level group to the namespace itself.
    pub async fn ancestors(&mut self, id: NamespaceId) -> Result<Vec<Namespace>, StorageError> {
        let rows: Vec<NamespaceRow> =
            on_db!(self.uow, |c| sqlx::query_as(ANCESTORS).bind(id.0).fetch_all(c).await)?;
        rows.into_iter().map(Namespace::try_from).collect()
    }

    /// Subgroups, then projects; at most `limit`.
    pub async fn children(&mut self, id: NamespaceId, limit: i64) -> Result<Vec<Namespace>, StorageError> {
        let rows: Vec<NamespaceRow> =
            on_db!(self.uow, |c| sqlx::query_as(CHILDREN).bind(id.0).bind(limit).fetch_all(c).await)?;
        rows.into_iter().map(Namespace::try_from).collect()
    }

    /// The namespaces where `user` has a role at `now`, inherited ones included; all when `user` is `None`.
    /// Only those with `filter` in path or name, sorted by path.
    pub async fn list_visible(
        &mut self,
        user: Option<UserId>,
        filter: &str,
        now: Timestamp,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<VisibleNamespace>, StorageError> {
        let (Some(path), Some(name)) = (contains(&filter.replace('/', "+")), contains(filter)) else {
            return Ok(Vec::new());
        };
        let rows: Vec<VisibleRow> = on_db!(self.uow, |c| match user {
            Some(user) => {
                sqlx::query_as(LIST_VISIBLE)
                    .bind(user.0)
                    .bind(path)
                    .bind(limit)
                    .bind(offset)
                    .bind(now.as_millis())
                    .bind(name)
                    .fetch_all(c)
                    .await
            }
            None => {
                sqlx::query_as(LIST_ALL).bind(path).bind(limit).bind(offset).bind(name).fetch_all(c).await
            }
        })?;
        let visible = |row: VisibleRow| {
            let role = row.access_level.map(|level| memberships::given_role(level, None)).transpose()?;
            let role = role.map(|it| it.role());
            Ok(VisibleNamespace { namespace: row.namespace.try_into()?, role })
        };
        rows.into_iter().map(visible).collect()
    }

    /// # Errors
    /// [`StorageError::Duplicate`] when the path is taken.
    pub async fn add(&mut self, new: &NewNamespace<'_>) -> Result<Namespace, StorageError> {
        let parent = new.parent.map(|parent| parent.id);
        let root = new.parent.map(|parent| parent.root);
        let id: i64 = on_db!(self.uow, |c| sqlx::query_scalar(INSERT)
            .bind(parent.map(|it| it.0))
            .bind(root.map(|it| it.0))
            .bind(new.kind.key())
            .bind(new.path.as_str())
            .bind(new.path.key())
            .bind(new.name)
            .bind(new.name.to_lowercase())
            .bind(new.created_at.as_millis())
            .fetch_one(c)
            .await)?;
        self.uow.change_feed().touch(Topic::Namespaces);
        Ok(Namespace {
            id: NamespaceId(id),
            parent,
            root: root.unwrap_or(NamespaceId(id)),
            kind: new.kind,
            path: new.path.clone(),
            name: new.name.to_owned(),
        })
    }
}
