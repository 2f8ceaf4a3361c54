//! What pages read about many top-level groups at once, and the counts of decisions.

use std::collections::BTreeSet;

use crate::{
    support::{Database, committed},
    world::{NOON, app, below, group, member, user},
};

use duo_console::{
    domain::{
        environment::Environment,
        flows::code_review::{Engine, Rule},
        ids::{NamespaceId, UserId},
        namespace::{Namespace, NamespaceKind},
        role::Role,
        time::Timestamp,
    },
    storage::{CountedDecisions, EngineCount, Storage},
    usecases::decisions::save_counts::save_counts,
};

contract! {
    counts_of_all_servers_add_up,
    nothing_is_counted_for_a_group_that_is_gone,
    old_counts_are_deleted_in_steps,
    nothing_to_save_is_saved,
    the_top_level_groups_are_those_of_what_one_sees,
    what_is_below_and_what_is_found_is_what_one_sees,
    settings_and_seats_are_read_for_many_groups_at_once,
    where_consent_is_missing_is_told_to_who_can_give_it,
}

async fn count(
    storage: &Storage,
    environment: Environment,
    top: NamespaceId,
    day: i64,
    rule: Rule,
    asked: i64,
) {
    let counted = CountedDecisions { top_level: top, day, rule, asked };
    committed(storage, async |uow| uow.decision_counts().add(environment, &counted).await.expect("counted"))
        .await;
}

async fn counts(storage: &Storage, groups: &[NamespaceId], since: i64) -> Vec<(i64, Engine, i64)> {
    let mut view = storage.read().await.expect("a view");
    let counts = view.decision_counts().of_groups(groups, Environment::Production, since).await;
    let counts = counts.expect("counts").into_iter();
    let mut counts: Vec<_> =
        counts.map(|EngineCount { day, engine, asked, .. }| (day, engine, asked)).collect();
    counts.sort_by_key(|(day, engine, _)| (*day, *engine as usize));
    counts
}

async fn counts_of_all_servers_add_up(db: Database) {
    let (one, two) = (db.open().await, db.open().await);
    let acme = group(&one, "acme").await;
    let globex = group(&one, "globex").await;
    let day = NOON.day();
    for (storage, environment, at, rule, asked) in [
        (&one, Environment::Production, day, Rule::FlowOnWithConsent, 3),
        (&two, Environment::Production, day, Rule::FlowOnWithConsent, 4),
        (&two, Environment::Production, day, Rule::PriorityOffNoSeat, 1),
        (&one, Environment::Production, day - 1, Rule::FlowOffSeat, 2),
        (&one, Environment::Production, day - 2, Rule::FlowOffNoSeat, 9),
        (&one, Environment::Staging, day, Rule::FlowOnWithConsent, 100),
    ] {
        count(storage, environment, acme.id, at, rule, asked).await;
    }
    count(&one, Environment::Production, globex.id, day, Rule::DuoUnavailable, 1).await;
    let acme_only = counts(&one, &[acme.id], day - 1).await;
    assert_eq!(acme_only, [(day - 1, Engine::DuoCodeReview, 2), (day, Engine::CodeReviewFlow, 8)]);
    assert_eq!(counts(&two, &[acme.id, globex.id], day).await.len(), 2);
    assert_eq!(counts(&two, &[], day).await, []);
    let many: Vec<_> = (0..120).map(|it| NamespaceId(1_000 + it)).chain([acme.id]).collect();
    assert_eq!(counts(&two, &many, day).await, [(day, Engine::CodeReviewFlow, 8)]);
}

async fn nothing_is_counted_for_a_group_that_is_gone(db: Database) {
    let storage = db.open().await;
    count(&storage, Environment::Production, NamespaceId(404), NOON.day(), Rule::FlowOffSeat, 1).await;
    assert_eq!(db.number("SELECT COUNT(*) FROM decision_counts").await, 0);
}

async fn old_counts_are_deleted_in_steps(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "acme").await;
    for day in 1..=5 {
        count(&storage, Environment::Production, acme.id, day, Rule::FlowOffSeat, day).await;
    }
    for removed in [2, 1, 0] {
        let gone =
            committed(&storage, async |uow| uow.decision_counts().delete_old(4, 2).await.expect("deleted"))
                .await;
        assert_eq!(gone, removed);
    }
    let left = [(4, Engine::DuoCodeReview, 4), (5, Engine::DuoCodeReview, 5)];
    assert_eq!(counts(&storage, &[acme.id], 0).await, left);
}

