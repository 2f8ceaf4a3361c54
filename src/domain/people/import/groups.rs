//! Groups and projects: created below what is there or in the same file, renamed; what a top-level group
//! bought. Nothing is moved or deleted by an import.

use std::collections::{HashMap, hash_map::Entry};

use super::{
    format::{Cells, ImportKind, Line, Refused, in_a_word, said_before, yes_or_no},
    plan::{Difference, Planned, difference},
};
use crate::domain::{
    ids::NamespaceId,
    namespace::{GroupPath, NamespaceKind, Tier},
    people::naming::new_path,
    visible::{is_seen, may_stand_in_a_name},
};

const KIND: ImportKind = ImportKind::Groups;
const PATH: usize = 0;
const NAME: usize = 1;
const KIND_OF_NAMESPACE: usize = 2;
const TIER: usize = 3;
const DUO_ENTERPRISE: usize = 4;
const SEATS: usize = 5;

/// What a file calls a number of bought seats that nobody knows.
const UNKNOWN: &str = "unknown";
/// Maximum length of a name in characters, as in GitLab.
const LONGEST_NAME: usize = 255;

/// A line that can be understood.
#[derive(Clone, Debug)]
pub struct GroupLine {
    line: u64,
    pub path: GroupPath,
    name: Option<String>,
    kind: Option<NamespaceKind>,
    tier: Option<Tier>,
    duo_enterprise: Option<bool>,
    /// The inner `None` is for unknown.
    #[expect(clippy::option_option, reason = "a cell says a number, says unknown, or says nothing")]
    seats: Option<Option<i64>>,
}

/// What a top-level group bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bought {
    pub tier: Tier,
    pub duo_enterprise: bool,
    /// `None` while nobody said.
    pub seats: Option<i64>,
}

/// A group or project as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub id: NamespaceId,
    pub path: GroupPath,
    pub name: String,
    pub kind: NamespaceKind,
    pub version: i64,
    /// Of a top-level group.
    pub bought: Option<Bought>,
    /// How many of its seats are used.
    pub seats_used: i64,
    /// Of its pool of seats, if there is one.
    pub pool_version: Option<i64>,
    /// The path of what is archived: itself, or the nearest group above that is.
    pub archived: Option<GroupPath>,
}

/// The groups that a file names, and their parents, by [`GroupPath::key`].
pub type Places = HashMap<String, Place>;

/// What applying a line writes. Parents come first.
#[derive(Clone, Debug)]
pub struct GroupOperation {
    /// `None` for a new one.
    pub before: Option<Place>,
    /// With the id 0 for a new one.
    pub after: Place,
}

/// Understands the lines; collects what is wrong with the others.
pub fn read(lines: &[Line], refused: &mut Vec<Refused>) -> Vec<GroupLine> {
    let mut read = Vec::with_capacity(lines.len());
    for line in lines {
        let mut cells = Cells::of(KIND, line, refused);
        let path = cells.need(PATH, GroupPath::parse);
        let name = cells.read(NAME, check_group_name);
        let kind = cells
            .read(KIND_OF_NAMESPACE, |cell| NamespaceKind::from_key(cell).ok_or("Say group or project."));
        let tier = cells
            .read(TIER, |cell| Tier::from_key(&cell.to_ascii_lowercase()).ok_or("Say premium or ultimate."));
        let duo_enterprise = cells.read(DUO_ENTERPRISE, yes_or_no);
        let seats = cells.read(SEATS, parse_seats);
        if let Some(path) = &path
            && path.as_str().contains('/')
        {
            for column in [TIER, DUO_ENTERPRISE, SEATS] {
                if !line.cell(column).is_empty() {
                    cells.refuse(column, "Only a top-level group has it. Leave it empty.");
                }
            }
        }
        if let (Some(path), true) = (path, cells.are_right()) {
            read.push(GroupLine { line: line.number, path, name, kind, tier, duo_enterprise, seats });
        }
    }
    read
}

