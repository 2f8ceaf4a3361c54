//! Searches users, for administrators.

use crate::{
    domain::user::User,
    usecases::{App, Caller, UseCaseError, load::administrator},
};

/// Users per page.
const PAGE: i64 = 50;

#[derive(Clone, Debug)]
pub struct UserList {
    pub users: Vec<User>,
    /// Whether there is another page.
    pub more: bool,
}

/// Users with `text` in the username or display name; `page` starts at 1.
pub async fn search_users(
    app: &App,
    caller: &Caller,
    text: &str,
    page: i64,
) -> Result<UserList, UseCaseError> {
    administrator(caller)?;
    let offset = page.saturating_sub(1).max(0).saturating_mul(PAGE);
    let mut users = app.storage.read().await?.users().search(text, PAGE + 1, offset).await?;
    let most = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = users.len() > most;
    users.truncate(most);
    Ok(UserList { users, more })
}
