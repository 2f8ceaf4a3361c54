//! The JSON of changes of groups and projects. GitLab's other parameters are accepted and listed as ignored.

use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

/// A new group.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewGroup {
    #[schema(example = "Platform")]
    name: String,
    /// The last part of the full path.
    #[schema(example = "platform")]
    path: String,
    /// The id of the group to make it in; without one it is a top-level group.
    #[schema(nullable = false, example = 1)]
    parent_id: Option<i64>,
    #[schema(nullable = false)]
    description: Option<String>,
}

/// Where to move a group.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupTransfer {
    /// The id of the group to move it to; without one it becomes a top-level group.
    #[schema(nullable = false, example = 1)]
    group_id: Option<i64>,
}

/// A new project: `name` or `path` has to be there.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewProject {
    #[schema(nullable = false, example = "Website")]
    name: Option<String>,
    /// The last part of the full path; without one it is made from the name.
    #[schema(nullable = false, example = "website")]
    path: Option<String>,
    /// The id of the group to make it in.
    #[schema(example = 1)]
    namespace_id: i64,
    #[schema(nullable = false)]
    description: Option<String>,
}

/// What to change of a project. What is left out stays as it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectChange {
    #[schema(nullable = false)]
    name: Option<String>,
    /// The last part of the full path.
    #[schema(nullable = false, example = "website")]
    path: Option<String>,
    #[schema(nullable = false)]
    description: Option<String>,
}

/// Where to move a project.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectTransfer {
    /// The id or the full path of the group.
    #[schema(example = "acme")]
    namespace: String,
}

/// A group to invite.
#[derive(Debug, Serialize, ToSchema)]
pub struct Share {
    /// Its id.
    #[schema(example = 1)]
    group_id: i64,
    /// The most that its members get: 5 to 50.
    #[schema(example = 30)]
    group_access: i64,
    /// The first day on which it no longer counts.
    #[schema(nullable = false, format = Date, example = "2027-01-01")]
    expires_at: Option<String>,
}

/// An invited group in an address.
#[derive(Debug, Serialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OfInvited {
    /// The id of the invited group.
    #[param(example = 1)]
    group_id: i64,
}

/// How a deletion is confirmed.
#[derive(Debug, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Deleting {
    /// The full path once more; needed where the address has the id.
    #[param(
        pattern = "^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,253}[A-Za-z0-9_-])?(/[A-Za-z0-9_]([A-Za-z0-9_.-]{0,253}[A-Za-z0-9_-])?){0,20}$",
        example = "acme/platform"
    )]
    full_path: Option<String>,
    /// May be left out: what is deleted is deleted at once. `false` is refused.
    permanently_remove: Option<bool>,
}

/// Whether it was confirmed that a group loses its last Owner.
#[derive(Debug, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Confirmed {
    /// Confirms that the top-level group loses its last Owner. Not GitLab's.
    without_owner: Option<bool>,
}
