//! Members: who has which role where. An import gives and takes back roles of its own; those that others gave
//! stand beside them.

use std::collections::{HashMap, hash_map::Entry};

use super::{
    directory::{Directory, NOBODY, NOWHERE, UserKey},
    format::{Cells, ImportKind, Line, Refused, Wanted, said_before},
    plan::{Difference, Planned, difference},
};
use crate::domain::{
    ids::{NamespaceId, UserId},
    namespace::{GroupPath, Namespace},
    people::{grants::Source, members::check_role},
    role::{GivenRole, Role},
    time::Timestamp,
    user::check_name,
};

const KIND: ImportKind = ImportKind::Members;
const PATH: usize = 0;
const USER: usize = 1;
const ROLE: usize = 2;
const EXPIRES_ON: usize = 3;
const ACTION: usize = 4;

/// What a file calls a role without an end.
const NEVER: &str = "never";

/// A line that can be understood.
#[derive(Clone, Debug)]
pub struct MemberLine {
    pub line: u64,
    pub path: GroupPath,
    pub user: UserKey,
    /// As the file names the user.
    said: String,
    role: Option<GivenRole>,
    /// The inner `None` is for never.
    #[expect(clippy::option_option, reason = "a cell says a day, says never, or says nothing")]
    expires_at: Option<Option<Timestamp>>,
    wanted: Wanted,
}

/// A role that somebody holds in the namespace itself, given by one source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub source: Source,
    pub role: GivenRole,
    pub expires_at: Option<Timestamp>,
}

/// All roles of the pairs that a file names, given there directly.
pub type HeldRoles = HashMap<(NamespaceId, UserId), Vec<Held>>;

/// What applying a line writes.
#[derive(Clone, Debug)]
pub struct MemberOperation {
    pub namespace: NamespaceId,
    pub user: UserId,
    /// The role and its end; `None` takes it back.
    pub gives: Option<(GivenRole, Option<Timestamp>)>,
    /// Set when an import gives or takes back the role Owner.
    pub owner: Option<OwnerChange>,
}

/// Somebody becomes an Owner by an import, or ceases to be one by it.
#[derive(Clone, Debug)]
pub struct OwnerChange {
    pub namespace: Namespace,
    pub username: String,
    pub before: Option<GivenRole>,
}

/// Understands the lines; collects what is wrong with the others.
pub fn read(lines: &[Line], refused: &mut Vec<Refused>) -> Vec<MemberLine> {
    let mut read = Vec::with_capacity(lines.len());
    for line in lines {
        let mut cells = Cells::of(KIND, line, refused);
        let path = cells.need(PATH, GroupPath::parse);
        let user = cells.need(USER, UserKey::parse);
        let role = cells.read(ROLE, parse_role);
        let expires_at = cells.read(EXPIRES_ON, parse_expiry);
        let wanted = cells.wanted(ACTION);
        if let (Some(path), Some(user), true) = (path, user, cells.are_right()) {
            let said = line.cell(USER).to_owned();
            read.push(MemberLine { line: line.number, path, user, said, role, expires_at, wanted });
        }
    }
    read
}

/// What the lines do to the roles that are held.
pub fn plan(
    lines: &[MemberLine],
    directory: &Directory,
    held: &HeldRoles,
    now: Timestamp,
    refused: Vec<Refused>,
) -> Planned<MemberOperation> {
    let mut planned = Planned::new(refused);
    let mut seen = HashMap::new();
    for it in lines {
        let namespace = directory.namespace(&it.path);
        let person = directory.person(&it.user);
        if namespace.is_none() {
            planned.refuse(it.line, "path", it.path.as_str(), NOWHERE);
        }
        if person.is_none() {
            planned.refuse(it.line, "user", &it.said, NOBODY);
        }
        let (Some(namespace), Some(person)) = (namespace, person) else { continue };
        match seen.entry((namespace.id, person.id)) {
            Entry::Occupied(first) => {
                planned.refuse(it.line, "user", &it.said, said_before(*first.get()));
                continue;
            }
            Entry::Vacant(free) => drop(free.insert(it.line)),
        }
        let held = held.get(&(namespace.id, person.id)).map_or(&[][..], Vec::as_slice);
        let subject = format!("{} in {}", person.username, namespace.path);
        let line = About { it, namespace, user: person.id, username: &person.username, held, subject };
        match it.wanted {
            Wanted::Set => line.set(&mut planned, now),
            Wanted::Remove => line.remove(&mut planned, now),
        }
    }
    planned
}

