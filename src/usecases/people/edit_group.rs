//! Changes a group's name, description, path or subscription, each by itself.

use super::{
    archived::require_active,
    group_editor::{Editable, GroupEditor, claim, kind_for},
    group_error::{GroupError, taken},
};
use crate::{
    domain::{
        audit::AuditKind,
        field_edit::{FieldEdit, Overtaken},
        namespace::{GroupPath, Named, Namespace, NamespaceKind, Subscription, Tier},
        people::naming::{check_below, check_description, check_namespace_name, new_path},
    },
    storage::UnitOfWork,
    usecases::{App, UseCaseError, What, retry::until_first},
};

/// What to change. A field that is `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct EditGroup {
    pub name: Option<FieldEdit<String>>,
    pub description: Option<FieldEdit<String>>,
    /// The last name of the path.
    pub path: Option<FieldEdit<String>>,
    /// For administrators, as the next.
    pub tier: Option<FieldEdit<Tier>>,
    pub duo_enterprise: Option<FieldEdit<bool>>,
}

/// Returns the namespace as it is now. Idempotent.
///
/// # Errors
/// Besides errors of access: a name that is none, a path that is taken, a field that somebody else changed
/// since it was seen; then nothing is changed.
pub async fn edit_group(
    app: &App,
    editor: &GroupEditor,
    named: impl Into<Named>,
    edit: &EditGroup,
) -> Result<Namespace, UseCaseError> {
    let named = named.into();
    until_first(app, || try_once(app, editor, &named, edit)).await
}

async fn try_once(
    app: &App,
    editor: &GroupEditor,
    named: &Named,
    edit: &EditGroup,
) -> Result<Namespace, UseCaseError> {
    let mut uow = app.storage.begin().await?;
    let edited = edit_in(app, &mut uow, editor, named, edit).await?;
    if edited.changed {
        uow.commit().await?;
    }
    Ok(edited.namespace)
}

/// A namespace after an edit.
pub(in crate::usecases) struct Edited {
    pub namespace: Namespace,
    /// Whether there is anything to commit.
    pub changed: bool,
}

/// [`edit_group`] within a unit of work of the caller, who commits it.
pub(in crate::usecases) async fn edit_in(
    app: &App,
    uow: &mut UnitOfWork,
    editor: &GroupEditor,
    named: &Named,
    edit: &EditGroup,
) -> Result<Edited, UseCaseError> {
    let target = editor.editable(app, uow, named).await?;
    require_active(uow, target.namespace.id).await?;
    let changes = Changes::of(uow, &target, edit).await?;
    let mut namespace = target.namespace.clone();
    if changes.is_empty() {
        return Ok(Edited { namespace, changed: false });
    }
    if changes.subscription.is_some() {
        editor.administers(app)?;
    }
    claim(uow, &[&target]).await?;
    let Changes { name, description, path, subscription } = changes;
    // The path first: events say where it happened, by the path of now.
    if let Some(path) = path {
        let parent = match namespace.parent {
            None => None,
            Some(parent) => uow.namespaces().lookup(parent).await?,
        };
        uow.namespaces().move_to(&namespace, parent.as_ref(), &path).await.map_err(taken(&path))?;
        let before = std::mem::replace(&mut namespace.path, path);
        let kind = kind_for(&namespace, AuditKind::GroupPathUpdated, AuditKind::ProjectPathUpdated);
        let change = (before.as_str(), &*namespace.path.to_string());
        editor.record(app, uow, &namespace, kind, change, None);
    }
    if let Some(name) = name {
        uow.namespaces().set_name(namespace.id, &name).await?;
        let before = std::mem::replace(&mut namespace.name, name);
        let kind = kind_for(&namespace, AuditKind::GroupNameUpdated, AuditKind::ProjectNameUpdated);
        editor.record(app, uow, &namespace, kind, (&before, &namespace.name), None);
    }
    if let Some((before, after)) = description {
        uow.namespaces().set_description(namespace.id, &after).await?;
        let kind =
            kind_for(&namespace, AuditKind::GroupDescriptionUpdated, AuditKind::ProjectDescriptionUpdated);
        editor.record(app, uow, &namespace, kind, (&before, &after), None);
    }
    if let Some((before, after)) = subscription {
        uow.top_level_groups().save(namespace.id, after).await?;
        let change = (&*before.words(), &*after.words());
        editor.record(app, uow, &namespace, AuditKind::GroupSubscriptionUpdated, change, None);
    }
    Ok(Edited { namespace, changed: true })
}

