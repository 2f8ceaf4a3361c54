//! Sessions.

use crate::{
    support::{Database, at_once, committed},
    world::{NOON, app, app_at, new_user, origin, user},
};
use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use sha2::{Digest, Sha256};
use std::sync::Arc;

use duo_console::{
    domain::{
        ids::UserId,
        preferences::{Display, Theme, TimeFormat},
        time::Timestamp,
    },
    storage::{NewSession, NewUser, Storage, StorageError},
    usecases::{
        App, Clock,
        accounts::{
            set_password::set_password,
            sign_in::{SignIn, sign_in},
        },
    },
};

contract! {
    a_session_reads_back_with_its_user_and_their_display,
    a_session_is_touched_and_deleted_alone,
    sessions_past_their_end_or_idle_are_removed,
    a_token_hash_is_there_once,
    many_who_come_back_after_their_sessions_ended_all_get_in,
    a_password_that_changes_during_a_sign_in_lets_nobody_in,
}

const PASSWORD: &str = "correct horse battery";

async fn start(storage: &Storage, user: UserId, hash: &str, created_at: Timestamp, expires_at: Timestamp) {
    let session = NewSession {
        token_hash: hash,
        user,
        created_at,
        authenticated_at: created_at,
        expires_at,
        remote_ip: "2001:db8::7",
        user_agent: "Browser \u{1F98A}",
    };
    committed(storage, async |uow| uow.sessions().add(&session).await.expect("a session")).await;
}

async fn a_session_reads_back_with_its_user_and_their_display(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "ann").await;
    let bob = user(&storage, "bob").await;
    let display = Display { theme: Theme::Dark, time_format: TimeFormat::TwelveHour };
    committed(&storage, async |uow| uow.preferences().save_display(ann, display).await.expect("saved")).await;
    start(&storage, bob, "other", NOON, NOON.plus_days(1)).await;
    start(&storage, ann, "hash", NOON, NOON.plus_days(2)).await;
    let mut view = storage.read().await.expect("a view");
    let found = view.sessions().find_by_token_hash("hash").await.expect("a look-up").expect("it is there");
    assert_eq!((found.user.id, found.user.username.as_str(), found.display), (ann, "ann", display));
    assert_eq!((found.last_seen_at, found.expires_at), (NOON, NOON.plus_days(2)));
    for other in ["HASH", "has", "hash ", ""] {
        assert_eq!(view.sessions().find_by_token_hash(other).await.expect("a look-up"), None, "{other}");
    }
}

async fn a_session_is_touched_and_deleted_alone(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "ann").await;
    let bob = user(&storage, "bob").await;
    for (user, hash) in [(ann, "a1"), (ann, "a2"), (bob, "b")] {
        start(&storage, user, hash, NOON, NOON.plus_days(1)).await;
    }
    let later = NOON.plus_millis(5);
    committed(&storage, async |uow| {
        uow.sessions().touch("a1", later).await.expect("touched");
        assert!(uow.sessions().delete("a2").await.expect("deleted"));
        assert!(!uow.sessions().delete("a2").await.expect("twice is harmless"));
    })
    .await;
    let seen = "SELECT token_hash || ' ' || (last_seen_at - created_at) FROM sessions ORDER BY token_hash";
    assert_eq!(db.texts(seen).await, ["a1 5", "b 0"]);
    committed(&storage, async |uow| uow.sessions().delete_of_user(ann).await.expect("deleted")).await;
    assert_eq!(db.texts(seen).await, ["b 0"]);
}

async fn sessions_past_their_end_or_idle_are_removed(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "ann").await;
    let (early, now) = (NOON.plus_days(-1), NOON);
    start(&storage, ann, "ends now", now, now).await;
    start(&storage, ann, "ends later", now, now.plus_millis(1)).await;
    start(&storage, ann, "idle", early, now.plus_days(1)).await;
    start(&storage, ann, "seen just after", early.plus_millis(1), now.plus_days(1)).await;
    let delete = async |limit| {
        committed(&storage, async |uow| {
            uow.sessions().delete_ended(now, early, limit).await.expect("deleted")
        })
        .await
    };
    assert_eq!((delete(1).await, delete(5).await, delete(5).await), (1, 1, 0));
    let left = db.texts("SELECT token_hash FROM sessions ORDER BY token_hash").await;
    assert_eq!(left, ["ends later", "seen just after"]);
}

