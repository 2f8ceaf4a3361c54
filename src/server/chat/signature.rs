//! The request signature of the chat program: Slack's, version 0.
//! <https://docs.slack.dev/authentication/verifying-requests-from-slack>

use hmac::{Hmac, Mac};
use http::HeaderMap;
use sha2::Sha256;
use std::{fmt, time::Duration};

use crate::{domain::time::Timestamp, server::config::Secret};

/// Maximum age of a request, and maximum clock skew ahead of ours.
const MOST_SECONDS: u64 = Duration::from_mins(5).as_secs();

/// The signing secret of the chat program. Never printed.
#[derive(Clone)]
pub struct ChatSecret(Hmac<Sha256>);

impl fmt::Debug for ChatSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChatSecret")
    }
}

/// A request with a valid signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::server) struct Signed {
    /// Unique per request; prevents replays.
    pub signature: String,
    /// How long it has to be remembered: a server whose clock is five minutes behind accepts it until then.
    pub expires_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::server) enum SignatureError {
    #[error("The header {0} is missing, or not as it should be.")]
    Header(&'static str),
    #[error("The signature is not that of this request and of the secret that this server was given.")]
    Wrong,
    #[error("The request was signed more than five minutes ago, or will be. Check the clocks.")]
    Old,
}

impl ChatSecret {
    /// # Panics
    /// Never: HMAC accepts keys of any length.
    pub fn new(secret: &Secret) -> Self {
        Self(Hmac::new_from_slice(secret.expose().as_bytes()).expect("a key of any length"))
    }

    pub(in crate::server) fn verify(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Signed, SignatureError> {
        const TIMESTAMP: &str = "X-Slack-Request-Timestamp";
        const SIGNATURE: &str = "X-Slack-Signature";
        let only = |name| {
            let mut values = headers.get_all(name).iter();
            let value = values.next().filter(|_| values.next().is_none());
            value.and_then(|it| it.to_str().ok()).ok_or(SignatureError::Header(name))
        };
        let timestamp = only(TIMESTAMP)?;
        // The parser would accept a sign, which Slack never sends.
        let plain = !timestamp.is_empty() && timestamp.bytes().all(|it| it.is_ascii_digit());
        let seconds: i64 =
            timestamp.parse().ok().filter(|_| plain).ok_or(SignatureError::Header(TIMESTAMP))?;
        let signature = only(SIGNATURE)?.strip_prefix("v0=");
        let signature = signature.and_then(|it| base16ct::mixed::decode_vec(it).ok());
        let signature = signature.ok_or(SignatureError::Header(SIGNATURE))?;
        let mut mac = self.0.clone();
        for part in [b"v0:", timestamp.as_bytes(), b":", body] {
            mac.update(part);
        }
        // Constant-time comparison.
        mac.verify_slice(&signature).map_err(|_| SignatureError::Wrong)?;
        if now.as_millis().div_euclid(1000).abs_diff(seconds) > MOST_SECONDS {
            return Err(SignatureError::Old);
        }
        let expires_at = Timestamp::from_millis(seconds.saturating_mul(1000)).plus_millis(2 * 300_000 + 1000);
        Ok(Signed { signature: base16ct::lower::encode_string(&signature), expires_at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example in Slack's documentation.
    const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
    const SIGNED_AT: &str = "1531420618";
    const BODY: &[u8] = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    const SIGNATURE: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";

    fn secret(text: &str) -> ChatSecret {
        ChatSecret::new(&text.parse().expect("a secret"))
    }

    fn headers(timestamp: &str, signature: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("x-slack-request-timestamp", timestamp.parse().expect("a value"));
        headers.insert("x-slack-signature", signature.parse().expect("a value"));
        headers
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis((1_531_420_618 + seconds) * 1000)
    }

    #[test]
    fn slacks_own_example_counts_for_five_minutes() {
        let verify = |seconds| secret(SECRET).verify(&headers(SIGNED_AT, SIGNATURE), BODY, at(seconds));
        for seconds in [-300, 0, 300] {
            let signed = verify(seconds).expect("it counts");
            assert_eq!(Some(signed.signature.as_str()), SIGNATURE.strip_prefix("v0="));
            assert_eq!(signed.expires_at, at(601));
        }
        for seconds in [-301, 301, 1_000_000] {
            assert_eq!(verify(seconds), Err(SignatureError::Old), "{seconds}");
        }
    }

    #[test]
    fn nothing_else_counts() {
        let verify = |headers: &HeaderMap, body| secret(SECRET).verify(headers, body, at(0));
        let upper = SIGNATURE.to_uppercase().replace("V0", "v0");
        let signed = verify(&headers(SIGNED_AT, &upper), BODY).expect("the same bytes");
        assert_eq!(Some(signed.signature.as_str()), SIGNATURE.strip_prefix("v0="), "and the same signature");
        assert_eq!(verify(&headers(SIGNED_AT, SIGNATURE), &BODY[1..]), Err(SignatureError::Wrong));
        assert_eq!(verify(&headers("1531420619", SIGNATURE), BODY), Err(SignatureError::Wrong));
        assert_eq!(verify(&headers(SIGNED_AT, &SIGNATURE[..65]), BODY), Err(SignatureError::Wrong));
        assert_eq!(verify(&headers(SIGNED_AT, "v0="), BODY), Err(SignatureError::Wrong));
        let other = secret("another secret").verify(&headers(SIGNED_AT, SIGNATURE), BODY, at(0));
        assert_eq!(other, Err(SignatureError::Wrong));
        for timestamp in ["", "+1531420618", "-1", "1531420618.0", "now", "99999999999999999999"] {
            let refused = verify(&headers(timestamp, SIGNATURE), BODY);
            assert_eq!(refused, Err(SignatureError::Header("X-Slack-Request-Timestamp")), "{timestamp}");
        }
        for signature in ["", "v1=00", &SIGNATURE[3..], "v0=xyz", "v0=0"] {
            let refused = verify(&headers(SIGNED_AT, signature), BODY);
            assert_eq!(refused, Err(SignatureError::Header("X-Slack-Signature")), "{signature}");
        }
        let mut twice = headers(SIGNED_AT, SIGNATURE);
        twice.append("x-slack-signature", SIGNATURE.parse().expect("a value"));
        assert_eq!(verify(&twice, BODY), Err(SignatureError::Header("X-Slack-Signature")));
        assert!(verify(&HeaderMap::new(), BODY).is_err());
    }

    #[test]
    fn the_secret_is_not_shown() {
        assert_eq!(format!("{:?}", secret(SECRET)), "ChatSecret");
    }
}
