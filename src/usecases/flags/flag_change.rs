//! Changes a flag's gates in some environments: what setting and deleting have in common.

use super::flag_names::{record_of, reference_of};
use crate::{
    domain::{
        audit::{AuditKind, StateChange},
        environment::Environment,
        flags::{FlagDefinition, GateChange, GateError, Gates, Moved, ahead_of_staging},
        keyed::keyed_enum,
        visible::is_seen,
    },
    storage::{StorageError, StoredGates, UnitOfWork},
    usecases::{
        App, FlagEditor, FlagError, UseCaseError,
        audit_trail::{Happened, record_as},
    },
};

/// Maximum length of a reason, in bytes.
const MAX_REASON: usize = 500;

/// Which checks are overridden. The change freeze is always checked; [`crate::usecases::Where`] decides
/// whether staging is compared.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    /// The reason to override failed checks, which is recorded.
    pub override_reason: Option<String>,
    /// Checks that the reason does not override.
    pub still_checked: Vec<Check>,
}

keyed_enum! {
    /// A check that a reason can override.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Check {
        Freeze = "freeze",
        Consistency = "consistency",
    }
}

impl Check {
    /// The check that fails with this error; `None` for other errors.
    pub const fn of(error: &FlagError) -> Option<Self> {
        match error {
            FlagError::Frozen { .. } => Some(Self::Freeze),
            FlagError::AheadOfStaging => Some(Self::Consistency),
            _ => None,
        }
    }
}

pub(in crate::usecases) struct FlagChange<'a> {
    pub flag: &'a str,
    pub definition: Option<&'a FlagDefinition>,
    pub environments: &'a [Environment],
    /// Whether production may not be further open than staging.
    pub compare_with_staging: bool,
    pub to: To<'a>,
    /// The reason for the change, if given; it does not override checks.
    pub reason: Option<&'a str>,
    pub guard: &'a Guard,
    /// The version of the gates that the caller has seen, if given; any other is rejected.
    pub seen: Option<i64>,
}