/// What the lines do to the groups and projects that are there.
pub fn plan(lines: &[GroupLine], places: &Places, refused: Vec<Refused>) -> Planned<GroupOperation> {
    let mut planned = Planned::new(refused);
    let mut seen: HashMap<String, &GroupLine> = HashMap::new();
    for it in lines {
        match seen.entry(it.path.key()) {
            Entry::Occupied(first) => {
                planned.refuse(it.line, "path", it.path.as_str(), said_before(first.get().line));
            }
            Entry::Vacant(free) => drop(free.insert(it)),
        }
    }
    for it in lines.iter().filter(|it| seen.get(&it.path.key()).is_some_and(|first| first.line == it.line)) {
        let before = places.get(&it.path.key());
        let Some(after) = it.applied_to(before, &seen, places, &mut planned) else { continue };
        let differences = GroupLine::differences(before, &after);
        let subject = after.path.to_string();
        let note = match after.bought.and_then(|bought| bought.seats) {
            Some(seats) if seats < after.seats_used && !differences.is_empty() => {
                format!("{} seats are used, which is more than were bought.", after.seats_used)
            }
            _ => String::new(),
        };
        if differences.is_empty() {
            planned.unchanged(it.line, subject, note);
            continue;
        }
        if let Some(archived) = before.and_then(|before| before.archived.as_ref()) {
            planned.refuse(it.line, "path", it.path.as_str(), is_archived(archived));
            continue;
        }
        let seats_before = before.and_then(|before| before.bought).and_then(|bought| bought.seats);
        if let Some(seats) = after.bought.and_then(|bought| bought.seats)
            && seats < after.seats_used
            && seats_before != Some(seats)
        {
            let reason = format!("{} seats are used. Take seats back first.", after.seats_used);
            planned.refuse(it.line, "seats", &seats.to_string(), reason);
            continue;
        }
        planned.operations.push(GroupOperation { before: before.cloned(), after });
        if before.is_some() {
            planned.change(it.line, subject, differences, note);
        } else {
            planned.create(it.line, subject, differences, note);
        }
    }
    planned.operations.sort_by_key(|it| depth(&it.after.path));
    planned
}

fn is_archived(path: &GroupPath) -> String {
    format!("{path} is archived: nothing can be changed until it is unarchived.")
}

/// How many names a path has.
pub fn depth(path: &GroupPath) -> usize {
    path.as_str().split('/').count()
}

impl GroupLine {
    /// The group or project after the line; `None` when the line is refused.
    fn applied_to(
        &self,
        before: Option<&Place>,
        file: &HashMap<String, &Self>,
        places: &Places,
        planned: &mut Planned<GroupOperation>,
    ) -> Option<Place> {
        let mut refuse = |column, value: &str, reason: &str| {
            planned.refuse(self.line, column, value, reason);
            None
        };
        let mut after = if let Some(before) = before {
            if let Some(kind) = self.kind.filter(|kind| *kind != before.kind) {
                return refuse("kind", kind.key(), "It is there as the other kind, which cannot be changed.");
            }
            before.clone()
        } else {
            let kind = self.kind.unwrap_or(NamespaceKind::Group);
            if let Some(parent) = self.path.parent() {
                let above = places.get(&parent.key());
                if let Some(archived) = above.and_then(|above| above.archived.as_ref()) {
                    return refuse("path", self.path.as_str(), &is_archived(archived));
                }
                let there = above.map(|place| place.kind);
                let new = || file.get(&parent.key()).map(|line| line.kind.unwrap_or(NamespaceKind::Group));
                match there.or_else(new) {
                    None => {
                        let reason = "There is no parent of this path, neither here nor in the file.";
                        return refuse("path", self.path.as_str(), reason);
                    }
                    Some(NamespaceKind::Project) => {
                        return refuse("path", self.path.as_str(), "Nothing is below a project.");
                    }
                    Some(NamespaceKind::Group) => {}
                }
            } else if kind == NamespaceKind::Project {
                return refuse("kind", kind.key(), "A project is in a group.");
            }
            if let Err(error) = new_path(self.path.parent().as_ref(), self.path.last(), kind) {
                return refuse("path", self.path.as_str(), &error.to_string());
            }
            let bought = Bought { tier: Tier::Premium, duo_enterprise: false, seats: None };
            Place {
                id: NamespaceId(0),
                path: self.path.clone(),
                name: self.path.last().to_owned(),
                kind,
                version: 0,
                bought: self.path.parent().is_none().then_some(bought),
                seats_used: 0,
                pool_version: None,
                archived: None,
            }
        };
        if let Some(name) = &self.name {
            after.name.clone_from(name);
        }
        if let Some(bought) = &mut after.bought {
            bought.tier = self.tier.unwrap_or(bought.tier);
            bought.duo_enterprise = self.duo_enterprise.unwrap_or(bought.duo_enterprise);
            bought.seats = self.seats.unwrap_or(bought.seats);
        }
        Some(after)
    }

