//! Feature groups: members, and flags that name them.

use crate::{
    support::{Database, at_once, committed},
    world::{actor, app, group, origin, own, user},
};

use duo_console::{
    domain::{
        environment::Environment,
        flags::{ADMINISTRATORS, FlagActor, Target, TargetKind, Targets},
        ids::UserId,
    },
    storage::Storage,
    usecases::{
        App, Caller, FlagEditor, FlagError, FlagReader, UseCaseError, Where,
        flags::{
            change_member::change_member,
            create_feature_group::create_feature_group,
            list_feature_groups::{NamedBy, list_feature_groups},
            set_feature::{SetFeature, set_feature},
            set_feature_group::set_feature_group,
            show_feature_group::show_feature_group,
        },
    },
};

contract! {
    a_feature_group_has_the_members_that_were_said_last,
    a_group_is_created_once_and_nobody_elses_is_taken,
    a_member_is_added_and_removed_and_the_others_stay,
    members_who_come_and_go_at_once_are_all_kept,
    a_group_that_is_created_many_times_at_once_is_one,
    the_members_of_a_large_group_are_shown_page_by_page,
    the_flags_that_name_a_group_are_listed_with_their_environments,
}

const GROUP: &str = "staff";

fn editor() -> FlagEditor {
    FlagEditor::operator(origin())
}

fn named(kind: TargetKind, name: &str) -> Target {
    Target { kind, name: name.to_owned() }
}

async fn members(app: &App, name: &str) -> Vec<String> {
    let groups = list_feature_groups(app, &FlagReader::operator()).await.expect("a list").groups;
    groups.into_iter().find(|it| it.name == name).expect("the group is there").members
}

async fn a_feature_group_has_the_members_that_were_said_last(db: Database) {
    let storage = db.open().await;
    let app = app(storage.clone());
    user(&storage, "ann").await;
    user(&storage, "bob").await;
    group(&storage, "acme").await;
    let set = async |name: &str, users: &[&str], groups: &[&str]| {
        let owned = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect();
        let members = Targets { users: owned(users), groups: owned(groups), ..Targets::default() };
        set_feature_group(&app, &editor(), name, &members).await
    };
    set("staff", &["ann", "ann"], &["acme"]).await.expect("made");
    set("staff", &["ann"], &["acme"]).await.expect("the same");
    set("staff", &["bob"], &["acme"]).await.expect("changed");
    assert!(set("staff", &["nobody"], &[]).await.is_err());
    assert!(set(ADMINISTRATORS, &["ann"], &[]).await.is_err());
    assert!(set("", &["ann"], &[]).await.is_err());
    let groups = list_feature_groups(&app, &FlagReader::operator()).await.expect("a list").groups;
    assert_eq!(groups.len(), 1);
    assert_eq!(groups[0].members, ["user bob", "group acme"]);
    let tos = "SELECT value_to FROM audit_events WHERE kind = 'feature_group_updated' ORDER BY id";
    assert_eq!(db.texts(tos).await, ["user ann, group acme", "user bob, group acme"]);
}

async fn a_group_is_created_once_and_nobody_elses_is_taken(db: Database) {
    let storage = db.open().await;
    user(&storage, "ann").await;
    let app = app(storage);
    create_feature_group(&app, &editor(), GROUP).await.expect("created");
    assert!(members(&app, GROUP).await.is_empty());
    let ann = named(TargetKind::User, "ann");
    change_member(&app, &editor(), GROUP, &ann, true).await.expect("added");
    for taken in [GROUP, ADMINISTRATORS, "", "a b", "a/b", "a\0b", &"x".repeat(256)] {
        let refused = create_feature_group(&app, &editor(), taken).await;
        assert!(
            matches!(refused, Err(UseCaseError::Invalid { field: "name", .. })),
            "{taken:?}: {refused:?}"
        );
    }
    assert_eq!(members(&app, GROUP).await, ["user ann"]);
    assert_eq!(db.number("SELECT COUNT(*) FROM audit_events").await, 2);
}

