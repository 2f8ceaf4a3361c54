//! Changes of the tree of groups and projects, against a naive model; and what hangs on the top-level group.

use crate::{
    support::{Backend, Database, committed},
    world::{NOON, app, below, caller, group, member, origin, own, path, selection, switch, user},
};
use std::time::Instant;

use duo_console::{
    domain::{
        audit::AuditKind,
        field_edit::{FieldEdit, Overtaken},
        flows::{catalogue::Tier, consent::LedgerAction},
        ids::{NamespaceId, UserId},
        namespace::{GroupPath, Namespace, NamespaceKind, Subscription},
        people::{
            grants::Source,
            naming::{NamingError, deepest},
        },
        role::Role,
        stored::Stored,
    },
    storage::{AuditFilter, Storage, StorageError},
    usecases::{
        App, Caller, UseCaseError,
        delete_group::delete_group,
        move_group::move_group,
        people::{
            archive_group::archive_group,
            archived::Archived,
            create_group::{Below, CreateGroup, create_group},
            edit_group::{EditGroup, edit_group},
            group_editor::GroupEditor,
            group_error::GroupError,
        },
    },
};

use LedgerAction::{Given, Withdrawn};

contract! {
    a_random_tree_is_what_the_model_says_after_every_change,
    what_is_created_while_its_group_moves_is_where_its_group_is,
    groups_that_move_below_each_other_make_no_circle,
    a_top_level_group_that_moves_below_another_loses_what_only_those_have,
    a_subgroup_that_becomes_top_level_starts_anew,
    a_deleted_group_withdraws_its_consent_and_leaves_its_history,
    a_field_that_somebody_else_changed_is_not_overwritten,
    only_the_case_of_a_path_can_change,
    what_is_archived_is_not_changed_until_it_is_unarchived,
    a_subtree_is_no_deeper_than_gitlab_allows,
    a_subtree_has_no_path_that_is_too_long,
    a_stale_tree_is_not_written,
    a_move_of_ten_thousand_is_quick,
}

fn operator() -> GroupEditor {
    GroupEditor::operator(origin())
}

fn administrator(id: UserId, username: &str) -> Caller {
    let mut caller = caller(id, username);
    caller.actor.is_admin = true;
    caller
}

fn top_level(name: &str) -> CreateGroup {
    let subscription = Subscription { tier: Tier::Ultimate, duo_enterprise: true };
    let below = Below::Nothing { subscription, owner: None };
    CreateGroup { below, name: name.to_owned(), path: name.to_owned(), description: String::new() }
}

fn in_group(parent: &GroupPath, kind: NamespaceKind, name: &str) -> CreateGroup {
    let below = Below::Group { parent: parent.clone(), kind };
    CreateGroup { below, name: name.to_owned(), path: name.to_owned(), description: String::new() }
}

fn rename(to: &str) -> EditGroup {
    EditGroup { path: Some(FieldEdit::to(to.to_owned())), ..EditGroup::default() }
}

/// The same numbers in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % limit as u64).expect("it is small")
    }
}

#[derive(Clone, Debug)]
struct Node {
    id: NamespaceId,
    name: String,
    parent: Option<NamespaceId>,
    kind: NamespaceKind,
    is_member: bool,
}

/// A list of nodes; everything is computed from it the slow way.
#[derive(Default)]
struct Model(Vec<Node>);

impl Model {
    fn get(&self, id: NamespaceId) -> &Node {
        self.0.iter().find(|it| it.id == id).expect("a node")
    }

    fn chain(&self, id: NamespaceId) -> Vec<&Node> {
        let mut chain = vec![self.get(id)];
        while let Some(parent) = chain.last().and_then(|it| it.parent) {
            chain.push(self.get(parent));
        }
        chain.reverse();
        chain
    }

    fn path(&self, id: NamespaceId) -> GroupPath {
        let names: Vec<_> = self.chain(id).iter().map(|it| it.name.as_str()).collect();
        path(&names.join("/"))
    }

    fn is_within(&self, id: NamespaceId, above: NamespaceId) -> bool {
        self.chain(id).iter().any(|it| it.id == above)
    }

