//! What administrators do with feature flags.

use leptos::prelude::*;

use super::error::ActionError;

/// Where the dialog of a change posts to.
pub const CHANGE_ADDRESS: &str = "/actions/change_flag";
/// What their flash is about.
pub const SUBJECT: &str = "flags";

/// Changes a flag in an environment. `change` says how (`domain::feature::Edit`). `warned_of` are the
/// keys of the warnings that were shown; with `overriding`, the checks that speak against the change
/// were shown, too, and the reason says why it is done all the same. Where there is more to be said
/// first, a form comes back to its dialog, which says it.
#[server(prefix = "/actions", endpoint = "change_flag")]
pub async fn change_flag(
    flag: String,
    environment: String,
    change: String,
    #[server(default)] reason: String,
    #[server(default)] warned_of: String,
    #[server(default)] overriding: bool,
) -> Result<(), ActionError> {
    use super::{
        flash::Outcome,
        support::{Next, call},
    };
    use crate::{
        domain::{feature::Warning, paths},
        usecases::{
            UseCaseError,
            edit_flag::{Confirmation, edit_flag},
        },
    };

    let asked = asked(flag, &environment, &change)?;
    let dialog =
        paths::feature_flag_changing(&asked.flag, asked.environment, &change, &[("reason", &reason)]);
    let call = call(&dialog)?;
    let confirmation = Confirmation {
        reason,
        overriding,
        warned_of: warned_of.split_whitespace().filter_map(Warning::from_key).collect(),
    };
    let changed = edit_flag(&call.app, &call.signed_in.caller, &asked, &confirmation).await;
    // The dialog finds the same, and says it in words of its own.
    let dialog_says_it = matches!(changed, Err(UseCaseError::Flag(_)));
    call.answer(SUBJECT, changed, |result| match result {
        Ok(()) => Next::Page(
            paths::feature_flag(&asked.flag, asked.environment),
            Outcome::FlagChanged { done: asked.edit.title() },
        ),
        Err(_) if dialog_says_it => Next::Silently(dialog),
        Err(error) => Next::Page(dialog, Outcome::Failed(error.clone())),
    })
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
