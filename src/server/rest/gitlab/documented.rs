//! What the descriptions of many operations have in common.

use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::{
    IntoParams, IntoResponses,
    openapi::{Content, Ref, RefOr, Response},
};

/// A group in an address.
#[derive(Debug, Serialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OfGroup {
    /// The id, or the full path with %2F for '/'.
    #[param(example = "acme")]
    id: String,
}

/// A project in an address.
#[derive(Debug, Serialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OfProject {
    /// The id, or the full path with %2F for '/'.
    #[param(example = "acme%2Fwebsite")]
    id: String,
}

/// A member in an address.
#[derive(Debug, Serialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OfUser {
    /// The id of the user.
    #[param(example = 2)]
    user_id: i64,
}

/// Which members a list has.
#[derive(Debug, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MemberSelection {
    /// In the user name or name.
    query: Option<String>,
    /// Only these, as a list or separated by commas.
    user_ids: Option<String>,
    /// Not these.
    skip_users: Option<String>,
}

/// A page of a list.
#[derive(Debug, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageParameters {
    /// From 1.
    page: Option<u32>,
    /// Up to 100.
    per_page: Option<u32>,
}

/// When events were.
#[derive(Debug, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Period {
    /// A day or an instant, included.
    #[param(example = "2026-06-01")]
    created_after: Option<String>,
    /// A day or an instant, not included.
    #[param(example = "2026-07-01")]
    created_before: Option<String>,
}

const WRONG: (&str, &str) = ("400", "A parameter is wrong; nothing was changed.");
const STRANGER: (&str, &str) = ("401", "No valid token.");
const DENIED: (&str, &str) = ("403", "The role or the token's scopes do not allow it.");
const MISSING: (&str, &str) = ("404", "There is none, or you may not see it.");
const TOO_FAR: (&str, &str) = ("405", "Beyond the pages that are counted.");
const CONFLICT: (&str, &str) =
    ("409", "It is taken, or archived, or needs to be confirmed; nothing was changed.");
const UNREAD: (&str, &str) = ("415", "The body is neither JSON nor a form, or it is compressed.");

/// The refusals of an operation that shows one thing.
pub struct NotShown;

/// The refusals of a list.
pub struct NotListed;

/// The refusals of a change.
pub struct NotChanged;

impl IntoResponses for NotShown {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        refusals(&[WRONG, STRANGER, DENIED, MISSING])
    }
}

impl IntoResponses for NotListed {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        refusals(&[WRONG, STRANGER, DENIED, MISSING, TOO_FAR])
    }
}

impl IntoResponses for NotChanged {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        refusals(&[WRONG, STRANGER, DENIED, MISSING, CONFLICT, UNREAD])
    }
}

fn refusals(statuses: &[(&str, &str)]) -> BTreeMap<String, RefOr<Response>> {
    let refusal = |(status, description): &(&str, &str)| {
        let mut response = Response::new(*description);
        let error = Content::new(Some(RefOr::Ref(Ref::from_schema_name("GitlabError"))));
        response.content.insert(String::from("application/json"), error.into());
        ((*status).to_owned(), RefOr::T(response))
    };
    statuses.iter().map(refusal).collect()
}