    fn is_taken(&self, parent: Option<NamespaceId>, name: &str, but: Option<NamespaceId>) -> bool {
        self.0
            .iter()
            .any(|it| it.parent == parent && it.name.eq_ignore_ascii_case(name) && Some(it.id) != but)
    }

    fn preorder(&self) -> Vec<NamespaceId> {
        fn visit(model: &Model, parent: Option<NamespaceId>, order: &mut Vec<NamespaceId>) {
            let mut children: Vec<_> = model.0.iter().filter(|it| it.parent == parent).collect();
            children.sort_by_key(|it| it.name.to_lowercase());
            for child in children {
                order.push(child.id);
                visit(model, Some(child.id), order);
            }
        }
        let mut order = Vec::new();
        visit(self, None, &mut order);
        order
    }

    async fn check(&self, storage: &Storage, ann: UserId, after: &str) {
        let mut view = storage.read().await.expect("a view");
        let tree = view.namespaces().tree(None).await.expect("a tree");
        let order = self.preorder();
        assert_eq!(tree.iter().map(|it| it.namespace.id).collect::<Vec<_>>(), order, "{after}");
        for it in &tree {
            let (node, chain) = (self.get(it.namespace.id), self.chain(it.namespace.id));
            assert_eq!(it.namespace.path, self.path(node.id), "{after}");
            assert_eq!((it.namespace.parent, it.namespace.kind), (node.parent, node.kind), "{after}");
            assert_eq!(it.namespace.root, chain[0].id, "{after}");
            assert_eq!(it.subscription.is_some(), node.parent.is_none(), "{after}");
            let found = view.namespaces().find_by_path(&it.namespace.path).await.expect("a look-up");
            assert_eq!(found.as_ref(), Some(&it.namespace), "{after}");
        }
        let visible = view.namespaces().list_visible(Some(ann), "", NOON, 1000, 0).await.expect("a list");
        let visible: Vec<_> = visible.iter().map(|it| it.namespace.id).collect();
        let expected: Vec<_> =
            order.into_iter().filter(|id| self.chain(*id).iter().any(|it| it.is_member)).collect();
        assert_eq!(visible, expected, "{after}");
    }
}

async fn a_random_tree_is_what_the_model_says_after_every_change(db: Database) {
    const NAMES: [&str; 9] = ["a", "b", "a-b", "a.b", "A_c", "b0", "B", "a-", "z9"];

    let storage = db.open().await;
    let app = app(storage.clone());
    let ann = user(&storage, "ann").await;
    let mut dice = Dice(12);
    let mut model = Model::default();
    for step in 0..160 {
        let name = NAMES[dice.below(NAMES.len())];
        let picked = (!model.0.is_empty()).then(|| model.0[dice.below(model.0.len())].clone());
        let other = (!model.0.is_empty()).then(|| model.0[dice.below(model.0.len())].clone());
        let done = match (dice.below(10), picked) {
            (0, _) | (_, None) => {
                let made = create_group(&app, &operator(), &top_level(name)).await;
                assert_eq!(made.is_ok(), !model.is_taken(None, name, None), "{step}: {made:?}");
                if let Ok(made) = made {
                    model.0.push(node(&made, name));
                }
                format!("{step}: created {name}")
            }
            (1..=4, Some(parent)) => {
                let kind = if dice.below(3) == 0 { NamespaceKind::Project } else { NamespaceKind::Group };
                let above = model.path(parent.id);
                let made = create_group(&app, &operator(), &in_group(&above, kind, name)).await;
                let may = parent.kind == NamespaceKind::Group
                    && !model.is_taken(Some(parent.id), name, None)
                    && above.depth() < deepest(kind);
                assert_eq!(made.is_ok(), may, "{step}: {made:?}");
                if let Ok(made) = made {
                    model.0.push(node(&made, name));
                }
                format!("{step}: created {name} below {above}")
            }
            (5, Some(it)) => {
                let before = model.path(it.id);
                let renamed = edit_group(&app, &operator(), &before, &rename(name)).await;
                assert_eq!(
                    renamed.is_ok(),
                    !model.is_taken(it.parent, name, Some(it.id)),
                    "{step}: {renamed:?}"
                );
                if renamed.is_ok() {
                    change(&mut model, it.id, |node| name.clone_into(&mut node.name));
                }
                format!("{step}: renamed {before} to {name}")
            }
            (6 | 7, Some(it)) => {
                let to = other.filter(|_| dice.below(4) > 0);
                let (before, above) = (model.path(it.id), to.as_ref().map(|to| model.path(to.id)));
                let moved = move_group(&app, &operator(), &before, above.as_ref()).await;
                let stays = to.as_ref().map(|to| to.id) == it.parent;
                let fits = to.as_ref().map_or(it.kind == NamespaceKind::Group, |to| {
                    to.kind == NamespaceKind::Group && !model.is_within(to.id, it.id)
                });
                let free = !model.is_taken(to.as_ref().map(|to| to.id), &it.name, Some(it.id));
                assert_eq!(
                    moved.is_ok(),
                    stays || (fits && free),
                    "{step}: {before} to {above:?}: {moved:?}"
                );
                if moved.is_ok() {
                    change(&mut model, it.id, |node| node.parent = to.map(|to| to.id));
                }
                format!("{step}: moved {before} to {above:?}")
            }
            (8, Some(it)) if dice.below(3) == 0 => {
                let before = model.path(it.id);
                delete_group(&app, &operator(), &before, before.as_str()).await.expect("deleted");
                let gone: Vec<_> =
                    model.0.iter().map(|it| it.id).filter(|id| model.is_within(*id, it.id)).collect();
                model.0.retain(|it| !gone.contains(&it.id));
                format!("{step}: deleted {before}")
            }
            (_, Some(it)) => {
                member(&storage, it.id, ann, Role::Developer).await;
                change(&mut model, it.id, |node| node.is_member = true);
                format!("{step}: ann is a member of {}", model.path(it.id))
            }
        };
        model.check(&storage, ann, &done).await;
    }
    assert!(model.0.len() > 20, "it grew: {}", model.0.len());
}

