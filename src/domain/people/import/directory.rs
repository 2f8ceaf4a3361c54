//! The users, groups and projects that a file names, as they are now.

use std::collections::HashMap;

use crate::domain::{
    accounts::email::EmailAddress,
    ids::UserId,
    namespace::{GroupPath, Namespace},
    user::{UserKind, check_username},
};

/// Somebody whom a file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: UserId,
    pub username: String,
    pub email: Option<String>,
    pub kind: UserKind,
    pub is_blocked: bool,
}

/// How a line names somebody: by user name, or by address, which contains an `@`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum UserKey {
    Username(String),
    Email(String),
}

impl UserKey {
    pub fn parse(cell: &str) -> Result<Self, String> {
        if cell.contains('@') {
            let email = EmailAddress::parse(cell).map_err(|error| error.to_string())?;
            return Ok(Self::Email(email.key()));
        }
        let username = check_username(cell).map_err(|error| error.to_string())?;
        Ok(Self::Username(username.to_ascii_lowercase()))
    }
}

/// What a file names, by the keys that names are compared by.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    usernames: HashMap<String, Person>,
    emails: HashMap<String, Person>,
    namespaces: HashMap<String, Namespace>,
}

impl Directory {
    pub fn add_person(&mut self, person: Person) {
        if let Some(email) = &person.email {
            self.emails.insert(email.to_ascii_lowercase(), person.clone());
        }
        self.usernames.insert(person.username.to_ascii_lowercase(), person);
    }

    pub fn add_namespace(&mut self, namespace: Namespace) {
        self.namespaces.insert(namespace.path.key(), namespace);
    }

    pub fn person(&self, key: &UserKey) -> Option<&Person> {
        match key {
            UserKey::Username(key) => self.usernames.get(key),
            UserKey::Email(key) => self.emails.get(key),
        }
    }

    pub fn namespace(&self, path: &GroupPath) -> Option<&Namespace> {
        self.namespaces.get(&path.key())
    }
}

/// Refusals of lines that name nobody, or no place.
pub const NOBODY: &str = "There is no such user. Import users first.";
pub const NOWHERE: &str = "There is no such group or project. Import groups first.";
