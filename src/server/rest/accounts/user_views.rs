//! JSON of users in GitLab's shapes.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::{paths::person, time::Timestamp, user::UserKind},
    server::rest::state::Api,
    usecases::{LinkedIdentity, accounts::browse_users::BrowsedUser},
};

/// The provider by whose accounts people sign in, as the address of its sign-in calls it.
pub const PROVIDER: &str = "openid_connect";

/// A user. What administrators and the users themselves see is left out for others.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::option_option, reason = "left out, null, or a value")]
pub struct User {
    id: i64,
    #[schema(example = "owner")]
    username: String,
    name: String,
    /// `active` or `blocked`.
    #[schema(example = "active")]
    state: &'static str,
    /// Always false: nobody is locked out for good.
    locked: bool,
    /// Always null.
    #[schema(required)]
    avatar_url: Option<String>,
    /// Their page here, which only administrators see.
    web_url: String,
    bot: bool,
    /// Always false: there are no external users.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    external: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    is_admin: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    email: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    created_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    last_sign_in_at: Option<Option<String>>,
    /// The accounts at the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    identities: Option<Vec<Identity>>,
}

/// An account at the provider.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UserIdentity)]
pub struct Identity {
    #[schema(example = "openid_connect")]
    provider: &'static str,
    /// The subject that the provider says.
    extern_uid: String,
}

impl From<LinkedIdentity> for Identity {
    fn from(identity: LinkedIdentity) -> Self {
        Self { provider: PROVIDER, extern_uid: identity.subject }
    }
}

impl User {
    pub fn new(api: &Api, user: BrowsedUser) -> Self {
        let BrowsedUser { listed, identities, in_full } = user;
        Self {
            id: listed.user.id.0,
            web_url: api.absolute(&person(&listed.user.username)),
            username: listed.user.username,
            name: listed.user.name,
            state: if listed.blocked { "blocked" } else { "active" },
            locked: false,
            avatar_url: None,
            bot: listed.user.kind == UserKind::Bot,
            external: in_full.then_some(false),
            is_admin: in_full.then_some(listed.user.is_admin),
            email: in_full.then_some(listed.email),
            created_at: in_full.then(|| listed.created_at.rfc3339()),
            last_sign_in_at: in_full.then(|| listed.last_sign_in_at.map(Timestamp::rfc3339)),
            identities: in_full.then(|| identities.into_iter().map(Identity::from).collect()),
        }
    }

    pub const fn id(&self) -> i64 {
        self.id
    }
}
