//! Concurrent writes through separate servers' handles: nothing is lost, nothing is done twice, and the loser
//! of a race gets a conflict and not a database error.

use crate::{
    support::{Database, at_once, committed},
    world::{NOON, app, app_at, caller, group, origin, owner, save_gates, selection, switch, user},
};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

use duo_console::{
    domain::{
        environment::Environment,
        flags::{FlagActor, Gates, ORBIT_USER_PREFERENCE, Targets},
        flows::{consent::Transition, orbit::OrbitSetting},
        ids::UserId,
        namespace::Namespace,
        user::UserKind,
    },
    storage::{NewSession, StorageError},
    usecases::{
        App, FlagEditor, FlagError, UseCaseError, Where,
        accounts::{
            authenticate::by_session,
            create_user::{CreateUser, create_user},
            user_error::UserError,
        },
        create_demo_data::{DemoData, create_demo_data},
        flags::set_feature::{SetFeature, set_feature},
        flows::{set_flow::SetFlowError, set_orbit::set_orbit},
    },
};

contract! {
    two_owners_who_confirm_at_once_make_one_consent,
    owners_who_turn_it_on_and_off_at_random_leave_a_true_history,
    six_orbit_settings_saved_at_once_are_all_kept,
    twenty_actors_added_to_a_flag_at_once_are_kept_or_refused,
    thirty_users_opened_for_a_flag_at_once_all_get_in,
    the_gates_of_a_flag_are_read_as_of_one_moment,
    production_and_staging_set_at_once_keep_their_order,
    two_servers_that_start_at_once_make_the_demo_data_once,
    a_user_name_asked_for_twice_at_once_is_given_once,
    many_requests_of_one_session_at_once_all_get_in,
}

/// The selection, the consent, the ledger and the log of Code Review in a group that was off at first
/// tell the same story.
pub async fn assert_consistent(db: &Database, group: &Namespace) {
    let id = group.id;
    let ledger = async |action: &str| {
        db.number(&format!(
            "SELECT COUNT(*) FROM consent_ledger WHERE namespace_id = {id} AND action = '{action}'"
        ))
        .await
    };
    let events = async |kind: &str| {
        db.number(&format!("SELECT COUNT(*) FROM audit_events WHERE namespace_id = {id} AND kind = '{kind}'"))
            .await
    };
    let (given, withdrawn) = (ledger("given").await, ledger("withdrawn").await);
    let current =
        db.number(&format!("SELECT COUNT(*) FROM namespace_consents WHERE namespace_id = {id}")).await;
    assert!(matches!(current, 0 | 1), "{current} consents");
    assert_eq!(given - withdrawn, current, "{given} given, {withdrawn} withdrawn");
    let on = db
        .number(&format!("SELECT COUNT(*) FROM flow_selections WHERE namespace_id = {id} AND enabled = TRUE"))
        .await;
    assert_eq!(on, current, "on with its consent, or off without one");
    assert_eq!(events("namespace_consent_given").await, given);
    assert_eq!(events("namespace_consent_withdrawn").await, withdrawn);
    assert_eq!(events("foundational_flow_enabled").await, given);
    assert_eq!(events("foundational_flow_disabled").await, withdrawn);
    let version = db
        .number(&format!("SELECT COALESCE(MAX(version), 0) FROM flow_selections WHERE namespace_id = {id}"))
        .await;
    assert_eq!(version, given + withdrawn, "one version for each change");
    let latest = db
        .number(&format!("SELECT COUNT(*) FROM namespace_consents WHERE namespace_id = {id} AND ledger_id <> (SELECT MAX(id) FROM consent_ledger WHERE namespace_id = {id} AND action = 'given')"))
        .await;
    assert_eq!(latest, 0, "what stands is the latest that was given");
}

async fn apps(db: &Database, count: usize) -> Vec<App> {
    let mut apps = Vec::with_capacity(count);
    for _ in 0..count {
        apps.push(app(db.open().await));
    }
    apps
}