fn node(made: &Namespace, name: &str) -> Node {
    let Namespace { id, parent, kind, .. } = *made;
    Node { id, name: name.to_owned(), parent, kind, is_member: false }
}

fn change(model: &mut Model, id: NamespaceId, change: impl FnOnce(&mut Node)) {
    change(model.0.iter_mut().find(|it| it.id == id).expect("a node"));
}

/// Every path is that of the parent and a name, and every root the top of the chain.
pub async fn is_whole(storage: &Storage) {
    let tree = storage.read().await.expect("a view").namespaces().tree(None).await.expect("a tree");
    for it in &tree {
        let parent = it
            .namespace
            .parent
            .map(|parent| &tree.iter().find(|it| it.namespace.id == parent).expect("its parent").namespace);
        assert_eq!(it.namespace.path.parent().as_ref(), parent.map(|it| &it.path), "{:?}", it.namespace);
        assert_eq!(it.namespace.root, parent.map_or(it.namespace.id, |it| it.root), "{:?}", it.namespace);
    }
}

async fn what_is_created_while_its_group_moves_is_where_its_group_is(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    for name in ["acme", "globex"] {
        create_group(&app, &operator(), &top_level(name)).await.expect("made");
    }
    let acme = path("acme");
    create_group(&app, &operator(), &in_group(&acme, NamespaceKind::Group, "sub")).await.expect("made");
    for round in 0..12 {
        let (from, to) = if round % 2 == 0 { ("acme", "globex") } else { ("globex", "acme") };
        let sub = path(&format!("{from}/sub"));
        let name = format!("p{round}");
        let parent = path(to);
        let new = in_group(&sub, NamespaceKind::Project, &name);
        let editor = operator();
        let (made, moved) =
            tokio::join!(create_group(&app, &editor, &new), move_group(&app, &editor, &sub, Some(&parent)),);
        moved.expect("moved");
        // Either it was first, or its group was gone from there.
        if let Err(error) = made {
            assert!(matches!(error, UseCaseError::NotFound(_)), "{error:?}");
        }
        is_whole(&storage).await;
    }
}

