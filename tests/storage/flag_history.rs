//! The history of feature flags, restoring, and estimates for percentages.

use crate::{
    support::{Backend, Database, at_once, run},
    world::{app, below, group, origin, own, user},
};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};

use duo_console::{
    domain::{
        actor::Surface,
        audit::{AuditActor, AuditCursor, AuditKind, NewAuditEvent, StateChange},
        environment::Environment,
        flags::{
            EvaluationContext, FlagActor, FlagDefinition, FlagType, FlagValue, Gates, ORBIT_USER_PREFERENCE,
            Percentage, Targets,
        },
        ids::{AuditEventId, NamespaceId, UserId},
        namespace::NamespaceKind,
        stored::Stored,
    },
    usecases::{
        App, FlagEditor, FlagError, FlagReader, Guard, UseCaseError, What, Where,
        flags::{
            delete_feature::{DeleteFeature, delete_feature},
            estimate_actors::{Share, estimate_actors},
            flag_history::{HistoryEntry, PAGE, flag_history},
            freeze_changes::begin_freeze,
            restore_feature::{RestoreFeature, RestorePoint, Restored, restore_feature},
            set_feature::{SetFeature, set_feature},
            set_feature_group::set_feature_group,
        },
    },
};

contract! {
    the_history_says_who_when_where_from_what_to_what_and_why,
    the_history_goes_on_from_page_to_page_and_loses_nothing,
    any_set_of_gates_there_was_is_restored_exactly,
    what_was_set_before_a_change_is_restored_as_well,
    restoring_has_the_checks_of_every_change,
    what_cannot_be_read_is_not_restored,
    nothing_is_read_back_from_a_sentence,
    restores_at_once_end_with_one_of_the_sets,
    a_percentage_is_counted_actor_by_actor,
    more_actors_than_are_counted_are_estimated,
}

const FLAG: &str = ORBIT_USER_PREFERENCE;
const HERE: Environment = Environment::Production;

fn editor() -> FlagEditor {
    FlagEditor::operator(origin())
}

async fn set(app: &App, value: FlagValue, targets: Targets) {
    let command = SetFeature { value, targets, ..SetFeature::everyone(FLAG, true) };
    set_feature(app, &editor(), &command).await.expect("it is set");
}

async fn delete(app: &App) {
    let command = DeleteFeature {
        name: FLAG.to_owned(),
        environments: Where::Here,
        undefined_too: false,
        guard: Guard::default(),
    };
    assert!(delete_feature(app, &editor(), &command).await.expect("it is deleted").was_set());
}

fn percent(text: &str) -> FlagValue {
    FlagValue::PercentageOfActors(Percentage::parse(text).expect("a percentage"))
}

async fn history(app: &App) -> Vec<HistoryEntry> {
    flag_history(app, &FlagReader::operator(), FLAG, None, None).await.expect("a history").entries
}

fn restoration(event: AuditEventId, point: RestorePoint) -> RestoreFeature {
    RestoreFeature {
        name: FLAG.to_owned(),
        event,
        point,
        reason: None,
        compare_with_staging: false,
        guard: Guard::default(),
    }
}

async fn restore(app: &App, event: AuditEventId) -> Result<Restored, UseCaseError> {
    restore_feature(app, &editor(), &restoration(event, RestorePoint::After)).await
}

async fn gates(app: &App) -> Gates {
    let mut uow = app.storage.read().await.expect("a view");
    uow.features().find(HERE, FLAG).await.expect("it answers").gates
}

