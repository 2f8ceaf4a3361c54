//! JSON of projects in GitLab's shapes. What only a GitLab knows of a project is null.

use serde::Serialize;
use utoipa::ToSchema;

use super::group_views::{SharedGroup, full_name, web_url};
use crate::{
    domain::{namespace::GroupPath, paths::GroupPage},
    server::rest::{gitlab::ignored::Ignored, state::Api},
    usecases::people::browse_namespaces::{Above, Browsed},
};

/// A project.
#[derive(Debug, Serialize, ToSchema)]
pub struct Project {
    id: i64,
    description: String,
    name: String,
    #[schema(example = "Acme / Website")]
    name_with_namespace: String,
    #[schema(example = "website")]
    path: String,
    #[schema(example = "acme/website")]
    path_with_namespace: String,
    #[schema(format = DateTime)]
    created_at: String,
    /// Always null: repositories are in GitLab.
    #[schema(required)]
    default_branch: Option<String>,
    /// Always empty.
    topics: Vec<String>,
    /// Always null.
    #[schema(required)]
    ssh_url_to_repo: Option<String>,
    /// Always null.
    #[schema(required)]
    http_url_to_repo: Option<String>,
    /// Its page here.
    web_url: String,
    /// Always null.
    #[schema(required)]
    readme_url: Option<String>,
    /// Always null.
    #[schema(required)]
    avatar_url: Option<String>,
    /// Always null.
    #[schema(required, format = DateTime)]
    last_activity_at: Option<String>,
    #[schema(required)]
    namespace: Option<ProjectNamespace>,
    /// Always `private`: only members see it.
    visibility: &'static str,
    /// Whether it or a group above it is archived.
    archived: bool,
    /// Always null: a project is deleted at once.
    #[schema(required, format = Date)]
    marked_for_deletion_on: Option<String>,
    /// Only of a project that is asked for alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    shared_with_groups: Option<Vec<SharedGroup>>,
    /// Only of a change: what was not changed, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    ignored: Option<Vec<Ignored>>,
}

/// The group that a project is in.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectNamespace {
    id: i64,
    name: String,
    path: String,
    /// Always `group`.
    kind: &'static str,
    full_path: String,
    #[schema(required)]
    parent_id: Option<i64>,
    /// Always null.
    #[schema(required)]
    avatar_url: Option<String>,
    #[schema(required)]
    web_url: Option<String>,
}

impl Project {
    pub fn new(api: &Api, browsed: Browsed) -> Self {
        let (name_with_namespace, web_url) = (full_name(&browsed), web_url(api, &browsed.listed.namespace));
        let listed = browsed.listed;
        Self {
            id: listed.namespace.id.0,
            description: listed.description,
            name_with_namespace,
            path: listed.namespace.path.last().to_owned(),
            path_with_namespace: listed.namespace.path.to_string(),
            created_at: listed.created_at.rfc3339(),
            default_branch: None,
            topics: Vec::new(),
            ssh_url_to_repo: None,
            http_url_to_repo: None,
            web_url,
            readme_url: None,
            avatar_url: None,
            last_activity_at: None,
            namespace: browsed.above.last().map(|above| ProjectNamespace::new(api, above)),
            visibility: "private",
            archived: listed.archived,
            marked_for_deletion_on: None,
            shared_with_groups: browsed.invited.map(|it| it.into_iter().map(SharedGroup::from).collect()),
            name: listed.namespace.name,
            ignored: None,
        }
    }

    /// The answer to a change.
    pub fn with(self, ignored: Vec<Ignored>) -> Self {
        Self { ignored: Some(ignored), ..self }
    }

    pub const fn id(&self) -> i64 {
        self.id
    }
}

impl ProjectNamespace {
    fn new(api: &Api, above: &Above) -> Self {
        let path = GroupPath::parse(&above.path).ok();
        Self {
            id: above.id.0,
            name: above.name.clone(),
            path: path.as_ref().map_or(above.path.as_str(), GroupPath::last).to_owned(),
            kind: "group",
            full_path: above.path.clone(),
            parent_id: above.parent.map(|it| it.0),
            avatar_url: None,
            web_url: path.map(|path| api.absolute(&GroupPage::Overview.path(&path))),
        }
    }
}
