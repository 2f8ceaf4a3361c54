//! Scheduled changes of feature flags are made exactly once, by one server, or not at all.

use crate::{
    cancellation::at_most,
    support::{Database, at_once, committed},
    world::{NOON, app, app_at, caller, new_user, origin, own, run_due, user},
};
use std::{pin::Pin, time::Duration};

use duo_console::{
    domain::{
        environment::Environment,
        flags::{
            Ended, FlagActor, FlagValue, Gates, ORBIT_USER_PREFERENCE, Percentage, ScheduleState, Targets,
        },
        ids::{JobId, ScheduledChangeId},
        jobs::job::{Ending, LEASE},
        time::Timestamp,
    },
    storage::{NewUser, Storage},
    usecases::{
        App, Caller, FlagEditor, FlagError, FlagReader, UseCaseError, What, Where,
        administrator::Administrator,
        flags::{
            cancel_scheduled_change::cancel_scheduled_change,
            freeze_changes::{begin_freeze, end_freeze},
            list_scheduled_changes::{Scheduled, list_scheduled_changes},
            read_features::get_feature,
            schedule_change::{ScheduleChange, schedule_change},
            set_feature::{SetFeature, set_feature},
        },
        jobs::{
            change_job::{JobError, retry_job},
            run_jobs::{Ran, add_standing_jobs},
        },
    },
};

contract! {
    a_change_is_made_when_its_time_has_come_and_not_before,
    what_was_due_while_no_server_ran_is_made_afterwards_in_its_order,
    however_many_servers_look_at_once_a_change_is_made_once,
    a_change_cancelled_as_it_is_made_is_one_or_the_other,
    a_server_that_stops_anywhere_has_made_it_or_not_and_the_next_makes_it,
    whoever_is_no_longer_an_administrator_gets_nothing_made,
    a_freeze_and_staging_count_when_the_change_is_made,
    what_cannot_be_made_is_kept_with_the_reason_and_holds_nothing_up,
    the_job_says_when_whatever_the_clock_says_then,
    a_change_without_a_job_gets_one_at_the_next_start,
    a_change_that_ends_as_a_server_starts_gets_no_second_job,
    a_change_that_nobody_can_read_holds_nothing_up,
    what_is_wrong_is_not_scheduled,
    what_has_ended_is_not_cancelled,
    a_flag_has_so_many_changes_waiting_and_no_more,
    the_plan_names_people_and_keeps_their_ids,
}

const FLAG: &str = ORBIT_USER_PREFERENCE;
const HERE: Environment = Environment::Production;
const HOUR: i64 = 3_600_000;

fn operator() -> FlagEditor {
    FlagEditor::operator(origin())
}

fn percent(text: &str) -> FlagValue {
    FlagValue::PercentageOfActors(Percentage::parse(text).expect("a percentage"))
}

/// In an hour, for everyone.
fn plan(value: FlagValue) -> ScheduleChange {
    ScheduleChange {
        name: FLAG.to_owned(),
        value,
        targets: Targets::default(),
        environment: Where::Here,
        due_at: NOON.plus_millis(HOUR),
        reason: None,
        undefined_too: false,
    }
}

async fn schedule(app: &App, plan: &ScheduleChange) -> ScheduledChangeId {
    schedule_change(app, &operator(), plan).await.expect("it is scheduled").change.id
}

async fn administrator(storage: &Storage, username: &str) -> Caller {
    let new = NewUser { is_admin: true, ..new_user(username) };
    let id = committed(storage, async |uow| uow.users().add(&new).await.expect("a user")).await;
    let mut caller = caller(id, username);
    caller.actor.is_admin = true;
    caller
}

fn later(storage: &Storage, millis: i64) -> App {
    app_at(storage.clone(), NOON.plus_millis(millis))
}

async fn gates(app: &App) -> Gates {
    get_feature(app, &FlagReader::operator(), HERE, FLAG).await.expect("the flag is defined").feature.gates
}

async fn state(app: &App, id: ScheduledChangeId) -> ScheduleState {
    let mut uow = app.storage.read().await.expect("a view");
    uow.scheduled_changes().find(id).await.expect("it answers").expect("it is there").state
}

async fn outcome(app: &App, id: ScheduledChangeId) -> (Ending, String) {
    match state(app, id).await {
        ScheduleState::Ended(Ended { how, outcome, .. }) => (how, outcome),
        ScheduleState::Pending => panic!("it waits"),
    }
}