async fn the_history_says_who_when_where_from_what_to_what_and_why(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    user(&storage, "ann").await;
    let ann = || Targets { users: vec![String::from("ann")], ..Targets::default() };
    set(&app, FlagValue::Boolean(true), ann()).await;
    let staging =
        SetFeature { environments: Where::Own(Environment::Staging), ..SetFeature::everyone(FLAG, true) };
    set_feature(&app, &editor(), &staging).await.expect("it is set");
    set_feature(&app, &editor(), &SetFeature::everyone("duo_developer_orbit", true)).await.expect("another");
    begin_freeze(&app, &editor(), HERE, "Holidays.").await.expect("it begins");
    let reason = Some(String::from("It leaks; because: of a bug."));
    let guard = Guard { override_reason: reason.clone(), ..Guard::default() };
    set_feature(&app, &editor(), &SetFeature { guard, ..SetFeature::everyone(FLAG, false) })
        .await
        .expect("off");

    let entries = history(&app).await;
    let told: Vec<_> = entries
        .iter()
        .map(|it| (it.environment, it.before.as_str(), it.after.as_str(), it.reason.clone()))
        .collect();
    assert_eq!(
        told,
        [
            (HERE, "user ann (User:1)", "off", reason),
            (Environment::Staging, "default", "on", None),
            (HERE, "default", "user ann (User:1)", None),
        ]
    );
    assert!(entries.iter().all(|it| it.by_username == "operator" && it.request_id == "request"));
    assert_eq!(entries[0].at, app.now());
    let only = flag_history(&app, &FlagReader::operator(), FLAG, Some(Environment::Staging), None)
        .await
        .expect("a history");
    assert_eq!(only.entries, [entries[1].clone()]);
    for unknown in ["no_such_flag", "no such flag", "", "a\0b"] {
        let refused = flag_history(&app, &FlagReader::operator(), unknown, None, None).await;
        assert!(own(&refused).is_some_and(FlagError::is_unknown), "{refused:?}");
    }
    let never = flag_history(&app, &FlagReader::operator(), "mr_ai_resolve_conflicts", None, None)
        .await
        .expect("it is defined");
    assert!(never.entries.is_empty() && never.older.is_none());
}

async fn the_history_goes_on_from_page_to_page_and_loses_nothing(db: Database) {
    let app = app(db.open().await);
    let count = 2 * PAGE + 5;
    // All at the same instant, and in environments by turns.
    for nth in 1..=count {
        let environments = Where::Own(Environment::ALL[nth % 5]);
        let command =
            SetFeature { environments, value: percent(&nth.to_string()), ..SetFeature::everyone(FLAG, true) };
        set_feature(&app, &editor(), &command).await.expect("it is set");
    }
    let (mut before, mut found): (Option<AuditCursor>, Vec<HistoryEntry>) = (None, Vec::new());
    loop {
        let page = flag_history(&app, &FlagReader::operator(), FLAG, None, before).await.expect("a page");
        assert!((1..=PAGE).contains(&page.entries.len()));
        found.extend(page.entries);
        before = page.older;
        if before.is_none() {
            break;
        }
    }
    let expected: Vec<_> = (1..=count).rev().map(|nth| format!("{nth} % of actors")).collect();
    assert_eq!(found.iter().map(|it| it.after.clone()).collect::<Vec<_>>(), expected);
}

