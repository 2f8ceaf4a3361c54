//! Forms with which administrators manage users.

use axum::response::Response;
use serde::Deserialize;

use crate::{
    actions::{accounts::users::SUBJECT, error::ActionError, flash::Outcome, form_answer::Next},
    domain::{field_edit::FieldEdit, paths, user::UserKind},
    server::forms::{ByUser, Form},
    usecases::{
        UseCaseError,
        accounts::{
            block_user,
            create_user::{CreateUser, create_person},
            delete_user::delete_person,
            edit_user::{EditUser, edit_user},
            end_sessions::end_sessions_of,
            reset_links,
        },
        administrator::Administrator,
    },
};

/// Whom a button is about.
#[derive(Deserialize)]
pub(super) struct Whose {
    username: String,
}

/// The administrator who posted the form.
fn administrator(by: &ByUser) -> Result<Administrator, UseCaseError> {
    Administrator::at_page(by.app(), by.caller())
}

/// Creates a password reset link, which is shown once.
pub(super) async fn make_reset_link(Form { posted, fields }: Form<Whose>) -> Result<Response, Response> {
    let Whose { username } = fields;
    let page = paths::person(&username);
    let by = posted.signed_in(&page).await?;
    let made = reset_links::make_reset_link(by.app(), by.caller(), &username).await;
    let link = made.map(|token| paths::reset_link(&by.posted().state().origin, &token));
    let done = |link: &String| Outcome::ResetLinkMade { username, link: link.clone() };
    Ok(by.answer_on(&page, SUBJECT, link, done).await)
}

#[derive(Deserialize)]
pub(super) struct NewPerson {
    #[serde(default)]
    username: String,
    /// Empty to use the username.
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    bot: bool,
    #[serde(default)]
    is_admin: bool,
}

impl NewPerson {
    /// The form as it was filled in.
    fn filled_in(&self) -> String {
        let ticked = |it: bool| if it { "true" } else { "" };
        let fields = [
            ("username", self.username.as_str()),
            ("name", &self.name),
            ("email", &self.email),
            ("bot", ticked(self.bot)),
            ("is_admin", ticked(self.is_admin)),
        ];
        let fields: Vec<_> = fields.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        paths::new_person_with(&fields)
    }
}

/// Creates a person or a bot. A person gets a link to set a password, which is shown once.
pub(super) async fn create(Form { posted, fields }: Form<NewPerson>) -> Result<Response, Response> {
    let filled_in = fields.filled_in();
    let by = posted.signed_in(&filled_in).await?;
    let username = fields.username.trim();
    let some = |text: &str| Some(text.trim().to_owned()).filter(|it| !it.is_empty());
    let (name, email) = (some(&fields.name), some(&fields.email));
    let new = CreateUser {
        username,
        name: name.as_deref().unwrap_or(username),
        kind: if fields.bot { UserKind::Bot } else { UserKind::Human },
        is_admin: fields.is_admin,
        password: None,
        email: email.as_deref(),
    };
    let created = match administrator(&by) {
        Ok(administrator) => create_person(by.app(), &administrator, &new).await,
        Err(error) => Err(error),
    };
    let origin = by.posted().state().origin.clone();
    let link = created.map(|token| token.map(|token| paths::reset_link(&origin, &token)));
    let next = |result: Result<&Option<String>, &ActionError>| match result {
        Ok(link) => {
            let outcome = Outcome::PersonCreated { username: username.to_owned(), link: link.clone() };
            Next::Page(paths::person(username), outcome)
        }
        Err(error) => Next::Page(filled_in, Outcome::Failed(error.clone())),
    };
    Ok(by.answer(SUBJECT, link, next).await)
}

/// A field that is missing stays as it is. With what the page showed, a change that somebody else made
/// meanwhile is not overwritten.
#[derive(Deserialize)]
pub(super) struct EditPerson {
    username: String,
    new_username: Option<String>,
    name: Option<String>,
    seen_name: Option<String>,
    email: Option<String>,
    seen_email: Option<String>,
    /// A checkbox: missing when it is not ticked, so it counts only together with what was seen.
    #[serde(default)]
    is_admin: bool,
    seen_is_admin: Option<bool>,
}

