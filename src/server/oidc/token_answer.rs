//! The response of the token endpoint: the tokens or an error, as far as they are read.

use std::{fmt, time::Duration};

use openidconnect::{
    AccessToken, EmptyAdditionalClaims, ErrorResponse, OAuth2TokenResponse, RefreshToken, RequestTokenError,
    Scope, TokenResponse,
    core::{
        CoreGenderClaim, CoreIdToken, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
        CoreTokenType,
    },
};
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use serde_json::Value;

use super::{
    claims::not_a_text,
    error::{ProviderError, printable},
    token::IdToken,
};
use crate::server::outbound::OutboundError;

/// The tokens. Expiry and scope are not read: the access token is used once, at once.
#[derive(Debug, Serialize)]
pub(super) struct ProviderTokens {
    access_token: AccessToken,
    #[serde(skip)]
    id_token: Option<IdToken>,
}

impl ProviderTokens {
    pub fn id_token(&self) -> Option<&IdToken> {
        self.id_token.as_ref()
    }

    fn read(answer: &Value) -> Result<Self, String> {
        let text = |name: &str| match answer.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(format!("{name} {}", not_a_text(other))),
        };
        let access_token = text("access_token")?.ok_or("access_token is missing")?;
        Ok(Self {
            access_token: AccessToken::new(access_token.clone()),
            id_token: text("id_token")?.map(|text| IdToken::parse(text)).transpose()?,
        })
    }
}

/// By way of a `Value`, so that no error repeats the input.
impl<'de> Deserialize<'de> for ProviderTokens {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl OAuth2TokenResponse for ProviderTokens {
    type TokenType = CoreTokenType;

    fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &CoreTokenType {
        &CoreTokenType::Bearer
    }

    fn expires_in(&self) -> Option<Duration> {
        None
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        None
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        None
    }
}

impl
    TokenResponse<
        EmptyAdditionalClaims,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    > for ProviderTokens
{
    fn id_token(&self) -> Option<&CoreIdToken> {
        self.id_token.as_ref().map(IdToken::as_judged)
    }
}

/// The provider's reason why there are no tokens.
#[derive(Debug, Serialize)]
pub(super) struct TokenRefusal(String);

impl<'de> Deserialize<'de> for TokenRefusal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let answer = Value::deserialize(deserializer)?;
        let text = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default();
        Ok(Self(format!("{} {}", text("error"), text("error_description"))))
    }
}

impl fmt::Display for TokenRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl ErrorResponse for TokenRefusal {}

impl From<RequestTokenError<OutboundError, TokenRefusal>> for ProviderError {
    fn from(error: RequestTokenError<OutboundError, TokenRefusal>) -> Self {
        match error {
            RequestTokenError::Request(error) => error.into(),
            RequestTokenError::ServerResponse(refusal) => {
                Self::Invalid(printable(&format!("no tokens for the code: {refusal}")))
            }
            // The input may be tokens. `Tokens` describes the error without repeating it.
            RequestTokenError::Parse(error, _) => {
                Self::Invalid(printable(&format!("its answer to the code: {}", error.inner())))
            }
            RequestTokenError::Other(text) => Self::Invalid(printable(&text)),
        }
    }
}
