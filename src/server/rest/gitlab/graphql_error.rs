//! Errors of GraphQL, as GitLab words and codes them.

use serde::Serialize;
use utoipa::ToSchema;

/// What was wrong with a query, or with a part of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GraphqlError {
    message: String,
    /// Where in the query.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    locations: Option<Vec<Location>>,
    /// The fields from the outermost to the one at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    path: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    extensions: Option<Extensions>,
}

/// A place in the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = GraphqlLocation)]
pub struct Location {
    /// From 1.
    line: usize,
    /// From 1.
    column: usize,
}

/// The kind of the error.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = GraphqlErrorExtensions)]
struct Extensions {
    #[schema(example = "undefinedField")]
    code: &'static str,
}

impl Location {
    /// Of the byte at `index` of `text`.
    pub fn of(text: &str, index: usize) -> Self {
        let before = text.get(..index).unwrap_or(text);
        let (lines, last) = before
            .rsplit_once('\n')
            .map_or((0, before), |(lines, last)| (lines.matches('\n').count() + 1, last));
        Self { line: lines + 1, column: last.chars().count() + 1 }
    }
}

impl GraphqlError {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), locations: None, path: None, extensions: None }
    }

    #[must_use]
    pub fn at(mut self, place: Location) -> Self {
        self.locations = Some(vec![place]);
        self
    }

    /// The names of the fields that lead there.
    #[must_use]
    pub fn along<T: Into<String>>(mut self, path: impl IntoIterator<Item = T>) -> Self {
        self.path = Some(path.into_iter().map(Into::into).collect());
        self
    }

    #[must_use]
    pub fn coded(mut self, code: &'static str) -> Self {
        self.extensions = Some(Extensions { code });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_counted_in_lines_and_characters() {
        for (text, index, line, column) in
            [("", 0, 1, 1), ("{a}", 1, 1, 2), ("{\n  é b", 7, 2, 5), ("{\n\n", 3, 3, 1), ("{", 99, 1, 2)]
        {
            assert_eq!(Location::of(text, index), Location { line, column }, "{text:?} {index}");
        }
    }
}