async fn groups_that_move_below_each_other_make_no_circle(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    for round in 0..6 {
        let (a, b) = (format!("a{round}"), format!("b{round}"));
        for name in [&a, &b] {
            create_group(&app, &operator(), &top_level(name)).await.expect("made");
        }
        let (a, b, editor) = (path(&a), path(&b), operator());
        let (one, two) =
            tokio::join!(move_group(&app, &editor, &a, Some(&b)), move_group(&app, &editor, &b, Some(&a)));
        assert!(one.is_ok() != two.is_ok(), "one of both: {one:?} {two:?}");
        is_whole(&storage).await;
    }
}

/// The kinds of the events at a namespace, oldest first.
async fn events(storage: &Storage, namespace: NamespaceId) -> Vec<AuditKind> {
    let mut view = storage.read().await.expect("a view");
    let filter = AuditFilter { namespace: Some(namespace), ..AuditFilter::default() };
    let mut list = view.audit_log().list(&filter, 100).await.expect("a list");
    list.reverse();
    list.into_iter().filter_map(|it| it.event.kind.known()).collect()
}

async fn consents(storage: &Storage, namespace: NamespaceId) -> Vec<(Stored<LedgerAction>, String, String)> {
    let mut view = storage.read().await.expect("a view");
    let mut list = view.consents().list(namespace, 10).await.expect("a list");
    list.reverse();
    list.into_iter().map(|it| (it.action, it.username, it.namespace_path)).collect()
}

fn ledger(list: &[(LedgerAction, &str, &str)]) -> Vec<(Stored<LedgerAction>, String, String)> {
    let entry = |(action, who, at): &(_, &str, &str)| (Stored::Known(*action), (*who).into(), (*at).into());
    list.iter().map(entry).collect()
}

async fn consenting(storage: &Storage, app: &App, group: &Namespace) {
    let owner = crate::world::owner(storage, group, "owner").await;
    switch(app, &owner, group, true, 0).await.expect("consented");
    let id = owner.actor.id;
    committed(storage, async |uow| uow.seats().give(group.id, id, Source::Hand, NOON).await.expect("a seat"))
        .await;
}

async fn a_top_level_group_that_moves_below_another_loses_what_only_those_have(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    let (acme, globex) = (group(&storage, "acme").await, group(&storage, "globex").await);
    let sub = below(&storage, &acme, NamespaceKind::Group, "acme/sub").await;
    consenting(&storage, &app, &acme).await;
    let admin = administrator(user(&storage, "admin").await, "admin");
    let owner = caller(user(&storage, "somebody").await, "somebody");
    member(&storage, acme.id, owner.actor.id, Role::Owner).await;
    member(&storage, globex.id, owner.actor.id, Role::Owner).await;
    let refused = move_group(&app, &GroupEditor::caller(&owner), &acme.path, Some(&globex.path)).await;
    assert!(matches!(refused, Err(UseCaseError::Denied(_))), "{refused:?}");

    let moved = move_group(&app, &GroupEditor::caller(&admin), &acme.path, Some(&globex.path)).await;
    let moved = moved.expect("moved");
    assert_eq!((moved.path.as_str(), moved.root, moved.parent), ("globex/acme", globex.id, Some(globex.id)));
    assert!(!selection(&storage, acme.id).await.state.is_on());
    assert_eq!(
        consents(&storage, acme.id).await,
        ledger(&[(Given, "owner", "acme"), (Withdrawn, "admin", "acme")])
    );
    let mut view = storage.read().await.expect("a view");
    assert_eq!(view.seats().count_used(acme.id).await.expect("a count"), 0);
    assert_eq!(view.top_level_groups().lookup(acme.id).await.expect("a look-up"), None);
    let below = view.namespaces().lookup(sub.id).await.expect("a look-up").expect("it is there");
    assert_eq!((below.path.as_str(), below.root), ("globex/acme/sub", globex.id));
    drop(view);
    let kinds = events(&storage, acme.id).await;
    let last = &kinds[kinds.len() - 5..];
    assert_eq!(
        last,
        [
            AuditKind::GroupSubscriptionUpdated,
            AuditKind::SeatUnassigned,
            AuditKind::FlowDisabled,
            AuditKind::ConsentWithdrawn,
            AuditKind::GroupPathUpdated
        ]
    );
    assert_eq!(db.number("SELECT COUNT(*) FROM flow_selections").await, 0);
    assert_eq!(db.number("SELECT COUNT(*) FROM namespace_consents").await, 0);
}

