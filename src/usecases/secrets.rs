//! Secrets: how tokens are made, and how they and passwords are hashed.

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::App;

/// What a personal access token begins with, so that it can be found where it should not be.
pub const TOKEN_PREFIX: &str = "duo-";

/// A session's token or the random part of an access token: 256 bits as 43 letters.
pub(super) fn random_token(app: &App) -> String {
    URL_SAFE_NO_PAD.encode(app.random.secret())
}

/// What is stored of a token. A token is random, so one round of SHA-256 is enough.
pub(super) fn token_hash(token: &str) -> String {
    use std::fmt::Write;

    Sha256::digest(token).iter().fold(String::with_capacity(64), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("writing to a String cannot fail");
        hex
    })
}

/// What is stored of a password: argon2id with the parameters that its authors recommend, as a PHC
/// string. Takes tens of milliseconds, so it runs beside the requests.
pub(super) async fn password_hash(app: &App, password: &str) -> String {
    let (password, salt) = (password.to_owned(), app.random.secret());
    blocking(move || {
        Argon2::default()
            .hash_password_with_salt(password.as_bytes(), &salt[..16])
            .expect("the default parameters fit")
            .to_string()
    })
    .await
}

/// Whether `password` is the one of `hash`. Without a hash it is compared with that of nobody, so
/// that an unknown user takes as long as a wrong password.
pub(super) async fn password_matches(password: &str, hash: Option<String>) -> bool {
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let password = password.to_owned();
    blocking(move || {
        let known = hash.is_some();
        let matches =
            Argon2::default().verify_password(password.as_bytes(), hash.as_deref().unwrap_or(NOBODY)).is_ok();
        known && matches
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("hashing does not panic")
}
