//! Ending sessions of one's own.

use leptos::prelude::*;

use super::error::ActionError;

/// Where the buttons to end one session post to.
pub const REVOKE_ADDRESS: &str = "/actions/revoke_session";
/// Where the button to end all others posts to.
pub const END_OTHERS_ADDRESS: &str = "/actions/end_other_sessions";
/// What their flash is about.
pub const SUBJECT: &str = "sessions";

/// Ends one of the caller's sessions.
#[server(prefix = "/actions", endpoint = "revoke_session")]
pub async fn revoke_session(id: i64) -> Result<(), ActionError> {
    use super::{
        flash::Outcome,
        support::{Next, call},
    };
    use crate::{
        domain::{ids::SessionId, paths},
        usecases,
    };

    let call = call(paths::SESSIONS)?;
    let ended = usecases::end_sessions::revoke_session(&call.app, &call.signed_in, SessionId(id)).await;
    call.answer(SUBJECT, ended, |result| {
        let outcome = result.err().map_or(Outcome::SessionRevoked, |error| Outcome::Failed(error.clone()));
        Next::Page(paths::SESSIONS.to_owned(), outcome)
    })
}

/// Ends every session of the caller but this one; how many there were.
#[server(prefix = "/actions", endpoint = "end_other_sessions")]
pub async fn end_other_sessions() -> Result<u64, ActionError> {
    use super::{
        flash::Outcome,
        support::{Next, call},
    };
    use crate::{domain::paths, usecases};

    let call = call(paths::SESSIONS)?;
    let ended = usecases::end_sessions::end_other_sessions(&call.app, &call.signed_in).await;
    call.answer(SUBJECT, ended, |result| {
        let outcome = match result {
            Ok(count) => Outcome::SessionsEnded { count: *count },
            Err(error) => Outcome::Failed(error.clone()),
        };
        Next::Page(paths::SESSIONS.to_owned(), outcome)
    })
}
