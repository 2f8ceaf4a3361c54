//! The tree of groups and projects, and its visibility.

use crate::{
    support::{Database, committed},
    world::{NOON, below, group, member, path, user},
};

use duo_console::{
    domain::{
        flows::catalogue::Tier,
        ids::{NamespaceId, UserId},
        namespace::{Namespace, NamespaceKind, Subscription},
        role::Role,
    },
    storage::{NewNamespace, Storage, StorageError},
};

contract! {
    a_namespace_reads_back_as_written,
    a_path_is_found_whatever_its_case_and_taken_once,
    ancestors_come_from_the_top_and_children_groups_first,
    a_member_sees_what_is_below_with_the_highest_role,
    a_list_comes_in_pages_without_gaps,
    paths_are_sorted_the_same_on_both,
    a_filter_takes_every_sign_as_it_is,
    a_filter_does_not_care_for_case_in_any_script,
    a_filter_that_nothing_can_match_finds_nothing,
    every_subscription_reads_back,
}

async fn a_namespace_reads_back_as_written(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "Acme").await;
    let sub = below(&storage, &acme, NamespaceKind::Group, "Acme/Platform").await;
    let project = below(&storage, &sub, NamespaceKind::Project, "Acme/Platform/api").await;
    let mut view = storage.read().await.expect("a view");
    for namespace in [&acme, &sub, &project] {
        let found = view.namespaces().lookup(namespace.id).await.expect("a look-up");
        assert_eq!(found.as_ref(), Some(namespace));
    }
    assert_eq!((acme.parent, acme.root, acme.is_top_level()), (None, acme.id, true));
    assert_eq!((sub.parent, sub.root), (Some(acme.id), acme.id));
    assert_eq!((project.parent, project.root), (Some(sub.id), acme.id));
    assert_eq!(view.namespaces().lookup(NamespaceId(404)).await.expect("a look-up"), None);
    assert_eq!(view.namespaces().ancestors(NamespaceId(404)).await.expect("a look-up"), []);
}

async fn a_path_is_found_whatever_its_case_and_taken_once(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "Acme").await;
    let mut uow = storage.begin().await.expect("a unit of work");
    for text in ["acme", "ACME", "Acme"] {
        let found = uow.namespaces().find_by_path(&path(text)).await.expect("a look-up");
        assert_eq!(found.as_ref(), Some(&acme));
    }
    assert_eq!(uow.namespaces().find_by_path(&path("acm")).await.expect("a look-up"), None);
    let new = NewNamespace {
        parent: None,
        kind: NamespaceKind::Group,
        path: &path("aCMe"),
        name: "Other",
        created_at: NOON,
    };
    let taken = uow.namespaces().add(&new).await;
    assert!(matches!(taken, Err(StorageError::Duplicate { .. })), "{taken:?}");
}

async fn ancestors_come_from_the_top_and_children_groups_first(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "acme").await;
    let b = below(&storage, &acme, NamespaceKind::Group, "acme/b").await;
    let website = below(&storage, &acme, NamespaceKind::Project, "acme/a-website").await;
    let a = below(&storage, &acme, NamespaceKind::Group, "acme/A").await;
    let deep = below(&storage, &b, NamespaceKind::Project, "acme/b/deep").await;
    group(&storage, "globex").await;
    let mut view = storage.read().await.expect("a view");
    let ancestors = view.namespaces().ancestors(deep.id).await.expect("a list");
    assert_eq!(ancestors, [acme.clone(), b.clone(), deep]);
    let children = view.namespaces().children(acme.id, 10).await.expect("a list");
    assert_eq!(children, [a.clone(), b, website]);
    assert_eq!(view.namespaces().children(acme.id, 1).await.expect("a list"), [a]);
}

async fn visible(
    storage: &Storage,
    user: Option<UserId>,
    filter: &str,
    limit: i64,
    offset: i64,
) -> Vec<(String, Option<Role>)> {
    let mut view = storage.read().await.expect("a view");
    let list = view.namespaces().list_visible(user, filter, NOON, limit, offset).await.expect("a list");
    list.into_iter().map(|it| (it.namespace.path.to_string(), it.role)).collect()
}

async fn a_member_sees_what_is_below_with_the_highest_role(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "ann").await;
    let outsider = user(&storage, "outsider").await;
    let acme = group(&storage, "acme").await;
    let sub = below(&storage, &acme, NamespaceKind::Group, "acme/sub").await;
    let project = below(&storage, &sub, NamespaceKind::Project, "acme/sub/api").await;
    group(&storage, "globex").await;
    member(&storage, sub.id, ann, Role::Maintainer).await;
    member(&storage, project.id, ann, Role::Guest).await;

    let (maintainer, owner) = (Some(Role::Maintainer), Some(Role::Owner));
    let seen = visible(&storage, Some(ann), "", 10, 0).await;
    assert_eq!(seen, [("acme/sub".into(), maintainer), ("acme/sub/api".into(), maintainer)]);
    member(&storage, project.id, ann, Role::Owner).await;
    let seen = visible(&storage, Some(ann), "", 10, 0).await;
    assert_eq!(seen, [("acme/sub".into(), maintainer), ("acme/sub/api".into(), owner)]);
    assert_eq!(visible(&storage, Some(outsider), "", 10, 0).await, []);
    let all = visible(&storage, None, "", 10, 0).await;
    let paths: Vec<_> = all.iter().map(|(path, role)| (path.as_str(), *role)).collect();
    assert_eq!(paths, [("acme", None), ("acme/sub", None), ("acme/sub/api", None), ("globex", None)]);
}

