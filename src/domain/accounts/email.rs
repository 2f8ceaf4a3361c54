//! Email addresses, by which users are matched when an identity provider has verified one.

/// A comparable email address: printable ASCII without spaces. Others are rejected: Unicode look-alikes and
/// case folding must never make two addresses equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress(String);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("An email address has the form name@host, at most 254 plain ASCII characters, no spaces.")]
pub struct EmailAddressError;

impl EmailAddress {
    /// Trims surrounding whitespace; otherwise keeps the address as written.
    pub fn parse(text: &str) -> Result<Self, EmailAddressError> {
        let text = text.trim();
        let good = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_graphic() && c != '@');
        let fits = text.len() <= 254
            && text.split_once('@').is_some_and(|(local, domain)| good(local) && good(domain));
        if fits { Ok(Self(text.to_owned())) } else { Err(EmailAddressError) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key for comparison: lower case. In practice no provider gives `Ann@` and `ann@` to two people.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

/// Email domains whose addresses the operator trusts; may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EmailDomains(Vec<String>);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected domains such as example.com, with ',' between two; each is that domain alone")]
pub struct EmailDomainsError;

impl EmailDomains {
    /// Parses a comma-separated list such as `example.com, acme.example`.
    pub fn parse(text: &str) -> Result<Self, EmailDomainsError> {
        let is_label = |label: &str| {
            let plain = label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
            !label.is_empty() && plain && !label.starts_with('-') && !label.ends_with('-')
        };
        let domains = text.split(',').map(str::trim).filter(|domain| !domain.is_empty());
        let domains = domains.map(|domain| {
            let fits = domain.contains('.') && domain.split('.').all(is_label);
            if fits { Ok(domain.to_ascii_lowercase()) } else { Err(EmailDomainsError) }
        });
        domains.collect::<Result<_, _>>().map(Self)
    }

    /// Whether the address's domain is listed; subdomains do not match.
    pub fn contain(&self, address: &EmailAddress) -> bool {
        let key = address.key();
        key.split_once('@').is_some_and(|(_, domain)| self.0.iter().any(|it| it == domain))
    }
}

impl std::fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_its_letters_and_is_compared_without_case() {
        let address = EmailAddress::parse(" Ann.Lee+duo@Example.COM ").expect("an address");
        assert_eq!(address.as_str(), "Ann.Lee+duo@Example.COM");
        assert_eq!(address.key(), "ann.lee+duo@example.com");
    }

    #[test]
    fn a_domain_is_written_out() {
        assert_eq!(EmailDomains::parse(" "), Ok(EmailDomains::default()));
        assert!(EmailDomains::parse("example.com, Acme.example,").is_ok());
        for bad in [
            "example",
            "@example.com",
            "*.example.com",
            "a b.example",
            "example..com",
            ".com",
            "exämple.com",
            "a.-b",
        ] {
            assert_eq!(EmailDomains::parse(bad), Err(EmailDomainsError), "{bad}");
        }
    }

    #[test]
    fn what_could_be_taken_for_another_address_is_none() {
        let long = format!("{}@example.com", "a".repeat(250));
        for bad in ["", "ann", "@example.com", "ann@", "a@b@c", "an n@example.com", "ann@\u{212a}.com", &long]
        {
            assert_eq!(EmailAddress::parse(bad), Err(EmailAddressError), "{bad}");
        }
    }
}
