//! JSON of members in GitLab's shapes.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::paths::person,
    server::rest::{gitlab::day, state::Api},
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
            state: if member.blocked { "blocked" } else { "active" },
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
        }
    }
}
