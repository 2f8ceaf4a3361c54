//! JSON of users in GitLab's shapes.

use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::{
    domain::{paths::person, time::Timestamp, user::UserKind},
    server::rest::{gitlab::ignored::Ignored, state::Api},
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
    /// Only of a new user with `reset_password`: the address at which they set a password, once and within a
    /// day. Not GitLab's, which sends it by mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reset_password_url: Option<String>,
    /// Only of a change: what was not changed, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    ignored: Option<Vec<Ignored>>,
}

/// A new user, with one of `password`, `reset_password` and `force_random_password`.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewUser {
    #[schema(example = "ann")]
    username: String,
    #[schema(example = "Ann")]
    name: String,
    #[schema(example = "ann@example.com")]
    email: String,
    /// `true` is refused: administrators are made on the page of the person, or at the command line.
    #[schema(nullable = false)]
    admin: Option<bool>,
    #[schema(nullable = false)]
    password: Option<String>,
    /// They set a password at `reset_password_url` of the answer, which you hand over.
    #[schema(nullable = false)]
    reset_password: Option<bool>,
    /// They have no password, and sign in by the provider.
    #[schema(nullable = false)]
    force_random_password: Option<bool>,
}

/// What to change of a user. What is left out stays as it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserChange {
    #[schema(nullable = false, example = "ann")]
    username: Option<String>,
    #[schema(nullable = false, example = "Ann")]
    name: Option<String>,
    /// Empty or null for none.
    #[schema(example = "ann@example.com")]
    email: Option<String>,
    /// Whether they are an administrator. `true` for somebody who is none is refused: administrators are made on
    /// the page of the person, or at the command line.
    #[schema(nullable = false)]
    admin: Option<bool>,
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
    pub const fn id(&self) -> i64 {
        self.id
    }

    /// The answer to a change.
    pub fn with(self, reset_password_url: Option<String>, ignored: Vec<Ignored>) -> Self {
        Self { reset_password_url, ignored: Some(ignored), ..self }
    }

    pub fn new(api: &Api, user: BrowsedUser) -> Self {
        let BrowsedUser { listed, identities, in_full } = user;
        Self {
            id: listed.user.id.0,
            web_url: api.absolute(&person(&listed.user.username)),
            username: listed.user.username,
            name: listed.user.name,
            state: listed.user.state.key(),
            locked: false,
            avatar_url: None,
            bot: listed.user.kind == UserKind::Bot,
            external: in_full.then_some(false),
            is_admin: in_full.then_some(listed.user.is_admin),
            email: in_full.then_some(listed.email),
            created_at: in_full.then(|| listed.created_at.rfc3339()),
            last_sign_in_at: in_full.then(|| listed.last_sign_in_at.map(Timestamp::rfc3339)),
            identities: in_full.then(|| identities.into_iter().map(Identity::from).collect()),
            reset_password_url: None,
            ignored: None,
        }
    }
}

/// A user in an address.
#[derive(Debug, Serialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OneUser {
    /// The id.
    #[param(example = 2)]
    id: i64,
}

/// How a user is deleted.
#[derive(Debug, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeletingUser {
    /// Changes nothing: ledger and audit events always stay.
    hard_delete: Option<bool>,
}
