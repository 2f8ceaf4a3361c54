//! Duo Enterprise seats: where they are counted, how many there are, and when one may be given.

use crate::domain::{
    keyed::keyed_enum,
    namespace::{GroupPath, GroupPathError},
    paths::{self, GroupPage, query_value},
};

/// Where seats are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SeatPlace {
    /// In a top-level group.
    Group(GroupPath),
    /// On the whole instance: such a seat counts in every top-level group that has Duo Enterprise.
    Instance,
}

impl SeatPlace {
    /// From the path of a group; empty for the instance.
    ///
    /// # Errors
    /// It is no path.
    pub fn parse(group: &str) -> Result<Self, GroupPathError> {
        if group.is_empty() { Ok(Self::Instance) } else { GroupPath::parse(group).map(Self::Group) }
    }

    /// What [`Self::parse`] reads.
    pub fn group(&self) -> &str {
        match self {
            Self::Group(path) => path.as_str(),
            Self::Instance => "",
        }
    }

    /// The page of its seats.
    pub fn page(&self) -> String {
        match self {
            Self::Group(path) => GroupPage::Seats.path(path),
            Self::Instance => paths::ADMIN_SEATS.to_owned(),
        }
    }

    /// The same with the form that gives seats filled in.
    pub fn page_with_users(&self, users: &str) -> String {
        format!("{}?users={}", self.page(), query_value(users))
    }

    /// The same with the form for the number of purchased seats filled in.
    pub fn page_with_purchased(&self, purchased: &str) -> String {
        format!("{}?purchased={}", self.page(), query_value(purchased))
    }

    /// The list of holders: those with `search` in the name, sorted, from this page on.
    pub fn page_listing(&self, search: &str, order: SeatOrder, page: i64) -> String {
        let (search, order) = (query_value(search), order.key());
        format!("{}?search={search}&sort={order}&page={page}", self.page())
    }

    /// The download of the list.
    pub fn export(&self) -> String {
        format!("{}?group={}", paths::SEATS_EXPORT, query_value(self.group()))
    }
}

impl std::fmt::Display for SeatPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Group(path) => path.fmt(f),
            Self::Instance => f.write_str("the instance"),
        }
    }
}

keyed_enum! {
    /// Whether somebody has a seat or waits for one.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum SeatState: serde {
        Used = "used",
        Waiting = "waiting",
    }
}

keyed_enum! {
    /// How a list of seats is sorted.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum SeatOrder {
        /// By user name.
        #[default]
        User = "user",
        /// The oldest first.
        Since = "since",
        /// Who has not signed in for longest first, which helps to find unused seats.
        SignIn = "sign_in",
    }
}

/// How many seats there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SeatCounts {
    /// `None` while nobody said: there is no limit.
    pub purchased: Option<i64>,
    pub used: i64,
    pub waiting: i64,
}

impl SeatCounts {
    /// How many can still be given; `None` without limit.
    pub fn free(&self) -> Option<i64> {
        self.purchased.map(|purchased| (purchased - self.used).max(0))
    }

    /// Whether this many more can be given.
    pub fn has_room_for(&self, count: i64) -> bool {
        self.free().is_none_or(|free| count <= free)
    }

    /// Whether the number of purchased seats may become this.
    pub fn may_become(&self, purchased: Option<i64>) -> bool {
        purchased.is_none_or(|purchased| purchased >= self.used)
    }

    /// `1 of 5 seats used`.
    pub fn words(&self) -> String {
        match (self.purchased, self.used) {
            (Some(1), used) => format!("{used} of 1 seat used"),
            (Some(purchased), used) => format!("{used} of {purchased} seats used"),
            (None, 1) => String::from("1 seat used"),
            (None, used) => format!("{used} seats used"),
        }
    }
}

/// The largest number of purchased seats that is accepted.
pub const MOST_PURCHASED: i64 = 10_000_000;