/// A line with what it is about.
struct About<'a> {
    it: &'a MemberLine,
    namespace: &'a Namespace,
    user: UserId,
    username: &'a str,
    held: &'a [Held],
    subject: String,
}

impl About<'_> {
    fn own(&self) -> Option<&Held> {
        self.held.iter().find(|held| held.source == Source::Import)
    }

    /// The highest role that others gave and that counts.
    fn others(&self, now: Timestamp) -> Option<&Held> {
        let counts = |held: &&Held| {
            held.source != Source::Import && held.expires_at.is_none_or(|expires_at| now < expires_at)
        };
        self.held.iter().filter(counts).max_by_key(|held| held.role.access_level())
    }

    fn set(self, planned: &mut Planned<MemberOperation>, now: Timestamp) {
        let own = self.own().cloned();
        let Some(role) = self.it.role.clone().or_else(|| own.as_ref().map(|own| own.role.clone())) else {
            return planned.refuse(self.it.line, "role", "", "A new member needs a role.");
        };
        let expires_at = self.it.expires_at.unwrap_or_else(|| own.as_ref().and_then(|own| own.expires_at));
        let is_so = |held: &Held| held.role == role && held.expires_at == expires_at;
        // What somebody else gave just so needs no second giver: an export reads back without a change.
        if own.as_ref().map_or_else(|| self.held.iter().any(is_so), is_so) {
            return planned.unchanged(self.it.line, self.subject, String::new());
        }
        if let Err(error) = check_role(role.role(), self.namespace) {
            return planned.refuse(self.it.line, "role", &write_role(&role), error);
        }
        if let Some(expires_at) = expires_at.filter(|expires_at| *expires_at <= now) {
            let reason = "That day is over. Say a later one, or remove the member.";
            return planned.refuse(self.it.line, "expires_on", &expires_at.date(), reason);
        }
        let note = match self.others(now) {
            Some(other) if other.role.role() > role.role() => {
                format!("{} counts, which is higher: given {}.", other.role, other.source.phrase())
            }
            _ => String::new(),
        };
        let before = own.as_ref();
        let words = |held: &Held| (write_role(&held.role), write_expiry(held.expires_at));
        let (role_before, expiry_before) = before.map(words).unwrap_or_default();
        let differences = [
            difference("role", role_before, write_role(&role)),
            difference("expires_on", expiry_before, write_expiry(expires_at)),
        ];
        let differences = differences.into_iter().flatten().collect();
        let owner = self.owner(before, Some(&role));
        planned.operations.push(MemberOperation {
            namespace: self.namespace.id,
            user: self.user,
            gives: Some((role, expires_at)),
            owner,
        });
        if own.is_some() {
            planned.change(self.it.line, self.subject, differences, note);
        } else {
            planned.create(self.it.line, self.subject, differences, note);
        }
    }

    fn remove(self, planned: &mut Planned<MemberOperation>, now: Timestamp) {
        let stays = |other: &Held| format!("Stays {}: given {}.", other.role, other.source.phrase());
        let note = self.others(now).map(stays).unwrap_or_default();
        let Some(own) = self.own() else {
            return planned.unchanged(self.it.line, self.subject, note);
        };
        let role = Difference { field: "role", before: write_role(&own.role), after: String::new() };
        let owner = self.owner(Some(own), None);
        planned.operations.push(MemberOperation {
            namespace: self.namespace.id,
            user: self.user,
            gives: None,
            owner,
        });
        planned.remove(self.it.line, self.subject, vec![role], note);
    }

    fn owner(&self, before: Option<&Held>, after: Option<&GivenRole>) -> Option<OwnerChange> {
        let was = before.is_some_and(|held| held.role.role() == Role::Owner);
        let is = after.is_some_and(|role| role.role() == Role::Owner);
        (was != is).then(|| OwnerChange {
            namespace: self.namespace.clone(),
            username: self.username.to_owned(),
            before: before.map(|held| held.role.clone()),
        })
    }
}

