//! Secrets: generation of tokens, and hashing of tokens and passwords.

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use std::{sync::LazyLock, thread};
use tokio::sync::Semaphore;

use crate::{domain::accounts::password::normalize, usecases::App};

/// The prefix of personal access tokens, so that scanners can find leaked ones.
pub const TOKEN_PREFIX: &str = "duo-";

/// A session's token, or the random part of an access token: 256 bits as 43 characters of base64url.
pub(in crate::usecases) fn random_token(app: &App) -> String {
    URL_SAFE_NO_PAD.encode(app.random.secret())
}

/// The stored hash of a token. As tokens are random, a single round of SHA-256 suffices.
pub(in crate::usecases) fn token_hash(token: &str) -> String {
    base16ct::lower::encode_string(&Sha256::digest(token))
}

/// The stored hash of a password: argon2id with its recommended parameters, as a PHC string. Takes tens of
/// milliseconds, so it runs on a blocking thread.
pub(in crate::usecases) async fn password_hash(app: &App, password: &str) -> String {
    let (password, salt) = (normalize(password), app.random.secret());
    blocking(move || {
        Argon2::default()
            .hash_password_with_salt(password.as_bytes(), &salt[..16])
            .expect("the default parameters fit")
            .to_string()
    })
    .await
}

/// Whether `password` matches `hash`. Without a hash it is compared with a dummy, so that timing does not
/// reveal whether a user exists.
pub(in crate::usecases) async fn password_matches(password: &str, hash: Option<String>) -> bool {
    let forms = forms(password);
    blocking(move || forms.iter().any(|form| compare(form, hash.as_deref(), is_of))).await
}

/// The forms that `password` may have been hashed in: normalized; and as typed, from before passwords were
/// normalized. Usually they are equal and cost one comparison.
fn forms(password: &str) -> Vec<String> {
    let mut forms = vec![normalize(password)];
    if forms[0] != password {
        forms.push(password.to_owned());
    }
    forms
}

/// A dummy hash that no password matches, with the same parameters.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Calls `is_of` exactly once, with or without a hash.
fn compare(password: &str, hash: Option<&str>, is_of: impl FnOnce(&str, &str) -> bool) -> bool {
    let matches = is_of(password, hash.unwrap_or(NOBODY));
    matches && hash.is_some()
}

/// The expensive part.
fn is_of(password: &str, hash: &str) -> bool {
    Argon2::default().verify_password(password.as_bytes(), hash).is_ok()
}

/// At most as many hashes are computed at once as there are cores: each takes one, and 19 MiB. A waiting
/// caller that is cancelled leaves the queue.
static HASHING: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(thread::available_parallelism().map_or(1, usize::from)));

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let turn = HASHING.acquire().await.expect("it is never closed");
    tokio::task::spawn_blocking(move || {
        // Held until the work is done, even if the caller was cancelled.
        let _turn = turn;
        work()
    })
    .await
    .expect("hashing does not panic")
}

#[cfg(test)]
mod tests {
    use argon2::password_hash;
    use futures_util::future::join_all;
    use std::{
        cell::Cell,
        sync::atomic::{AtomicUsize, Ordering::SeqCst},
        time::Duration,
    };
    use tokio::time::timeout;

    use super::*;

    #[test]
    fn the_expensive_part_runs_once_with_a_hash_and_without() {
        for hash in [Some("a hash"), None] {
            let asked = Cell::new(0);
            let matches = compare("secret", hash, |_, _| {
                asked.set(asked.get() + 1);
                true
            });
            assert_eq!((asked.get(), matches), (1, hash.is_some()), "{hash:?}");
        }
    }

    #[tokio::test]
    async fn a_password_is_known_in_each_of_its_forms() {
        let (composed, decomposed, wide) =
            ("zwölf Äpfel 12", "zwo\u{308}lf A\u{308}pfel 12", "zwölf Äpfel １２");
        let hash = |bytes: &str| {
            let normalised = Argon2::default().hash_password_with_salt(bytes.as_bytes(), &[7; 16]);
            Some(normalised.expect("it fits").to_string())
        };
        for typed in [composed, decomposed, wide] {
            assert!(password_matches(typed, hash(composed)).await, "{typed}");
            assert!(password_matches(typed, hash(typed)).await, "as it was hashed before: {typed}");
        }
        assert!(!password_matches("zwölf Apfel 12", hash(composed)).await);
        assert!(!password_matches(decomposed, None).await);
        assert_eq!(forms("correct horse battery").len(), 1, "most take no longer than before");
    }

    #[tokio::test]
    async fn no_more_hashes_are_made_at_once_than_there_are_cores() {
        static NOW: AtomicUsize = AtomicUsize::new(0);
        static MOST: AtomicUsize = AtomicUsize::new(0);
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let hash = || {
            blocking(|| {
                MOST.fetch_max(NOW.fetch_add(1, SeqCst) + 1, SeqCst);
                thread::sleep(Duration::from_millis(5));
                NOW.fetch_sub(1, SeqCst);
            })
        };
        let mut given_up = Box::pin(join_all((0..4 * cores).map(|_| hash())));
        assert!(timeout(Duration::from_millis(1), &mut given_up).await.is_err(), "they take longer");
        drop(given_up);
        join_all((0..4 * cores).map(|_| hash())).await;
        assert!((1..=cores).contains(&MOST.load(SeqCst)), "{MOST:?} of {cores}");
    }

    #[test]
    fn nobodys_hash_costs_as_much_as_everybodys() {
        let ours =
            Argon2::default().hash_password_with_salt(b"secret", &[7; 16]).expect("it fits").to_string();
        let cost = |hash: &str| hash.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(cost(NOBODY), cost(&ours));
        assert_eq!(NOBODY.len(), ours.len());
        assert!(is_of("secret", &ours) && !is_of("Secret", &ours));
        // It must be compared in full: a malformed hash would be rejected at once.
        let refused = Argon2::default().verify_password(b"secret", NOBODY);
        assert!(matches!(refused, Err(password_hash::Error::PasswordInvalid)), "{refused:?}");
    }
}
