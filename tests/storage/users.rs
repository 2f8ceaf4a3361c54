//! Users, and what is deleted with one.

use crate::{
    support::{Database, at_once, committed},
    world::{NOON, app, group, member, new_user, origin, owner, save_gates, switch, user},
};

use duo_console::{
    domain::{
        environment::Environment,
        flags::{FlagActor, Gates},
        ids::UserId,
        role::Role,
        token::Scope,
        user::{User, UserKind, UserState},
    },
    storage::{NewSession, NewToken, NewUser, StorageError},
    usecases::{UseCaseError, What, accounts::delete_user::delete_user},
};

contract! {
    a_user_reads_back_as_written,
    a_user_name_is_found_whatever_its_case_and_taken_once,
    users_are_listed_by_name_whatever_its_case,
    any_unicode_and_very_long_text_is_kept,
    a_name_that_no_text_can_hold_is_nobodys,
    a_deleted_user_takes_their_own_and_leaves_the_history,
    the_number_of_a_deleted_user_is_never_given_again,
    deleting_a_user_twice_at_once_is_one_event,
}

async fn a_user_reads_back_as_written(db: Database) {
    let storage = db.open().await;
    let bot = NewUser {
        username: "Review.Bot",
        name: "Review Bot",
        kind: UserKind::Bot,
        is_admin: true,
        password_hash: Some("hash"),
        created_at: NOON,
    };
    let id = committed(&storage, async |uow| uow.users().add(&bot).await.expect("a user")).await;
    let plain = user(&storage, "ann").await;
    let mut view = storage.read().await.expect("a view");
    let expected = User {
        id,
        username: String::from("Review.Bot"),
        name: String::from("Review Bot"),
        kind: UserKind::Bot,
        is_admin: true,
        state: UserState::Active,
    };
    assert_eq!(view.users().lookup(id).await.expect("a look-up"), Some(expected));
    assert_eq!(view.users().password_hash(id).await.expect("a look-up").as_deref(), Some("hash"));
    assert_eq!(view.users().password_hash(plain).await.expect("a look-up"), None);
    assert_eq!(view.users().password_hash(UserId(404)).await.expect("a look-up"), None);
    assert_eq!(view.users().lookup(UserId(404)).await.expect("a look-up"), None);
    assert_eq!(view.users().find_by_username("nobody").await.expect("a look-up"), None);
    assert_eq!(view.users().count().await.expect("a count"), 2);
    drop(view);

    committed(&storage, async |uow| uow.users().set_password_hash(plain, "new").await.expect("saved")).await;
    let mut view = storage.read().await.expect("a view");
    assert_eq!(view.users().password_hash(plain).await.expect("a look-up").as_deref(), Some("new"));
    assert_eq!(view.users().password_hash(id).await.expect("a look-up").as_deref(), Some("hash"));
}

async fn a_user_name_is_found_whatever_its_case_and_taken_once(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "Ann.Lee").await;
    let mut uow = storage.begin().await.expect("a unit of work");
    for name in ["Ann.Lee", "ann.lee", "ANN.LEE"] {
        let found = uow.users().find_by_username(name).await.expect("a look-up");
        assert_eq!(found.map(|it| (it.id, it.username)), Some((ann, String::from("Ann.Lee"))));
    }
    let taken = uow.users().add(&new_user("ANN.lee")).await;
    assert!(matches!(taken, Err(StorageError::Duplicate { .. })), "{taken:?}");
}

async fn users_are_listed_by_name_whatever_its_case(db: Database) {
    let storage = db.open().await;
    for name in ["b-2", "Zoe", "ann", "b_1", "Bob", "b.3"] {
        user(&storage, name).await;
    }
    let users = storage.read().await.expect("a view").users().list().await.expect("a list");
    let names: Vec<_> = users.iter().map(|it| it.user.username.as_str()).collect();
    assert_eq!(names, ["ann", "b-2", "b.3", "b_1", "Bob", "Zoe"]);
}

async fn any_unicode_and_very_long_text_is_kept(db: Database) {
    let storage = db.open().await;
    let long =
        "Zoë \u{1F9D1}\u{200D}\u{1F680} e\u{301} \u{202E}א '; DROP TABLE users; -- $1 %s \\".repeat(5_000);
    let new = NewUser { name: &long, ..new_user("zoe") };
    let id = committed(&storage, async |uow| uow.users().add(&new).await.expect("a user")).await;
    let found = storage.read().await.expect("a view").users().lookup(id).await.expect("a look-up");
    assert!(found.is_some_and(|user| user.name == long));
}

