//! Edits a user: username, display name, email address, and whether they are an administrator.
//!
//! Per field: what two administrators change in different fields at once is both kept, and of two changes of
//! one field the second is refused with what the field is now. Ledger and audit log keep the names they have.

use super::{
    block_user::spare, create_user::name_taken, set_email::set_email_of, user_error::UserError, whom::Whom,
};
use crate::{
    domain::{
        accounts::email::EmailAddress,
        audit::AuditKind,
        user::{User, check_name, check_username},
    },
    storage::Account,
    usecases::{
        App, UseCaseError, What,
        administrator::Administrator,
        audit_trail::{Happened, record_as},
        retry::until_first,
    },
};

/// A field that is to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edit<T> {
    pub to: T,
    /// What the field was when the form was shown; `None` for whoever wants `to` whatever it was.
    pub seen: Option<T>,
}

impl<T> Edit<T> {
    pub const fn to(to: T) -> Self {
        Self { to, seen: None }
    }
}

/// `None` leaves a field as it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct EditUser<'a> {
    pub username: Option<Edit<&'a str>>,
    pub name: Option<Edit<&'a str>>,
    /// Empty for none.
    pub email: Option<Edit<&'a str>>,
    pub is_admin: Option<Edit<bool>>,
}

/// Returns the username after the change.
///
/// # Errors
/// A field breaks a rule or is taken; [`UserError::Changed`], [`UserError::LastAdministrator`], and
/// [`UserError::Yourself`] for administrators who take the right from themselves.
pub async fn edit_user<'a>(
    app: &App,
    by: &Administrator,
    whom: impl Into<Whom<'a>>,
    edit: &EditUser<'_>,
) -> Result<String, UseCaseError> {
    let whom = whom.into();
    until_first(app, || try_once(app, by, whom, edit)).await
}

async fn try_once(
    app: &App,
    by: &Administrator,
    whom: Whom<'_>,
    edit: &EditUser<'_>,
) -> Result<String, UseCaseError> {
    let mut uow = app.storage.begin().await?;
    let takes_right = edit.is_admin.is_some_and(|edit| !edit.to);
    // First of all writes, so that two who do this at once never wait for each other.
    let administrators = if takes_right { uow.users().hold_administrators().await? } else { Vec::new() };
    let username = match whom {
        Whom::Username(username) => username.to_owned(),
        Whom::Id(_) => whom.find(&mut uow).await?.username,
    };
    let account = uow.users().account(&username).await?.ok_or(UseCaseError::NotFound(What::User))?;
    let Account { user: before, email: email_before, version, .. } = account;
    let email_before = email_before.unwrap_or_default();

    let mut user = before.clone();
    if let Some(to) = wanted("username", "user name", edit.username.map(trimmed), &before.username.as_str())?
    {
        user.username =
            check_username(to).map_err(|error| UseCaseError::invalid("username", error))?.to_owned();
    }
    if let Some(to) = wanted("name", "name", edit.name.map(trimmed), &before.name.as_str())? {
        user.name = check_name(to).map_err(|error| UseCaseError::invalid("name", error))?.to_owned();
    }
    let email = wanted("email", "email address", edit.email.map(trimmed), &email_before.as_str())?;
    let address = match email {
        None | Some("") => None,
        Some(to) => Some(EmailAddress::parse(to).map_err(|error| UseCaseError::invalid("email", error))?),
    };
    if let Some(to) = wanted("is_admin", "role", edit.is_admin, &before.is_admin)? {
        if !to && by.actor.id == Some(before.id) {
            return Err(UserError::Yourself.into());
        }
        if !to {
            spare(&administrators, before.id)?;
        }
        user.is_admin = to;
    }
    if user == before && email.is_none() {
        return Ok(before.username);
    }
    // Also where the address alone changes: it locks out concurrent edits.
    uow.users().save(&user, version).await.map_err(name_taken)?;
    if email.is_some() {
        set_email_of(&mut uow, user.id, address.as_ref()).await?;
    }
    let email_after = email.map(|_| address.map(|it| it.to_string()).unwrap_or_default());
    for (kind, from, to) in changes(&before, &user, (email_before, email_after)) {
        let happened = Happened { from, to, ..Happened::to(kind, &before.username) };
        record_as(app.now(), &mut uow, by.actor.clone(), &by.origin, happened);
    }
    uow.commit().await?;
    Ok(user.username)
}

fn trimmed(edit: Edit<&str>) -> Edit<&str> {
    Edit { to: edit.to.trim(), ..edit }
}

/// What the field is to become; `None` when it stays as it is.
fn wanted<T: Copy + PartialEq + Shown>(
    field: &'static str,
    label: &'static str,
    edit: Option<Edit<T>>,
    now: &T,
) -> Result<Option<T>, UserError> {
    match edit {
        Some(Edit { to, .. }) if to == *now => Ok(None),
        // Left as it was shown: somebody else's change of the field stays.
        Some(Edit { to, seen: Some(seen) }) if to == seen => Ok(None),
        Some(Edit { seen: Some(seen), .. }) if seen != *now => {
            Err(UserError::Changed { field, label, now: now.shown() })
        }
        edit => Ok(edit.map(|edit| edit.to)),
    }
}

/// A value in an error message.
trait Shown {
    fn shown(&self) -> String;
}

impl Shown for &str {
    fn shown(&self) -> String {
        if self.is_empty() { String::from("empty") } else { (*self).to_owned() }
    }
}

impl Shown for bool {
    fn shown(&self) -> String {
        String::from(role(*self))
    }
}

/// As the audit log and messages say it.
const fn role(is_admin: bool) -> &'static str {
    if is_admin { "administrator" } else { "regular" }
}

/// The events, with the values before and after. `email` has `None` after where it did not change.
fn changes(
    before: &User,
    after: &User,
    email: (String, Option<String>),
) -> impl Iterator<Item = (AuditKind, String, String)> {
    let changed = |kind, from: &str, to: &str| (from != to).then(|| (kind, from.to_owned(), to.to_owned()));
    let (email_before, email_after) = email;
    [
        changed(AuditKind::UserUsernameUpdated, &before.username, &after.username),
        changed(AuditKind::UserNameUpdated, &before.name, &after.name),
        email_after.and_then(|after| changed(AuditKind::UserEmailChanged, &email_before, &after)),
        changed(AuditKind::UserAdminStatusUpdated, role(before.is_admin), role(after.is_admin)),
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_changes_only_where_it_was_edited_and_still_is_what_was_seen() {
        let ask = |to, seen, now| wanted("name", "name", Some(Edit { to, seen }), &now);
        assert_eq!(ask("b", Some("a"), "a"), Ok(Some("b")));
        assert_eq!(ask("b", None, "c"), Ok(Some("b")), "whatever it was");
        assert_eq!(ask("a", Some("a"), "c"), Ok(None), "not edited: the other's change stays");
        assert_eq!(ask("b", Some("a"), "b"), Ok(None), "both want the same");
        let changed = UserError::Changed { field: "name", label: "name", now: "c".into() };
        assert_eq!(ask("b", Some("a"), "c"), Err(changed));
        assert_eq!(wanted("name", "name", None, &"c"), Ok(None));
    }
}
