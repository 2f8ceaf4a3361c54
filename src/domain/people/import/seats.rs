//! Duo Enterprise seats: who holds one of a top-level group or of the whole instance, and who waits for one.

use std::collections::{HashMap, HashSet, hash_map::Entry};

use super::{
    directory::{Directory, NOBODY, NOWHERE, Person, UserKey},
    format::{Cells, ImportKind, Line, Refused, Wanted, said_before},
    plan::{Difference, Planned},
};
use crate::domain::{
    ids::{NamespaceId, UserId},
    namespace::{GroupPath, Namespace},
    people::{grants::Source, seats::SeatState},
    user::UserKind,
};

const KIND: ImportKind = ImportKind::Seats;
const PATH: usize = 0;
const USER: usize = 1;
const STATE: usize = 2;
const ACTION: usize = 3;

/// What a file calls the pool of the whole instance.
pub const INSTANCE: &str = "*";

/// A line that can be understood.
#[derive(Clone, Debug)]
pub struct SeatLine {
    line: u64,
    /// `None` for the instance.
    pub path: Option<GroupPath>,
    pub user: UserKey,
    said: String,
    state: SeatState,
    wanted: Wanted,
}

/// Where seats are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pool {
    /// `None` while nobody was given a seat there.
    pub id: Option<i64>,
    /// How many were bought; `None` while nobody said.
    pub purchased: Option<i64>,
    pub used: i64,
    pub version: i64,
    /// Whether the group has Duo Enterprise; true for the instance.
    pub is_open: bool,
}

/// A seat that somebody has or waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldSeat {
    pub source: Source,
    pub state: SeatState,
}

/// The pools and seats that a file names.
#[derive(Clone, Debug, Default)]
pub struct PresentSeats {
    /// By top-level group; `None` is the instance.
    pub pools: HashMap<Option<NamespaceId>, Pool>,
    pub seats: HashMap<(Option<NamespaceId>, UserId), HeldSeat>,
    /// Who of those without a seat has a role in the top-level group or below it.
    pub with_role: HashSet<(NamespaceId, UserId)>,
}

/// What applying a line writes.
#[derive(Clone, Debug)]
pub struct SeatOperation {
    /// The top-level group; `None` is the instance.
    pub place: Option<Namespace>,
    pub user: UserId,
    pub username: String,
    pub before: Option<SeatState>,
    /// `None` when it is taken back.
    pub after: Option<SeatState>,
}

/// Understands the lines; collects what is wrong with the others.
pub fn read(lines: &[Line], refused: &mut Vec<Refused>) -> Vec<SeatLine> {
    let mut read = Vec::with_capacity(lines.len());
    for line in lines {
        let mut cells = Cells::of(KIND, line, refused);
        let path = cells.need(PATH, |cell| match cell {
            INSTANCE => Ok(None),
            path => GroupPath::parse(path).map(Some),
        });
        let user = cells.need(USER, UserKey::parse);
        let parse = |cell: &str| SeatState::from_key(cell).ok_or("Say used or waiting; empty is used.");
        let state = cells.read(STATE, parse).unwrap_or(SeatState::Used);
        let wanted = cells.wanted(ACTION);
        if let (Some(path), Some(user), true) = (path, user, cells.are_right()) {
            let said = line.cell(USER).to_owned();
            read.push(SeatLine { line: line.number, path, user, said, state, wanted });
        }
    }
    read
}