/// The new gates.
#[derive(Clone, Copy)]
pub(in crate::usecases) enum To<'a> {
    /// The current gates with these changes.
    Changed(&'a [GateChange]),
    /// Exactly these gates.
    Exactly(&'a Gates),
}

/// The gates in an environment before and after a change.
#[derive(Clone, Debug)]
pub(in crate::usecases) struct ChangedGates {
    pub environment: Environment,
    /// The version of the gates before.
    pub version: i64,
    pub before: Gates,
    pub after: Gates,
}

/// Checks and saves the change and records audit events; the caller commits.
pub(in crate::usecases) async fn carry_out(
    app: &App,
    uow: &mut UnitOfWork,
    editor: &FlagEditor,
    change: &FlagChange<'_>,
) -> Result<Vec<ChangedGates>, UseCaseError> {
    let override_reason =
        change.guard.override_reason.as_deref().map(|it| reason("override_reason", it)).transpose()?;
    let why = change.reason.map(|it| reason("reason", it)).transpose()?.or(override_reason);
    if let Some(request) = &editor.chat_request {
        request.use_up_with_change(app, uow, (&editor.actor, &editor.origin)).await?;
    }
    let mut found = Vec::with_capacity(change.environments.len());
    for environment in concerned(change) {
        let stored = uow.features().find(environment, change.flag).await?;
        let is_named = change.environments.contains(&environment);
        if is_named && change.seen.is_some_and(|seen| seen != stored.version) {
            let message =
                "Somebody changed the flag after this was shown. See how it is set now, then confirm.";
            return Err(UseCaseError::invalid("seen", message));
        }
        let after = after(uow, change, environment, &stored.gates).await?;
        let changed =
            ChangedGates { environment, version: stored.version, before: stored.gates.clone(), after };
        found.push((stored, changed));
    }
    let differs = found.iter().any(|(_, it)| it.after != it.before);
    for (stored, changed) in &found {
        if changed.after != changed.before {
            save(app, uow, editor, change.flag, stored, changed, why).await?;
        } else if differs && !change.environments.contains(&changed.environment) {
            // Unchanged, but with a new version, so that a concurrent change is retried.
            uow.features().save(changed.environment, change.flag, stored, &stored.gates).await?;
        }
    }
    let mut all: Vec<_> = found.into_iter().map(|(_, changed)| changed).collect();
    for check in failed_checks(uow, change, &all).await? {
        let Some(reason) = override_reason.filter(|_| !is_among(&change.guard.still_checked, &check)) else {
            return Err(check.into());
        };
        let from = match &check {
            FlagError::Frozen { environment, reason } => format!("change freeze in {environment}: {reason}"),
            _ => String::from("production not before staging"),
        };
        let happened = Happened {
            from,
            to: reason.to_owned(),
            ..Happened::to(AuditKind::FeatureCheckOverridden, change.flag)
        };
        record_as(app.now(), uow, editor.actor.clone(), &editor.origin, happened);
    }
    all.retain(|it| change.environments.contains(&it.environment));
    Ok(all)
}

/// Previews the change, also in the environment it is compared with, and its failed checks. Saves nothing.
pub(super) async fn rehearse(
    uow: &mut UnitOfWork,
    change: &FlagChange<'_>,
) -> Result<(Vec<ChangedGates>, Vec<FlagError>), UseCaseError> {
    let mut all = Vec::new();
    for environment in concerned(change) {
        let StoredGates { gates: before, version } = uow.features().find(environment, change.flag).await?;
        let after = after(uow, change, environment, &before).await?;
        all.push(ChangedGates { environment, version, before, after });
    }
    let checks = failed_checks(uow, change, &all).await?;
    Ok((all, checks))
}

/// The gates of an environment after the change.
async fn after(
    uow: &mut UnitOfWork,
    change: &FlagChange<'_>,
    environment: Environment,
    before: &Gates,
) -> Result<Gates, UseCaseError> {
    match change.to {
        _ if !change.environments.contains(&environment) => Ok(before.clone()),
        To::Exactly(gates) => Ok(gates.clone()),
        To::Changed(changes) => match changes.iter().try_fold(before.clone(), Gates::apply) {
            Ok(after) => Ok(after),
            Err(error) => Err(refused(uow, error).await?.into()),
        },
    }
}

/// The environments that are changed or compared, in a fixed order, so that concurrent changes cannot
/// deadlock.
fn concerned(change: &FlagChange<'_>) -> Vec<Environment> {
    let compared = [Environment::Staging, Environment::Production];
    let mut environments = change.environments.to_vec();
    if change.compare_with_staging && compared.iter().any(|it| environments.contains(it)) {
        environments.extend(compared);
    }
    environments.sort_unstable();
    environments.dedup();
    environments
}

async fn save(
    app: &App,
    uow: &mut UnitOfWork,
    editor: &FlagEditor,
    flag: &str,
    stored: &StoredGates,
    changed: &ChangedGates,
    why: Option<&str>,
) -> Result<(), UseCaseError> {
    uow.features().save(changed.environment, flag, stored, &changed.after).await?;
    let is_set = changed.after.is_set();
    let kind = if is_set { AuditKind::FeatureFlagUpdated } else { AuditKind::FeatureFlagDeleted };
    let (before, after) = (record_of(uow, &changed.before).await?, record_of(uow, &changed.after).await?);
    let happened = Happened {
        from: before.gates,
        to: if is_set { after.gates } else { String::new() },
        reason: why.map(str::to_owned),
        states: Some(StateChange { before: before.json, after: after.json }),
        ..Happened::to_flag(kind, flag, changed.environment)
    };
    record_as(app.now(), uow, editor.actor.clone(), &editor.origin, happened);
    Ok(())
}

fn is_among(checks: &[Check], failed: &FlagError) -> bool {
    Check::of(failed).is_none_or(|it| checks.contains(&it))
}

/// Validates a reason and trims it. `field` is the caller's name for it.
pub(in crate::usecases) fn reason<'a>(field: &'static str, text: &'a str) -> Result<&'a str, UseCaseError> {
    let reason = text.trim();
    if !is_seen(reason) || reason.len() > MAX_REASON || reason.contains('\0') {
        return Err(UseCaseError::invalid(field, format!("The reason has 1 to {MAX_REASON} bytes.")));
    }
    Ok(reason)
}

async fn refused(uow: &mut UnitOfWork, error: GateError) -> Result<FlagError, StorageError> {
    let target = match error {
        GateError::OptedOut(actor) | GateError::NotOptedOut(actor) => reference_of(uow, actor).await?,
        GateError::FullyOn { .. } => String::new(),
    };
    Ok(FlagError::Gates { error, target })
}

/// The checks that the change fails, as of this unit of work.
async fn failed_checks(
    uow: &mut UnitOfWork,
    change: &FlagChange<'_>,
    all: &[ChangedGates],
) -> Result<Vec<FlagError>, StorageError> {
    let mut failed = Vec::new();
    for ChangedGates { environment, .. } in all.iter().filter(|it| it.before != it.after) {
        if let Some(freeze) = uow.change_freezes().find(*environment).await? {
            failed.push(FlagError::Frozen { environment: *environment, reason: freeze.reason });
        }
    }
    let default = change.definition.is_some_and(|it| it.default_enabled);
    let moved = |environment| {
        let found = all.iter().find(|it| it.environment == environment)?;
        Some(Moved { before: &found.before, after: &found.after })
    };
    if change.compare_with_staging
        && let Some(staging) = moved(Environment::Staging)
        && let Some(production) = moved(Environment::Production)
        && ahead_of_staging(change.flag, default, staging, production)
    {
        failed.push(FlagError::AheadOfStaging);
    }
    Ok(failed)
}
