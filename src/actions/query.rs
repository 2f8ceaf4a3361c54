//! Query parameters of pages and downloads.

use http::{Uri, request::Parts};
use leptos::reactive::owner::with_context;
use url::form_urlencoded;

/// The parameters of a URL, percent-decoded once. (Leptos' own map decodes twice, which breaks a URL inside
/// a parameter.) Of a repeated parameter the first value is used; where that could be abused, check
/// [`Self::repeated`] first.
#[derive(Clone, Debug, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// The parameters of the current request.
    pub fn of_page() -> Self {
        with_context(|parts: &Parts| Self::of(&parts.uri)).unwrap_or_default()
    }

    pub fn of(uri: &Uri) -> Self {
        let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        Self(pairs.into_owned().collect())
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The first value, empty when the parameter is missing.
    pub fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_default().to_owned()
    }

    /// The first value as an integer; `None` when it is missing or not an integer.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.get(name)?.parse().ok()
    }

    /// The page number of a list, from 1; 1 when missing or invalid.
    pub fn page(&self) -> u16 {
        self.get("page").and_then(|it| it.parse().ok()).unwrap_or(1).max(1)
    }

    /// The name of a repeated parameter. OAuth forbids them (RFC 6749, section 3.1).
    pub fn repeated(&self) -> Option<&str> {
        let mut names = self.0.iter().map(|(name, _)| name.as_str());
        names.find(|name| self.all(name).nth(1).is_some())
    }

    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded_once() {
        let query = Query::of(&Uri::from_static("/?back=%2Fa%3Fb%3D%252Fc%26d&a=1&a=two+2&empty="));
        assert_eq!(query.get("back"), Some("/a?b=%2Fc&d"));
        assert_eq!(query.number("a"), Some(1));
        assert_eq!(query.all("a").collect::<Vec<_>>(), ["1", "two 2"]);
        assert_eq!((query.get("empty"), query.get("none")), (Some(""), None));
        assert_eq!((query.text("none").as_str(), query.number("empty")), ("", None));
        assert_eq!(Query::of(&Uri::from_static("/")).get(""), None);
    }

    #[test]
    fn what_is_no_page_is_the_first() {
        for (uri, page) in [
            ("/?page=7", 7),
            ("/", 1),
            ("/?page=0", 1),
            ("/?page=-1", 1),
            ("/?page=x", 1),
            ("/?page=65536", 1),
        ] {
            assert_eq!(Query::of(&Uri::from_static(uri)).page(), page, "{uri}");
        }
    }

    #[test]
    fn what_is_said_twice_is_found_however_it_is_written() {
        let repeated = |uri| Query::of(&Uri::from_static(uri)).repeated().map(str::to_owned);
        assert_eq!(repeated("/?a=1&b=1"), None);
        assert_eq!(repeated("/"), None);
        assert_eq!(repeated("/?a=1&b=2&b=2"), Some(String::from("b")));
        assert_eq!(repeated("/?state=1&b=2&st%61te=2"), Some(String::from("state")));
    }
}
