//! Lists for programs: namespaces, members and users, against what single look-ups say.

use duo_console::{
    domain::{
        ids::{NamespaceId, UserId},
        namespace::{Namespace, NamespaceKind},
        people::grants::Source,
        role::{GivenRole, Role},
        time::Timestamp,
    },
    storage::{
        MemberFilter, MemberRelations, NamespaceFilter, NamespaceOrder, Storage, UserFilter, UserOrder,
    },
};

use crate::{
    support::{Database, committed},
    world::{NOON, below, group, member, standing, user},
};

contract! {
    a_list_of_namespaces_is_what_the_user_has_a_role_in,
    namespaces_are_sorted_and_filtered_and_counted,
    what_is_below_an_archived_group_is_archived,
    all_members_are_those_who_have_a_role,
    a_member_is_listed_once_with_the_role_that_counts,
    members_are_told_apart_by_what_makes_them_one,
    users_are_found_by_what_is_asked_for,
}

/// `acme` with a subgroup and projects, and `globex`, which is invited to some of it.
struct World {
    all: Vec<Namespace>,
    users: Vec<UserId>,
}

impl World {
    fn at(&self, path: &str) -> &Namespace {
        self.all.iter().find(|it| it.path.as_str() == path).expect("it is there")
    }
}

async fn world(db: &Database, storage: &Storage) -> World {
    let acme = group(storage, "acme").await;
    let sub = below(storage, &acme, NamespaceKind::Group, "acme/sub").await;
    let deep = below(storage, &sub, NamespaceKind::Project, "acme/sub/api").await;
    let site = below(storage, &acme, NamespaceKind::Project, "acme/site").await;
    let globex = group(storage, "globex").await;
    let inner = below(storage, &globex, NamespaceKind::Group, "globex/inner").await;
    let tool = below(storage, &inner, NamespaceKind::Project, "globex/inner/tool").await;
    let mut users = Vec::new();
    for name in ["ann", "bob", "cleo", "dan", "eve"] {
        users.push(user(storage, name).await);
    }
    member(storage, acme.id, users[0], Role::Owner).await;
    member(storage, acme.id, users[1], Role::MinimalAccess).await;
    member(storage, sub.id, users[2], Role::Developer).await;
    member(storage, globex.id, users[3], Role::Maintainer).await;
    member(storage, inner.id, users[4], Role::Owner).await;
    for (here, invited, level) in
        [(sub.id, globex.id, 30), (site.id, inner.id, 40), (tool.id, sub.id, 20), (inner.id, acme.id, 10)]
    {
        let sql = format!(
            "INSERT INTO namespace_shares (namespace_id, invited_group_id, source, access_level) VALUES ({here}, {invited}, 'hand', {level})"
        );
        db.execute(&sql).await.expect("an invitation");
    }
    World { all: vec![acme, sub, deep, site, globex, inner, tool], users }
}

fn ids(listed: &[duo_console::storage::BrowsedNamespace]) -> Vec<NamespaceId> {
    listed.iter().map(|it| it.namespace.id).collect()
}

async fn a_list_of_namespaces_is_what_the_user_has_a_role_in(db: Database) {
    let storage = db.open().await;
    let world = world(&db, &storage).await;
    let mut view = storage.read().await.expect("a view");
    for user in &world.users {
        for kind in [NamespaceKind::Group, NamespaceKind::Project] {
            for least in [Role::MinimalAccess, Role::Developer, Role::Owner] {
                let mut expected = Vec::new();
                for namespace in world.all.iter().filter(|it| it.kind == kind) {
                    if standing(&mut view, *user, namespace.id).await.here >= Some(least) {
                        expected.push(namespace.id);
                    }
                }
                let filter = NamespaceFilter {
                    held_by: Some((*user, least.access_level())),
                    order: NamespaceOrder::Id,
                    ..NamespaceFilter::all(kind)
                };
                let listed = view.browsed_namespaces().list(&filter, NOON, 100, 0).await.expect("a list");
                assert_eq!(ids(&listed), expected, "{user} {kind:?} {least}");
                let count = view.browsed_namespaces().count(&filter, NOON).await.expect("a count");
                assert_eq!(count, i64::try_from(expected.len()).ok());
            }
        }
    }
}

