//! Takes back a role that was given by hand, also one's own. What other sources gave stays.

use super::{
    edit_member::given_here,
    find_namespace::find,
    member_editor::{MemberEditor, check_ownership, ownership},
    member_error::MemberError,
    set_member::MemberNow,
};
use crate::{
    domain::{
        access::{Action, Denial},
        audit::AuditKind,
        ids::UserId,
        namespace::{GroupPath, Named, Namespace},
        people::grants::{self, Source},
        time::Timestamp,
        token::Scope,
        user::User,
    },
    storage::UnitOfWork,
    usecases::{App, Caller, UseCaseError, accounts::find_user::named_user, audit_trail::Happened, load},
};

/// # Errors
/// Besides errors of access: no such user, or nobody gave them a role by hand; the group would lose its last
/// owner, and that is not `confirmed`.
pub async fn remove_member(
    app: &App,
    editor: MemberEditor<'_>,
    path: &GroupPath,
    user: &str,
    confirmed: bool,
) -> Result<MemberNow, UseCaseError> {
    let now = app.now();
    let mut uow = app.storage.begin().await?;
    let namespace = editor.editable(app, &mut uow, &path.into(), now).await?.namespace;
    let user = named_user(&mut uow, "user", user).await?;
    remove(app, uow, editor, &namespace, user, confirmed, now).await
}

/// Gives up the caller's own role, whatever it is.
///
/// # Errors
/// As [`remove_member`].
pub async fn leave_group(
    app: &App,
    caller: &Caller,
    path: &GroupPath,
    confirmed: bool,
) -> Result<MemberNow, UseCaseError> {
    let now = app.now();
    let mut uow = app.storage.begin().await?;
    let namespace = load::namespace(&mut uow, caller, path, Action::See, now).await?.namespace;
    require_scope(caller)?;
    let user = named_user(&mut uow, "user", &caller.actor.username).await?;
    remove(app, uow, MemberEditor::Caller(caller), &namespace, user, confirmed, now).await
}

/// As a program says it, by ids. Oneself is leaving.
///
/// # Errors
/// As [`remove_member`]; nobody gave the user a role there.
pub async fn remove_member_by_id(
    app: &App,
    caller: &Caller,
    place: &Named,
    user: UserId,
    confirmed: bool,
) -> Result<MemberNow, UseCaseError> {
    let now = app.now();
    let mut uow = app.storage.begin().await?;
    let editor = MemberEditor::Caller(caller);
    let namespace = if user == caller.actor.id {
        let namespace = find(&mut uow, caller, place, Action::See, now).await?.namespace;
        require_scope(caller)?;
        namespace
    } else {
        editor.editable(app, &mut uow, place, now).await?.namespace
    };
    let user = given_here(&mut uow, namespace.id, user, now).await?;
    remove(app, uow, editor, &namespace, user, confirmed, now).await
}

fn require_scope(caller: &Caller) -> Result<(), Denial> {
    let scope = Scope::ManageGroups;
    if caller.actor.has_scope(scope) { Ok(()) } else { Err(Denial::NeedsScope(scope)) }
}

async fn remove(
    app: &App,
    mut uow: UnitOfWork,
    editor: MemberEditor<'_>,
    namespace: &Namespace,
    user: User,
    confirmed: bool,
    now: Timestamp,
) -> Result<MemberNow, UseCaseError> {
    let before = uow.members().find(namespace.id, user.id, Source::Hand).await?;
    let owned = ownership(&mut uow, namespace, now).await?;
    let removed = uow.memberships().remove(namespace.id, user.id, Source::Hand).await?;
    let (Some(before), true) = (before, removed) else {
        let (username, place) = (user.username, namespace.path.to_string());
        return Err(MemberError::NothingByHand { username, place }.into());
    };
    check_ownership(&mut uow, namespace, owned, confirmed, now).await?;
    let happened = Happened {
        namespace: Some(namespace),
        from: before.words(),
        ..Happened::to(AuditKind::MembershipDeleted, &user.username)
    };
    editor.record(app, &mut uow, happened);
    let grants = uow.memberships().grants(user.id, namespace.id).await?;
    let counts = grants::standing(&grants, namespace.id, now).standing.here;
    uow.commit().await?;
    Ok(MemberNow { user, by_hand: None, counts, changed: true })
}