async fn a_subgroup_that_becomes_top_level_starts_anew(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    let acme = group(&storage, "acme").await;
    let sub = below(&storage, &acme, NamespaceKind::Group, "acme/sub").await;
    let project = below(&storage, &sub, NamespaceKind::Project, "acme/sub/api").await;
    consenting(&storage, &app, &acme).await;
    let moved = move_group(&app, &operator(), &sub.path, None).await.expect("moved");
    assert_eq!((moved.path.as_str(), moved.is_top_level(), moved.root), ("sub", true, sub.id));
    assert!(!selection(&storage, sub.id).await.state.is_on());
    assert!(selection(&storage, acme.id).await.state.consent().is_some(), "the group it left keeps its own");
    let mut view = storage.read().await.expect("a view");
    let subscription = view.top_level_groups().lookup(sub.id).await.expect("a look-up").expect("its row");
    assert_eq!(subscription, Subscription { tier: Tier::Ultimate, duo_enterprise: false });
    let project = view.namespaces().lookup(project.id).await.expect("a look-up").expect("it is there");
    assert_eq!((project.path.as_str(), project.root), ("sub/api", sub.id));
    drop(view);
    let alone = move_group(&app, &operator(), &project.path, None).await;
    assert_eq!(own(&alone), Some(&GroupError::ProjectAlone));
}

