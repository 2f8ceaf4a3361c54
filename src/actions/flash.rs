//! What a form says on the page that follows it: a cookie that is shown once.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, header, request::Parts};
use leptos::{prelude::expect_context, reactive::owner::with_context};
use leptos_axum::ResponseOptions;
use serde::{Deserialize, Serialize};

use super::{cookies::CookiePolicy, error::ActionError};
use crate::domain::environment::Environment;

const COOKIE: &str = "duo_flash";
/// Long enough for a redirect over a slow line.
const SECONDS: i64 = 60;

/// What happened to what.
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
    /// With what came of it, where the page does not say it otherwise.
    FlowSet {
        consequence: String,
    },
    Failed(ActionError),
    /// A new access token, shown this once. It goes to its owner's browser and nowhere else.
    TokenCreated {
        name: String,
        token: String,
    },
    TokenRevoked {
        name: String,
    },
    SignedOut,
    /// The same, while the session at the provider stays.
    SignedOutHere,
    SessionRevoked,
    SessionsEnded {
        count: u64,
    },
    /// With a link, so that whoever has it signs in with the new one now.
    PasswordSet,
    /// A link to set a new password, shown this once.
    ResetLinkMade {
        username: String,
        link: String,
    },
    AdministratorMade,
    /// What was done to a feature flag, as its button says it.
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
    /// The feature group's own page says which.
    FeatureGroupCreated,
    MemberAdded {
        member: String,
    },
    MemberRemoved {
        member: String,
    },
    JobStopped {
        title: String,
    },
    JobRetried {
        title: String,
    },
}

impl Flash {
    /// The `Set-Cookie` header that carries it to the next page.
    pub fn cookie(&self, policy: CookiePolicy) -> http::HeaderValue {
        let json = serde_json::to_vec(self).unwrap_or_default();
        policy.set(COOKIE, URL_SAFE_NO_PAD.encode(json), SECONDS)
    }

    /// The one that the browser brought; `None` when it brought none, or nonsense.
    fn read(headers: &HeaderMap, policy: CookiePolicy) -> Option<Self> {
        let value = policy.read(headers, COOKIE)?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(value).ok()?).ok()
    }
}

/// The flash of the request that is being answered, which is shown now and never again: what the server
/// hands over, or what the browser brought.
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
