//! What the operations of GitLab's API have in common: parameters, pages, errors.

pub mod graphql;
mod graphql_document;
mod graphql_error;
mod graphql_fields;
mod graphql_schema;
mod graphql_values;
pub mod pages;
pub mod parameters;
pub mod query;
pub mod refusal;

/// What answers a request in GitLab's shapes.
pub type Answer<T> = Result<T, refusal::GitlabRefusal>;

use crate::{
    domain::{namespace::IdOrPath, time::Timestamp},
    server::rest::{authentication::Authenticated, input::PathParameters, problem::Problem},
    usecases::Caller,
};

/// The owner of the request's token.
pub fn caller(who: Result<Authenticated, Problem>) -> Answer<Caller> {
    who.map(|it| it.caller).map_err(refusal::GitlabRefusal::of_stranger)
}

/// The group or project that the address names by id or path; `what` it should be, for the error.
pub fn id_or_path(path: &PathParameters, what: &str) -> Answer<IdOrPath> {
    IdOrPath::parse(path.get("id")).ok_or_else(|| refusal::GitlabRefusal::missing(what))
}

/// A day, as GitLab writes the end of a membership.
pub fn day(at: Option<Timestamp>) -> Option<String> {
    at.map(Timestamp::date)
}