async fn nothing_to_save_is_saved(db: Database) {
    let app = app(db.open().await);
    save_counts(&app, true).await.expect("nothing to do");
    save_counts(&app, false).await.expect("nothing to do");
    assert_eq!(db.number("SELECT COUNT(*) FROM decision_counts").await, 0);
}

/// People with every way to a role, in three trees.
struct World {
    storage: Storage,
    people: Vec<UserId>,
    roots: Vec<Namespace>,
}

async fn world(db: &Database) -> World {
    let storage = db.open().await;
    let mut people = Vec::new();
    for name in
        ["everywhere", "project", "minimal", "invited", "inherited", "expired", "nobody", "below_invited"]
    {
        people.push(user(&storage, name).await);
    }
    let mut roots = Vec::new();
    let mut at = std::collections::BTreeMap::new();
    for root in ["acme", "globex", "initech"] {
        let top = group(&storage, root).await;
        let team = below(&storage, &top, NamespaceKind::Group, &format!("{root}/team")).await;
        let sub = below(&storage, &team, NamespaceKind::Group, &format!("{root}/team/sub")).await;
        let api = below(&storage, &team, NamespaceKind::Project, &format!("{root}/team/api")).await;
        let web = below(&storage, &top, NamespaceKind::Project, &format!("{root}/web-site")).await;
        roots.push(top.clone());
        for it in [top, team, sub, api, web] {
            at.insert(it.path.to_string(), it);
        }
    }
    for (who, place, role) in [
        (0, "acme", Role::Owner),
        (0, "globex", Role::Guest),
        (1, "acme/web-site", Role::Developer),
        (2, "acme", Role::MinimalAccess),
        (2, "globex/team", Role::MinimalAccess),
        (3, "initech/team", Role::Developer),
        (4, "initech", Role::Maintainer),
        (5, "acme", Role::Owner),
        (7, "initech/team/sub", Role::Reporter),
    ] {
        member(&storage, at[place].id, people[who], role).await;
    }
    let expired =
        format!("UPDATE memberships SET expires_at = {} WHERE user_id = {}", NOON.as_millis(), people[5]);
    db.execute(&expired).await.expect("it expires");
    // A group in a group, a group in a project, the group of a group in a project, one that expired.
    for (place, invited, level, expires_at) in [
        ("acme/team", "initech/team", 20, String::from("NULL")),
        ("globex/web-site", "initech/team", 30, String::from("NULL")),
        ("globex/team/api", "acme/team", 30, String::from("NULL")),
        ("globex", "initech", 50, NOON.as_millis().to_string()),
        ("acme/web-site", "initech/team/sub", 5, String::from("NULL")),
    ] {
        let share = format!(
            "INSERT INTO namespace_shares (namespace_id, invited_group_id, source, access_level, expires_at) VALUES ({}, {}, 'hand', {level}, {expires_at})",
            at[place].id, at[invited].id
        );
        db.execute(&share).await.expect("it is invited");
    }
    World { storage, people, roots }
}

async fn the_top_level_groups_are_those_of_what_one_sees(db: Database) {
    let World { storage, people, roots } = world(&db).await;
    let mut view = storage.read().await.expect("a view");
    for person in people.into_iter().map(Some).chain([None]) {
        let seen = view.namespaces().list_visible(person, "", NOON, 1_000, 0).await.expect("a list");
        let wanted: BTreeSet<_> = seen.iter().map(|it| it.namespace.root).collect();
        let found = view.overview().roots(person, NOON).await.expect("a list");
        let ids: BTreeSet<_> = found.iter().map(|(id, ..)| *id).collect();
        assert_eq!((ids, found.len()), (wanted.clone(), wanted.len()), "{person:?}");
        for (id, path, role) in found {
            let here = seen.iter().find(|it| it.namespace.id == id);
            assert_eq!(role, here.and_then(|it| it.role), "{person:?} {path}");
            assert!(roots.iter().any(|it| it.id == id && it.path.as_str() == path), "{path}");
        }
    }
}

