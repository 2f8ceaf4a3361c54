//! Roles against a naive model: random trees with memberships and invitations of several sources, levels that
//! are not known, and expiries, set and removed in any order.

use std::collections::BTreeMap;

use crate::{
    support::{Backend, Database, committed},
    world::{NOON, below, group, user},
};
use rand::{Rng, SeedableRng, rngs::StdRng};

use duo_console::{
    domain::{
        access::Standing,
        ids::UserId,
        namespace::{Namespace, NamespaceKind},
        people::{
            grants::{Source, standing, standing_at, standings},
            members::{MemberQuery, Membership},
        },
        role::{GivenRole, Role},
        time::Timestamp,
    },
    storage::{GrantOf, Storage},
};

contract! {
    roles_are_those_of_a_naive_model_whatever_was_given_and_taken,
}

const USERS: usize = 4;
const NAMESPACES: usize = 10;
const LEVELS: [i64; 11] = [5, 7, 10, 15, 20, 25, 30, 35, 40, 45, 50];
const SOURCES: [Source; 3] = [Source::Hand, Source::Provider, Source::Import];

/// A level until an instant.
type Given = (i64, Option<Timestamp>);

/// Everything as it was said, by index.
#[derive(Default)]
struct Model {
    parents: Vec<Option<usize>>,
    kinds: Vec<NamespaceKind>,
    /// By namespace, user and source.
    memberships: BTreeMap<(usize, usize, Source), Given>,
    /// By namespace, invited group and source.
    shares: BTreeMap<(usize, usize, Source), Given>,
}

impl Model {
    fn role(level: i64) -> Role {
        Role::from_access_level(level).expect("a role")
    }

    /// What `table` says of the pair at `now`: the highest role.
    fn said(
        table: &BTreeMap<(usize, usize, Source), Given>,
        place: usize,
        whom: usize,
        now: Timestamp,
    ) -> Option<Role> {
        let counts = |(key, (_, ends)): &(&(usize, usize, Source), &Given)| {
            key.0 == place && key.1 == whom && ends.is_none_or(|ends| now < ends)
        };
        table.iter().filter(counts).map(|(_, (level, _))| Self::role(*level)).max()
    }

    /// GitLab's rules for a group: what was given there, what groups invited there bring to their direct
    /// members, and what is inherited, which Minimal Access is not.
    fn in_group(&self, group: usize, user: usize, now: Timestamp) -> Option<Role> {
        let direct = |group| Self::said(&self.memberships, group, user, now);
        let by_share = (0..self.parents.len()).filter_map(|invited| {
            let most = Self::said(&self.shares, group, invited, now)?;
            Some(most.min(direct(invited)?))
        });
        by_share.chain(direct(group)).chain(self.inherited(group, user, now)).max()
    }

    fn inherited(&self, place: usize, user: usize, now: Timestamp) -> Option<Role> {
        self.in_group(self.parents[place]?, user, now).filter(|role| *role > Role::MinimalAccess)
    }

    /// In a project, an invited group brings everybody who is a member of it, however.
    fn held(&self, place: usize, user: usize, now: Timestamp) -> Option<Role> {
        if self.kinds[place] == NamespaceKind::Group {
            return self.in_group(place, user, now);
        }
        let by_share = (0..self.parents.len()).filter_map(|invited| {
            let most = Self::said(&self.shares, place, invited, now)?;
            Some(most.min(self.in_group(invited, user, now)?))
        });
        let direct = Self::said(&self.memberships, place, user, now);
        by_share.chain(direct).chain(self.inherited(place, user, now)).max()
    }

    fn standing(&self, place: usize, user: usize, now: Timestamp) -> Standing {
        let mut root = place;
        while let Some(parent) = self.parents[root] {
            root = parent;
        }
        let top_level = self.held(root, user, now);
        let top_level =
            if root == place { top_level } else { top_level.filter(|it| *it > Role::MinimalAccess) };
        Standing { here: self.held(place, user, now), top_level }
    }
}

async fn tree(storage: &Storage, random: &mut StdRng, seed: u64, model: &mut Model) -> Vec<Namespace> {
    let mut all: Vec<Namespace> = Vec::new();
    for n in 0..NAMESPACES {
        let groups: Vec<usize> = (0..n).filter(|it| model.kinds[*it] == NamespaceKind::Group).collect();
        // Two top-level groups at least, to invite from one to another.
        let parent = (n > 1 && random.gen_bool(0.9)).then(|| groups[random.gen_range(0..groups.len())]);
        let kind = match parent {
            Some(_) if random.gen_bool(0.3) => NamespaceKind::Project,
            _ => NamespaceKind::Group,
        };
        let namespace = match parent {
            Some(parent) => {
                let above = all[parent].clone();
                below(storage, &above, kind, &format!("{}/n{n}", above.path)).await
            }
            None => group(storage, &format!("t{seed}-{n}")).await,
        };
        model.parents.push(parent);
        model.kinds.push(kind);
        all.push(namespace);
    }
    all
}

