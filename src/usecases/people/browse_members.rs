//! Lists the members of a group or project for programs.

use super::{browse_namespaces::Counted, find_namespace::find};
use crate::{
    domain::{
        access::Action,
        ids::UserId,
        namespace::{Named, Namespace},
    },
    storage::{BrowsedMember, MemberFilter, MemberRelations},
    usecases::{App, Caller, UseCaseError, What},
};

/// A page of the members, by the user's id, and how many there are.
///
/// # Errors
/// There is no such group or project, or the caller's role does not suffice.
pub async fn browse_members(
    app: &App,
    caller: &Caller,
    place: &Named,
    filter: &MemberFilter,
    (limit, offset): (i64, i64),
) -> Result<Counted<BrowsedMember>, UseCaseError> {
    let now = app.now();
    let mut uow = app.storage.read().await?;
    let found = find(&mut uow, caller, place, Action::ReadMembers, now).await?.namespace;
    Ok(Counted {
        rows: uow.browsed_members().list(found.id, filter, now, limit, offset).await?,
        total: uow.browsed_members().count(found.id, filter, now).await?,
    })
}

/// The first members of those that are asked for, by the user's id, without counting them.
///
/// # Errors
/// As [`browse_members`].
pub async fn browse_members_after(
    app: &App,
    caller: &Caller,
    place: &Named,
    filter: &MemberFilter,
    limit: i64,
) -> Result<Vec<BrowsedMember>, UseCaseError> {
    let now = app.now();
    let mut uow = app.storage.read().await?;
    let found = find(&mut uow, caller, place, Action::ReadMembers, now).await?.namespace;
    Ok(uow.browsed_members().list(found.id, filter, now, limit, 0).await?)
}

/// One member, with what they inherit or without.
///
/// # Errors
/// As [`browse_members`]; the user has no role there.
pub async fn browse_member(
    app: &App,
    caller: &Caller,
    place: &Named,
    user: UserId,
    inherited: bool,
) -> Result<BrowsedMember, UseCaseError> {
    let relations = if inherited { MemberRelations::Every } else { MemberRelations::Direct };
    let filter = MemberFilter { relations, only: vec![user.0], ..MemberFilter::default() };
    let mut found = browse_members(app, caller, place, &filter, (1, 0)).await?;
    found.rows.pop().ok_or(UseCaseError::NotFound(What::User))
}

/// A member of a group or project whom the caller has just given a role there. `None` when it has ended
/// meanwhile.
pub async fn browse_changed_member(
    app: &App,
    place: &Namespace,
    user: UserId,
) -> Result<Option<BrowsedMember>, UseCaseError> {
    let filter = MemberFilter { only: vec![user.0], ..MemberFilter::default() };
    let mut uow = app.storage.read().await?;
    Ok(uow.browsed_members().list(place.id, &filter, app.now(), 1, 0).await?.pop())
}
