//! Forms that begin and end change freezes.

use axum::response::Response;
use serde::Deserialize;

use crate::{
    actions::{error::ActionError, flags::freezes::SUBJECT, flash::Outcome, form_answer::Next},
    domain::{environment::Environment, paths, time::Timestamp},
    server::forms::Form,
    usecases::{FlagEditor, UseCaseError, flags::freeze_changes},
};

#[derive(Deserialize)]
pub(super) struct NewFreeze {
    environment: Environment,
    #[serde(default)]
    reason: String,
}

/// Begins a change freeze. An existing one is kept, with its reason.
pub(super) async fn begin(Form { posted, fields }: Form<NewFreeze>) -> Result<Response, Response> {
    let NewFreeze { environment, reason } = fields;
    let filled_in = paths::feature_flags_freezing(environment, &reason);
    let by = posted.signed_in(&filled_in).await?;
    let begun = async {
        let editor = FlagEditor::at_page(by.app(), by.caller())?;
        if freeze_changes::begin_freeze(by.app(), &editor, environment, &reason).await? {
            return Ok(());
        }
        let message = format!("There is a change freeze in {environment} already. End it first.");
        Err(UseCaseError::invalid("environment", message))
    }
    .await;
    let next = |result: Result<&(), &ActionError>| match result {
        Ok(()) => Next::Page(paths::ADMIN_FEATURE_FLAGS.to_owned(), Outcome::FreezeBegun { environment }),
        Err(error) => Next::Page(filled_in, Outcome::Failed(error.clone())),
    };
    Ok(by.answer(SUBJECT, begun, next).await)
}

#[derive(Deserialize)]
pub(super) struct AFreeze {
    environment: Environment,
    /// The beginning of the freeze that was shown, in milliseconds.
    #[serde(default)]
    seen: Option<i64>,
}

/// Ends a change freeze, if there is one.
pub(super) async fn end(Form { posted, fields }: Form<AFreeze>) -> Result<Response, Response> {
    let AFreeze { environment, seen } = fields;
    let by = posted.signed_in(paths::ADMIN_FEATURE_FLAGS).await?;
    let ended = async {
        let editor = FlagEditor::at_page(by.app(), by.caller())?;
        let seen = seen.map(Timestamp::from_millis);
        freeze_changes::end_freeze(by.app(), &editor, environment, seen).await.map(drop)
    }
    .await;
    let done = |(): &()| Outcome::FreezeEnded { environment };
    Ok(by.answer_on(paths::ADMIN_FEATURE_FLAGS, SUBJECT, ended, done).await)
}
