//! Creates a group or a project: a top-level group by administrators, anything below by Owners.

use super::{
    archived::require_active,
    group_editor::{GroupEditor, claim, kind_for},
    group_error::{GroupError, taken},
};
use crate::{
    domain::{
        audit::AuditKind,
        namespace::{GroupPath, Named, Namespace, NamespaceKind, Subscription},
        people::{
            grants::Source,
            naming::{NamingError, check_description, check_namespace_name, new_path, path_from_name},
        },
        role::Role,
    },
    storage::{NewNamespace, UnitOfWork},
    usecases::{
        App, UseCaseError, accounts::find_user::named_user, audit_trail::Happened, retry::until_first,
    },
};

#[derive(Clone, Debug)]
pub struct CreateGroup {
    pub below: Below,
    pub name: String,
    /// The last name of the path; empty to make it from the name.
    pub path: String,
    pub description: String,
}

/// Where the new namespace is.
#[derive(Clone, Debug)]
pub enum Below {
    /// A top-level group.
    Nothing {
        subscription: Subscription,
        /// The user name or email address of its first Owner, if any.
        owner: Option<String>,
    },
    Group {
        parent: GroupPath,
        kind: NamespaceKind,
    },
    /// As the last, by whatever names the group.
    Named {
        parent: Named,
        kind: NamespaceKind,
    },
}

/// # Errors
/// Besides errors of access: a name that is none, a path that is taken or too long, a parent that is a project
/// or archived, an owner who does not exist.
pub async fn create_group(
    app: &App,
    editor: &GroupEditor,
    new: &CreateGroup,
) -> Result<Namespace, UseCaseError> {
    until_first(app, || try_once(app, editor, new)).await
}

async fn try_once(app: &App, editor: &GroupEditor, new: &CreateGroup) -> Result<Namespace, UseCaseError> {
    let mut uow = app.storage.begin().await?;
    let (parent, kind) = match &new.below {
        Below::Nothing { .. } => {
            editor.administers(app)?;
            (None, NamespaceKind::Group)
        }
        Below::Group { parent, kind } => (Some(editor.editable(app, &mut uow, &parent.into()).await?), *kind),
        Below::Named { parent, kind } => (Some(editor.editable(app, &mut uow, parent).await?), *kind),
    };
    let name = check_namespace_name(&new.name).map_err(GroupError::from)?;
    let description = check_description(&new.description).map_err(GroupError::from)?;
    if let Some(parent) = &parent {
        if parent.namespace.kind == NamespaceKind::Project {
            return Err(GroupError::BelowProject(parent.namespace.path.clone()).into());
        }
        require_active(&mut uow, parent.namespace.id).await?;
        claim(&mut uow, &[parent]).await?;
    }
    let last = match new.path.trim() {
        "" => path_from_name(name).ok_or(GroupError::Naming(NamingError::Path))?,
        last => last.to_owned(),
    };
    let parent = parent.map(|it| it.namespace);
    let path = new_path(parent.as_ref().map(|it| &it.path), &last, kind).map_err(GroupError::from)?;
    let row = NewNamespace { parent: parent.as_ref(), kind, path: &path, name, created_at: app.now() };
    let made = uow.namespaces().add(&row).await.map_err(taken(&path))?;
    if !description.is_empty() {
        uow.namespaces().set_description(made.id, description).await?;
    }
    let event = kind_for(&made, AuditKind::GroupCreated, AuditKind::ProjectCreated);
    match &new.below {
        Below::Group { .. } | Below::Named { .. } => {
            editor.record(app, &mut uow, &made, event, ("", ""), None);
        }
        Below::Nothing { subscription, owner } => {
            uow.top_level_groups().save(made.id, *subscription).await?;
            editor.record(app, &mut uow, &made, event, ("", &subscription.words()), None);
            if let Some(owner) = owner {
                add_owner(app, &mut uow, editor, &made, owner).await?;
            }
        }
    }
    uow.commit().await?;
    Ok(made)
}

async fn add_owner(
    app: &App,
    uow: &mut UnitOfWork,
    editor: &GroupEditor,
    group: &Namespace,
    owner: &str,
) -> Result<(), UseCaseError> {
    let user = named_user(uow, "owner", owner).await?;
    uow.memberships().set(group.id, user.id, Source::Hand, &Role::Owner.into(), None).await?;
    let happened = Happened {
        namespace: Some(group),
        to: Role::Owner.name().to_owned(),
        ..Happened::to(AuditKind::MembershipCreated, &user.username)
    };
    editor.record_all(app, uow, happened);
    Ok(())
}
