//! Which value of a setting counts in a namespace: its own, or that of the nearest above it that has one; a
//! lock above ends the search.
//!
//! Stored are only the values that somebody set, each with a number that only grows. A *cascade*, the order
//! that everything below takes a value over, is one number as well: of what is set below, only what has a
//! greater number counts. So a cascade over any number of namespaces is one row, in effect at once; what it
//! made ineffective is removed later, and until then it can be taken back.

use super::{
    availability::{DuoAvailability, DuoChain},
    setting::{Setting, SettingPlace},
};

/// What is set in one place, the instance or a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Own {
    /// `None` when the value was taken back, and the row is there for its cascade alone.
    pub on: Option<bool>,
    /// Whether nothing below may differ.
    pub locked: bool,
    /// When it was set, counted in changes of settings.
    pub number: i64,
    /// Values below with this number or a lower one do not count; 0 when there was no cascade from here.
    pub resets: i64,
}

/// The value that counts in a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effective<P> {
    pub on: bool,
    /// Where it is set; `None` when nobody set it.
    pub origin: Option<P>,
    /// Where it is locked: below that place, nobody can change it. A place that locks can.
    pub locked_by: Option<P>,
}

impl<P: Copy + PartialEq> Effective<P> {
    /// What locks it for `place`; a place is not bound by its own lock.
    pub fn locked_for(&self, place: P) -> Option<P> {
        self.locked_by.filter(|it| *it != place)
    }
}

/// The value at the end of a path. `path` is what is set from the instance down; places without a value are
/// left out.
pub fn effective<P: Copy>(default: bool, path: impl IntoIterator<Item = (P, Own)>) -> Effective<P> {
    let mut found = Effective { on: default, origin: None, locked_by: None };
    let mut resets = 0;
    for (place, own) in path {
        if let Some(on) = own.on.filter(|_| own.number > resets) {
            found.on = on;
            found.origin = Some(place);
            if own.locked {
                found.locked_by = Some(place);
                break;
            }
        }
        resets = resets.max(own.resets);
    }
    found
}

/// The values of all settings that count in one namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EffectiveSettings([Effective<SettingPlace>; Setting::ALL.len()]);

impl EffectiveSettings {
    /// From everything that is set from the instance down to the namespace, in this order.
    pub fn of(path: &[(SettingPlace, Setting, Own)]) -> Self {
        Self(Setting::ALL.map(|setting| {
            let own = path.iter().filter(|(_, it, _)| *it == setting);
            effective(setting.default(), own.map(|(place, _, own)| (*place, *own)))
        }))
    }

    pub const fn get(&self, setting: Setting) -> Effective<SettingPlace> {
        self.0[setting as usize]
    }

    /// The levels above the flows.
    pub const fn chain(&self) -> DuoChain {
        let availability = self.get(Setting::DuoAvailability);
        DuoChain {
            availability: DuoAvailability::of(availability.on, availability.locked_by.is_some()),
            agent_platform: self.get(Setting::AgentPlatform).on,
            flow_execution: self.get(Setting::FlowExecution).on,
            foundational_flows: self.get(Setting::FoundationalFlows).on,
        }
    }

