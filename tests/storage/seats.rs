//! Duo Enterprise seats: who may get one, and that never more are given than were purchased.

use crate::{
    support::{Database, at_once, committed},
    world::{NOON, app, below, group, member, new_user, origin, own, owner, path, user},
};
use std::collections::BTreeMap;

use duo_console::{
    domain::{
        access::Denial,
        field_edit::{FieldEdit, Overtaken},
        ids::{NamespaceId, UserId},
        namespace::{Namespace, NamespaceKind},
        people::{
            grants::Source,
            seats::{SeatCounts, SeatOrder, SeatPlace, SeatState},
        },
        role::Role,
        user::UserKind,
    },
    storage::{NewUser, Storage},
    usecases::{
        App, UseCaseError,
        people::{
            change_seats::{SeatChange, SeatsChanged, change_seats},
            seat_error::SeatError,
            seat_keeper::SeatKeeper,
            set_purchased_seats::set_purchased_seats,
            show_seats::all_seats,
        },
        seat_effect::consequence,
    },
};

contract! {
    the_last_seat_is_given_to_one_of_two_owners_at_once,
    seats_given_and_numbers_lowered_at_once_never_pass_each_other,
    random_changes_agree_with_a_naive_model,
    several_names_get_seats_together_or_not_at_all,
    a_role_anywhere_in_the_group_is_enough,
    seats_are_for_active_people,
    only_who_may_changes_seats,
    what_another_source_gave_it_takes_back_itself,
    a_number_of_seats_that_somebody_else_changed_is_not_overwritten,
    a_seat_of_the_instance_counts_in_every_group_with_duo_enterprise,
    holders_are_listed_filtered_and_sorted,
}

pub fn operator() -> SeatKeeper {
    SeatKeeper::Operator(origin())
}

fn at(group: &Namespace) -> SeatPlace {
    SeatPlace::Group(group.path.clone())
}

async fn give(app: &App, place: &SeatPlace, names: &str) -> Result<SeatsChanged, UseCaseError> {
    change_seats(app, &operator(), place, SeatChange::Give, names).await
}

async fn take(app: &App, place: &SeatPlace, names: &str) -> Result<SeatsChanged, UseCaseError> {
    change_seats(app, &operator(), place, SeatChange::Take, names).await
}

async fn purchase(app: &App, place: &SeatPlace, number: Option<i64>) -> Result<SeatCounts, UseCaseError> {
    set_purchased_seats(app, &operator(), place, FieldEdit::to(number)).await
}

async fn counts(app: &App, place: &SeatPlace) -> SeatCounts {
    all_seats(app, &operator(), place).await.expect("a list").0
}

async fn developer(storage: &Storage, group: &Namespace, username: &str) -> UserId {
    let id = user(storage, username).await;
    member(storage, group.id, id, Role::Developer).await;
    id
}

async fn has_seat(app: &App, group: NamespaceId, user: UserId) -> bool {
    app.storage.read().await.expect("a view").seats().has_seat(group, user).await.expect("an answer")
}

