//! The list of members, and changes of members and invitations.

use crate::{
    support::{Database, at_once, committed},
    world::{NOON, app, app_at, below, caller, group, member, origin, own, owner, user},
};

use duo_console::{
    domain::{
        field_edit::Overtaken,
        flows::catalogue::Tier,
        ids::UserId,
        namespace::{Namespace, NamespaceKind, Subscription},
        people::{
            grants::Source,
            members::{GivenBy, MemberQuery, MemberSort, Membership},
        },
        role::{GivenRole, Role},
        time::Timestamp,
        user::UserState,
    },
    storage::{NewUser, Storage, StorageError},
    usecases::{
        App, Caller, UseCaseError,
        people::{
            find_people::find_people,
            invite_group::{InviteGroup, invite_group, uninvite_group},
            list_members::{PAGE, Through, list_members},
            member_editor::{MemberEditor, Seen},
            member_error::MemberError,
            remove_member::{leave_group, remove_member},
            set_member::{SetMember, set_member},
        },
    },
};

contract! {
    a_list_is_filtered_sorted_and_counted,
    ten_thousand_members_are_listed_page_by_page,
    a_stale_write_of_a_membership_or_an_invitation_is_refused,
    two_owners_change_role_and_expiry_at_once_and_both_are_kept,
    two_owners_change_the_same_field_at_once_and_one_is_told,
    nobody_takes_the_last_owner_away_without_saying_so,
    each_source_takes_back_only_what_it_gave,
    a_group_that_one_cannot_see_is_not_invited_and_not_named,
    an_expired_role_is_no_right_and_can_be_given_again,
    people_are_found_where_the_lists_of_members_show_them,
}

fn query() -> MemberQuery {
    MemberQuery::default()
}

async fn names(storage: &Storage, place: &Namespace, query: &MemberQuery) -> Vec<String> {
    let mut view = storage.read().await.expect("a view");
    let (listed, total) = view.members().list(place.id, query, NOON, 100, 0).await.expect("a list");
    assert_eq!(usize::try_from(total), Ok(listed.len()));
    listed.into_iter().map(|it| it.user.username).collect()
}

async fn give(
    storage: &Storage,
    place: &Namespace,
    user: UserId,
    source: Source,
    role: Role,
    days: Option<i64>,
) {
    let expires_at = days.map(|days| NOON.plus_days(days));
    committed(storage, async |uow| {
        uow.memberships().set(place.id, user, source, &role.into(), expires_at).await.expect("a member")
    })
    .await;
}

