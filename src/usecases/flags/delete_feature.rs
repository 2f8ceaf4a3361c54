//! Deletes all gates of a feature flag, so that its default applies.

use super::{
    flag_change::{FlagChange, Guard, To, carry_out},
    flag_changed::FlagChanged,
    flag_definitions::{self, unknown},
    flag_policy::Where,
};
use crate::{
    domain::{
        environment::Environment,
        flags::{Gates, check_flag_name},
    },
    usecases::{App, FlagEditor, FlagError, UseCaseError, retry::until_first},
};

#[derive(Clone, Debug)]
pub struct DeleteFeature {
    pub name: String,
    pub environments: Where<Vec<Environment>>,
    /// Whether the flag may lack a definition.
    pub undefined_too: bool,
    pub guard: Guard,
}

/// Returns the states before and after.
pub async fn delete_feature(
    app: &App,
    editor: &FlagEditor,
    command: &DeleteFeature,
) -> Result<FlagChanged, UseCaseError> {
    until_first(app, || try_once(app, editor, command)).await
}

async fn try_once(
    app: &App,
    editor: &FlagEditor,
    command: &DeleteFeature,
) -> Result<FlagChanged, UseCaseError> {
    check_flag_name(&command.name).map_err(|error| FlagError::BadName(error.message))?;
    let mut uow = app.storage.begin().await?;
    let definition = flag_definitions::find(&mut uow, &command.name).await?;
    if definition.is_none() && !command.undefined_too {
        return Err(unknown(&mut uow, &command.name).await?);
    }
    let change = FlagChange {
        flag: &command.name,
        definition: definition.as_ref(),
        environments: &command.environments.environments(app),
        compare_with_staging: command.environments.is_compared_with_staging(),
        to: To::Exactly(&Gates::default()),
        reason: None,
        guard: &command.guard,
        seen: None,
    };
    let changed = carry_out(app, &mut uow, editor, &change).await?;
    let changed = FlagChanged::of(&mut uow, &change, changed, Vec::new()).await?;
    uow.commit().await?;
    Ok(changed)
}
