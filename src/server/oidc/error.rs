//! Why a sign-in by the provider did not come about. The page says it in general, the log in
//! particular; neither says a secret, a code or a token.

use std::error::Error;

use openidconnect::{ClaimsVerificationError, DiscoveryError, SignatureVerificationError};

use crate::server::outbound::OutboundError;

#[derive(Debug, thiserror::Error)]
pub(super) enum ProviderError {
    /// It does not answer as a provider does; later it may.
    #[error("the provider cannot be used: {0}")]
    Unavailable(String),
    /// The answer is not what a provider may say to this request of this browser.
    #[error("the provider's answer is not accepted: {0}")]
    Invalid(String),
    /// Of this person it says more than is read.
    #[error("the provider's answer is not accepted: {}", OutboundError::TooLarge)]
    TooLarge,
    /// Who has to confirm who they are was perhaps not asked.
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

/// What somebody else wrote, fit for a line of the log.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
}