    fn differences(before: Option<&Place>, after: &Place) -> Vec<Difference> {
        let words = |place: &Place| cells(place).split_off(NAME);
        let old = before.map_or_else(|| vec![String::new(); KIND.columns().len() - NAME], words);
        let fields = KIND.columns()[NAME..].iter().copied();
        let pairs = old.into_iter().zip(words(after));
        fields.zip(pairs).filter_map(|(field, (old, new))| difference(field, old, new)).collect()
    }
}

/// A name of a group or project, trimmed.
fn check_group_name(cell: &str) -> Result<String, &'static str> {
    let name = cell.trim();
    let fits = name.chars().count() <= LONGEST_NAME && name.chars().all(may_stand_in_a_name) && is_seen(name);
    if fits {
        Ok(name.to_owned())
    } else {
        Err("A name has 1 to 255 characters, some that can be seen and none that hide in others.")
    }
}

fn parse_seats(cell: &str) -> Result<Option<i64>, &'static str> {
    /// More than anybody has; keeps sums small.
    const MOST: i64 = 10_000_000;
    if cell.eq_ignore_ascii_case(UNKNOWN) {
        return Ok(None);
    }
    let number: Option<i64> = cell.parse().ok().filter(|number| (0..=MOST).contains(number));
    number.map(Some).ok_or("Say how many seats were bought, or unknown.")
}

