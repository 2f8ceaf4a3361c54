//! Why a sign-in by the provider did not come about. The page says it in general, the log in
//! particular; neither says a secret, a code or a token.

use std::error::Error;

use openidconnect::{
    ClaimsVerificationError, DiscoveryError, RequestTokenError, StandardErrorResponse, UserInfoError,
    core::CoreErrorResponseType,
};

use super::http_client::HttpError;

#[derive(Debug, thiserror::Error)]
pub(super) enum ProviderError {
    /// It does not answer as a provider does; later it may.
    #[error("the provider cannot be used: {0}")]
    Unavailable(String),
    /// The answer is not what a provider may say to this request of this browser.
    #[error("the provider's answer is not accepted: {0}")]
    Invalid(String),
}

impl From<DiscoveryError<HttpError>> for ProviderError {
    fn from(error: DiscoveryError<HttpError>) -> Self {
        Self::Unavailable(match error {
            DiscoveryError::Request(error) => error.to_string(),
            DiscoveryError::Parse(error) => format!("what it says of itself has a wrong {}", error.path()),
            DiscoveryError::Response(status, ..) => format!("it answers {status}"),
            other => printable(&with_sources(&other)),
        })
    }
}

impl From<RequestTokenError<HttpError, StandardErrorResponse<CoreErrorResponseType>>> for ProviderError {
    fn from(error: RequestTokenError<HttpError, StandardErrorResponse<CoreErrorResponseType>>) -> Self {
        match error {
            RequestTokenError::Request(error) => Self::Unavailable(error.to_string()),
            RequestTokenError::ServerResponse(response) => {
                let error = response.error();
                let description = response.error_description().map_or("", String::as_str);
                Self::Invalid(printable(&format!("no tokens for the code: {error} {description}")))
            }
            // What could not be read may hold tokens: only where it went wrong is said.
            RequestTokenError::Parse(error, _) => {
                Self::Invalid(format!("its tokens have a wrong {}", error.path()))
            }
            RequestTokenError::Other(text) => Self::Invalid(printable(&text)),
        }
    }
}

impl From<UserInfoError<HttpError>> for ProviderError {
    fn from(error: UserInfoError<HttpError>) -> Self {
        match error {
            UserInfoError::Request(error) => Self::Unavailable(error.to_string()),
            UserInfoError::Parse(error) => {
                Self::Invalid(format!("its user info has a wrong {}", error.path()))
            }
            UserInfoError::Response(status, ..) => Self::Invalid(format!("its user info is {status}")),
            other => Self::Invalid(printable(&with_sources(&other))),
        }
    }
}

impl From<ClaimsVerificationError> for ProviderError {
    fn from(error: ClaimsVerificationError) -> Self {
        Self::Invalid(printable(&with_sources(&error)))
    }
}

fn with_sources(error: &dyn Error) -> String {
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
