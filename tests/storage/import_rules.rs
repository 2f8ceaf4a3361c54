//! What holds by hand holds for a file, also while others change the same things at the same moment.

use crate::{
    group_tree::is_whole,
    support::{Database, committed},
    world::{NOON, app, below, caller, group, member, origin, path, user},
};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};

use duo_console::{
    domain::{
        ids::UserId,
        namespace::NamespaceKind,
        people::{
            grants::Source,
            import::format::{ImportKind, Refused},
            members::Membership,
            seats::SeatPlace,
        },
        role::{GivenRole, Role},
    },
    usecases::{
        App, UseCaseError,
        administrator::Administrator,
        delete_group::delete_group,
        move_group::move_group,
        people::{
            archive_group::archive_group,
            change_seats::{SeatChange, change_seats},
            group_editor::GroupEditor,
            import::import_file::{ImportReport, Mode, import_file},
            seat_keeper::SeatKeeper,
        },
    },
};

contract! {
    a_file_and_a_move_of_its_group_leave_a_whole_tree,
    a_file_and_a_deletion_of_its_group_leave_a_whole_tree,
    what_is_archived_is_not_changed_by_a_file,
    two_files_leave_an_administrator,
    nobody_blocks_themselves_by_a_file,
    who_is_blocked_by_a_file_has_no_reset_link,
    seats_of_a_file_are_for_active_people_with_a_role,
    many_pairs_have_a_role_as_each_has,
    a_file_buys_no_fewer_seats_than_are_used,
}

fn operator() -> Administrator {
    Administrator::operator(origin())
}

async fn import(app: &App, kind: ImportKind, file: &str) -> Result<ImportReport, UseCaseError> {
    import_file(app, &operator(), kind, file.as_bytes(), Mode::Apply).await
}

fn named(refused: &[Refused]) -> Vec<(u64, &str)> {
    refused.iter().map(|it| (it.line, it.column.as_str())).collect()
}

fn below_path(parent: &str, round: i32) -> String {
    (0..40).fold(String::from("path,kind"), |file, at| format!("{file}\n{parent}/p{round}-{at},project"))
}

async fn a_file_and_a_move_of_its_group_leave_a_whole_tree(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    let acme = group(&storage, "acme").await;
    group(&storage, "globex").await;
    below(&storage, &acme, NamespaceKind::Group, "acme/sub").await;
    let editor = GroupEditor::operator(origin());
    for round in 0..12 {
        let (from, to) = if round % 2 == 0 { ("acme", "globex") } else { ("globex", "acme") };
        let (sub, to) = (path(&format!("{from}/sub")), path(to));
        let file = below_path(sub.as_str(), round);
        let (report, moved) = tokio::join!(
            import(&app, ImportKind::Groups, &file),
            move_group(&app, &editor, &sub, Some(&to)),
        );
        moved.expect("moved");
        let report = report.expect("a report");
        assert!(report.applied || report.refused.len() == 40, "{report:?}");
        is_whole(&storage).await;
    }
}

async fn a_file_and_a_deletion_of_its_group_leave_a_whole_tree(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    let acme = group(&storage, "acme").await;
    let editor = GroupEditor::operator(origin());
    for round in 0..12 {
        let sub = format!("acme/sub{round}");
        let deleted = below(&storage, &acme, NamespaceKind::Group, &sub).await;
        let file = below_path(&sub, round);
        let (report, deleted) = tokio::join!(
            import(&app, ImportKind::Groups, &file),
            delete_group(&app, &editor, &deleted.path, &sub),
        );
        deleted.expect("deleted");
        let report = report.expect("a report");
        assert!(report.applied || report.refused.len() == 40, "{report:?}");
        is_whole(&storage).await;
    }
    assert_eq!(db.number("SELECT COUNT(*) FROM namespaces").await, 1);
}

