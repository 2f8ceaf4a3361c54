//! Restores the gates of a feature flag from its history, in one step.

use super::{
    flag_change::{FlagChange, Guard, To, carry_out, reason},
    flag_definitions,
    flag_history::find_entry,
};
use crate::{
    domain::{
        environment::Environment,
        flags::{Warning, check_flag_name},
        ids::AuditEventId,
    },
    usecases::{App, FlagEditor, FlagError, UseCaseError, What, retry::until_first},
};

#[derive(Clone, Debug)]
pub struct RestoreFeature {
    pub name: String,
    /// A change in the flag's history, which determines the environment.
    pub event: AuditEventId,
    pub point: RestorePoint,
    pub reason: Option<String>,
    /// Whether staging must go before production, as the environment is not named explicitly.
    pub compare_with_staging: bool,
    pub guard: Guard,
}

/// Which gates of the change to restore.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestorePoint {
    /// Those before the change, which undoes it.
    Before,
    /// Those after the change.
    After,
}

#[derive(Clone, Debug)]
pub struct Restored {
    pub environment: Environment,
    /// Whether anything changed.
    pub changed: bool,
    /// The gates after it, for people.
    pub gates: String,
    pub warnings: Vec<Warning>,
}

/// # Errors
/// Besides errors of access and failed checks: [`UseCaseError::NotFound`] when the event is not a change of
/// this flag, [`FlagError::Unreadable`] when this release cannot parse its gates.
pub async fn restore_feature(
    app: &App,
    editor: &FlagEditor,
    command: &RestoreFeature,
) -> Result<Restored, UseCaseError> {
    until_first(app, || try_once(app, editor, command)).await
}

async fn try_once(
    app: &App,
    editor: &FlagEditor,
    command: &RestoreFeature,
) -> Result<Restored, UseCaseError> {
    check_flag_name(&command.name).map_err(|error| FlagError::BadName(error.message))?;
    let why = command.reason.as_deref().map(|it| reason("reason", it)).transpose()?;
    let mut uow = app.storage.begin().await?;
    let entry = find_entry(&mut uow, &command.name, command.event).await?;
    let entry = entry.ok_or(UseCaseError::NotFound(What::ChangeOfFlag))?;
    let (gates, text) = match command.point {
        RestorePoint::Before => (entry.gates_before, entry.before),
        RestorePoint::After => (entry.gates_after, entry.after),
    };
    let gates = gates.ok_or_else(|| FlagError::Unreadable(text.clone()))?;
    let definition = flag_definitions::find(&mut uow, &command.name).await?;
    let why = match (why, command.point) {
        (Some(why), _) => why.to_owned(),
        (None, RestorePoint::Before) => format!("Restored what was set before event {}.", command.event),
        (None, RestorePoint::After) => format!("Restored what event {} set.", command.event),
    };
    let change = FlagChange {
        flag: &command.name,
        definition: definition.as_ref(),
        environments: &[entry.environment],
        compare_with_staging: command.compare_with_staging,
        to: To::Exactly(&gates),
        reason: Some(&why),
        guard: &command.guard,
        seen: None,
    };
    let changed = carry_out(app, &mut uow, editor, &change).await?;
    uow.commit().await?;
    let changed = changed.iter().find(|it| it.environment == entry.environment);
    Ok(Restored {
        environment: entry.environment,
        changed: changed.is_some_and(|it| it.before != it.after),
        gates: text,
        warnings: changed
            .map(|it| Warning::about(definition.as_ref(), &[], &it.before, &it.after))
            .unwrap_or_default(),
    })
}
