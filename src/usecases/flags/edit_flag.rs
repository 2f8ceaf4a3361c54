//! Changes a flag on a page in two steps: a preview, then the change.

use super::{
    flag_change::{ChangedGates, FlagChange, To, carry_out, rehearse},
    flag_definitions,
    flag_history::find_entry,
    flag_names::record_of,
    flag_policy::{AskedBy, Where},
    schedule_change::ScheduleChange,
    set_feature::changes,
};
use crate::{
    domain::{
        environment::Environment,
        flags::{Edit, FlagActor, FlagDefinition, GateChange, Gates, Warning, check_flag_name},
        time::Timestamp,
    },
    storage::UnitOfWork,
    usecases::{
        App, Caller, Check, FlagEditor, FlagError, FlagReader, Guard, UseCaseError, What, retry::until_first,
    },
};

/// The requested change.
#[derive(Clone, Debug)]
pub struct FlagEdit {
    pub flag: String,
    pub environment: Environment,
    pub edit: Edit,
}

impl FlagEdit {
    /// Pages always name the environment.
    const fn place(&self) -> Where<Environment> {
        Where::Named(self.environment)
    }
}

/// The preview of a change. The gates are described in a sentence each.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    pub before: String,
    pub after: String,
    /// The full list of targets before and after, for changes that set all gates at once, where a sentence
    /// only has counts.
    pub in_full: Option<[String; 2]>,
    /// The version of the gates before.
    pub version: i64,
    /// Whether anything would change.
    pub changes: bool,
    pub warnings: Vec<Warning>,
    /// Failed checks, which a reason can override.
    pub checks: Vec<FlagError>,
    /// The flag's gates in the environment that this one is compared with, if any.
    pub compared: Option<(Environment, String)>,
}

/// The confirmation of a previewed change.
#[derive(Clone, Debug, Default)]
pub struct EditConfirmation {
    /// The reason, which is recorded; empty when not given.
    pub reason: String,
    /// The failed checks that were shown; the reason overrides these and no others.
    pub overriding: Vec<Check>,
    /// The version of the gates that was shown; `None` when not given.
    pub seen: Option<i64>,
    /// The warnings that were shown.
    pub warned_of: Vec<Warning>,
}

/// Previews the change.
pub async fn rehearse_edit(app: &App, caller: &Caller, asked: &FlagEdit) -> Result<Rehearsal, UseCaseError> {
    FlagReader::administrator(caller)?;
    let mut uow = app.storage.read().await?;
    let plan = plan(&mut uow, asked).await?;
    let (changed, checks) = rehearse(&mut uow, &plan.change(asked, None, &Guard::default())).await?;
    let (here, beside) = here_and_beside(&changed, asked.environment);
    let default = plan.definition.as_ref().is_some_and(|it| it.default_enabled);
    let in_full = match plan.aim {
        Aim::Changed(_) => None,
        Aim::Exactly(_) => Some([
            record_of(&mut uow, &here.before).await?.gates,
            record_of(&mut uow, &here.after).await?.gates,
        ]),
    };
    Ok(Rehearsal {
        in_full,
        version: here.version,
        before: here.before.summary(default),
        after: here.after.summary(default),
        changes: here.before != here.after,
        warnings: plan.warnings(here),
        checks,
        compared: beside.map(|it| (it.environment, it.before.summary(default))),
    })
}

/// Makes the change.
///
/// # Errors
/// Besides those of setting a flag: the last authentication is too old, the gates are not those that were
/// shown, or there is a warning that was not.
pub async fn edit_flag(
    app: &App,
    caller: &Caller,
    asked: &FlagEdit,
    confirmation: &EditConfirmation,
) -> Result<(), UseCaseError> {
    check_flag_name(&asked.flag).map_err(|error| FlagError::BadName(error.message))?;
    let editor = FlagEditor::at_page(app, caller)?;
    until_first(app, || try_once(app, &editor, asked, confirmation)).await
}

async fn try_once(
    app: &App,
    editor: &FlagEditor,
    asked: &FlagEdit,
    confirmation: &EditConfirmation,
) -> Result<(), UseCaseError> {
    let reason = Some(confirmation.reason.trim()).filter(|it| !it.is_empty());
    let shown = &confirmation.overriding;
    let guard = Guard {
        override_reason: (!shown.is_empty()).then(|| confirmation.reason.clone()),
        still_checked: Check::ALL.into_iter().filter(|it| !shown.contains(it)).collect(),
    };
    let mut uow = app.storage.begin().await?;
    let plan = plan(&mut uow, asked).await?;
    let change = FlagChange { seen: confirmation.seen, ..plan.change(asked, reason, &guard) };
    let changed = carry_out(app, &mut uow, editor, &change).await?;
    let here = the_one(&changed);
    if let Some(new) = plan.warnings(here).into_iter().find(|it| !confirmation.warned_of.contains(it)) {
        return Err(FlagError::WarnFirst(new).into());
    }
    Ok(uow.commit().await?)
}