async fn the_last_seat_is_given_to_one_of_two_owners_at_once(db: Database) {
    let storage = db.open().await;
    let apps = [app(db.open().await), app(db.open().await)];
    for round in 0..15 {
        let group = group(&storage, &format!("group-{round}")).await;
        if round % 2 == 0 {
            purchase(&apps[0], &at(&group), Some(1)).await.expect("set");
        } else {
            // With a seat that is used already, of two.
            developer(&storage, &group, &format!("first-{round}")).await;
            give(&apps[0], &at(&group), &format!("first-{round}")).await.expect("given");
            purchase(&apps[0], &at(&group), Some(2)).await.expect("set");
        }
        let mut tasks = Vec::new();
        for (who, app) in ["ann", "bob"].into_iter().zip(&apps) {
            let caller = owner(&storage, &group, &format!("{who}-{round}")).await;
            let wanted = format!("{who}s-{round}");
            developer(&storage, &group, &wanted).await;
            let (app, place) = (app.clone(), at(&group));
            tasks.push(async move {
                change_seats(&app, &SeatKeeper::Caller(caller), &place, SeatChange::Give, &wanted).await
            });
        }
        let outcomes = at_once(tasks).await;
        assert_eq!(outcomes.iter().filter(|it| it.is_ok()).count(), 1, "{outcomes:?}");
        for refused in outcomes.iter().filter(|it| it.is_err()) {
            assert!(matches!(own(refused), Some(SeatError::NotEnough { asked: 1, .. })), "{refused:?}");
        }
        let now = counts(&apps[0], &at(&group)).await;
        assert_eq!(now.free(), Some(0));
        let given = format!(
            "SELECT COUNT(*) FROM audit_events WHERE namespace_id = {} AND kind = 'duo_enterprise_seat_assigned'",
            group.id
        );
        assert_eq!(db.number(&given).await, now.used, "an event for each");
    }
}

async fn seats_given_and_numbers_lowered_at_once_never_pass_each_other(db: Database) {
    let storage = db.open().await;
    let apps = [app(db.open().await), app(db.open().await)];
    for round in 0..15 {
        let group = group(&storage, &format!("group-{round}")).await;
        let wanted = format!("ann-{round}");
        developer(&storage, &group, &wanted).await;
        let place = at(&group);
        if round % 2 == 0 {
            purchase(&apps[0], &place, Some(1)).await.expect("set");
        }
        let [(a, b), (c, d)] = [&apps[0], &apps[1]].map(|app| (app.clone(), place.clone()));
        let giving = tokio::spawn(async move { give(&a, &b, &wanted).await.is_ok() });
        let lowering = tokio::spawn(async move { purchase(&c, &d, Some(0)).await.is_ok() });
        let (given, lowered) = (giving.await.expect("it ran"), lowering.await.expect("it ran"));
        assert!(given != lowered, "one of both: {given} {lowered}");
        let now = counts(&apps[0], &place).await;
        assert!(now.purchased.is_none_or(|purchased| now.used <= purchased), "{now:?}");
    }
}

#[derive(Debug, Default)]
struct Model {
    purchased: Option<i64>,
    seats: BTreeMap<&'static str, SeatState>,
}

impl Model {
    fn count(&self, state: SeatState) -> i64 {
        i64::try_from(self.seats.values().filter(|it| **it == state).count()).expect("few")
    }

    fn free(&self) -> Option<i64> {
        self.purchased.map(|purchased| purchased - self.count(SeatState::Used))
    }

    /// Whether it is done.
    fn change(&mut self, change: SeatChange, name: &'static str) -> bool {
        let held = self.seats.get(name).copied();
        match change {
            SeatChange::Give if held == Some(SeatState::Used) => true,
            SeatChange::Give if self.free() == Some(0) => false,
            SeatChange::Give => {
                self.seats.insert(name, SeatState::Used);
                true
            }
            SeatChange::Wait if held.is_some() => true,
            SeatChange::Wait if self.free() != Some(0) => false,
            SeatChange::Wait => {
                self.seats.insert(name, SeatState::Waiting);
                true
            }
            SeatChange::Take => self.seats.remove(name).is_some(),
        }
    }

    fn purchase(&mut self, number: Option<i64>) -> bool {
        let enough = number.is_none_or(|number| number >= self.count(SeatState::Used));
        if enough {
            self.purchased = number;
        }
        enough
    }
}