/// One change at random, in the database and in the model.
async fn step(
    storage: &Storage,
    random: &mut StdRng,
    model: &mut Model,
    all: &[Namespace],
    users: &[UserId],
) {
    let place = random.gen_range(0..all.len());
    let source = SOURCES[random.gen_range(0..SOURCES.len())];
    let level = LEVELS[random.gen_range(0..LEVELS.len())];
    let ends = [None, None, Some(-1), Some(0), Some(1), Some(2)][random.gen_range(0..6)];
    let ends = ends.map(|days| NOON.plus_days(days));
    let gives = random.gen_bool(0.75);
    let new = Membership { role: GivenRole::new(level, None).expect("a level"), expires_at: ends };
    if random.gen_bool(0.6) {
        let whom = random.gen_range(0..users.len());
        let (id, user) = (all[place].id, users[whom]);
        committed(storage, async |uow| {
            if gives {
                uow.memberships().set(id, user, source, &new.role, ends).await.expect("set");
            } else {
                uow.memberships().remove(id, user, source).await.expect("removed");
            }
        })
        .await;
        if gives {
            model.memberships.insert((place, whom, source), (level, ends));
        } else {
            model.memberships.remove(&(place, whom, source));
        }
    } else {
        let invited = random.gen_range(0..all.len());
        if invited == place || model.kinds[invited] == NamespaceKind::Project {
            return;
        }
        let (id, group) = (all[place].id, all[invited].id);
        committed(storage, async |uow| {
            if gives {
                let seen = uow.shares().find(id, group, source).await.expect("an answer");
                if seen.as_ref() != Some(&new) {
                    uow.shares().save(id, group, source, seen.as_ref(), &new).await.expect("saved");
                }
            } else {
                uow.shares().remove(id, group, source).await.expect("removed");
            }
        })
        .await;
        if gives {
            model.shares.insert((place, invited, source), (level, ends));
        } else {
            model.shares.remove(&(place, invited, source));
        }
    }
}

/// Every user in every namespace at several instants: what one holds, what one sees, who is a member.
async fn compare(storage: &Storage, model: &Model, all: &[Namespace], users: &[UserId], seed: u64) {
    let instants: Vec<Timestamp> =
        [0, 1, 2].iter().flat_map(|days| [-1, 0].map(|by| NOON.plus_days(*days).plus_millis(by))).collect();
    let mut view = storage.read().await.expect("a view");
    for (place, namespace) in all.iter().enumerate() {
        let mut of_all = Vec::new();
        for (whom, user) in users.iter().enumerate() {
            let grants = view.memberships().grants(*user, namespace.id).await.expect("grants");
            let remembered = standings(&grants, namespace.id, instants[0]);
            for now in &instants {
                let expected = model.standing(place, whom, *now);
                let found = standing(&grants, namespace.id, *now).standing;
                assert_eq!(found, expected, "seed {seed}: user {whom} in {} at {now:?}", namespace.path);
                assert_eq!(standing_at(&remembered, *now), expected, "remembered, seed {seed}");
            }
            of_all.extend(grants.into_iter().map(|grant| GrantOf { user: *user, seat: false, grant }));
        }
        let mut batch = view.members().grants(users, namespace).await.expect("grants");
        let order = |it: &GrantOf| format!("{it:?}");
        batch.sort_by_key(order);
        of_all.sort_by_key(order);
        assert_eq!(batch, of_all, "seed {seed}: a batch says the same");
        let invited = view.shares().list(namespace.id, users[0], NOON).await.expect("invitations");
        if invited.is_empty() {
            let mut shorter = view.members().grants_of_memberships(users, namespace).await.expect("grants");
            shorter.sort_by_key(order);
            assert_eq!(shorter, of_all, "seed {seed}: without invitations");
        }
        for now in &instants {
            let listed = view.members().list(namespace.id, &MemberQuery::default(), *now, 100, 0).await;
            let (listed, total) = listed.expect("a list");
            if invited.is_empty() {
                let query = MemberQuery::default();
                let shorter = view.members().list_of_memberships(namespace.id, &query, *now, 100, 0).await;
                assert_eq!(shorter.expect("a list"), (listed.clone(), total), "seed {seed}");
            }
            let mut found: Vec<(UserId, Role)> = listed.iter().map(|it| (it.user.id, it.role)).collect();
            found.sort();
            let held = |(whom, user): (usize, &UserId)| Some((*user, model.held(place, whom, *now)?));
            let expected: Vec<_> = users.iter().enumerate().filter_map(held).collect();
            assert_eq!(found, expected, "seed {seed}: the members of {} at {now:?}", namespace.path);
            assert_eq!(usize::try_from(total), Ok(expected.len()), "seed {seed}");
        }
    }
    for (whom, user) in users.iter().enumerate() {
        for now in &instants {
            let seen = view.namespaces().list_visible(Some(*user), "", *now, 1000, 0).await.expect("a list");
            let mut found: Vec<_> = seen.into_iter().map(|it| (it.namespace.id, it.role)).collect();
            found.sort();
            let mut expected: Vec<_> = (0..all.len())
                .filter_map(|place| Some((all[place].id, Some(model.held(place, whom, *now)?))))
                .collect();
            expected.sort();
            assert_eq!(found, expected, "seed {seed}: what user {whom} sees at {now:?}");
        }
    }
}

async fn roles_are_those_of_a_naive_model_whatever_was_given_and_taken(db: Database) {
    let histories = if db.backend == Backend::Sqlite { 24 } else { 12 };
    let storage = db.open().await;
    for seed in 0..histories {
        let mut random = StdRng::seed_from_u64(seed);
        let mut users = Vec::new();
        for n in 0..USERS {
            users.push(user(&storage, &format!("u{seed}-{n}")).await);
        }
        let mut model = Model::default();
        let all = tree(&storage, &mut random, seed, &mut model).await;
        for _ in 0..2 {
            for _ in 0..20 {
                step(&storage, &mut random, &mut model, &all, &users).await;
            }
            compare(&storage, &model, &all, &users, seed).await;
        }
    }
}
