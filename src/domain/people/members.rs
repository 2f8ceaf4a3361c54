//! Members of a namespace: which of them a list shows, what somebody is given, and which changes are allowed.

use crate::domain::{
    escape::query_value,
    keyed::keyed_enum,
    namespace::Namespace,
    role::{GivenRole, Role},
    time::Timestamp,
};

/// A role with its expiry, as one source gives it to a user, or to an invited group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    pub role: GivenRole,
    /// The first instant at which it no longer counts; `None` for never.
    pub expires_at: Option<Timestamp>,
}

impl Membership {
    /// `Developer`, or `Developer until 2026-12-31`.
    pub fn words(&self) -> String {
        match self.expires_at {
            Some(at) => format!("{} until {}", self.role, at.date()),
            None => self.role.to_string(),
        }
    }
}

keyed_enum! {
    /// By what members have their role, to filter a list: where it comes from, or who gave it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum GivenBy {
        Direct = "direct",
        Inherited = "inherited",
        Invited = "invited",
        Hand = "hand",
        Provider = "provider",
        Import = "import",
        Gitlab = "gitlab",
        Scim = "scim",
    }
}

impl GivenBy {
    /// As shown in a choice.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Direct => "Direct",
            Self::Inherited => "Inherited",
            Self::Invited => "Invited group",
            Self::Hand => "By hand",
            Self::Provider => "Identity provider",
            Self::Import => "Import",
            Self::Gitlab => "GitLab",
            Self::Scim => "SCIM",
        }
    }
}

keyed_enum! {
    /// The order of a list of members.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum MemberSort {
        #[default]
        Name = "name",
        /// The highest first.
        Role = "role",
        /// What expires next first.
        ExpiresOn = "expires_on",
    }
}

impl MemberSort {
    /// As shown in a choice.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Role => "Role, highest first",
            Self::ExpiresOn => "Expiry, next first",
        }
    }
}

/// Which members, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemberQuery {
    /// In the name or user name.
    pub text: String,
    /// The role that counts.
    pub role: Option<Role>,
    pub by: Option<GivenBy>,
    pub sort: MemberSort,
}

/// A word of a query that means nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Nothing here is called that.")]
pub struct UnknownWord {
    pub field: &'static str,
}

impl MemberQuery {
    /// From the parameters of an address; empty ones are as good as missing.
    ///
    /// # Errors
    /// A parameter that is not understood, because what it leaves out would be shown.
    pub fn read(parameter: impl Fn(&str) -> String) -> Result<Self, UnknownWord> {
        fn known<T>(
            field: &'static str,
            word: &str,
            find: impl Fn(&str) -> Option<T>,
        ) -> Result<Option<T>, UnknownWord> {
            if word.is_empty() { Ok(None) } else { find(word).map(Some).ok_or(UnknownWord { field }) }
        }
        Ok(Self {
            text: parameter("search").trim().to_owned(),
            role: known("role", &parameter("role"), Role::from_key)?,
            by: known("by", &parameter("by"), GivenBy::from_key)?,
            sort: known("sort", &parameter("sort"), MemberSort::from_key)?.unwrap_or_default(),
        })
    }

    /// As parameters of an address; empty when it selects all in the usual order.
    pub fn address(&self) -> String {
        let sort = (self.sort != MemberSort::default()).then(|| self.sort.key());
        let pairs = [
            ("search", Some(self.text.as_str()).filter(|text| !text.is_empty())),
            ("role", self.role.map(Role::key)),
            ("by", self.by.map(GivenBy::key)),
            ("sort", sort),
        ];
        let pairs = pairs.into_iter().filter_map(|(name, value)| Some((name, value?)));
        pairs.map(|(name, value)| format!("{name}={}", query_value(value))).collect::<Vec<_>>().join("&")
    }

    /// Whether it leaves anybody out.
    pub fn is_filter(&self) -> bool {
        !self.text.is_empty() || self.role.is_some() || self.by.is_some()
    }
}

/// Why a role or its end is refused, whoever gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MembershipRuleError {
    #[error("Minimal Access exists in top-level groups only, as it is not inherited.")]
    MinimalAccess,
    #[error("A role may end tomorrow at the earliest. To end it today, remove it.")]
    Past,
    #[error("The expiry is a day such as 2026-12-31, or empty for never.")]
    Day,
}

