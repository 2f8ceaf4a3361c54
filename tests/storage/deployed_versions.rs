//! The registry of deployed flow versions.

use crate::{
    support::{Database, at_once, committed},
    world::{app, caller, change, user},
};

use duo_console::{
    domain::{
        environment::Environment,
        flows::deployed::{Deployed, FlowDefinition, parse_version},
    },
    storage::{Registry, StorageError},
    usecases::{
        App, Caller, UseCaseError,
        flows::{
            list_flow_versions::list_flow_versions,
            set_flow_versions::{RegistryConflict, SetFlowVersions, set_flow_versions},
        },
    },
};

contract! {
    a_registry_that_nobody_keeps_is_not_an_empty_one,
    what_is_saved_takes_the_place_of_what_was_there_and_nowhere_else,
    a_stale_save_changes_nothing,
    a_change_and_its_audit_event_are_one,
    of_two_at_once_the_second_is_told_who_was_first,
}

const PRODUCTION: Environment = Environment::Production;

pub fn deployed(list: &[(&str, &str)]) -> Deployed {
    let mut deployed = Deployed::default();
    for (definition, version) in list {
        let definition = FlowDefinition::parse(definition).expect("a definition");
        deployed.add(definition, parse_version(version).expect("a version")).expect("it fits");
    }
    deployed
}

async fn find(db: &Database, environment: Environment) -> Registry {
    let storage = db.open().await;
    let mut view = storage.read().await.expect("a view");
    view.deployed_versions().find(environment).await.expect("a look-up")
}

/// An administrator.
async fn admin(app: &App, username: &str) -> Caller {
    let mut caller = caller(user(&app.storage, username).await, username);
    caller.actor.is_admin = true;
    caller
}

fn command(list: &[(&str, &str)], seen_version: i64) -> SetFlowVersions {
    SetFlowVersions { environment: PRODUCTION, deployed: deployed(list), seen_version }
}

async fn a_registry_that_nobody_keeps_is_not_an_empty_one(db: Database) {
    let storage = db.open().await;
    let nobody_s = find(&db, PRODUCTION).await;
    assert_eq!((nobody_s.known(), nobody_s.version), (None, 0));
    let nothing = Deployed::default();
    committed(&storage, async |uow| {
        uow.deployed_versions().save(PRODUCTION, &nothing, &change("ann"), 0).await.expect("saved");
    })
    .await;
    let empty = find(&db, PRODUCTION).await;
    assert_eq!((empty.known(), empty.version), (Some(&nothing), 1));
    assert_eq!(empty.changed, Some(change("ann")));
    assert_eq!(find(&db, Environment::StagingRef).await, Registry::default());
}

async fn what_is_saved_takes_the_place_of_what_was_there_and_nowhere_else(db: Database) {
    let storage = db.open().await;
    let first = deployed(&[("developer/v1", "2.0.0"), ("developer/v1", "2.0.0-orbit"), ("a_b/v1", "10.0.0")]);
    let second = deployed(&[("developer/v1", "2.1.0"), ("developer/v1", "2.0.0")]);
    for environment in Environment::ALL {
        committed(&storage, async |uow| {
            uow.deployed_versions().save(environment, &first, &change("ann"), 0).await.expect("saved")
        })
        .await;
    }
    committed(&storage, async |uow| {
        let version = uow.deployed_versions().save(PRODUCTION, &second, &change("bob"), 1).await;
        assert_eq!(version.expect("saved"), 2);
    })
    .await;
    for environment in Environment::ALL {
        let registry = find(&db, environment).await;
        let expected = if environment == PRODUCTION { &second } else { &first };
        assert_eq!(&registry.deployed, expected, "{environment}");
    }
    assert_eq!(find(&db, PRODUCTION).await.changed, Some(change("bob")));
}

async fn a_stale_save_changes_nothing(db: Database) {
    let storage = db.open().await;
    let first = deployed(&[("developer/v1", "2.0.0")]);
    committed(&storage, async |uow| {
        uow.deployed_versions().save(PRODUCTION, &first, &change("ann"), 0).await.expect("saved")
    })
    .await;
    for seen in [0, 2, -1] {
        let mut uow = storage.begin().await.expect("a unit of work");
        let stale =
            uow.deployed_versions().save(PRODUCTION, &Deployed::default(), &change("bob"), seen).await;
        assert!(matches!(stale, Err(StorageError::Stale)), "{seen}: {stale:?}");
        assert!(matches!(uow.commit().await, Err(StorageError::RolledBack)));
        let registry = find(&db, PRODUCTION).await;
        assert_eq!((registry.deployed, registry.version), (first.clone(), 1));
    }
}

async fn a_change_and_its_audit_event_are_one(db: Database) {
    let app = app(db.open().await);
    let ann = admin(&app, "ann").await;
    let events = async || {
        db.texts("SELECT kind || ' ' || target || ': ' || value_from || ' -> ' || value_to FROM audit_events ORDER BY id").await
    };
    let list = [("developer/v1", "2.0.0"), ("fix_pipeline/v1", "1.0.0")];
    set_flow_versions(&app, &ann, command(&list, 0)).await.expect("she may");
    // Setting the current value is no change, whatever the version.
    let same = set_flow_versions(&app, &ann, command(&list, 7)).await.expect("it is so");
    assert_eq!(same.version, 1);
    let list = [("developer/v1", "2.0.0"), ("developer/v1", "2.0.0-orbit"), ("fix_pipeline/v1", "1.0.0")];
    set_flow_versions(&app, &ann, command(&list, 1)).await.expect("she may");
    let both = [
        "flow_versions_updated production:  -> developer/v1 2.0.0, fix_pipeline/v1 1.0.0",
        "flow_versions_updated production: developer/v1 2.0.0 -> developer/v1 2.0.0-orbit 2.0.0",
    ];
    assert_eq!(events().await, both);

    let outdated = set_flow_versions(&app, &ann, command(&[], 1)).await;
    assert!(outdated.as_ref().is_err_and(|error| error.own::<RegistryConflict>().is_some()), "{outdated:?}");
    let nobody = caller(user(&app.storage, "bob").await, "bob");
    assert!(matches!(set_flow_versions(&app, &nobody, command(&[], 2)).await, Err(UseCaseError::Denied(_))));
    assert!(matches!(list_flow_versions(&app, &nobody).await, Err(UseCaseError::Denied(_))));
    assert_eq!(events().await, both);
    assert_eq!(find(&db, PRODUCTION).await.deployed, deployed(&list));
}

async fn of_two_at_once_the_second_is_told_who_was_first(db: Database) {
    let (here, there) = (app(db.open().await), app(db.open().await));
    let ann = admin(&here, "ann").await;
    let mut tasks = Vec::new();
    for (app, version) in [(here, "1.0.0"), (there, "2.0.0")] {
        let ann = ann.clone();
        tasks.push(
            async move { set_flow_versions(&app, &ann, command(&[("developer/v1", version)], 0)).await },
        );
    }
    let outcomes = at_once(tasks).await;
    let registry = find(&db, PRODUCTION).await;
    assert_eq!(registry.version, 1);
    for outcome in outcomes {
        match outcome {
            Ok(saved) => assert_eq!(saved, registry),
            Err(error) => {
                let RegistryConflict(current) = error.own().expect("a conflict");
                assert_eq!(**current, registry);
            }
        }
    }
    assert_eq!(db.number("SELECT COUNT(*) FROM audit_events").await, 1);
}
