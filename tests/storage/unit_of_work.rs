//! A unit of work is atomic, and a failed one does not affect the next.

use crate::{
    support::Database,
    world::{app, change, code_review, group, new_user, origin, owner, selection, switch, user},
};

use duo_console::{
    domain::flows::consent::{Consent, FlowState},
    storage::{Storage, StorageError},
    usecases::accounts::{
        create_user::{CreateUser, create_user},
        user_error::UserError,
    },
};

contract! {
    what_was_not_committed_never_was,
    a_crash_between_the_selection_and_the_consent_leaves_neither,
    others_do_not_see_what_is_not_committed_yet,
    a_view_stays_as_of_one_moment,
    after_an_error_nothing_of_it_can_be_committed,
    many_dropped_units_of_work_leave_the_pool_whole,
    a_failed_use_case_leaves_nothing_and_the_next_one_works,
}

async fn what_was_not_committed_never_was(db: Database) {
    let storage = db.open().await;
    let mut uow = storage.begin().await.expect("a unit of work");
    uow.users().add(&new_user("ann")).await.expect("a user");
    assert_eq!(uow.users().count().await.expect("a count"), 1, "it sees itself");
    drop(uow);
    let mut view = storage.read().await.expect("a view");
    assert_eq!(view.users().count().await.expect("a count"), 0);
    drop(view);
    user(&storage, "ann").await;
}

async fn a_crash_between_the_selection_and_the_consent_leaves_neither(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "acme").await;
    let ann = owner(&storage, &acme, "ann").await;
    let mut uow = storage.begin().await.expect("a unit of work");
    uow.flow_selections().save(acme.id, code_review(), true, &change("ann"), 0).await.expect("saved");
    let here = uow.flow_selections().find(acme.id, code_review()).await.expect("a look-up");
    assert_eq!(here.state, FlowState::On(Consent::Missing));
    drop(uow);
    let now = selection(&storage, acme.id).await;
    assert_eq!((now.state, now.version, now.changed), (FlowState::Off, 0, None));
    for table in ["flow_selections", "consent_ledger", "namespace_consents", "audit_events"] {
        assert_eq!(db.number(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
    }
    switch(&app(storage), &ann, &acme, true, 0).await.expect("it can be done again");
}

async fn others_do_not_see_what_is_not_committed_yet(db: Database) {
    let (one, other) = (db.open().await, db.open().await);
    let mut uow = one.begin().await.expect("a unit of work");
    uow.users().add(&new_user("ann")).await.expect("a user");
    for storage in [&one, &other] {
        let count = storage.read().await.expect("a view").users().count().await.expect("a count");
        assert_eq!(count, 0);
    }
    uow.commit().await.expect("it commits");
    for storage in [&one, &other] {
        let count = storage.read().await.expect("a view").users().count().await.expect("a count");
        assert_eq!(count, 1);
    }
}

async fn a_view_stays_as_of_one_moment(db: Database) {
    let storage = db.open().await;
    let mut view = storage.read().await.expect("a view");
    assert_eq!(view.users().count().await.expect("a count"), 0);
    user(&storage, "ann").await;
    assert_eq!(view.users().count().await.expect("a count"), 0);
    assert_eq!(view.users().list().await.expect("a list"), []);
    drop(view);
    assert_eq!(storage.read().await.expect("a view").users().count().await.expect("a count"), 1);
}

/// PostgreSQL answers COMMIT after an error by rolling back and calls it a success; SQLite keeps what
/// came before the error. Neither may pass for a commit.
async fn after_an_error_nothing_of_it_can_be_committed(db: Database) {
    let storage = db.open().await;
    user(&storage, "ann").await;
    let mut uow = storage.begin().await.expect("a unit of work");
    uow.users().add(&new_user("bob")).await.expect("a user");
    let taken = uow.users().add(&new_user("ann")).await;
    assert!(matches!(taken, Err(StorageError::Duplicate { .. })), "{taken:?}");
    let refused = uow.commit().await;
    assert!(matches!(refused, Err(StorageError::RolledBack)), "{refused:?}");
    assert_eq!(db.texts("SELECT username FROM users").await, ["ann"]);
    user(&storage, "bob").await;
}

async fn many_dropped_units_of_work_leave_the_pool_whole(db: Database) {
    let storage = Storage::open(&db.url, 2).await.expect("the database opens");
    user(&storage, "ann").await;
    for n in 0..40 {
        let mut uow = storage.begin().await.expect("a unit of work");
        uow.users().add(&new_user("bob")).await.expect("nobody else is bob");
        if n % 2 == 0 {
            uow.users().add(&new_user("ann")).await.expect_err("ann is there");
        }
        drop(uow);
        let mut view = storage.read().await.expect("a view");
        assert_eq!(view.users().count().await.expect("a count"), 1);
    }
    user(&storage, "bob").await;
}

async fn a_failed_use_case_leaves_nothing_and_the_next_one_works(db: Database) {
    let app = app(Storage::open(&db.url, 1).await.expect("the database opens"));
    let new = |username| CreateUser {
        username,
        name: "Somebody",
        kind: duo_console::domain::user::UserKind::Bot,
        is_admin: false,
        password: None,
        email: None,
    };
    create_user(&app, &origin(), &new("ann")).await.expect("a user");
    for _ in 0..5 {
        let taken = create_user(&app, &origin(), &new("Ann")).await;
        let taken = taken.expect_err("it is taken");
        assert_eq!(taken.own(), Some(&UserError::UsernameTaken), "{taken:?}");
    }
    create_user(&app, &origin(), &new("bob")).await.expect("a user");
    assert_eq!(db.number("SELECT COUNT(*) FROM audit_events").await, 2);
}
