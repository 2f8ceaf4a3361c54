//! Changes a flag at a page, in two steps: what would come of it is shown first, then it is done.

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

/// What somebody asks for.
#[derive(Clone, Debug)]
pub struct FlagEdit {
    pub flag: String,
    pub environment: Environment,
    pub edit: Edit,
}

impl FlagEdit {
    /// A page always says where.
    const fn place(&self) -> Where<Environment> {
        Where::Named(self.environment)
    }
}

/// What would come of it. The gates are said in a sentence each.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    pub before: String,
    pub after: String,
    /// Whom and what the gates name before and after, where all are set at once: a sentence only counts.
    pub in_full: Option<[String; 2]>,
    /// Of the gates before.
    pub version: i64,
    /// Whether anything would change.
    pub changes: bool,
    pub warnings: Vec<Warning>,
    /// What can be overridden with a reason.
    pub checks: Vec<FlagError>,
    /// How the flag is set in the environment that this one is compared with, if it is with any.
    pub compared: Option<(Environment, String)>,
}

/// What somebody says who wants it done.
#[derive(Clone, Debug, Default)]
pub struct EditConfirmation {
    /// Why it is done. It is kept; empty when they do not say.
    pub reason: String,
    /// The checks that were shown to speak against it: the reason overrides these and no others.
    pub overriding: Vec<Check>,
    /// The version of the gates that was shown; `None` when they do not say.
    pub seen: Option<i64>,
    /// What they were warned of.
    pub warned_of: Vec<Warning>,
}

/// Changes nothing.
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

/// Does it.
///
/// # Errors
/// Besides what setting a flag can meet: the last sign-in is too old, the gates are no longer
/// those that were seen, or there is something to warn of.
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

/// What would be changed, and what it is compared with.
fn here_and_beside(
    looked_at: &[ChangedGates],
    environment: Environment,
) -> (&ChangedGates, Option<&ChangedGates>) {
    let is_here = |it: &&ChangedGates| it.environment == environment;
    let here = looked_at.iter().find(is_here).expect("it is among those that are looked at");
    (here, looked_at.iter().find(|it| !is_here(it)))
}

/// A change at a page is made in one environment.
fn the_one(changed: &[ChangedGates]) -> &ChangedGates {
    changed.first().expect("there is one environment")
}

/// What is asked for, with what it is about looked up.
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

/// The same for later: what [`super::schedule_change`] takes.
///
/// # Errors
/// A change that sets all gates at once cannot be scheduled, nor one of whoever is gone.
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

/// Takes away an actor who is named by the id (`User:7`), which no name looks like: whoever is gone has
/// nothing else left.
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
