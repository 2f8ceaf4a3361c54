//! Lists of groups and projects for programs: filtered, sorted, in pages, with a count.

use super::{memberships::held_by, namespaces::NamespaceRow};
use crate::{
    domain::{
        ids::{NamespaceId, UserId},
        namespace::{GroupPath, Namespace, NamespaceKind},
        time::Timestamp,
    },
    storage::{
        StorageError, UnitOfWork, on_db, repository, statements,
        text::{contains, in_list},
        unit_of_work::{MOST_COUNTED, batches, fifty},
    },
};

/// Archived namespaces, and those below them.
macro_rules! archived {
    () => {
        "archived (id) AS (SELECT id FROM namespaces WHERE archived_at IS NOT NULL UNION SELECT n.id FROM archived r CROSS JOIN namespaces n WHERE n.parent_id = r.id)"
    };
}

/// The rows of all namespaces that match $1 to $11.
macro_rules! all {
    ($select:literal, $more:literal) => {
        concat!(
            "WITH RECURSIVE ",
            archived!(),
            " SELECT ",
            $select,
            " FROM namespaces n WHERE ",
            matching!(),
            $more
        )
    };
}

/// The same of those where user $12 has at least the role $14 at $13.
macro_rules! mine {
    ($select:literal, $more:literal) => {
        concat!(
            held_by!("$12", "$13"),
            ", mine (id) AS (SELECT h.id FROM held h GROUP BY h.id HAVING MAX(h.access_level) >= $14), ",
            archived!(),
            " SELECT ",
            $select,
            " FROM mine r CROSS JOIN namespaces n WHERE n.id = r.id AND ",
            matching!(),
            $more
        )
    };
}

macro_rules! matching {
    () => {
        "n.kind = $1 AND n.full_path_key >= $2 AND n.full_path_key < $3 AND (n.full_path_key LIKE CAST($4 AS TEXT) ESCAPE '!' OR n.name_key LIKE CAST($5 AS TEXT) ESCAPE '!') AND (CAST($6 AS BIGINT) = 0 OR n.parent_id IS NULL) AND (CAST($7 AS BIGINT) = 0 OR n.parent_id = $7) AND (CAST($8 AS BIGINT) < 0 OR CASE WHEN n.id IN (SELECT h.id FROM archived h) THEN 1 ELSE 0 END = $8) AND n.id > $9 AND n.id < $10 AND CAST($11 AS TEXT) NOT LIKE '%,' || CAST(n.id AS TEXT) || ',%'"
    };
}

macro_rules! listed_from_all {
    ($order:literal) => {
        all!(
            "n.id, n.parent_id, n.root_id, n.kind, n.full_path, n.name, n.description, n.created_at, CAST(CASE WHEN n.id IN (SELECT h.id FROM archived h) THEN 1 ELSE 0 END AS BIGINT) AS archived",
            $order
        )
    };
}

macro_rules! listed_from_mine {
    ($order:literal) => {
        mine!(
            "n.id, n.parent_id, n.root_id, n.kind, n.full_path, n.name, n.description, n.created_at, CAST(CASE WHEN n.id IN (SELECT h.id FROM archived h) THEN 1 ELSE 0 END AS BIGINT) AS archived",
            $order
        )
    };
}