async fn a_list_is_filtered_sorted_and_counted(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "acme").await;
    let sub = below(&storage, &acme, NamespaceKind::Group, "acme/sub").await;
    let globex = group(&storage, "globex").await;
    let [ann, bob, cat, dan] = [
        user(&storage, "ann").await,
        user(&storage, "bob").await,
        user(&storage, "cat_100%").await,
        user(&storage, "dan").await,
    ];
    give(&storage, &acme, ann, Source::Provider, Role::Guest, None).await;
    give(&storage, &sub, bob, Source::Hand, Role::Owner, Some(30)).await;
    give(&storage, &sub, bob, Source::Import, Role::Reporter, None).await;
    give(&storage, &globex, cat, Source::Hand, Role::Maintainer, Some(3)).await;
    give(&storage, &sub, dan, Source::Hand, Role::Guest, Some(-1)).await;
    give(&storage, &acme, dan, Source::Hand, Role::MinimalAccess, None).await;
    let at_most = Membership { role: Role::Developer.into(), expires_at: None };
    committed(&storage, async |uow| {
        uow.shares().save(sub.id, globex.id, Source::Hand, None, &at_most).await.expect("invited");
        uow.seats().give(acme.id, bob, Source::Hand, NOON).await.expect("a seat");
    })
    .await;

    assert_eq!(names(&storage, &acme, &query()).await, ["ann", "dan"]);
    assert_eq!(names(&storage, &sub, &query()).await, ["ann", "bob", "cat_100%"], "who expired is none");
    for (text, expected) in [("B", &["bob"][..]), ("cat_1", &["cat_100%"]), ("%", &["cat_100%"]), ("_z", &[])]
    {
        let query = MemberQuery { text: text.to_owned(), ..query() };
        assert_eq!(names(&storage, &sub, &query).await, expected, "{text}");
    }
    for (role, expected) in [
        (Role::Owner, &["bob"][..]),
        (Role::Developer, &["cat_100%"]),
        (Role::Guest, &["ann"]),
        (Role::Reporter, &[]),
    ] {
        let query = MemberQuery { role: Some(role), ..query() };
        assert_eq!(names(&storage, &sub, &query).await, expected, "{role}");
    }
    for (by, expected) in [
        (GivenBy::Direct, &["bob"][..]),
        (GivenBy::Inherited, &["ann"]),
        (GivenBy::Invited, &["cat_100%"]),
        (GivenBy::Hand, &["bob", "cat_100%"]),
        (GivenBy::Import, &["bob"]),
        (GivenBy::Provider, &["ann"]),
        (GivenBy::Scim, &[]),
    ] {
        let query = MemberQuery { by: Some(by), ..query() };
        assert_eq!(names(&storage, &sub, &query).await, expected, "{by:?}");
    }
    for (sort, expected) in
        [(MemberSort::Role, ["bob", "cat_100%", "ann"]), (MemberSort::ExpiresOn, ["cat_100%", "bob", "ann"])]
    {
        assert_eq!(names(&storage, &sub, &MemberQuery { sort, ..query() }).await, expected, "{sort:?}");
    }
    let mut view = storage.read().await.expect("a view");
    let with_seat = async |view: &mut duo_console::storage::UnitOfWork| {
        let grants = view.members().grants(&[ann, bob, cat], &sub).await.expect("grants");
        let mut users: Vec<_> = grants.into_iter().filter(|it| it.seat).map(|it| it.user).collect();
        users.dedup();
        users
    };
    assert_eq!(with_seat(&mut view).await, [bob]);
    let subscription = Subscription { tier: Tier::Premium, duo_enterprise: false };
    drop(view);
    committed(&storage, async |uow| {
        uow.top_level_groups().save(acme.id, subscription).await.expect("saved");
    })
    .await;
    assert_eq!(with_seat(&mut storage.read().await.expect("a view")).await, []);
}

async fn ten_thousand_members_are_listed_page_by_page(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "acme").await;
    let boss = owner(&storage, &acme, "boss").await;
    committed(&storage, async |uow| {
        for n in 0..10_000 {
            let username = format!("user-{n:05}");
            let new = NewUser { username: &username, ..crate::world::new_user("x") };
            let id = uow.users().add(&new).await.expect("a user");
            uow.memberships()
                .set(acme.id, id, Source::Hand, &Role::Guest.into(), None)
                .await
                .expect("a member");
        }
    })
    .await;
    let app = app(storage);
    let page = async |page| list_members(&app, &boss, &acme.path, &query(), page).await.expect("a page");
    let last = page(201).await;
    assert_eq!((last.total, last.page, last.members.len()), (10_001, 201, 1));
    let second = page(2).await;
    assert_eq!(i64::try_from(second.members.len()), Ok(PAGE));
    assert!(second.members.iter().all(|it| it.grants.len() == 1 && it.by_hand.is_some()));
    let beyond = page(400).await;
    assert_eq!((beyond.total, beyond.page), (10_001, 1), "what is not there is the first page");
}