/// What the lines do. Seats that are taken back are free for others of the same file.
pub fn plan(
    lines: &[SeatLine],
    directory: &Directory,
    present: &PresentSeats,
    refused: Vec<Refused>,
) -> Planned<SeatOperation> {
    let mut planned = Planned::new(refused);
    let mut seen = HashMap::new();
    let mut free: HashMap<Option<NamespaceId>, Option<i64>> = present
        .pools
        .iter()
        .map(|(place, pool)| (*place, pool.purchased.map(|all| all - pool.used)))
        .collect();
    let mut given = Vec::new();
    for it in lines {
        let Some((place, person)) = about(it, directory, &mut planned) else { continue };
        let key = place.map(|place| place.id);
        match seen.entry((key, person.id)) {
            Entry::Occupied(first) => {
                planned.refuse(it.line, "user", &it.said, said_before(*first.get()));
                continue;
            }
            Entry::Vacant(vacant) => drop(vacant.insert(it.line)),
        }
        let held = present.seats.get(&(key, person.id)).copied();
        let subject = format!("{} in {}", person.username, words(it));
        let operation = |after| SeatOperation {
            place: place.cloned(),
            user: person.id,
            username: person.username.clone(),
            before: held.map(|it| it.state),
            after,
        };
        match (it.wanted, held) {
            (Wanted::Remove, None) => planned.unchanged(it.line, subject, String::new()),
            (Wanted::Set, Some(held)) if held.state == it.state => {
                planned.unchanged(it.line, subject, String::new());
            }
            (Wanted::Set, Some(_)) if it.state == SeatState::Waiting => {
                planned.unchanged(it.line, subject, String::from("Stays: they have a seat."));
            }
            (Wanted::Set, _) => match no_seat_for(place, person, present) {
                Some(reason) => planned.refuse(it.line, "user", &it.said, reason),
                None => given.push((it, key, subject, operation(Some(it.state)))),
            },
            (Wanted::Remove, Some(HeldSeat { source: Source::Import, state })) => {
                if state == SeatState::Used
                    && let Some(Some(free)) = free.get_mut(&key)
                {
                    *free += 1;
                }
                planned.operations.push(operation(None));
                planned.remove(it.line, subject, Vec::new(), String::new());
            }
            (Wanted::Remove, Some(held)) => {
                planned.unchanged(it.line, subject, format!("Stays: given {}.", held.source.phrase()));
            }
        }
    }
    for (it, key, subject, operation) in given {
        let pool = present.pools.get(&key).copied().unwrap_or_default();
        if !pool.is_open {
            planned.refuse(it.line, "path", &words(it), "The group has no Duo Enterprise.");
            continue;
        }
        let mut differences = Vec::new();
        match (it.state, free.get_mut(&key)) {
            (SeatState::Waiting, _) => {
                let (before, after) = (String::new(), it.state.key().to_owned());
                differences.push(Difference { field: "state", before, after });
            }
            (SeatState::Used, Some(Some(free))) if *free <= 0 => {
                let all = pool.purchased.unwrap_or_default();
                planned.refuse(it.line, "user", &it.said, format!("No seat is free: {all} were purchased."));
                continue;
            }
            (SeatState::Used, Some(Some(free))) => *free -= 1,
            (SeatState::Used, _) => {}
        }
        planned.operations.push(operation);
        planned.create(it.line, subject, differences, String::new());
    }
    planned.lines.sort_by_key(|it| it.line);
    planned
}

/// Why somebody gets no seat: seats are for active people who have a role somewhere in the group.
fn no_seat_for(place: Option<&Namespace>, person: &Person, present: &PresentSeats) -> Option<&'static str> {
    if person.kind == UserKind::Bot {
        Some("A bot gets no seat.")
    } else if person.is_blocked {
        Some("They are blocked. Seats are given to active users.")
    } else if place.is_some_and(|group| !present.with_role.contains(&(group.id, person.id))) {
        Some("They have no role in the group or below it. Import members first.")
    } else {
        None
    }
}

/// The place and the person of a line.
fn about<'a>(
    it: &SeatLine,
    directory: &'a Directory,
    planned: &mut Planned<SeatOperation>,
) -> Option<(Option<&'a Namespace>, &'a Person)> {
    let place = it.path.as_ref().map(|path| directory.namespace(path).ok_or(NOWHERE)).transpose();
    let place = place.and_then(|place| match place {
        Some(group) if !group.is_top_level() => {
            Err("Seats belong to a top-level group, or to the instance: *.")
        }
        place => Ok(place),
    });
    let place = place.map_err(|reason| planned.refuse(it.line, "path", &words(it), reason)).ok();
    let person = directory.person(&it.user);
    if person.is_none() {
        planned.refuse(it.line, "user", &it.said, NOBODY);
    }
    place.zip(person)
}

