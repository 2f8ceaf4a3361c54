//! The user info endpoint. It may add claims to those of the ID token, but never change the identity; many
//! providers have none worth reading.

use axum::http::{HeaderValue, StatusCode, header};
use openidconnect::{AccessToken, AsyncHttpClient, HttpResponse, core::CoreIdTokenVerifier, http::Request};
use serde_json::Value;

use super::{
    claims::Claims,
    discovery::{Metadata, Provider},
    error::ProviderError,
    token::SignedToken,
};
use crate::server::request_headers::media_type;

pub(super) enum UserInfo {
    Read(Claims),
    /// The provider has none, or none for this access token.
    None,
    /// Unreadable: what it is instead, to follow its name.
    Unread(String),
}

/// # Errors
/// The endpoint is temporarily unavailable; or its user info is another user's, or not signed by the
/// provider.
pub(super) async fn user_info(
    provider: &Provider,
    metadata: &Metadata,
    verifier: &CoreIdTokenVerifier<'_>,
    access_token: &AccessToken,
    subject: &str,
) -> Result<UserInfo, ProviderError> {
    let Some(endpoint) = metadata.userinfo_endpoint() else { return Ok(UserInfo::None) };
    let bearer = format!("Bearer {}", access_token.secret());
    let bearer = HeaderValue::try_from(bearer)
        .map_err(|_| ProviderError::Invalid(String::from("its access token cannot stand in a header")))?;
    let request = Request::get(endpoint.as_str())
        .header(header::ACCEPT, "application/json")
        .header(header::AUTHORIZATION, bearer)
        .body(Vec::new())
        .map_err(|error| ProviderError::Unavailable(error.to_string()))?;
    let response = provider.http().call(request).await?;
    let read = match response.status() {
        StatusCode::OK => read(verifier, &response)?,
        status @ (StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS) => return Err(away(status)),
        status if status.is_server_error() => return Err(away(status)),
        status @ (StatusCode::UNAUTHORIZED | StatusCode::NOT_FOUND) => {
            tracing::warn!(%status, "the provider has no user info");
            return Ok(UserInfo::None);
        }
        status => Err(format!("is {status}")),
    };
    let claims = match read {
        Ok(claims) => claims,
        Err(reason) => return Ok(UserInfo::Unread(reason)),
    };
    match claims.get("sub") {
        Some(Value::String(said)) if said == subject => Ok(UserInfo::Read(claims)),
        Some(Value::String(_)) => {
            Err(ProviderError::Invalid(String::from("its user info is somebody else's (sub)")))
        }
        _ => Ok(UserInfo::Unread(String::from("does not say whose it is (sub)"))),
    }
}

fn away(status: StatusCode) -> ProviderError {
    ProviderError::Unavailable(format!("its user info is {status}"))
}

/// Parses a JSON object or a signed one; else what it is instead.
fn read(
    verifier: &CoreIdTokenVerifier<'_>,
    response: &HttpResponse,
) -> Result<Result<Claims, String>, ProviderError> {
    if media_type(response.headers()) != "application/jwt" {
        let claims = serde_json::from_slice(response.body());
        return Ok(claims.map_err(|_| String::from("is no JSON object")));
    }
    let token = std::str::from_utf8(response.body()).map_err(|_| String::from("is not text"));
    match token.and_then(|text| SignedToken::parse(text.trim())) {
        Ok(token) => {
            token.verify_user_info(verifier)?;
            Ok(Ok(token.claims))
        }
        Err(reason) => Ok(Err(reason)),
    }
}
