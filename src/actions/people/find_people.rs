//! Autocompletion of people by part of their name.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::actions::error::ActionError;

/// A suggested person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundPerson {
    pub username: String,
    pub name: String,
}

/// The people whose name matches `text`, as far as the caller may know them: around the group, or, for
/// administrators, of the whole instance, for which `group` is empty.
#[server(prefix = "/actions", endpoint = "find_people")]
pub async fn find_people(
    #[server(default)] group: String,
    text: String,
) -> Result<Vec<FoundPerson>, ActionError> {
    use crate::{
        actions::support::call,
        domain::{namespace::GroupPath, paths},
        usecases::{self, UseCaseError, What},
    };

    let call = call(paths::GROUPS)?;
    let place = if group.is_empty() { Ok(None) } else { GroupPath::parse(&group).map(Some) };
    let found = match place {
        Ok(place) => {
            let caller = &call.signed_in.caller;
            usecases::people::find_people::find_people(&call.app, caller, place.as_ref(), &text).await
        }
        Err(_) => Err(UseCaseError::NotFound(What::GroupOrProject)),
    };
    let shown =
        |it: usecases::people::find_people::KnownPerson| FoundPerson { username: it.username, name: it.name };
    let found = found.map(|found| found.into_iter().map(shown).collect());
    call.answer_on("people", paths::GROUPS, found)
}