async fn a_change_is_made_when_its_time_has_come_and_not_before(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    let ann = administrator(&storage, "ann").await;
    let editor = FlagEditor::administrator(&ann).expect("she is one");
    let due_at = NOON.plus_millis(HOUR);
    let change = ScheduleChange { reason: Some(String::from(" Step two. ")), ..plan(percent("25")) };
    let id = schedule_change(&app, &editor, &change).await.expect("it is scheduled").change.id;
    assert_eq!(run_due(&app).await.expect("it looks"), Ran { next: Some(due_at), ..Ran::default() });
    assert_eq!(run_due(&later(&storage, HOUR - 1)).await.expect("it looks").done, 0);
    assert_eq!(gates(&app).await, Gates::default());

    let then = later(&storage, HOUR);
    assert_eq!(run_due(&then).await.expect("it runs"), Ran { done: 1, ..Ran::default() });
    assert_eq!(then.tally.scheduled_changes(Ending::Done).get(), 1);
    let after = gates(&app).await;
    assert_eq!((after.boolean, after.percentage_of_actors.to_string()), (Some(false), String::from("25")));
    let ended = Ended { how: Ending::Done, at: due_at, outcome: String::from("25 % of actors") };
    assert_eq!(state(&app, id).await, ScheduleState::Ended(ended));
    assert_eq!(run_due(&then).await.expect("it looks"), Ran::default(), "and never again");
    assert_eq!(
        db.texts("SELECT kind || ' ' || target || ' ' || value_from || ' > ' || value_to || ' ' || actor_username || ' ' || surface || ' ' || request_id || ' ' || environment || ' ' || COALESCE(reason, '-') FROM audit_events ORDER BY id").await,
        [
            "feature_change_scheduled orbit_user_preference  > 2026-06-01T13:00:00.000Z (scheduled change 1): 25 % of actors ann page request production Step two.",
            "feature_flag_updated orbit_user_preference default > 25 % of actors ann scheduler scheduled-change-1 production Step two.",
            "feature_change_run orbit_user_preference scheduled change 1 > 25 % of actors ann scheduler scheduled-change-1 production -",
        ]
    );
}

async fn what_was_due_while_no_server_ran_is_made_afterwards_in_its_order(db: Database) {
    let storage = db.open().await;
    let first = app(storage.clone());
    // Not in the order in which they were planned.
    for (percentage, hours) in [("50", 3), ("10", 1), ("25", 2), ("100", 24 * 40)] {
        let due_at = NOON.plus_millis(hours * HOUR);
        schedule(&first, &ScheduleChange { due_at, ..plan(percent(percentage)) }).await;
    }
    storage.close().await;
    let storage = db.open().await;
    let ran = run_due(&later(&storage, 30 * 24 * HOUR)).await.expect("it runs");
    assert_eq!(ran, Ran { done: 3, failed: 0, next: Some(NOON.plus_millis(40 * 24 * HOUR)) });
    let tos = "SELECT value_to FROM audit_events WHERE kind = 'feature_flag_updated' ORDER BY id";
    assert_eq!(db.texts(tos).await, ["10 % of actors", "25 % of actors", "50 % of actors"]);
}

async fn however_many_servers_look_at_once_a_change_is_made_once(db: Database) {
    const ROUNDS: i64 = 25;
    let (here, there) = (db.open().await, db.open().await);
    let planning = app(here.clone());
    for round in 1..=ROUNDS {
        // One that changes the gates and one that changes nothing.
        schedule(&planning, &plan(percent(&round.to_string()))).await;
        schedule(&planning, &plan(percent(&round.to_string()))).await;
        let tasks = (0..8).map(|nth| {
            let app = later(if nth % 2 == 0 { &here } else { &there }, HOUR);
            async move {
                // As the server does it: what the database kept from being made waits.
                for _ in 0..100 {
                    match run_due(&app).await {
                        Ok(ran) => return ran,
                        Err(error) => assert!(error.is_passing(), "{error:?}"),
                    }
                }
                panic!("it never came through");
            }
        });
        let ran = at_once(tasks).await;
        assert_eq!(
            ran.iter().map(|it| (it.done, it.failed)).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1)),
            (2, 0)
        );
        let events = async |kind: &str| {
            db.number(&format!("SELECT COUNT(*) FROM audit_events WHERE kind = '{kind}'")).await
        };
        assert_eq!(
            (events("feature_change_run").await, events("feature_flag_updated").await),
            (2 * round, round)
        );
        assert_eq!(db.number("SELECT version FROM flag_gates").await, round);
    }
    assert_eq!(db.number("SELECT COUNT(*) FROM scheduled_changes WHERE state = 'done'").await, 2 * ROUNDS);
}