/// PostgreSQL has no text with a zero in it: asking for one must not be an error.
async fn a_name_that_no_text_can_hold_is_nobodys(db: Database) {
    let storage = db.open().await;
    user(&storage, "ann").await;
    let mut view = storage.read().await.expect("a view");
    for name in ["ann\0", "\0", "", "ann\u{FFFD}", &"x".repeat(1_000_000)] {
        assert_eq!(view.users().find_by_username(name).await.expect("a look-up"), None);
    }
    assert!(view.users().find_by_username("ann").await.expect("a look-up").is_some());
}

async fn a_deleted_user_takes_their_own_and_leaves_the_history(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    let acme = group(&storage, "acme").await;
    let ann = owner(&storage, &acme, "ann").await;
    let bob = user(&storage, "bob").await;
    member(&storage, acme.id, bob, Role::Developer).await;
    committed(&storage, async |uow| {
        for (user, hash) in [(ann.actor.id, "a"), (bob, "b")] {
            let expires_at = NOON.plus_days(1);
            let session = NewSession {
                token_hash: hash,
                user,
                created_at: NOON,
                authenticated_at: NOON,
                expires_at,
                remote_ip: "",
                user_agent: "",
            };
            uow.sessions().add(&session).await.expect("a session");
            let scopes = &[Scope::ReadSettings];
            let token = NewToken { user, name: "ci", token_hash: hash, scopes, created_at: NOON, expires_at };
            uow.tokens().add(&token).await.expect("a token");
            uow.seats()
                .give(acme.id, user, duo_console::domain::people::grants::Source::Hand, NOON)
                .await
                .expect("a seat");
        }
    })
    .await;
    switch(&app, &ann, &acme, true, 0).await.expect("she may");

    delete_user(&app, &origin(), "Ann").await.expect("she is deleted");

    for table in [
        "users",
        "user_preferences",
        "sessions",
        "personal_access_tokens",
        "memberships",
        "duo_enterprise_seats",
    ] {
        assert_eq!(db.number(&format!("SELECT COUNT(*) FROM {table}")).await, 1, "{table}: bob's alone");
    }
    assert_eq!(db.texts("SELECT username FROM consent_ledger").await, ["ann"]);
    assert_eq!(db.number("SELECT COUNT(*) FROM namespace_consents").await, 1, "the consent still stands");
    let kinds = db.texts("SELECT kind FROM audit_events WHERE actor_username = 'ann' ORDER BY id").await;
    assert_eq!(kinds, ["foundational_flow_enabled", "namespace_consent_given"]);
    assert_eq!(db.texts("SELECT target FROM audit_events WHERE kind = 'user_deleted'").await, ["ann"]);
    let again = delete_user(&app, &origin(), "ann").await;
    assert!(matches!(again, Err(UseCaseError::NotFound(What::User))), "{again:?}");
}

/// The ledger, the log and the feature flags keep the number: it must not come to mean somebody else.
async fn the_number_of_a_deleted_user_is_never_given_again(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "ann").await;
    let gates = Gates { boolean: Some(false), actors: vec![FlagActor::User(ann)], ..Gates::default() };
    committed(&storage, async |uow| {
        save_gates(uow, Environment::Production, "orbit_user_preference", &gates, 0).await.expect("saved");
        uow.users().delete(ann).await.expect("deleted");
    })
    .await;
    let bob = user(&storage, "bob").await;
    assert_ne!(bob, ann);

    let acme = group(&storage, "acme").await;
    db.execute("DELETE FROM namespaces").await.expect("the group is gone");
    assert_ne!(group(&storage, "globex").await.id, acme.id);
}

async fn deleting_a_user_twice_at_once_is_one_event(db: Database) {
    let storage = db.open().await;
    for round in 0..10 {
        let name = format!("user-{round}");
        user(&storage, &name).await;
        let mut tasks = Vec::new();
        for _ in 0..2 {
            let (app, name) = (app(db.open().await), name.clone());
            tasks.push(async move { delete_user(&app, &origin(), &name).await });
        }
        for outcome in at_once(tasks).await {
            assert!(matches!(outcome, Ok(()) | Err(UseCaseError::NotFound(What::User))), "{outcome:?}");
        }
        let events =
            format!("SELECT COUNT(*) FROM audit_events WHERE kind = 'user_deleted' AND target = '{name}'");
        assert_eq!(db.number(&events).await, 1);
    }
}
