//! Says who is in a feature group: the users, groups and projects that flags are opened for together.

use super::{
    App, FlagEditor, UseCaseError,
    audit_trail::{Happened, record_as},
    flag_names::names_of,
    set_feature::{Targets, actors},
};
use crate::domain::{
    audit::AuditKind,
    feature::{ADMINISTRATORS, check_flag_name},
};

/// A group and the names of its members.
#[derive(Clone, Debug)]
pub struct FeatureGroup {
    pub name: String,
    pub members: Vec<String>,
}

/// Makes the group, or takes the members that are named for those that it had.
pub async fn set_feature_group(
    app: &App,
    editor: &FlagEditor,
    name: &str,
    members: &Targets,
) -> Result<(), UseCaseError> {
    check_flag_name(name).map_err(|error| UseCaseError::invalid("name", error.message))?;
    if name == ADMINISTRATORS {
        return Err(UseCaseError::invalid("name", "Every administrator is in this group, and nobody else."));
    }
    let mut uow = app.storage.begin().await?;
    let before = uow.feature_groups().find(name).await?;
    let mut after = actors(&mut uow, members).await?;
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

/// Every feature group that somebody defined, by name.
pub async fn list_feature_groups(app: &App) -> Result<Vec<FeatureGroup>, UseCaseError> {
    let mut uow = app.storage.read().await?;
    let mut groups = Vec::new();
    for name in uow.feature_groups().list().await? {
        let Some(stored) = uow.feature_groups().find(&name).await? else { continue };
        groups.push(FeatureGroup { members: names_of(&mut uow, &stored.members).await?, name });
    }
    Ok(groups)
}
