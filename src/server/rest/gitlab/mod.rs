//! What the operations of GitLab's API have in common: parameters, pages, errors.

pub mod asked;
pub mod change;
pub mod documented;
pub mod graphql;
mod graphql_document;
mod graphql_error;
mod graphql_fields;
mod graphql_schema;
mod graphql_values;
pub mod ignored;
pub mod pages;
pub mod parameters;
pub mod query;
pub mod refusal;

/// What answers a request in GitLab's shapes.
pub type Answer<T> = Result<T, refusal::GitlabRefusal>;

use crate::domain::{namespace::NamespaceKind, time::Timestamp};

/// What GitLab's messages call it.
pub const fn what(kind: NamespaceKind) -> &'static str {
    match kind {
        NamespaceKind::Group => "Group",
        NamespaceKind::Project => "Project",
    }
}

/// A day, as GitLab writes the end of a membership.
pub fn day(at: Option<Timestamp>) -> Option<String> {
    at.map(Timestamp::date)
}
