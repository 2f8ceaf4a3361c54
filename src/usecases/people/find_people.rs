//! Finds people by part of their name, to name one in a form. Administrators find everybody. Others find only
//! whom the lists of members show them anyway, so that nobody reads here who else has an account.

use crate::{
    domain::{access::Action, namespace::GroupPath},
    usecases::{App, Caller, UseCaseError, load},
};

/// How many are found at most.
const FOUND: usize = 8;

/// Somebody who can be named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownPerson {
    pub username: String,
    pub name: String,
}

/// Active people with `text` in the user name or name: with a role in the group, above or below it; without a
/// group, of the whole instance. A leading `@` is ignored, and nothing finds nobody.
///
/// # Errors
/// The caller may not read who is a member of the group; without a group, is no administrator.
pub async fn find_people(
    app: &App,
    caller: &Caller,
    group: Option<&GroupPath>,
    text: &str,
) -> Result<Vec<KnownPerson>, UseCaseError> {
    let (now, limit) = (app.now(), i64::try_from(FOUND).unwrap_or(i64::MAX));
    let mut uow = app.storage.read().await?;
    let group = if let Some(path) = group {
        Some(load::namespace(&mut uow, caller, path, Action::ReadMembers, now).await?.namespace)
    } else {
        load::administrator(caller)?;
        None
    };
    let text = text.trim().trim_start_matches('@');
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let mut found: Vec<KnownPerson> = match group {
        Some(group) if !caller.actor.is_admin => {
            let here = uow.browsed_members().active(group.id, text, now, limit).await?.into_iter();
            let below = uow.browsed_members().below(&group.path, text, now, limit).await?;
            here.chain(below).map(|(username, name)| KnownPerson { username, name }).collect()
        }
        _ => {
            let users = uow.users().search_active(text, limit).await?.into_iter();
            users.map(|it| KnownPerson { username: it.username, name: it.name }).collect()
        }
    };
    found.sort_by_cached_key(|it| it.username.to_ascii_lowercase());
    found.dedup();
    found.truncate(FOUND);
    Ok(found)
}
