//! Lists groups or projects for programs: those that the caller may see, filtered, sorted, in pages.

use std::collections::{BTreeSet, HashMap};

use super::{find_namespace::find, group_frame::may};
use crate::{
    domain::{
        access::{Action, Denial, whose_namespaces},
        ids::NamespaceId,
        namespace::{Named, Namespace, NamespaceKind},
        role::Role,
        token::Scope,
    },
    storage::{
        BrowsedNamespace, NamespaceFilter, NamespaceInvitation, NamespaceOrder, StorageError, UnitOfWork,
    },
    usecases::{App, Caller, UseCaseError, load},
};

/// Below which group: all of it, or what is directly in it.
#[derive(Clone, Debug)]
pub struct Below {
    pub group: Named,
    pub directly: bool,
}

/// Which groups or projects.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a parameter of its own")]
pub struct Browse {
    pub kind: NamespaceKind,
    pub below: Option<Below>,
    /// Administrators only: all, or as everybody those where they have a role.
    pub everything: bool,
    /// The least role that the caller has to have there.
    pub least: Option<Role>,
    pub top_level_only: bool,
    pub search: String,
    pub archived: Option<bool>,
    pub skip: Vec<i64>,
    /// Only ids between these, exclusively.
    pub ids: (i64, i64),
    pub order: NamespaceOrder,
    pub descending: bool,
    pub limit: i64,
    pub offset: i64,
    /// Whether to count what matches.
    pub counted: bool,
}

impl Browse {
    /// All that the caller may see, by name; up to 20.
    pub const fn of(kind: NamespaceKind) -> Self {
        Self {
            kind,
            below: None,
            everything: true,
            least: None,
            top_level_only: false,
            search: String::new(),
            archived: None,
            skip: Vec::new(),
            ids: (i64::MIN, i64::MAX),
            order: NamespaceOrder::Name,
            descending: false,
            limit: 20,
            offset: 0,
            counted: true,
        }
    }
}

/// A namespace with the names on its path.
#[derive(Clone, Debug)]
pub struct Browsed {
    pub listed: BrowsedNamespace,
    /// The groups above it, from the top.
    pub above: Vec<Above>,
    /// Only where it is shown alone.
    pub invited: Option<Vec<NamespaceInvitation>>,
}

/// A group above.
#[derive(Clone, Debug)]
pub struct Above {
    pub id: NamespaceId,
    pub parent: Option<NamespaceId>,
    pub name: String,
    /// As its descendant spells it.
    pub path: String,
}

/// A page of a list, and how much there is; `None` when nobody counted, or there is too much.
#[derive(Clone, Debug)]
pub struct Counted<T> {
    pub rows: Vec<T>,
    pub total: Option<i64>,
}

/// # Errors
/// The token lacks the scope; there is no such group to look below.
pub async fn browse_namespaces(
    app: &App,
    caller: &Caller,
    browse: Browse,
) -> Result<Counted<Browsed>, UseCaseError> {
    let now = app.now();
    let mut uow = app.storage.read().await?;
    let (below, parent) = match &browse.below {
        None => {
            may_read(caller)?;
            (None, None)
        }
        Some(below) => {
            let group = find(&mut uow, caller, &below.group, Action::See, now).await?.namespace;
            (Some(group.path), below.directly.then_some(group.id))
        }
    };
    let least = browse.least.unwrap_or(Role::MinimalAccess).access_level();
    let sees_all = whose_namespaces(&caller.actor).is_none();
    let everything = sees_all && browse.everything && browse.least.is_none();
    let filter = NamespaceFilter {
        kind: browse.kind,
        held_by: (!everything).then_some((caller.actor.id, least)),
        below,
        parent,
        top_level_only: browse.top_level_only,
        search: browse.search,
        archived: browse.archived,
        skip: browse.skip,
        ids: browse.ids,
        order: browse.order,
        descending: browse.descending,
    };
    let listed = uow.browsed_namespaces().list(&filter, now, browse.limit, browse.offset).await?;
    let total = if browse.counted { uow.browsed_namespaces().count(&filter, now).await? } else { None };
    Ok(Counted { rows: with_names(&mut uow, listed).await?, total })
}