async fn namespaces_are_sorted_and_filtered_and_counted(db: Database) {
    let storage = db.open().await;
    let world = world(&db, &storage).await;
    let mut view = storage.read().await.expect("a view");
    let groups = NamespaceFilter::all(NamespaceKind::Group);
    let acme = world.at("acme").clone();
    let cases: [(NamespaceFilter, &[&str]); 8] = [
        (groups.clone(), &["acme", "acme/sub", "globex", "globex/inner"]),
        (
            NamespaceFilter { descending: true, ..groups.clone() },
            &["globex/inner", "globex", "acme/sub", "acme"],
        ),
        (NamespaceFilter { top_level_only: true, ..groups.clone() }, &["acme", "globex"]),
        (NamespaceFilter { search: "INNER".into(), ..groups.clone() }, &["globex/inner"]),
        (NamespaceFilter { below: Some(acme.path.clone()), ..groups.clone() }, &["acme/sub"]),
        (NamespaceFilter { skip: vec![acme.id.0], top_level_only: true, ..groups.clone() }, &["globex"]),
        (
            NamespaceFilter {
                below: Some(acme.path.clone()),
                parent: Some(acme.id),
                ..NamespaceFilter::all(NamespaceKind::Project)
            },
            &["acme/site"],
        ),
        (
            NamespaceFilter {
                ids: (acme.id.0, i64::MAX),
                order: NamespaceOrder::Id,
                top_level_only: true,
                ..groups.clone()
            },
            &["globex"],
        ),
    ];
    for (filter, expected) in cases {
        for order in [NamespaceOrder::Name, NamespaceOrder::Path, NamespaceOrder::Id] {
            let filter = NamespaceFilter { order, ..filter.clone() };
            let listed = view.browsed_namespaces().list(&filter, NOON, 100, 0).await.expect("a list");
            let paths: Vec<_> = listed.iter().map(|it| it.namespace.path.as_str()).collect();
            assert_eq!(paths, expected, "{filter:?}");
            assert_eq!(
                view.browsed_namespaces().count(&filter, NOON).await.expect("a count"),
                i64::try_from(expected.len()).ok()
            );
        }
    }
    let second = view.browsed_namespaces().list(&groups, NOON, 2, 2).await.expect("a page");
    assert_eq!(ids(&second), [world.at("globex").id, world.at("globex/inner").id]);
    let keys = ["acme".to_owned(), "globex+inner".to_owned(), "nowhere".to_owned()];
    let mut named = view.browsed_namespaces().names(&keys).await.expect("names");
    named.sort_by(|a, b| a.full_path_key.cmp(&b.full_path_key));
    assert_eq!(named.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["acme", "globex/inner"]);
    let invited =
        view.browsed_namespaces().invited_groups(world.at("acme/sub").id, NOON).await.expect("shares");
    assert_eq!(
        invited.iter().map(|it| (it.full_path.as_str(), it.access_level)).collect::<Vec<_>>(),
        [("globex", 30)]
    );
}

async fn what_is_below_an_archived_group_is_archived(db: Database) {
    let storage = db.open().await;
    let world = world(&db, &storage).await;
    let sql = format!("UPDATE namespaces SET archived_at = 1 WHERE id = {}", world.at("acme/sub").id);
    db.execute(&sql).await.expect("archived");
    let mut view = storage.read().await.expect("a view");
    for (kind, archived, expected) in [
        (NamespaceKind::Group, true, &["acme/sub"][..]),
        (NamespaceKind::Group, false, &["acme", "globex", "globex/inner"]),
        (NamespaceKind::Project, true, &["acme/sub/api"]),
        (NamespaceKind::Project, false, &["acme/site", "globex/inner/tool"]),
    ] {
        let filter = NamespaceFilter { archived: Some(archived), ..NamespaceFilter::all(kind) };
        let listed = view.browsed_namespaces().list(&filter, NOON, 100, 0).await.expect("a list");
        assert_eq!(listed.iter().map(|it| it.namespace.path.as_str()).collect::<Vec<_>>(), expected);
        assert!(listed.iter().all(|it| it.archived == archived));
    }
}

async fn all_members_are_those_who_have_a_role(db: Database) {
    let storage = db.open().await;
    let world = world(&db, &storage).await;
    let mut view = storage.read().await.expect("a view");
    let every = MemberFilter { relations: MemberRelations::Every, ..MemberFilter::default() };
    for namespace in &world.all {
        let mut expected = Vec::new();
        for user in &world.users {
            if let Some(role) = standing(&mut view, *user, namespace.id).await.here {
                expected.push((*user, role));
            }
        }
        let listed = view.browsed_members().list(namespace.id, &every, NOON, 100, 0).await.expect("a list");
        let found: Vec<_> = listed.iter().map(|it| (it.user, it.role.role())).collect();
        assert_eq!(found, expected, "{}", namespace.path);
        let count = view.browsed_members().count(namespace.id, &every, NOON).await.expect("a count");
        assert_eq!(count, i64::try_from(expected.len()).ok());
    }
}