/// The result of one of two racing tasks.
enum Did {
    Ran(usize),
    Cancelled(bool),
}

type Task = Pin<Box<dyn Future<Output = Did> + Send>>;

async fn a_change_cancelled_as_it_is_made_is_one_or_the_other(db: Database) {
    let (here, there) = (db.open().await, db.open().await);
    let app = app(here.clone());
    for round in 1..=40 {
        let before = gates(&app).await;
        let id = schedule(&app, &plan(percent(&round.to_string()))).await;
        let (runner, canceller) = (later(&here, HOUR), later(&there, HOUR));
        let run: Task = Box::pin(async move { Did::Ran(run_due(&runner).await.expect("it runs").done) });
        let cancel: Task = Box::pin(async move {
            match cancel_scheduled_change(&canceller, &operator(), None, id).await {
                Ok(_) => Did::Cancelled(true),
                Err(error) if matches!(error.own(), Some(FlagError::NotPending(_))) => Did::Cancelled(false),
                Err(error) => panic!("{error:?}"),
            }
        });
        let (mut made, mut cancelled) = (false, false);
        for did in at_once([run, cancel]).await {
            match did {
                Did::Ran(done) => made = done == 1,
                Did::Cancelled(it) => cancelled = it,
            }
        }
        assert_ne!(made, cancelled, "round {round}");
        assert_eq!(gates(&app).await != before, made, "round {round}");
        let expected = if made { Ending::Done } else { Ending::Cancelled };
        assert_eq!(outcome(&app, id).await.0, expected, "round {round}");
    }
}

async fn a_server_that_stops_anywhere_has_made_it_or_not_and_the_next_makes_it(db: Database) {
    // One connection, so that the next run meets what a cancelled one leaves behind.
    let storage = Storage::open(&db.url, 1).await.expect("the database opens");
    let (now, then) = (app(storage.clone()), later(&storage, HOUR));
    let mut whole = 0;
    for polls in 1..200 {
        let id = schedule(&now, &plan(percent(&format!("{}.{:02}", polls / 100, polls % 100)))).await;
        let before = db.number("SELECT COALESCE(MAX(version), 0) FROM flag_gates").await;
        if let Some(ran) = at_most(polls, run_due(&then)).await {
            assert_eq!(ran.expect("it runs").done, 1);
            whole += 1;
        }
        // Whoever comes next when the lease has ended, whatever was left.
        run_due(&later(&storage, HOUR + LEASE)).await.expect("it runs");
        assert_eq!(outcome(&now, id).await.0, Ending::Done, "{polls}");
        let after = db.number("SELECT version FROM flag_gates").await;
        assert_eq!(after, before + 1, "made once, {polls}");
        let runs = "SELECT COUNT(*) FROM audit_events WHERE kind = 'feature_change_run'";
        assert_eq!(db.number(runs).await, i64::from(polls), "{polls}");
        if whole > 3 {
            return;
        }
    }
    panic!("it never came to its end");
}

async fn whoever_is_no_longer_an_administrator_gets_nothing_made(db: Database) {
    let storage = db.open().await;
    let (now, then) = (app(storage.clone()), later(&storage, HOUR));
    for (name, sql, words) in [
        ("ann", "UPDATE users SET is_admin = FALSE", "ann, who scheduled it, is no longer an administrator."),
        ("bob", "DELETE FROM users WHERE username = 'bob'", "bob, who scheduled it, is no longer there."),
    ] {
        let caller = administrator(&storage, name).await;
        let editor = FlagEditor::administrator(&caller).expect("one");
        let scheduled = schedule_change(&now, &editor, &plan(FlagValue::Boolean(true))).await;
        let id = scheduled.expect("it is scheduled").change.id;
        db.execute(sql).await.expect(sql);
        assert_eq!(run_due(&then).await.expect("it runs"), Ran { failed: 1, ..Ran::default() });
        assert_eq!(outcome(&now, id).await, (Ending::Failed, words.to_owned()));
        let failed = db.number("SELECT MAX(id) FROM jobs WHERE state = 'failed'").await;
        let again = retry_job(&now, &Administrator::operator(origin()), JobId(failed)).await;
        assert!(own(&again) == Some(&JobError::NotTriedAgain), "{again:?}");
        assert_eq!(gates(&now).await, Gates::default());
    }
    assert_eq!(then.tally.scheduled_changes(Ending::Failed).get(), 2);
    let failures = "SELECT actor_username || ': ' || value_to FROM audit_events WHERE kind = 'feature_change_failed' ORDER BY id";
    assert_eq!(db.texts(failures).await.len(), 2);
}

