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
        field_edit::{FieldEdit, Overtaken},
        user::{User, check_name, check_new_username},
    },
    storage::Account,
    usecases::{
        App, UseCaseError, What,
        administrator::Administrator,
        audit_trail::{Happened, record_as},
        retry::until_first,
    },
};

/// `None` leaves a field as it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct EditUser<'a> {
    pub username: Option<FieldEdit<&'a str>>,
    pub name: Option<FieldEdit<&'a str>>,
    /// Empty for none.
    pub email: Option<FieldEdit<&'a str>>,
    pub is_admin: Option<FieldEdit<bool>>,
}

/// Returns the username after the change.
///
/// # Errors
/// A field breaks a rule or is taken; [`Overtaken`], [`UserError::LastAdministrator`], and
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
    let [username, name, email] = [edit.username, edit.name, edit.email].map(|edit| edit.map(trimmed));
    if let Some(to) = wanted("username", "user name", username.as_ref(), &before.username)? {
        user.username =
            check_new_username(to).map_err(|error| UseCaseError::invalid("username", error))?.to_owned();
    }
    if let Some(to) = wanted("name", "name", name.as_ref(), &before.name)? {
        user.name = check_name(to).map_err(|error| UseCaseError::invalid("name", error))?.to_owned();
    }
    let email = wanted("email", "email address", email.as_ref(), &email_before)?;
    let address = match email {
        None | Some("") => None,
        Some(to) => Some(EmailAddress::parse(to).map_err(|error| UseCaseError::invalid("email", error))?),
    };
    let overtaken = |now: &bool| Overtaken::labelled("is_admin", "role", role(*now));
    if let Some(edit) = edit.is_admin
        && let Some(&to) = edit.over(&before.is_admin, overtaken)?
    {
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

fn trimmed(edit: FieldEdit<&str>) -> FieldEdit<&str> {
    FieldEdit { to: edit.to.trim(), ..edit }
}

/// What a text is to become; `None` when it stays as it is.
fn wanted<'a>(
    field: &'static str,
    label: &'static str,
    edit: Option<&FieldEdit<&'a str>>,
    now: &'a str,
) -> Result<Option<&'a str>, Overtaken> {
    let Some(edit) = edit else { return Ok(None) };
    Ok(edit.over(&now, |now| Overtaken::labelled(field, label, now))?.copied())
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