async fn a_deleted_group_withdraws_its_consent_and_leaves_its_history(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    let acme = group(&storage, "acme").await;
    let sub = below(&storage, &acme, NamespaceKind::Group, "acme/sub").await;
    below(&storage, &sub, NamespaceKind::Project, "acme/sub/api").await;
    consenting(&storage, &app, &acme).await;
    let wrong = delete_group(&app, &operator(), &acme.path, "acm").await;
    assert_eq!(own(&wrong), Some(&GroupError::NotConfirmed(acme.path.clone())));
    delete_group(&app, &operator(), &acme.path, " ACME ").await.expect("deleted");
    assert_eq!(
        consents(&storage, acme.id).await,
        ledger(&[(Given, "owner", "acme"), (Withdrawn, "operator", "acme")])
    );
    let kinds = events(&storage, acme.id).await;
    assert_eq!(kinds[kinds.len() - 1], AuditKind::GroupDestroyed);
    for table in ["namespaces", "memberships", "top_level_groups", "seat_pools", "duo_enterprise_seats"] {
        assert_eq!(db.number(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
    }
    let again = create_group(&app, &operator(), &top_level("acme")).await.expect("made anew");
    assert!(again.id > sub.id, "no number is given twice");
    assert!(!selection(&storage, again.id).await.state.is_on());
}

async fn a_field_that_somebody_else_changed_is_not_overwritten(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    let acme = group(&storage, "acme").await;
    let seen = |seen: &str, to: &str| Some(FieldEdit { seen: Some(seen.to_owned()), to: to.to_owned() });
    let (ann, bob) = (operator(), operator());
    // Two fields of one form, at once.
    let name = EditGroup { name: seen("acme", "Acme"), description: seen("", ""), ..EditGroup::default() };
    let text =
        EditGroup { name: seen("acme", "acme"), description: seen("", "Anvils."), ..EditGroup::default() };
    let (one, two) =
        tokio::join!(edit_group(&app, &ann, &acme.path, &name), edit_group(&app, &bob, &acme.path, &text));
    one.expect("saved");
    two.expect("saved");
    let mut view = storage.read().await.expect("a view");
    let details = view.namespaces().details(acme.id).await.expect("a look-up").expect("it is there");
    let now = view.namespaces().lookup(acme.id).await.expect("a look-up").expect("it is there");
    assert_eq!((now.name.as_str(), details.description.as_str()), ("Acme", "Anvils."));
    drop(view);
    // One field.
    let stale = EditGroup { name: seen("acme", "ACME"), ..EditGroup::default() };
    let refused = edit_group(&app, &bob, &acme.path, &stale).await;
    let expected = Overtaken::of("name", "Acme");
    assert_eq!(own(&refused), Some(&expected));
    let tiers = |to| EditGroup {
        tier: Some(FieldEdit { seen: Some(Tier::Ultimate), to }),
        duo_enterprise: Some(FieldEdit { seen: Some(true), to: false }),
        ..EditGroup::default()
    };
    edit_group(&app, &ann, &acme.path, &tiers(Tier::Premium)).await.expect("saved");
    edit_group(&app, &ann, &acme.path, &tiers(Tier::Premium)).await.expect("it is so already");
    let bought = storage.read().await.expect("a view").top_level_groups().lookup(acme.id).await;
    let bought = bought.expect("a look-up").expect("its row");
    assert_eq!(bought, Subscription { tier: Tier::Premium, duo_enterprise: false });
}

async fn only_the_case_of_a_path_can_change(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    let acme = group(&storage, "acme").await;
    below(&storage, &acme, NamespaceKind::Project, "acme/api").await;
    let renamed = edit_group(&app, &operator(), &acme.path, &rename("ACME")).await.expect("renamed");
    assert_eq!(renamed.path.as_str(), "ACME");
    let tree = storage.read().await.expect("a view").namespaces().tree(None).await.expect("a tree");
    let paths: Vec<_> = tree.iter().map(|it| it.namespace.path.as_str()).collect();
    assert_eq!(paths, ["ACME", "ACME/api"]);
    for (to, error) in [("new", NamingError::Reserved), ("a/b", NamingError::Path), ("", NamingError::Path)] {
        let refused = edit_group(&app, &operator(), &acme.path, &rename(to)).await;
        assert_eq!(own(&refused), Some(&GroupError::Naming(error)), "{to}");
    }
    group(&storage, "globex").await;
    let taken = edit_group(&app, &operator(), &acme.path, &rename("Globex")).await;
    assert_eq!(own(&taken), Some(&GroupError::Taken(path("Globex"))));
}

async fn what_is_archived_is_not_changed_until_it_is_unarchived(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    let acme = group(&storage, "acme").await;
    let globex = group(&storage, "globex").await;
    let sub = below(&storage, &acme, NamespaceKind::Group, "acme/sub").await;
    let owner = crate::world::owner(&storage, &acme, "owner").await;
    archive_group(&app, &operator(), &acme.path, true).await.expect("archived");
    let is_archived = Some(Archived(acme.path.clone()));
    let refused = edit_group(&app, &operator(), &sub.path, &rename("core")).await;
    assert_eq!(own(&refused), is_archived.as_ref());
    let refused = create_group(&app, &operator(), &in_group(&sub.path, NamespaceKind::Project, "x")).await;
    assert_eq!(own(&refused), is_archived.as_ref());
    for (from, to) in [(&sub.path, &globex.path), (&globex.path, &sub.path)] {
        let refused = move_group(&app, &operator(), from, Some(to)).await;
        assert_eq!(own(&refused), is_archived.as_ref(), "{from} {to}");
    }
    let refused = switch(&app, &owner, &acme, true, 0).await;
    assert!(refused.is_err_and(|it| it.to_string().starts_with("acme is archived:")));
    let again = archive_group(&app, &operator(), &acme.path, true).await;
    again.expect("it is so already");
    archive_group(&app, &operator(), &acme.path, false).await.expect("unarchived");
    switch(&app, &owner, &acme, true, 0).await.expect("switched on");
    let kinds = events(&storage, acme.id).await;
    let archiving: Vec<_> = kinds.iter().filter(|it| it.key().contains("archived")).collect();
    assert_eq!(archiving, [&AuditKind::GroupArchived, &AuditKind::GroupUnarchived], "once each");
}

async fn a_subtree_is_no_deeper_than_gitlab_allows(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    let mut top = create_group(&app, &operator(), &top_level("a")).await.expect("made");
    for _ in 1..19 {
        top = create_group(&app, &operator(), &in_group(&top.path, NamespaceKind::Group, "a"))
            .await
            .expect("made");
    }
    let flat = create_group(&app, &operator(), &top_level("flat")).await.expect("made");
    let sub = create_group(&app, &operator(), &in_group(&flat.path, NamespaceKind::Group, "sub")).await;
    let sub = sub.expect("made");
    let too_deep = move_group(&app, &operator(), &flat.path, Some(&top.path)).await;
    assert_eq!(own(&too_deep), Some(&GroupError::Naming(NamingError::TooDeep)));
    let moved = move_group(&app, &operator(), &sub.path, Some(&top.path)).await.expect("20 are fine");
    let project = create_group(&app, &operator(), &in_group(&moved.path, NamespaceKind::Project, "p")).await;
    assert_eq!(project.expect("made").path.depth(), 21);
    let back = move_group(&app, &operator(), &moved.path, Some(&flat.path)).await.expect("moved");
    assert_eq!(back.path, sub.path);
}

async fn a_subtree_has_no_path_that_is_too_long(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    let top = create_group(&app, &operator(), &top_level("a")).await.expect("made").path;
    let (mut last, name) = (top.clone(), "n".repeat(250));
    for _ in 0..7 {
        let group = in_group(&last, NamespaceKind::Group, &name);
        last = create_group(&app, &operator(), &group).await.expect("made").path;
    }
    let too_long = Some(GroupError::Naming(NamingError::TooLong));
    // What is below takes 1757 characters.
    let refused = edit_group(&app, &operator(), &top, &rename(&"x".repeat(244))).await;
    assert_eq!(own(&refused), too_long.as_ref());
    let renamed = edit_group(&app, &operator(), &top, &rename(&"x".repeat(243))).await.expect("renamed");
    let flat = create_group(&app, &operator(), &top_level("flat")).await.expect("made").path;
    let refused = move_group(&app, &operator(), &renamed.path, Some(&flat)).await;
    assert_eq!(own(&refused), too_long.as_ref());
}

async fn a_stale_tree_is_not_written(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "acme").await;
    let mut uow = storage.begin().await.expect("a unit of work");
    uow.namespaces().claim(acme.id, 0).await.expect("claimed");
    uow.commit().await.expect("committed");
    let mut uow = storage.begin().await.expect("a unit of work");
    let stale = uow.namespaces().claim(acme.id, 0).await;
    assert!(matches!(stale, Err(StorageError::Stale)), "{stale:?}");
    assert!(uow.commit().await.is_err(), "nothing is committed after it");
}

async fn a_move_of_ten_thousand_is_quick(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    let (acme, globex) = (group(&storage, "acme").await, group(&storage, "globex").await);
    let sub = below(&storage, &acme, NamespaceKind::Group, "acme/sub").await;
    let row = format!(
        "SELECT {}, {}, 'project', 'acme/sub/p' || n, 'acme+sub+p' || n, 'p', 'p', 0 FROM",
        sub.id.0, acme.id.0
    );
    let into = "INSERT INTO namespaces (parent_id, root_id, kind, full_path, full_path_key, name, name_key, created_at)";
    let sql = match db.backend {
        Backend::Sqlite => format!(
            "{into} WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 10000) {row} t"
        ),
        Backend::Postgres => format!("{into} {row} generate_series(1, 10000) AS n"),
    };
    db.execute(&sql).await.expect("projects");
    db.execute("ANALYZE").await.expect("statistics");
    let begun = Instant::now();
    move_group(&app, &operator(), &sub.path, Some(&globex.path)).await.expect("moved");
    let moved = begun.elapsed();
    let begun = Instant::now();
    edit_group(&app, &operator(), &globex.path, &rename("initech")).await.expect("renamed");
    let renamed = begun.elapsed();
    let begun = Instant::now();
    delete_group(&app, &operator(), &path("initech"), "initech").await.expect("deleted");
    let deleted = begun.elapsed();
    println!("10,000 moved in {moved:?}, renamed in {renamed:?}, deleted in {deleted:?}");
    // Far above what it takes, for a machine that does other things as well.
    assert!(moved.as_secs() < 5 && renamed.as_secs() < 5, "{moved:?} {renamed:?}");
    assert_eq!(db.number("SELECT COUNT(*) FROM namespaces").await, 1);
}