/// A single group or project, with the groups that are invited to it.
///
/// # Errors
/// There is none, the caller may not see it, or the token lacks the scope.
pub async fn browse_namespace(app: &App, caller: &Caller, which: &Named) -> Result<Browsed, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let found = find(&mut uow, caller, which, Action::See, app.now()).await?.namespace;
    Ok(shown(app, &mut uow, caller, &found).await?)
}

/// A group or project that the caller has just changed.
pub async fn browse_changed(
    app: &App,
    caller: &Caller,
    changed: &Namespace,
) -> Result<Browsed, UseCaseError> {
    let mut uow = app.storage.read().await?;
    Ok(shown(app, &mut uow, caller, changed).await?)
}

/// What is shown of a namespace that the caller may see. Of invited groups, only those that the caller may see
/// as well, or all to whoever may take the invitation back.
pub(in crate::usecases) async fn shown(
    app: &App,
    uow: &mut UnitOfWork,
    caller: &Caller,
    found: &Namespace,
) -> Result<Browsed, StorageError> {
    let now = app.now();
    let ids = (found.id.0.saturating_sub(1), found.id.0.saturating_add(1));
    let filter = NamespaceFilter { ids, ..NamespaceFilter::all(found.kind) };
    let listed = uow.browsed_namespaces().list(&filter, now, 1, 0).await?;
    let mut invited = uow.browsed_namespaces().invited_groups(found.id, now).await?;
    let standing = load::standing(uow, caller.actor.id, found.id, now).await?;
    if !invited.is_empty() && !caller.actor.is_admin && !may(caller, standing).manage_members {
        let shares = uow.shares().list(found.id, caller.actor.id, now).await?;
        let seen: BTreeSet<i64> = shares.iter().filter(|it| it.is_seen).map(|it| it.group.0).collect();
        invited.retain(|it| seen.contains(&it.id));
    }
    let mut browsed = with_names(uow, listed).await?;
    let missing =
        || StorageError::Inconsistent { table: "namespaces", column: "id", value: found.id.to_string() };
    Ok(Browsed { invited: Some(invited), ..browsed.pop().ok_or_else(missing)? })
}

/// Whether the caller may list at all.
pub(in crate::usecases) fn may_read(caller: &Caller) -> Result<(), Denial> {
    if caller.actor.has_scope(Scope::ReadSettings) {
        Ok(())
    } else {
        Err(Denial::NeedsScope(Scope::ReadSettings))
    }
}

async fn with_names(
    uow: &mut UnitOfWork,
    listed: Vec<BrowsedNamespace>,
) -> Result<Vec<Browsed>, StorageError> {
    let paths_above = |listed: &BrowsedNamespace| {
        let mut paths: Vec<_> = std::iter::successors(
            listed.namespace.path.parent(),
            crate::domain::namespace::GroupPath::parent,
        )
        .collect();
        paths.reverse();
        paths
    };
    let keys: BTreeSet<String> = listed.iter().flat_map(paths_above).map(|path| path.key()).collect();
    let named = uow.browsed_namespaces().names(&keys.into_iter().collect::<Vec<_>>()).await?;
    let named: HashMap<_, _> = named.into_iter().map(|it| (it.full_path_key.clone(), it)).collect();
    let above = |listed: &BrowsedNamespace| {
        let groups = paths_above(listed).into_iter().filter_map(|path| {
            named.get(&path.key()).map(|it| Above {
                id: NamespaceId(it.id),
                parent: it.parent_id.map(NamespaceId),
                name: it.name.clone(),
                path: path.to_string(),
            })
        });
        groups.collect()
    };
    Ok(listed.into_iter().map(|it| Browsed { above: above(&it), listed: it, invited: None }).collect())
}
