//! Access control of the metrics: by a bearer token; without one configured, nobody.

use std::fmt;

use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

use crate::server::request_headers::bearer;

/// The bearer token of a collector. Only its hash is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct MetricsToken([u8; 32]);

impl MetricsToken {
    pub fn new(text: &str) -> Self {
        Self(Sha256::digest(text).into())
    }

    /// Whether `text` is the token. Comparing hashes leaks nothing about common prefixes.
    fn is(&self, text: &str) -> bool {
        *self == Self::new(text)
    }
}

impl fmt::Debug for MetricsToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MetricsToken")
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum MetricsRefusal {
    WrongToken,
    /// No token is configured.
    NotSet,
}

impl IntoResponse for MetricsRefusal {
    fn into_response(self) -> Response {
        match self {
            Self::WrongToken => {
                let challenge = [(header::WWW_AUTHENTICATE, "Bearer")];
                (
                    StatusCode::UNAUTHORIZED,
                    challenge,
                    "Send the token of --metrics-token as a Bearer token.\n",
                )
                    .into_response()
            }
            Self::NotSet => {
                let text = "Metrics are read with a token. Set one with --metrics-token (DUO_METRICS_TOKEN), and send it as a Bearer token.\n";
                (StatusCode::FORBIDDEN, text).into_response()
            }
        }
    }
}

/// The client's IP address is no proof: a proxy on this machine may forward everybody's requests without
/// `X-Forwarded-For`.
pub(super) fn check(token: Option<&MetricsToken>, headers: &HeaderMap) -> Result<(), MetricsRefusal> {
    let token = token.ok_or(MetricsRefusal::NotSet)?;
    let said = headers.get(header::AUTHORIZATION).and_then(bearer);
    if said.is_some_and(|said| token.is(said)) { Ok(()) } else { Err(MetricsRefusal::WrongToken) }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn ask(token: Option<&MetricsToken>, said: &'static str) -> Result<(), MetricsRefusal> {
        let headers = HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static(said))]);
        check(token, &headers)
    }

    #[test]
    fn whoever_has_the_token_reads_them_and_nobody_else() {
        let token = MetricsToken::new("sixteen-letters!");
        for right in ["Bearer sixteen-letters!", "bearer sixteen-letters!", "BEARER  sixteen-letters! "] {
            assert_eq!(ask(Some(&token), right), Ok(()), "{right}");
        }
        for wrong in ["Bearer sixteen-letters", "Basic sixteen-letters!", "sixteen-letters!", "Bearer", ""] {
            assert_eq!(ask(Some(&token), wrong), Err(MetricsRefusal::WrongToken), "{wrong}");
        }
        assert_eq!(check(Some(&token), &HeaderMap::new()), Err(MetricsRefusal::WrongToken));
        assert_eq!(format!("{token:?}"), "MetricsToken");
    }

    #[test]
    fn where_no_token_is_set_nobody_reads_them() {
        assert_eq!(check(None, &HeaderMap::new()), Err(MetricsRefusal::NotSet));
        assert_eq!(ask(None, "Bearer sixteen-letters!"), Err(MetricsRefusal::NotSet));
    }
}
