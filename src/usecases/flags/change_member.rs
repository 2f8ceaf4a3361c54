//! Adds a member to a feature group, or removes one, based on its current members, so that concurrent calls
//! do not undo each other.

use super::{
    set_feature::actors,
    set_feature_group::{check_group_name, save},
};
use crate::{
    domain::flags::{FlagActor, Target, TargetKind},
    usecases::{App, FlagEditor, UseCaseError, What, retry::until_first},
};

/// `is_in` says whether the member should be in the group. Idempotent.
///
/// # Errors
/// There is no such group, or no such actor.
pub async fn change_member(
    app: &App,
    editor: &FlagEditor,
    group: &str,
    member: &Target,
    is_in: bool,
) -> Result<(), UseCaseError> {
    until_first(app, || try_once(app, editor, group, member, is_in)).await
}

async fn try_once(
    app: &App,
    editor: &FlagEditor,
    group: &str,
    member: &Target,
    is_in: bool,
) -> Result<(), UseCaseError> {
    check_group_name(group)?;
    if member.kind == TargetKind::FeatureGroup {
        return Err(UseCaseError::invalid("name", "No feature group is in another."));
    }
    let mut uow = app.storage.begin().await?;
    let before = uow.feature_groups().find(group).await?.ok_or(UseCaseError::NotFound(What::FeatureGroup))?;
    let changed = match FlagActor::from_key(&member.name) {
        // A deleted actor is named by its id, which no name looks like.
        Some(gone) if !is_in => vec![gone],
        _ => actors(&mut uow, &member.into()).await?,
    };
    let mut after = before.members.clone();
    after.retain(|it| !changed.contains(it));
    if is_in {
        after.extend(changed);
    }
    save(app, uow, editor, group, Some(before), after).await
}