/// What is to be written.
struct Changes {
    name: Option<String>,
    /// Before and after, as for the subscription.
    description: Option<(String, String)>,
    path: Option<GroupPath>,
    subscription: Option<(Subscription, Subscription)>,
}

impl Changes {
    async fn of(
        uow: &mut UnitOfWork,
        Editable { namespace, .. }: &Editable,
        edit: &EditGroup,
    ) -> Result<Self, UseCaseError> {
        let missing = || UseCaseError::NotFound(What::GroupOrProject);
        let details = uow.namespaces().details(namespace.id).await?.ok_or_else(missing)?;
        let name = changed("name", edit.name.as_ref(), &namespace.name)?;
        let name = name.map(|it| check_namespace_name(it)).transpose().map_err(GroupError::from)?;
        let description = changed("description", edit.description.as_ref(), &details.description)?;
        let description =
            description.map(|it| check_description(it)).transpose().map_err(GroupError::from)?;
        let last = changed("path", edit.path.as_ref(), &namespace.path.last().to_owned())?;
        let path = match last {
            None => None,
            Some(last) => {
                let parent = namespace.path.parent();
                // It is as deep as it was.
                let path =
                    new_path(parent.as_ref(), last, NamespaceKind::Project).map_err(GroupError::from)?;
                let longest = uow.namespaces().extent(&namespace.path).await?.longest;
                let longest = usize::try_from(longest).unwrap_or_default();
                check_below(&namespace.path, &path, longest).map_err(GroupError::from)?;
                Some(path)
            }
        };
        Ok(Self {
            name: name.filter(|it| **it != namespace.name).map(str::to_owned),
            description: description
                .filter(|it| **it != details.description)
                .map(|it| (details.description.clone(), it.to_owned())),
            path: path.filter(|it| *it != namespace.path),
            subscription: subscription(uow, namespace, edit).await?,
        })
    }

    const fn is_empty(&self) -> bool {
        self.name.is_none()
            && self.description.is_none()
            && self.path.is_none()
            && self.subscription.is_none()
    }
}

async fn subscription(
    uow: &mut UnitOfWork,
    namespace: &Namespace,
    edit: &EditGroup,
) -> Result<Option<(Subscription, Subscription)>, UseCaseError> {
    if edit.tier.is_none() && edit.duo_enterprise.is_none() {
        return Ok(None);
    }
    let Some(before) = uow.top_level_groups().lookup(namespace.id).await? else {
        return Err(GroupError::NotTopLevel.into());
    };
    let mut after = before;
    if let Some(edit) = &edit.tier {
        let overtaken = |now: &Tier| Overtaken::of("tier", now.name());
        after.tier = *edit.over(&before.tier, overtaken)?.unwrap_or(&before.tier);
    }
    if let Some(edit) = &edit.duo_enterprise {
        let now = before.duo_enterprise;
        let overtaken = |now: &bool| {
            Overtaken::labelled("duo_enterprise", "Duo Enterprise", if *now { "on" } else { "off" })
        };
        after.duo_enterprise = *edit.over(&now, overtaken)?.unwrap_or(&now);
    }
    Ok((after != before).then_some((before, after)))
}

fn changed<'a>(
    field: &'static str,
    edit: Option<&'a FieldEdit<String>>,
    now: &String,
) -> Result<Option<&'a String>, Overtaken> {
    let Some(edit) = edit else { return Ok(None) };
    edit.over(now, |now| Overtaken::of(field, now))
}
