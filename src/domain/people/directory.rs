//! The list of people as administrators ask for it: filter and order.

use crate::domain::{escape::query_value, keyed::keyed_enum};

keyed_enum! {
    /// Who is listed.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum PeopleFilter {
        All = "all",
        Active = "active",
        Blocked = "blocked",
        Administrators = "administrators",
        Bots = "bots",
    }
}

impl PeopleFilter {
    /// The name on screen.
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "Everybody",
            Self::Active => "Active",
            Self::Blocked => "Blocked",
            Self::Administrators => "Administrators",
            Self::Bots => "Bots",
        }
    }
}

keyed_enum! {
    /// The order of the list. Who never signed in counts as away for longest.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum PeopleOrder {
        Name = "name_asc",
        NameDescending = "name_desc",
        Username = "username_asc",
        UsernameDescending = "username_desc",
        LongestAway = "last_sign_in_asc",
        LastSignIn = "last_sign_in_desc",
        Oldest = "created_asc",
        Newest = "created_desc",
    }
}

impl PeopleOrder {
    /// The name on screen.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "Name, A to Z",
            Self::NameDescending => "Name, Z to A",
            Self::Username => "User name, A to Z",
            Self::UsernameDescending => "User name, Z to A",
            Self::LongestAway => "Longest away first",
            Self::LastSignIn => "Latest sign-in first",
            Self::Oldest => "Oldest account first",
            Self::Newest => "Newest account first",
        }
    }

    /// The same column in the other direction.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Name => Self::NameDescending,
            Self::NameDescending => Self::Name,
            Self::Username => Self::UsernameDescending,
            Self::UsernameDescending => Self::Username,
            Self::LongestAway => Self::LastSignIn,
            Self::LastSignIn => Self::LongestAway,
            Self::Oldest => Self::Newest,
            Self::Newest => Self::Oldest,
        }
    }

    /// Whether it goes upwards.
    pub const fn is_ascending(self) -> bool {
        matches!(self, Self::Name | Self::Username | Self::LongestAway | Self::Oldest)
    }
}

/// What of the list is asked for. Words that are not understood are refused by [`PeopleQuery::read`], never
/// taken for a wider list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeopleQuery {
    /// In the username, the display name or the address.
    pub text: String,
    pub filter: PeopleFilter,
    pub order: PeopleOrder,
}

impl PeopleQuery {
    /// From the parameters `search`, `filter` and `sort`. `None` when one of them is not understood.
    pub fn read(parameter: impl Fn(&str) -> String) -> Option<Self> {
        fn of<T>(word: &str, default: T, from_key: impl Fn(&str) -> Option<T>) -> Option<T> {
            if word.is_empty() { Some(default) } else { from_key(word) }
        }
        Some(Self {
            text: parameter("search"),
            filter: of(&parameter("filter"), PeopleFilter::All, PeopleFilter::from_key)?,
            order: of(&parameter("sort"), PeopleOrder::Username, PeopleOrder::from_key)?,
        })
    }
}

impl PeopleQuery {
    /// The parameters that [`Self::read`] reads, without those that are as they would be anyway; each ends
    /// with `&`.
    pub fn address(&self) -> String {
        let mut address = String::new();
        let mut add = |name: &str, value: &str| {
            address.push_str(name);
            address.push('=');
            address.push_str(&query_value(value));
            address.push('&');
        };
        if !self.text.is_empty() {
            add("search", &self.text);
        }
        if self.filter != PeopleFilter::All {
            add("filter", self.filter.key());
        }
        if self.order != PeopleOrder::Username {
            add("sort", self.order.key());
        }
        address
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_not_understood_is_not_everybody() {
        let read = |filter: &str, sort: &str| {
            PeopleQuery::read(|name| match name {
                "filter" => filter.to_owned(),
                "sort" => sort.to_owned(),
                _ => String::from("ann"),
            })
        };
        let query = read("", "").expect("the defaults");
        assert_eq!((query.filter, query.order), (PeopleFilter::All, PeopleOrder::Username));
        let query = read("blocked", "created_desc").expect("both are known");
        assert_eq!((query.filter, query.order), (PeopleFilter::Blocked, PeopleOrder::Newest));
        assert_eq!(read("admins", ""), None);
        assert_eq!(read("", "sideways"), None);
    }

    #[test]
    fn every_order_has_another_direction() {
        for order in PeopleOrder::ALL {
            assert_eq!(order.reversed().reversed(), order);
            assert_ne!(order.reversed().is_ascending(), order.is_ascending());
        }
    }
}
