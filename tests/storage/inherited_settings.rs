//! Settings that are inherited: random histories in a real tree against a cascade on write done naively, races,
//! and what a move and a restart leave.

use crate::{
    support::Database,
    world::{app, below, caller, group, origin, own, path, user},
};
use std::collections::BTreeMap;

use duo_console::{
    domain::{
        actor::Surface,
        ids::NamespaceId,
        namespace::{Namespace, NamespaceKind},
        settings::setting::{Setting, SettingPlace},
    },
    storage::Storage,
    usecases::{
        App, Caller, UseCaseError,
        move_group::move_group,
        people::group_editor::GroupEditor,
        settings::{
            change_settings::Wanted,
            set_setting::{SetSetting, set_setting},
            setting_error::SettingError,
            show_settings::{ShownSetting, show_settings},
        },
    },
};

contract! {
    random_histories_are_what_a_cascade_on_write_leaves,
    of_two_changes_of_one_value_the_later_is_refused,
    what_is_locked_above_cannot_be_changed,
    a_group_that_becomes_top_level_turns_nothing_on,
}

const SETTING: Setting = Setting::FlowExecution;

struct World {
    storage: Storage,
    app: App,
    admin: Caller,
}

impl World {
    async fn new(db: &Database) -> Self {
        let storage = db.open().await;
        let app = app(storage.clone());
        let mut admin = caller(user(&storage, "ann").await, "ann");
        admin.actor.is_admin = true;
        Self { storage, app, admin }
    }

    async fn shown(&self, group: Option<&Namespace>) -> ShownSetting {
        let shown = show_settings(&self.app, &self.admin, group.map(|it| &it.path)).await.expect("settings");
        shown.settings.into_iter().find(|it| it.setting == SETTING).expect("the setting")
    }

    async fn set(&self, group: Option<&Namespace>, wanted: Wanted) -> Result<(), UseCaseError> {
        let seen = self.shown(group).await.version;
        self.set_seen(group, wanted, seen).await
    }

    async fn set_seen(
        &self,
        group: Option<&Namespace>,
        wanted: Wanted,
        seen: i64,
    ) -> Result<(), UseCaseError> {
        let path = group.map(|it| it.path.clone());
        let command = SetSetting { path, setting: SETTING, wanted, seen, confirmed: true };
        set_setting(&self.app, &self.admin, &command).await
    }

    async fn again(&self, it: &Namespace) -> Namespace {
        let mut view = self.storage.read().await.expect("a view");
        view.namespaces().lookup(it.id).await.expect("a look-up").expect("it is there")
    }
}

const fn value(on: bool, locked: bool, cascade: bool) -> Wanted {
    Wanted::Own { on, locked, cascade }
}

/// The same numbers in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % limit as u64).expect("it is small")
    }
}

/// Values as a cascade on write leaves them: only those that count. `None` is the instance.
#[derive(Default)]
struct Naive {
    parents: BTreeMap<NamespaceId, Option<NamespaceId>>,
    own: BTreeMap<Option<NamespaceId>, (bool, bool)>,
}

type Place = Option<NamespaceId>;

impl Naive {
    /// From the instance down.
    fn path(&self, place: Place) -> Vec<Place> {
        let mut path = vec![place];
        while let Some(Some(id)) = path.last() {
            path.push(self.parents[id]);
        }
        path.reverse();
        path
    }

    /// The value, where it is set, and what locks it.
    fn effective(&self, place: Place) -> (bool, Option<Place>, Option<Place>) {
        let mut found = (SETTING.default(), None, None);
        for at in self.path(place) {
            if let Some((on, locked)) = self.own.get(&at) {
                found = (*on, Some(at), None);
                if *locked {
                    return (*on, Some(at), Some(at));
                }
            }
        }
        found
    }

    fn is_locked(&self, place: Place) -> bool {
        self.effective(place).2.is_some_and(|it| it != place)
    }

