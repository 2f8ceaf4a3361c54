//! Makes the changes of feature flags whose time has come. Several servers may do so at once: each
//! change is claimed in the transaction that makes it, so it is made once, or not at all.

use super::{
    App, FlagEditor, FlagError, Guard, Origin, UseCaseError,
    audit_trail::{Happened, record_as},
    flag_change::{FlagChange, To, carry_out},
    flag_definitions,
    flag_names::record_of,
    retry::until_first,
};
use crate::{
    domain::{
        actor::Surface,
        audit::{AuditActor, AuditKind},
        feature::{Ended, Ending, FeatureTarget},
        ids::ScheduledChangeId,
        time::Timestamp,
    },
    storage::UnitOfWork,
};

/// How many are looked up at once.
const BATCH: i64 = 100;

/// What came of looking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    pub done: usize,
    pub failed: usize,
    /// When the next is due; `None` when none waits.
    pub next: Option<Timestamp>,
}

/// Makes all that is due, in its order, however long it has been so.
///
/// # Errors
/// The database kept it from going on; what is not made yet still waits.
pub async fn run_due_changes(app: &App) -> Result<Ran, UseCaseError> {
    let mut ran = Ran::default();
    loop {
        let waiting = app.storage.read().await?.scheduled_changes().waiting(BATCH).await?;
        let now = app.now();
        let due: Vec<_> = waiting.iter().take_while(|(_, at)| *at <= now).map(|(id, _)| *id).collect();
        if due.is_empty() {
            return Ok(Ran { next: waiting.first().map(|(_, at)| *at), ..ran });
        }
        for id in due {
            match run_one(app, id).await? {
                Some(Ending::Done) => ran.done += 1,
                Some(Ending::Failed) => ran.failed += 1,
                Some(Ending::Cancelled) | None => {}
            }
        }
    }
}

/// `None` when somebody else was first.
async fn run_one(app: &App, id: ScheduledChangeId) -> Result<Option<Ending>, UseCaseError> {
    let ending = match until_first(app, || make(app, id)).await {
        Err(error) if error.is_passing() => return Err(error),
        Err(error) => fail(app, id, &error).await?.then_some(Ending::Failed),
        Ok(made) => made.then_some(Ending::Done),
    };
    if let Some(ending) = ending {
        app.tally.scheduled_change(ending);
    }
    Ok(ending)
}

/// Whether it was still to be made.
async fn make(app: &App, id: ScheduledChangeId) -> Result<bool, UseCaseError> {
    let mut uow = app.storage.begin().await?;
    let Some(plan) = uow.scheduled_changes().claim(id, app.now()).await? else { return Ok(false) };
    is_still_administrator(&mut uow, &plan.by).await?;
    let definition = flag_definitions::find(&mut uow, &plan.flag).await?;
    let editor = FlagEditor { actor: plan.by.clone(), origin: origin(id, plan.surface), chat_request: None };
    let change = FlagChange {
        flag: &plan.flag,
        definition: definition.as_ref(),
        environments: &[plan.environment],
        to: To::Changed(&plan.changes),
        reason: plan.reason.as_deref(),
        // Nobody can have known then what a freeze of now is about.
        guard: &Guard { compare_with_staging: plan.compare_with_staging, ..Guard::default() },
        seen: None,
    };
    let changed = carry_out(app, &mut uow, &editor, &change).await?;
    let mut outcome = String::from("Nothing had to be changed.");
    if let Some(changed) = changed.iter().find(|it| it.before != it.after) {
        outcome = record_of(&mut uow, &changed.after).await?.gates;
    }
    uow.scheduled_changes().say(id, &outcome).await?;
    let target = FeatureTarget { flag: &plan.flag, environment: plan.environment }.to_string();
    let happened = Happened {
        from: format!("scheduled change {id}"),
        to: outcome,
        ..Happened::to(AuditKind::FeatureChangeRun, &target)
    };
    record_as(app.now(), &mut uow, plan.by, &editor.origin, happened);
    uow.commit().await?;
    Ok(true)
}

/// Operators at the command line have the database; nobody asks who they are.
async fn is_still_administrator(uow: &mut UnitOfWork, by: &AuditActor) -> Result<(), UseCaseError> {
    let Some(id) = by.id else { return Ok(()) };
    match uow.users().lookup(id).await? {
        None => Err(FlagError::PlannerGone(by.username.clone()).into()),
        Some(user) if !user.is_admin => Err(FlagError::PlannerNotAdministrator(user.username).into()),
        Some(_) => Ok(()),
    }
}

/// Writes down that it cannot be made, and why. Whether it still waited.
async fn fail(app: &App, id: ScheduledChangeId, error: &UseCaseError) -> Result<bool, UseCaseError> {
    let outcome = match error {
        UseCaseError::Storage(error) => {
            tracing::error!(%id, %error, "a scheduled change cannot be made");
            String::from("The server could not make it. Its log says why.")
        }
        other => other.to_string(),
    };
    let mut uow = app.storage.begin().await?;
    let ended = Ended { how: Ending::Failed, at: app.now(), outcome: outcome.clone() };
    let Some(whose) = uow.scheduled_changes().end(id, &ended).await? else { return Ok(false) };
    let target = FeatureTarget { flag: &whose.flag, environment: whose.environment }.to_string();
    let happened = Happened {
        from: format!("scheduled change {id}"),
        to: outcome,
        ..Happened::to(AuditKind::FeatureChangeFailed, &target)
    };
    record_as(app.now(), &mut uow, whose.by, &origin(id, whose.surface), happened);
    uow.commit().await?;
    Ok(true)
}

/// Where the change was planned. All that it writes has the id of the change.
fn origin(id: ScheduledChangeId, surface: Surface) -> Origin {
    Origin { surface, request_id: format!("scheduled-change-{id}"), remote_ip: None }
}
