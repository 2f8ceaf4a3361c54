//! The identity that an OpenID Connect provider asserts, and how far it is trusted.

use super::email::{EmailAddress, EmailDomains};
use crate::domain::{
    keyed::keyed_enum,
    time::Timestamp,
    user::{LONGEST_USERNAME, check_name, check_new_username, check_username},
};

/// A user at a provider: a subject is unique per issuer and never reassigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    issuer: String,
    subject: String,
}

impl Identity {
    /// `None` unless `subject` has 1 to 255 ASCII characters (OpenID Connect Core, section 2).
    pub fn new(issuer: &str, subject: &str) -> Option<Self> {
        let fits = (1..=255).contains(&subject.len())
            && subject.chars().all(|c| c.is_ascii() && !c.is_ascii_control());
        fits.then(|| Self { issuer: issuer.to_owned(), subject: subject.to_owned() })
    }

    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    pub fn subject(&self) -> &str {
        &self.subject
    }
}

/// The claims of a verified ID token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderClaims {
    pub identity: Identity,
    pub email: ClaimedEmail,
    /// When the user last authenticated at the provider (`auth_time`); `None` when it does not say.
    pub authenticated_at: Option<Timestamp>,
    /// Names at the provider, best first: candidates for the username.
    pub usernames: Vec<String>,
    pub name: Option<String>,
    /// The values of the groups claim, empty when absent; `None` when malformed.
    pub groups: Option<Vec<String>>,
}

/// An email address is trusted only when the provider has verified it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimedEmail {
    /// Absent, or not an address that can be compared.
    Missing,
    Unverified,
    /// There is no `email_verified` claim.
    NotSaid,
    Verified(EmailAddress),
}

impl ClaimedEmail {
    /// From the claims `email` and `email_verified`, which must come from the same source. Without the
    /// second, an address in a `trusted` domain is treated as verified.
    pub fn new(email: Option<&str>, verified: Option<bool>, trusted: &EmailDomains) -> Self {
        let Some(Ok(address)) = email.map(EmailAddress::parse) else { return Self::Missing };
        match verified {
            Some(true) => Self::Verified(address),
            Some(false) => Self::Unverified,
            None if trusted.contain(&address) => Self::Verified(address),
            None => Self::NotSaid,
        }
    }
}

keyed_enum! {
    /// Why a user whom the provider authenticated cannot sign in.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum ProviderRefusal {
        /// This response of the provider was used before.
        Replayed = "replayed",
        /// A first sign-in needs an email address, and there is none.
        NoAddress = "no_address",
        AddressNotVerified = "address_not_verified",
        /// There is no `email_verified` claim, and the domain is not trusted.
        VerificationNotSaid = "verification_not_said",
        /// No user has the email address, and users are not created at sign-in.
        UnknownUser = "unknown_user",
        /// The user with the email address is linked to another identity of the same provider.
        LinkedToAnother = "linked_to_another",
        /// The user is blocked.
        Blocked = "blocked",
        /// Bots authenticate with access tokens.
        Bot = "bot",
    }
}

/// How many usernames are tried for a new user.
const MOST_NAMES: usize = 100;

/// Candidate usernames for a new user, best first: the provider's names, reduced to valid usernames, then the
/// same with a number appended.
pub fn usernames(claims: &ProviderClaims) -> impl Iterator<Item = String> {
    let from_address = match &claims.email {
        ClaimedEmail::Verified(address) => address.as_str().split('@').next(),
        _ => None,
    };
    let wished = claims.usernames.iter().map(String::as_str).chain(from_address);
    let base = wished.map(as_username).find(|name| check_new_username(name).is_ok());
    let base = base.unwrap_or_else(|| String::from("user"));
    let numbered = base.clone();
    std::iter::once(base).chain((2..=MOST_NAMES).map(move |number| format!("{numbered}{number}")))
}

/// Reduces `wish` to a valid username with room for a numeric suffix; a valid one is kept as it is.
fn as_username(wish: &str) -> String {
    const MOST: usize = LONGEST_USERNAME - 3;
    // GitLab, Keycloak and others may send an email address as the username.
    let wish = wish.split('@').next().unwrap_or_default();
    if wish.len() <= MOST && check_username(wish).is_ok() {
        return wish.to_owned();
    }
    let name: String = wish
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '-' })
        .take(MOST)
        .collect();
    name.trim_matches(['.', '-', '_']).to_owned()
}