impl EditPerson {
    fn edits(&self) -> EditUser<'_> {
        fn edit<'a>(to: Option<&'a String>, seen: Option<&'a String>) -> Option<FieldEdit<&'a str>> {
            to.map(|to| FieldEdit { to: to.as_str(), seen: seen.map(String::as_str) })
        }
        EditUser {
            username: edit(self.new_username.as_ref(), Some(&self.username)),
            name: edit(self.name.as_ref(), self.seen_name.as_ref()),
            email: edit(self.email.as_ref(), self.seen_email.as_ref()),
            is_admin: self.seen_is_admin.map(|seen| FieldEdit::from(seen, self.is_admin)),
        }
    }

    /// The page with what was edited as it was entered; the other fields are as they are now.
    fn filled_in(&self) -> String {
        let mut typed = Vec::new();
        for (field, to, seen) in [
            ("new_username", &self.new_username, Some(&self.username)),
            ("name", &self.name, self.seen_name.as_ref()),
            ("email", &self.email, self.seen_email.as_ref()),
        ] {
            if let Some(to) = to.as_ref().filter(|to| Some(*to) != seen) {
                typed.push((field, to.as_str()));
            }
        }
        if self.seen_is_admin.is_some_and(|seen| seen != self.is_admin) {
            typed.push(("is_admin", if self.is_admin { "true" } else { "false" }));
        }
        paths::person_with(&self.username, &typed)
    }
}

/// Edits username, name, address, and whether the user is an administrator.
pub(super) async fn edit(Form { posted, fields }: Form<EditPerson>) -> Result<Response, Response> {
    let filled_in = fields.filled_in();
    let by = posted.signed_in(&filled_in).await?;
    let edited = match administrator(&by) {
        Ok(administrator) => edit_user(by.app(), &administrator, &fields.username, &fields.edits()).await,
        Err(error) => Err(error),
    };
    let next = |result: Result<&String, &ActionError>| match result {
        Ok(username) => Next::Page(paths::person(username), Outcome::Saved),
        Err(error) => Next::Page(filled_in, Outcome::Failed(error.clone())),
    };
    Ok(by.answer(SUBJECT, edited, next).await)
}

/// Blocks a user.
pub(super) async fn block(Form { posted, fields }: Form<Whose>) -> Result<Response, Response> {
    let page = paths::person(&fields.username);
    let by = posted.signed_in(&page).await?;
    let blocked = match administrator(&by) {
        Ok(administrator) => block_user::block_user(by.app(), &administrator, &fields.username).await,
        Err(error) => Err(error),
    };
    Ok(by.answer_on(&page, SUBJECT, blocked, |_| Outcome::PersonBlocked).await)
}

/// Unblocks a user.
pub(super) async fn unblock(Form { posted, fields }: Form<Whose>) -> Result<Response, Response> {
    let page = paths::person(&fields.username);
    let by = posted.signed_in(&page).await?;
    let unblocked = match administrator(&by) {
        Ok(administrator) => block_user::unblock_user(by.app(), &administrator, &fields.username).await,
        Err(error) => Err(error),
    };
    Ok(by.answer_on(&page, SUBJECT, unblocked, |_| Outcome::PersonUnblocked).await)
}

/// Ends all sessions of a user.
pub(super) async fn end_sessions(Form { posted, fields }: Form<Whose>) -> Result<Response, Response> {
    let page = paths::person(&fields.username);
    let by = posted.signed_in(&page).await?;
    let ended = match administrator(&by) {
        Ok(administrator) => end_sessions_of(by.app(), &administrator, &fields.username).await,
        Err(error) => Err(error),
    };
    Ok(by.answer_on(&page, SUBJECT, ended, |count| Outcome::SessionsEnded { count: *count }).await)
}

#[derive(Deserialize)]
pub(super) struct DeletePerson {
    username: String,
    /// The username again, typed.
    #[serde(default)]
    confirmation: String,
}

/// Deletes a user.
pub(super) async fn delete(Form { posted, fields }: Form<DeletePerson>) -> Result<Response, Response> {
    let DeletePerson { username, confirmation } = fields;
    let page = paths::person(&username);
    let by = posted.signed_in(&page).await?;
    let deleted = match administrator(&by) {
        Ok(administrator) => delete_person(by.app(), &administrator, &username, &confirmation).await,
        Err(error) => Err(error),
    };
    let next = |result: Result<&(), &ActionError>| match result {
        Ok(()) => Next::Page(paths::ADMIN_PEOPLE.to_owned(), Outcome::PersonDeleted { username }),
        Err(error) => Next::Page(page, Outcome::Failed(error.clone())),
    };
    Ok(by.answer(SUBJECT, deleted, next).await)
}