async fn random_changes_agree_with_a_naive_model(db: Database) {
    const NAMES: [&str; 5] = ["ann", "bob", "cy", "di", "eve"];
    let app = app(db.open().await);
    let acme = group(&app.storage, "acme").await;
    for name in NAMES {
        developer(&app.storage, &acme, name).await;
    }
    for (place, mut seed) in [(at(&acme), 7_u64), (SeatPlace::Instance, 11)] {
        let mut model = Model::default();
        let mut random = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        for step in 0..150 {
            let name = NAMES[usize::try_from(random(5)).expect("small")];
            let done = match random(8) {
                0..=2 => (give(&app, &place, name).await.is_ok(), model.change(SeatChange::Give, name)),
                3..=4 => (take(&app, &place, name).await.is_ok(), model.change(SeatChange::Take, name)),
                5..=6 => {
                    let waits = change_seats(&app, &operator(), &place, SeatChange::Wait, name).await;
                    (waits.is_ok(), model.change(SeatChange::Wait, name))
                }
                _ => {
                    let number = (random(6) > 0).then(|| i64::try_from(random(5)).expect("small"));
                    (purchase(&app, &place, number).await.is_ok(), model.purchase(number))
                }
            };
            assert_eq!(done.0, done.1, "step {step}, {name}: {model:?}");
            let (counts, seats) = all_seats(&app, &operator(), &place).await.expect("a list");
            let stored: BTreeMap<_, _> = seats.iter().map(|it| (it.username.as_str(), it.state)).collect();
            assert_eq!(stored, model.seats, "step {step}");
            let (used, waiting) = (model.count(SeatState::Used), model.count(SeatState::Waiting));
            assert_eq!(counts, SeatCounts { purchased: model.purchased, used, waiting }, "step {step}");
            assert!(counts.purchased.is_none_or(|purchased| counts.used <= purchased), "{counts:?}");
        }
    }
}

async fn several_names_get_seats_together_or_not_at_all(db: Database) {
    let app = app(db.open().await);
    let acme = group(&app.storage, "acme").await;
    for name in ["ann", "bob", "cy"] {
        developer(&app.storage, &acme, name).await;
    }
    purchase(&app, &at(&acme), Some(2)).await.expect("set");
    let events = "SELECT COUNT(*) FROM audit_events";
    let before = db.number(events).await;
    for (names, refused) in [
        ("ann bob cy", "3 seats are needed, and 2 of 2 are free."),
        ("ann, nobody", "There is no such user: nobody."),
        ("", "Enter at least one user name or email address."),
    ] {
        let error = give(&app, &at(&acme), names).await.expect_err(names);
        assert!(error.to_string().starts_with(refused), "{error}");
    }
    assert_eq!((counts(&app, &at(&acme)).await.used, db.number(events).await), (0, before));
    let done = give(&app, &at(&acme), "@Ann,bob").await.expect("both fit");
    assert_eq!(done.words(), "ann and bob have seats now.");
    assert_eq!(consequence(&app, &done).await.expect("known"), "They now get GitLab Duo Code Review.");
    let done = give(&app, &at(&acme), "ann").await.expect("nothing to do");
    assert_eq!((done.words().as_str(), db.number(events).await), ("ann had a seat already.", before + 2));

    let done = change_seats(&app, &operator(), &at(&acme), SeatChange::Wait, "cy").await.expect("full");
    assert_eq!(
        (done.words(), consequence(&app, &done).await.expect("known")),
        ("cy waits for a seat.".into(), String::new())
    );
    let done = take(&app, &at(&acme), "ann").await.expect("taken");
    assert_eq!(done.words(), "ann no longer has a seat.");
    assert_eq!(consequence(&app, &done).await.expect("known"), "ann now gets no review.");
    let now = counts(&app, &at(&acme)).await;
    assert_eq!((now.free(), now.waiting), (Some(1), 1), "who waits gets nothing without being given it");
    let done = take(&app, &at(&acme), "cy").await.expect("off the list");
    assert_eq!(done.words(), "cy no longer waits.");
    let error = take(&app, &at(&acme), "cy").await.expect_err("neither");
    assert_eq!(error.to_string(), "cy has no seat and does not wait for one.");
}

