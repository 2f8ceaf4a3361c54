//! Forgets how a feature flag is set: its default holds again.

use super::{
    App, FlagEditor, FlagError, UseCaseError,
    flag_change::{FlagChange, Guard, To, carry_out, environments},
    flag_definitions,
    retry::until_first,
    set_feature::unknown,
};
use crate::domain::{
    environment::Environment,
    feature::{Gates, check_flag_name},
};

#[derive(Clone, Debug)]
pub struct DeleteFeature {
    pub name: String,
    /// This server's own when none is named.
    pub environments: Vec<Environment>,
    /// Whether a flag that nothing defines may be named.
    pub undefined_too: bool,
    pub guard: Guard,
}

/// Whether anything was set.
pub async fn delete_feature(
    app: &App,
    editor: &FlagEditor,
    command: &DeleteFeature,
) -> Result<bool, UseCaseError> {
    until_first(app, || try_once(app, editor, command)).await
}

async fn try_once(app: &App, editor: &FlagEditor, command: &DeleteFeature) -> Result<bool, UseCaseError> {
    check_flag_name(&command.name).map_err(|error| FlagError::BadName(error.message))?;
    let mut uow = app.storage.begin().await?;
    let definition = flag_definitions::find(&mut uow, &command.name).await?;
    if definition.is_none() && !command.undefined_too {
        return Err(unknown(&mut uow, &command.name).await?);
    }
    let environments = environments(app, &command.environments);
    let change = FlagChange {
        flag: &command.name,
        definition: definition.as_ref(),
        environments: &environments,
        to: To::Exactly(&Gates::default()),
        reason: None,
        guard: &command.guard,
        seen: None,
    };
    let changed = carry_out(app, &mut uow, editor, &change).await?;
    uow.commit().await?;
    Ok(changed.iter().any(|it| it.before.is_set()))
}
