//! Invites a group to a group or project, changes the invitation, and takes it back.

use super::{
    find_namespace::{find, look_up},
    member_editor::{MemberEditor, Seen, check_ownership, ownership},
    member_error::MemberError,
};
use crate::{
    domain::{
        access::Action,
        audit::AuditKind,
        namespace::{GroupPath, Named, Namespace, NamespaceKind},
        people::{grants::Source, members::Membership},
        role::Role,
        time::Timestamp,
    },
    storage::UnitOfWork,
    usecases::{App, UseCaseError, audit_trail::Happened, retry::until_first},
};

/// Both places are named by their paths, or by whatever a program has.
#[derive(Clone, Debug)]
pub struct InviteGroup<'a, N = GroupPath> {
    pub namespace: &'a N,
    /// The group to invite.
    pub group: &'a N,
    /// The highest role that its members get.
    pub role: Role,
    pub expires_at: Option<Timestamp>,
    pub seen: Seen,
    /// Whether it was confirmed that a group loses its last owner.
    pub confirmed: bool,
}

/// How it is after an invitation.
#[derive(Clone, Debug)]
pub struct Invited {
    pub place: Namespace,
    pub group: Namespace,
    pub changed: bool,
}

/// Returns whether anything changed.
///
/// # Errors
/// Besides errors of access: no such group that the caller sees; a rule of roles; another change of the same
/// field was first; the group would lose its last owner, and that is not confirmed.
pub async fn invite_group(
    app: &App,
    editor: MemberEditor<'_>,
    command: &InviteGroup<'_>,
) -> Result<bool, UseCaseError> {
    let InviteGroup { role, expires_at, ref seen, confirmed, .. } = *command;
    let (namespace, group) = (&command.namespace.into(), &command.group.into());
    let command = InviteGroup { namespace, group, role, expires_at, seen: seen.clone(), confirmed };
    Ok(invite_named(app, editor, &command).await?.changed)
}

/// [`invite_group`], by whatever names both.
///
/// # Errors
/// As [`invite_group`].
pub async fn invite_named(
    app: &App,
    editor: MemberEditor<'_>,
    command: &InviteGroup<'_, Named>,
) -> Result<Invited, UseCaseError> {
    until_first(app, || try_once(app, editor, command)).await
}

async fn try_once(
    app: &App,
    editor: MemberEditor<'_>,
    command: &InviteGroup<'_, Named>,
) -> Result<Invited, UseCaseError> {
    let now = app.now();
    let mut uow = app.storage.begin().await?;
    let place = editor.editable(app, &mut uow, command.namespace, now).await?;
    let namespace = &place.namespace;
    let is_new = !matches!(command.seen, Seen::This(..));
    let group = if is_new {
        visible(&mut uow, editor, command.group, now).await?
    } else {
        let found = look_up(&mut uow, command.group).await?;
        found.ok_or_else(|| not_invited(command.group, namespace))?
    };
    if is_new && group.id == namespace.id {
        return Err(MemberError::Itself.into());
    }
    if is_new && group.kind == NamespaceKind::Project {
        return Err(MemberError::Project(group.path.to_string()).into());
    }
    let before = uow.shares().find(namespace.id, group.id, Source::Hand).await?;
    // An invitation that has ended is none to whoever saw nothing.
    let counts = |ends: Option<Timestamp>| ends.is_none_or(|at| now < at);
    let current = before.as_ref().filter(|is| command.seen != Seen::Nothing || counts(is.expires_at));
    match (current, &command.seen) {
        (Some(is), Seen::Nothing)
            if *is != (Membership { role: command.role.into(), expires_at: command.expires_at }) =>
        {
            let (group, now) = (group.path.to_string(), is.words());
            return Err(MemberError::AlreadyInvited { group, now }.into());
        }
        (None, Seen::This(..)) => return Err(not_invited(command.group, namespace).into()),
        _ => {}
    }
    let new = place.change(current, &command.seen, command.role, command.expires_at, now)?;
    if current == Some(&new) {
        return Ok(Invited { place: place.namespace, group, changed: false });
    }
    let owned = ownership(&mut uow, namespace, now).await?;
    uow.shares().save(namespace.id, group.id, Source::Hand, before.as_ref(), &new).await?;
    check_ownership(&mut uow, namespace, owned, command.confirmed, now).await?;
    let kind = if before.is_some() { AuditKind::GroupShareUpdated } else { AuditKind::GroupShareCreated };
    let happened = Happened {
        namespace: Some(namespace),
        from: before.map(|it| it.words()).unwrap_or_default(),
        to: new.words(),
        ..Happened::to(kind, group.path.as_str())
    };
    editor.record(app, &mut uow, happened);
    uow.commit().await?;
    Ok(Invited { place: place.namespace, group, changed: true })
}

/// Takes the invitation back.
///
/// # Errors
/// Besides errors of access: it is not invited by hand; the group would lose its last owner, and that is not
/// `confirmed`.
pub async fn uninvite_group(
    app: &App,
    editor: MemberEditor<'_>,
    place: impl Into<Named>,
    group: impl Into<Named>,
    confirmed: bool,
) -> Result<(), UseCaseError> {
    let (place, invited) = (place.into(), group.into());
    let now = app.now();
    let mut uow = app.storage.begin().await?;
    let namespace = editor.editable(app, &mut uow, &place, now).await?.namespace;
    let found = look_up(&mut uow, &invited).await?;
    let group = found.ok_or_else(|| not_invited(&invited, &namespace))?;
    let before = uow.shares().find(namespace.id, group.id, Source::Hand).await?;
    let owned = ownership(&mut uow, &namespace, now).await?;
    let removed = uow.shares().remove(namespace.id, group.id, Source::Hand).await?;
    let (Some(before), true) = (before, removed) else {
        return Err(not_invited(&invited, &namespace).into());
    };
    check_ownership(&mut uow, &namespace, owned, confirmed, now).await?;
    let happened = Happened {
        namespace: Some(&namespace),
        from: before.words(),
        ..Happened::to(AuditKind::GroupShareRemoved, group.path.as_str())
    };
    editor.record(app, &mut uow, happened);
    Ok(uow.commit().await?)
}

/// As it was named: whether a group that the caller cannot see exists is not said.
fn not_invited(group: &Named, place: &Namespace) -> MemberError {
    MemberError::NotInvited { group: group.to_string(), place: place.path.to_string() }
}

/// The group to invite, which the caller has to see.
async fn visible(
    uow: &mut UnitOfWork,
    editor: MemberEditor<'_>,
    named: &Named,
    now: Timestamp,
) -> Result<Namespace, UseCaseError> {
    let found = match editor {
        MemberEditor::Caller(caller) => match find(uow, caller, named, Action::See, now).await {
            Ok(loaded) => Some(loaded.namespace),
            Err(UseCaseError::NotFound(_)) => None,
            Err(error) => return Err(error),
        },
        MemberEditor::Operator(_) => look_up(uow, named).await?,
    };
    found
        .ok_or_else(|| UseCaseError::invalid("group", format!("There is no group {named} that you can see.")))
}