async fn a_role_anywhere_in_the_group_is_enough(db: Database) {
    let app = app(db.open().await);
    let storage = &app.storage;
    let (acme, globex) = (group(storage, "acme").await, group(storage, "globex").await);
    let sub = below(storage, &acme, NamespaceKind::Group, "acme/sub").await;
    let project = below(storage, &sub, NamespaceKind::Project, "acme/sub/api").await;
    let inner = below(storage, &globex, NamespaceKind::Group, "globex/inner").await;
    let outside = user(storage, "outside").await;
    member(storage, globex.id, outside, Role::Owner).await;
    let of_project = user(storage, "of-project").await;
    member(storage, project.id, of_project, Role::Guest).await;
    let expired = user(storage, "expired").await;
    let direct = user(storage, "direct").await;
    member(storage, inner.id, direct, Role::Developer).await;
    committed(storage, async |uow| {
        let role = &Role::Developer.into();
        uow.memberships().set(acme.id, expired, Source::Hand, role, Some(NOON)).await.expect("a role")
    })
    .await;
    let may = async |name: &str| {
        let done = give(&app, &at(&acme), name).await;
        if let Some(SeatError::NoRole { group, users }) = own(&done) {
            assert_eq!((group.as_str(), users.as_slice()), ("acme", [name.to_owned()].as_slice()));
            return false;
        }
        done.expect("given");
        take(&app, &at(&acme), name).await.expect("taken");
        true
    };
    assert!(may("of-project").await, "of a project below");
    for name in ["outside", "expired", "direct"] {
        assert!(!may(name).await, "{name}");
    }
    let share = async |at: NamespaceId| {
        let sql = format!(
            "INSERT INTO namespace_shares (namespace_id, invited_group_id, source, access_level) VALUES ({at}, {}, 'hand', 30)",
            inner.id
        );
        db.execute(&sql).await.expect("an invitation");
    };
    share(sub.id).await;
    assert!(may("direct").await, "a member of an invited group");
    assert!(!may("outside").await, "not its members by inheritance");
    share(project.id).await;
    assert!(may("outside").await, "of a project they are");
    assert!(!may("expired").await);
}

async fn seats_are_for_active_people(db: Database) {
    let app = app(db.open().await);
    let acme = group(&app.storage, "acme").await;
    let ann = developer(&app.storage, &acme, "ann").await;
    developer(&app.storage, &acme, "zoe").await;
    let bot = NewUser { kind: UserKind::Bot, ..new_user("rob") };
    committed(&app.storage, async |uow| uow.users().add(&bot).await.expect("a bot")).await;
    give(&app, &at(&acme), "ann").await.expect("given");
    purchase(&app, &at(&acme), Some(1)).await.expect("set");
    db.execute("UPDATE users SET state = 'blocked' WHERE username_key IN ('ann', 'zoe')")
        .await
        .expect("blocked");
    assert!(has_seat(&app, acme.id, ann).await, "a seat is kept, and counts as used");
    assert_eq!(counts(&app, &at(&acme)).await.free(), Some(0));
    for place in [at(&acme), SeatPlace::Instance] {
        assert_eq!(own(&give(&app, &place, "rob").await), Some(&SeatError::Bots(vec!["rob".into()])));
        assert_eq!(own(&give(&app, &place, "zoe").await), Some(&SeatError::Blocked(vec!["zoe".into()])));
    }
    take(&app, &at(&acme), "ann").await.expect("a blocked user's seat is taken back");
    db.execute("UPDATE top_level_groups SET duo_enterprise = FALSE").await.expect("changed");
    assert_eq!(own(&give(&app, &at(&acme), "ann").await), Some(&SeatError::NoDuoEnterprise("acme".into())));
}