async fn a_token_hash_is_there_once(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "ann").await;
    start(&storage, ann, "hash", NOON, NOON.plus_days(1)).await;
    let again = NewSession {
        token_hash: "hash",
        user: ann,
        created_at: NOON,
        authenticated_at: NOON,
        expires_at: NOON,
        remote_ip: "",
        user_agent: "",
    };
    let mut uow = storage.begin().await.expect("a unit of work");
    let taken = uow.sessions().add(&again).await;
    assert!(matches!(taken, Err(StorageError::Duplicate { .. })), "{taken:?}");
}

/// A hash of [`PASSWORD`] that is quick to check.
fn quick_hash() -> String {
    let params = Params::new(Params::MIN_M_COST, 1, 1, None).expect("parameters");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_with_salt(PASSWORD.as_bytes(), &[7; 16])
        .expect("it hashes")
        .to_string()
}

/// Each brings the cookie of a session that has ended, and each removes all that have ended.
async fn many_who_come_back_after_their_sessions_ended_all_get_in(db: Database) {
    const USERS: usize = 8;
    let storage = db.open().await;
    let hash = quick_hash();
    let names: Vec<String> = (0..USERS).map(|n| format!("user-{n}")).collect();
    let mut apps = Vec::new();
    for name in &names {
        let new = NewUser { password_hash: Some(&hash), ..new_user(name) };
        committed(&storage, async |uow| uow.users().add(&new).await.expect("a user")).await;
        apps.push(app(db.open().await));
    }
    for round in 0..10 {
        let mut tasks = Vec::new();
        for (name, app) in names.iter().zip(&apps) {
            let old = format!("{round} {name}");
            let id = storage.read().await.expect("a view").users().find_by_username(name).await;
            let id = id.expect("a look-up").expect("a user").id;
            let old_hash = format!("{:x}", Sha256::digest(&old));
            start(&storage, id, &old_hash, NOON.plus_days(-2), NOON.plus_days(-1)).await;
            let (app, name) = (app.clone(), name.clone());
            tasks.push(async move {
                let form =
                    SignIn { username: &name, password: PASSWORD, old_token: Some(&old), user_agent: "" };
                sign_in(&app, &origin(), form).await
            });
        }
        for outcome in at_once(tasks).await {
            assert!(matches!(outcome, Ok(Some(_))), "{outcome:?}");
        }
        let ended = format!("SELECT COUNT(*) FROM sessions WHERE expires_at <= {}", NOON.as_millis());
        assert_eq!(db.number(&ended).await, 0);
    }
}

/// Somebody sets a new password at the first look at the clock: after the old one was read.
struct Meanwhile(App);

impl Clock for Meanwhile {
    fn now(&self) -> Timestamp {
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async {
                set_password(&self.0, &origin(), "ann", "another password").await.expect("it is set");
            });
        });
        NOON
    }
}

async fn a_password_that_changes_during_a_sign_in_lets_nobody_in(db: Database) {
    let storage = db.open().await;
    let hash = quick_hash();
    let new = NewUser { password_hash: Some(&hash), ..new_user("ann") };
    committed(&storage, async |uow| uow.users().add(&new).await.expect("a user")).await;
    let form = || SignIn { username: "ann", password: PASSWORD, old_token: None, user_agent: "" };
    let meanwhile = Meanwhile(app_at(db.open().await, NOON));
    let app = app(storage);
    let app = App::new(app.storage.clone(), Arc::new(meanwhile), app.random.clone(), app.settings);
    assert_eq!(sign_in(&app, &origin(), form()).await.expect("an answer"), None);
    assert_eq!(db.number("SELECT COUNT(*) FROM sessions").await, 0);
}
