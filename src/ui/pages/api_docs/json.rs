//! Accessors for the OpenAPI document, which is untyped JSON.

use serde_json::{Map, Value};

/// The string, or an empty one.
pub(super) fn text(value: &'static Value) -> &'static str {
    value.as_str().unwrap_or_default()
}

pub(super) fn list(value: &'static Value) -> &'static [Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub(super) fn object(value: &'static Value) -> impl Iterator<Item = (&'static str, &'static Value)> {
    value.as_object().into_iter().flat_map(Map::iter).map(|(name, it)| (name.as_str(), it))
}
