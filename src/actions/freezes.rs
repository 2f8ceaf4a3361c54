//! Beginning and ending change freezes.

use leptos::prelude::*;

use super::error::ActionError;

/// Where the form that begins one posts to.
pub const BEGIN_ADDRESS: &str = "/actions/begin_freeze";
/// Where the buttons that end one post to.
pub const END_ADDRESS: &str = "/actions/end_freeze";
/// What their flash is about.
pub const SUBJECT: &str = "freezes";

/// Begins a change freeze. One that there was stays, with its reason.
#[server(prefix = "/actions", endpoint = "begin_freeze")]
pub async fn begin_freeze(environment: String, #[server(default)] reason: String) -> Result<(), ActionError> {
    use super::{
        flash::Outcome,
        support::{Next, call},
    };
    use crate::{
        domain::paths,
        usecases::{FlagEditor, UseCaseError, freeze_changes},
    };

    let environment = asked(&environment)?;
    let filled_in = paths::feature_flags_freezing(environment, &reason);
    let call = call(&filled_in)?;
    let begun = async {
        let editor = FlagEditor::at_page(&call.app, &call.signed_in.caller)?;
        if freeze_changes::begin_freeze(&call.app, &editor, environment, &reason).await? {
            return Ok(());
        }
        let message = format!("There is a change freeze in {environment} already. End it first.");
        Err(UseCaseError::invalid("environment", message))
    };
    call.answer(SUBJECT, begun.await, |result| match result {
        Ok(()) => Next::Page(paths::ADMIN_FEATURE_FLAGS.to_owned(), Outcome::FreezeBegun { environment }),
        Err(error) => Next::Page(filled_in, Outcome::Failed(error.clone())),
    })
}

/// Ends a change freeze, if there is one. `seen` is since when the one that was shown, in milliseconds.
#[server(prefix = "/actions", endpoint = "end_freeze")]
pub async fn end_freeze(
    environment: String,
    #[server(default)] seen: Option<i64>,
) -> Result<(), ActionError> {
    use super::{
        flash::Outcome,
        support::{Next, call},
    };
    use crate::{
        domain::{paths, time::Timestamp},
        usecases::{FlagEditor, freeze_changes},
    };

    let environment = asked(&environment)?;
    let seen = seen.map(Timestamp::from_millis);
    let call = call(paths::ADMIN_FEATURE_FLAGS)?;
    let ended = async {
        let editor = FlagEditor::at_page(&call.app, &call.signed_in.caller)?;
        freeze_changes::end_freeze(&call.app, &editor, environment, seen).await.map(drop)
    };
    call.answer(SUBJECT, ended.await, |result| {
        let outcome = match result {
            Ok(()) => Outcome::FreezeEnded { environment },
            Err(error) => Outcome::Failed(error.clone()),
        };
        Next::Page(paths::ADMIN_FEATURE_FLAGS.to_owned(), outcome)
    })
}

#[cfg(feature = "ssr")]
fn asked(environment: &str) -> Result<crate::domain::environment::Environment, ActionError> {
    crate::domain::environment::Environment::from_key(environment)
        .ok_or(ActionError::Malformed)
        .inspect_err(super::support::set_status)
}
