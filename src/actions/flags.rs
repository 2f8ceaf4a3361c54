//! What administrators do with feature flags.

#![expect(clippy::too_many_arguments, reason = "each is a field of a form")]

use leptos::prelude::*;

use super::error::ActionError;

/// Where the dialog of a change posts to.
pub const CHANGE_ADDRESS: &str = "/actions/change_flag";
/// Where the same dialog posts to schedule the change.
pub const SCHEDULE_ADDRESS: &str = "/actions/schedule_flag_change";
/// Where the buttons that cancel a scheduled change post to.
pub const CANCEL_ADDRESS: &str = "/actions/cancel_flag_change";
/// What their flash is about.
pub const SUBJECT: &str = "flags";

/// Changes a flag in an environment. `change` says how (`domain::feature::Edit`). `warned_of` are the
/// keys of the warnings that were shown, `overriding` those of the checks that speak against the change,
/// which the reason overrides, and `seen` is the version of the gates that was shown. Where there is more
/// to be said first, a form comes back to its dialog, which says it. `due_at` belongs to the other button:
/// whoever filled it in does not mean now.
#[server(prefix = "/actions", endpoint = "change_flag")]
pub async fn change_flag(
    flag: String,
    environment: String,
    change: String,
    #[server(default)] reason: String,
    #[server(default)] warned_of: String,
    #[server(default)] overriding: String,
    #[server(default)] seen: Option<i64>,
    #[server(default)] due_at: String,
) -> Result<(), ActionError> {
    use super::{
        flash::Outcome,
        support::{Next, call},
    };
    use crate::{
        domain::{feature::Warning, paths},
        usecases::{
            Check, FlagError, UseCaseError,
            edit_flag::{Confirmation, edit_flag},
        },
    };

    let asked = asked(flag, &environment, &change)?;
    let typed = [("reason", reason.as_str()), ("due_at", due_at.as_str())];
    let dialog = paths::feature_flag_changing(&asked.flag, asked.environment, &change, &typed);
    let call = call(&dialog)?;
    let confirmation = Confirmation {
        reason,
        overriding: Check::ALL
            .into_iter()
            .filter(|it| overriding.split_whitespace().any(|key| key == it.key()))
            .collect(),
        seen,
        warned_of: warned_of.split_whitespace().filter_map(Warning::from_key).collect(),
    };
    let changed = if due_at.is_empty() {
        edit_flag(&call.app, &call.signed_in.caller, &asked, &confirmation).await
    } else {
        let message =
            "You filled in a time. Press \"Schedule this change\", or clear the time to change the flag now.";
        Err(UseCaseError::invalid("at", message))
    };
    // The dialog finds the same, and says it in words of its own.
    let dialog_says_it = changed.as_ref().is_err_and(|error| error.own::<FlagError>().is_some());
    call.answer(SUBJECT, changed, |result| match result {
        Ok(()) => Next::Page(
            paths::feature_flag(&asked.flag, asked.environment),
            Outcome::FlagChanged { done: asked.edit.title() },
        ),
        Err(_) if dialog_says_it => Next::Silently(dialog),
        Err(error) => Next::Page(dialog, Outcome::Failed(error.clone())),
    })
}

/// Schedules the change for `due_at`, the field's date and time in UTC.
#[server(prefix = "/actions", endpoint = "schedule_flag_change")]
pub async fn schedule_flag_change(
    flag: String,
    environment: String,
    change: String,
    #[server(default)] reason: String,
    #[server(default)] due_at: String,
) -> Result<(), ActionError> {
    use super::{
        flash::Outcome,
        support::{Next, call},
    };
    use crate::{
        domain::{paths, time::Timestamp},
        usecases::{
            FlagEditor, FlagError, UseCaseError, edit_flag::planned, schedule_change::schedule_change,
        },
    };

    let asked = asked(flag, &environment, &change)?;
    let typed = [("reason", reason.as_str()), ("due_at", due_at.as_str())];
    let dialog = paths::feature_flag_changing(&asked.flag, asked.environment, &change, &typed);
    let call = call(&dialog)?;
    let at = Timestamp::from_field(&due_at)
        .ok_or_else(|| UseCaseError::invalid("at", "Say when: a date and a time, in UTC."));
    let editor = FlagEditor::at_page(&call.app, &call.signed_in.caller);
    let scheduled = match (editor, at.and_then(|at| planned(&asked, at, &reason))) {
        (Ok(editor), Ok(command)) => schedule_change(&call.app, &editor, &command).await.map(drop),
        (Err(error), _) | (_, Err(error)) => Err(error),
    };
    let dialog_says_it = scheduled.as_ref().is_err_and(|error| error.own::<FlagError>().is_some());
    call.answer(SUBJECT, scheduled, |result| match result {
        Ok(()) => {
            let at = Timestamp::from_field(&due_at).map(|at| at.long(false)).unwrap_or_default();
            Next::Page(
                paths::feature_flag(&asked.flag, asked.environment),
                Outcome::FlagChanged { done: format!("{}, scheduled for {at}", asked.edit.title()) },
            )
        }
        Err(_) if dialog_says_it => Next::Silently(dialog),
        Err(error) => Next::Page(dialog, Outcome::Failed(error.clone())),
    })
}

/// Cancels a scheduled change of the flag. `environment` is the one whose page it comes back to.
#[server(prefix = "/actions", endpoint = "cancel_flag_change")]
pub async fn cancel_flag_change(flag: String, environment: String, id: i64) -> Result<(), ActionError> {
    use super::{
        flash::Outcome,
        support::{Next, call},
    };
    use crate::{
        domain::{ids::ScheduledChangeId, paths},
        usecases::{FlagEditor, cancel_scheduled_change::cancel_scheduled_change},
    };

    let asked = asked(flag, &environment, "forget")?;
    let page = paths::feature_flag(&asked.flag, asked.environment);
    let call = call(&page)?;
    let cancelled = match FlagEditor::at_page(&call.app, &call.signed_in.caller) {
        Ok(editor) => {
            let id = ScheduledChangeId(id);
            cancel_scheduled_change(&call.app, &editor, Some(&asked.flag), id).await
        }
        Err(error) => Err(error),
    };
    let cancelled = cancelled.map(|it| it.change.plan.environment);
    call.answer(SUBJECT, cancelled, |result| match result {
        Ok(_) => Next::Page(page, Outcome::FlagScheduleCancelled),
        Err(error) => Next::Page(page, Outcome::Failed(error.clone())),
    })
    .map(drop)
}

/// What a form asks for. One that no page of ours sends is refused.
#[cfg(feature = "ssr")]
fn asked(
    flag: String,
    environment: &str,
    change: &str,
) -> Result<crate::usecases::edit_flag::FlagEdit, ActionError> {
    use crate::{
        domain::{
            environment::Environment,
            feature::{Edit, check_flag_name},
        },
        usecases::edit_flag::FlagEdit,
    };

    let asked = match (check_flag_name(&flag), Environment::from_key(environment), Edit::parse(change)) {
        (Err(_), ..) => Err(ActionError::NotFound),
        (_, Some(environment), Ok(edit)) => Ok(FlagEdit { flag, environment, edit }),
        _ => Err(ActionError::Malformed),
    };
    asked.inspect_err(super::support::set_status)
}
