//! Autocompletion of actors: users, groups and projects by part of their name.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::actions::error::ActionError;

/// A suggested actor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundActor {
    /// `user`, `group` or `project`.
    pub kind: String,
    pub name: String,
    /// Name with kind, such as `user ann`.
    pub words: String,
}

/// The actors whose name matches `text`; administrators only.
#[server(prefix = "/actions", endpoint = "find_actors")]
pub async fn find_actors(text: String) -> Result<Vec<FoundActor>, ActionError> {
    use crate::{
        actions::support::call,
        domain::{flags::Target, paths},
        usecases,
    };

    let call = call(paths::ADMIN_FEATURE_FLAGS)?;
    let found = usecases::flags::show_flag::find_actors(&call.app, &call.signed_in.caller, &text).await;
    let shown = |it: Target| FoundActor { kind: it.kind.key().to_owned(), words: it.words(), name: it.name };
    let found = found.map(|found| found.into_iter().map(shown).collect());
    call.answer_on("actors", paths::ADMIN_FEATURE_FLAGS, found)
}
