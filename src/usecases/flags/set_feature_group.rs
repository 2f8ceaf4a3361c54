//! Sets the members of a feature group.

use super::{flag_names::names_of, set_feature::actors};
use crate::{
    domain::{
        audit::AuditKind,
        flags::{ADMINISTRATORS, FlagActor, Targets, check_flag_name},
    },
    storage::{StoredFeatureGroup, UnitOfWork},
    usecases::{
        App, FlagEditor, UseCaseError,
        audit_trail::{Happened, record_as},
        retry::until_first,
    },
};

/// Creates the group, or replaces all its members.
pub async fn set_feature_group(
    app: &App,
    editor: &FlagEditor,
    name: &str,
    members: &Targets,
) -> Result<(), UseCaseError> {
    until_first(app, || try_once(app, editor, name, members)).await
}

async fn try_once(app: &App, editor: &FlagEditor, name: &str, members: &Targets) -> Result<(), UseCaseError> {
    check_group_name(name)?;
    let mut uow = app.storage.begin().await?;
    let before = uow.feature_groups().find(name).await?;
    let after = actors(&mut uow, members).await?;
    save(app, uow, editor, name, before, after).await
}

/// Validates the name of a user-defined group.
pub(super) fn check_group_name(name: &str) -> Result<(), UseCaseError> {
    check_flag_name(name)
        .map_err(|error| UseCaseError::invalid("name", format!("The name has {}.", error.message)))?;
    if name == ADMINISTRATORS {
        return Err(UseCaseError::invalid("name", "Every administrator is in this group, and nobody else."));
    }
    Ok(())
}

/// Saves the members if they changed, and commits.
pub(in crate::usecases) async fn save(
    app: &App,
    mut uow: UnitOfWork,
    editor: &FlagEditor,
    name: &str,
    before: Option<StoredFeatureGroup>,
    mut after: Vec<FlagActor>,
) -> Result<(), UseCaseError> {
    after.sort_unstable();
    after.dedup();
    if before.as_ref().is_some_and(|stored| stored.members == after) {
        return Ok(());
    }
    let from = match &before {
        Some(stored) => names_of(&mut uow, &stored.members).await?.join(", "),
        None => String::new(),
    };
    uow.feature_groups().save(name, &after, before.map_or(0, |stored| stored.version)).await?;
    let to = names_of(&mut uow, &after).await?.join(", ");
    let happened = Happened { from, to, ..Happened::to(AuditKind::FeatureGroupUpdated, name) };
    record_as(app.now(), &mut uow, editor.actor.clone(), &editor.origin, happened);
    Ok(uow.commit().await?)
}