    /// A move leaves behind what a lock above hides.
    fn drop_hidden(&mut self, moved: NamespaceId) {
        let places = self.parents.keys().copied().map(Some);
        let inside = places.filter(|it| self.path(*it).contains(&Some(moved)));
        let hidden: Vec<_> = inside.filter(|it| self.effective(*it).1 != Some(*it)).collect();
        self.own.retain(|it, _| !hidden.contains(it));
    }

    fn set(&mut self, place: Place, on: bool, locked: bool, cascade: bool) {
        let was_locked = self.own.get(&place).is_some_and(|it| it.1);
        if cascade || (locked && !was_locked) {
            let parents = self.parents.keys().copied().map(Some);
            let below: Vec<_> =
                parents.filter(|it| *it != place && self.path(*it).contains(&place)).collect();
            self.own.retain(|it, _| !below.contains(it));
        }
        self.own.insert(place, (on, locked));
    }
}

async fn random_histories_are_what_a_cascade_on_write_leaves(db: Database) {
    let world = World::new(&db).await;
    let (acme, globex) = (group(&world.storage, "acme").await, group(&world.storage, "globex").await);
    let mut all = vec![acme.clone(), globex.clone()];
    for (parent, name) in [(0, "acme/a"), (0, "acme/a-b"), (1, "globex/c")] {
        let parent = all[parent].clone();
        all.push(below(&world.storage, &parent, NamespaceKind::Group, name).await);
    }
    for (parent, name) in [(2, "acme/a/d"), (3, "acme/a-b/e"), (4, "globex/c/f")] {
        let parent = all[parent].clone();
        all.push(below(&world.storage, &parent, NamespaceKind::Group, name).await);
    }
    let mut naive = Naive::default();
    naive.parents.extend(all.iter().map(|it| (it.id, it.parent)));
    let mut dice = Dice(13);
    for step in 0..150 {
        let picked = match dice.below(all.len() + 1) {
            0 => None,
            at => Some(all[at - 1].clone()),
        };
        let place = picked.as_ref().map(|it| it.id);
        let done = match dice.below(8) {
            0 => {
                let done = world.set(picked.as_ref(), Wanted::Inherited { cascade: false }).await;
                assert_eq!(done.is_err(), naive.is_locked(place), "{step}: {done:?}");
                if done.is_ok() {
                    naive.own.remove(&place);
                }
                format!("{step}: took back in {picked:?}")
            }
            1 => {
                // Below the top level, so that no subscription is at stake.
                let (moved, to) =
                    (all[2 + dice.below(all.len() - 2)].clone(), all[dice.below(all.len())].clone());
                let (moved, to) = (world.again(&moved).await, world.again(&to).await);
                let editor = GroupEditor::operator(origin());
                let done = move_group(&world.app, &editor, &moved.path, Some(&to.path)).await;
                if done.is_ok() {
                    naive.drop_hidden(moved.id);
                    naive.parents.insert(moved.id, Some(to.id));
                    for it in &mut all {
                        *it = world.again(it).await;
                    }
                }
                format!("{step}: moved {moved:?} to {to:?}: {}", done.is_ok())
            }
            _ => {
                let (on, locked, cascade) = (dice.below(2) == 0, dice.below(4) == 0, dice.below(3) == 0);
                let done = world.set(picked.as_ref(), value(on, locked, cascade)).await;
                assert_eq!(done.is_err(), naive.is_locked(place), "{step}: {done:?}");
                if done.is_ok() {
                    naive.set(place, on, locked, cascade);
                }
                format!("{step}: set {on} {locked} {cascade} in {picked:?}")
            }
        };
        let places = all.iter().map(Some).chain([None]);
        for place in places {
            let now = world.shown(place).await.now;
            let id = |it: SettingPlace| match it {
                SettingPlace::Instance => None,
                SettingPlace::Namespace(id) => Some(id),
            };
            let found = (now.on, now.origin.map(id), now.locked_by.map(id));
            assert_eq!(found, naive.effective(place.map(|it| it.id)), "{done}, at {place:?}");
        }
    }
}