/// `Developer`, `developer`, `30`, or a role of one's own with its access level: `Release lead (40)`.
fn parse_role(cell: &str) -> Result<GivenRole, &'static str> {
    const EXPECTED: &str = "A role is Minimal Access, Guest, Planner, Reporter, Security Manager, Developer, Maintainer or Owner, an access level from 5 to 50, or a name with one: Release lead (40).";
    if let Some(role) = Role::from_name(cell) {
        return Ok(role.into());
    }
    let level = |digits: &str| digits.parse().map_err(|_| EXPECTED);
    match cell.strip_suffix(')').and_then(|it| it.rsplit_once(" (")) {
        None => GivenRole::new(level(cell)?, None).ok_or(EXPECTED),
        Some((name, digits)) => {
            let name = check_name(name).map_err(|_| EXPECTED)?;
            GivenRole::new(level(digits)?, Some(name.to_owned())).ok_or(EXPECTED)
        }
    }
}

/// A role in the form that an import reads.
pub fn write_role(role: &GivenRole) -> String {
    let level = role.access_level();
    match role.custom_name() {
        Some(name) => format!("{name} ({level})"),
        None if role.role().access_level() == level => role.role().name().to_owned(),
        None => level.to_string(),
    }
}

fn parse_expiry(cell: &str) -> Result<Option<Timestamp>, &'static str> {
    if cell.eq_ignore_ascii_case(NEVER) {
        return Ok(None);
    }
    Timestamp::from_date(cell).map(Some).ok_or("Say a day such as 2030-12-31, or never.")
}

/// The end of a role in the form that an import reads.
pub fn write_expiry(expires_at: Option<Timestamp>) -> String {
    expires_at.map_or_else(|| String::from(NEVER), Timestamp::date)
}

#[cfg(test)]
mod tests {
    use super::{super::directory::Person, *};
    use crate::domain::{namespace::NamespaceKind, people::import::plan::Verb, user::UserKind};

    const NOW: Timestamp = Timestamp::from_millis(1_780_315_200_000);

    fn directory() -> Directory {
        let mut directory = Directory::default();
        for (id, name) in [(1, "ann"), (2, "bob")] {
            let email = Some(format!("{name}@example.com"));
            directory.add_person(Person {
                id: UserId(id),
                username: name.to_owned(),
                email,
                kind: UserKind::Human,
                is_blocked: false,
            });
        }
        for (id, path, parent) in [(1, "acme", None), (2, "acme/sub", Some(NamespaceId(1)))] {
            directory.add_namespace(Namespace {
                id: NamespaceId(id),
                parent,
                root: NamespaceId(1),
                kind: NamespaceKind::Group,
                path: GroupPath::parse(path).unwrap(),
                name: path.into(),
            });
        }
        directory
    }

    fn planned(file: &[&str], held: &[(i64, Source, Role)]) -> Planned<MemberOperation> {
        let mut roles = HeldRoles::new();
        for (user, source, role) in held {
            let held = Held { source: *source, role: (*role).into(), expires_at: None };
            roles.entry((NamespaceId(1), UserId(*user))).or_default().push(held);
        }
        planned_with(file, &roles)
    }

    fn planned_with(file: &[&str], held: &HeldRoles) -> Planned<MemberOperation> {
        let line = |(at, line): (usize, &&str)| Line {
            number: at as u64 + 2,
            cells: line.split(',').map(str::to_owned).collect(),
        };
        let lines: Vec<Line> = file.iter().enumerate().map(line).collect();
        let mut refused = Vec::new();
        let read = read(&lines, &mut refused);
        plan(&read, &directory(), held, NOW, refused)
    }

