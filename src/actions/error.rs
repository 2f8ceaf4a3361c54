//! The error of a server function or form: a code with an HTTP status, and the message that pages show.

use leptos::{
    prelude::{FromServerFnError, ServerFnErrorErr},
    server_fn::codec::JsonEncoding,
};
use serde::{Deserialize, Serialize};

use super::flows::flow_status::FlowStatus;
use crate::domain::{accounts::throttle, error_kind::ErrorKind};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionError {
    /// 401: no session, or an expired one.
    SignedOut,
    /// 404.
    NotFound,
    /// 403, with a message that says who is allowed.
    Denied(String),
    /// 400: a request that none of our forms sends.
    Malformed,
    /// 422, with the field and what was expected.
    Invalid { field: String, message: String },
    /// 422: the consent dialog has to be confirmed first.
    ConsentRequired,
    /// 409: the wording is not the current one.
    ConsentOutdated,
    /// 403: the last authentication is too old; the user has to confirm it first.
    ConfirmSignIn,
    /// 429: too many failed passwords; retry after this many seconds.
    Throttled { seconds: i64 },
    /// 409: the version is stale; carries the current state.
    Conflict(Box<FlowStatus>),
    /// 403: the feature flag is off.
    FeatureOff,
    /// Any other kind of error, with the status and the message of its kind.
    Refused { status: u16, message: String },
    /// 503: the database is busy or unreachable.
    Unavailable,
    /// 503: the database does not accept writes.
    Unwritable,
    /// 500; the cause is in the log.
    Internal,
    /// The request did not arrive, or was not answered.
    Offline,
}

impl ActionError {
    /// The HTTP status of the response.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Refused { status, .. } => *status,
            Self::SignedOut => 401,
            Self::Malformed => ErrorKind::MalformedForm.status(),
            Self::Denied(_) => ErrorKind::InsufficientRole.status(),
            Self::FeatureOff => ErrorKind::FeatureOff.status(),
            Self::ConfirmSignIn => ErrorKind::StaleSignIn.status(),
            Self::NotFound => ErrorKind::NotFound.status(),
            Self::ConsentOutdated => ErrorKind::ConsentOutdated.status(),
            Self::Conflict(_) => ErrorKind::Conflict.status(),
            Self::Invalid { .. } => ErrorKind::Invalid.status(),
            Self::ConsentRequired => ErrorKind::ConsentRequired.status(),
            Self::Throttled { .. } => ErrorKind::TooManyRequests.status(),
            Self::Internal | Self::Offline => ErrorKind::Internal.status(),
            Self::Unavailable | Self::Unwritable => ErrorKind::Unavailable.status(),
        }
    }

    /// The message shown beside the control that failed: what happened and what to do.
    pub fn message(&self) -> String {
        match self {
            Self::SignedOut => "You are signed out. Reload the page and sign in again.".into(),
            Self::NotFound => "It is no longer there. Reload the page.".into(),
            Self::Denied(why) => why.clone(),
            Self::Malformed => "The form was not understood. Reload the page and try again.".into(),
            Self::Refused { message, .. } | Self::Invalid { message, .. } => message.clone(),
            Self::ConsentRequired => "This needs your consent first.".into(),
            Self::ConfirmSignIn => "Confirm first that it is you, then try again.".into(),
            Self::Throttled { seconds } => {
                format!("Too many failed attempts. Try again in {}.", throttle::in_words(*seconds))
            }
            Self::ConsentOutdated => {
                "The wording has changed since you read it. Reload the page and read it again.".into()
            }
            Self::Conflict(now) => {
                let who = now.changed.as_ref().map_or("Somebody else", |changed| &changed.by);
                let what = if now.enabled { "on" } else { "off" };
                format!("{who} turned this {what} first. This is how it is now.")
            }
            Self::FeatureOff => "Orbit is not available to you at the moment. What you chose is kept.".into(),
            Self::Unavailable => "The database is busy. Try again in a moment.".into(),
            Self::Unwritable => {
                "The database takes no changes at the moment, so nothing was changed. The operator of this server can find out why.".into()
            }
            Self::Internal => "Something went wrong on the server. Try again in a moment.".into(),
            Self::Offline => "The server did not answer. Check your connection and try again.".into(),
        }
    }
}

impl FromServerFnError for ActionError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => Self::Offline,
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_) => Self::Malformed,
            _ => Self::Internal,
        }
    }
}
