//! Changes a flag at a page, in two steps: what would come of it is shown first, then it is done.

use super::{
    App, Caller, FlagEditor, FlagError, Guard, UseCaseError,
    delete_feature::{DeleteFeature, delete_feature},
    flag_change::{FlagChange, rehearse},
    flag_definitions, may_read_flags,
    set_feature::{FlagValue, SetFeature, Targets, changes, set_feature_warned_of, warnings},
};
use crate::domain::{
    environment::Environment,
    feature::{Edit, Target, TargetKind, Warning, check_flag_name},
};

/// What somebody asks for.
#[derive(Clone, Debug)]
pub struct FlagEdit {
    pub flag: String,
    pub environment: Environment,
    pub edit: Edit,
}

/// What would come of it. The gates are said in a sentence each.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    pub before: String,
    pub after: String,
    /// Whether anything would change.
    pub changes: bool,
    pub warnings: Vec<Warning>,
    /// What can be overridden with a reason.
    pub checks: Vec<FlagError>,
}

/// What somebody says who wants it done.
#[derive(Clone, Debug, Default)]
pub struct Confirmation {
    /// Why it is done. It is kept; empty when they do not say.
    pub reason: String,
    /// Whether checks that speak against it were shown, so that the reason overrides them.
    pub overriding: bool,
    /// What they were warned of.
    pub warned_of: Vec<Warning>,
}

/// Changes nothing.
pub async fn rehearse_edit(app: &App, caller: &Caller, asked: &FlagEdit) -> Result<Rehearsal, UseCaseError> {
    may_read_flags(caller)?;
    let mut uow = app.storage.read().await?;
    let definition = flag_definitions::find(&mut uow, &asked.flag).await?;
    let guard = asked.guard(&Confirmation::default());
    let changes = match asked.command(guard.clone()) {
        Command::Set(command) => Some(changes(&mut uow, &command).await?),
        Command::Delete(_) => None,
    };
    let change = FlagChange {
        flag: &asked.flag,
        definition: definition.as_ref(),
        environments: &[asked.environment],
        changes: changes.as_deref(),
        guard: &guard,
    };
    let (changed, checks) = rehearse(&mut uow, &change).await?;
    let default = definition.as_ref().is_some_and(|it| it.default_enabled);
    let warnings = changes.map(|it| warnings(definition.as_ref(), &it, &changed)).unwrap_or_default();
    let here = changed.first().expect("there is one environment");
    Ok(Rehearsal {
        before: here.before.summary(default),
        after: here.after.summary(default),
        changes: here.before != here.after,
        warnings,
        checks,
    })
}

/// Does it.
///
/// # Errors
/// Besides what setting a flag can meet: the last sign-in is too old, or there is something to warn of.
pub async fn edit_flag(
    app: &App,
    caller: &Caller,
    asked: &FlagEdit,
    confirmation: &Confirmation,
) -> Result<(), UseCaseError> {
    check_flag_name(&asked.flag).map_err(|error| UseCaseError::invalid("name", error.message))?;
    let editor = FlagEditor::at_page(app, caller)?;
    match asked.command(asked.guard(confirmation)) {
        Command::Set(command) => {
            let warned_of = Some(confirmation.warned_of.as_slice());
            set_feature_warned_of(app, &editor, &command, warned_of).await.map(drop)
        }
        Command::Delete(command) => delete_feature(app, &editor, &command).await.map(drop),
    }
}

enum Command {
    Set(SetFeature),
    Delete(DeleteFeature),
}

impl FlagEdit {
    fn guard(&self, confirmation: &Confirmation) -> Guard {
        Guard {
            compare_with_staging: true,
            override_reason: confirmation.overriding.then(|| confirmation.reason.clone()),
        }
    }

    fn command(&self, guard: Guard) -> Command {
        let (value, targets) = match &self.edit {
            Edit::Forget => {
                return Command::Delete(DeleteFeature {
                    name: self.flag.clone(),
                    environments: vec![self.environment],
                    undefined_too: true,
                    guard,
                });
            }
            Edit::Everyone(on) => (FlagValue::Boolean(*on), Targets::default()),
            Edit::Open(target, on) => (FlagValue::Boolean(*on), targets(target)),
            Edit::OptOut(target, out) => (FlagValue::OptOut(*out), targets(target)),
            Edit::PercentageOfActors(percentage) => {
                (FlagValue::PercentageOfActors(*percentage), Targets::default())
            }
            Edit::PercentageOfTime(percentage) => {
                (FlagValue::PercentageOfTime(*percentage), Targets::default())
            }
        };
        Command::Set(SetFeature {
            name: self.flag.clone(),
            value,
            targets,
            environments: vec![self.environment],
            undefined_too: true,
            guard,
        })
    }
}

fn targets(target: &Target) -> Targets {
    let name = vec![target.name.clone()];
    match target.kind {
        TargetKind::User => Targets { users: name, ..Targets::default() },
        TargetKind::Group => Targets { groups: name, ..Targets::default() },
        TargetKind::Project => Targets { projects: name, ..Targets::default() },
        TargetKind::FeatureGroup => Targets { feature_groups: name, ..Targets::default() },
    }
}