async fn a_member_is_added_and_removed_and_the_others_stay(db: Database) {
    let storage = db.open().await;
    let ann = user(&storage, "ann").await;
    group(&storage, "acme").await;
    let app = app(storage.clone());
    create_feature_group(&app, &editor(), GROUP).await.expect("created");
    let change = async |kind, name: &str, is_in| {
        change_member(&app, &editor(), GROUP, &named(kind, name), is_in).await
    };
    change(TargetKind::User, "Ann", true).await.expect("added");
    change(TargetKind::Group, "acme", true).await.expect("added");
    change(TargetKind::Group, "acme", true).await.expect("it is in already");
    assert_eq!(members(&app, GROUP).await, ["user ann", "group acme"]);

    for (kind, name) in [
        (TargetKind::User, "nobody"),
        (TargetKind::User, "User:1"),
        (TargetKind::User, "a\0b"),
        (TargetKind::Project, "acme"),
    ] {
        let refused = change(kind, name, true).await;
        let unknown = matches!(own(&refused), Some(FlagError::UnknownTarget { .. }));
        assert!(unknown, "{name:?}: {refused:?}");
    }
    let refused = change(TargetKind::FeatureGroup, ADMINISTRATORS, true).await;
    assert!(matches!(refused, Err(UseCaseError::Invalid { field: "name", .. })), "{refused:?}");
    let someone = named(TargetKind::User, "ann");
    let refused = change_member(&app, &editor(), "nowhere", &someone, true).await;
    assert!(matches!(refused, Err(UseCaseError::NotFound(_))), "{refused:?}");
    let refused = change_member(&app, &editor(), ADMINISTRATORS, &someone, true).await;
    assert!(matches!(refused, Err(UseCaseError::Invalid { field: "name", .. })), "{refused:?}");

    committed(&storage, async |uow| uow.users().delete(ann).await.expect("she goes")).await;
    let gone = FlagActor::User(ann).key();
    assert_eq!(members(&app, GROUP).await, [gone.clone(), String::from("group acme")]);
    change(TargetKind::User, &gone, false).await.expect("removed by the id");
    change(TargetKind::User, &gone, false).await.expect("nothing to remove");
    assert_eq!(members(&app, GROUP).await, ["group acme"]);
    let changes = "SELECT value_from || ' -> ' || value_to FROM audit_events WHERE kind = 'feature_group_updated' ORDER BY id";
    assert_eq!(
        db.texts(changes).await,
        [
            String::from(" -> "),
            String::from(" -> user ann"),
            String::from("user ann -> user ann, group acme"),
            format!("{gone}, group acme -> group acme"),
        ]
    );
}

/// Fewer than a change is tried, so that each must come through.
async fn members_who_come_and_go_at_once_are_all_kept(db: Database) {
    const EACH: usize = 4;
    let storage = db.open().await;
    let mut leaving = Vec::new();
    for nth in 0..EACH {
        user(&storage, &format!("new-{nth}")).await;
        user(&storage, &format!("old-{nth}")).await;
        leaving.push(format!("old-{nth}"));
    }
    let app_of = async || app(db.open().await);
    let first = app_of().await;
    for round in 0..10 {
        let name = format!("{GROUP}-{round}");
        let old = Targets { users: leaving.clone(), ..Targets::default() };
        set_feature_group(&first, &editor(), &name, &old).await.expect("made");
        let mut tasks = Vec::new();
        for nth in 0..EACH {
            for (who, is_in) in [("new", true), ("old", false)] {
                let (app, name) = (app_of().await, name.clone());
                let member = named(TargetKind::User, &format!("{who}-{nth}"));
                tasks.push(async move { change_member(&app, &editor(), &name, &member, is_in).await });
            }
        }
        for outcome in at_once(tasks).await {
            outcome.expect("each is saved");
        }
        let expected: Vec<_> = (0..EACH).map(|nth| format!("user new-{nth}")).collect();
        assert_eq!(members(&first, &name).await, expected);
    }
}

