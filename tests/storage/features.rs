//! Feature flags.

use crate::{
    support::{Database, at_once, committed},
    world::{app, group, origin, own, save_gates, user},
};

use duo_console::{
    domain::{
        environment::Environment,
        flags::{
            FlagActor, FlagDefinition, FlagType, FlagValue, Gates, Glance, ORBIT_USER_PREFERENCE, Percentage,
            Targets,
        },
        ids::{NamespaceId, UserId},
        stored::Stored,
    },
    storage::{StorageError, StoredGates},
    usecases::{
        App, FlagEditor, FlagError, FlagReader, Guard, UseCaseError, Where,
        flags::{
            define_features::define_features,
            delete_feature::{DeleteFeature, delete_feature},
            flag_definitions::to_yaml,
            freeze_changes::{begin_freeze, end_freeze},
            list_definitions::list_definitions,
            read_features::{get_feature, list_set_features},
            set_feature::{SetFeature, set_feature},
        },
    },
};

contract! {
    a_flag_that_nobody_set_has_no_gates,
    every_kind_of_gate_reads_back,
    however_many_a_flag_names_each_is_called_by_name,
    a_stale_save_changes_nothing,
    a_save_over_a_flag_deleted_since_is_stale,
    a_save_over_a_flag_deleted_and_set_since_is_stale,
    a_stale_delete_changes_nothing,
    deleting_forgets_the_gates_of_this_flag_alone,
    each_environment_has_gates_of_its_own,
    a_glance_shows_every_flag_everywhere_and_when_it_was_last_changed,
    what_was_set_before_there_were_environments_is_productions,
    production_needs_staging_and_a_reason_overrides_it,
    a_change_freeze_holds_until_somebody_says_why,
    what_is_refused_changes_nothing_in_any_environment,
    definitions_are_imported_all_or_none,
    changes_made_at_once_tell_one_after_the_other_what_each_did,
}

const FLAG: &str = ORBIT_USER_PREFERENCE;

const HERE: Environment = Environment::Production;

fn gates(boolean: Option<bool>, actors: &[FlagActor]) -> Gates {
    Gates { boolean, actors: actors.to_vec(), ..Gates::default() }
}

fn editor() -> FlagEditor {
    FlagEditor::operator(origin())
}

async fn delete(app: &App, name: &str) -> Result<bool, UseCaseError> {
    let command = DeleteFeature {
        name: name.to_owned(),
        environments: Where::Here,
        undefined_too: false,
        guard: Guard::default(),
    };
    delete_feature(app, &editor(), &command).await.map(|it| it.was_set())
}

const ANN: FlagActor = FlagActor::User(UserId(1));
const BOB: FlagActor = FlagActor::User(UserId(2));

async fn find(db: &Database, name: &str) -> StoredGates {
    let storage = db.open().await;
    let mut view = storage.read().await.expect("a view");
    view.features().find(HERE, name).await.expect("a look-up")
}

async fn a_flag_that_nobody_set_has_no_gates(db: Database) {
    assert_eq!(find(&db, FLAG).await, StoredGates::default());
}

async fn every_kind_of_gate_reads_back(db: Database) {
    let storage = db.open().await;
    let group = FlagActor::Group(NamespaceId(10));
    let all = [
        gates(Some(true), &[]),
        gates(Some(false), &[ANN, FlagActor::User(UserId(9)), FlagActor::User(UserId(10)), group]),
        gates(Some(false), &[group, FlagActor::Project(NamespaceId(10))]),
        gates(Some(false), &[]),
        Gates {
            opted_out: vec![ANN, FlagActor::User(UserId(10))],
            groups: vec![String::from("Staff"), String::from("administrators")],
            percentage_of_actors: Percentage::parse("0.01").expect("a percentage"),
            percentage_of_time: Percentage::ALL,
            ..gates(Some(false), &[ANN])
        },
        gates(None, &[]),
    ];
    for (seen, gates) in (0..).zip(all) {
        committed(&storage, async |uow| save_gates(uow, HERE, FLAG, &gates, seen).await.expect("saved"))
            .await;
        assert_eq!(find(&db, FLAG).await, StoredGates { gates, version: seen + 1 });
    }
}