async fn a_stale_write_of_a_membership_or_an_invitation_is_refused(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "acme").await;
    let globex = group(&storage, "globex").await;
    let ann = user(&storage, "ann").await;
    let custom =
        Membership { role: GivenRole::new(30, Some("Lead".into())).expect("a role"), expires_at: None };
    let plain = Membership { role: Role::Developer.into(), expires_at: None };
    let ends = Membership { expires_at: Some(NOON), ..plain.clone() };
    let save = async |seen: Option<&Membership>, new: &Membership| {
        let mut uow = storage.begin().await.expect("a unit of work");
        let member = uow.members().save(acme.id, ann, Source::Hand, seen, new).await;
        let stale = matches!(member, Err(StorageError::Stale));
        if stale {
            return false;
        }
        member.expect("saved");
        uow.commit().await.expect("committed");
        true
    };
    assert!(!save(Some(&plain), &ends).await, "nothing is there");
    assert!(save(None, &custom).await);
    assert!(!save(None, &plain).await, "something is there");
    assert!(!save(Some(&plain), &ends).await, "another name");
    assert!(save(Some(&custom), &plain).await);
    assert!(save(Some(&plain), &ends).await);
    assert!(!save(Some(&plain), &custom).await, "another expiry");
    let found = storage.read().await.expect("a view").members().find(acme.id, ann, Source::Hand).await;
    assert_eq!(found.expect("an answer"), Some(ends.clone()));

    let invite = async |seen: Option<&Membership>, new: &Membership| {
        let mut uow = storage.begin().await.expect("a unit of work");
        let saved = uow.shares().save(acme.id, globex.id, Source::Hand, seen, new).await;
        if matches!(saved, Err(StorageError::Stale)) {
            return false;
        }
        uow.commit().await.expect("committed");
        true
    };
    assert!(!invite(Some(&plain), &ends).await && invite(None, &plain).await && !invite(None, &ends).await);
    assert!(invite(Some(&plain), &ends).await && !invite(Some(&plain), &ends).await);
    let listed =
        storage.read().await.expect("a view").shares().list(acme.id, ann, NOON).await.expect("a list");
    assert_eq!((listed.len(), &listed[0].given, listed[0].is_seen), (1, &ends, false));
}

/// A change as a page sends it that showed a Developer without expiry.
fn shown<'a>(
    place: &'a Namespace,
    user: &'a str,
    role: Role,
    expires_at: Option<Timestamp>,
) -> SetMember<'a> {
    let seen = Seen::This(Role::Developer, None);
    SetMember { namespace: &place.path, user, role, expires_at, seen, confirmed: false }
}

async fn hand(app: &App, place: &Namespace, user: UserId) -> Option<String> {
    let mut view = app.storage.read().await.expect("a view");
    let found = view.members().find(place.id, user, Source::Hand).await.expect("an answer");
    found.map(|it| it.words())
}

async fn two_owners_change_role_and_expiry_at_once_and_both_are_kept(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "acme").await;
    let bosses = [owner(&storage, &acme, "boss").await, owner(&storage, &acme, "chief").await];
    let ann = user(&storage, "ann").await;
    let apps = [app(storage.clone()), app(db.open().await)];
    for _ in 0..5 {
        member(&storage, acme.id, ann, Role::Developer).await;
        let day = Some(NOON.plus_days(9));
        let role = shown(&acme, "ann", Role::Maintainer, None);
        let expiry = shown(&acme, "ann", Role::Developer, day);
        let (first, second) = tokio::join!(
            set_member(&apps[0], MemberEditor::Caller(&bosses[0]), &role),
            set_member(&apps[1], MemberEditor::Caller(&bosses[1]), &expiry),
        );
        first.expect("the role");
        second.expect("the expiry");
        assert_eq!(hand(&apps[0], &acme, ann).await.as_deref(), Some("Maintainer until 2026-06-10"));
    }
}

async fn two_owners_change_the_same_field_at_once_and_one_is_told(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "acme").await;
    let boss = owner(&storage, &acme, "boss").await;
    let ann = user(&storage, "ann").await;
    let app = app(storage.clone());
    member(&storage, acme.id, ann, Role::Developer).await;
    let outcomes = at_once([Role::Guest, Role::Maintainer].map(|role| {
        let (app, boss, acme) = (app.clone(), boss.clone(), acme.clone());
        async move {
            let command = shown(&acme, "ann", role, None);
            set_member(&app, MemberEditor::Caller(&boss), &command).await.map(|_| role)
        }
    }))
    .await;
    let (done, told): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!((done.len(), told.len()), (1, 1));
    let winner = *done[0].as_ref().expect("one was first");
    assert_eq!(own(&told[0]), Some(&Overtaken::of("role", winner)));
    assert_eq!(hand(&app, &acme, ann).await, Some(winner.to_string()));
    // The same by both is no conflict.
    let command = shown(&acme, "ann", winner, None);
    assert!(!set_member(&app, MemberEditor::Caller(&boss), &command).await.expect("it is so").changed);
}