async fn two_owners_who_confirm_at_once_make_one_consent(db: Database) {
    let storage = db.open().await;
    let apps = apps(&db, 2).await;
    for round in 0..30 {
        let group = group(&storage, &format!("group-{round}")).await;
        let mut tasks = Vec::new();
        for (who, app) in ["ann", "bob"].into_iter().zip(&apps) {
            let caller = owner(&storage, &group, &format!("{who}-{round}")).await;
            let (app, group) = (app.clone(), group.clone());
            tasks.push(async move { switch(&app, &caller, &group, true, 0).await });
        }
        let mut confirmed = 0;
        for outcome in at_once(tasks).await {
            match outcome {
                Ok(set) if set.transition == Transition::TurnedOnWithConsent => confirmed += 1,
                Ok(set) => {
                    assert_eq!(set.transition, Transition::Unchanged);
                    assert!(set.now.selection.state.consent().is_some(), "told of the other's consent");
                }
                Err(SetFlowError::Conflict(now)) => {
                    assert!(now.selection.state.consent().is_some(), "told of the other's consent");
                    assert_eq!(now.selection.version, 1);
                }
                Err(error) => panic!("{error:?}"),
            }
        }
        assert_eq!(confirmed, 1);
        assert_consistent(&db, &group).await;
        let ledger = storage.read().await.expect("a view").consents().list(group.id, 10).await;
        assert_eq!(ledger.expect("a list").len(), 1);
    }
}

async fn owners_who_turn_it_on_and_off_at_random_leave_a_true_history(db: Database) {
    const TASKS: u64 = 16;
    const EACH: u64 = 10;
    let storage = db.open().await;
    let acme = group(&storage, "acme").await;
    let mut tasks = Vec::new();
    for (nth, app) in (0..TASKS).zip(apps(&db, 16).await) {
        let ann = owner(&storage, &acme, &format!("owner-{nth}")).await;
        let acme = acme.clone();
        tasks.push(async move {
            let mut done = 0;
            let mut dice = nth.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
            for _ in 0..EACH {
                // xorshift: different for each task, the same in each run.
                dice ^= dice << 13;
                dice ^= dice >> 7;
                dice ^= dice << 17;
                let seen = selection(&app.storage, acme.id).await.version;
                match switch(&app, &ann, &acme, dice.is_multiple_of(2), seen).await {
                    Ok(set) => done += i64::from(set.transition != Transition::Unchanged),
                    Err(SetFlowError::Conflict(now)) => assert_ne!(now.selection.version, seen),
                    Err(error) => panic!("{error:?}"),
                }
            }
            done
        });
    }
    let done: i64 = at_once(tasks).await.into_iter().sum();
    assert_consistent(&db, &acme).await;
    assert_eq!(selection(&storage, acme.id).await.version, done);
    assert!(done > 0);
}

async fn six_orbit_settings_saved_at_once_are_all_kept(db: Database) {
    let storage = db.open().await;
    let apps = apps(&db, 6).await;
    let everybody = SetFeature::everyone(ORBIT_USER_PREFERENCE, true);
    set_feature(&apps[0], &FlagEditor::operator(origin()), &everybody).await.expect("set");
    for round in 0..10 {
        let name = format!("user-{round}");
        let ann = user(&storage, &name).await;
        let settings = std::iter::once(OrbitSetting::Master).chain(OrbitSetting::UNDER_MASTER);
        let tasks = settings.clone().zip(&apps).map(|(setting, app)| {
            let (app, caller) = (app.clone(), caller(ann, &name));
            async move { set_orbit(&app, &caller, setting, round % 2 == 0).await }
        });
        for outcome in at_once(tasks).await {
            outcome.expect("each is saved");
        }
        let stored = storage.read().await.expect("a view").preferences().orbit(ann).await;
        let stored = stored.expect("a look-up").expect("she is there");
        for setting in settings {
            assert_eq!(stored.settings.get(setting), Some(round % 2 == 0), "{setting:?}");
        }
        assert_eq!(stored.version, 6);
    }
}