    #[test]
    fn an_import_takes_back_only_what_an_import_gave() {
        let by_hand = planned(&["acme,ann,,,remove"], &[(1, Source::Hand, Role::Owner)]);
        assert!(by_hand.refused.is_empty() && by_hand.operations.is_empty());
        assert_eq!(by_hand.lines[0].note, "Stays Owner: given by hand.");
        let both = [(1, Source::Hand, Role::Guest), (1, Source::Import, Role::Owner)];
        let both = planned(&["acme,ann,,,remove"], &both);
        assert_eq!((both.lines[0].verb, both.operations.len()), (Verb::Remove, 1));
        assert!(both.operations[0].owner.is_some());
    }

    #[test]
    fn every_bad_line_is_named_with_all_that_is_wrong() {
        let all = planned(
            &[
                "acme,nobody,Developer,,",
                "nowhere,ann,Boss,31.12.2030,perhaps",
                "acme,ann,,,",
                "acme,ann@example.com,Developer,,",
                "acme,bob,Guest,2020-01-01,",
                ",,,,",
            ],
            &[],
        );
        let named: Vec<_> = all.refused.iter().map(|it| (it.line, it.column.as_str())).collect();
        let expected = [
            (3, "role"),
            (3, "expires_on"),
            (3, "action"),
            (7, "path"),
            (7, "user"),
            (2, "user"),
            (4, "role"),
            (5, "user"),
            (6, "expires_on"),
        ];
        assert_eq!(named, expected);
        assert_eq!(all.refused[7].reason, "Line 4 is about the same. Say it once.");
    }

    #[test]
    fn empty_leaves_it_as_it_is_and_what_is_so_is_unchanged() {
        let held = [(1, Source::Import, Role::Developer), (2, Source::Hand, Role::Guest)];
        let same = planned(&["acme,ann,,,", "acme,bob,guest,never,"], &held);
        assert_eq!((same.counts.unchanged, same.operations.len()), (2, 0));
        let other = planned(&["acme,ann,,2030-12-31,", "ACME,bob,Reporter,,set"], &held);
        assert_eq!((other.counts.changed, other.counts.created), (1, 1));
        assert_eq!(other.lines[0].differences[0].after, "2030-12-31");
        let below = planned(&["acme,bob,Minimal Access,,"], &held);
        assert_eq!(below.lines[0].note, "Guest counts, which is higher: given by hand.");
    }

    #[test]
    fn minimal_access_is_given_in_top_level_groups_only() {
        let given =
            planned(&["acme,ann,Minimal Access,,", "acme/sub,ann,Minimal Access,,", "acme/sub,bob,7,,"], &[]);
        let refused: Vec<_> = given.refused.iter().map(|it| (it.line, it.column.as_str())).collect();
        assert_eq!((refused, given.counts.created), (vec![(3, "role"), (4, "role")], 1));
        let there = Held { source: Source::Hand, role: Role::MinimalAccess.into(), expires_at: None };
        let held = HeldRoles::from([((NamespaceId(2), UserId(1)), vec![there])]);
        let same = planned_with(&["acme/sub,ann,Minimal Access,never,"], &held);
        assert_eq!((same.counts.unchanged, same.refused.len()), (1, 0), "an export reads back");
    }

    #[test]
    fn roles_are_read_as_they_are_written() {
        for text in ["Owner", "Security Manager", "35", "Release lead (40)", "a (3) (40)", "Developer (30)"] {
            assert_eq!(parse_role(text).map(|role| write_role(&role)).as_deref(), Ok(text));
        }
        assert_eq!(parse_role("minimal_access"), parse_role("5"));
        for bad in ["4", "51", "Boss", "(40)", " (40)", "x ()", "x (4)"] {
            assert!(parse_role(bad).is_err(), "{bad}");
        }
    }
}
