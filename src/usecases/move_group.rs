//! Moves a group or project with everything below it to another group, or to the top level.

use super::{
    App, UseCaseError, What,
    flows::{circumstances::subscription, clear_settings::clear_settings},
    people::{
        archived::require_active,
        group_editor::{Editable, GroupEditor, claim, kind_for},
        group_error::{GroupError, taken},
    },
    retry::until_first,
    settings::change_settings::{kind, words},
};
use crate::{
    domain::{
        audit::AuditKind,
        flows::consent::LedgerAction,
        namespace::{GroupPath, Named, Namespace, NamespaceKind, Subscription},
        people::naming::{NamingError, check_below, deepest, new_path},
        settings::{
            inheritance::{EffectiveSettings, Own},
            setting::{Setting, SettingPlace},
        },
    },
    storage::{LastChange, UnitOfWork, effective_settings},
};

/// `parent` is the group to move it to; `None` for the top level. Returns it as it is now. Idempotent.
///
/// # Errors
/// Besides errors of access, for both places: the top level is for administrators; a project is always in a
/// group; nothing is below itself or below a project; a path is taken or would be too long; one of both is
/// archived.
pub async fn move_group(
    app: &App,
    editor: &GroupEditor,
    path: &GroupPath,
    parent: Option<&GroupPath>,
) -> Result<Namespace, UseCaseError> {
    move_named(app, editor, &path.into(), parent.map(Named::from).as_ref()).await
}

/// [`move_group`], by whatever names both places.
///
/// # Errors
/// As [`move_group`].
pub async fn move_named(
    app: &App,
    editor: &GroupEditor,
    named: &Named,
    parent: Option<&Named>,
) -> Result<Namespace, UseCaseError> {
    until_first(app, || try_once(app, editor, named, parent)).await
}

async fn try_once(
    app: &App,
    editor: &GroupEditor,
    named: &Named,
    parent: Option<&Named>,
) -> Result<Namespace, UseCaseError> {
    let mut uow = app.storage.begin().await?;
    let moved = editor.editable(app, &mut uow, named).await?;
    let parent = match parent {
        None => None,
        Some(parent) => match editor.editable(app, &mut uow, parent).await {
            Err(UseCaseError::NotFound(What::GroupOrProject)) => {
                return Err(GroupError::NoParent(parent.to_string()).into());
            }
            other => Some(other?),
        },
    };
    let Some(path) = destination(app, &mut uow, editor, &moved, parent.as_ref()).await? else {
        return Ok(moved.namespace);
    };
    let trees: Vec<&Editable> = std::iter::once(&moved).chain(&parent).collect();
    claim(&mut uow, &trees).await?;
    let before = &moved.namespace;
    let parent = parent.as_ref().map(|it| &it.namespace);
    // What a top-level group alone has ends before it is something else.
    let withdrawn = before.is_top_level() && {
        let reason = format!("The group was moved to {path}.");
        clear_settings(app, &mut uow, editor, (before, moved.held), &reason).await?
    };
    // From here on nobody else changes a setting.
    uow.inherited_settings().before_move(before.id, &before.path).await?;
    let had = uow.inherited_settings().effective(before.id).await?;
    uow.namespaces().move_to(before, parent, &path).await.map_err(taken(&path))?;
    if parent.is_none() {
        // Duo Enterprise was bought for the group that it leaves.
        let subscription =
            Subscription { duo_enterprise: false, ..subscription(&mut uow, before.root).await? };
        uow.top_level_groups().save(before.id, subscription).await?;
    }
    let after = Namespace {
        parent: parent.map(|it| it.id),
        root: parent.map_or(before.id, |it| it.root),
        path,
        ..before.clone()
    };
    settle(app, &mut uow, editor, &after, &had).await?;
    let kind = kind_for(&after, AuditKind::GroupPathUpdated, AuditKind::ProjectNamespaceUpdated);
    editor.record(app, &mut uow, &after, kind, (before.path.as_str(), after.path.as_str()), None);
    uow.commit().await?;
    if withdrawn {
        app.tally.consent(LedgerAction::Withdrawn);
    }
    Ok(after)
}