async fn twenty_actors_added_to_a_flag_at_once_are_kept_or_refused(db: Database) {
    let storage = db.open().await;
    let mut names = Vec::new();
    for nth in 0..20 {
        let name = format!("user-{nth}");
        names.push((user(&storage, &name).await, name));
    }
    let apps = apps(&db, 5).await;
    let tasks: Vec<_> = names
        .into_iter()
        .zip(apps.iter().cycle().cloned())
        .map(|((id, name), app)| async move {
            let targets = Targets { users: vec![name], ..Targets::default() };
            let command = SetFeature { targets, ..SetFeature::everyone(ORBIT_USER_PREFERENCE, true) };
            (id, set_feature(&app, &FlagEditor::operator(origin()), &command).await)
        })
        .collect();
    let mut kept = BTreeSet::new();
    for (id, outcome) in at_once(tasks).await {
        match outcome {
            Ok(_) => {
                kept.insert(FlagActor::User(id));
            }
            Err(UseCaseError::Invalid { field: "name", message }) => assert!(message.contains("same moment")),
            Err(error) => panic!("{error:?}"),
        }
    }
    let stored = storage
        .read()
        .await
        .expect("a view")
        .features()
        .find(Environment::Production, ORBIT_USER_PREFERENCE)
        .await;
    let stored = stored.expect("a look-up");
    assert!(!kept.is_empty());
    assert_eq!(stored.gates.actors, kept.iter().copied().collect::<Vec<_>>());
    let saves = i64::try_from(kept.len()).expect("a few");
    assert_eq!(stored.version, saves);
    assert_eq!(db.number("SELECT COUNT(*) FROM audit_events").await, saves);
}

/// Else "off for everyone" could be read together with the actors of the moment before.
/// Fifteen servers, two requests each: losing a race is no reason to refuse what says what is to be.
async fn thirty_users_opened_for_a_flag_at_once_all_get_in(db: Database) {
    let storage = db.open().await;
    let apps = apps(&db, 15).await;
    for round in 0..3 {
        let mut tasks = Vec::new();
        for (nth, app) in (0..30).zip(apps.iter().cycle().cloned()) {
            let name = format!("user-{round}-{nth}");
            user(&storage, &name).await;
            let command = SetFeature {
                targets: Targets { users: vec![name], ..Targets::default() },
                ..SetFeature::everyone(ORBIT_USER_PREFERENCE, true)
            };
            tasks.push(async move { set_feature(&app, &FlagEditor::operator(origin()), &command).await });
        }
        for outcome in at_once(tasks).await {
            assert!(outcome.expect("it is set").changed());
        }
        let actors = db.number("SELECT COUNT(*) FROM flag_gate_targets").await;
        assert_eq!(actors, 30 * (round + 1), "all of them are in");
    }
}

async fn the_gates_of_a_flag_are_read_as_of_one_moment(db: Database) {
    const FLAG: &str = ORBIT_USER_PREFERENCE;
    const HERE: Environment = Environment::Production;
    let (reader, writer) = (db.open().await, db.open().await);
    let for_one =
        Gates { boolean: Some(false), actors: vec![FlagActor::User(UserId(1))], ..Gates::default() };
    let for_all = Gates { boolean: Some(true), ..Gates::default() };
    committed(&writer, async |uow| save_gates(uow, HERE, FLAG, &for_one, 0).await.expect("saved")).await;
    let written = {
        let (for_one, for_all) = (for_one.clone(), for_all.clone());
        tokio::spawn(async move {
            for seen in 1..=150 {
                let gates = if seen % 2 == 0 { &for_one } else { &for_all };
                committed(&writer, async |uow| {
                    save_gates(uow, HERE, FLAG, gates, seen).await.expect("saved");
                })
                .await;
            }
        })
    };
    loop {
        let finished = written.is_finished();
        let mut uow = reader.begin().await.expect("a unit of work");
        let stored = uow.features().find(HERE, FLAG).await.expect("a look-up");
        let expected = if stored.version % 2 == 0 { &for_all } else { &for_one };
        assert_eq!(&stored.gates, expected, "version {}", stored.version);
        if finished {
            break;
        }
    }
    written.await.expect("all was written");
}