async fn a_freeze_and_staging_count_when_the_change_is_made(db: Database) {
    let storage = db.open().await;
    let (now, then) = (app(storage.clone()), later(&storage, HOUR));
    // Both would be refused now, and are not asked about now.
    begin_freeze(&now, &operator(), HERE, "Holidays.").await.expect("it begins");
    let frozen = schedule(&now, &plan(FlagValue::Boolean(true))).await;
    assert_eq!(run_due(&then).await.expect("it runs"), Ran { failed: 1, ..Ran::default() });
    let (how, words) = outcome(&now, frozen).await;
    assert!(how == Ending::Failed && words.contains("change freeze in production: Holidays."), "{words}");
    assert!(!words.contains("give a reason"), "nobody is asked any more: {words}");
    assert_eq!(gates(&now).await, Gates::default(), "nothing of it stays");

    let thawed = schedule(&now, &plan(percent("5"))).await;
    let compared = ScheduleChange {
        environment: Where::Named(HERE),
        due_at: NOON.plus_millis(2 * HOUR),
        ..plan(FlagValue::Boolean(true))
    };
    let ahead = schedule(&now, &compared).await;
    end_freeze(&now, &operator(), HERE, None).await.expect("it ends");
    let ran = run_due(&later(&storage, 2 * HOUR)).await.expect("it runs");
    assert_eq!(ran, Ran { done: 1, failed: 1, next: None });
    assert_eq!(outcome(&now, thawed).await.0, Ending::Done);
    let (how, words) = outcome(&now, ahead).await;
    assert!(how == Ending::Failed && words.contains("further open than staging"), "{words}");
    assert!(!words.contains("give a reason"), "nobody is asked any more: {words}");
    // It failed for good, whatever staging does now.
    let staging =
        SetFeature { environments: Where::Own(Environment::Staging), ..SetFeature::everyone(FLAG, true) };
    set_feature(&now, &operator(), &staging).await.expect("staging may");
    assert_eq!(run_due(&later(&storage, 3 * HOUR)).await.expect("it looks"), Ran::default());
}

async fn what_cannot_be_made_is_kept_with_the_reason_and_holds_nothing_up(db: Database) {
    let storage = db.open().await;
    let (now, then) = (app(storage.clone()), later(&storage, HOUR));
    let on = schedule(&now, &plan(FlagValue::Boolean(true))).await;
    let unfitting = schedule(&now, &plan(percent("5"))).await;
    let unreadable = schedule(&now, &plan(percent("6"))).await;
    let off = schedule(&now, &plan(FlagValue::Boolean(false))).await;
    db.execute(&format!(
        "UPDATE scheduled_changes SET changes = '[{{\"luck\":true}}]' WHERE id = {unreadable}"
    ))
    .await
    .expect("another version of the program wrote it");
    assert_eq!(run_due(&then).await.expect("it runs"), Ran { done: 2, failed: 2, next: None });
    assert_eq!(outcome(&now, on).await, (Ending::Done, String::from("on")));
    let (how, words) = outcome(&now, unfitting).await;
    assert_eq!(
        (how, words.as_str()),
        (Ending::Failed, "Cannot enable percentage of actors for a fully-enabled flag")
    );
    assert_eq!(outcome(&now, off).await, (Ending::Done, String::from("off")));
    let failed = "SELECT state || ': ' || outcome FROM scheduled_changes WHERE state = 'failed' ORDER BY id";
    assert_eq!(db.texts(failed).await[1], "failed: The server could not make it. Its log says why.");
}

async fn the_job_says_when_whatever_the_clock_says_then(db: Database) {
    let storage = db.open().await;
    let now = app(storage.clone());
    let id = schedule(&now, &plan(percent("5"))).await;
    // It was claimed in time, and then the clock went back.
    db.execute(&format!("UPDATE jobs SET run_at = {}", NOON.as_millis())).await.expect("a job");
    assert_eq!(run_due(&now).await.expect("it runs").done, 1);
    assert_eq!(outcome(&now, id).await, (Ending::Done, String::from("5 % of actors")));
}

