//! Roles, including inherited ones, and seats.

use crate::{
    support::{Database, committed},
    world::{NOON, below, group, member, standing, user},
};

use duo_console::domain::{
    access::Standing,
    flows::catalogue::Tier,
    ids::NamespaceId,
    namespace::{NamespaceKind, Subscription},
    people::grants::Source,
    role::Role,
};

contract! {
    roles_are_inherited_downwards_and_the_highest_counts,
    every_role_reads_back,
    seats_count_only_while_the_group_has_duo_enterprise,
}

async fn roles_are_inherited_downwards_and_the_highest_counts(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "ann").await;
    let bob = user(&storage, "bob").await;
    let acme = group(&storage, "acme").await;
    let sub = below(&storage, &acme, NamespaceKind::Group, "acme/sub").await;
    let beside = below(&storage, &acme, NamespaceKind::Group, "acme/beside").await;
    let project = below(&storage, &sub, NamespaceKind::Project, "acme/sub/api").await;
    let globex = group(&storage, "globex").await;
    member(&storage, globex.id, bob, Role::Owner).await;
    let held = async |namespace: NamespaceId| {
        let mut view = storage.read().await.expect("a view");
        let Standing { here, top_level } = standing(&mut view, ann, namespace).await;
        (here, top_level)
    };
    assert_eq!(held(acme.id).await, (None, None));
    assert_eq!(held(NamespaceId(404)).await, (None, None));

    member(&storage, sub.id, ann, Role::Owner).await;
    assert_eq!(held(acme.id).await, (None, None), "nothing goes upwards");
    assert_eq!(held(beside.id).await, (None, None), "nor sideways");
    assert_eq!(held(sub.id).await, (Some(Role::Owner), None));
    assert_eq!(held(project.id).await, (Some(Role::Owner), None));

    member(&storage, acme.id, ann, Role::Developer).await;
    assert_eq!(held(acme.id).await, (Some(Role::Developer), Some(Role::Developer)));
    assert_eq!(held(beside.id).await, (Some(Role::Developer), Some(Role::Developer)));
    assert_eq!(held(project.id).await, (Some(Role::Owner), Some(Role::Developer)));

    member(&storage, sub.id, ann, Role::Guest).await;
    assert_eq!(held(project.id).await, (Some(Role::Developer), Some(Role::Developer)));
    assert_eq!(held(globex.id).await, (None, None), "what bob is does not matter");
}

async fn every_role_reads_back(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "ann").await;
    let acme = group(&storage, "acme").await;
    for role in Role::ALL {
        member(&storage, acme.id, ann, role).await;
        let held = standing(&mut storage.read().await.expect("a view"), ann, acme.id).await;
        assert_eq!(held, Standing { here: Some(role), top_level: Some(role) });
    }
}

async fn seats_count_only_while_the_group_has_duo_enterprise(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "ann").await;
    let bob = user(&storage, "bob").await;
    let acme = group(&storage, "acme").await;
    let globex = group(&storage, "globex").await;
    committed(&storage, async |uow| {
        for _ in 0..2 {
            uow.seats().give(acme.id, ann, Source::Hand, NOON).await.expect("a seat, once however often");
        }
    })
    .await;
    let mut uow = storage.begin().await.expect("a unit of work");
    for (group, user, expected) in
        [(acme.id, ann, true), (acme.id, bob, false), (globex.id, ann, false), (NamespaceId(404), ann, false)]
    {
        assert_eq!(uow.seats().has_seat(group, user).await.expect("an answer"), expected);
    }
    for (duo_enterprise, expected) in [(false, false), (true, true)] {
        let subscription = Subscription { tier: Tier::Premium, duo_enterprise };
        uow.top_level_groups().save(acme.id, subscription).await.expect("saved");
        assert_eq!(uow.seats().has_seat(acme.id, ann).await.expect("an answer"), expected);
    }
    assert_eq!(uow.seats().count_used(acme.id).await.expect("a count"), 1);
    assert_eq!(uow.seats().count_used(globex.id).await.expect("a count"), 0);
}