/// The cells of an export.
pub fn cells(place: &Place) -> Vec<String> {
    let bought = |text: &dyn Fn(&Bought) -> String| place.bought.as_ref().map(text).unwrap_or_default();
    vec![
        place.path.to_string(),
        place.name.clone(),
        place.kind.key().to_owned(),
        bought(&|it| it.tier.key().to_owned()),
        bought(&|it| in_a_word(it.duo_enterprise).to_owned()),
        bought(&|it| it.seats.map_or_else(|| UNKNOWN.to_owned(), |seats| seats.to_string())),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(file: &[&str]) -> Planned<GroupOperation> {
        let bought = Bought { tier: Tier::Premium, duo_enterprise: true, seats: Some(5) };
        let place = |id, path: &str, kind, bought| Place {
            id: NamespaceId(id),
            path: GroupPath::parse(path).unwrap(),
            name: path.to_owned(),
            kind,
            version: 0,
            bought,
            seats_used: 3,
            pool_version: Some(0),
            archived: path.strip_prefix("old").map(|_| GroupPath::parse("old").unwrap()),
        };
        let places = [
            place(1, "acme", NamespaceKind::Group, Some(bought)),
            place(2, "acme/api", NamespaceKind::Project, None),
            place(3, "old", NamespaceKind::Group, Some(bought)),
            place(4, "old/sub", NamespaceKind::Group, None),
        ];
        let places = places.into_iter().map(|place| (place.path.key(), place)).collect();
        let lines = file.iter().enumerate().map(|(at, line)| Line {
            number: at as u64 + 2,
            cells: line.split(',').map(str::to_owned).collect(),
        });
        let mut refused = Vec::new();
        let read = read(&lines.collect::<Vec<_>>(), &mut refused);
        plan(&read, &places, refused)
    }

    #[test]
    fn parents_may_come_later_in_the_file_and_are_made_first() {
        let new = planned(&["next/a/b,,project,,,", "next/a,,,,,", "next,New,group,Ultimate,yes,7"]);
        assert!(new.refused.is_empty(), "{:?}", new.refused);
        let paths: Vec<_> = new.operations.iter().map(|it| it.after.path.to_string()).collect();
        assert_eq!(paths, ["next", "next/a", "next/a/b"]);
        assert_eq!(new.operations[0].after.bought.unwrap().seats, Some(7));
    }

    #[test]
    fn what_is_no_tree_is_refused() {
        let deep = format!("{},,,,,", ["a"; 21].join("/"));
        let all = planned(&[
            "nowhere/a,,,,,",
            "acme/api/x,,,,,",
            "solo,,project,,,",
            "acme/api,,group,,,",
            "acme/sub,,,premium,,3",
            "ACME,,,,,",
            "acme,,,gold,perhaps,-1",
            "acme,,,,,",
            &deep,
        ]);
        let named: Vec<_> = all.refused.iter().map(|it| (it.line, it.column.as_str())).collect();
        let expected = [
            (6, "tier"),
            (6, "seats"),
            (8, "tier"),
            (8, "duo_enterprise"),
            (8, "seats"),
            (9, "path"),
            (2, "path"),
            (3, "path"),
            (4, "kind"),
            (5, "kind"),
            (10, "path"),
        ];
        assert_eq!(named, expected);
    }

    #[test]
    fn empty_leaves_it_as_it_is() {
        let same = planned(&["acme,,,,,", "acme/api,,,,,"]);
        assert_eq!((same.counts.unchanged, same.operations.len()), (2, 0));
        assert_eq!(planned(&["acme,,,,,unknown"]).lines[0].differences[0].after, "unknown");
    }

    #[track_caller]
    fn refused(file: &[&str]) -> Vec<(u64, String)> {
        planned(file).refused.into_iter().map(|it| (it.line, it.column)).collect()
    }

    #[test]
    fn no_fewer_seats_are_bought_than_are_used() {
        assert_eq!(refused(&["acme,Acme,,,,2"]), [(2, "seats".into())]);
        for enough in ["acme,Acme,,,,3", "acme,Acme,,,,unknown", "next,,,,,0"] {
            assert_eq!(refused(&[enough]), [], "{enough}");
        }
    }

    #[test]
    fn what_is_archived_is_not_changed() {
        let changes = ["old,Other,,,,", "old/sub,Other,,,,", "old/sub/new,,,,,", "old/new,,project,,,"];
        for change in changes {
            assert_eq!(refused(&[change]), [(2, "path".into())], "{change}");
        }
        assert_eq!(planned(&["old,old,,,,", "old/sub,,group,,,"]).counts.unchanged, 2);
    }

    #[test]
    fn a_new_place_has_a_path_that_pages_make() {
        let group = format!("{},,,,,", ["a"; 21].join("/"));
        let above: Vec<String> =
            (1..=20).map(|depth| format!("{},,,,,", vec!["a"; depth].join("/"))).collect();
        let mut file: Vec<&str> = above.iter().map(String::as_str).collect();
        assert_eq!(refused(&file), []);
        file.push(&group);
        assert_eq!(refused(&file), [(22, "path".into())]);
        for bad in ["new,,,,,", "NEW,,,,,", "acme/x.git,,project,,,", "acme/x.Atom,,,,,"] {
            assert_eq!(refused(&[bad]), [(2, "path".into())], "{bad}");
        }
        assert_eq!(refused(&["acme/new,,,,,"]), []);
    }
}
