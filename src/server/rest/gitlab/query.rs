//! The parameters of an operation, value by value: the query of one that reads, or all of one that changes.
//!
//! GitLab drops a parameter that it does not know. Here one that might have narrowed the answer is refused,
//! and so is a value that is not understood; what changes nothing here is read and has no effect.

use http::Uri;

use super::{Answer, parameters::Parameters, refusal::GitlabRefusal};
use crate::{domain::time::Timestamp, server::rest::input::shortened};

/// Parameters that every list takes: of `pages`, and those of clients that ask for more than there is.
const OF_ALL: [&str; 5] = ["page", "per_page", "pagination", "cursor", "with_custom_attributes"];

pub struct Query(Parameters);

/// Of a change, which says itself what it knows.
impl From<Parameters> for Query {
    fn from(parameters: Parameters) -> Self {
        Self(parameters)
    }
}

impl Query {
    /// Reads the query, in which only `known` may stand, and `without_effect`.
    pub fn of(uri: &Uri, known: &[&str], without_effect: &[&str]) -> Answer<Self> {
        let parameters = Parameters::of_query(uri)?;
        let unknown = parameters
            .names()
            .find(|name| ![known, without_effect, &OF_ALL].iter().any(|names| names.contains(name)));
        if let Some(name) = unknown {
            let known = [known, without_effect, &["page", "per_page"]].concat().join(", ");
            let message = format!("{} is unknown. Known are: {known}", shortened(name));
            return Err(GitlabRefusal::bad_parameter(message));
        }
        Ok(Self(parameters))
    }

    /// A text; an empty one is none.
    pub fn text(&self, name: &str) -> Answer<Option<&str>> {
        Ok(self.0.text(name)?.filter(|it| !it.is_empty()))
    }

    /// A text that may be empty, as null is; `None` when it was not sent.
    pub fn said(&self, name: &str) -> Answer<Option<&str>> {
        Ok(if self.0.has(name) { Some(self.0.text(name)?.unwrap_or_default()) } else { None })
    }

    /// Whether it was sent as an empty text.
    pub fn is_empty_text(&self, name: &str) -> bool {
        matches!(self.0.text(name), Ok(Some("")))
    }

    /// The names of all parameters.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.names()
    }

    /// The texts of a list, as `name[]=a&name[]=b` or `name=a,b`.
    pub fn list(&self, name: &str) -> Answer<Option<Vec<String>>> {
        self.0.list(name)
    }

    pub fn boolean(&self, name: &str) -> Answer<Option<bool>> {
        match self.text(name)? {
            None => Ok(None),
            Some("true" | "1" | "True") => Ok(Some(true)),
            Some("false" | "0" | "False") => Ok(Some(false)),
            Some(_) => Err(invalid(name)),
        }
    }

    /// A number of 0 or more.
    pub fn number(&self, name: &str) -> Answer<Option<i64>> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let number = text.parse().ok().filter(|it| *it >= 0);
        number.map(Some).ok_or_else(|| invalid(name))
    }

    /// One of these words.
    pub fn word<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Answer<Option<T>> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let word = words.iter().find(|(word, _)| *word == text);
        word.map(|(_, meaning)| Some(*meaning)).ok_or_else(|| wrong_value(name))
    }

    /// `sort`: whether `desc`.
    pub fn descending(&self) -> Answer<Option<bool>> {
        self.word("sort", &[("asc", false), ("desc", true)])
    }

    /// An instant, or a day for its first one.
    pub fn instant(&self, name: &str) -> Answer<Option<Timestamp>> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let spaced = text.replace(' ', "+");
        let read = Timestamp::from_date(text)
            .or_else(|| Timestamp::from_rfc3339(text))
            .or_else(|| Timestamp::from_rfc3339(&spaced))
            .or_else(|| Timestamp::from_field(text));
        read.map(Some).ok_or_else(|| invalid(name))
    }

    /// A list of ids, as `name[]=1&name[]=2` or `name=1,2`.
    pub fn ids(&self, name: &str) -> Answer<Vec<i64>> {
        let Some(words) = self.0.words(name) else { return Ok(Vec::new()) };
        let ids = words.split(',').map(str::trim).filter(|it| !it.is_empty());
        let ids: Vec<i64> = ids.map(str::parse).collect::<Result<_, _>>().map_err(|_| invalid(name))?;
        if ids.len() > MOST_IDS {
            return Err(GitlabRefusal::bad_parameter(format!("{name} has more than {MOST_IDS} ids")));
        }
        Ok(ids)
    }
}

/// How many ids a parameter may list.
const MOST_IDS: usize = 1000;

/// Grape's messages, as in GitLab.
pub fn invalid(name: &str) -> GitlabRefusal {
    GitlabRefusal::bad_parameter(format!("{name} is invalid"))
}

pub fn wrong_value(name: &str) -> GitlabRefusal {
    GitlabRefusal::bad_parameter(format!("{name} does not have a valid value"))
}