impl MembershipRuleError {
    pub const fn field(self) -> &'static str {
        match self {
            Self::MinimalAccess => "role",
            Self::Past | Self::Day => "expires_on",
        }
    }
}

/// The day on which a role ends, as entered: it no longer counts from its beginning, in UTC. Empty is never.
pub fn expiry(day: &str) -> Result<Option<Timestamp>, MembershipRuleError> {
    match day.trim() {
        "" => Ok(None),
        day => Timestamp::from_date(day).map(Some).ok_or(MembershipRuleError::Day),
    }
}

/// Whether a role may be given in `place`.
pub fn check_role(role: Role, place: &Namespace) -> Result<(), MembershipRuleError> {
    if role == Role::MinimalAccess && !place.is_top_level() {
        return Err(MembershipRuleError::MinimalAccess);
    }
    Ok(())
}

/// Whether a role may be given until then.
pub fn check_expiry(expires_at: Option<Timestamp>, now: Timestamp) -> Result<(), MembershipRuleError> {
    if expires_at.is_some_and(|at| at <= now) { Err(MembershipRuleError::Past) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{
        ids::NamespaceId,
        namespace::{GroupPath, NamespaceKind},
    };

    const NOON: Timestamp = Timestamp::from_millis(1_780_315_200_000);

    fn place(path: &str) -> Namespace {
        Namespace {
            id: NamespaceId(2),
            parent: path.contains('/').then_some(NamespaceId(1)),
            root: NamespaceId(1),
            kind: NamespaceKind::Group,
            path: GroupPath::parse(path).expect("a path"),
            name: path.to_owned(),
        }
    }

    #[test]
    fn minimal_access_is_for_top_level_groups() {
        assert_eq!(check_role(Role::MinimalAccess, &place("acme")), Ok(()));
        assert_eq!(
            check_role(Role::MinimalAccess, &place("acme/sub")),
            Err(MembershipRuleError::MinimalAccess)
        );
        assert_eq!(check_role(Role::Owner, &place("acme/sub")), Ok(()));
    }

    #[test]
    fn a_role_ends_in_the_future_at_the_beginning_of_a_day() {
        assert_eq!((expiry(""), expiry(" ")), (Ok(None), Ok(None)));
        assert_eq!(expiry("2026-06-02"), Ok(Timestamp::from_date("2026-06-02")));
        for bad in ["tomorrow", "2026-6-2", "2026-06-31", "02.06.2026"] {
            assert_eq!(expiry(bad), Err(MembershipRuleError::Day), "{bad}");
        }
        assert_eq!(check_expiry(None, NOON), Ok(()));
        assert_eq!(check_expiry(Timestamp::from_date("2026-06-02"), NOON), Ok(()));
        assert_eq!(check_expiry(Timestamp::from_date("2026-06-01"), NOON), Err(MembershipRuleError::Past));
        assert_eq!(check_expiry(Some(NOON), NOON), Err(MembershipRuleError::Past));
    }

    #[test]
    fn a_word_that_is_not_understood_is_refused() {
        let read = |name: &'static str, value: &'static str| {
            MemberQuery::read(|asked| if asked == name { value.to_owned() } else { String::new() })
        };
        assert_eq!(read("role", "boss"), Err(UnknownWord { field: "role" }));
        assert_eq!(read("by", "magic"), Err(UnknownWord { field: "by" }));
        assert_eq!(read("sort", "age"), Err(UnknownWord { field: "sort" }));
        assert_eq!(read("role", ""), Ok(MemberQuery::default()));
        assert!(read("role", "owner").expect("a query").is_filter());
    }

    proptest! {
        #[test]
        fn a_query_survives_its_address(text in "[a-zא-ת&=#% ]{0,8}", role in 0..9usize, by in 0..9usize, sort in 0..3usize) {
            let query = MemberQuery {
                text: text.trim().to_owned(),
                role: Role::ALL.get(role).copied(),
                by: GivenBy::ALL.get(by).copied(),
                sort: MemberSort::ALL[sort],
            };
            let address = query.address();
            let read = MemberQuery::read(|name| {
                let mut pairs = url::form_urlencoded::parse(address.as_bytes());
                pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
            });
            prop_assert_eq!(read, Ok(query));
        }
    }
}