async fn only_who_may_changes_seats(db: Database) {
    let app = app(db.open().await);
    let acme = group(&app.storage, "acme").await;
    let sub = below(&app.storage, &acme, NamespaceKind::Group, "acme/sub").await;
    developer(&app.storage, &acme, "ann").await;
    let owner_of_all = SeatKeeper::Caller(owner(&app.storage, &acme, "olga").await);
    let owner_below = SeatKeeper::Caller(owner(&app.storage, &sub, "sue").await);
    let admin = {
        let mut caller = owner(&app.storage, &sub, "root").await;
        caller.actor.is_admin = true;
        SeatKeeper::Caller(caller)
    };
    let error =
        change_seats(&app, &owner_below, &at(&acme), SeatChange::Give, "ann").await.expect_err("hidden");
    assert!(matches!(error, UseCaseError::NotFound(_)), "{error}");
    let error =
        change_seats(&app, &owner_below, &at(&sub), SeatChange::Give, "ann").await.expect_err("denied");
    assert!(matches!(error, UseCaseError::Denied(Denial::NeedsTopLevelOwner)), "{error}");
    let refused = change_seats(&app, &owner_of_all, &at(&sub), SeatChange::Give, "ann").await;
    assert_eq!(own(&refused), Some(&SeatError::NotTopLevel("acme".into())));
    let error = set_purchased_seats(&app, &owner_of_all, &at(&acme), FieldEdit::to(Some(1)))
        .await
        .expect_err("denied");
    assert!(matches!(error, UseCaseError::Denied(Denial::NeedsAdministrator)), "{error}");
    let error = change_seats(&app, &owner_of_all, &SeatPlace::Instance, SeatChange::Give, "ann").await;
    assert!(matches!(error, Err(UseCaseError::NeedsAdministrator)), "{error:?}");
    assert_eq!(db.number("SELECT COUNT(*) FROM seat_pools").await, 0, "nothing was changed");

    set_purchased_seats(&app, &admin, &at(&acme), FieldEdit::to(Some(1)))
        .await
        .expect("an administrator may");
    change_seats(&app, &admin, &SeatPlace::Instance, SeatChange::Give, "ann").await.expect("may");
    change_seats(&app, &owner_of_all, &at(&acme), SeatChange::Give, "ann").await.expect("an Owner may");
    let gone = SeatPlace::Group(path("nowhere"));
    assert!(matches!(give(&app, &gone, "ann").await, Err(UseCaseError::NotFound(_))));
}

async fn what_another_source_gave_it_takes_back_itself(db: Database) {
    let app = app(db.open().await);
    let acme = group(&app.storage, "acme").await;
    for (name, by) in
        [("ann", Source::Provider), ("bob", Source::Gitlab), ("cy", Source::Scim), ("di", Source::Import)]
    {
        let id = developer(&app.storage, &acme, name).await;
        committed(&app.storage, async |uow| uow.seats().give(acme.id, id, by, NOON).await.expect("given"))
            .await;
        let taken = take(&app, &at(&acme), name).await;
        if by == Source::Import {
            taken.expect("a file is somebody's hand");
        } else {
            assert_eq!(own(&taken), Some(&SeatError::GivenByAnother { user: name.to_owned(), by }));
            assert!(has_seat(&app, acme.id, id).await);
        }
    }
}

async fn a_number_of_seats_that_somebody_else_changed_is_not_overwritten(db: Database) {
    let app = app(db.open().await);
    let acme = at(&group(&app.storage, "acme").await);
    let set = async |number, seen| {
        set_purchased_seats(&app, &operator(), &acme, FieldEdit::from(seen, number)).await
    };
    set(Some(5), None).await.expect("set");
    let refused = set(Some(6), None).await;
    let now = Overtaken::labelled("purchased", "number of purchased seats", 5);
    assert_eq!(own(&refused), Some(&now));
    let said = "Somebody else changed the number of purchased seats first. It is 5 now. Nothing was saved.";
    assert_eq!(refused.expect_err("refused").to_string(), said);
    set(Some(5), None).await.expect("it is so");
    set(None, Some(5)).await.expect("set");
    assert_eq!(counts(&app, &acme).await.purchased, None);
    let kinds = "SELECT COUNT(*) FROM audit_events WHERE kind = 'duo_enterprise_seats_purchased_updated'";
    assert_eq!(db.number(kinds).await, 2);
}