async fn nobody_takes_the_last_owner_away_without_saying_so(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "acme").await;
    let globex = group(&storage, "globex").await;
    let boss = owner(&storage, &acme, "boss").await;
    let bot = committed(&storage, async |uow| {
        let new = NewUser { kind: duo_console::domain::user::UserKind::Bot, ..crate::world::new_user("bot") };
        uow.users().add(&new).await.expect("a bot")
    })
    .await;
    member(&storage, acme.id, bot, Role::Owner).await;
    let app = app(storage.clone());
    let editor = MemberEditor::Caller(&boss);
    let demote = |role, expires_at, confirmed| SetMember {
        namespace: &acme.path,
        user: "boss",
        role,
        expires_at,
        seen: Seen::Whatever,
        confirmed,
    };
    let lost = |until: Option<Timestamp>| MemberError::LastOwner { group: String::from("acme"), until };
    let day = NOON.plus_days(1).plus_millis(12 * 60 * 60 * 1000);
    let before = db.number("SELECT COUNT(*) FROM audit_events").await;
    for (refused, until) in [
        (set_member(&app, editor, &demote(Role::Maintainer, None, false)).await.map(drop), None),
        (set_member(&app, editor, &demote(Role::Owner, Some(day), false)).await.map(drop), Some(day)),
        (remove_member(&app, editor, &acme.path, "boss", false).await.map(drop), None),
        (leave_group(&app, &boss, &acme.path, false).await.map(drop), None),
    ] {
        assert_eq!(own(&refused), Some(&lost(until)));
    }
    assert_eq!(hand(&app, &acme, UserId(boss.actor.id.0)).await.as_deref(), Some("Owner"));
    assert_eq!(db.number("SELECT COUNT(*) FROM audit_events").await, before, "nothing was written");

    // The members of an invited group count: then boss may go, but not the invitation.
    let other = user(&storage, "other").await;
    member(&storage, globex.id, other, Role::Owner).await;
    let invite = InviteGroup {
        namespace: &acme.path,
        group: &globex.path,
        role: Role::Owner,
        expires_at: None,
        seen: Seen::Whatever,
        confirmed: false,
    };
    let origin = origin();
    let operator = MemberEditor::Operator(&origin);
    assert!(invite_group(&app, operator, &invite).await.expect("invited"));
    set_member(&app, editor, &demote(Role::Owner, Some(day), false)).await.expect("another owns it for ever");
    leave_group(&app, &boss, &acme.path, false).await.expect("another owns it");
    let refused = uninvite_group(&app, operator, &acme.path, &globex.path, false).await;
    assert_eq!(own(&refused), Some(&lost(None)));
    let lower = InviteGroup { role: Role::Developer, ..invite.clone() };
    assert_eq!(own(&invite_group(&app, operator, &lower).await), Some(&lost(None)));
    uninvite_group(&app, operator, &acme.path, &globex.path, true).await.expect("it was confirmed");

    // Nobody owned it before, so nobody is lost; and a subgroup has its owners above.
    remove_member(&app, operator, &acme.path, "bot", false).await.expect("a bot is no owner to lose");
    let sub = below(&storage, &acme, NamespaceKind::Group, "acme/sub").await;
    let lead = owner(&storage, &sub, "lead").await;
    leave_group(&app, &lead, &sub.path, false).await.expect("a subgroup");
}

