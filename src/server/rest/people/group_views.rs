//! JSON of groups in GitLab's shapes.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::{namespace::Namespace, paths::GroupPage, time::Timestamp},
    server::rest::{gitlab::day, state::Api},
    usecases::{NamespaceInvitation, people::browse_namespaces::Browsed},
};

/// A group or subgroup.
#[derive(Debug, Serialize, ToSchema)]
pub struct Group {
    pub id: i64,
    /// Its page here.
    web_url: String,
    name: String,
    /// The last part of the full path.
    #[schema(example = "platform")]
    path: String,
    description: String,
    /// Always `private`: only members see it.
    visibility: &'static str,
    /// Always null.
    #[schema(required)]
    avatar_url: Option<String>,
    /// The names from the top-level group down.
    #[schema(example = "Acme / Platform")]
    full_name: String,
    #[schema(example = "acme/platform")]
    full_path: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(required)]
    parent_id: Option<i64>,
    /// Whether it or a group above it is archived.
    archived: bool,
    /// Always null: a group is deleted at once.
    #[schema(required, format = Date)]
    marked_for_deletion_on: Option<String>,
    /// Always false.
    request_access_enabled: bool,
}

/// An invited group.
#[derive(Debug, Serialize, ToSchema)]
pub struct SharedGroup {
    group_id: i64,
    group_name: String,
    group_full_path: String,
    /// The most that its members have here: 5 to 50.
    group_access_level: i64,
    #[schema(required, format = Date)]
    expires_at: Option<String>,
}

impl From<NamespaceInvitation> for SharedGroup {
    fn from(invited: NamespaceInvitation) -> Self {
        Self {
            group_id: invited.id,
            group_name: invited.name,
            group_full_path: invited.full_path,
            group_access_level: invited.access_level,
            expires_at: day(invited.expires_at.map(Timestamp::from_millis)),
        }
    }
}

impl Group {
    pub fn new(api: &Api, browsed: &Browsed) -> Self {
        let listed = &browsed.listed;
        Self {
            id: listed.namespace.id.0,
            web_url: web_url(api, &listed.namespace),
            path: listed.namespace.path.last().to_owned(),
            description: listed.description.clone(),
            visibility: "private",
            avatar_url: None,
            full_name: full_name(browsed),
            full_path: listed.namespace.path.to_string(),
            created_at: listed.created_at.rfc3339(),
            parent_id: listed.namespace.parent.map(|it| it.0),
            archived: listed.archived,
            marked_for_deletion_on: None,
            request_access_enabled: false,
            name: listed.namespace.name.clone(),
        }
    }
}

/// The page of a group or project.
pub fn web_url(api: &Api, namespace: &Namespace) -> String {
    api.absolute(&GroupPage::Overview.path(&namespace.path))
}

/// The names from the top-level group down, as GitLab joins them.
pub fn full_name(browsed: &Browsed) -> String {
    let above = browsed.above.iter().map(|it| it.name.as_str());
    above.chain([browsed.listed.namespace.name.as_str()]).collect::<Vec<_>>().join(" / ")
}