async fn a_member_is_listed_once_with_the_role_that_counts(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "acme").await;
    let ann = user(&storage, "ann").await;
    let bob = user(&storage, "bob").await;
    let custom = GivenRole::new(35, Some("Release manager".to_owned())).expect("a role");
    let (past, soon) = (NOON.plus_days(-1), NOON.plus_days(1));
    committed(&storage, async |uow| {
        for (user, source, role, ends) in [
            (ann, Source::Hand, Role::Owner.into(), Some(past)),
            (ann, Source::Import, custom.clone(), None),
            (ann, Source::Provider, Role::Developer.into(), Some(soon)),
            (bob, Source::Hand, Role::Guest.into(), Some(past)),
        ] {
            uow.memberships().set(acme.id, user, source, &role, ends).await.expect("a member");
        }
    })
    .await;
    let mut view = storage.read().await.expect("a view");
    for relations in [MemberRelations::Direct, MemberRelations::Inherited, MemberRelations::Every] {
        let filter = MemberFilter { relations, ..MemberFilter::default() };
        let listed = view.browsed_members().list(acme.id, &filter, NOON, 100, 0).await.expect("a list");
        let found: Vec<_> = listed.iter().map(|it| (it.user, it.role.clone(), it.expires_at)).collect();
        assert_eq!(found, [(ann, custom.clone(), None)]);
        let one = |only: Vec<i64>, search: &str, skip: Vec<i64>| MemberFilter {
            relations,
            only,
            search: search.to_owned(),
            skip,
            after: 0,
        };
        for (filter, count) in [
            (one(vec![ann.0], "", vec![]), 1),
            (one(vec![bob.0], "", vec![]), 0),
            (one(vec![], "AN", vec![]), 1),
            (one(vec![], "bob", vec![]), 0),
            (one(vec![], "", vec![ann.0]), 0),
        ] {
            let found = view.browsed_members().count(acme.id, &filter, NOON).await.expect("a count");
            assert_eq!(found, Some(count), "{filter:?}");
        }
    }
}

async fn members_are_told_apart_by_what_makes_them_one(db: Database) {
    let storage = db.open().await;
    let world = world(&db, &storage).await;
    let [ann, bob, cleo, dan, _] = world.users[..] else { panic!("five users") };
    let mut view = storage.read().await.expect("a view");
    for (path, relations, after, expected) in [
        ("acme", MemberRelations::Direct, 0, vec![ann, bob]),
        ("acme", MemberRelations::Inherited, 0, vec![ann, bob]),
        ("acme/sub", MemberRelations::Direct, 0, vec![cleo]),
        // Minimal Access is not inherited.
        ("acme/sub", MemberRelations::Inherited, 0, vec![ann, cleo]),
        ("acme/sub", MemberRelations::Every, 0, vec![ann, cleo, dan]),
        ("acme/sub", MemberRelations::Inherited, ann.0, vec![cleo]),
        ("acme/sub", MemberRelations::Every, cleo.0, vec![dan]),
        ("acme/sub", MemberRelations::Every, dan.0, vec![]),
    ] {
        let filter = MemberFilter { relations, after, ..MemberFilter::default() };
        let id = world.at(path).id;
        let listed = view.browsed_members().list(id, &filter, NOON, 100, 0).await.expect("a list");
        let found: Vec<_> = listed.iter().map(|it| it.user).collect();
        assert_eq!(found, expected, "{path} {filter:?}");
        let count = view.browsed_members().count(id, &filter, NOON).await.expect("a count");
        assert_eq!(count, i64::try_from(expected.len()).ok());
    }
}

async fn users_are_found_by_what_is_asked_for(db: Database) {
    let storage = db.open().await;
    for name in ["cleo", "ann", "bob"] {
        user(&storage, name).await;
    }
    db.execute("UPDATE users SET state = 'blocked', email = 'Bob@x.test', email_key = 'bob@x.test' WHERE username = 'bob'")
        .await
        .expect("blocked");
    db.execute("INSERT INTO identities (issuer, subject, user_id, linked_at) SELECT 'https://x.test', '77', id, 0 FROM users WHERE username = 'ann'")
        .await
        .expect("linked");
    let mut view = storage.read().await.expect("a view");
    let any = UserFilter::default;
    let cases: [(UserFilter, &[&str]); 9] = [
        (any(), &["cleo", "ann", "bob"]),
        (UserFilter { order: UserOrder::Username, ..any() }, &["ann", "bob", "cleo"]),
        (UserFilter { order: UserOrder::Name, descending: true, ..any() }, &["cleo", "bob", "ann"]),
        (UserFilter { username: Some("ANN".into()), ..any() }, &["ann"]),
        (UserFilter { blocked: Some(true), ..any() }, &["bob"]),
        (UserFilter { search: "bob@X.test".into(), ..any() }, &["bob"]),
        (UserFilter { search: "bob@x.test".into(), search_email: false, ..any() }, &[]),
        (UserFilter { subject: Some("77".into()), ..any() }, &["ann"]),
        (UserFilter { created: (NOON.plus_millis(1), Timestamp::from_millis(i64::MAX)), ..any() }, &[]),
    ];
    for (filter, expected) in cases {
        let listed = view.browsed_users().list(&filter, 100, 0).await.expect("a list");
        let names: Vec<_> = listed.iter().map(|it| it.user.username.as_str()).collect();
        assert_eq!(names, expected, "{filter:?}");
        assert_eq!(
            view.browsed_users().count(&filter).await.expect("a count"),
            i64::try_from(expected.len()).ok()
        );
    }
}