async fn however_many_a_flag_names_each_is_called_by_name(db: Database) {
    let storage = db.open().await;
    let (mut actors, mut expected) = (Vec::new(), Vec::new());
    for number in 0..101 {
        let name = format!("user{number}");
        actors.push(FlagActor::User(user(&storage, &name).await));
        expected.push(format!("user {name}"));
    }
    let acme = group(&storage, "acme").await.id;
    actors.extend([FlagActor::User(UserId(999_999)), FlagActor::Group(acme)]);
    expected.extend([String::from("User:999999"), String::from("group acme")]);
    let mut named: Vec<_> = actors.into_iter().zip(expected).collect();
    named.sort_unstable();
    let (actors, expected): (Vec<_>, Vec<_>) = named.into_iter().unzip();
    committed(&storage, async |uow| {
        save_gates(uow, HERE, FLAG, &gates(Some(false), &actors), 0).await.expect("saved");
    })
    .await;
    let state = get_feature(&app(storage), &FlagReader::operator(), HERE, FLAG).await.expect("it is there");
    assert_eq!(state.actors, expected);
}

async fn a_glance_shows_every_flag_everywhere_and_when_it_was_last_changed(db: Database) {
    let storage = db.open().await;
    user(&storage, "ann").await;
    let app = app(storage.clone());
    let set = async |flag: &str, environment, targets: Targets| {
        let command = SetFeature {
            targets,
            environments: Where::Own(environment),
            undefined_too: true,
            ..SetFeature::everyone(flag, true)
        };
        set_feature(&app, &editor(), &command).await.expect("it is set");
    };
    let ann = Targets { users: vec![String::from("ann")], ..Targets::default() };
    set(FLAG, Environment::StagingRef, ann).await;
    set(FLAG, HERE, Targets::default()).await;
    set("another_flag", Environment::Dev, Targets::default()).await;
    assert!(delete(&app, FLAG).await.expect("it is deleted"));

    let mut view = storage.read().await.expect("a view");
    let mut all = view.features().glance(None).await.expect("a glance");
    all.sort_unstable_by_key(|(environment, flag, _)| (flag.clone(), *environment));
    let on = Glance { boolean: Some(true), ..Glance::default() };
    let some = Glance { boolean: Some(false), opens_for_somebody: true, ..Glance::default() };
    let of = |environment, flag: &str, glance| (environment, flag.to_owned(), glance);
    let this = [of(Environment::StagingRef, FLAG, some), of(HERE, FLAG, Glance::default())];
    assert_eq!(all, [&[of(Environment::Dev, "another_flag", on)], this.as_slice()].concat());
    let mut only = view.features().glance(Some(FLAG)).await.expect("a glance");
    only.sort_unstable_by_key(|(environment, ..)| *environment);
    assert_eq!(only, this);
    assert_eq!(view.features().glance(Some("no_flag")).await.expect("a glance"), []);

    let of = |environment: Environment, flag: &str| (flag.to_owned(), Stored::Known(environment), app.now());
    for (only, expected) in [
        (None, vec![of(Environment::Dev, "another_flag"), of(HERE, FLAG), of(Environment::StagingRef, FLAG)]),
        (Some(FLAG), vec![of(HERE, FLAG), of(Environment::StagingRef, FLAG)]),
        (Some("no_flag"), vec![]),
    ] {
        let mut last = view.audit_log().last_changes_of_flags(only).await.expect("what happened");
        last.sort_unstable_by_key(|(flag, environment, _)| (flag.clone(), environment.key().to_owned()));
        assert_eq!(last, expected);
    }
}