async fn each_source_takes_back_only_what_it_gave(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "acme").await;
    let boss = owner(&storage, &acme, "boss").await;
    let ann = user(&storage, "ann").await;
    give(&storage, &acme, ann, Source::Provider, Role::Developer, None).await;
    let app = app(storage.clone());
    let editor = MemberEditor::Caller(&boss);
    let refused = remove_member(&app, editor, &acme.path, "ann", false).await;
    assert!(matches!(own(&refused), Some(MemberError::NothingByHand { .. })), "{refused:?}");
    let add = |role, seen| SetMember {
        namespace: &acme.path,
        user: "ann",
        role,
        expires_at: None,
        seen,
        confirmed: false,
    };
    let refused = set_member(&app, editor, &add(Role::Guest, Seen::This(Role::Developer, None))).await;
    assert!(matches!(own(&refused), Some(MemberError::NothingByHand { .. })), "what the provider gave");
    let now = set_member(&app, editor, &add(Role::Guest, Seen::Nothing)).await.expect("beside it");
    assert_eq!(
        (now.counts, now.by_hand.map(|it| it.role.role())),
        (Some(Role::Developer), Some(Role::Guest))
    );
    let refused = set_member(&app, editor, &add(Role::Owner, Seen::Nothing)).await;
    let already = MemberError::AlreadyMember { username: "ann".into(), now: "Guest".into() };
    assert_eq!(own(&refused), Some(&already));
    let list = list_members(&app, &boss, &acme.path, &query(), 1).await.expect("a list");
    let sources: Vec<_> = list.members[0].grants.iter().map(|it| it.grant.source).collect();
    assert_eq!(sources, [Source::Provider, Source::Hand], "the highest first");
    let now = remove_member(&app, editor, &acme.path, "ann", false).await.expect("what was given by hand");
    assert_eq!(now.counts, Some(Role::Developer));
    let refused = remove_member(&app, editor, &acme.path, "nobody", false).await;
    assert!(matches!(refused, Err(UseCaseError::Invalid { field: "user", .. })));
}

async fn a_group_that_one_cannot_see_is_not_invited_and_not_named(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "acme").await;
    let secret = group(&storage, "secret").await;
    let boss = owner(&storage, &acme, "boss").await;
    let cat = user(&storage, "cat").await;
    member(&storage, secret.id, cat, Role::Owner).await;
    let guest: Caller = {
        let id = user(&storage, "guest").await;
        member(&storage, acme.id, id, Role::Guest).await;
        caller(id, "guest")
    };
    let app = app(storage.clone());
    let editor = MemberEditor::Caller(&boss);
    let nowhere = duo_console::domain::namespace::GroupPath::parse("nowhere").expect("a path");
    let mut refusals = Vec::new();
    for group in [&secret.path, &nowhere] {
        let mut invite = InviteGroup {
            namespace: &acme.path,
            group,
            role: Role::Guest,
            expires_at: None,
            seen: Seen::Nothing,
            confirmed: false,
        };
        let mut texts = vec![invite_group(&app, editor, &invite).await.expect_err("refused").to_string()];
        invite.seen = Seen::This(Role::Guest, None);
        texts.push(invite_group(&app, editor, &invite).await.expect_err("refused").to_string());
        let back = uninvite_group(&app, editor, &acme.path, group, false).await;
        texts.push(back.expect_err("refused").to_string());
        refusals.push(texts.into_iter().map(|it| it.replace(group.as_str(), "…")).collect::<Vec<_>>());
    }
    assert_eq!(refusals[0], refusals[1], "whether it exists is not said");

    let at_most = Membership { role: Role::Developer.into(), expires_at: None };
    committed(&storage, async |uow| {
        uow.shares().save(acme.id, secret.id, Source::Import, None, &at_most).await.expect("invited");
    })
    .await;
    let through = async |caller: &Caller| {
        let list = list_members(&app, caller, &acme.path, &query(), 1).await.expect("a list");
        let cat = list.members.into_iter().find(|it| it.listed.user.id == cat).expect("a member");
        (cat.grants[0].through.clone(), list.invited[0].is_seen)
    };
    assert_eq!(through(&guest).await, (Some(Through::Hidden), false));
    assert!(matches!(through(&boss).await, (Some(Through::Group { .. }), true)), "whoever may change it");
    member(&storage, secret.id, guest.actor.id, Role::Guest).await;
    assert!(matches!(through(&guest).await, (Some(Through::Group { .. }), true)), "whoever is in it");
}

