//! Feature flags.

use duo_console::{
    domain::{
        feature::{FlagActor, Gates, ORBIT_USER_PREFERENCE},
        ids::{NamespaceId, UserId},
    },
    storage::{StorageError, StoredFlag},
    usecases::{
        UseCaseError,
        set_feature::{SetFeature, delete_feature, set_feature},
    },
};

use crate::{
    support::{Database, committed},
    world::{app, origin},
};

contract! {
    a_flag_that_nobody_set_has_no_gates,
    every_kind_of_gate_reads_back,
    a_stale_save_changes_nothing,
    a_save_over_a_flag_deleted_since_is_stale,
    a_save_over_a_flag_deleted_and_set_since_is_stale,
    a_stale_delete_changes_nothing,
    deleting_forgets_the_gates_of_this_flag_alone,
}

const FLAG: &str = ORBIT_USER_PREFERENCE;

fn gates(boolean: Option<bool>, actors: &[FlagActor]) -> Gates {
    Gates { boolean, actors: actors.to_vec() }
}

const ANN: FlagActor = FlagActor::User(UserId(1));
const BOB: FlagActor = FlagActor::User(UserId(2));

async fn find(db: &Database, name: &str) -> StoredFlag {
    let storage = db.open().await;
    let mut view = storage.read().await.expect("a view");
    view.features().find(name).await.expect("a look-up")
}

async fn a_flag_that_nobody_set_has_no_gates(db: Database) {
    assert_eq!(find(&db, FLAG).await, StoredFlag::default());
}

async fn every_kind_of_gate_reads_back(db: Database) {
    let storage = db.open().await;
    let group = FlagActor::Group(NamespaceId(10));
    let all = [
        gates(Some(true), &[]),
        gates(None, &[ANN, FlagActor::User(UserId(9)), FlagActor::User(UserId(10)), group]),
        gates(Some(false), &[group]),
        gates(Some(false), &[]),
        gates(None, &[]),
    ];
    for (seen, gates) in (0..).zip(all) {
        committed(&storage, async |uow| uow.features().save(FLAG, &gates, seen).await.expect("saved")).await;
        assert_eq!(find(&db, FLAG).await, StoredFlag { gates, version: seen + 1 });
    }
}

async fn a_stale_save_changes_nothing(db: Database) {
    let storage = db.open().await;
    let first = gates(Some(false), &[ANN]);
    committed(&storage, async |uow| uow.features().save(FLAG, &first, 0).await.expect("saved")).await;
    for seen in [0, 2, -1] {
        let mut uow = storage.begin().await.expect("a unit of work");
        let stale = uow.features().save(FLAG, &gates(Some(true), &[BOB]), seen).await;
        assert!(matches!(stale, Err(StorageError::Stale)), "{seen}: {stale:?}");
        let refused = uow.commit().await;
        assert!(matches!(refused, Err(StorageError::RolledBack)), "{refused:?}");
        assert_eq!(find(&db, FLAG).await, StoredFlag { gates: first.clone(), version: 1 });
    }
}

async fn a_save_over_a_flag_deleted_since_is_stale(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    committed(&storage, async |uow| uow.features().save(FLAG, &gates(None, &[ANN]), 0).await.expect("saved"))
        .await;
    assert!(delete_feature(&app, &origin(), FLAG).await.expect("it was set"));
    let mut uow = storage.begin().await.expect("a unit of work");
    let stale = uow.features().save(FLAG, &gates(None, &[ANN, BOB]), 1).await;
    assert!(matches!(stale, Err(StorageError::Stale)), "{stale:?}");
    drop(uow);
    assert_eq!(find(&db, FLAG).await.gates, Gates::default());
}

/// A version number that comes again would let a save over what it never saw.
async fn a_save_over_a_flag_deleted_and_set_since_is_stale(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    let set = |on| SetFeature { name: FLAG.to_owned(), on, ..SetFeature::default() };
    set_feature(&app, &origin(), &set(true)).await.expect("set");
    let seen = find(&db, FLAG).await.version;
    delete_feature(&app, &origin(), FLAG).await.expect("deleted");
    set_feature(&app, &origin(), &set(false)).await.expect("set");
    let mut uow = storage.begin().await.expect("a unit of work");
    let stale = uow.features().save(FLAG, &gates(None, &[ANN]), seen).await;
    assert!(matches!(stale, Err(StorageError::Stale)), "{stale:?}");
    drop(uow);
    assert_eq!(find(&db, FLAG).await.gates, gates(Some(false), &[]));
}

async fn a_stale_delete_changes_nothing(db: Database) {
    let storage = db.open().await;
    let first = gates(None, &[ANN]);
    committed(&storage, async |uow| uow.features().save(FLAG, &first, 0).await.expect("saved")).await;
    for seen in [0, 2] {
        let mut uow = storage.begin().await.expect("a unit of work");
        let stale = uow.features().delete(FLAG, seen).await;
        assert!(matches!(stale, Err(StorageError::Stale)), "{seen}: {stale:?}");
        drop(uow);
        assert_eq!(find(&db, FLAG).await.gates, first);
    }
}

async fn deleting_forgets_the_gates_of_this_flag_alone(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    committed(&storage, async |uow| {
        uow.features().save(FLAG, &gates(None, &[ANN]), 0).await.expect("saved");
        uow.features().save("another", &gates(Some(true), &[BOB]), 0).await.expect("saved");
    })
    .await;
    assert!(delete_feature(&app, &origin(), FLAG).await.expect("it was set"));
    assert!(!delete_feature(&app, &origin(), FLAG).await.expect("it is no longer"));
    assert_eq!(find(&db, FLAG).await.gates, Gates::default());
    assert_eq!(find(&db, "another").await.gates, gates(Some(true), &[BOB]));
    assert_eq!(
        db.texts("SELECT kind || ' ' || value_from FROM audit_events").await,
        ["feature_flag_deleted User:1"]
    );
    let unknown = delete_feature(&app, &origin(), "another").await;
    assert!(matches!(unknown, Err(UseCaseError::Invalid { field: "name", .. })), "{unknown:?}");
}