/// Reads how many seats were purchased: a number, or `unknown` or nothing.
///
/// # Errors
/// What was expected.
pub fn read_purchased(text: &str) -> Result<Option<i64>, &'static str> {
    match text.trim() {
        "" | "unknown" => Ok(None),
        number => match number.parse() {
            Ok(purchased @ 0..=MOST_PURCHASED) => Ok(Some(purchased)),
            _ => Err("Enter a whole number up to 10,000,000, or nothing if it is not known."),
        },
    }
}

/// The names of users in a text, separated by commas, spaces or lines; an `@` before a name is dropped. Each
/// is there once.
pub fn read_names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in text.split(|c: char| matches!(c, ',' | ';') || c.is_whitespace()) {
        let name = name.strip_prefix('@').unwrap_or(name);
        if !name.is_empty() && !names.iter().any(|it| it.eq_ignore_ascii_case(name)) {
            names.push(name.to_owned());
        }
    }
    names
}

/// The last name of such a text, and what comes before it.
pub fn split_last_name(text: &str) -> (&str, &str) {
    let ends = |c: char| matches!(c, ',' | ';') || c.is_whitespace();
    let at = text.char_indices().rev().find(|(_, c)| ends(*c)).map_or(0, |(at, c)| at + c.len_utf8());
    text.split_at(at)
}

/// `ann`, `ann and bob`, or of many the first.
pub fn listed_names(names: &[String]) -> String {
    match names {
        [] => String::from("nobody"),
        [one] => one.clone(),
        [first @ .., last] if names.len() <= 5 => format!("{} and {last}", first.join(", ")),
        many => format!("{} and {} others", many[..4].join(", "), many.len() - 4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_number_there_is_no_limit() {
        let unknown = SeatCounts { purchased: None, used: 7, waiting: 0 };
        assert_eq!((unknown.free(), unknown.has_room_for(1_000)), (None, true));
        let three = SeatCounts { purchased: Some(3), used: 2, waiting: 4 };
        assert_eq!((three.free(), three.has_room_for(1), three.has_room_for(2)), (Some(1), true, false));
        assert!(three.may_become(Some(2)) && three.may_become(None) && !three.may_become(Some(1)));
        // An import of old data may have given more than were purchased.
        assert_eq!(SeatCounts { purchased: Some(1), used: 2, waiting: 0 }.free(), Some(0));
        assert_eq!([three.words(), unknown.words()], ["2 of 3 seats used", "7 seats used"]);
    }

    #[test]
    fn names_and_numbers_are_read_as_people_write_them() {
        assert_eq!(read_names(" @ann, bob\n\tANN;; zoe "), ["ann", "bob", "zoe"]);
        assert!(read_names(" ,@, ").is_empty());
        for (text, parts) in [
            ("ann", ("", "ann")),
            ("ann, b", ("ann, ", "b")),
            ("שרה\u{3000}א", ("שרה\u{3000}", "א")),
            ("a;", ("a;", "")),
        ] {
            assert_eq!(split_last_name(text), parts);
        }
        assert_eq!(read_purchased(" 12 "), Ok(Some(12)));
        assert_eq!([read_purchased(""), read_purchased("unknown")], [Ok(None), Ok(None)]);
        for bad in ["-1", "1.5", "ten", "10000001", "99999999999999999999"] {
            assert!(read_purchased(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn of_many_names_the_first_are_said() {
        let names =
            |count: usize| ["ann", "bob", "cy", "di", "eve", "flo"].map(String::from)[..count].to_vec();
        assert_eq!(listed_names(&names(1)), "ann");
        assert_eq!(listed_names(&names(3)), "ann, bob and cy");
        assert_eq!(listed_names(&names(6)), "ann, bob, cy, di and 2 others");
    }

    #[test]
    fn a_place_is_read_as_it_is_written() {
        for place in [SeatPlace::Instance, SeatPlace::parse("acme").expect("a path")] {
            assert_eq!(SeatPlace::parse(place.group()), Ok(place));
        }
        assert!(SeatPlace::parse("a b").is_err());
    }
}