statements! {
    ALL_BY_ID = listed_from_all!(" ORDER BY n.id LIMIT $12 OFFSET $13");
    ALL_BY_ID_DOWN = listed_from_all!(" ORDER BY n.id DESC LIMIT $12 OFFSET $13");
    ALL_BY_NAME = listed_from_all!(" ORDER BY n.name_key, n.id LIMIT $12 OFFSET $13");
    ALL_BY_NAME_DOWN = listed_from_all!(" ORDER BY n.name_key DESC, n.id DESC LIMIT $12 OFFSET $13");
    ALL_BY_PATH = listed_from_all!(" ORDER BY n.full_path_key LIMIT $12 OFFSET $13");
    ALL_BY_PATH_DOWN = listed_from_all!(" ORDER BY n.full_path_key DESC LIMIT $12 OFFSET $13");
    COUNT_ALL = concat!("SELECT COUNT(*) FROM (", all!("1 AS one", " LIMIT 10001"), ") r");
    MINE_BY_ID = listed_from_mine!(" ORDER BY n.id LIMIT $15 OFFSET $16");
    MINE_BY_ID_DOWN = listed_from_mine!(" ORDER BY n.id DESC LIMIT $15 OFFSET $16");
    MINE_BY_NAME = listed_from_mine!(" ORDER BY n.name_key, n.id LIMIT $15 OFFSET $16");
    MINE_BY_NAME_DOWN = listed_from_mine!(" ORDER BY n.name_key DESC, n.id DESC LIMIT $15 OFFSET $16");
    MINE_BY_PATH = listed_from_mine!(" ORDER BY n.full_path_key LIMIT $15 OFFSET $16");
    MINE_BY_PATH_DOWN = listed_from_mine!(" ORDER BY n.full_path_key DESC LIMIT $15 OFFSET $16");
    COUNT_MINE = concat!("SELECT COUNT(*) FROM (", mine!("1 AS one", " LIMIT 10001"), ") r");
    /// For a batch of keys.
    NAMES = concat!("SELECT id, full_path_key, name, parent_id FROM namespaces WHERE full_path_key IN (", fifty!(), ")");
    SHARES = "SELECT g.id, g.name, g.full_path, s.access_level, s.expires_at FROM namespace_shares s CROSS JOIN namespaces g WHERE s.namespace_id = $1 AND g.id = s.invited_group_id AND (s.expires_at IS NULL OR s.expires_at > $2) ORDER BY g.full_path_key, s.access_level DESC";
}

/// What a list is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NamespaceOrder {
    #[default]
    Name,
    Path,
    Id,
}

/// Which namespaces, in which order.
#[derive(Clone, Debug)]
pub struct NamespaceFilter {
    pub kind: NamespaceKind,
    /// Only where this user has this access level, whoever asks; `None` for all.
    pub held_by: Option<(UserId, i64)>,
    /// Only below this group.
    pub below: Option<GroupPath>,
    /// Only directly below this one.
    pub parent: Option<NamespaceId>,
    pub top_level_only: bool,
    /// In path or name.
    pub search: String,
    /// Whether archived, itself or by a group above; `None` for either.
    pub archived: Option<bool>,
    pub skip: Vec<i64>,
    /// Only ids between these, exclusively.
    pub ids: (i64, i64),
    pub order: NamespaceOrder,
    pub descending: bool,
}

impl NamespaceFilter {
    /// All of a kind.
    pub const fn all(kind: NamespaceKind) -> Self {
        Self {
            kind,
            held_by: None,
            below: None,
            parent: None,
            top_level_only: false,
            search: String::new(),
            archived: None,
            skip: Vec::new(),
            ids: (i64::MIN, i64::MAX),
            order: NamespaceOrder::Name,
            descending: false,
        }
    }

    const fn statement(&self) -> &'static str {
        match (self.held_by.is_some(), self.order, self.descending) {
            (false, NamespaceOrder::Id, false) => ALL_BY_ID,
            (false, NamespaceOrder::Id, true) => ALL_BY_ID_DOWN,
            (false, NamespaceOrder::Name, false) => ALL_BY_NAME,
            (false, NamespaceOrder::Name, true) => ALL_BY_NAME_DOWN,
            (false, NamespaceOrder::Path, false) => ALL_BY_PATH,
            (false, NamespaceOrder::Path, true) => ALL_BY_PATH_DOWN,
            (true, NamespaceOrder::Id, false) => MINE_BY_ID,
            (true, NamespaceOrder::Id, true) => MINE_BY_ID_DOWN,
            (true, NamespaceOrder::Name, false) => MINE_BY_NAME,
            (true, NamespaceOrder::Name, true) => MINE_BY_NAME_DOWN,
            (true, NamespaceOrder::Path, false) => MINE_BY_PATH,
            (true, NamespaceOrder::Path, true) => MINE_BY_PATH_DOWN,
        }
    }
}

/// A namespace with what a list says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowsedNamespace {
    pub namespace: Namespace,
    pub description: String,
    pub created_at: Timestamp,
    /// Itself, or a group above it.
    pub archived: bool,
}

#[derive(sqlx::FromRow)]
struct ListedRow {
    #[sqlx(flatten)]
    namespace: NamespaceRow,
    description: String,
    created_at: i64,
    archived: i64,
}

/// The name of a namespace, by the key of its path.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct NamedKey {
    pub id: i64,
    pub full_path_key: String,
    pub name: String,
    pub parent_id: Option<i64>,
}

