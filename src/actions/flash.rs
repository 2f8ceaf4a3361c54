//! Flash messages: the outcome of a form, shown once on the page after the redirect, carried in a cookie.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, header, request::Parts};
use leptos::{prelude::expect_context, reactive::owner::with_context};
use leptos_axum::ResponseOptions;
use serde::{Deserialize, Serialize};

use super::{cookies::CookiePolicy, error::ActionError};
use crate::domain::environment::Environment;

const COOKIE: &str = "duo_flash";
/// Lifetime of the cookie: enough for a redirect over a slow connection.
const SECONDS: i64 = 60;

/// An outcome and what it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// A flow's reference, a setting's key, or the name of a section.
    pub subject: String,
    pub outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Saved,
    /// `consequence` is a sentence, empty where the page shows the consequence elsewhere.
    FlowSet {
        consequence: String,
    },
    Failed(ActionError),
    /// A new access token in the clear, shown only this once and sent to no one but its owner's browser.
    TokenCreated {
        name: String,
        token: String,
    },
    TokenRevoked {
        name: String,
    },
    SignedOut,
    /// Signed out here; the session at the identity provider is still open.
    SignedOutHere,
    SessionRevoked,
    SessionsEnded {
        count: u64,
    },
    /// A reset link was used; sign in with the new password now.
    PasswordSet,
    /// A password reset link, shown only this once.
    ResetLinkMade {
        username: String,
        link: String,
    },
    /// With the link to hand over, shown only this once; a bot has none.
    PersonCreated {
        username: String,
        link: Option<String>,
    },
    PersonBlocked,
    PersonUnblocked,
    PersonDeleted {
        username: String,
    },
    /// `done` is the label of the button that made the change.
    FlagChanged {
        done: String,
    },
    FlagScheduleCancelled,
    FreezeBegun {
        environment: Environment,
    },
    FreezeEnded {
        environment: Environment,
    },
    /// Shown on the new group's page, so it needs no name.
    FeatureGroupCreated,
    MemberAdded {
        member: String,
    },
    MemberRemoved {
        member: String,
    },
    /// Shown on the group's page, or, of a deleted one, on that of the group where it was.
    GroupCreated {
        is_top_level: bool,
        has_owner: bool,
    },
    GroupArchived,
    GroupUnarchived,
    GroupMoved,
    GroupDeleted {
        path: String,
    },
    /// `what` says who has which role now.
    MembersChanged {
        what: String,
    },
    JobStopped {
        title: String,
    },
    JobRetried {
        title: String,
    },
    /// `words` say what was done, in sentences.
    SeatsChanged {
        words: String,
    },
    /// A file was imported; `counts` is in words.
    Imported {
        kind: String,
        counts: String,
    },
}

impl Flash {
    /// The `Set-Cookie` header that carries the flash to the next page.
    pub fn cookie(&self, policy: CookiePolicy) -> http::HeaderValue {
        let json = serde_json::to_vec(self).unwrap_or_default();
        policy.set(COOKIE, URL_SAFE_NO_PAD.encode(json), SECONDS)
    }

    /// The flash in the request's cookie; `None` without a cookie or when it does not decode.
    fn read(headers: &HeaderMap, policy: CookiePolicy) -> Option<Self> {
        let value = policy.read(headers, COOKIE)?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(value).ok()?).ok()
    }
}

/// Takes the flash of the current request, from the request's extensions or else from its cookie, which
/// the response then removes.
pub fn take() -> Option<Flash> {
    let policy = expect_context::<CookiePolicy>();
    if let Some(handed_over) = with_context(|parts: &Parts| parts.extensions.get().cloned())? {
        return handed_over;
    }
    let flash = with_context(|parts: &Parts| Flash::read(&parts.headers, policy))??;
    expect_context::<ResponseOptions>()
        .append_header(header::SET_COOKIE, policy.set(COOKIE, String::new(), 0));
    Some(flash)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn anything_may_stand_in_the_cookie(bytes: Vec<u8>, text in "[!-~]{0,60}") {
            for value in [URL_SAFE_NO_PAD.encode(bytes), text] {
                let headers = HeaderMap::from_iter([(header::COOKIE, format!("duo_flash={value}").parse().unwrap())]);
                prop_assert_eq!(Flash::read(&headers, CookiePolicy { secure: false }), None);
            }
        }
    }

    #[test]
    fn a_flash_survives_its_cookie_and_nonsense_is_no_flash() {
        let policy = CookiePolicy { secure: false };
        let flash =
            Flash { subject: "code_review/v1".into(), outcome: Outcome::Failed(ActionError::FeatureOff) };
        let cookie = flash.cookie(policy);
        let pair = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, pair.parse().unwrap());
        assert_eq!(Flash::read(&headers, policy), Some(flash));
        headers.insert(header::COOKIE, "duo_flash=%%%".parse().unwrap());
        assert_eq!(Flash::read(&headers, policy), None);
        headers.insert(header::COOKIE, "duo_flash=e30".parse().unwrap());
        assert_eq!(Flash::read(&headers, policy), None);
    }
}
