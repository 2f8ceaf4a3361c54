//! Lists of groups for administrators and operators: the top-level groups, and everything below a group.

use super::namespaces::{NamespaceRow, Namespaces};
use crate::{
    domain::{
        ids::NamespaceId,
        namespace::{GroupPath, Namespace, Subscription, Tier},
        time::Timestamp,
    },
    storage::{StorageError, on_db, statements, text::contains},
};

/// Selects top-level groups with a filter in path or name, in an order.
macro_rules! top_level {
    ($order:literal) => {
        concat!(
            "SELECT n.id, n.full_path, n.name, n.created_at, n.archived_at, g.tier, g.duo_enterprise, (SELECT COUNT(*) FROM namespaces b WHERE b.root_id = n.id AND b.kind = 'group') AS subgroups, (SELECT COUNT(*) FROM namespaces b WHERE b.root_id = n.id AND b.kind = 'project') AS projects FROM namespaces n JOIN top_level_groups g ON g.namespace_id = n.id WHERE n.parent_id IS NULL AND (n.full_path_key LIKE CAST($1 AS TEXT) ESCAPE '!' OR n.name_key LIKE CAST($1 AS TEXT) ESCAPE '!') ORDER BY ",
            $order,
            " LIMIT $2 OFFSET $3"
        )
    };
}

statements! {
    TOP_LEVEL_BY_PATH = top_level!("n.full_path_key");
    TOP_LEVEL_BY_NAME = top_level!("n.name_key, n.id");
    TOP_LEVEL_NEWEST = top_level!("n.created_at DESC, n.id DESC");
    COUNT_TOP_LEVEL_WITH = "SELECT COUNT(*) FROM namespaces n WHERE n.parent_id IS NULL AND (n.full_path_key LIKE CAST($1 AS TEXT) ESCAPE '!' OR n.name_key LIKE CAST($1 AS TEXT) ESCAPE '!')";
    TREE = "SELECT n.id, n.parent_id, n.root_id, n.kind, n.full_path, n.name, n.archived_at, g.tier, g.duo_enterprise FROM namespaces n LEFT JOIN top_level_groups g ON g.namespace_id = n.id WHERE n.full_path_key >= $1 AND n.full_path_key < $2 ORDER BY n.full_path_key";
}

/// The order of a list of top-level groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TopLevelOrder {
    Path,
    Name,
    Newest,
}

/// A top-level group in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedTopLevelGroup {
    pub id: NamespaceId,
    pub path: GroupPath,
    pub name: String,
    pub created_at: Timestamp,
    pub archived_at: Option<Timestamp>,
    pub subscription: Subscription,
    pub subgroups: i64,
    pub projects: i64,
}

/// A namespace in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedNamespace {
    pub namespace: Namespace,
    /// `None` unless it is archived itself.
    pub archived_at: Option<Timestamp>,
    /// Of a top-level group.
    pub subscription: Option<Subscription>,
}

#[derive(sqlx::FromRow)]
struct TopLevelRow {
    id: i64,
    full_path: String,
    name: String,
    created_at: i64,
    archived_at: Option<i64>,
    tier: String,
    duo_enterprise: bool,
    subgroups: i64,
    projects: i64,
}

#[derive(sqlx::FromRow)]
struct TreeRow {
    #[sqlx(flatten)]
    namespace: NamespaceRow,
    archived_at: Option<i64>,
    tier: Option<String>,
    duo_enterprise: Option<bool>,
}

fn subscription(tier: &str, duo_enterprise: bool) -> Result<Subscription, StorageError> {
    let tier =
        Tier::from_key(tier).ok_or_else(|| StorageError::inconsistent("top_level_groups", "tier", tier))?;
    Ok(Subscription { tier, duo_enterprise })
}

impl TryFrom<TopLevelRow> for ListedTopLevelGroup {
    type Error = StorageError;

    fn try_from(row: TopLevelRow) -> Result<Self, StorageError> {
        Ok(Self {
            id: NamespaceId(row.id),
            path: GroupPath::parse(&row.full_path)
                .map_err(|_| StorageError::inconsistent("namespaces", "full_path", &row.full_path))?,
            name: row.name,
            created_at: Timestamp::from_millis(row.created_at),
            archived_at: row.archived_at.map(Timestamp::from_millis),
            subscription: subscription(&row.tier, row.duo_enterprise)?,
            subgroups: row.subgroups,
            projects: row.projects,
        })
    }
}

impl TryFrom<TreeRow> for ListedNamespace {
    type Error = StorageError;

    fn try_from(row: TreeRow) -> Result<Self, StorageError> {
        let bought = row.tier.zip(row.duo_enterprise);
        Ok(Self {
            namespace: row.namespace.try_into()?,
            archived_at: row.archived_at.map(Timestamp::from_millis),
            subscription: bought.map(|(tier, duo)| subscription(&tier, duo)).transpose()?,
        })
    }
}

impl Namespaces<'_> {
    /// Top-level groups with `filter` in path or name, each with how many subgroups and projects it has.
    pub async fn top_level(
        &mut self,
        filter: &str,
        order: TopLevelOrder,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<ListedTopLevelGroup>, StorageError> {
        let Some(pattern) = contains(filter) else { return Ok(Vec::new()) };
        let sql = match order {
            TopLevelOrder::Path => TOP_LEVEL_BY_PATH,
            TopLevelOrder::Name => TOP_LEVEL_BY_NAME,
            TopLevelOrder::Newest => TOP_LEVEL_NEWEST,
        };
        let rows: Vec<TopLevelRow> = on_db!(self.uow, |c| sqlx::query_as(sql)
            .bind(pattern)
            .bind(limit)
            .bind(offset)
            .fetch_all(c)
            .await)?;
        rows.into_iter().map(ListedTopLevelGroup::try_from).collect()
    }

    /// How many top-level groups have `filter` in path or name.
    pub async fn count_top_level_with(&mut self, filter: &str) -> Result<i64, StorageError> {
        let Some(pattern) = contains(filter) else { return Ok(0) };
        Ok(on_db!(self.uow, |c| sqlx::query_scalar(COUNT_TOP_LEVEL_WITH).bind(pattern).fetch_one(c).await)?)
    }

    /// A namespace and everything below it in tree order; everything there is when `path` is `None`.
    pub async fn tree(&mut self, path: Option<&GroupPath>) -> Result<Vec<ListedNamespace>, StorageError> {
        // '{' follows 'z', after which no key begins.
        let (from, before) =
            path.map_or_else(|| (String::new(), String::from("{")), |it| (it.key(), it.keys_below().1));
        let rows: Vec<TreeRow> =
            on_db!(self.uow, |c| sqlx::query_as(TREE).bind(from).bind(before).fetch_all(c).await)?;
        rows.into_iter().map(ListedNamespace::try_from).collect()
    }
}
