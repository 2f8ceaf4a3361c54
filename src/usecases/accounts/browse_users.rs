//! Lists users for programs. Administrators see all; others find a user by the exact name, so that nobody
//! else reads who has an account.

use std::collections::HashMap;

use crate::{
    domain::{access::Denial, ids::UserId, token::Scope},
    storage::{Account, LinkedIdentity, StorageError, UnitOfWork, UserFilter},
    usecases::{App, Caller, UseCaseError, What},
};

/// A user, and the accounts at providers that they are linked to.
#[derive(Clone, Debug)]
pub struct BrowsedUser {
    pub listed: Account,
    pub identities: Vec<LinkedIdentity>,
    /// Whether the caller sees what only administrators and the users themselves do.
    pub in_full: bool,
}

/// A page of users, and how many there are; `None` when nobody counted, or they are too many.
#[derive(Clone, Debug)]
pub struct BrowsedUsers {
    pub users: Vec<BrowsedUser>,
    pub total: Option<i64>,
}

/// # Errors
/// The token lacks the scope.
pub async fn browse_users(
    app: &App,
    caller: &Caller,
    mut filter: UserFilter,
    (limit, offset): (i64, i64),
    counted: bool,
) -> Result<BrowsedUsers, UseCaseError> {
    if !caller.actor.has_scope(Scope::ReadSettings) {
        return Err(Denial::NeedsScope(Scope::ReadSettings).into());
    }
    let mut uow = app.storage.read().await?;
    let own = UserFilter::one(caller.actor.id).ids;
    match &filter.username {
        // By the index, whatever else is asked for.
        Some(username) => match uow.users().find_by_username(username).await? {
            Some(user) => filter.ids = both(filter.ids, UserFilter::one(user.id).ids),
            None => return Ok(BrowsedUsers { users: Vec::new(), total: Some(0) }),
        },
        None if caller.actor.is_admin => {}
        None => filter.ids = both(filter.ids, own),
    }
    if !caller.actor.is_admin {
        // What others may not read they may not search by either.
        filter.search_email = false;
        filter.subject = None;
        filter.is_admin = None;
        filter.created = UserFilter::default().created;
    }
    let listed = uow.browsed_users().list(&filter, limit, offset).await?;
    let total = if counted { uow.browsed_users().count(&filter).await? } else { None };
    Ok(BrowsedUsers { users: browsed(&mut uow, caller, listed).await?, total })
}

/// A single user: for others than administrators only themselves.
///
/// # Errors
/// There is none, or the token lacks the scope.
pub async fn browse_user(app: &App, caller: &Caller, id: UserId) -> Result<BrowsedUser, UseCaseError> {
    let mut found = browse_users(app, caller, UserFilter::one(id), (1, 0), false).await?;
    found.users.pop().filter(|it| it.listed.user.id == id).ok_or(UseCaseError::NotFound(What::User))
}

/// A user whom an administrator has just created or edited.
pub async fn browse_changed_user(
    app: &App,
    caller: &Caller,
    id: UserId,
) -> Result<BrowsedUser, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let listed = uow.browsed_users().list(&UserFilter::one(id), 1, 0).await?;
    let mut found = browsed(&mut uow, caller, listed).await?;
    found.pop().ok_or(UseCaseError::NotFound(What::User))
}

/// The caller themselves; any token may read that.
pub async fn browse_own_user(app: &App, caller: &Caller) -> Result<BrowsedUser, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let listed = uow.browsed_users().list(&UserFilter::one(caller.actor.id), 1, 0).await?;
    let mut found = browsed(&mut uow, caller, listed).await?;
    found.pop().ok_or(UseCaseError::NotFound(What::User))
}

/// What lies between both, exclusively.
fn both(a: (i64, i64), b: (i64, i64)) -> (i64, i64) {
    (a.0.max(b.0), a.1.min(b.1))
}

async fn browsed(
    uow: &mut UnitOfWork,
    caller: &Caller,
    listed: Vec<Account>,
) -> Result<Vec<BrowsedUser>, StorageError> {
    let in_full = |user: &Account| caller.actor.is_admin || user.user.id == caller.actor.id;
    let ids: Vec<_> = listed.iter().filter(|it| in_full(it)).map(|it| it.user.id).collect();
    let mut identities: HashMap<i64, Vec<LinkedIdentity>> = HashMap::new();
    for identity in uow.browsed_users().identities(&ids).await? {
        let of_user = identities.entry(identity.user_id).or_default();
        // A look-up in batches repeats the last one.
        if !of_user.contains(&identity) {
            of_user.push(identity);
        }
    }
    let browsed = |listed: Account| BrowsedUser {
        identities: identities.remove(&listed.user.id.0).unwrap_or_default(),
        in_full: in_full(&listed),
        listed,
    };
    Ok(listed.into_iter().map(browsed).collect())
}
