//! JSON of members in GitLab's shapes.

use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::{
    domain::paths::person,
    server::rest::{
        gitlab::{day, ignored::Ignored},
        state::Api,
    },
    usecases::BrowsedMember,
};

/// A member with the role that counts.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names are GitLab's")]
pub struct Member {
    /// Of the user.
    id: i64,
    username: String,
    name: String,
    /// Of the user: `active` or `blocked`.
    #[schema(example = "active")]
    state: &'static str,
    /// Always false: nobody is locked out for good.
    locked: bool,
    /// Always null.
    #[schema(required)]
    avatar_url: Option<String>,
    /// Their page here, which only administrators see.
    web_url: String,
    /// 5 to 50.
    #[schema(example = 30)]
    access_level: i64,
    /// Always null: it is in the audit log.
    #[schema(required, format = DateTime)]
    created_at: Option<String>,
    /// The first day on which the role no longer counts.
    #[schema(required, format = Date)]
    expires_at: Option<String>,
    /// Always `active`: nobody waits for a membership.
    membership_state: &'static str,
    /// A role that its source calls by a name of its own.
    #[schema(required)]
    member_role: Option<CustomRole>,
    /// Only of a change: what was not changed, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    ignored: Option<Vec<Ignored>>,
}

/// Members to add: `user_id` or `username`, one or several separated by commas.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewMember {
    /// Several are a text: `"2,3"`.
    #[schema(nullable = false, example = 2)]
    user_id: Option<i64>,
    #[schema(nullable = false, example = "reviewer")]
    username: Option<String>,
    /// 5 to 50.
    #[schema(example = 30)]
    access_level: i64,
    /// The first day on which the role no longer counts.
    #[schema(nullable = false, format = Date, example = "2027-01-01")]
    expires_at: Option<String>,
}

/// What to change of a member. What is left out stays as it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberChange {
    /// 5 to 50.
    #[schema(example = 30)]
    access_level: i64,
    /// The first day on which the role no longer counts; empty or null for never.
    #[schema(format = Date, example = "2027-01-01")]
    expires_at: Option<String>,
    /// Confirms that the top-level group loses its last Owner. Not GitLab's.
    #[schema(nullable = false)]
    without_owner: Option<bool>,
}

/// Who was added.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum AddedMembers {
    One(Box<Member>),
    Several(AddedSeveral),
}

/// Several were added.
#[derive(Debug, Serialize, ToSchema)]
pub struct AddedSeveral {
    /// Always `success`.
    pub status: &'static str,
}

/// A role with a name of its own.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomRole {
    name: String,
    /// The role that it counts as: 5 to 50.
    base_access_level: i64,
}

impl Member {
    pub fn new(api: &Api, member: BrowsedMember) -> Self {
        Self {
            id: member.user.0,
            web_url: api.absolute(&person(&member.username)),
            username: member.username,
            name: member.name,
            state: member.state.key(),
            locked: false,
            avatar_url: None,
            access_level: member.role.access_level(),
            created_at: None,
            expires_at: day(member.expires_at),
            membership_state: "active",
            member_role: member.role.custom_name().map(|name| CustomRole {
                name: name.to_owned(),
                base_access_level: member.role.role().access_level(),
            }),
            ignored: None,
        }
    }
}

impl Member {
    /// The answer to a change.
    pub fn with(self, ignored: Vec<Ignored>) -> Self {
        Self { ignored: Some(ignored), ..self }
    }
}

/// How a role is taken back.
#[derive(Debug, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Removing {
    /// Roles below stay, whatever it says.
    skip_subresources: Option<bool>,
    /// Changes nothing.
    unassign_issuables: Option<bool>,
    /// Confirms that the top-level group loses its last Owner. Not GitLab's.
    without_owner: Option<bool>,
}
