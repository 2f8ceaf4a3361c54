//! Gives a role by hand: adds a member, or changes role and expiry of one.

use super::{
    member_editor::{Editable, MemberEditor, Seen, check_ownership, ownership},
    member_error::MemberError,
};
use crate::{
    domain::{
        audit::AuditKind,
        namespace::GroupPath,
        people::{
            grants::{self, Source},
            members::Membership,
        },
        role::Role,
        time::Timestamp,
        user::User,
    },
    storage::UnitOfWork,
    usecases::{
        App, UseCaseError, accounts::find_user::named_user, audit_trail::Happened, retry::until_first,
    },
};

#[derive(Clone, Debug)]
pub struct SetMember<'a> {
    pub namespace: &'a GroupPath,
    /// A user name or an email address.
    pub user: &'a str,
    pub role: Role,
    pub expires_at: Option<Timestamp>,
    pub seen: Seen,
    /// Whether it was confirmed that a group loses its last owner.
    pub confirmed: bool,
}

/// How it is after a change of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberNow {
    pub user: User,
    /// What was given by hand; `None` when nothing is any more.
    pub by_hand: Option<Membership>,
    /// The role that counts, of all sources.
    pub counts: Option<Role>,
    pub changed: bool,
}

/// # Errors
/// Besides errors of access: no such user; a rule of roles; another change of the same field was first; the
/// group would lose its last owner, and that is not confirmed.
pub async fn set_member(
    app: &App,
    editor: MemberEditor<'_>,
    command: &SetMember<'_>,
) -> Result<MemberNow, UseCaseError> {
    until_first(app, || try_once(app, editor, command)).await
}

async fn try_once(
    app: &App,
    editor: MemberEditor<'_>,
    command: &SetMember<'_>,
) -> Result<MemberNow, UseCaseError> {
    let now = app.now();
    let mut uow = app.storage.begin().await?;
    let place = editor.editable(app, &mut uow, &command.namespace.into(), now).await?;
    let user = named_user(&mut uow, "user", command.user).await?;
    let SetMember { role, expires_at, ref seen, confirmed, .. } = *command;
    let grant = Grant { role, expires_at, seen, confirmed };
    let set = set_in(app, &mut uow, editor, &place, user, &grant, now).await?;
    if set.changed {
        uow.commit().await?;
    }
    Ok(set)
}

/// What somebody is to have.
pub(super) struct Grant<'a> {
    pub role: Role,
    pub expires_at: Option<Timestamp>,
    pub seen: &'a Seen,
    pub confirmed: bool,
}

/// [`set_member`] within a unit of work of the caller, who commits it if it changed anything.
pub(super) async fn set_in(
    app: &App,
    uow: &mut UnitOfWork,
    editor: MemberEditor<'_>,
    place: &Editable,
    user: User,
    grant: &Grant<'_>,
    now: Timestamp,
) -> Result<MemberNow, UseCaseError> {
    let &Grant { role, expires_at, seen, confirmed } = grant;
    let (namespace, id) = (&place.namespace, user.id);
    let before = uow.members().find(namespace.id, id, Source::Hand).await?;
    match (&before, seen) {
        (Some(is), Seen::Nothing) if *is != (Membership { role: role.into(), expires_at }) => {
            let (username, now) = (user.username, is.words());
            return Err(MemberError::AlreadyMember { username, now }.into());
        }
        (None, Seen::This(..)) => {
            let (username, place) = (user.username, namespace.path.to_string());
            return Err(MemberError::NothingByHand { username, place }.into());
        }
        _ => {}
    }
    let new = place.change(before.as_ref(), seen, role, expires_at, now)?;
    let changed = before.as_ref() != Some(&new);
    if changed {
        let owned = ownership(uow, namespace, now).await?;
        uow.members().save(namespace.id, id, Source::Hand, before.as_ref(), &new).await?;
        check_ownership(uow, namespace, owned, confirmed, now).await?;
        let kind = if before.is_some() { AuditKind::MembershipUpdated } else { AuditKind::MembershipCreated };
        let happened = Happened {
            namespace: Some(namespace),
            from: before.map(|it| it.words()).unwrap_or_default(),
            to: new.words(),
            ..Happened::to(kind, &user.username)
        };
        editor.record(app, uow, happened);
    }
    let grants = uow.memberships().grants(id, namespace.id).await?;
    let counts = grants::standing(&grants, namespace.id, now).standing.here;
    Ok(MemberNow { user, by_hand: Some(new), counts, changed })
}