async fn any_set_of_gates_there_was_is_restored_exactly(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    for name in ["ann", "bob"] {
        user(&storage, name).await;
    }
    let acme = group(&storage, "acme").await;
    below(&storage, &acme, NamespaceKind::Project, "acme/web.site").await;
    let ann = Targets { users: vec![String::from("ann")], ..Targets::default() };
    set_feature_group(&app, &editor(), "staff", &ann).await.expect("a group");
    let one = |name: &str| vec![name.to_owned()];
    let mut sets = Vec::new();
    for (value, targets) in [
        (FlagValue::Boolean(true), Targets::default()),
        (FlagValue::OptOut(true), Targets { users: one("bob"), ..Targets::default() }),
        (FlagValue::Boolean(false), Targets::default()),
        (
            FlagValue::Boolean(true),
            Targets {
                users: one("ann"),
                groups: one("acme"),
                projects: one("acme/web.site"),
                feature_groups: one("staff"),
            },
        ),
        (percent("12.5"), Targets::default()),
        (FlagValue::PercentageOfTime(Percentage::parse("0.01").expect("a percentage")), Targets::default()),
        (FlagValue::OptOut(true), Targets { users: one("bob"), ..Targets::default() }),
    ] {
        set(&app, value, targets).await;
        sets.push(gates(&app).await);
    }
    delete(&app).await;
    sets.push(gates(&app).await);
    // Whoever is gone stays an id.
    db.execute("DELETE FROM users WHERE username = 'ann'").await.expect("she goes");
    let events: Vec<_> = history(&app).await.into_iter().rev().map(|it| it.event).collect();
    assert_eq!(events.len(), sets.len());
    // Forth and back: from any to any other.
    for (event, expected) in events.iter().zip(&sets).chain(events.iter().zip(&sets).rev()) {
        let before = gates(&app).await;
        let restored = restore(&app, *event).await.expect("it is restored");
        assert_eq!(&gates(&app).await, expected);
        assert_eq!(restored.changed, before != *expected);
        assert_eq!(restored.environment, HERE);
    }
    let latest = history(&app).await.remove(0);
    assert_eq!(latest.reason.as_deref(), Some(format!("Restored what event {} set.", events[0]).as_str()));
}

async fn what_was_set_before_a_change_is_restored_as_well(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    set(&app, percent("5"), Targets::default()).await;
    set(&app, FlagValue::Boolean(true), Targets::default()).await;
    let [latest, first] = <[HistoryEntry; 2]>::try_from(history(&app).await).expect("two changes");
    let undo = async |event| {
        let command = RestoreFeature {
            reason: Some(String::from(" Too early. ")),
            ..restoration(event, RestorePoint::Before)
        };
        restore_feature(&app, &editor(), &command).await.expect("it is restored")
    };
    assert_eq!(undo(latest.event).await.gates, "5 % of actors");
    assert_eq!(gates(&app).await.percentage_of_actors.to_string(), "5");
    assert_eq!(undo(first.event).await.gates, "default");
    assert_eq!(gates(&app).await, Gates::default());
    let entries = history(&app).await;
    assert_eq!(entries[0].reason.as_deref(), Some("Too early."));
    assert_eq!((entries[0].before.as_str(), entries[0].after.as_str()), ("5 % of actors", "default"));
    let kind = "SELECT kind FROM audit_events ORDER BY id DESC LIMIT 1";
    assert_eq!(db.texts(kind).await, ["feature_flag_deleted"]);
}

async fn restoring_has_the_checks_of_every_change(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    set(&app, FlagValue::Boolean(true), Targets::default()).await;
    set(&app, FlagValue::Boolean(false), Targets::default()).await;
    let on = history(&app).await[1].event;
    let counted = async || db.number("SELECT COUNT(*) FROM audit_events").await;
    let events = counted().await;
    let refused = async |command: RestoreFeature| {
        let refused = restore_feature(&app, &editor(), &command).await.expect_err("it is refused");
        assert_eq!(counted().await, events, "{refused:?}");
        assert_eq!(gates(&app).await.boolean, Some(false));
        refused
    };
    let command = || restoration(on, RestorePoint::After);
    let error = refused(RestoreFeature { compare_with_staging: true, ..command() }).await;
    assert!(matches!(error.own(), Some(FlagError::AheadOfStaging)), "{error:?}");
    for bad in ["", " ", "\0", &"x".repeat(501)] {
        let error = refused(RestoreFeature { reason: Some(bad.to_owned()), ..command() }).await;
        assert!(matches!(error, UseCaseError::Invalid { field: "reason", .. }), "{error:?}");
    }
    for (name, event) in [(FLAG, 999), (FLAG, 0), (FLAG, i64::MIN), ("duo_developer_orbit", on.0)] {
        let command = RestoreFeature { name: name.to_owned(), event: AuditEventId(event), ..command() };
        let error = refused(command).await;
        assert!(matches!(error, UseCaseError::NotFound(What::ChangeOfFlag)), "{error:?}");
    }
    begin_freeze(&app, &editor(), HERE, "Holidays.").await.expect("it begins");
    let frozen = restore(&app, on).await;
    assert!(matches!(own(&frozen), Some(FlagError::Frozen { .. })), "{frozen:?}");
    let guard = Guard { override_reason: Some(String::from("It is needed.")), ..Guard::default() };
    restore_feature(&app, &editor(), &RestoreFeature { compare_with_staging: true, guard, ..command() })
        .await
        .expect("the reason counts");
    assert_eq!(gates(&app).await.boolean, Some(true));
    let kept = "SELECT value_to FROM audit_events WHERE kind = 'feature_check_overridden' ORDER BY id";
    assert_eq!(db.texts(kept).await, ["It is needed.", "It is needed."], "the freeze and staging");
}

