//! Imports and exports: everything or nothing, in any order of sources, and back again.

use crate::{
    support::Database,
    world::{NOON, app, below, caller, group, member, origin, user},
};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};

use duo_console::{
    domain::{
        namespace::NamespaceKind,
        people::{grants::Source, import::format::ImportKind},
        role::{GivenRole, Role},
    },
    usecases::{
        App, UseCaseError,
        administrator::Administrator,
        people::import::{
            export_people::PeopleExport,
            import_file::{ImportReport, Mode, PlanChanged, import_file},
            stage_import::{apply_staged_import, show_staged_import, stage_import},
        },
    },
};

contract! {
    a_server_is_filled_from_four_files_and_reads_back_unchanged,
    a_dry_run_and_a_refused_file_change_nothing,
    a_plan_is_applied_only_while_it_is_still_true,
    nobody_gets_the_last_seat_twice,
    many_lines_are_written_and_a_second_time_nothing,
    random_grants_of_all_sources_read_back_unchanged,
    who_is_blocked_by_a_file_has_no_session,
}

fn operator() -> Administrator {
    Administrator::operator(origin())
}

async fn import(app: &App, kind: ImportKind, file: &str, mode: Mode<'_>) -> ImportReport {
    import_file(app, &operator(), kind, file.as_bytes(), mode).await.expect("a report")
}

#[track_caller]
fn done(report: &ImportReport) -> (u64, u64, u64, u64) {
    assert_eq!(report.refused, [], "nothing is refused");
    let counts = report.counts;
    (counts.created, counts.changed, counts.removed, counts.unchanged)
}

async fn export(app: &App, kind: ImportKind) -> String {
    let mut export = PeopleExport::new(app.clone(), &operator(), kind);
    let mut file = Vec::new();
    while let Some(piece) = export.next().await.expect("a piece") {
        file.extend(piece);
    }
    String::from_utf8(file).expect("text")
}

async fn all(app: &App) -> [String; 4] {
    let mut files = ImportKind::ALL.map(|_| String::new());
    for (file, kind) in files.iter_mut().zip(ImportKind::ALL) {
        *file = export(app, kind).await;
    }
    files
}

/// Every export changes nothing when it is imported.
async fn reads_back(app: &App) {
    let before = all(app).await;
    for (file, kind) in before.iter().zip(ImportKind::ALL) {
        let report = import(app, kind, file, Mode::Apply).await;
        let lines = u64::try_from(file.lines().count()).expect("few") - 1;
        assert_eq!(done(&report), (0, 0, 0, lines), "{kind:?}: {:?}\n{file}", report.lines);
    }
    assert_eq!(all(app).await, before);
}

const USERS: &str = "username,name,email,admin,state,kind\nann,'=Ann,ann@example.com,yes,active,\nbob,Bob,,no,active,human\nbot,,none,,,bot\ncarl,,none,,blocked,\n";
const GROUPS: &str = "path,name,kind,tier,duo_enterprise,seats\nacme/platform/api,API,project,,,\nacme/platform,,,,,\nacme,Acme,group,ultimate,yes,1\n";
const MEMBERS: &str = "path;user;role;expires_on;action\nacme;ANN@example.com;owner;;\nacme/platform;bob;Release lead (40);2030-01-01;set\n";
const SEATS: &str = "path,user,state,action\nacme,ann,,\n*,bob,used,set\nacme,bob,waiting,\n";

async fn filled(app: &App) {
    for (kind, file) in [
        (ImportKind::Users, USERS),
        (ImportKind::Groups, GROUPS),
        (ImportKind::Members, MEMBERS),
        (ImportKind::Seats, SEATS),
    ] {
        let report = import(app, kind, file, Mode::Apply).await;
        let lines = u64::try_from(file.lines().count()).expect("few") - 1;
        assert_eq!((done(&report), report.applied), ((lines, 0, 0, 0), true), "{kind:?}");
    }
}

