//! Lists the members of a group or project for programs.

use super::{browse_namespaces::Counted, find_namespace::find};
use crate::{
    domain::{
        access::Action,
        ids::UserId,
        namespace::{IdOrPath, NamespaceKind},
    },
    storage::{BrowsedMember, MemberFilter},
    usecases::{App, Caller, UseCaseError, What},
};

/// Where to look for members.
#[derive(Clone, Debug)]
pub struct Of {
    pub namespace: IdOrPath,
    pub kind: NamespaceKind,
}

/// A page of the members, by the user's id, and how many there are.
///
/// # Errors
/// There is no such group or project, or the caller's role does not suffice.
pub async fn browse_members(
    app: &App,
    caller: &Caller,
    of: &Of,
    filter: &MemberFilter,
    (limit, offset): (i64, i64),
) -> Result<Counted<BrowsedMember>, UseCaseError> {
    let now = app.now();
    let mut uow = app.storage.read().await?;
    let found = find(&mut uow, caller, &of.namespace, of.kind, Action::ReadMembers, now).await?;
    Ok(Counted {
        rows: uow.browsed_members().list(found.id, filter, now, limit, offset).await?,
        total: uow.browsed_members().count(found.id, filter, now).await?,
    })
}

/// One member, with what they inherit or without.
///
/// # Errors
/// As [`browse_members`]; the user has no role there.
pub async fn browse_member(
    app: &App,
    caller: &Caller,
    of: &Of,
    user: UserId,
    inherited: bool,
) -> Result<BrowsedMember, UseCaseError> {
    let filter = MemberFilter { inherited, only: vec![user.0], ..MemberFilter::default() };
    let mut found = browse_members(app, caller, of, &filter, (1, 0)).await?;
    found.rows.pop().ok_or(UseCaseError::NotFound(What::User))
}