async fn a_stale_save_changes_nothing(db: Database) {
    let storage = db.open().await;
    let first = gates(Some(false), &[ANN]);
    committed(&storage, async |uow| save_gates(uow, HERE, FLAG, &first, 0).await.expect("saved")).await;
    for seen in [0, 2, -1] {
        let mut uow = storage.begin().await.expect("a unit of work");
        let stale = save_gates(&mut uow, HERE, FLAG, &gates(Some(true), &[BOB]), seen).await;
        assert!(matches!(stale, Err(StorageError::Stale)), "{seen}: {stale:?}");
        let refused = uow.commit().await;
        assert!(matches!(refused, Err(StorageError::RolledBack)), "{refused:?}");
        assert_eq!(find(&db, FLAG).await, StoredGates { gates: first.clone(), version: 1 });
    }
}

async fn a_save_over_a_flag_deleted_since_is_stale(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    committed(&storage, async |uow| {
        save_gates(uow, HERE, FLAG, &gates(Some(false), &[ANN]), 0).await.expect("saved");
    })
    .await;
    assert!(delete(&app, FLAG).await.expect("it was set"));
    let mut uow = storage.begin().await.expect("a unit of work");
    let stale = save_gates(&mut uow, HERE, FLAG, &gates(Some(false), &[ANN, BOB]), 1).await;
    assert!(matches!(stale, Err(StorageError::Stale)), "{stale:?}");
    drop(uow);
    assert_eq!(find(&db, FLAG).await.gates, Gates::default());
}

/// A reused version number would allow a lost update.
async fn a_save_over_a_flag_deleted_and_set_since_is_stale(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    let set = |on| SetFeature::everyone(FLAG, on);
    set_feature(&app, &editor(), &set(true)).await.expect("set");
    let seen = find(&db, FLAG).await.version;
    delete(&app, FLAG).await.expect("deleted");
    set_feature(&app, &editor(), &set(false)).await.expect("set");
    let mut uow = storage.begin().await.expect("a unit of work");
    let stale = save_gates(&mut uow, HERE, FLAG, &gates(Some(false), &[ANN]), seen).await;
    assert!(matches!(stale, Err(StorageError::Stale)), "{stale:?}");
    drop(uow);
    assert_eq!(find(&db, FLAG).await.gates, gates(Some(false), &[]));
}

async fn a_stale_delete_changes_nothing(db: Database) {
    let storage = db.open().await;
    let first = gates(Some(false), &[ANN]);
    committed(&storage, async |uow| save_gates(uow, HERE, FLAG, &first, 0).await.expect("saved")).await;
    for seen in [0, 2] {
        let mut uow = storage.begin().await.expect("a unit of work");
        let stale = save_gates(&mut uow, HERE, FLAG, &Gates::default(), seen).await;
        assert!(matches!(stale, Err(StorageError::Stale)), "{seen}: {stale:?}");
        drop(uow);
        assert_eq!(find(&db, FLAG).await.gates, first);
    }
}

async fn deleting_forgets_the_gates_of_this_flag_alone(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    committed(&storage, async |uow| {
        save_gates(uow, HERE, FLAG, &gates(Some(false), &[ANN]), 0).await.expect("saved");
        save_gates(uow, HERE, "another", &gates(Some(true), &[BOB]), 0).await.expect("saved");
    })
    .await;
    assert!(delete(&app, FLAG).await.expect("it was set"));
    assert!(!delete(&app, FLAG).await.expect("it is no longer"));
    assert_eq!(find(&db, FLAG).await.gates, Gates::default());
    assert_eq!(find(&db, "another").await.gates, gates(Some(true), &[BOB]));
    assert_eq!(
        db.texts("SELECT kind || ' ' || value_from FROM audit_events").await,
        ["feature_flag_deleted User:1"]
    );
    let unknown = delete(&app, "another").await;
    assert!(matches!(own(&unknown), Some(FlagError::UnknownFlag { is_set: true, .. })), "{unknown:?}");
}

fn rolling_out(on: bool, environments: &[Environment]) -> SetFeature {
    SetFeature { environments: Where::Named(environments.to_vec()), ..SetFeature::everyone(FLAG, on) }
}

