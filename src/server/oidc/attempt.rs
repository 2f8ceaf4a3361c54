//! A sign-in attempt, from the button to the provider's response. Its whole state is one random cookie;
//! `state`, nonce and PKCE verifier are derived from it.
//!
//! `state` passes through the provider and binds its response to this browser; the nonce comes back in the ID
//! token and binds that to the attempt; the PKCE verifier binds the code to the server that requested it.
//! None of them reveals another, or the cookie.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::domain::time::Timestamp;

/// The cookie that holds the attempt.
pub(super) const COOKIE: &str = "duo_provider_sign_in";
/// How long the user may take at the provider, in seconds.
pub(super) const SECONDS: i64 = 600;
/// Maximum clock skew between the provider, this server and the server that started the attempt, in
/// milliseconds.
pub(super) const LEEWAY: i64 = 60_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SignInAttempt {
    /// The whole cookie, including the secret.
    cookie: String,
    began_at: Timestamp,
    return_to: String,
    anew: bool,
}

const ANEW: &str = "anew";
const ANYHOW: &str = "anyhow";

impl SignInAttempt {
    /// A new attempt that returns to `return_to`. With `anew` the provider has to authenticate the user
    /// again.
    pub fn new(secret: [u8; 32], now: Timestamp, return_to: &str, anew: bool) -> Self {
        let cookie = format!(
            "{}.{}.{}.{}",
            URL_SAFE_NO_PAD.encode(secret),
            now.as_millis(),
            URL_SAFE_NO_PAD.encode(return_to),
            if anew { ANEW } else { ANYHOW },
        );
        Self { cookie, began_at: now, return_to: return_to.to_owned(), anew }
    }

    /// `None` if the cookie is invalid or expired.
    pub fn read(cookie: &str, now: Timestamp) -> Option<Self> {
        let mut parts = cookie.split('.');
        let (secret, began_at, return_to) = (parts.next()?, parts.next()?, parts.next()?);
        let anew = match parts.next()? {
            ANEW => true,
            ANYHOW => false,
            _ => return None,
        };
        if parts.next().is_some() || URL_SAFE_NO_PAD.decode(secret).ok()?.len() != 32 {
            return None;
        }
        let began_at = Timestamp::from_millis(began_at.parse().ok()?);
        let return_to = String::from_utf8(URL_SAFE_NO_PAD.decode(return_to).ok()?).ok()?;
        let attempt = Self { cookie: cookie.to_owned(), began_at, return_to, anew };
        (began_at <= now.plus_millis(LEEWAY) && now < attempt.expires_at()).then_some(attempt)
    }

    pub fn cookie(&self) -> String {
        self.cookie.clone()
    }

    pub fn return_to(&self) -> &str {
        &self.return_to
    }

    /// If set, the user has to authenticate after this instant.
    pub fn anew_since(&self) -> Option<Timestamp> {
        self.anew.then_some(self.began_at)
    }

    fn expires_at(&self) -> Timestamp {
        self.began_at.plus_millis(SECONDS * 1000)
    }

    /// From when no server accepts the attempt any more, whatever its clock.
    pub fn is_forgotten_at(&self) -> Timestamp {
        self.expires_at().plus_millis(LEEWAY)
    }

    pub fn state(&self) -> String {
        self.derive("state")
    }

    pub fn nonce(&self) -> String {
        self.derive("nonce")
    }

    pub fn pkce_verifier(&self) -> String {
        self.derive("verifier")
    }

    /// Stored in the database, so that a response is only accepted once.
    pub fn answer_hash(&self) -> String {
        self.derive("answer")
    }

    fn derive(&self, what: &str) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{what}\0{}", self.cookie)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_millis(1_780_315_200_000);

    fn attempt() -> SignInAttempt {
        SignInAttempt::new([7; 32], NOON, "/groups/acme?x=1", true)
    }

    #[test]
    fn an_attempt_survives_its_cookie_for_ten_minutes() {
        let cookie = attempt().cookie();
        assert_eq!(SignInAttempt::read(&cookie, NOON), Some(attempt()));
        assert_eq!(attempt().anew_since(), Some(NOON));
        assert_eq!(SignInAttempt::read(&cookie, NOON.plus_millis(599_999)), Some(attempt()));
        assert_eq!(SignInAttempt::read(&cookie, NOON.plus_millis(600_000)), None);
        // The clock of the server that started it may be up to a minute ahead.
        assert_eq!(SignInAttempt::read(&cookie, NOON.plus_millis(-60_000)), Some(attempt()));
        assert_eq!(SignInAttempt::read(&cookie, NOON.plus_millis(-60_001)), None);
        assert_eq!(attempt().is_forgotten_at(), NOON.plus_millis(660_000));
    }

    #[test]
    fn what_is_no_cookie_of_ours_is_no_attempt() {
        let good = attempt().cookie();
        for bad in [
            "",
            "a.b.c.anew",
            &format!("{good}.x"),
            &good[1..],
            &good.replace("1780", "x"),
            &good.replace(".anew", ""),
        ] {
            assert_eq!(SignInAttempt::read(bad, NOON), None, "{bad}");
        }
    }

    #[test]
    fn nothing_that_is_derived_is_like_anything_else() {
        let mut all = Vec::new();
        for attempt in [
            attempt(),
            SignInAttempt::new([8; 32], NOON, "/", false),
            SignInAttempt::new([7; 32], NOON.plus_millis(1), "/", false),
            SignInAttempt::new([7; 32], NOON.plus_millis(1), "/", true),
        ] {
            all.extend([attempt.state(), attempt.nonce(), attempt.pkce_verifier(), attempt.answer_hash()]);
            all.push(attempt.cookie());
        }
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