async fn a_server_is_filled_from_four_files_and_reads_back_unchanged(db: Database) {
    let app = app(db.open().await);
    filled(&app).await;
    reads_back(&app).await;
    let [users, groups, members, seats] = all(&app).await;
    assert!(users.contains("ann,'=Ann,ann@example.com,yes,active,human\n"), "{users}");
    assert!(groups.contains("acme,Acme,group,ultimate,yes,1\nacme/platform,platform,group,,,\n"), "{groups}");
    assert!(members.contains("acme/platform,bob,Release lead (40),2030-01-01,set\n"), "{members}");
    assert!(seats.contains("acme,bob,waiting,set\n"), "{seats}");
    assert!(seats.contains("acme,ann,used,set\n") && seats.contains("*,bob,used,set\n"), "{seats}");

    let kinds = db.texts("SELECT kind || ' ' || target FROM audit_events ORDER BY id").await;
    let expected = [
        "user_created ann",
        "user_blocked carl",
        "people_imported users",
        "people_imported groups",
        "member_created ann",
        "people_imported members",
        "duo_enterprise_seat_assigned ann",
        "duo_enterprise_seat_assigned bob",
        "duo_enterprise_seat_wait_begun bob",
        "people_imported seats",
    ];
    assert_eq!(kinds, expected);
    let preferences = db.number("SELECT COUNT(*) FROM user_preferences").await;
    assert_eq!(preferences, 4, "everybody has them");

    let taken = "path,user,action\nacme,ann,remove\nacme,bob,set\n";
    assert_eq!(done(&import(&app, ImportKind::Seats, taken, Mode::Apply).await), (1, 0, 1, 0));
    let members = "path,user,action\nacme,ann,remove\nacme/platform,ann,remove\n";
    assert_eq!(done(&import(&app, ImportKind::Members, members, Mode::Apply).await), (0, 0, 1, 1));
    let swapped = "username,email\nann,bob@example.com\nbob,ann@example.com\n";
    assert_eq!(done(&import(&app, ImportKind::Users, swapped, Mode::Apply).await), (0, 2, 0, 0));
    let back = "username,email\nann,ann@example.com\nbob,bob@example.com\n";
    assert_eq!(done(&import(&app, ImportKind::Users, back, Mode::Apply).await), (0, 2, 0, 0));
    let changed = "path,name,tier,seats\nacme,ACME,premium,unknown\nnext,,,\n";
    assert_eq!(done(&import(&app, ImportKind::Groups, changed, Mode::Apply).await), (1, 1, 0, 0));
    reads_back(&app).await;
    assert!(export(&app, ImportKind::Groups).await.contains("acme,ACME,group,premium,yes,unknown\n"));
}

async fn a_dry_run_and_a_refused_file_change_nothing(db: Database) {
    let app = app(db.open().await);
    filled(&app).await;
    let before = (all(&app).await, db.number("SELECT COUNT(*) FROM audit_events").await);
    let one_wrong = [
        (ImportKind::Users, "username,email\ncarl,carl@example.com\ndora,ann@example.com\n"),
        (ImportKind::Users, "username,admin\nann,no\n"),
        (ImportKind::Groups, "path\nnext\nnowhere/b\n"),
        (ImportKind::Members, "path,user,role\nacme,bob,Guest\nacme,nobody,Guest\n"),
        (ImportKind::Seats, "path,user\nacme,bob\n"),
        (ImportKind::Seats, "path,seat\nacme,bob\n"),
    ];
    for (kind, file) in one_wrong {
        for mode in [Mode::DryRun, Mode::Apply] {
            let report = import(&app, kind, file, mode).await;
            assert!(!report.refused.is_empty() && !report.applied, "{file}");
        }
    }
    let right = import(&app, ImportKind::Members, "path,user,role\nacme,bob,Guest\n", Mode::DryRun).await;
    assert_eq!((done(&right), right.applied), ((1, 0, 0, 0), false));
    assert_eq!((all(&app).await, db.number("SELECT COUNT(*) FROM audit_events").await), before);
}

async fn a_plan_is_applied_only_while_it_is_still_true(db: Database) {
    let app = app(db.open().await);
    filled(&app).await;
    let mut uow = app.storage.read().await.expect("a view");
    let ann = uow.users().find_by_username("ann").await.expect("an answer").expect("ann").id;
    let bob = uow.users().find_by_username("bob").await.expect("an answer").expect("bob").id;
    drop(uow);
    let admin = |id, name: &str| {
        let mut caller = caller(id, name);
        caller.actor.is_admin = true;
        caller
    };
    let (ann, bob) = (admin(ann, "ann"), admin(bob, "bob"));
    let file = b"path,user,role\nacme,bob,Guest\n";
    let id = stage_import(&app, &ann, ImportKind::Members, file).await.expect("it is kept");
    let plan = show_staged_import(&app, &ann, id).await.expect("a plan").plan;
    assert!(matches!(show_staged_import(&app, &bob, id).await, Err(UseCaseError::NotFound(_))));

    import(&app, ImportKind::Members, "path,user,role\nacme,bob,Reporter\n", Mode::Apply).await;
    let stale = apply_staged_import(&app, &ann, id, &plan).await;
    assert!(stale.is_err_and(|error| error.own() == Some(&PlanChanged)));
    let plan = show_staged_import(&app, &ann, id).await.expect("a plan").plan;
    let applied = apply_staged_import(&app, &ann, id, &plan).await.expect("it is applied");
    assert_eq!(done(&applied), (0, 1, 0, 0));
    let gone = apply_staged_import(&app, &ann, id, &plan).await;
    assert!(matches!(gone, Err(UseCaseError::NotFound(_))), "it is applied once");

    let first = stage_import(&app, &ann, ImportKind::Members, file).await.expect("it is kept");
    let second = stage_import(&app, &ann, ImportKind::Members, file).await.expect("it is kept");
    assert!(show_staged_import(&app, &ann, first).await.is_err(), "only the latest is kept");
    assert!(show_staged_import(&app, &ann, second).await.is_ok());
}