async fn an_expired_role_is_no_right_and_can_be_given_again(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "acme").await;
    let boss = owner(&storage, &acme, "boss").await;
    let chief = owner(&storage, &acme, "chief").await;
    give(&storage, &acme, boss.actor.id, Source::Hand, Role::Owner, Some(1)).await;
    let ends = NOON.plus_days(1);
    let (early, late) = (app_at(storage.clone(), ends.plus_millis(-1)), app_at(storage.clone(), ends));
    assert!(list_members(&early, &boss, &acme.path, &query(), 1).await.is_ok());
    let refused = list_members(&late, &boss, &acme.path, &query(), 1).await;
    assert!(matches!(refused, Err(UseCaseError::NotFound(_))));
    let add = |expires_at| SetMember {
        namespace: &acme.path,
        user: "@Boss",
        role: Role::Guest,
        expires_at,
        seen: Seen::Whatever,
        confirmed: false,
    };
    let past = set_member(&late, MemberEditor::Caller(&chief), &add(Some(ends))).await;
    assert!(matches!(past, Err(UseCaseError::Invalid { field: "expires_on", .. })), "{past:?}");
    set_member(&late, MemberEditor::Caller(&chief), &add(None)).await.expect("again");
    assert!(list_members(&late, &boss, &acme.path, &query(), 1).await.is_ok());
}

async fn people_are_found_where_the_lists_of_members_show_them(db: Database) {
    let storage = db.open().await;
    let acme = group(&storage, "acme").await;
    let globex = group(&storage, "globex").await;
    let team = below(&storage, &acme, NamespaceKind::Group, "acme/team").await;
    let other = below(&storage, &acme, NamespaceKind::Group, "acme/team2").await;
    let boss = owner(&storage, &acme, "x-boss").await;
    let lead = owner(&storage, &team, "x-lead").await;
    owner(&storage, &other, "x-other").await;
    owner(&storage, &globex, "x-globex").await;
    give(&storage, &team, user(&storage, "x-gone").await, Source::Hand, Role::Guest, Some(-1)).await;
    give(&storage, &team, boss.actor.id, Source::Import, Role::Guest, None).await;
    let blocked = user(&storage, "x-blocked").await;
    member(&storage, team.id, blocked, Role::Guest).await;
    committed(&storage, async |uow| {
        uow.users().set_state(blocked, UserState::Blocked).await.expect("blocked");
    })
    .await;
    let app = app(storage.clone());
    let found = async |caller: &Caller, place: &Namespace, text: &str| {
        let found = find_people(&app, caller, Some(&place.path), text).await.expect("an answer");
        found.into_iter().map(|it| it.username).collect::<Vec<_>>()
    };
    assert_eq!(found(&boss, &acme, "X-").await, ["x-boss", "x-lead", "x-other"], "below as well, each once");
    assert_eq!(found(&lead, &team, "x-").await, ["x-boss", "x-lead"], "above as well, and nobody beside");
    assert_eq!(found(&boss, &acme, "x-LE").await, ["x-lead"]);
    assert!(found(&boss, &acme, "").await.is_empty() && found(&boss, &acme, "\0").await.is_empty());
    assert!(found(&boss, &acme, "%").await.is_empty());
    assert!(find_people(&app, &lead, Some(&acme.path), "x").await.is_err(), "not their group");
    assert!(find_people(&app, &boss, None, "x").await.is_err(), "no administrator");
    let mut admin = boss;
    admin.actor.is_admin = true;
    assert_eq!(found(&admin, &team, "x-").await, ["x-boss", "x-globex", "x-gone", "x-lead", "x-other"]);
    let everybody = find_people(&app, &admin, None, "x-g").await.expect("an answer");
    assert_eq!(everybody.len(), 2);
}