/// A group that becomes top-level keeps the values that it `had` by inheritance: a move turns nothing on. What
/// only a top-level group sets ends where it is none any more.
async fn settle(
    app: &App,
    uow: &mut UnitOfWork,
    editor: &GroupEditor,
    moved: &Namespace,
    had: &EffectiveSettings,
) -> Result<(), UseCaseError> {
    let place = SettingPlace::Namespace(moved.id);
    let actor = editor.actor();
    let change = LastChange { at: app.now(), by_username: actor.username, by_name: actor.name };
    let path = uow.inherited_settings().path(moved.id).await?;
    let now = effective_settings(&path);
    for setting in Setting::ALL {
        let (before, after) = (had.get(setting), now.get(setting));
        let own = path.iter().find(|it| it.place == place && it.setting == setting);
        let to = if !setting.applies_to(moved.kind, moved.is_top_level()) {
            let Some(_) = own else { continue };
            uow.inherited_settings().remove(place, setting).await?;
            String::from("inherited")
        } else if moved.is_top_level() && before.on != after.on && after.locked_for(place).is_none() {
            let number = uow.inherited_settings().next_number().await?;
            let kept = Own { on: Some(before.on), locked: false, number, resets: 0 };
            let seen = own.map_or(0, |it| it.version);
            uow.inherited_settings().save(place, setting, kept, &change, seen).await?;
            words(setting, before.on, false)
        } else {
            continue;
        };
        let from = words(setting, before.on, before.locked_by.is_some());
        editor.record(app, uow, moved, kind(setting), (&from, &to), None);
    }
    Ok(())
}

/// The new path, checked; `None` when it is there already.
async fn destination(
    app: &App,
    uow: &mut UnitOfWork,
    editor: &GroupEditor,
    Editable { namespace, .. }: &Editable,
    parent: Option<&Editable>,
) -> Result<Option<GroupPath>, UseCaseError> {
    let to = parent.map(|it| &it.namespace);
    if to.map(|it| it.id) == namespace.parent {
        return Ok(None);
    }
    match to {
        None if namespace.kind == NamespaceKind::Project => return Err(GroupError::ProjectAlone.into()),
        Some(to) if to.kind == NamespaceKind::Project => {
            return Err(GroupError::BelowProject(to.path.clone()).into());
        }
        Some(to) if to.id == namespace.id || is_below(&to.path, &namespace.path) => {
            return Err(GroupError::BelowItself.into());
        }
        _ => {}
    }
    if namespace.is_top_level() || to.is_none() {
        editor.administers(app)?;
    }
    require_active(uow, namespace.id).await?;
    if let Some(to) = to {
        require_active(uow, to.id).await?;
    }
    let path =
        new_path(to.map(|it| &it.path), namespace.path.last(), namespace.kind).map_err(GroupError::from)?;
    let extent = uow.namespaces().extent(&namespace.path).await?;
    let (was, is) = (namespace.path.depth(), path.depth());
    for (depth, kind) in
        [(extent.deepest_group, NamespaceKind::Group), (extent.deepest_project, NamespaceKind::Project)]
    {
        let depth = usize::try_from(depth).unwrap_or_default();
        if depth > 0 && depth - was + is > deepest(kind) {
            return Err(GroupError::Naming(NamingError::TooDeep).into());
        }
    }
    let longest = usize::try_from(extent.longest).unwrap_or_default();
    check_below(&namespace.path, &path, longest).map_err(GroupError::from)?;
    Ok(Some(path))
}

fn is_below(path: &GroupPath, above: &GroupPath) -> bool {
    let (from, before) = above.keys_below();
    (from..before).contains(&path.key())
}
