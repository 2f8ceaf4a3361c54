//! Finds the user whom somebody names in a form, a command or a file.

use crate::{
    domain::{accounts::email::EmailAddress, user::User},
    storage::{StorageError, UnitOfWork},
    usecases::UseCaseError,
};

/// By user name, with or without `@`, or by email address. `None` when there is no such user.
pub async fn find_user(uow: &mut UnitOfWork, who: &str) -> Result<Option<User>, StorageError> {
    let name = bare(who);
    match EmailAddress::parse(name) {
        Ok(address) => uow.users().find_by_email(&address).await,
        Err(_) => uow.users().find_by_username(name).await,
    }
}

/// [`find_user`] for a field of a form.
///
/// # Errors
/// There is no such user; the error is about `field`.
pub async fn named_user(uow: &mut UnitOfWork, field: &'static str, who: &str) -> Result<User, UseCaseError> {
    find_user(uow, who).await?.ok_or_else(|| {
        let message = match bare(who) {
            "" => String::from("Enter a user name or an email address."),
            name => format!(
                "There is no user {name}. Check the name, or ask an administrator to create the account."
            ),
        };
        UseCaseError::invalid(field, message)
    })
}

fn bare(who: &str) -> &str {
    let who = who.trim();
    who.strip_prefix('@').unwrap_or(who)
}