async fn each_environment_has_gates_of_its_own(db: Database) {
    let storage = db.open().await;
    committed(&storage, async |uow| {
        for (environment, id) in Environment::ALL.into_iter().zip(1..) {
            let gates = gates(Some(false), &[FlagActor::User(UserId(id))]);
            save_gates(uow, environment, FLAG, &gates, 0).await.expect("saved");
        }
        save_gates(uow, Environment::Pre, FLAG, &Gates::default(), 1).await.expect("deleted");
    })
    .await;
    for (environment, id) in Environment::ALL.into_iter().zip(1..) {
        let set = list_set_features(&app(storage.clone()), &FlagReader::operator(), environment)
            .await
            .expect("a list");
        let expected =
            if environment == Environment::Pre { vec![] } else { vec![FlagActor::User(UserId(id))] };
        let found: Vec<_> = set.flags().iter().flat_map(|it| it.gates.actors.clone()).collect();
        assert_eq!(found, expected, "{environment}");
    }
}

async fn what_was_set_before_there_were_environments_is_productions(db: Database) {
    const MIGRATION: [&str; 2] = [
        include_str!("../../migrations/sqlite/0006_feature_flags.sql"),
        include_str!("../../migrations/postgres/0006_feature_flags.sql"),
    ];
    db.open().await;
    for table in [
        "flag_gate_targets",
        "flag_gates",
        "flag_definitions",
        "feature_group_members",
        "feature_groups",
        "change_freezes",
    ] {
        db.execute(&format!("DROP TABLE {table}")).await.expect("it goes");
    }
    let rows = "INSERT INTO features (name, boolean_gate, version) VALUES ('on', TRUE, 3), ('off', FALSE, 4), ('some', NULL, 5), ('deleted', NULL, 6)";
    db.execute(rows).await.expect("rows");
    db.execute("INSERT INTO feature_actors (feature, actor) VALUES ('some', 'User:1'), ('some', 'Group:10')")
        .await
        .expect("rows");
    let [sqlite, postgres] = MIGRATION;
    let migration = if db.backend == crate::support::Backend::Sqlite { sqlite } else { postgres };
    db.execute(migration).await.expect("it is applied");
    for (name, boolean, actors, version) in [
        ("on", Some(true), &[][..], 3),
        ("off", Some(false), &[], 4),
        ("some", Some(false), &[ANN, FlagActor::Group(NamespaceId(10))], 5),
        ("deleted", None, &[], 6),
    ] {
        assert_eq!(find(&db, name).await, StoredGates { gates: gates(boolean, actors), version }, "{name}");
    }
}

async fn production_needs_staging_and_a_reason_overrides_it(db: Database) {
    use Environment::{Dev, Production, Staging};
    let app = app(db.open().await);
    let set = async |command: &SetFeature| set_feature(&app, &editor(), command).await;
    let refused = async |command: &SetFeature| {
        let refused = set(command).await;
        assert!(matches!(own(&refused), Some(FlagError::AheadOfStaging)), "{refused:?}");
    };
    let events = async || db.number("SELECT COUNT(*) FROM audit_events").await;
    refused(&rolling_out(true, &[Production])).await;
    refused(&rolling_out(true, &[Dev, Production])).await;
    assert_eq!(events().await, 0, "dev stays as it was as well");
    set(&rolling_out(true, &[Staging])).await.expect("staging may");
    set(&rolling_out(true, &[Production])).await.expect("now production may");
    refused(&rolling_out(false, &[Staging])).await;
    set(&rolling_out(false, &[Production, Staging])).await.expect("both may");
    set(&rolling_out(true, &[Production, Staging])).await.expect("both may");
    set(&rolling_out(false, &[Production, Staging])).await.expect("both may");
    assert_eq!(events().await, 8);
    let reason = |text: &str| Guard { override_reason: Some(text.to_owned()), ..Guard::default() };
    for bad in ["", "  ", "\0", &"x".repeat(501)] {
        let refused = set(&SetFeature { guard: reason(bad), ..rolling_out(true, &[Production]) }).await;
        assert!(
            matches!(refused, Err(UseCaseError::Invalid { field: "override_reason", .. })),
            "{refused:?}"
        );
    }
    set(&SetFeature { guard: reason(" An incident. "), ..rolling_out(true, &[Production]) })
        .await
        .expect("the reason counts");
    let kept = "SELECT target || ': ' || value_from || ': ' || value_to FROM audit_events WHERE kind = 'feature_check_overridden'";
    assert_eq!(db.texts(kept).await, [format!("{FLAG}: production not before staging: An incident.")]);
    // Without an environment it is no roll-out.
    set(&SetFeature::everyone(FLAG, false)).await.expect("off");
    set(&SetFeature::everyone(FLAG, true)).await.expect("on");
}