async fn of_two_changes_of_one_value_the_later_is_refused(db: Database) {
    let world = World::new(&db).await;
    let acme = group(&world.storage, "acme").await;
    let seen = world.shown(Some(&acme)).await.version;
    world.set_seen(Some(&acme), value(false, false, false), seen).await.expect("the first");
    let late = world.set_seen(Some(&acme), value(true, true, false), seen).await;
    let (by, now) = (String::from("ann"), String::from("off"));
    assert_eq!(own(&late), Some(&SettingError::Overtaken { setting: SETTING, by, now }));
    let now = world.shown(Some(&acme)).await;
    assert_eq!((now.now.on, now.now.locked_by), (false, None));
    // Nor is anybody asked about what is below, and shown the newer value to confirm over.
    let sub = below(&world.storage, &acme, NamespaceKind::Group, "acme/sub").await;
    world.set(Some(&sub), value(true, false, false)).await.expect("set");
    let path = Some(acme.path.clone());
    let late =
        SetSetting { path, setting: SETTING, wanted: value(true, true, false), seen, confirmed: false };
    let refused = set_setting(&world.app, &world.admin, &late).await;
    assert!(matches!(own(&refused), Some(SettingError::Overtaken { .. })), "{refused:?}");
    let asked = SetSetting { seen: world.shown(Some(&acme)).await.version, ..late };
    let asked = set_setting(&world.app, &world.admin, &asked).await;
    assert_eq!(own(&asked), Some(&SettingError::DropsBelow { setting: SETTING, count: 1 }));
    // What somebody else set just so is no loss.
    world.set_seen(Some(&acme), value(false, false, false), seen).await.expect("it is so already");
}

async fn what_is_locked_above_cannot_be_changed(db: Database) {
    let world = World::new(&db).await;
    let acme = group(&world.storage, "acme").await;
    let sub = below(&world.storage, &acme, NamespaceKind::Group, "acme/sub").await;
    world.set(Some(&sub), value(true, false, false)).await.expect("set");
    world.set(Some(&acme), value(false, true, false)).await.expect("locked");
    let refused = world.set(Some(&sub), value(true, false, false)).await;
    let locked = SettingError::Locked { setting: SETTING, by: String::from("acme") };
    assert_eq!(own(&refused), Some(&locked));
    let shown = world.shown(Some(&sub)).await;
    assert_eq!((shown.now.on, shown.is_locked, shown.is_own), (false, true, false));
    // Unlocked, what was set below before the lock does not come back.
    world.set(Some(&acme), value(false, false, false)).await.expect("unlocked");
    assert!(!world.shown(Some(&sub)).await.now.on);
    let mut view = world.storage.read().await.expect("a view");
    let filter = duo_console::storage::AuditFilter { namespace: Some(acme.id), ..Default::default() };
    let events = view.audit_log().list(&filter, 10).await.expect("a list");
    let changes: Vec<_> = events.iter().map(|it| (it.event.from.as_str(), it.event.to.as_str())).collect();
    assert_eq!(changes[0], ("off, locked", "off"));
    assert_eq!(changes[1], ("on, inherited", "off, locked"));
    assert!(
        events.iter().all(|it| it.event.surface == duo_console::domain::stored::Stored::Known(Surface::Page))
    );
}

async fn a_group_that_becomes_top_level_turns_nothing_on(db: Database) {
    let world = World::new(&db).await;
    let acme = group(&world.storage, "acme").await;
    let sub = below(&world.storage, &acme, NamespaceKind::Group, "acme/sub").await;
    world.set(Some(&acme), value(false, true, false)).await.expect("locked");
    let moved = move_group(&world.app, &GroupEditor::operator(origin()), &sub.path, None).await;
    assert_eq!(moved.expect("moved").path, path("sub"));
    let sub = world.again(&sub).await;
    let shown = world.shown(Some(&sub)).await;
    assert_eq!((shown.now.on, shown.is_own, shown.now.locked_by), (false, true, None));
}
