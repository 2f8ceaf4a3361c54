//! Concurrent sign-ins and uses of one-time links, on several servers.

use crate::{
    support::{Database, at_once, committed},
    world::{NOON, app, app_at, new_user, origin, user},
};
use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};

use duo_console::{
    domain::{accounts::throttle::Failures, ids::UserId, user::UserKind},
    storage::{NewUser, Storage},
    usecases::{
        App, Origin, UseCaseError, What,
        accounts::{
            first_administrator::{
                FirstAdministrator, create_first_administrator, make_first_administrator_link,
            },
            reset_links::{make_reset_link_as_operator, use_reset_link},
            set_password::set_password,
            sign_in::{SignIn, sign_in},
        },
    },
};

contract! {
    a_password_is_right_however_it_was_typed,
    attempts_at_the_same_moment_on_two_servers_are_all_counted,
    a_restart_forgets_no_failure,
    names_and_addresses_tried_in_every_order_never_wait_for_each_other,
    what_was_counted_is_taken_back_by_one_and_forgotten_when_it_is_old,
    a_link_that_is_used_twice_at_once_sets_one_password,
    two_links_for_the_first_administrator_used_at_once_make_one,
    servers_that_start_at_once_each_have_a_link,
    sessions_are_listed_renewed_and_ended_one_by_one,
    users_are_found_by_what_stands_in_their_names,
}

const PASSWORD: &str = "correct horse battery";

/// A user whose password is quick to check.
async fn with_password(storage: &Storage, username: &str) -> UserId {
    with_hash_of(storage, username, PASSWORD).await
}

/// The same with a hash of other bytes.
async fn with_hash_of(storage: &Storage, username: &str, password: &str) -> UserId {
    let params = Params::new(Params::MIN_M_COST, 1, 1, None).expect("parameters");
    let hash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_with_salt(password.as_bytes(), &[7; 16])
        .expect("it hashes")
        .to_string();
    let new = NewUser { password_hash: Some(&hash), ..new_user(username) };
    committed(storage, async |uow| uow.users().add(&new).await.expect("a user")).await
}

async fn attempt(
    app: &App,
    username: &str,
    password: &str,
    ip: &str,
) -> Result<Option<String>, UseCaseError> {
    let origin = Origin { remote_ip: ip.parse().ok(), ..origin() };
    sign_in(app, &origin, SignIn { username, password, old_token: None, user_agent: "" }).await
}

async fn a_password_is_right_however_it_was_typed(db: Database) {
    let app = app(db.open().await);
    let (composed, decomposed) = ("zwölf Äpfel", "zwo\u{308}lf A\u{308}pfel");
    // As it was hashed before passwords were normalised.
    with_hash_of(&app.storage, "ann", decomposed).await;
    assert!(attempt(&app, "ann", decomposed, "").await.expect("an answer").is_some());
    for set in [composed, decomposed] {
        set_password(&app, &origin(), "ann", set).await.expect("a password");
        for typed in [composed, decomposed] {
            assert!(attempt(&app, "ann", typed, "").await.expect("an answer").is_some(), "{set} {typed}");
        }
    }
    assert!(attempt(&app, "ann", "zwolf Apfel", "").await.expect("an answer").is_none());
}