async fn what_is_below_and_what_is_found_is_what_one_sees(db: Database) {
    let World { storage, people, roots } = world(&db).await;
    let mut view = storage.read().await.expect("a view");
    for person in people.into_iter().map(Some).chain([None]) {
        for filter in ["", "TEAM", "acme/team", "a_b", "%"] {
            let seen = view.namespaces().list_visible(person, filter, NOON, 1_000, 0).await.expect("a list");
            let (found, total) = view.overview().find(person, filter, NOON, 1_000, 0).await.expect("a list");
            assert_eq!(usize::try_from(total), Ok(seen.len()), "{person:?} {filter}");
            let found: Vec<_> = found.into_iter().map(|it| (it.namespace, it.role)).collect();
            let seen: Vec<_> = seen.into_iter().map(|it| (it.namespace, it.role)).collect();
            assert_eq!(found, seen, "{person:?} {filter}");
            let (page, of) = view.overview().find(person, filter, NOON, 2, 1).await.expect("a page");
            let page: Vec<_> = page.into_iter().map(|it| (it.namespace, it.role)).collect();
            assert_eq!(page, seen.iter().skip(1).take(2).cloned().collect::<Vec<_>>(), "{person:?} {filter}");
            assert!(page.is_empty() || of == total);
        }
        for root in &roots {
            let below = view.overview().below(person, &root.path, NOON, 1_000).await.expect("a list");
            let below: Vec<_> = below.into_iter().map(|it| it.namespace).collect();
            let seen = view.namespaces().list_visible(person, "", NOON, 1_000, 0).await.expect("a list");
            let inside = |it: &Namespace| it.root == root.id && it.id != root.id;
            let seen: Vec<_> = seen.into_iter().map(|it| it.namespace).filter(inside).collect();
            assert_eq!(below, seen, "{person:?} {}", root.path);
        }
    }
}

async fn settings_and_seats_are_read_for_many_groups_at_once(db: Database) {
    let World { storage, people, roots } = world(&db).await;
    let empty = group(&storage, "empty").await;
    committed(&storage, async |uow| {
        let by_hand = duo_console::domain::people::grants::Source::Hand;
        for person in &people[..3] {
            uow.seats().give(roots[0].id, *person, by_hand, NOON).await.expect("a seat");
        }
    })
    .await;
    db.execute("UPDATE seat_pools SET purchased = 65").await.expect("bought");
    db.execute("UPDATE duo_enterprise_seats SET state = 'waiting' WHERE user_id = 3").await.expect("waits");
    let mut view = storage.read().await.expect("a view");
    let ids: Vec<_> = roots.iter().map(|it| it.id).chain([empty.id, NamespaceId(404)]).collect();
    let facts = view.overview().facts(&ids).await.expect("facts");
    assert_eq!(facts.len(), 4);
    for it in facts {
        let acme = it.namespace == roots[0];
        assert_eq!((it.purchased, it.used), if acme { (Some(65), 2) } else { (None, 0) });
        assert_eq!(it.has_below, it.namespace != empty);
    }
    assert_eq!(view.overview().facts(&[]).await.expect("facts"), []);
    assert_eq!(view.overview().seats_of(people[0]).await.expect("seats"), [Some(roots[0].id)]);
    assert_eq!(view.overview().seats_of(people[2]).await.expect("seats"), [], "who waits has none");
}

async fn where_consent_is_missing_is_told_to_who_can_give_it(db: Database) {
    let World { storage, people, roots } = world(&db).await;
    for root in &roots[..2] {
        let on = format!(
            "INSERT INTO flow_selections (namespace_id, flow, enabled, version, changed_at, changed_by_username, changed_by_name) VALUES ({}, 'code_review/v1', {}, 1, 0, 'a', 'A')",
            root.id,
            if root.path.as_str() == "acme" { "TRUE" } else { "FALSE" },
        );
        db.execute(&on).await.expect("it is on");
    }
    let mut view = storage.read().await.expect("a view");
    let mut told = async |person: Option<UserId>, at: Timestamp| {
        let told = view.overview().transitional(person, at, 1).await.expect("a list");
        (told.groups.into_iter().map(|it| it.namespace.path.to_string()).collect::<Vec<_>>(), told.total)
    };
    let acme = (vec![String::from("acme")], 1);
    assert_eq!(told(None, NOON).await, acme);
    assert_eq!(told(Some(people[0]), NOON).await, acme);
    for other in &people[1..] {
        assert_eq!(told(Some(*other), NOON).await, (Vec::new(), 0), "{other}");
    }
    assert_eq!(told(Some(people[5]), NOON.plus_millis(-1)).await, acme, "before it expired");
    let consents = view.overview().consents().await.expect("a list");
    assert_eq!((consents.len(), consents.iter().filter(|it| it.is_on).count()), (3, 1));
    assert!(consents.iter().all(|it| it.consent.is_none()));
    let started = view.overview().started(NOON).await.expect("a state");
    assert_eq!(started.first_group.as_ref(), Some(&roots[0].path));
    assert_eq!((started.people, started.seats, started.token, started.decided), (true, false, false, false));
}
