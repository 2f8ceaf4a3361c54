//! Changes the members of a group or project for programs, which name users by id and change field by field.
//! Somebody whom any source gave a role there is a member; what is changed is what was given by hand.

use super::{
    member_editor::{MemberEditor, Seen},
    member_error::MemberError,
    set_member::{Grant, MemberNow, set_in},
};
use crate::{
    domain::{
        ids::{NamespaceId, UserId},
        namespace::{Named, Namespace},
        people::grants::Source,
        role::{GivenRole, Role},
        time::Timestamp,
        user::User,
    },
    storage::{StorageError, UnitOfWork},
    usecases::{App, Caller, UseCaseError, What, accounts::whom::Whom, retry::until_first},
};

/// New members, all with the same role.
#[derive(Clone, Debug)]
pub struct AddMembers<'a> {
    pub users: &'a [Whom<'a>],
    pub role: Role,
    pub expires_at: Option<Timestamp>,
}

/// Adds all of them or, on an error, none. Returns where.
///
/// # Errors
/// Besides errors of access: no such user; one of them is a member already; a rule of roles.
pub async fn add_members(
    app: &App,
    caller: &Caller,
    place: &Named,
    new: &AddMembers<'_>,
) -> Result<(Namespace, Vec<MemberNow>), UseCaseError> {
    until_first(app, || try_to_add(app, caller, place, new)).await
}

async fn try_to_add(
    app: &App,
    caller: &Caller,
    place: &Named,
    new: &AddMembers<'_>,
) -> Result<(Namespace, Vec<MemberNow>), UseCaseError> {
    let now = app.now();
    let mut uow = app.storage.begin().await?;
    let editor = MemberEditor::Caller(caller);
    let place = editor.editable(app, &mut uow, place, now).await?;
    // What was given by hand before and has ended is replaced.
    let seen = Seen::Whatever;
    let grant = Grant { role: new.role, expires_at: new.expires_at, seen: &seen, confirmed: false };
    let mut users = Vec::with_capacity(new.users.len());
    for user in new.users {
        users.push(user.find(&mut uow).await?);
    }
    // In one order, so that two who add the same people at once never wait for each other.
    users.sort_by_key(|user| user.id.0);
    let mut added = Vec::with_capacity(users.len());
    for user in users {
        if let Some(is) = direct(&mut uow, place.namespace.id, user.id, now).await? {
            let (username, now) = (user.username, is.to_string());
            return Err(MemberError::AlreadyMember { username, now }.into());
        }
        added.push(set_in(app, &mut uow, editor, &place, user, &grant, now).await?);
    }
    uow.commit().await?;
    Ok((place.namespace, added))
}

/// What of a member to change.
#[derive(Clone, Copy, Debug)]
pub struct EditMember {
    pub role: Role,
    /// `None` leaves it as it is.
    pub expires_at: Option<Option<Timestamp>>,
    /// Whether it was confirmed that a group loses its last owner.
    pub confirmed: bool,
}

/// Returns where, and how the member is now. Idempotent.
///
/// # Errors
/// Besides errors of access: nobody gave the user a role there; a rule of roles; the group would lose its
/// last owner, and that is not confirmed.
pub async fn edit_member(
    app: &App,
    caller: &Caller,
    place: &Named,
    user: UserId,
    edit: EditMember,
) -> Result<(Namespace, MemberNow), UseCaseError> {
    until_first(app, || try_to_edit(app, caller, place, user, edit)).await
}

async fn try_to_edit(
    app: &App,
    caller: &Caller,
    place: &Named,
    user: UserId,
    edit: EditMember,
) -> Result<(Namespace, MemberNow), UseCaseError> {
    let now = app.now();
    let mut uow = app.storage.begin().await?;
    let editor = MemberEditor::Caller(caller);
    let place = editor.editable(app, &mut uow, place, now).await?;
    let user = given_here(&mut uow, place.namespace.id, user, now).await?;
    let before = uow.members().find(place.namespace.id, user.id, Source::Hand).await?;
    let seen = before.as_ref().map_or(Seen::Nothing, |is| Seen::This(is.role.role(), is.expires_at));
    // The end of what has ended is not that of what is given now.
    let kept = before.and_then(|is| is.expires_at).filter(|at| now < *at);
    let expires_at = edit.expires_at.unwrap_or(kept);
    let grant = Grant { role: edit.role, expires_at, seen: &seen, confirmed: edit.confirmed };
    let member = set_in(app, &mut uow, editor, &place, user, &grant, now).await?;
    if member.changed {
        uow.commit().await?;
    }
    Ok((place.namespace, member))
}

/// The user, if some source gave them a role in the place itself.
pub(super) async fn given_here(
    uow: &mut UnitOfWork,
    place: NamespaceId,
    user: UserId,
    now: Timestamp,
) -> Result<User, UseCaseError> {
    const MISSING: UseCaseError = UseCaseError::NotFound(What::User);
    direct(uow, place, user, now).await?.ok_or(MISSING)?;
    uow.users().lookup(user).await?.ok_or(MISSING)
}

/// The role in the place itself that counts, of whatever source.
async fn direct(
    uow: &mut UnitOfWork,
    place: NamespaceId,
    user: UserId,
    now: Timestamp,
) -> Result<Option<GivenRole>, StorageError> {
    let grants = uow.memberships().grants(user, place).await?;
    let direct = grants.into_iter().filter(|it| it.at == place && it.through.is_none());
    let counts = direct.filter(|it| it.expires_at.is_none_or(|at| now < at));
    Ok(counts.max_by_key(|it| it.role.access_level()).map(|it| it.role))
}