/// One opens production because staging is open, the other closes staging because production is not.
async fn production_and_staging_set_at_once_keep_their_order(db: Database) {
    let apps = apps(&db, 2).await;
    for round in 0..20 {
        let name = format!("flag_{round}");
        let set = |on, environment| SetFeature {
            environments: Where::Named(vec![environment]),
            undefined_too: true,
            ..SetFeature::everyone(&name, on)
        };
        let editor = || FlagEditor::operator(origin());
        set_feature(&apps[0], &editor(), &set(true, Environment::Staging)).await.expect("set");
        let commands = [set(true, Environment::Production), set(false, Environment::Staging)];
        let tasks = commands.into_iter().zip(apps.clone()).map(|(command, app)| {
            let editor = editor();
            async move { set_feature(&app, &editor, &command).await }
        });
        let done = at_once(tasks).await;
        assert_eq!(done.iter().filter(|it| it.is_ok()).count(), 1, "{done:?}");
        let refused = done.into_iter().find_map(Result::err).expect("one is refused");
        assert!(matches!(refused.own(), Some(FlagError::AheadOfStaging)), "{refused:?}");
    }
}

async fn two_servers_that_start_at_once_make_the_demo_data_once(db: Database) {
    let tasks = apps(&db, 2)
        .await
        .into_iter()
        .map(|app| async move { create_demo_data(&app, &origin(), DemoData::Small).await });
    let mut made: Vec<bool> = at_once(tasks).await.into_iter().map(|it| it.expect("an answer")).collect();
    made.sort_unstable();
    assert_eq!(made, [false, true]);
    assert_eq!(db.number("SELECT COUNT(*) FROM users").await, 6);
    // That it was made, and everything in it.
    let mut rows = 1;
    for table in ["users", "namespaces", "memberships", "duo_enterprise_seats", "flow_selections"] {
        rows += db.number(&format!("SELECT COUNT(*) FROM {table}")).await;
    }
    assert_eq!(db.number("SELECT COUNT(*) FROM audit_events").await, rows);
    let transitional = db.texts("SELECT n.full_path FROM flow_selections f JOIN namespaces n ON n.id = f.namespace_id WHERE f.flow = 'code_review/v1' AND f.enabled = TRUE").await;
    assert_eq!(transitional, ["globex"]);
}

async fn a_user_name_asked_for_twice_at_once_is_given_once(db: Database) {
    let apps = apps(&db, 4).await;
    for round in 0..10 {
        let tasks = apps.clone().into_iter().map(|app| async move {
            let username = format!("user-{round}");
            let new = CreateUser {
                username: &username,
                name: "Somebody",
                kind: UserKind::Bot,
                is_admin: false,
                password: None,
                email: None,
            };
            create_user(&app, &origin(), &new).await
        });
        let mut given = 0;
        for outcome in at_once(tasks).await {
            match outcome {
                Ok(_) => given += 1,
                Err(error) if error.own() == Some(&UserError::UsernameTaken) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        assert_eq!(given, 1);
    }
    assert_eq!(db.number("SELECT COUNT(*) FROM audit_events").await, 10);
}

async fn many_requests_of_one_session_at_once_all_get_in(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "ann").await;
    let token_hash = format!("{:x}", Sha256::digest("token"));
    let session = NewSession {
        token_hash: &token_hash,
        user: ann,
        created_at: NOON,
        authenticated_at: NOON,
        expires_at: NOON.plus_days(1),
        remote_ip: "",
        user_agent: "",
    };
    let added: Result<(), StorageError> =
        committed(&storage, async |uow| uow.sessions().add(&session).await).await;
    added.expect("a session");
    let mut tasks = Vec::new();
    for nth in 0..12 {
        // Each finds that its use should be written down.
        let app = app_at(db.open().await, NOON.plus_millis(120_000 * (nth + 1)));
        tasks.push(async move { by_session(&app, "token").await });
    }
    for outcome in at_once(tasks).await {
        assert!(outcome.expect("an answer").is_some());
    }
}
