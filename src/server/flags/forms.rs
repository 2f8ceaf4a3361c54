//! Forms that change a feature flag, now or later.

use axum::response::Response;
use serde::Deserialize;

use crate::{
    actions::{error::ActionError, flags::forms::SUBJECT, flash::Outcome, form_answer::Next},
    domain::{
        environment::Environment,
        flags::{Edit, Warning, check_flag_name},
        ids::ScheduledChangeId,
        paths,
        time::Timestamp,
    },
    server::forms::{Form, Posted},
    usecases::{
        Check, FlagEditor, FlagError, UseCaseError,
        flags::{
            cancel_scheduled_change::cancel_scheduled_change,
            edit_flag::{EditConfirmation, FlagEdit, edit_flag, planned},
            schedule_change::schedule_change,
        },
    },
};

/// One form with two buttons: now, and scheduled.
#[derive(Deserialize)]
pub(super) struct EditForm {
    flag: String,
    environment: String,
    /// The change (`domain::feature::Edit`).
    change: String,
    #[serde(default)]
    reason: String,
    /// The keys of the warnings that were shown.
    #[serde(default)]
    warned_of: String,
    /// The keys of the failed checks that the reason overrides.
    #[serde(default)]
    overriding: String,
    /// The version of the gates that was shown.
    #[serde(default)]
    seen: Option<i64>,
    /// Date and time of the field, in UTC.
    #[serde(default)]
    due_at: String,
}

impl EditForm {
    /// The path of the dialog, with its input.
    fn dialog(&self, edit: &FlagEdit) -> String {
        let typed = [("reason", self.reason.as_str()), ("due_at", self.due_at.as_str())];
        paths::feature_flag_changing(&edit.flag, edit.environment, &self.change, &typed)
    }
}

/// Changes a flag in an environment. If that needs a confirmation, a browser form is redirected to its
/// dialog. `due_at` belongs to the other button: a form that has it does not mean now.
pub(super) async fn change(Form { posted, fields }: Form<EditForm>) -> Result<Response, Response> {
    let (posted, edit) = read(posted, &fields.flag, &fields.environment, &fields.change).await?;
    let dialog = fields.dialog(&edit);
    let by = posted.signed_in(&dialog).await?;
    let confirmation = EditConfirmation {
        reason: fields.reason,
        overriding: Check::ALL
            .into_iter()
            .filter(|it| fields.overriding.split_whitespace().any(|key| key == it.key()))
            .collect(),
        seen: fields.seen,
        warned_of: fields.warned_of.split_whitespace().filter_map(Warning::from_key).collect(),
    };
    let changed = if fields.due_at.is_empty() {
        edit_flag(by.app(), by.caller(), &edit, &confirmation).await
    } else {
        let message =
            "You filled in a time. Press \"Schedule this change\", or clear the time to change the flag now.";
        Err(UseCaseError::invalid("at", message))
    };
    // The dialog runs the same checks and shows the result itself.
    let dialog_says_it = changed.as_ref().is_err_and(|error| error.own::<FlagError>().is_some());
    let next = |result: Result<&(), &ActionError>| match result {
        Ok(()) => Next::Page(
            paths::feature_flag(&edit.flag, edit.environment),
            Outcome::FlagChanged { done: edit.edit.title() },
        ),
        Err(_) if dialog_says_it => Next::Silently(dialog),
        Err(error) => Next::Page(dialog, Outcome::Failed(error.clone())),
    };
    Ok(by.answer(SUBJECT, changed, next).await)
}

/// Schedules the change for `due_at`.
pub(super) async fn schedule(Form { posted, fields }: Form<EditForm>) -> Result<Response, Response> {
    let (posted, edit) = read(posted, &fields.flag, &fields.environment, &fields.change).await?;
    let dialog = fields.dialog(&edit);
    let by = posted.signed_in(&dialog).await?;
    let at = Timestamp::from_field(&fields.due_at);
    let scheduled = async {
        let editor = FlagEditor::at_page(by.app(), by.caller())?;
        let at = at.ok_or_else(|| UseCaseError::invalid("at", "Say when: a date and a time, in UTC."))?;
        let command = planned(&edit, at, &fields.reason)?;
        schedule_change(by.app(), &editor, &command).await.map(drop)
    }
    .await;
    let dialog_says_it = scheduled.as_ref().is_err_and(|error| error.own::<FlagError>().is_some());
    let next = |result: Result<&(), &ActionError>| match result {
        Ok(()) => {
            let at = at.map(|at| at.long(false)).unwrap_or_default();
            Next::Page(
                paths::feature_flag(&edit.flag, edit.environment),
                Outcome::FlagChanged { done: format!("{}, scheduled for {at}", edit.edit.title()) },
            )
        }
        Err(_) if dialog_says_it => Next::Silently(dialog),
        Err(error) => Next::Page(dialog, Outcome::Failed(error.clone())),
    };
    Ok(by.answer(SUBJECT, scheduled, next).await)
}

#[derive(Deserialize)]
pub(super) struct ScheduledOne {
    flag: String,
    /// The environment of the page to return to.
    environment: String,
    id: i64,
}

/// Cancels a scheduled change of the flag.
pub(super) async fn cancel(Form { posted, fields }: Form<ScheduledOne>) -> Result<Response, Response> {
    let (posted, edit) = read(posted, &fields.flag, &fields.environment, "forget").await?;
    let page = paths::feature_flag(&edit.flag, edit.environment);
    let by = posted.signed_in(&page).await?;
    let cancelled = match FlagEditor::at_page(by.app(), by.caller()) {
        Ok(editor) => {
            let id = ScheduledChangeId(fields.id);
            cancel_scheduled_change(by.app(), &editor, Some(&edit.flag), id).await.map(drop)
        }
        Err(error) => Err(error),
    };
    Ok(by.answer_on(&page, SUBJECT, cancelled, |()| Outcome::FlagScheduleCancelled).await)
}

/// Parses the form's change. One that no page of ours sends is refused.
async fn read(
    posted: Posted,
    flag: &str,
    environment: &str,
    change: &str,
) -> Result<(Posted, FlagEdit), Response> {
    let error = match (check_flag_name(flag), Environment::from_key(environment), Edit::parse(change)) {
        (Err(_), ..) => ActionError::NotFound,
        (_, Some(environment), Ok(edit)) => {
            return Ok((posted, FlagEdit { flag: flag.to_owned(), environment, edit }));
        }
        _ => ActionError::Malformed,
    };
    Err(posted.refused(error).await)
}