fn words(it: &SeatLine) -> String {
    it.path.as_ref().map_or_else(|| String::from(INSTANCE), GroupPath::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::namespace::NamespaceKind;

    const ACME: NamespaceId = NamespaceId(1);

    fn planned(file: &[&str], purchased: Option<i64>, held: &[(i64, HeldSeat)]) -> Planned<SeatOperation> {
        let mut directory = Directory::default();
        for (id, name) in [(1, "ann"), (2, "bob"), (3, "carl"), (4, "bot"), (5, "blocked"), (6, "stranger")] {
            directory.add_person(Person {
                id: UserId(id),
                username: name.to_owned(),
                email: None,
                kind: if name == "bot" { UserKind::Bot } else { UserKind::Human },
                is_blocked: name == "blocked",
            });
        }
        for (id, path, parent) in [(1, "acme", None), (2, "acme/sub", Some(ACME)), (3, "plain", None)] {
            directory.add_namespace(Namespace {
                id: NamespaceId(id),
                parent,
                root: parent.unwrap_or(NamespaceId(id)),
                kind: NamespaceKind::Group,
                path: GroupPath::parse(path).unwrap(),
                name: path.into(),
            });
        }
        let mut present = PresentSeats::default();
        let used =
            i64::try_from(held.iter().filter(|(_, seat)| seat.state == SeatState::Used).count()).unwrap();
        present.pools.insert(Some(ACME), Pool { id: Some(1), purchased, used, version: 0, is_open: true });
        present.pools.insert(None, Pool { is_open: true, ..Pool::default() });
        let everywhere = |user| [1, 3].map(|group| (NamespaceId(group), UserId(user)));
        present.with_role = (1..=5).flat_map(everywhere).collect();
        present.seats = held.iter().map(|(user, seat)| ((Some(ACME), UserId(*user)), *seat)).collect();
        let lines = file.iter().enumerate().map(|(at, line)| Line {
            number: at as u64 + 2,
            cells: line.split(',').map(str::to_owned).collect(),
        });
        let mut refused = Vec::new();
        let read = read(&lines.collect::<Vec<_>>(), &mut refused);
        plan(&read, &directory, &present, refused)
    }

    const IMPORTED: HeldSeat = HeldSeat { source: Source::Import, state: SeatState::Used };

    #[test]
    fn nobody_is_given_a_seat_beyond_what_was_bought() {
        let file = ["acme,bob,", "acme,carl,,set"];
        let both = planned(&file, Some(2), &[(1, IMPORTED)]);
        assert_eq!((both.counts.created, both.refused.len()), (1, 1));
        assert_eq!((both.refused[0].line, both.refused[0].value.as_str()), (3, "carl"));
        let unknown = planned(&file, None, &[(1, IMPORTED)]);
        assert_eq!((unknown.counts.created, unknown.refused.len()), (2, 0));
        let swapped = planned(&["acme,bob,", "acme,ann,,remove"], Some(1), &[(1, IMPORTED)]);
        assert_eq!((swapped.counts.created, swapped.counts.removed, swapped.refused.len()), (1, 1, 0));
    }

    #[test]
    fn a_seat_belongs_to_a_top_level_group_with_duo_enterprise_or_to_the_instance() {
        let all = planned(&["acme/sub,ann,", "plain,ann,", "*,ann,", "*,ann,"], None, &[]);
        let refused: Vec<_> = all.refused.iter().map(|it| it.line).collect();
        assert_eq!((refused, all.counts.created), (vec![2, 5, 3], 1));
    }

    #[test]
    fn seats_are_for_active_people_with_a_role_in_the_group() {
        let all =
            planned(&["acme,bot,", "acme,blocked,", "acme,stranger,", "*,bot,", "*,blocked,"], None, &[]);
        let refused: Vec<_> = all.refused.iter().map(|it| (it.line, it.column.as_str())).collect();
        assert_eq!(refused, [2, 3, 4, 5, 6].map(|line| (line, "user")));
        assert_eq!(planned(&["*,stranger,"], None, &[]).counts.created, 1, "the instance is no group");
        let held = [(4, IMPORTED), (5, IMPORTED), (6, IMPORTED)];
        let same = planned(&["acme,bot,", "acme,blocked,", "acme,stranger,,remove"], None, &held);
        assert_eq!((same.counts.unchanged, same.counts.removed, same.refused.len()), (2, 1, 0));
    }

    #[test]
    fn what_was_given_by_hand_stays_and_what_is_so_is_unchanged() {
        let by_hand = HeldSeat { source: Source::Hand, state: SeatState::Used };
        let waits = HeldSeat { source: Source::Hand, state: SeatState::Waiting };
        let all = planned(
            &["acme,ann,,remove", "acme,bob,used,set", "acme,carl,,remove"],
            Some(1),
            &[(1, by_hand), (2, waits)],
        );
        assert_eq!((all.counts.unchanged, all.refused.len()), (2, 1), "whoever waits gets no seat beyond");
        assert_eq!(all.lines[0].note, "Stays: given by hand.");
    }

    #[test]
    fn whoever_waits_is_in_the_file_and_takes_no_seat() {
        let waits = |source| HeldSeat { source, state: SeatState::Waiting };
        let file =
            ["acme,ann,waiting,", "acme,bob,waiting,set", "acme,carl,waiting,", "acme,stranger,waiting,"];
        let all = planned(&file, Some(1), &[(1, IMPORTED), (2, waits(Source::Hand))]);
        assert_eq!((all.counts.created, all.counts.unchanged, all.refused.len()), (1, 2, 1));
        let operation = &all.operations[0];
        assert_eq!((&*operation.username, operation.after), ("carl", Some(SeatState::Waiting)));
        assert_eq!(all.lines[0].note, "Stays: they have a seat.");
        let file = ["acme,ann,,remove", "acme,bob,used,"];
        let all = planned(&file, Some(1), &[(1, waits(Source::Import)), (2, waits(Source::Hand))]);
        assert_eq!((all.counts.removed, all.counts.created, all.refused.len()), (1, 1, 0));
        assert_eq!(planned(&["acme,ann,free,"], None, &[]).refused[0].column, "state");
    }
}