async fn a_change_freeze_holds_until_somebody_says_why(db: Database) {
    let app = app(db.open().await);
    let freeze = async |reason: &str| begin_freeze(&app, &editor(), HERE, reason).await;
    for bad in ["", " ", "\0"] {
        assert!(matches!(freeze(bad).await, Err(UseCaseError::Invalid { field: "reason", .. })));
    }
    assert!(freeze("Holidays.").await.expect("it begins"));
    assert!(!freeze("Holidays.").await.expect("it is there"));
    let again = freeze("Again.").await;
    assert!(matches!(again, Err(UseCaseError::Invalid { field: "environment", .. })), "{again:?}");
    let command = SetFeature::everyone(FLAG, true);
    let refused = set_feature(&app, &editor(), &command).await;
    let expected = FlagError::Frozen { environment: HERE, reason: String::from("Holidays.") };
    assert!(own(&refused) == Some(&expected), "{refused:?}");
    assert_eq!(find(&db, FLAG).await, StoredGates::default());
    set_feature(&app, &editor(), &rolling_out(true, &[Environment::Staging])).await.expect("staging is free");
    let reason = Some(String::from("It leaks."));
    let guard = Guard { override_reason: reason, ..Guard::default() };
    set_feature(&app, &editor(), &SetFeature { guard, ..command }).await.expect("the reason counts");
    let refused = delete(&app, FLAG).await;
    assert!(matches!(own(&refused), Some(FlagError::Frozen { .. })), "{refused:?}");
    assert!(end_freeze(&app, &editor(), HERE, None).await.expect("it ends"));
    assert!(!end_freeze(&app, &editor(), HERE, None).await.expect("there is none"));
    assert!(delete(&app, FLAG).await.expect("deleted"));
    assert_eq!(
        db.texts("SELECT kind FROM audit_events ORDER BY id").await,
        [
            "change_freeze_begun",
            "feature_flag_updated",
            "feature_flag_updated",
            "feature_check_overridden",
            "change_freeze_ended",
            "feature_flag_deleted",
        ]
    );
}

async fn what_is_refused_changes_nothing_in_any_environment(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    user(&storage, "ann").await;
    group(&storage, "acme").await;
    let ann = || Targets { users: vec![String::from("ann")], ..Targets::default() };
    let all = |value, targets| SetFeature {
        value,
        targets,
        environments: Where::Named(Environment::ALL.to_vec()),
        ..SetFeature::everyone(FLAG, true)
    };
    let twice = |name: &str| vec![String::from("ann"), name.to_owned()];
    let half = Percentage::parse("50").expect("a percentage");
    let on = FlagValue::Boolean(true);
    for command in [
        all(on, Targets { users: twice("nobody"), ..Targets::default() }),
        all(on, Targets { users: twice("a\0b"), ..Targets::default() }),
        all(on, Targets { groups: twice("nowhere"), ..ann() }),
        all(on, Targets { projects: vec![String::from("acme")], ..ann() }),
        all(on, Targets { feature_groups: vec![String::from("staff")], ..ann() }),
        all(on, Targets { feature_groups: vec![String::from("\0")], ..ann() }),
        all(FlagValue::OptOut(false), ann()),
        all(FlagValue::OptOut(true), Targets::default()),
        all(FlagValue::PercentageOfActors(half), ann()),
        SetFeature { name: String::from("no_such_flag"), ..all(on, ann()) },
        SetFeature { name: String::new(), undefined_too: true, ..all(on, ann()) },
        SetFeature { name: String::from("a\0b"), undefined_too: true, ..all(on, ann()) },
    ] {
        let refused = set_feature(&app, &editor(), &command).await;
        assert!(
            own::<_, FlagError>(&refused).is_some() || matches!(refused, Err(UseCaseError::Invalid { .. })),
            "{command:?}"
        );
    }
    assert_eq!(db.number("SELECT COUNT(*) FROM audit_events").await, 0);
    assert_eq!(db.number("SELECT COUNT(*) FROM flag_gates").await, 0);

    let out = all(FlagValue::OptOut(true), ann());
    set_feature(&app, &editor(), &out).await.expect("it fits");
    let refused = set_feature(&app, &editor(), &all(on, ann())).await;
    let text = refused.expect_err("she is opted out").to_string();
    assert_eq!(text, "Opt-out exists for @ann - remove opt-out before enabling");
}