async fn a_change_without_a_job_gets_one_at_the_next_start(db: Database) {
    let storage = db.open().await;
    let (now, then) = (app(storage.clone()), later(&storage, HOUR));
    let id = schedule(&now, &plan(percent("5"))).await;
    schedule(&now, &plan(percent("6"))).await;
    db.execute("DELETE FROM jobs WHERE subject = '1'").await.expect("a version without jobs planned it");
    add_standing_jobs(&now).await.expect("a server starts");
    assert_eq!(db.number("SELECT COUNT(*) FROM jobs WHERE kind = 'scheduled_change'").await, 2);
    run_due(&then).await.expect("it runs");
    assert_eq!(outcome(&now, id).await.0, Ending::Done);
}

async fn a_change_that_ends_as_a_server_starts_gets_no_second_job(db: Database) {
    let (storage, other) = (db.open().await, db.open().await);
    let id = schedule(&app(storage.clone()), &plan(percent("5"))).await;
    let mut ending = storage.begin().await.expect("a transaction");
    let ended = Ended { how: Ending::Done, at: NOON, outcome: String::new() };
    ending.scheduled_changes().end(id, &ended).await.expect("it answers").expect("it waited");
    let key = format!("scheduled_change {id}");
    assert!(ending.jobs().cancel_by_key(&key, NOON, "").await.expect("it answers"), "it has a job");
    let starting = tokio::spawn(async move { add_standing_jobs(&app(other)).await });
    // Until it waits for the other transaction, or is through.
    tokio::time::sleep(Duration::from_millis(300)).await;
    ending.commit().await.expect("it is saved");
    starting.await.expect("it ends").expect("it starts");
    let open = storage.read().await.expect("a view").jobs().open(100).await.expect("a list");
    assert!(open.iter().all(|job| job.kind != "scheduled_change"), "{open:?}");
}

async fn a_change_that_nobody_can_read_holds_nothing_up(db: Database) {
    let storage = db.open().await;
    let (now, then) = (app(storage.clone()), later(&storage, HOUR));
    schedule(&now, &plan(percent("5"))).await;
    let next = schedule(&now, &plan(percent("6"))).await;
    db.execute("UPDATE scheduled_changes SET environment = 'moon' WHERE id = 1")
        .await
        .expect("a newer release");
    assert_eq!(run_due(&then).await.expect("it runs"), Ran { done: 1, failed: 1, next: None });
    assert_eq!(outcome(&now, next).await.0, Ending::Done);
    let failed =
        "SELECT target || ' in ' || environment FROM audit_events WHERE kind = 'feature_change_failed'";
    assert_eq!(db.texts(failed).await, [format!("{FLAG} in moon")]);
}

async fn what_is_wrong_is_not_scheduled(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    user(&storage, "ann").await;
    let on = || plan(FlagValue::Boolean(true));
    let named = |targets| ScheduleChange { targets, ..on() };
    let names = |name: &str| vec![String::from("ann"), name.to_owned()];
    let because = |reason: &str| ScheduleChange { reason: Some(reason.to_owned()), ..on() };
    let at = |due_at| ScheduleChange { due_at, ..on() };
    for (change, field) in [
        (ScheduleChange { name: String::from("no such flag"), ..on() }, "name"),
        (ScheduleChange { name: String::from("no_such_flag"), ..on() }, "name"),
        (at(NOON), "at"),
        (at(NOON.plus_days(367)), "at"),
        (at(Timestamp::from_millis(i64::MAX)), "at"),
        (because(" "), "reason"),
        (because("a\0b"), "reason"),
        (because(&"x".repeat(501)), "reason"),
        (ScheduleChange { value: FlagValue::OptOut(true), ..on() }, "value"),
        (
            ScheduleChange {
                value: percent("5"),
                ..named(Targets { users: vec!["ann".into()], ..Targets::default() })
            },
            "value",
        ),
        (named(Targets { users: names("nobody"), ..Targets::default() }), ""),
        (named(Targets { users: names("a\0b"), ..Targets::default() }), ""),
        (named(Targets { groups: names("nowhere"), ..Targets::default() }), ""),
        (named(Targets { projects: names("no/where"), ..Targets::default() }), ""),
        (named(Targets { feature_groups: vec!["staff".into()], ..Targets::default() }), ""),
    ] {
        match schedule_change(&app, &operator(), &change).await {
            Err(error) if matches!(error.own(), Some(FlagError::UnknownTarget { .. })) => {
                assert_eq!(field, "", "{change:?}");
            }
            Err(error) => assert_eq!(error.field(), Some(field), "{change:?}: {error:?}"),
            other => panic!("{change:?}: {other:?}"),
        }
    }
    assert_eq!(db.number("SELECT COUNT(*) FROM scheduled_changes").await, 0);
    assert_eq!(db.number("SELECT COUNT(*) FROM audit_events").await, 0);
    schedule(&app, &ScheduleChange { name: String::from("no_such_flag"), undefined_too: true, ..on() }).await;
}