async fn a_group_that_is_created_many_times_at_once_is_one(db: Database) {
    let mut tasks = Vec::new();
    for _ in 0..6 {
        let app = app(db.open().await);
        tasks.push(async move { create_feature_group(&app, &editor(), GROUP).await });
    }
    let mut created = 0;
    for outcome in at_once(tasks).await {
        match outcome {
            Ok(()) => created += 1,
            Err(UseCaseError::Invalid { field: "name", message }) => assert!(message.contains("already")),
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!(created, 1);
    assert_eq!(db.number("SELECT COUNT(*) FROM audit_events").await, 1);
}

/// An administrator at a page.
fn administrator() -> Caller {
    let mut actor = actor(UserId(1), "admin");
    actor.is_admin = true;
    Caller { actor, origin: origin() }
}

async fn the_members_of_a_large_group_are_shown_page_by_page(db: Database) {
    const MANY: usize = 201;
    let storage: Storage = db.open().await;
    let mut users = Vec::new();
    for nth in 0..MANY {
        let name = format!("user-{nth:03}");
        user(&storage, &name).await;
        users.push(name);
    }
    let app = app(storage);
    let all = Targets { users: users.clone(), ..Targets::default() };
    set_feature_group(&app, &editor(), GROUP, &all).await.expect("made");
    let mut shown = Vec::new();
    for (page, more) in [(1, true), (2, true), (3, false), (4, false)] {
        let view = show_feature_group(&app, &administrator(), GROUP, page).await.expect("a page");
        assert_eq!((view.count, view.more, view.members.gone.len()), (MANY, more, 0), "page {page}");
        shown.extend(view.members.named.into_iter().map(|it| it.name));
    }
    assert_eq!(shown, users);
    for absent in [ADMINISTRATORS, "nowhere", "a\0b", ""] {
        let refused = show_feature_group(&app, &administrator(), absent, 1).await;
        assert!(matches!(refused, Err(UseCaseError::NotFound(_))), "{absent:?}: {refused:?}");
    }
    let mut somebody = administrator();
    somebody.actor.is_admin = false;
    let refused = show_feature_group(&app, &somebody, GROUP, 1).await;
    assert!(matches!(refused, Err(UseCaseError::NeedsAdministrator)), "{refused:?}");
}

async fn the_flags_that_name_a_group_are_listed_with_their_environments(db: Database) {
    use Environment::{Dev, Production, Staging};
    let app = app(db.open().await);
    create_feature_group(&app, &editor(), GROUP).await.expect("created");
    let set = async |flag: &str, groups: &[&str], environments: &[Environment]| {
        let command = SetFeature {
            targets: Targets {
                feature_groups: groups.iter().map(|it| (*it).to_owned()).collect(),
                ..Targets::default()
            },
            environments: Where::Named(environments.to_vec()),
            undefined_too: true,
            ..SetFeature::everyone(flag, true)
        };
        set_feature(&app, &editor(), &command).await.expect("set");
    };
    set("b_flag", &[GROUP, ADMINISTRATORS], &[Production, Staging]).await;
    set("a_flag", &[GROUP], &[Dev]).await;
    set("c_flag", &[GROUP], &[Dev]).await;
    set("c_flag", &[], &[Dev]).await;
    let by = |flag: &str, environments: &[Environment]| NamedBy {
        flag: flag.to_owned(),
        environments: environments.to_vec(),
    };
    let list = list_feature_groups(&app, &FlagReader::operator()).await.expect("a list");
    assert_eq!(list.groups[0].named_by, [by("a_flag", &[Dev]), by("b_flag", &[Staging, Production])]);
    assert_eq!(list.for_administrators, [by("b_flag", &[Staging, Production])]);
}