async fn what_is_archived_is_not_changed_by_a_file(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    let acme = group(&storage, "acme").await;
    let sub = below(&storage, &acme, NamespaceKind::Group, "acme/sub").await;
    below(&storage, &sub, NamespaceKind::Group, "acme/sub/deep").await;
    let editor = GroupEditor::operator(origin());
    archive_group(&app, &editor, &sub.path, true).await.expect("archived");
    let file = "path,name\nacme,Other\nacme/sub,Other\nacme/sub/deep,Other\nacme/sub/deep/new,\nacme/sub/deep/new/er,\nacme/new,\n";
    let report = import(&app, ImportKind::Groups, file).await.expect("a report");
    assert_eq!(named(&report.refused), [(3, "path"), (4, "path"), (5, "path")]);
    assert!(report.refused.iter().all(|it| it.reason.starts_with("acme/sub is archived")), "{report:?}");
    archive_group(&app, &editor, &sub.path, false).await.expect("unarchived");
    let report = import(&app, ImportKind::Groups, file).await.expect("a report");
    assert_eq!((report.applied, report.counts.created, report.counts.changed), (true, 3, 3), "{report:?}");
    is_whole(&storage).await;
}

async fn two_files_leave_an_administrator(db: Database) {
    let apps = [app(db.open().await), app(db.open().await)];
    import(&apps[0], ImportKind::Users, "username\na\nb\n").await.expect("a report");
    for _ in 0..8 {
        let both = "username,admin,state\na,yes,active\nb,yes,active\n";
        assert!(import(&apps[0], ImportKind::Users, both).await.expect("a report").applied);
        let (one, other) = tokio::join!(
            import(&apps[0], ImportKind::Users, "username,admin\na,no\n"),
            import(&apps[1], ImportKind::Users, "username,state\nb,blocked\n"),
        );
        let (one, other) = (one.expect("a report"), other.expect("a report"));
        assert_eq!(one.applied, !other.applied, "{one:?} {other:?}");
    }
}

async fn nobody_blocks_themselves_by_a_file(db: Database) {
    let app = app(db.open().await);
    import(&app, ImportKind::Users, "username,admin\na,yes\nb,yes\n").await.expect("a report");
    let id = UserId(db.number("SELECT id FROM users WHERE username = 'a'").await);
    let mut caller = caller(id, "a");
    caller.actor.is_admin = true;
    let a = Administrator::reading(&caller).expect("an administrator");
    for (file, column) in [("username,admin\nA,no\n", "admin"), ("username,state\na,blocked\n", "state")] {
        let report = import_file(&app, &a, ImportKind::Users, file.as_bytes(), Mode::Apply).await;
        assert_eq!(named(&report.expect("a report").refused), [(2, column)]);
    }
    let other = b"username,state\nb,blocked\n";
    assert!(import_file(&app, &a, ImportKind::Users, other, Mode::Apply).await.expect("a report").applied);
}

async fn who_is_blocked_by_a_file_has_no_reset_link(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    let ann = user(&storage, "ann").await;
    committed(&storage, async |uow| {
        uow.links().set_reset(ann, "hash", NOON, NOON.plus_days(1)).await.expect("a link");
    })
    .await;
    import(&app, ImportKind::Users, "username,name\nann,Ann\n").await.expect("a report");
    assert_eq!(db.number("SELECT COUNT(*) FROM password_reset_links").await, 1);
    import(&app, ImportKind::Users, "username,state\nann,blocked\n").await.expect("a report");
    assert_eq!(db.number("SELECT COUNT(*) FROM password_reset_links").await, 0);
}

async fn seats_of_a_file_are_for_active_people_with_a_role(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    let acme = group(&storage, "acme").await;
    let sub = below(&storage, &acme, NamespaceKind::Group, "acme/sub").await;
    let users = "username,kind,state\nann,,\nbot,bot,\nbob,,blocked\nstranger,,\n";
    assert!(import(&app, ImportKind::Users, users).await.expect("a report").applied);
    let roles = "path,user,role\nacme/sub,ann,Guest\nacme/sub,bot,Guest\nacme,bob,Owner\n";
    assert!(import(&app, ImportKind::Members, roles).await.expect("a report").applied);
    let seats = "path,user\nacme,ann\nacme,bot\nacme,bob\nacme,stranger\n*,bot\n*,bob\n*,stranger\n";
    let report = import(&app, ImportKind::Seats, seats).await.expect("a report");
    assert_eq!(named(&report.refused), [(3, "user"), (4, "user"), (5, "user"), (6, "user"), (7, "user")]);
    let seats = "path,user\nacme,ann\n*,stranger\n";
    assert!(import(&app, ImportKind::Seats, seats).await.expect("a report").applied);
    let gone = format!("DELETE FROM memberships WHERE namespace_id = {}", sub.id.0);
    db.execute(&gone).await.expect("deleted");
    let again = import(&app, ImportKind::Seats, seats).await.expect("a report");
    assert_eq!((again.counts.unchanged, again.refused.len()), (2, 0), "an export reads back");
}