/// The change in its environment, and the one it is compared with.
fn here_and_beside(
    looked_at: &[ChangedGates],
    environment: Environment,
) -> (&ChangedGates, Option<&ChangedGates>) {
    let is_here = |it: &&ChangedGates| it.environment == environment;
    let here = looked_at.iter().find(is_here).expect("it is among those that are looked at");
    (here, looked_at.iter().find(|it| !is_here(it)))
}

/// A change on a page concerns a single environment.
fn the_one(changed: &[ChangedGates]) -> &ChangedGates {
    changed.first().expect("there is one environment")
}

/// The requested change, with its targets resolved.
struct Plan {
    definition: Option<FlagDefinition>,
    aim: Aim,
}

enum Aim {
    Changed(Vec<GateChange>),
    Exactly(Gates),
}

async fn plan(uow: &mut UnitOfWork, asked: &FlagEdit) -> Result<Plan, UseCaseError> {
    let definition = flag_definitions::find(uow, &asked.flag).await?;
    let aim = match &asked.edit {
        Edit::Forget => Aim::Exactly(Gates::default()),
        Edit::Restore(event) => {
            let entry = find_entry(uow, &asked.flag, *event).await?;
            let entry = entry.filter(|it| it.environment == asked.environment);
            let entry = entry.ok_or(UseCaseError::NotFound(What::Page))?;
            Aim::Exactly(entry.gates_after.ok_or(FlagError::Unreadable(entry.after))?)
        }
        edit => {
            if let Some(change) = removed_by_id(edit) {
                Aim::Changed(vec![change])
            } else {
                let (value, targets) = edit.setting().ok_or(UseCaseError::NotFound(What::Page))?;
                Aim::Changed(changes(uow, value, &targets).await?)
            }
        }
    };
    Ok(Plan { definition, aim })
}

impl Plan {
    fn change<'a>(
        &'a self,
        asked: &'a FlagEdit,
        reason: Option<&'a str>,
        guard: &'a Guard,
    ) -> FlagChange<'a> {
        FlagChange {
            flag: &asked.flag,
            definition: self.definition.as_ref(),
            environments: std::slice::from_ref(&asked.environment),
            compare_with_staging: asked.place().is_compared_with_staging(),
            to: match &self.aim {
                Aim::Changed(changes) => To::Changed(changes),
                Aim::Exactly(gates) => To::Exactly(gates),
            },
            reason,
            guard,
            seen: None,
        }
    }

    fn warnings(&self, changed: &ChangedGates) -> Vec<Warning> {
        let changes = match &self.aim {
            Aim::Changed(changes) => changes.as_slice(),
            Aim::Exactly(_) => &[],
        };
        Warning::about(self.definition.as_ref(), changes, &changed.before, &changed.after)
    }
}

/// The same change for [`super::schedule_change`].
///
/// # Errors
/// A change that sets all gates at once, or that concerns a deleted actor, cannot be scheduled.
pub fn planned(asked: &FlagEdit, due_at: Timestamp, reason: &str) -> Result<ScheduleChange, UseCaseError> {
    let message = "This cannot be scheduled for later. Do it now.";
    let edit = Some(&asked.edit).filter(|it| can_wait(it));
    let (value, targets) =
        edit.and_then(Edit::setting).ok_or_else(|| UseCaseError::invalid("at", message))?;
    Ok(ScheduleChange {
        name: asked.flag.clone(),
        value,
        targets,
        environment: asked.place(),
        due_at,
        reason: Some(reason.trim().to_owned()).filter(|it| !it.is_empty()),
        undefined_too: AskedBy::Page.sets_undefined(false),
    })
}

/// A removal of an actor that is named by its id (`User:7`), as deleted actors are; no name looks like one.
fn removed_by_id(edit: &Edit) -> Option<GateChange> {
    match edit {
        Edit::Open(target, false) => Some(GateChange::Actor(FlagActor::from_key(&target.name)?, false)),
        Edit::OptOut(target, false) => Some(GateChange::OptOut(FlagActor::from_key(&target.name)?, false)),
        _ => None,
    }
}

/// Whether the change can be scheduled.
pub fn can_wait(edit: &Edit) -> bool {
    removed_by_id(edit).is_none() && edit.setting().is_some()
}