async fn nobody_gets_the_last_seat_twice(db: Database) {
    let apps = [app(db.open().await), app(db.open().await)];
    filled(&apps[0]).await;
    let taken = "path,user,action\nacme,ann,remove\n";
    import(&apps[0], ImportKind::Seats, taken, Mode::Apply).await;
    let files = ["path,user\nacme,ann\n", "path,user\nacme,bob\n"];
    let ask = |at: usize| import(&apps[at], ImportKind::Seats, files[at], Mode::Apply);
    let (one, other) = tokio::join!(ask(0), ask(1));
    assert_eq!(one.applied, !other.applied, "{one:?} {other:?}");
    let used = "SELECT COUNT(*) FROM duo_enterprise_seats s JOIN seat_pools p ON p.id = s.pool_id WHERE p.namespace_id IS NOT NULL AND s.state = 'used'";
    assert_eq!(db.number(used).await, 1);
}

async fn many_lines_are_written_and_a_second_time_nothing(db: Database) {
    let app = app(db.open().await);
    let lines = |head: &str, line: &dyn Fn(usize) -> String| {
        (0..4_500).fold(String::from(head), |file, at| file + "\n" + &line(at))
    };
    let users = lines("username,email", &|at| format!("u{at},u{at}@example.com"));
    let groups = lines("path,kind", &|at| match at {
        0 => String::from("acme,"),
        at => format!("acme/g{at},project"),
    });
    let members =
        lines("path,user,role", &|at| format!("acme,u{at},{}", if at % 2 == 0 { "Guest" } else { "35" }));
    for (kind, file) in
        [(ImportKind::Users, users), (ImportKind::Groups, groups), (ImportKind::Members, members)]
    {
        assert_eq!(done(&import(&app, kind, &file, Mode::Apply).await), (4_500, 0, 0, 0), "{kind:?}");
        let events = "SELECT COUNT(*) FROM audit_events";
        let before = db.number(events).await;
        assert_eq!(done(&import(&app, kind, &file, Mode::Apply).await), (0, 0, 0, 4_500), "{kind:?}");
        assert_eq!(db.number(events).await, before, "what changes nothing is no event");
    }
    reads_back(&app).await;
}

async fn random_grants_of_all_sources_read_back_unchanged(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    let mut random = StdRng::seed_from_u64(12);
    let acme = group(&storage, "acme").await;
    let mut places = vec![acme.clone()];
    for at in 0..6 {
        let parent = places.choose(&mut random).expect("one").clone();
        let path = format!("{}/g{at}", parent.path);
        places.push(below(&storage, &parent, NamespaceKind::Group, &path).await);
    }
    let mut people = Vec::new();
    for at in 0..8 {
        people.push(user(&storage, &format!("u{at}")).await);
    }
    member(&storage, acme.id, people[0], Role::Owner).await;
    for _ in 0..40 {
        let mut uow = storage.begin().await.expect("a unit of work");
        for _ in 0..10 {
            let place = places.choose(&mut random).expect("one").id;
            let person = *people.choose(&mut random).expect("one");
            let source = *Source::ALL.choose(&mut random).expect("one");
            let name = random
                .gen_bool(0.3)
                .then(|| String::from(*["-Lead", "a (3)", "=x;+y"].choose(&mut random).expect("one")));
            let role = GivenRole::new(random.gen_range(5..=50), name).expect("a role");
            // Days before and after now, at midnight.
            let day = NOON.as_millis() / 86_400_000 * 86_400_000;
            let midnight = duo_console::domain::time::Timestamp::from_millis(day);
            let expires_at = random.gen_bool(0.5).then(|| midnight.plus_days(random.gen_range(-3..300)));
            if random.gen_bool(0.2) {
                uow.memberships().remove(place, person, source).await.expect("removed");
            } else {
                uow.memberships().set(place, person, source, &role, expires_at).await.expect("set");
            }
        }
        for pool in [Some(acme.id), None] {
            let pool = uow.seats().pool_to_change(pool).await.expect("a pool").id;
            let person = *people.choose(&mut random).expect("one");
            let source = *[Source::Hand, Source::Import].choose(&mut random).expect("one");
            let mut seats = uow.seats();
            let done = match random.gen_range(0..4) {
                0 => seats.remove(pool, person).await,
                1 => seats.assign(pool, person, source, NOON).await,
                _ => seats.wait(pool, person, source, NOON).await,
            };
            done.expect("changed");
        }
        uow.commit().await.expect("committed");
        reads_back(&app).await;
    }
}

async fn who_is_blocked_by_a_file_has_no_session(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    filled(&app).await;
    db.execute("INSERT INTO sessions (token_hash, user_id, created_at, last_seen_at, expires_at, remote_ip, user_agent, authenticated_at) SELECT 'x', id, 0, 0, 0, '', '', 0 FROM users WHERE username = 'bot'").await.expect("a session");
    import(&app, ImportKind::Users, "username,state\nbot,blocked\n", Mode::Apply).await;
    assert_eq!(db.number("SELECT COUNT(*) FROM sessions").await, 0);
    import(&app, ImportKind::Users, "username,state\nbot,active\n", Mode::Apply).await;
    let kinds = db.texts("SELECT kind FROM audit_events WHERE target = 'bot' ORDER BY id").await;
    assert_eq!(kinds, ["user_blocked", "user_unblocked"]);
}