async fn many_pairs_have_a_role_as_each_has(db: Database) {
    let storage = db.open().await;
    let mut random = StdRng::seed_from_u64(62);
    let mut people = Vec::new();
    for at in 0..12 {
        people.push(user(&storage, &format!("u{at}")).await);
    }
    let (mut top, mut places) = (Vec::new(), Vec::new());
    for tree in 0..4 {
        let root = group(&storage, &format!("t{tree}")).await;
        let sub = below(&storage, &root, NamespaceKind::Group, &format!("t{tree}/s")).await;
        let deep = below(&storage, &sub, NamespaceKind::Group, &format!("t{tree}/s/d")).await;
        let project = below(&storage, &sub, NamespaceKind::Project, &format!("t{tree}/s/p")).await;
        top.push(root.id);
        places.extend([(root.id, true), (sub.id, true), (deep.id, true), (project.id, false)]);
    }
    let mut found = [0, 0];
    for _ in 0..40 {
        db.execute("DELETE FROM memberships").await.expect("deleted");
        db.execute("DELETE FROM namespace_shares").await.expect("deleted");
        let levels = [5, 10, 30];
        let mut given = || {
            let role = GivenRole::new(*levels.choose(&mut random).expect("one"), None).expect("a role");
            let expires_at = *[None, Some(NOON), Some(NOON.plus_days(1))].choose(&mut random).expect("one");
            (*places.choose(&mut random).expect("one"), role, expires_at, random.gen_range(0..12_usize))
        };
        let mut uow = storage.begin().await.expect("a unit of work");
        for _ in 0..6 {
            let ((place, _), role, expires_at, at) = given();
            let set = uow.memberships().set(place, people[at], Source::Hand, &role, expires_at).await;
            set.expect("set");
        }
        for _ in 0..6 {
            let ((place, _), role, expires_at, _) = given();
            let ((invited, is_group), ..) = given();
            if is_group && invited != place {
                let new = Membership { role, expires_at };
                // The same invitation twice is stale.
                let seen = uow.shares().find(place, invited, Source::Hand).await.expect("an answer");
                let saved = uow.shares().save(place, invited, Source::Hand, seen.as_ref(), &new).await;
                saved.expect("saved");
            }
        }
        uow.commit().await.expect("committed");
        let pairs: Vec<_> =
            top.iter().flat_map(|group| people.iter().map(move |user| (*group, *user))).collect();
        let mut view = storage.read().await.expect("a view");
        let with_role = view.bulk().with_role(&pairs, NOON).await.expect("an answer");
        for (group, user) in pairs {
            let alone = view.seats().has_role(group, user, NOON).await.expect("an answer");
            assert_eq!(with_role.contains(&(group, user)), alone, "{group:?} {user:?}");
            found[usize::from(alone)] += 1;
        }
    }
    assert!(found.iter().all(|count| *count > 100), "{found:?}");
}

async fn a_file_buys_no_fewer_seats_than_are_used(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    let acme = group(&storage, "acme").await;
    for name in ["ann", "bob"] {
        let user = user(&storage, name).await;
        member(&storage, acme.id, user, Role::Guest).await;
    }
    let (place, keeper) = (SeatPlace::Group(acme.path.clone()), SeatKeeper::Operator(origin()));
    let bought = |seats: i64| format!("path,seats\nacme,{seats}\n");
    for _ in 0..8 {
        assert!(import(&app, ImportKind::Groups, &bought(2)).await.expect("a report").applied);
        change_seats(&app, &keeper, &place, SeatChange::Give, "ann").await.expect("given");
        let file = bought(1);
        let (given, report) = tokio::join!(
            change_seats(&app, &keeper, &place, SeatChange::Give, "bob"),
            import(&app, ImportKind::Groups, &file),
        );
        let report = report.expect("a report");
        assert_eq!(given.is_ok(), !report.applied, "{given:?} {report:?}");
        if given.is_ok() {
            assert_eq!(named(&report.refused), [(2, "seats")]);
            change_seats(&app, &keeper, &place, SeatChange::Take, "bob").await.expect("taken");
        }
    }
}
