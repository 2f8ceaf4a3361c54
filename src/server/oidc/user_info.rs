//! What stands at the endpoint for it. It may know what the ID token does not say; it never contradicts
//! who it is, and many providers have none to speak of.

use axum::http::{HeaderValue, StatusCode, header};
use openidconnect::{AccessToken, AsyncHttpClient, HttpResponse, core::CoreIdTokenVerifier, http::Request};
use serde_json::Value;

use super::{
    claims::Claims,
    discovery::{Metadata, Provider},
    error::ProviderError,
    token::SignedToken,
};

/// `None` when the provider has none, has none for this access token, or has something else there,
/// which the log says.
///
/// # Errors
/// It may be there in a moment; or it is somebody else's, or signed by somebody else.
pub(super) async fn user_info(
    provider: &Provider,
    metadata: &Metadata,
    verifier: &CoreIdTokenVerifier<'_>,
    access_token: &AccessToken,
    subject: &str,
) -> Result<Option<Claims>, ProviderError> {
    let Some(endpoint) = metadata.userinfo_endpoint() else { return Ok(None) };
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
        StatusCode::OK => read(provider, verifier, &response)?,
        status @ (StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS) => return Err(away(status)),
        status if status.is_server_error() => return Err(away(status)),
        status => Err(format!("is {status}")),
    };
    let theirs = read.and_then(|claims| match claims.get("sub") {
        Some(Value::String(said)) => Ok((said == subject, claims)),
        _ => Err(String::from("does not say whose it is (sub)")),
    });
    match theirs {
        Ok((true, claims)) => Ok(Some(claims)),
        Ok((false, _)) => Err(ProviderError::Invalid(String::from("its user info is somebody else's (sub)"))),
        Err(reason) => {
            tracing::warn!(reason, "the provider's user info was not read");
            Ok(None)
        }
    }
}

fn away(status: StatusCode) -> ProviderError {
    ProviderError::Unavailable(format!("its user info is {status}"))
}

/// A JSON object, or one that is signed; else what it is instead.
fn read(
    provider: &Provider,
    verifier: &CoreIdTokenVerifier<'_>,
    response: &HttpResponse,
) -> Result<Result<Claims, String>, ProviderError> {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if !kind.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("application/jwt")) {
        let claims = serde_json::from_slice(response.body());
        return Ok(claims.map_err(|_| String::from("is no JSON object")));
    }
    let token = std::str::from_utf8(response.body()).map_err(|_| String::from("is not text"));
    match token.and_then(|text| SignedToken::parse(text.trim())) {
        Ok(token) => {
            let config = provider.config();
            token.verify_user_info(verifier, &config.issuer, &config.client_id)?;
            Ok(Ok(token.claims))
        }
        Err(reason) => Ok(Err(reason)),
    }
}
