//! Why single sign-on failed. The page is general, the log is specific; neither contains a secret, a code or
//! a token.

use std::error::Error;

use openidconnect::{ClaimsVerificationError, DiscoveryError, SignatureVerificationError};

use crate::server::outbound::OutboundError;

#[derive(Debug, thiserror::Error)]
pub(super) enum ProviderError {
    /// The provider does not respond as one; it may later.
    #[error("the provider cannot be used: {0}")]
    Unavailable(String),
    /// The response is not valid for this request and browser.
    #[error("the provider's answer is not accepted: {0}")]
    Invalid(String),
    /// The claims about this user are too large.
    #[error("the provider's answer is not accepted: {}", OutboundError::TooLarge)]
    TooLarge,
    /// A required re-authentication may not have happened.
    #[error("the provider does not say when it asked the user (auth_time), so they did not confirm")]
    NoAuthTime,
}

impl From<OutboundError> for ProviderError {
    fn from(error: OutboundError) -> Self {
        match error {
            OutboundError::TooLarge => Self::TooLarge,
            other => Self::Unavailable(other.to_string()),
        }
    }
}

impl From<DiscoveryError<OutboundError>> for ProviderError {
    fn from(error: DiscoveryError<OutboundError>) -> Self {
        Self::Unavailable(match error {
            DiscoveryError::Request(error) => error.to_string(),
            DiscoveryError::Parse(error) => {
                printable(&format!("what it says of itself has a wrong {}: {}", error.path(), error.inner()))
            }
            DiscoveryError::Response(status, ..) => format!("it answers {status}"),
            other => printable(&with_sources(&other)),
        })
    }
}

impl From<ClaimsVerificationError> for ProviderError {
    fn from(error: ClaimsVerificationError) -> Self {
        Self::Invalid(printable(&with_sources(&error)))
    }
}

impl From<SignatureVerificationError> for ProviderError {
    fn from(error: SignatureVerificationError) -> Self {
        ClaimsVerificationError::SignatureVerification(error).into()
    }
}

pub(super) fn with_sources(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

/// Makes text from the provider safe for the log: no control characters, at most 300 characters.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
}
