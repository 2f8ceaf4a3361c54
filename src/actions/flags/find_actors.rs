//! Finding users, groups and projects by a part of their name.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::actions::error::ActionError;

/// Somebody whom a flag can be opened for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundActor {
    /// `user`, `group` or `project`.
    pub kind: String,
    pub name: String,
    /// With the kind: `user ann`.
    pub words: String,
}

/// Who may be meant by `text`, for administrators.
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