async fn a_list_comes_in_pages_without_gaps(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "ann").await;
    let acme = group(&storage, "acme").await;
    member(&storage, acme.id, ann, Role::Owner).await;
    for n in 0..24 {
        below(&storage, &acme, NamespaceKind::Project, &format!("acme/p{n}")).await;
    }
    for user in [Some(ann), None] {
        let whole = visible(&storage, user, "", 100, 0).await;
        assert_eq!(whole.len(), 25);
        let mut paged = Vec::new();
        for page in 0..4 {
            paged.extend(visible(&storage, user, "", 7, page * 7).await);
        }
        assert_eq!(paged, whole);
        assert_eq!(visible(&storage, user, "", 7, 25).await, []);
        assert_eq!(visible(&storage, user, "", 7, i64::MAX).await, []);
        assert_eq!(visible(&storage, user, "", 0, 0).await, []);
    }
}

async fn paths_are_sorted_the_same_on_both(db: Database) {
    let storage = db.open().await;
    for path in ["acme_two", "acme-one", "Acme", "acme.three", "acmeb"] {
        group(&storage, path).await;
    }
    let mut view = storage.read().await.expect("a view");
    let acme = view.namespaces().find_by_path(&path("acme")).await.expect("a look-up").expect("it is there");
    drop(view);
    below(&storage, &acme, NamespaceKind::Project, "acme/z").await;
    let all = visible(&storage, None, "", 10, 0).await;
    let paths: Vec<_> = all.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["Acme", "acme/z", "acme-one", "acme.three", "acme_two", "acmeb"]);
}

async fn named(storage: &Storage, full_path: &str, name: &str) -> Namespace {
    let path = path(full_path);
    let new = NewNamespace { parent: None, kind: NamespaceKind::Group, path: &path, name, created_at: NOON };
    committed(storage, async |uow| uow.namespaces().add(&new).await.expect("a group")).await
}

/// The paths of what has the filter in it, for a member of everything and for an administrator.
async fn found(storage: &Storage, member: UserId, filter: &str) -> Vec<String> {
    let as_member = visible(storage, Some(member), filter, 100, 0).await;
    let as_admin = visible(storage, None, filter, 100, 0).await;
    let paths = |list: Vec<(String, _)>| -> Vec<String> { list.into_iter().map(|it| it.0).collect() };
    let as_admin = paths(as_admin);
    assert_eq!(paths(as_member), as_admin, "{filter}");
    as_admin
}

async fn a_filter_takes_every_sign_as_it_is(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "ann").await;
    for (path, name) in [
        ("percent", "100% sure"),
        ("under_score", "Under"),
        ("underxscore", "Other"),
        ("bang", "Yahoo! Inc"),
        ("backslash", r"C:\temp"),
        ("quote", "O'Brien \"Sons\""),
        ("star", "a*b?[c]"),
    ] {
        let namespace = named(&storage, path, name).await;
        member(&storage, namespace.id, ann, Role::Guest).await;
    }
    for (filter, expected) in [
        ("%", vec!["percent"]),
        ("100%", vec!["percent"]),
        ("_", vec!["under_score"]),
        ("r_s", vec!["under_score"]),
        ("!", vec!["bang"]),
        ("!!", vec![]),
        ("!%", vec![]),
        ("\\", vec!["backslash"]),
        ("o'b", vec!["quote"]),
        ("\"sons\"", vec!["quote"]),
        ("*b?[", vec!["star"]),
        ("  yahoo!  ", vec!["bang"]),
        ("UNDER", vec!["under_score", "underxscore"]),
        ("SCORE", vec!["under_score", "underxscore"]),
    ] {
        assert_eq!(found(&storage, ann, filter).await, expected, "{filter}");
    }
    assert_eq!(found(&storage, ann, " ").await.len(), 7);
}

async fn a_filter_does_not_care_for_case_in_any_script(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "ann").await;
    for (path, name) in [("uni", "Ünited Ärzte"), ("greek", "ΑΘΗΝΑ"), ("kyiv", "Київ"), ("plain", "Plain")]
    {
        let namespace = named(&storage, path, name).await;
        member(&storage, namespace.id, ann, Role::Guest).await;
    }
    for (filter, expected) in [
        ("Ünited", "uni"),
        ("ünited", "uni"),
        ("ÄRZTE", "uni"),
        ("αθηνα", "greek"),
        ("КИЇВ", "kyiv"),
        ("київ", "kyiv"),
        ("PLAIN", "plain"),
    ] {
        assert_eq!(found(&storage, ann, filter).await, [expected], "{filter}");
    }
}

async fn a_filter_that_nothing_can_match_finds_nothing(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "ann").await;
    let acme = group(&storage, "acme").await;
    member(&storage, acme.id, ann, Role::Guest).await;
    for filter in ["acme\0", "\0", &"acme".repeat(50_000), &"%".repeat(60_000), &"\u{10FFFF}".repeat(20_000)]
    {
        assert_eq!(found(&storage, ann, filter).await, Vec::<String>::new());
    }
}

async fn every_subscription_reads_back(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "acme").await;
    for tier in [Tier::Premium, Tier::Ultimate] {
        for duo_enterprise in [false, true] {
            let subscription = Subscription { tier, duo_enterprise };
            let mut uow = storage.begin().await.expect("a unit of work");
            uow.top_level_groups().save(acme.id, subscription).await.expect("saved");
            let read = uow.top_level_groups().lookup(acme.id).await.expect("a look-up");
            assert_eq!(read, Some(subscription));
        }
    }
    let mut view = storage.read().await.expect("a view");
    assert_eq!(view.top_level_groups().lookup(NamespaceId(404)).await.expect("a look-up"), None);
}
