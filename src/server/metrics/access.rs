//! Who may read the metrics: whoever has the token; where none is set, only this machine.

use std::{fmt, net::IpAddr};

use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

/// What a collector has to say. Only its hash is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct MetricsToken([u8; 32]);

impl MetricsToken {
    pub fn new(text: &str) -> Self {
        Self(Sha256::digest(text).into())
    }

    /// Whether `text` is it. Comparing hashes takes no longer for one that begins alike.
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
pub(super) enum Refusal {
    WrongToken,
    FromElsewhere,
}

impl IntoResponse for Refusal {
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
            Self::FromElsewhere => {
                let text = "Without --metrics-token, metrics are only for this machine itself, and not through a proxy.\n";
                (StatusCode::FORBIDDEN, text).into_response()
            }
        }
    }
}

pub(super) fn check(
    token: Option<&MetricsToken>,
    peer: Option<IpAddr>,
    headers: &HeaderMap,
) -> Result<(), Refusal> {
    if let Some(token) = token {
        let said = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let said = said.and_then(|said| said.split_once(' '));
        return match said {
            Some((scheme, said)) if scheme.eq_ignore_ascii_case("bearer") && token.is(said.trim()) => Ok(()),
            _ => Err(Refusal::WrongToken),
        };
    }
    // Behind a proxy on this machine everybody comes from here.
    let forwarded = ["x-forwarded-for", "forwarded", "via", "x-real-ip"];
    let is_direct = !forwarded.iter().any(|name| headers.contains_key(*name));
    if is_direct && peer.is_some_and(|ip| ip.to_canonical().is_loopback()) {
        Ok(())
    } else {
        Err(Refusal::FromElsewhere)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter();
        pairs.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn without_a_token_only_this_machine_reads_them() {
        let table = [
            (Some([127, 0, 0, 1]), headers(&[]), Ok(())),
            (Some([10, 0, 0, 1]), headers(&[]), Err(Refusal::FromElsewhere)),
            (None, headers(&[]), Err(Refusal::FromElsewhere)),
            (Some([127, 0, 0, 1]), headers(&[("x-forwarded-for", "127.0.0.1")]), Err(Refusal::FromElsewhere)),
            (Some([127, 0, 0, 1]), headers(&[("via", "1.1 proxy")]), Err(Refusal::FromElsewhere)),
        ];
        for (peer, headers, expected) in table {
            assert_eq!(check(None, peer.map(IpAddr::from), &headers), expected, "{peer:?} {headers:?}");
        }
        let mapped = "::ffff:127.0.0.1".parse().expect("an address");
        assert_eq!(check(None, Some(mapped), &headers(&[])), Ok(()));
    }

    #[test]
    fn with_a_token_it_does_not_matter_from_where() {
        let token = MetricsToken::new("sixteen-letters!");
        let ask = |pairs: &[(&'static str, &'static str)]| {
            check(Some(&token), Some(IpAddr::from([10, 0, 0, 1])), &headers(pairs))
        };
        assert_eq!(ask(&[("authorization", "Bearer sixteen-letters!")]), Ok(()));
        assert_eq!(ask(&[("authorization", "bearer sixteen-letters!"), ("via", "1.1 proxy")]), Ok(()));
        for wrong in ["Bearer sixteen-letters", "Basic sixteen-letters!", "sixteen-letters!", "Bearer"] {
            assert_eq!(ask(&[("authorization", wrong)]), Err(Refusal::WrongToken), "{wrong}");
        }
        let from_here = check(Some(&token), Some(IpAddr::from([127, 0, 0, 1])), &headers(&[]));
        assert_eq!(from_here, Err(Refusal::WrongToken));
        assert_eq!(format!("{token:?}"), "MetricsToken");
    }
}