async fn definitions_are_imported_all_or_none(db: Database) {
    let app = app(db.open().await);
    let define =
        async |definitions: &[FlagDefinition]| define_features(&app, &editor(), &to_yaml(definitions)).await;
    let mut mine =
        FlagDefinition { group: "owner".into(), ..FlagDefinition::new("my_flag", FlagType::Beta, true) };
    let shipped = list_definitions(&app, &FlagReader::operator()).await.expect("a list");
    assert_eq!(define(&shipped).await.expect("they are as they are"), 0);
    let mut other = shipped[0].clone();
    other.default_enabled = !other.default_enabled;
    let refused = define(&[mine.clone(), other]).await;
    assert!(matches!(refused, Err(UseCaseError::Invalid { field: "definition", .. })), "{refused:?}");
    assert_eq!(db.number("SELECT COUNT(*) FROM flag_definitions").await, 0);

    assert_eq!(define(&[mine.clone()]).await.expect("imported"), 1);
    assert_eq!(define(&[mine.clone()]).await.expect("the same"), 0);
    mine.milestone = Some(String::from("20.0"));
    assert_eq!(define(&[mine.clone()]).await.expect("changed"), 1);
    let all = list_definitions(&app, &FlagReader::operator()).await.expect("a list");
    assert_eq!(all.iter().find(|it| it.name == "my_flag"), Some(&mine));
    assert_eq!(all.len(), shipped.len() + 1);
    let events = "SELECT COUNT(*) FROM audit_events WHERE kind = 'feature_defined' AND target = 'my_flag'";
    assert_eq!(db.number(events).await, 2);
    set_feature(&app, &editor(), &SetFeature::everyone("my_flag", false)).await.expect("it is defined");
}

/// Each result is read in its own transaction: concurrent changes form a sequence, in which each starts from
/// the result of the one before.
async fn changes_made_at_once_tell_one_after_the_other_what_each_did(db: Database) {
    let app = app(db.open().await);
    let percent = |hundredths: i64| Percentage::from_hundredths(hundredths).expect("a percentage");
    let set = |hundredths: i64| {
        let (app, value) = (app.clone(), FlagValue::PercentageOfActors(percent(hundredths)));
        async move {
            let command = SetFeature { value, ..SetFeature::everyone(FLAG, true) };
            (percent(hundredths), set_feature(&app, &editor(), &command).await.expect("it is set"))
        }
    };
    let (mut found, mut left) = (Vec::new(), vec![Percentage::ZERO]);
    for (said, done) in at_once((1..=20).map(set)).await {
        let [state] = done.states.as_slice() else { panic!("one environment: {done:?}") };
        assert_eq!(state.now.feature.gates.percentage_of_actors, said);
        assert_eq!(done.sentences(), [format!("{FLAG} is on for {said} % of actors.")]);
        found.push(state.before.percentage_of_actors);
        left.push(said);
    }
    let now = find(&db, FLAG).await.gates.percentage_of_actors;
    left.retain(|it| *it != now);
    found.sort_unstable();
    left.sort_unstable();
    assert_eq!(found, left, "each found what another left");
}