async fn what_cannot_be_read_is_not_restored(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    set(&app, FlagValue::Boolean(true), Targets::default()).await;
    let nothing = r#"{"boolean":null,"actors":[],"opted_out":[],"groups":[],"percentage_of_actors":"0","percentage_of_time":"0"}"#;
    let off = nothing.replace("null", "false");
    for (nth, json) in [
        String::new(),
        String::from("on"),
        off.replace(r#""groups""#, r#""luck":1,"groups""#),
        off.replace(r#""actors":[]"#, r#""actors":["Team:1"]"#),
        off.replace(r#""0""#, r#""101""#),
    ]
    .iter()
    .enumerate()
    {
        let (before, after) = if json.is_empty() {
            (String::from("NULL"), String::from("NULL"))
        } else {
            (format!("'{nothing}'"), format!("'{json}'"))
        };
        let value = format!("open for {nth}");
        let row = format!(
            "INSERT INTO audit_events (at, kind, actor_username, actor_name, surface, target, value_from, value_to, remote_ip, request_id, environment, state_before, state_after) VALUES (1, 'feature_flag_updated', 'ann', 'Ann', 'page', '{FLAG}', 'default', '{value}', '', '', 'production', {before}, {after})"
        );
        db.execute(&row).await.expect("another version wrote it");
        let entry = history(&app).await.into_iter().find(|it| it.after == value).expect("it is told");
        assert_eq!((entry.before.as_str(), entry.gates_after), ("default", None), "{nth}");
        let refused = restore(&app, entry.event).await.expect_err("nobody can read it");
        assert!(matches!(refused.own(), Some(FlagError::Unreadable(text)) if *text == value), "{refused:?}");
        assert_eq!(gates(&app).await.boolean, Some(true));
    }
    let elsewhere = "INSERT INTO audit_events (at, kind, actor_username, actor_name, surface, target, value_from, value_to, remote_ip, request_id, environment) VALUES (2, 'feature_flag_updated', 'ann', 'Ann', 'page', 'orbit_user_preference', 'default', 'on', '', '', 'moon')";
    db.execute(elsewhere).await.expect("a newer release");
    assert!(history(&app).await.iter().all(|it| it.environment == HERE), "it is for that release to tell");
}

/// Independent of the log's sentences, and of renamed actors.
async fn nothing_is_read_back_from_a_sentence(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    user(&storage, "ann").await;
    let ann = Targets { users: vec![String::from("ann")], ..Targets::default() };
    set(&app, FlagValue::Boolean(true), ann).await;
    set(&app, percent("12.5"), Targets::default()).await;
    let staging =
        SetFeature { environments: Where::Own(Environment::Staging), ..SetFeature::everyone(FLAG, true) };
    set_feature(&app, &editor(), &staging).await.expect("it is set");
    let guard = Guard { override_reason: Some(String::from("On; because: why not.")), ..Guard::default() };
    begin_freeze(&app, &editor(), HERE, "Holidays.").await.expect("it begins");
    set_feature(&app, &editor(), &SetFeature { guard: guard.clone(), ..SetFeature::everyone(FLAG, false) })
        .await
        .expect("off");
    let told = history(&app).await;
    let first = told[3].event;

    crate::audit_chain::without_guards(&db).await;
    db.execute("UPDATE audit_events SET value_from = 'It was closed.', value_to = 'It was opened to Ann.'")
        .await
        .expect("the words of another release");
    assert_eq!(history(&app).await, told);
    let command = RestoreFeature { guard, ..restoration(first, RestorePoint::After) };
    let restored = restore_feature(&app, &editor(), &command).await.expect("it is restored");
    assert_eq!(restored.gates, "user ann (User:1)");
    assert_eq!(gates(&app).await.actors, [FlagActor::User(UserId(1))]);

    db.execute("UPDATE users SET username = 'anna', username_key = 'anna'").await.expect("she marries");
    let told = history(&app).await.into_iter().find(|it| it.event == first).expect("it is told");
    assert_eq!(told.after, "user anna (User:1)");
}

/// Any gates that there can be, recorded and restored, with what they were before.
#[test]
fn whatever_gates_were_recorded_are_restored_exactly() {
    let actors = || {
        let actor = (0..3, 1..1_000_i64).prop_map(|(kind, id)| match kind {
            0 => FlagActor::User(UserId(id)),
            1 => FlagActor::Group(NamespaceId(id)),
            _ => FlagActor::Project(NamespaceId(id)),
        });
        prop::collection::btree_set(actor, 0..6).prop_map(|set| set.into_iter().collect::<Vec<_>>())
    };
    let percentage =
        || (0..=10_000_i64).prop_map(|it| Percentage::from_hundredths(it).expect("it is within"));
    let groups = prop::collection::btree_set("[a-z_]{1,9}", 0..3);
    let set = (any::<bool>(), actors(), actors(), groups, percentage(), percentage()).prop_map(
        |(on, actors, opted_out, groups, percentage_of_actors, percentage_of_time)| Gates {
            boolean: Some(on),
            actors,
            opted_out,
            groups: groups.into_iter().collect(),
            percentage_of_actors,
            percentage_of_time,
        },
    );
    let set = prop_oneof![1 => Just(Gates::default()), 9 => set];
    let sets = prop::collection::vec(set, 2..8);
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let mut runner = TestRunner::new(Config { cases: 16, ..Config::default() });
        let outcome = runner.run(&sets, |sets| {
            run(backend, async move |db: Database| {
                let app = app(db.open().await);
                let json = |gates: &Gates| serde_json::to_string(gates).expect("it is written");
                let mut uow = app.storage.begin().await.expect("a unit of work");
                for pair in sets.windows(2) {
                    let ann = AuditActor { id: None, username: "ann".into(), name: "Ann".into() };
                    let kind = AuditKind::FeatureFlagUpdated;
                    uow.audit_log().append(NewAuditEvent {
                        environment: Some(Stored::Known(HERE)),
                        states: Some(StateChange { before: json(&pair[0]), after: json(&pair[1]) }),
                        ..NewAuditEvent::new(app.now(), kind, ann, Surface::Page, FLAG)
                    });
                }
                uow.commit().await.expect("they are recorded");
                let mut recorded = history(&app).await;
                recorded.reverse();
                assert_eq!(recorded.len(), sets.len() - 1);
                for (entry, pair) in recorded.iter().zip(sets.windows(2)) {
                    for (point, expected) in [RestorePoint::After, RestorePoint::Before].iter().zip([1, 0]) {
                        let then = gates(&app).await;
                        let command = restoration(entry.event, *point);
                        let restored =
                            restore_feature(&app, &editor(), &command).await.expect("it is restored");
                        assert_eq!(gates(&app).await, pair[expected]);
                        assert_eq!(restored.changed, then != pair[expected]);
                        if restored.changed {
                            // What this program records itself is the same.
                            let latest = history(&app).await.remove(0);
                            assert_eq!(latest.gates_before, Some(then));
                            assert_eq!(latest.gates_after.as_ref(), Some(&pair[expected]));
                        }
                    }
                }
            });
            Ok(())
        });
        outcome.expect("what was is again");
    }
}

async fn restores_at_once_end_with_one_of_the_sets(db: Database) {
    let (here, there) = (db.open().await, db.open().await);
    let first = app(here.clone());
    for nth in 1..=8 {
        set(&first, percent(&nth.to_string()), Targets::default()).await;
    }
    let entries = history(&first).await;
    let tasks = entries.iter().enumerate().map(|(nth, entry)| {
        let (app, event) = (app(if nth % 2 == 0 { here.clone() } else { there.clone() }), entry.event);
        async move { restore(&app, event).await }
    });
    for outcome in at_once(tasks).await {
        if let Err(error) = outcome {
            assert!(error.to_string().contains("at the same moment"), "{error:?}");
        }
    }
    let after = history(&first).await;
    assert_eq!(after[0].gates_after.as_ref(), Some(&gates(&first).await), "the history is true");
    for pair in after.windows(2) {
        assert_eq!(pair[0].before, pair[1].after, "each change begins where the last one ended");
    }
}

async fn a_percentage_is_counted_actor_by_actor(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    let mut users = Vec::new();
    for nth in 0..40 {
        users.push(FlagActor::User(user(&storage, &format!("user-{nth}")).await));
    }
    let acme = group(&storage, "acme").await;
    below(&storage, &acme, NamespaceKind::Group, "acme/platform").await;
    let website = below(&storage, &acme, NamespaceKind::Project, "acme/website").await;
    let definition = FlagDefinition::new(FLAG, FlagType::Beta, false);
    for percentage in ["0", "10", "50", "99.99", "100"] {
        let percentage = Percentage::parse(percentage).expect("a percentage");
        let gates = Gates { boolean: Some(false), percentage_of_actors: percentage, ..Gates::default() };
        let within = |actors: &[FlagActor]| {
            let on =
                actors.iter().filter(|it| gates.evaluate(&definition, &EvaluationContext::about(&[**it])).on);
            Share {
                total: i64::try_from(actors.len()).expect("few"),
                within: i64::try_from(on.count()).expect("few"),
                exact: true,
            }
        };
        let estimate =
            estimate_actors(&app, &FlagReader::operator(), FLAG, percentage).await.expect("an estimate");
        assert_eq!(estimate.users, within(&users));
        assert_eq!(estimate.top_level_groups, within(&[FlagActor::Group(acme.id)]));
        assert_eq!(estimate.projects, within(&[FlagActor::Project(website.id)]));
    }
    let refused = estimate_actors(&app, &FlagReader::operator(), "no such flag", Percentage::ALL).await;
    assert!(own(&refused).is_some_and(FlagError::is_unknown), "{refused:?}");
}

async fn more_actors_than_are_counted_are_estimated(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    assert_eq!(user(&storage, "first").await, UserId(1));
    let numbers = match db.backend {
        Backend::Sqlite => {
            "(WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 12344) SELECT n FROM t)"
        }
        Backend::Postgres => "(SELECT n FROM generate_series(1, 12344) AS n)",
    };
    db.execute(&format!("INSERT INTO users (username, username_key, name, kind, is_admin, created_at) SELECT 'u' || n, 'u' || n, 'U', 'human', FALSE, 1 FROM {numbers} AS numbers"))
        .await
        .expect("many users");
    for (percentage, within) in [("25", 3_086), ("0", 0), ("100", 12_345)] {
        let percentage = Percentage::parse(percentage).expect("a percentage");
        let estimate =
            estimate_actors(&app, &FlagReader::operator(), FLAG, percentage).await.expect("an estimate");
        assert_eq!(estimate.users, Share { total: 12_345, within, exact: false });
    }
}
