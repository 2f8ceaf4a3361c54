//! One attempt to sign in, from the button to the provider's answer. All there is of it is a random
//! cookie: what has to be secret from whom is derived from it.
//!
//! The state goes through the provider and binds its answer to this browser; the nonce comes back in
//! the ID token and binds that to this attempt; the PKCE verifier binds the code to whoever asked for
//! it. Nobody gets from one of them to another, or to the cookie.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::domain::time::Timestamp;

/// The cookie that holds the attempt.
pub(super) const COOKIE: &str = "duo_provider_sign_in";
/// How long somebody may take at the provider.
pub(super) const SECONDS: i64 = 600;
/// How far apart the clocks may be of the provider, this server and the one that began the attempt, in
/// milliseconds.
pub(super) const LEEWAY: i64 = 60_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SignInAttempt {
    /// All of what follows, with the secret.
    cookie: String,
    began_at: Timestamp,
    return_to: String,
    anew: bool,
}

const ANEW: &str = "anew";
const ANYHOW: &str = "anyhow";

impl SignInAttempt {
    /// To go to `return_to` afterwards. With `anew` the provider has to ask who it is, even when it
    /// knows.
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

    /// `None` when the cookie is none of ours, or too old.
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

    /// Whether only somebody will do who proves who they are after this instant.
    pub fn anew_since(&self) -> Option<Timestamp> {
        self.anew.then_some(self.began_at)
    }

    fn expires_at(&self) -> Timestamp {
        self.began_at.plus_millis(SECONDS * 1000)
    }

    /// From when on no server takes it any more, whatever its clock says.
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

    /// What the database keeps so that an answer counts once.
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
        // Another server may have begun it, whose clock is up to a minute ahead.
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