async fn what_has_ended_is_not_cancelled(db: Database) {
    let storage = db.open().await;
    let (now, then) = (app(storage.clone()), later(&storage, HOUR));
    let done = schedule(&now, &plan(percent("5"))).await;
    run_due(&then).await.expect("it runs");
    let waiting = schedule(&now, &plan(percent("6"))).await;
    let cancel = async |flag: Option<&str>, id| cancel_scheduled_change(&now, &operator(), flag, id).await;
    let events = db.number("SELECT COUNT(*) FROM audit_events").await;
    for (flag, id) in [(None, ScheduledChangeId(99)), (Some("another"), waiting), (Some("another"), done)] {
        let refused = cancel(flag, id).await;
        assert!(matches!(refused, Err(UseCaseError::NotFound(What::ScheduledChange))), "{refused:?}");
    }
    let refused = cancel(None, done).await.expect_err("it is done").to_string();
    assert_eq!(refused, "The scheduled change no longer waits: it was done on 1 June 2026, 13:00 UTC.");
    assert_eq!(state(&now, waiting).await, ScheduleState::Pending);
    assert_eq!(db.number("SELECT COUNT(*) FROM audit_events").await, events);

    cancel(Some(FLAG), waiting).await.expect("it waits");
    assert_eq!(outcome(&now, waiting).await, (Ending::Cancelled, String::from("Cancelled by operator.")));
    assert!(cancel(None, waiting).await.is_err());
    assert_eq!(run_due(&then).await.expect("it looks"), Ran::default());
    let listed: Vec<_> =
        list_scheduled_changes(&now, &FlagReader::operator(), Some(FLAG)).await.expect("a list");
    assert_eq!(
        listed.iter().map(|it| it.change.id).collect::<Vec<_>>(),
        [done, waiting],
        "the latest end first"
    );
    assert_eq!(
        list_scheduled_changes(&now, &FlagReader::operator(), Some("another")).await.expect("a list"),
        []
    );
}

async fn a_flag_has_so_many_changes_waiting_and_no_more(db: Database) {
    let app = app(db.open().await);
    let mut id = ScheduledChangeId(0);
    for _ in 0..100 {
        id = schedule(&app, &plan(percent("5"))).await;
    }
    let refused = schedule_change(&app, &operator(), &plan(percent("5"))).await;
    assert!(matches!(refused, Err(UseCaseError::Invalid { field: "at", .. })), "{refused:?}");
    let other = ScheduleChange { name: String::from("duo_developer_orbit"), ..plan(percent("5")) };
    schedule(&app, &other).await;
    cancel_scheduled_change(&app, &operator(), None, id).await.expect("it waits");
    schedule(&app, &plan(percent("5"))).await;
}

async fn the_plan_names_people_and_keeps_their_ids(db: Database) {
    let storage = db.open().await;
    let (now, then) = (app(storage.clone()), later(&storage, HOUR));
    let ann = user(&storage, "ann").await;
    let targets = Targets {
        users: vec![String::from("ann")],
        feature_groups: vec![String::from("administrators")],
        ..Targets::default()
    };
    schedule(&now, &ScheduleChange { targets, ..plan(FlagValue::Boolean(true)) }).await;
    let what = async || {
        let listed: Vec<Scheduled> =
            list_scheduled_changes(&now, &FlagReader::operator(), None).await.expect("a list");
        listed[0].what.clone()
    };
    assert_eq!(what().await, "on for feature group administrators, on for user ann");
    // Another ann is not whom it was said for.
    db.execute("DELETE FROM users WHERE username = 'ann'").await.expect("she goes");
    user(&storage, "bob").await;
    let other = user(&storage, "ann").await;
    assert_ne!(other, ann);
    assert_eq!(
        what().await,
        format!("on for feature group administrators, on for {}", FlagActor::User(ann).key())
    );
    assert_eq!(run_due(&then).await.expect("it runs").done, 1);
    assert_eq!(gates(&now).await.actors, [FlagActor::User(ann)]);
}