/// The display name of a new user.
pub fn display_name<'a>(claims: &'a ProviderClaims, username: &'a str) -> &'a str {
    claims.name.as_deref().and_then(|name| check_name(name).ok()).unwrap_or(username)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(usernames: &[&str], email: Option<&str>, name: Option<&str>) -> ProviderClaims {
        ProviderClaims {
            identity: Identity::new("https://id.example", "1").expect("an identity"),
            email: ClaimedEmail::new(email, Some(true), &EmailDomains::default()),
            authenticated_at: None,
            usernames: usernames.iter().map(|&name| name.to_owned()).collect(),
            name: name.map(str::to_owned),
            groups: Some(Vec::new()),
        }
    }

    #[test]
    fn a_subject_is_short_and_plain() {
        for good in ["1", "auth0|5f 7", &"x".repeat(255)] {
            assert!(Identity::new("https://id.example", good).is_some(), "{good}");
        }
        for bad in ["", "a\0", "\n", "é", &"x".repeat(256)] {
            assert_eq!(Identity::new("https://id.example", bad), None, "{bad:?}");
        }
    }

    #[test]
    fn an_address_counts_only_when_the_provider_says_that_it_is_verified() {
        let address = EmailAddress::parse("ann@example.com").expect("an address");
        let claimed = |email, verified| ClaimedEmail::new(email, verified, &EmailDomains::default());
        assert_eq!(claimed(Some("ann@example.com"), Some(true)), ClaimedEmail::Verified(address));
        assert_eq!(claimed(Some("ann@example.com"), Some(false)), ClaimedEmail::Unverified);
        assert_eq!(claimed(Some("ann@example.com"), None), ClaimedEmail::NotSaid);
        assert_eq!(claimed(None, Some(true)), ClaimedEmail::Missing);
        assert_eq!(claimed(Some("ann"), Some(true)), ClaimedEmail::Missing);
    }

    #[test]
    fn an_address_in_a_trusted_domain_counts_where_the_provider_says_nothing_about_it() {
        let trusted = EmailDomains::parse("example.com, acme.example").expect("domains");
        let claimed = |email, verified| ClaimedEmail::new(Some(email), verified, &trusted);
        for email in ["ann@example.com", "Ann@Example.COM", "ann@acme.example"] {
            assert!(matches!(claimed(email, None), ClaimedEmail::Verified(_)), "{email}");
            assert_eq!(claimed(email, Some(false)), ClaimedEmail::Unverified, "{email}");
        }
        for email in ["ann@mail.example.com", "ann@example.com.evil.example", "ann@notexample.com", "ann@com"]
        {
            assert_eq!(claimed(email, None), ClaimedEmail::NotSaid, "{email}");
        }
    }

    #[test]
    fn a_new_user_is_called_as_the_provider_calls_them_as_far_as_possible() {
        for (wished, email, expected) in [
            (&["ann.lee"][..], None, "ann.lee"),
            (&["_jane-"][..], None, "_jane-"),
            (&["j"][..], None, "j"),
            (&["Änn Lee", "ann"][..], None, "nn-Lee"),
            (&["ann@example.com"][..], None, "ann"),
            (&["!", "ann"][..], None, "ann"),
            (&[][..], Some("bob@example.com"), "bob"),
            (&["王"][..], None, "user"),
        ] {
            let first = usernames(&claims(wished, email, None)).next().expect("a name");
            assert_eq!(first, expected, "{wished:?}");
        }
    }

    #[test]
    fn a_name_that_is_taken_is_followed_by_numbered_ones_which_are_names_too() {
        let claims = claims(&[&"x".repeat(300)], None, None);
        let names: Vec<_> = usernames(&claims).collect();
        assert_eq!(names.len(), MOST_NAMES);
        assert!(names[1].ends_with("x2") && names[99].ends_with("x100"));
        assert!(names.iter().all(|name| check_username(name).is_ok()));
    }

    #[test]
    fn a_display_name_that_cannot_be_shown_gives_way_to_the_user_name() {
        assert_eq!(display_name(&claims(&[], None, Some(" Ann Lee ")), "ann"), "Ann Lee");
        assert_eq!(display_name(&claims(&[], None, Some("\0")), "ann"), "ann");
        assert_eq!(display_name(&claims(&[], None, Some("\u{200b}")), "ann"), "ann");
        assert_eq!(display_name(&claims(&[], None, None), "ann"), "ann");
    }
}