async fn a_seat_of_the_instance_counts_in_every_group_with_duo_enterprise(db: Database) {
    let app = app(db.open().await);
    let storage = &app.storage;
    let (acme, globex) = (group(storage, "acme").await, group(storage, "globex").await);
    let initech = group(storage, "initech").await;
    db.execute(&format!(
        "UPDATE top_level_groups SET duo_enterprise = FALSE WHERE namespace_id = {}",
        initech.id
    ))
    .await
    .expect("changed");
    let ann = developer(storage, &acme, "ann").await;
    give(&app, &SeatPlace::Instance, "ann").await.expect("given");
    for (group, expected) in [(&acme, true), (&globex, true), (&initech, false)] {
        assert_eq!(has_seat(&app, group.id, ann).await, expected, "{}", group.path);
    }
    let done = give(&app, &at(&acme), "ann").await.expect("a seat of the group as well");
    let said = consequence(&app, &done).await.expect("known");
    assert_eq!(said, "No change: a seat of the instance counts here as well.");
    take(&app, &SeatPlace::Instance, "ann").await.expect("taken");
    assert!(has_seat(&app, acme.id, ann).await && !has_seat(&app, globex.id, ann).await);
}

async fn holders_are_listed_filtered_and_sorted(db: Database) {
    let app = app(db.open().await);
    let acme = group(&app.storage, "acme").await;
    for (at, name) in ["ann", "bob", "zed"].into_iter().enumerate() {
        let id = developer(&app.storage, &acme, name).await;
        let since = NOON.plus_days(-i64::try_from(at).expect("small"));
        committed(&app.storage, async |uow| {
            uow.seats().give(acme.id, id, Source::Hand, since).await.expect("given");
        })
        .await;
    }
    db.execute("UPDATE users SET last_sign_in_at = 5 WHERE username_key = 'ann'").await.expect("changed");
    db.execute("UPDATE users SET last_sign_in_at = 3, name = 'The_Bob' WHERE username_key = 'bob'")
        .await
        .expect("changed");
    let mut view = app.storage.read().await.expect("a view");
    let pool = view.seats().pool(Some(acme.id)).await.expect("an answer").expect("a pool").id;
    let mut names = async |filter: &str, order, limit, offset| {
        let mut lists = view.seat_lists();
        let list = lists.list(pool, SeatState::Used, filter, order, limit, offset).await.expect("a list");
        let count = lists.count(pool, SeatState::Used, filter).await.expect("a count");
        (list.into_iter().map(|it| it.username).collect::<Vec<_>>().join(" "), count)
    };
    assert_eq!(names("", SeatOrder::User, 10, 0).await, ("ann bob zed".into(), 3));
    assert_eq!(names("", SeatOrder::User, 1, 1).await, ("bob".into(), 3));
    assert_eq!(names("", SeatOrder::Since, 10, 0).await, ("zed bob ann".into(), 3));
    assert_eq!(names("", SeatOrder::SignIn, 10, 0).await, ("zed bob ann".into(), 3));
    assert_eq!(names("e_b", SeatOrder::User, 10, 0).await, ("bob".into(), 1));
    assert_eq!(names("\0", SeatOrder::User, 10, 0).await, (String::new(), 0));
    let pools = view.seat_lists().pools(10, 0).await.expect("a list");
    assert_eq!(pools.iter().map(|it| (it.path.as_str(), it.counts.used)).collect::<Vec<_>>(), [("acme", 3)]);
    let total = view.seat_lists().totals().await.expect("a sum");
    assert_eq!(total, SeatCounts { purchased: None, used: 3, waiting: 0 });
    assert_eq!(view.seat_lists().count_pools().await.expect("a count"), 1);
}