    /// The first setting above `setting` that is off, which leaves it without effect.
    pub fn overruled_by(&self, setting: Setting) -> Option<Setting> {
        std::iter::successors(setting.needs(), |it| it.needs()).filter(|it| !self.get(*it).on).last()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// Places of a random tree; 0 is the instance.
    const PLACES: usize = 14;

    #[derive(Clone, Debug)]
    enum Step {
        Set {
            place: usize,
            on: bool,
            locked: bool,
            cascade: bool,
        },
        Inherit {
            place: usize,
        },
        Move {
            place: usize,
            to: usize,
        },
        /// Removes one in so many of the rows that do not count.
        Tidy {
            one_in: usize,
        },
    }

    fn step() -> impl Strategy<Value = Step> {
        let set = (0..PLACES, any::<bool>(), prop::bool::weighted(0.25), any::<bool>());
        prop_oneof![
            6 => set.prop_map(|(place, on, locked, cascade)| Step::Set { place, on, locked, cascade }),
            2 => (0..PLACES).prop_map(|place| Step::Inherit { place }),
            2 => (1..PLACES, 0..PLACES).prop_map(|(place, to)| Step::Move { place, to }),
            2 => (1usize..4).prop_map(|one_in| Step::Tidy { one_in }),
        ]
    }

    /// The parents of places 1 and up; a parent comes before its children.
    fn tree() -> impl Strategy<Value = Vec<usize>> {
        (1..PLACES).map(|place| 0..place).collect::<Vec<_>>()
    }

    /// What a cascade on write would leave: only values that count.
    #[derive(Clone, Debug)]
    struct Naive {
        parents: Vec<usize>,
        own: BTreeMap<usize, (bool, bool)>,
    }

    /// What is stored.
    #[derive(Clone, Debug)]
    struct Numbered {
        parents: Vec<usize>,
        own: BTreeMap<usize, Own>,
        last: i64,
    }

    fn path(parents: &[usize], place: usize) -> Vec<usize> {
        let mut path = vec![place];
        let mut at = place;
        while at > 0 {
            at = parents[at - 1];
            path.push(at);
        }
        path.reverse();
        path
    }

    fn below(parents: &[usize], place: usize) -> Vec<usize> {
        (0..PLACES).filter(|it| *it != place && path(parents, *it).contains(&place)).collect()
    }

    impl Naive {
        /// The value, and what locks it.
        fn effective(&self, place: usize) -> (bool, Option<usize>, Option<usize>) {
            let mut found = (true, None, None);
            for at in path(&self.parents, place) {
                if let Some((on, locked)) = self.own.get(&at) {
                    found = (*on, Some(at), found.2);
                    if *locked {
                        return (*on, Some(at), Some(at));
                    }
                }
            }
            found
        }

        fn is_locked_above(&self, place: usize) -> bool {
            self.effective(place).2.is_some_and(|it| it != place)
        }

        fn take(&mut self, step: &Step) {
            match *step {
                Step::Set { place, on, locked, cascade } if !self.is_locked_above(place) => {
                    let was_locked = self.own.get(&place).is_some_and(|it| it.1);
                    if cascade || (locked && !was_locked) {
                        for it in below(&self.parents, place) {
                            self.own.remove(&it);
                        }
                    }
                    self.own.insert(place, (on, locked));
                }
                Step::Inherit { place } if !self.is_locked_above(place) => {
                    self.own.remove(&place);
                }
                Step::Move { place, to } if !path(&self.parents, to).contains(&place) => {
                    let mut moved = below(&self.parents, place);
                    moved.push(place);
                    // What a lock above hides.
                    let hidden: Vec<_> =
                        moved.into_iter().filter(|it| self.effective(*it).1 != Some(*it)).collect();
                    self.own.retain(|it, _| !hidden.contains(it));
                    self.parents[place - 1] = to;
                }
                _ => {}
            }
        }
    }

    impl Numbered {
        fn effective(&self, place: usize) -> Effective<usize> {
            let path = path(&self.parents, place);
            effective(true, path.into_iter().filter_map(|it| Some((it, *self.own.get(&it)?))))
        }

        fn counts(&self, place: usize) -> bool {
            let own = self.own[&place];
            let above = path(&self.parents, place);
            let above = above.iter().filter(|it| **it != place).filter_map(|it| self.own.get(it));
            own.number > above.map(|it| it.resets).max().unwrap_or_default()
        }

        fn take(&mut self, step: &Step) {
            match *step {
                Step::Set { place, on, locked, cascade }
                    if self.effective(place).locked_for(place).is_none() =>
                {
                    self.last += 1;
                    // The lock of a row that does not count was none.
                    let before = self.own.get(&place).copied().filter(|_| self.counts(place));
                    let was_locked = before.is_some_and(|it| it.on.is_some() && it.locked);
                    let resets = self.own.get(&place).map_or(0, |it| it.resets);
                    let resets = if cascade || (locked && !was_locked) { self.last } else { resets };
                    self.own.insert(place, Own { on: Some(on), locked, number: self.last, resets });
                }
                Step::Inherit { place } if self.effective(place).locked_for(place).is_none() => {
                    if let Some(own) = self.own.get_mut(&place) {
                        *own = Own { on: None, locked: false, ..*own };
                    }
                }
                Step::Move { place, to } if !path(&self.parents, to).contains(&place) => {
                    let mut moved = below(&self.parents, place);
                    moved.push(place);
                    let dead: Vec<_> =
                        moved.iter().copied().filter(|it| self.effective(*it).origin != Some(*it)).collect();
                    for it in dead {
                        self.own.remove(&it);
                    }
                    self.last += 1;
                    for it in moved {
                        if let Some(own) = self.own.get_mut(&it) {
                            *own = Own { number: self.last, resets: 0, ..*own };
                        }
                    }
                    self.parents[place - 1] = to;
                }
                Step::Tidy { one_in } => {
                    let dead: Vec<_> = self.own.keys().copied().filter(|it| !self.counts(*it)).collect();
                    for it in dead.into_iter().step_by(one_in) {
                        self.own.remove(&it);
                    }
                }
                _ => {}
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn numbers_do_what_a_cascade_on_write_does(
            parents in tree(),
            steps in prop::collection::vec(step(), 1..60),
        ) {
            let mut naive = Naive { parents: parents.clone(), own: BTreeMap::new() };
            let mut numbered = Numbered { parents, own: BTreeMap::new(), last: 0 };
            for step in &steps {
                naive.take(step);
                numbered.take(step);
                for place in 0..PLACES {
                    let found = numbered.effective(place);
                    prop_assert_eq!(
                        (found.on, found.origin, found.locked_by),
                        naive.effective(place),
                        "in {} after {:?}", place, step
                    );
                }
            }
        }
    }

    fn own(on: bool, number: i64) -> Own {
        Own { on: Some(on), locked: false, number, resets: 0 }
    }

    #[test]
    fn the_nearest_value_counts() {
        assert_eq!(effective::<u8>(true, []), Effective { on: true, origin: None, locked_by: None });
        let found = effective(true, [(0, own(false, 1)), (1, own(true, 2))]);
        assert_eq!(found, Effective { on: true, origin: Some(1), locked_by: None });
    }

    #[test]
    fn a_lock_above_counts_whatever_is_below() {
        let lock = Own { locked: true, ..own(false, 2) };
        let found = effective(true, [(0, own(true, 1)), (1, lock), (2, own(true, 3))]);
        assert_eq!(found, Effective { on: false, origin: Some(1), locked_by: Some(1) });
        assert_eq!((found.locked_for(1), found.locked_for(2)), (None, Some(1)));
    }

    #[test]
    fn a_cascade_overrides_what_is_older() {
        let cascade = Own { resets: 5, ..own(false, 5) };
        let found = effective(true, [(0, cascade), (1, own(true, 4))]);
        assert_eq!(found, Effective { on: false, origin: Some(0), locked_by: None });
        assert!(effective(true, [(0, cascade), (1, own(true, 6))]).on);
        // Taken back, it still ended what was below.
        let taken_back = Own { on: None, ..cascade };
        assert_eq!(effective(true, [(0, taken_back), (1, own(false, 4))]).origin, None);
    }
}
