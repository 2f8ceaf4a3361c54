//! *Jump to*: search for pages by part of their name.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::ActionError;

/// A search result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JumpResult {
    pub label: String,
    pub detail: String,
    pub href: String,
}

/// The pages that match `query`, best match first.
#[server(prefix = "/actions", endpoint = "jump")]
pub async fn jump(query: String) -> Result<Vec<JumpResult>, ActionError> {
    use super::support::call;
    use crate::{domain::paths, usecases};

    let call = call(paths::JUMP)?;
    let found = usecases::jump_to::jump_to(&call.app, &call.signed_in.caller, &query).await;
    let results = found.map(|found| {
        let result = |it: usecases::jump_to::Destination| JumpResult {
            label: it.label,
            detail: it.detail,
            href: it.href,
        };
        found.into_iter().map(result).collect()
    });
    call.answer_on("jump", paths::JUMP, results)
}
