//! The change feed: its content, order and retention; and that caches are correct after every write.

#![expect(clippy::large_futures, reason = "each write of the program is one, and a test goes through them")]

use crate::{
    changes::{settled, watching},
    deployed_versions::deployed,
    seats::operator as keeper,
    support::{Backend, Database, committed},
    world::{NOON, app, app_at, caller, group, member, origin, owner, run_due, switch, user},
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::time::Duration;
use tokio::time::{sleep, timeout};

use duo_console::{
    domain::{
        change::{Topic, Topics},
        environment::Environment,
        field_edit::FieldEdit,
        flags::{FlagDefinition, FlagType, FlagValue, Target, TargetKind, Targets},
        flows::{
            catalogue::{DEVELOPER, Tier},
            orbit::{OrbitSetting, OrbitSettings},
        },
        ids::{ChangeId, UserId},
        namespace::{Namespace, Subscription},
        people::seats::SeatPlace,
        preferences::{Display, Theme, TimeFormat},
        role::Role,
        time::Timestamp,
        token::Scope,
        user::UserKind,
    },
    storage::{Knowledge, Storage, StorageError},
    usecases::{
        App, Caller, FlagEditor, Guard, SignedIn, Where,
        accounts::{
            authenticate::{by_session, by_token},
            block_user::{block_user, unblock_user},
            confirm_sign_in::confirm_sign_in,
            create_token::{CreateToken, create_token},
            create_user::{CreateUser, create_user},
            delete_user::delete_user,
            edit_user::{EditUser, edit_user},
            end_sessions::{end_other_sessions, revoke_session},
            list_sessions::list_sessions,
            list_tokens::list_tokens,
            revoke_token::revoke_token,
            set_email::set_email,
            set_password::set_password,
            sign_in::{SignIn, sign_in},
            sign_out::sign_out,
        },
        administrator::Administrator,
        decisions::{
            decide_code_review::{Question, decide_code_review},
            decide_flow_version::decide_flow_version,
            follow_changes::{Followed, changes_after, last_change},
        },
        flags::{
            change_member::change_member,
            create_feature_group::create_feature_group,
            define_features::define_features,
            delete_feature::{DeleteFeature, delete_feature},
            evaluate_flags::{Subject, evaluate_all, evaluate_one},
            flag_definitions::to_yaml,
            freeze_changes::{begin_freeze, end_freeze},
            schedule_change::{ScheduleChange, schedule_change},
            set_feature::{SetFeature, set_feature},
            set_feature_group::set_feature_group,
        },
        flows::{
            save_display::save_display,
            set_flow_versions::{SetFlowVersions, set_flow_versions},
        },
        people::{
            change_seats::{SeatChange, change_seats},
            set_purchased_seats::set_purchased_seats,
        },
    },
};

contract! {
    ids_have_no_gaps_and_appear_in_their_order_whoever_is_slow_to_commit,
    what_was_not_committed_leaves_no_gap,
    who_comes_back_goes_on_where_they_were_or_is_told_that_they_cannot,
    an_id_of_the_audit_log_misses_nothing_in_silence,
    old_changes_are_removed_from_the_beginning,
    a_row_of_a_newer_release_makes_everything_old,
    rows_that_were_removed_before_a_server_saw_them_make_everything_old,
    what_changes_no_answer_is_not_in_the_feed,
    a_flag_that_is_set_as_it_is_leaves_no_change,
    what_is_remembered_is_right_after_every_write_of_another_server,
    what_is_remembered_is_right_after_every_write_of_ones_own,
}

const PASSWORD: &str = "correct horse battery";

/// A write of this topic without a notification.
async fn touch(storage: &Storage, topic: Topic) {
    committed(storage, async |uow| uow.change_feed().touch(topic)).await;
}

async fn last(storage: &Storage) -> ChangeId {
    storage.read().await.expect("a view").change_feed().last().await.expect("an id")
}

/// The ids after `after`, or that the cursor is too old.
async fn following(storage: &Storage, after: i64, limit: i64) -> Option<Vec<i64>> {
    let mut view = storage.read().await.expect("a view");
    let changes = view.change_feed().following(ChangeId(after), limit).await.expect("the feed");
    changes.map(|changes| changes.iter().map(|it| it.id.0).collect())
}

/// On PostgreSQL some commits take long after their ids were given: with ids of a sequence, a reader would
/// see a higher one before.
async fn slow_commits(db: &Database) {
    if db.backend == Backend::Postgres {
        db.execute(
            "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN PERFORM pg_sleep(random() * 0.02); RETURN NULL; END $$",
        )
        .await
        .expect("a function");
        db.execute(
            "CREATE CONSTRAINT TRIGGER changes_dawdle AFTER INSERT ON changes DEFERRABLE INITIALLY DEFERRED
             FOR EACH ROW EXECUTE FUNCTION dawdle()",
        )
        .await
        .expect("a trigger");
    }
}

async fn ids_have_no_gaps_and_appear_in_their_order_whoever_is_slow_to_commit(db: Database) {
    const WRITERS: usize = 6;
    const EACH: usize = 15;
    let servers = [app(watching(&db).await), app(watching(&db).await)];
    let group = group(&servers[0].storage, "acme").await;
    let mut ann = owner(&servers[0].storage, &group, "ann").await;
    ann.actor.is_admin = true;
    slow_commits(&db).await;
    let begin = last_change(&servers[0]).await.expect("an id");
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let storage = servers[writer % 2].storage.clone();
            tokio::spawn(async move {
                let mut random = StdRng::seed_from_u64(writer as u64);
                for _ in 0..EACH {
                    let mut uow = storage.begin().await.expect("a unit of work");
                    for _ in 0..random.gen_range(1..4) {
                        uow.change_feed().touch(Topic::ALL[random.gen_range(0..Topic::ALL.len())]);
                    }
                    // Some roll back.
                    if random.gen_bool(0.8) {
                        uow.commit().await.expect("it commits");
                    }
                }
            })
        })
        .collect();
    // Readers of both servers, each of which breaks off and comes back with what it had last.
    let over = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let readers: Vec<_> = [&servers[0], &servers[1], &servers[0], &servers[1]]
        .into_iter()
        .enumerate()
        .map(|(seed, server)| {
            let (server, ann, over) = (server.clone(), ann.clone(), over.clone());
            tokio::spawn(async move {
                let mut random = StdRng::seed_from_u64(seed as u64);
                let mut seen = vec![begin.0];
                loop {
                    let is_last_look = over.load(std::sync::atomic::Ordering::Acquire);
                    let cursor = ChangeId(*seen.last().expect("the first"));
                    if random.gen_bool(0.5) {
                        let limit = random.gen_range(1..8);
                        let ids = following(&server.storage, cursor.0, limit).await.expect("it goes on");
                        if ids.is_empty() && is_last_look {
                            return seen;
                        }
                        seen.extend(ids);
                    } else {
                        // As streams do, from the cache.
                        let page = changes_after(&server, &ann, Followed::Everything, cursor).await;
                        let page = page.expect("a page").expect("it goes on");
                        seen.extend(cursor.0 + 1..=page.until.0);
                    }
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.expect("it wrote");
    }
    over.store(true, std::sync::atomic::Ordering::Release);
    let end = last(&servers[0].storage).await;
    let all: Vec<_> = (begin.0..=end.0).collect();
    assert!(all.len() > 30, "{all:?}");
    for reader in readers {
        assert_eq!(timeout(Duration::from_mins(1), reader).await.expect("soon").expect("it read"), all);
    }
    let rows = format!("SELECT COUNT(*) FROM changes WHERE id > {begin} AND id <= {end}");
    assert_eq!(db.number(&rows).await, end.0 - begin.0);
}

async fn what_was_not_committed_leaves_no_gap(db: Database) {
    let storage = db.open().await;
    touch(&storage, Topic::People).await;
    let before = last(&storage).await;
    let mut uow = storage.begin().await.expect("a unit of work");
    uow.change_feed().touch(Topic::People);
    drop(uow);
    // A failing commit.
    db.execute("ALTER TABLE changes RENAME TO elsewhere").await.expect("it is away");
    let mut uow = storage.begin().await.expect("a unit of work");
    uow.change_feed().touch(Topic::People);
    let failed: Result<(), StorageError> = uow.commit().await;
    assert!(failed.is_err());
    db.execute("ALTER TABLE elsewhere RENAME TO changes").await.expect("it is back");
    touch(&storage, Topic::People).await;
    assert_eq!(following(&storage, before.0, 10).await, Some(vec![before.0 + 1]));
}

async fn who_comes_back_goes_on_where_they_were_or_is_told_that_they_cannot(db: Database) {
    let storage = db.open().await;
    for _ in 0..5 {
        touch(&storage, Topic::People).await;
    }
    assert_eq!(following(&storage, 0, 10).await, Some(vec![1, 2, 3, 4, 5]));
    assert_eq!(following(&storage, 3, 1).await, Some(vec![4]));
    assert_eq!(following(&storage, 5, 10).await, Some(vec![]));
    // A backup was restored.
    assert_eq!(following(&storage, 6, 10).await, None);
    assert_eq!(following(&storage, i64::MAX, 10).await, None);
    // The first were removed.
    db.execute("DELETE FROM changes WHERE id <= 2").await.expect("they go");
    assert_eq!(following(&storage, 0, 10).await, None);
    assert_eq!(following(&storage, 1, 10).await, None);
    assert_eq!(following(&storage, 2, 10).await, Some(vec![3, 4, 5]));
    db.execute("DELETE FROM changes").await.expect("they go");
    assert_eq!(following(&storage, 4, 10).await, None);
    assert_eq!(following(&storage, 5, 10).await, Some(vec![]));
}

/// The ids of the feed were those of the log once.
async fn an_id_of_the_audit_log_misses_nothing_in_silence(db: Database) {
    db.migrate_to(4).await;
    for _ in 0..7 {
        db.execute("INSERT INTO audit_events (at, kind, actor_username, actor_name, surface, target, value_from, value_to, remote_ip, request_id) VALUES (1, 'user_created', 'ann', 'Ann', 'page', 'x', '', '', '', 'r')")
            .await
            .expect("an event");
    }
    let storage = db.open().await;
    assert_eq!(following(&storage, 6, 10).await, None, "it missed one");
    assert_eq!(following(&storage, 7, 10).await, Some(vec![]), "it missed none");
    touch(&storage, Topic::People).await;
    assert_eq!(following(&storage, 6, 10).await, None);
    assert_eq!(following(&storage, 7, 10).await, Some(vec![8]));
}

async fn old_changes_are_removed_from_the_beginning(db: Database) {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let storage = db.open().await;
    let create_at = async |username: &str, days: i64| {
        let app = app_at(storage.clone(), NOON.plus_days(days));
        create_user(&app, &origin(), &new_user(username)).await.expect("a user");
    };
    // A server whose clock was ahead was third.
    for (username, days) in [("a", 0), ("b", 1), ("c", 20), ("d", 2), ("e", 31)] {
        create_at(username, days).await;
    }
    let first = last(&storage).await.0 - 4;
    let kept = async || db.texts("SELECT key FROM changes ORDER BY id").await;
    let delete = async |until: Timestamp, limit| {
        committed(&storage, async |uow| uow.change_feed().delete_old(until, limit).await.expect("removed"))
            .await
    };
    assert_eq!(delete(NOON.plus_millis(-1), 10).await, 0);
    assert_eq!(delete(NOON.plus_millis(3 * DAY), 1).await, 1);
    assert_eq!(kept().await, ["b", "c", "d", "e"]);
    assert_eq!(delete(NOON.plus_millis(3 * DAY), 10).await, 1, "nothing from the middle");
    assert_eq!(kept().await, ["c", "d", "e"]);
    // The job: 30 days.
    let later = app_at(storage.clone(), NOON.plus_days(51));
    duo_console::usecases::jobs::run_jobs::add_standing_jobs(&later).await.expect("they stand");
    run_due(&later).await.expect("it runs");
    assert_eq!(kept().await, ["e"]);
    assert_eq!(following(&storage, first + 2, 10).await, None);
    assert_eq!(following(&storage, first + 3, 10).await, Some(vec![first + 4]));
}

/// This server's counters of the topics.
fn generation(storage: &Storage, topics: &[Topic]) -> duo_console::storage::Generation {
    match storage.changes().knowledge() {
        Knowledge::Current(generations) => generations.of(Topics::of(topics)),
        other => panic!("{other:?}"),
    }
}

macro_rules! eventually {
    ($condition:expr, $($what:tt)*) => {
        timeout(Duration::from_secs(10), async {
            while !$condition {
                sleep(Duration::from_millis(2)).await;
            }
        })
        .await
        .unwrap_or_else(|_| panic!($($what)*))
    };
}

async fn a_row_of_a_newer_release_makes_everything_old(db: Database) {
    let here = watching(&db).await;
    settled(&here).await;
    let before = Topic::ALL.map(|topic| generation(&here, &[topic]));
    db.execute("INSERT INTO changes (id, at, topic, key, kind) SELECT last + 1, 1, 'workflows', '', '' FROM change_head").await.expect("a row");
    db.execute("UPDATE change_head SET last = last + 1").await.expect("its id");
    for (topic, before) in Topic::ALL.into_iter().zip(before) {
        eventually!(generation(&here, &[topic]) != before, "{topic:?}");
    }
}

async fn rows_that_were_removed_before_a_server_saw_them_make_everything_old(db: Database) {
    let here = watching(&db).await;
    if db.backend == Backend::Postgres {
        return;
    }
    settled(&here).await;
    let before = Topic::ALL.map(|topic| generation(&here, &[topic]));
    db.execute("UPDATE change_head SET last = last + 1").await.expect("its row is gone");
    for (topic, before) in Topic::ALL.into_iter().zip(before) {
        eventually!(generation(&here, &[topic]) != before, "{topic:?}");
    }
}

fn new_user(username: &str) -> CreateUser<'_> {
    CreateUser {
        username,
        name: username,
        kind: UserKind::Human,
        is_admin: false,
        password: Some(PASSWORD),
        email: None,
    }
}

fn operator() -> FlagEditor {
    FlagEditor::operator(origin())
}

async fn begin_session(app: &App, username: &str) -> String {
    let form = SignIn { username, password: PASSWORD, old_token: None, user_agent: "" };
    sign_in(app, &origin(), form).await.expect("an answer").expect("a session")
}

async fn signed_in(app: &App, token: &str) -> SignedIn {
    let session = by_session(app, token).await.expect("an answer").expect("it counts");
    let caller = Caller { actor: session.actor, origin: origin() };
    SignedIn { caller, display: session.display, session: session.session }
}

fn set(flag: &str, value: FlagValue, targets: Targets) -> SetFeature {
    SetFeature { value, targets, undefined_too: true, ..SetFeature::everyone(flag, true) }
}

/// Writes that invalidate no cache.
/// Production is compared with staging, whose version moves on where production changes.
async fn a_flag_that_is_set_as_it_is_leaves_no_change(db: Database) {
    let storage = db.open().await;
    let app = app_at(storage.clone(), NOON);
    let here = SetFeature::everyone("duo_developer_orbit", true);
    let both = [Environment::Staging, Environment::Production];
    let set = SetFeature { environments: Where::Named(both.to_vec()), ..here.clone() };
    set_feature(&app, &operator(), &set).await.expect("it is set");
    let before = last(&storage).await;
    let again = SetFeature { environments: Where::Named(vec![Environment::Production]), ..here };
    set_feature(&app, &operator(), &again).await.expect("it is so already");
    assert_eq!(last(&storage).await, before);
}

async fn what_changes_no_answer_is_not_in_the_feed(db: Database) {
    let here = watching(&db).await;
    let there = app(db.open().await);
    let group = group(&there.storage, "acme").await;
    owner(&there.storage, &group, "olga").await;
    create_user(&there, &origin(), &new_user("ann")).await.expect("a user");
    duo_console::usecases::jobs::run_jobs::add_standing_jobs(&there).await.expect("they stand");
    settled(&here).await;
    let (begin, before) = (last(&there.storage).await, here.changes().knowledge());
    let mut bell = here.changes().listen();
    bell.is_up_to_date();

    let session = begin_session(&there, "ann").await;
    let ann = signed_in(&there, &session).await.caller;
    let wrong = SignIn { username: "ann", password: "wrong", old_token: None, user_agent: "" };
    assert!(sign_in(&there, &origin(), wrong).await.expect("an answer").is_none());
    let new = CreateToken { name: "ci", scopes: &[Scope::ReadDecisions], expires_at: NOON.plus_days(30) };
    let token = create_token(&there, &ann, &new).await.expect("a token");
    by_token(&there, &token).await.expect("it counts, and its use is noted");
    set_email(&there, &origin(), "ann", Some("ann@example.com")).await.expect("an address");
    begin_freeze(&there, &operator(), Environment::Production, "A holiday").await.expect("it begins");
    end_freeze(&there, &operator(), Environment::Production, None).await.expect("it ends");
    let ran = run_due(&there).await.expect("jobs run");
    assert!(ran.done > 0);

    assert!(db.number("SELECT COUNT(*) FROM audit_events").await >= 6, "acts are recorded all the same");
    assert_eq!(last(&there.storage).await, begin);
    settled(&here).await;
    assert_eq!(here.changes().knowledge(), before);
    assert!(timeout(Duration::from_millis(50), bell.next()).await.is_err(), "nobody is woken");
}

/// Two servers, one of which has a warm cache.
struct Scene {
    db: Database,
    /// With a warm cache.
    here: App,
    /// With a cold cache.
    fresh: App,
    /// The writer.
    writer: App,
    /// Whether the writer is the server with the warm cache.
    writes_itself: bool,
    group: Namespace,
    ann: Caller,
    rex: UserId,
    token: String,
    sessions: Vec<String>,
}

impl Scene {
    /// Every kind of fact is in one of these.
    async fn answers(&self, app: &App) -> Vec<String> {
        let mut answers = Vec::new();
        for username in ["rex", "zoe"] {
            let question = Question { namespace: self.group.path.clone(), username: username.to_owned() };
            let review = decide_code_review(app, &self.ann, &question).await;
            answers.push(format!("{:?}", review.map(|it| it.decision).map_err(|it| it.to_string())));
            let version = decide_flow_version(app, &self.ann, DEVELOPER, &question).await;
            answers.push(format!("{:?}", version.map(|it| it.decision).map_err(|it| it.to_string())));
            let subject = Subject { user: Some(username.to_owned()), ..Subject::default() };
            let flag = evaluate_one(app, &self.ann, "a_flag", &subject).await;
            answers.push(format!("{:?}", flag.map(|it| it.evaluation)));
            let flags = evaluate_all(app, &self.ann, &subject).await;
            let flags = flags.map(|all| {
                let names: Vec<_> = all.set.flags().iter().map(|it| it.name().to_owned()).collect();
                (names, all.outcomes.iter().map(|it| format!("{it:?}")).collect::<Vec<_>>())
            });
            answers.push(format!("{flags:?}"));
        }
        // Who asks has to have a role.
        let rex = caller(self.rex, "rex");
        let question = Question { namespace: self.group.path.clone(), username: String::from("ann") };
        let review = decide_code_review(app, &rex, &question).await;
        answers.push(format!("{:?}", review.map(|it| it.decision).map_err(|it| it.to_string())));
        answers.push(format!("{:?}", by_token(app, &self.token).await.map_err(|it| it.to_string())));
        for session in &self.sessions {
            let session = by_session(app, session).await.expect("an answer");
            answers.push(format!("{:?}", session.map(|it| (it.actor.username, it.actor.proof, it.display))));
        }
        answers
    }

    /// Whether the write changes an answer is `changes`; and it is in the feed exactly then.
    async fn after(&self, what: &str, changes: bool, write: impl Future<Output = ()>) {
        let before = self.answers(&self.here).await;
        assert_eq!(before, self.answers(&self.fresh).await, "before: {what}");
        let begin = last(&self.fresh.storage).await;
        write.await;
        let now = self.answers(&self.fresh).await;
        assert_eq!(now != before, changes, "{what}: {before:#?} {now:#?}");
        assert_eq!(last(&self.fresh.storage).await != begin, changes, "{what} in the feed");
        if self.writes_itself {
            assert_eq!(self.answers(&self.here).await, now, "at once: {what}");
        } else {
            eventually!(self.answers(&self.here).await == now, "{what}");
        }
    }
}

async fn what_is_remembered_is_right_after_every_write_of_another_server(db: Database) {
    let (here, writer) = (app(watching(&db).await), app(db.open().await));
    every_write(db, here, Some(writer)).await;
}

async fn what_is_remembered_is_right_after_every_write_of_ones_own(db: Database) {
    let here = app(watching(&db).await);
    every_write(db, here, None).await;
}

/// `other` is who writes; without one `here` does.
async fn every_write(db: Database, here: App, other: Option<App>) {
    let writes_itself = other.is_none();
    let writer = other.unwrap_or_else(|| here.clone());
    let fresh = app(db.open().await);
    let group = group(&writer.storage, "acme").await;
    let mut ann = owner(&writer.storage, &group, "ann").await;
    ann.actor.is_admin = true;
    let rex = create_user(&writer, &origin(), &new_user("rex")).await.expect("a user");
    let sessions = vec![
        begin_session(&writer, "rex").await,
        begin_session(&writer, "rex").await,
        begin_session(&writer, "rex").await,
    ];
    let signed_in = signed_in(&writer, &sessions[0]).await;
    let new = CreateToken { name: "ci", scopes: &[Scope::ReadDecisions], expires_at: NOON.plus_days(30) };
    let token = create_token(&writer, &signed_in.caller, &new).await.expect("a token");
    let mut scene = Scene { db, here, fresh, writer, writes_itself, group, ann, rex, token, sessions };
    settled(&scene.here.storage).await;
    people_and_flows(&scene).await;
    flags(&scene).await;
    accounts(&mut scene).await;
}

async fn people_and_flows(scene: &Scene) {
    let Scene { writer, group, ann, rex, .. } = scene;
    let storage = &writer.storage;
    scene.after("a member", true, member(storage, group.id, *rex, Role::Developer)).await;
    scene
        .after("a flow with consent", true, async {
            switch(writer, ann, group, true, 0).await.expect("it is switched");
        })
        .await;
    scene
        .after("a flow off", true, async {
            switch(writer, ann, group, false, 1).await.expect("it is switched");
        })
        .await;
    scene
        .after("a seat", true, async {
            committed(storage, async |uow| {
                uow.seats()
                    .give(group.id, *rex, duo_console::domain::people::grants::Source::Hand, NOON)
                    .await
                    .expect("a seat");
            })
            .await;
        })
        .await;
    for (what, place, change, changes) in [
        ("a seat taken", SeatPlace::Group(group.path.clone()), SeatChange::Take, true),
        ("a seat of the instance", SeatPlace::Instance, SeatChange::Give, true),
    ] {
        scene
            .after(what, changes, async {
                change_seats(writer, &keeper(), &place, change, "rex").await.expect("it is changed");
            })
            .await;
    }
    scene
        .after("a place on the waiting list", false, async {
            let place = SeatPlace::Group(group.path.clone());
            set_purchased_seats(writer, &keeper(), &place, FieldEdit::to(Some(0))).await.expect("set");
            change_seats(writer, &keeper(), &place, SeatChange::Wait, "rex").await.expect("he waits");
        })
        .await;
    scene
        .after("a subscription", true, async {
            let less = Subscription { tier: Tier::Ultimate, duo_enterprise: false };
            committed(storage, async |uow| {
                uow.top_level_groups().save(group.id, less).await.expect("saved");
            })
            .await;
        })
        .await;
    let both = [(DEVELOPER, "2.0.0"), (DEVELOPER, "2.0.0-orbit")];
    for (seen_version, list) in [(0, &both[..0]), (1, &both[..])] {
        scene
            .after("a registry", true, async {
                let command = SetFlowVersions {
                    environment: Environment::Production,
                    deployed: deployed(list),
                    seen_version,
                };
                set_flow_versions(writer, ann, command).await.expect("she may");
            })
            .await;
    }
    scene
        .after("another user", true, async {
            create_user(writer, &origin(), &new_user("zoe")).await.expect("a user");
        })
        .await;
}

async fn flags(scene: &Scene) {
    let Scene { writer, .. } = scene;
    let everyone = |on| set("a_flag", FlagValue::Boolean(on), Targets::default());
    let for_staff = Targets { feature_groups: vec![String::from("staff")], ..Targets::default() };
    scene
        .after("a flag", true, async {
            set_feature(writer, &operator(), &everyone(true)).await.expect("it is set");
        })
        .await;
    scene
        .after("a group", true, async {
            create_feature_group(writer, &operator(), "staff").await.expect("it is made");
            set_feature(writer, &operator(), &everyone(false)).await.expect("it is set");
            let command = set("a_flag", FlagValue::Boolean(true), for_staff.clone());
            set_feature(writer, &operator(), &command).await.expect("it is set");
        })
        .await;
    scene
        .after("a member of a group", true, async {
            let member = Target { kind: TargetKind::User, name: String::from("rex") };
            change_member(writer, &operator(), "staff", &member, true).await.expect("it is in");
        })
        .await;
    scene
        .after("all members of a group", true, async {
            let members = Targets { users: vec![String::from("zoe")], ..Targets::default() };
            set_feature_group(writer, &operator(), "staff", &members).await.expect("it is set");
        })
        .await;
    scene
        .after("a definition", true, async {
            let mine = FlagDefinition {
                group: "owner".into(),
                ..FlagDefinition::new("my_flag", FlagType::Beta, true)
            };
            define_features(writer, &operator(), &to_yaml(&[mine])).await.expect("it is defined");
        })
        .await;
    scene
        .after("a scheduled change", true, async {
            let plan = ScheduleChange {
                name: String::from("a_flag"),
                environment: Where::Here,
                value: FlagValue::Boolean(true),
                targets: Targets::default(),
                due_at: NOON.plus_millis(1_000),
                reason: None,
                undefined_too: true,
            };
            schedule_change(writer, &operator(), &plan).await.expect("it is scheduled");
            let later = app_at(writer.storage.clone(), NOON.plus_millis(2_000));
            assert_eq!(run_due(&later).await.expect("it runs").done, 1);
        })
        .await;
    scene
        .after("a flag deleted", true, async {
            let command = DeleteFeature {
                name: String::from("a_flag"),
                environments: Where::Here,
                undefined_too: true,
                guard: Guard::default(),
            };
            assert!(delete_feature(writer, &operator(), &command).await.expect("it is deleted").was_set());
        })
        .await;
    scene
        .after("the flags of Orbit", true, async {
            for flag in ["duo_developer_orbit", "orbit_user_preference"] {
                set_feature(writer, &operator(), &SetFeature::everyone(flag, true)).await.expect("it is set");
            }
        })
        .await;
    scene
        .after("what somebody chose about Orbit", true, async {
            let settings = OrbitSettings::default().with(OrbitSetting::Master, true);
            committed(&writer.storage, async |uow| {
                uow.preferences().save_orbit(scene.rex, settings, 0).await.expect("saved");
            })
            .await;
        })
        .await;
    let freeze = async {
        begin_freeze(writer, &operator(), Environment::Production, "A holiday").await.expect("it begins");
        end_freeze(writer, &operator(), Environment::Production, None).await.expect("it ends");
    };
    scene.after("a freeze", false, freeze).await;
}

async fn accounts(scene: &mut Scene) {
    let writer = scene.writer.clone();
    let rex = signed_in(&writer, &scene.sessions[0]).await;
    scene
        .after("another session", false, async {
            begin_session(&writer, "rex").await;
        })
        .await;
    scene
        .after("another token", false, async {
            let new =
                CreateToken { name: "cd", scopes: &[Scope::ReadDecisions], expires_at: NOON.plus_days(30) };
            create_token(&writer, &rex.caller, &new).await.expect("a token");
        })
        .await;
    scene
        .after("an address", false, async {
            set_email(&writer, &origin(), "rex", Some("rex@example.com")).await.expect("an address");
        })
        .await;
    scene
        .after("how pages look", true, async {
            let display = Display { theme: Theme::Dark, time_format: TimeFormat::TwelveHour };
            save_display(&writer, &rex.caller, display).await.expect("saved");
        })
        .await;
    scene
        .after("a token revoked", true, async {
            let tokens = list_tokens(&writer, &rex.caller).await.expect("a list");
            for token in tokens {
                revoke_token(&writer, &rex.caller, token.id).await.expect("it is revoked");
            }
        })
        .await;
    scene
        .after("signed out", true, async {
            sign_out(&writer, &rex.caller, &scene.sessions[1]).await.expect("it ends");
        })
        .await;
    scene
        .after("a session ended", true, async {
            let third = signed_in(&writer, &scene.sessions[2]).await.session;
            assert!(!list_sessions(&writer, &rex.caller).await.expect("a list").is_empty());
            revoke_session(&writer, &rex, third).await.expect("it ends");
        })
        .await;
    let renewed = confirm_sign_in(&writer, &rex.caller, &scene.sessions[0], PASSWORD).await.expect("renewed");
    settled(&scene.here.storage).await;
    assert!(
        by_session(&scene.here, &scene.sessions[0]).await.expect("an answer").is_none(),
        "it has another token"
    );
    scene.sessions = vec![renewed, begin_session(&writer, "rex").await];
    let rex = signed_in(&writer, &scene.sessions[0]).await;
    scene
        .after("all other sessions", true, async {
            assert!(end_other_sessions(&writer, &rex).await.expect("they end") > 0);
        })
        .await;
    scene
        .after("a password", true, async {
            set_password(&writer, &origin(), "rex", "another horse battery").await.expect("it is set");
        })
        .await;
    let operator = Administrator::operator(origin());
    scene
        .after("a user blocked", true, async {
            assert!(block_user(&writer, &operator, "rex").await.expect("they are blocked"));
        })
        .await;
    scene
        .after("a user blocked already", false, async {
            assert!(!block_user(&writer, &operator, "rex").await.expect("nothing to do"));
        })
        .await;
    scene
        .after("a user unblocked", true, async {
            assert!(unblock_user(&writer, &operator, "rex").await.expect("they are back"));
        })
        .await;
    scene
        .after("another user name", true, async {
            let edit = EditUser { username: Some(FieldEdit::to("zack")), ..EditUser::default() };
            edit_user(&writer, &operator, "zoe", &edit).await.expect("renamed");
        })
        .await;
    scene
        .after("the first user name again", true, async {
            let edit = EditUser { username: Some(FieldEdit::to("zoe")), ..EditUser::default() };
            edit_user(&writer, &operator, "zack", &edit).await.expect("renamed");
        })
        .await;
    scene
        .after("a user deleted", true, async {
            delete_user(&writer, &origin(), "zoe").await.expect("they go");
        })
        .await;
    // Nobody else is who they were.
    assert_eq!(scene.db.number("SELECT COUNT(*) FROM users WHERE username = 'zoe'").await, 0);
    user(&writer.storage, "zoe").await;
    eventually!(
        scene.answers(&scene.here).await == scene.answers(&scene.fresh).await,
        "somebody of the same name"
    );
}