/// A group that is invited to a group or project.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct NamespaceInvitation {
    pub id: i64,
    pub name: String,
    pub full_path: String,
    pub access_level: i64,
    pub expires_at: Option<i64>,
}

pub struct BrowsedNamespaces<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(browsed_namespaces -> BrowsedNamespaces);

/// Binds $1 to $11, and of a user's list $12 to $14.
macro_rules! bound {
    ($query:expr, $filter:expr, $now:expr, $path:expr, $name:expr) => {{
        let filter: &NamespaceFilter = $filter;
        let (from, before) = match &filter.below {
            Some(group) => group.keys_below(),
            // Before and after every key.
            None => (String::new(), String::from("~")),
        };
        let query = $query
            .bind(filter.kind.key())
            .bind(from)
            .bind(before)
            .bind($path)
            .bind($name)
            .bind(i64::from(filter.top_level_only))
            .bind(filter.parent.map_or(0, |it| it.0))
            .bind(filter.archived.map_or(-1, i64::from))
            .bind(filter.ids.0)
            .bind(filter.ids.1)
            .bind(in_list(&filter.skip));
        match filter.held_by {
            Some((user, level)) => query.bind(user.0).bind($now.as_millis()).bind(level),
            None => query,
        }
    }};
}

impl BrowsedNamespaces<'_> {
    /// A page of the namespaces that match.
    pub async fn list(
        &mut self,
        filter: &NamespaceFilter,
        now: Timestamp,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<BrowsedNamespace>, StorageError> {
        let Some((path, name)) = patterns(&filter.search) else { return Ok(Vec::new()) };
        let rows: Vec<ListedRow> = on_db!(self.uow, |c| {
            let query = sqlx::query_as(filter.statement());
            bound!(query, filter, now, path, name).bind(limit).bind(offset).fetch_all(c).await
        })?;
        let listed = |row: ListedRow| {
            Ok(BrowsedNamespace {
                namespace: row.namespace.try_into()?,
                description: row.description,
                created_at: Timestamp::from_millis(row.created_at),
                archived: row.archived != 0,
            })
        };
        rows.into_iter().map(listed).collect()
    }

    /// How many match; `None` when they are more than [`MOST_COUNTED`].
    pub async fn count(
        &mut self,
        filter: &NamespaceFilter,
        now: Timestamp,
    ) -> Result<Option<i64>, StorageError> {
        let Some((path, name)) = patterns(&filter.search) else { return Ok(Some(0)) };
        let sql = if filter.held_by.is_some() { COUNT_MINE } else { COUNT_ALL };
        let count: i64 = on_db!(self.uow, |c| {
            bound!(sqlx::query_scalar(sql), filter, now, path, name).fetch_one(c).await
        })?;
        Ok((count <= MOST_COUNTED).then_some(count))
    }

    /// The names of the namespaces with these keys, in no order.
    pub async fn names(&mut self, keys: &[String]) -> Result<Vec<NamedKey>, StorageError> {
        let mut names = Vec::with_capacity(keys.len());
        for keys in batches(keys) {
            let rows: Vec<NamedKey> = on_db!(self.uow, |c| {
                keys.fold(sqlx::query_as(NAMES), sqlx::query::QueryAs::bind).fetch_all(c).await
            })?;
            names.extend(rows);
        }
        Ok(names)
    }

    /// The groups that are invited to a namespace and have not expired, by path.
    pub async fn invited_groups(
        &mut self,
        namespace: NamespaceId,
        now: Timestamp,
    ) -> Result<Vec<NamespaceInvitation>, StorageError> {
        let rows: Vec<NamespaceInvitation> = on_db!(self.uow, |c| sqlx::query_as(SHARES)
            .bind(namespace.0)
            .bind(now.as_millis())
            .fetch_all(c)
            .await)?;
        let mut invited: Vec<NamespaceInvitation> = Vec::with_capacity(rows.len());
        for row in rows {
            // Of several sources the highest role counts, which comes first.
            if invited.last().is_none_or(|last| last.id != row.id) {
                invited.push(row);
            }
        }
        Ok(invited)
    }
}

/// The patterns for path and name; `None` when nothing can match.
fn patterns(search: &str) -> Option<(String, String)> {
    contains(&search.replace('/', "+")).zip(contains(search))
}