async fn attempts_at_the_same_moment_on_two_servers_are_all_counted(db: Database) {
    let apps = [app(db.open().await), app(db.open().await)];
    with_password(&apps[0].storage, "ann").await;
    let tasks = (0..16).map(|n| {
        let app = apps[n % 2].clone();
        async move { attempt(&app, "ann", "wrong", "").await }
    });
    let (mut wrong, mut refused) = (0, 0);
    for outcome in at_once(tasks).await {
        match outcome {
            Ok(None) => wrong += 1,
            Err(UseCaseError::Throttled(15)) => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((wrong, refused), (5, 11), "five are free, however they come");
}

async fn a_restart_forgets_no_failure(db: Database) {
    let before = app(db.open().await);
    with_password(&before.storage, "ann").await;
    for _ in 0..5 {
        assert!(matches!(attempt(&before, "ann", "wrong", "").await, Ok(None)));
    }
    before.storage.close().await;
    let after = app(db.open().await);
    assert!(matches!(attempt(&after, "ann", PASSWORD, "").await, Err(UseCaseError::Throttled(15))));
    let later = app_at(db.open().await, NOON.plus_millis(15_000));
    assert!(matches!(attempt(&later, "ann", PASSWORD, "").await, Ok(Some(_))));
    let left = db.number("SELECT COUNT(*) FROM sign_in_failures").await;
    assert_eq!(left, 0, "a success begins anew");
}

async fn names_and_addresses_tried_in_every_order_never_wait_for_each_other(db: Database) {
    let apps = [app(db.open().await), app(db.open().await)];
    for round in 0..4 {
        let tasks = (0..16).map(|n| {
            let app = apps[n % 2].clone();
            let (name, ip) = (format!("name-{round}-{}", n % 4), format!("192.0.2.{}", n / 4));
            async move { attempt(&app, &name, "wrong", &ip).await }
        });
        for outcome in at_once(tasks).await {
            assert!(matches!(outcome, Ok(None)), "{outcome:?}");
        }
    }
}

async fn what_was_counted_is_taken_back_by_one_and_forgotten_when_it_is_old(db: Database) {
    let storage = db.open().await;
    let later = NOON.plus_millis(7);
    committed(&storage, async |uow| {
        let failures = uow.sign_in_failures().hold("hash", NOON).await.expect("held");
        assert_eq!(failures, Failures { count: 0, last_at: NOON });
        let three = Failures { count: 3, last_at: later };
        uow.sign_in_failures().save("hash", three).await.expect("saved");
        assert_eq!(uow.sign_in_failures().hold("hash", NOON).await.expect("held"), three);
    })
    .await;
    let stored = "SELECT failures || ' ' || last_failed_at FROM sign_in_failures";
    let at = |millis: i64| NOON.as_millis() + millis;
    committed(&storage, async |uow| {
        uow.sign_in_failures().take_back("hash", later, NOON).await.expect("taken back");
    })
    .await;
    assert_eq!(db.texts(stored).await, [format!("2 {}", at(0))]);
    committed(&storage, async |uow| {
        uow.sign_in_failures().take_back("hash", later, later).await.expect("taken back");
    })
    .await;
    assert_eq!(db.texts(stored).await, [format!("1 {}", at(0))], "somebody else failed since");
    let old = async |until| {
        committed(&storage, async |uow| uow.sign_in_failures().delete_old(until, 5).await.expect("deleted"))
            .await;
        db.texts(stored).await.len()
    };
    assert_eq!((old(NOON.plus_millis(-1)).await, old(NOON).await), (1, 0));
}

async fn a_link_that_is_used_twice_at_once_sets_one_password(db: Database) {
    let apps = [app(db.open().await), app(db.open().await)];
    with_password(&apps[0].storage, "ann").await;
    let token = make_reset_link_as_operator(&apps[0], &origin(), "ann").await.expect("a link");
    let tasks = (0..4).map(|n| {
        let (app, token) = (apps[n % 2].clone(), token.clone());
        let password = format!("new password {n}");
        async move { use_reset_link(&app, &origin(), &token, &password, &password).await.map(|()| n) }
    });
    let outcomes = at_once(tasks).await;
    let used: Vec<_> = outcomes.iter().filter_map(|it| it.as_ref().ok()).collect();
    assert_eq!(used.len(), 1, "{outcomes:?}");
    let others = outcomes.iter().filter(|it| matches!(it, Err(UseCaseError::NotFound(What::Link))));
    assert_eq!(others.count(), 3, "{outcomes:?}");
    let password = format!("new password {}", used[0]);
    assert!(matches!(attempt(&apps[0], "ann", &password, "").await, Ok(Some(_))));
}

async fn two_links_for_the_first_administrator_used_at_once_make_one(db: Database) {
    let mut tasks = Vec::new();
    for n in 0..4 {
        let app = app(db.open().await);
        let token = make_first_administrator_link(&app).await.expect("an answer").expect("a link");
        tasks.push((app, token, format!("admin-{n}")));
    }
    let outcomes = at_once(tasks.into_iter().map(|(app, token, username)| async move {
        let form = FirstAdministrator {
            token: &token,
            username: &username,
            name: "",
            password: PASSWORD,
            again: PASSWORD,
            user_agent: "",
        };
        create_first_administrator(&app, &origin(), &form).await
    }))
    .await;
    assert_eq!(outcomes.iter().filter(|it| it.is_ok()).count(), 1, "{outcomes:?}");
    let refused = outcomes.iter().filter(|it| matches!(it, Err(UseCaseError::NotFound(What::Link))));
    assert_eq!(refused.count(), 3, "{outcomes:?}");
    assert_eq!(db.number("SELECT COUNT(*) FROM users").await, 1);
    assert_eq!(db.number("SELECT COUNT(*) FROM first_administrator_links").await, 0);
}

async fn servers_that_start_at_once_each_have_a_link(db: Database) {
    let mut tasks = Vec::new();
    for _ in 0..4 {
        let app = app(db.open().await);
        tasks.push(async move { make_first_administrator_link(&app).await });
    }
    let mut links = Vec::new();
    for outcome in at_once(tasks).await {
        links.push(outcome.expect("an answer").expect("a link"));
    }
    links.sort();
    links.dedup();
    assert_eq!(links.len(), 4);
    assert_eq!(db.number("SELECT COUNT(*) FROM first_administrator_links").await, 4);
    user(&db.open().await, "ann").await;
    let none = make_first_administrator_link(&app(db.open().await)).await.expect("an answer");
    assert_eq!(none, None);
}

async fn sessions_are_listed_renewed_and_ended_one_by_one(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    let ann = with_password(&storage, "ann").await;
    with_password(&storage, "bob").await;
    for _ in 0..3 {
        attempt(&app, "ann", PASSWORD, "192.0.2.7").await.expect("signed in");
    }
    attempt(&app, "bob", PASSWORD, "").await.expect("signed in");
    let hashes = db.texts("SELECT token_hash FROM sessions WHERE user_id = 1 ORDER BY id").await;
    let list = async || {
        let mut view = storage.read().await.expect("a view");
        view.sessions().list_of_user(ann, NOON, NOON.plus_millis(-1)).await.expect("a list")
    };
    let listed = list().await;
    assert_eq!(listed.len(), 3);
    assert!(listed.windows(2).all(|pair| pair[0].id > pair[1].id), "the last first: {listed:?}");
    assert_eq!((listed[0].remote_ip.as_str(), listed[0].created_at), ("192.0.2.7", NOON));
    let mut view = storage.read().await.expect("a view");
    let ended = view.sessions().list_of_user(ann, NOON.plus_days(2), NOON.plus_millis(-1)).await;
    assert_eq!(ended.expect("a list"), [], "past their end");
    assert_eq!(view.sessions().list_of_user(ann, NOON, NOON).await.expect("a list"), [], "idle");
    drop(view);

    let later = NOON.plus_millis(9);
    committed(&storage, async |uow| {
        assert!(uow.sessions().renew(&hashes[0], "new", later).await.expect("renewed"));
        assert!(!uow.sessions().renew(&hashes[0], "newer", later).await.expect("it is gone"));
    })
    .await;
    let mut view = storage.read().await.expect("a view");
    assert_eq!(view.sessions().find_by_token_hash(&hashes[0]).await.expect("a look-up"), None);
    let renewed = view.sessions().find_by_token_hash("new").await.expect("a look-up").expect("it is there");
    assert_eq!((renewed.id, renewed.authenticated_at, renewed.last_seen_at), (listed[2].id, later, later));
    drop(view);

    committed(&storage, async |uow| {
        let bob = uow.users().find_by_username("bob").await.expect("a look-up").expect("bob").id;
        assert!(!uow.sessions().delete_by_id(listed[0].id, bob).await.expect("not bob's"));
        assert!(uow.sessions().delete_by_id(listed[0].id, ann).await.expect("deleted"));
        assert_eq!(uow.sessions().delete_others(ann, listed[1].id).await.expect("deleted"), 1);
    })
    .await;
    assert_eq!(list().await.iter().map(|it| it.id).collect::<Vec<_>>(), [listed[1].id]);
    assert_eq!(db.number("SELECT COUNT(*) FROM sessions").await, 2, "bob's is still there");
}

async fn users_are_found_by_what_stands_in_their_names(db: Database) {
    let storage = db.open().await;
    for (username, name, is_admin) in
        [("ann_lee", "Ann Lee", true), ("bob", "Bob % Co", false), ("Cid", "The annals", false)]
    {
        let new = NewUser { name, is_admin, kind: UserKind::Human, ..new_user(username) };
        committed(&storage, async |uow| uow.users().add(&new).await.expect("a user")).await;
    }
    let mut view = storage.read().await.expect("a view");
    for (text, expected) in [
        ("", &["ann_lee", "bob", "Cid"][..]),
        ("ANN", &["ann_lee", "Cid"]),
        (" bob ", &["bob"]),
        ("%", &["bob"]),
        ("_", &["ann_lee"]),
        ("!", &[]),
        ("a\0b", &[]),
    ] {
        let found = view.users().search(text, 10, 0).await.expect("a search");
        assert_eq!(found.iter().map(|it| it.username.as_str()).collect::<Vec<_>>(), expected, "{text:?}");
    }
    let page = view.users().search("", 1, 1).await.expect("a search");
    assert_eq!(page[0].username, "bob");
    assert_eq!(view.users().count_administrators().await.expect("a count"), 1);
}
