//! Reads the provider's claims: those that are needed, as tolerantly as is safe; the others may be anything.
//! Unreadable claims are logged by name and reason, without their value.

use serde_json::{Map, Number, Value};
use std::collections::BTreeSet;

use super::error::printable;
use crate::domain::people::group_map::GroupMap;

pub(super) type Claims = Map<String, Value>;

/// The year 5138, in seconds. Anything later is not in seconds.
const LATEST: f64 = 1e11;
/// How many group names are logged if none of them is mapped.
const NAMES_LOGGED: usize = 3;

/// Claims from one source: the ID token or the user info.
pub(super) struct Source<'a> {
    pub name: &'static str,
    pub claims: &'a Claims,
}

impl<'a> Source<'a> {
    /// `None` if the claim is absent or not text.
    pub fn text(&self, claim: &str) -> Option<&'a str> {
        match self.claims.get(claim)? {
            Value::String(text) => Some(text),
            Value::Null => None,
            other => {
                self.unread(claim, &not_a_text(other));
                None
            }
        }
    }

    /// `None` if the claim is absent. Unreadable values are `false`.
    pub fn flag(&self, claim: &str) -> Option<bool> {
        let value = self.claims.get(claim).filter(|value| !value.is_null())?;
        let word = match value {
            Value::Bool(flag) => return Some(*flag),
            Value::String(text) => text.trim().to_ascii_lowercase(),
            other => other.to_string(),
        };
        match word.as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => {
                self.unread(claim, "is neither true nor false");
                Some(false)
            }
        }
    }

    fn unread(&self, claim: &str, reason: &str) {
        tracing::warn!(source = self.name, claim, reason, "a claim of the provider could not be read");
    }

    /// How the provider says that it omitted the claim because it has too many values, if it does.
    fn leaves_out(&self, claim: &str) -> Option<&'static str> {
        let elsewhere = self.claims.get("_claim_names").is_some_and(|names| names.get(claim).is_some());
        if elsewhere {
            return Some("_claim_names");
        }
        (claim == "groups" && self.claims.get("hasgroups") == Some(&Value::Bool(true))).then_some("hasgroups")
    }

    /// The claim of this name or path: `realm_access.roles` is `roles` in `realm_access`.
    pub fn find(&self, path: &str) -> Option<&'a Value> {
        find(self.claims, path)
    }
}

/// A dot may also be part of a name, as in `https://acme.example/groups`.
fn find<'a>(claims: &'a Claims, path: &str) -> Option<&'a Value> {
    if let Some(value) = claims.get(path) {
        return Some(value).filter(|value| !value.is_null());
    }
    path.match_indices('.')
        .find_map(|(dot, _)| find(claims.get(&path[..dot])?.as_object()?, &path[dot + 1..]))
}

/// The groups in the first source with the groups claim, none if no source has it; `None` if it is
/// unreadable.
pub(super) fn groups(
    sources: &[Source<'_>],
    claim: &str,
    separator: Option<char>,
    map: &GroupMap,
) -> Option<Vec<String>> {
    let Some((source, value)) = sources.iter().find_map(|it| Some((it, it.find(claim)?))) else {
        for source in sources {
            if let Some(sign) = source.leaves_out(claim) {
                let reason = format!("was left out by the provider, because there are too many ({sign})");
                source.unread(claim, &reason);
            }
        }
        return Some(Vec::new());
    };
    let groups: Vec<String> = match (value, separator) {
        (Value::String(text), Some(separator)) => {
            text.split(separator).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
        }
        (Value::String(text), None) => vec![text.clone()],
        (Value::Array(values), _) => {
            let others: BTreeSet<_> = values.iter().filter(|it| !it.is_string()).map(kind).collect();
            for other in others {
                source.unread(claim, &format!("has {other}, not a text"));
            }
            let names: Vec<_> = values.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            if names.is_empty() && !values.is_empty() {
                return None;
            }
            names
        }
        (other, _) => {
            source.unread(claim, &format!("is {}, not a list of names", kind(other)));
            return None;
        }
    };
    if !groups.is_empty() && !groups.iter().any(|name| map.knows(name)) {
        let reason = if value.as_str().is_some_and(|text| separator.is_none() && text.contains(',')) {
            String::from("is one text with commas: --oidc-groups-separator divides it")
        } else {
            let names = groups[..NAMES_LOGGED.min(groups.len())].join(", ");
            printable(&format!("has no name that --oidc-group-map knows: {names}"))
        };
        tracing::info!(source = source.name, claim, reason, "a claim of the provider gives no membership");
    }
    Some(groups)
}

/// A time in seconds since 1970, which may be a string.
pub(super) fn seconds(value: &Value) -> Option<Number> {
    let number = match value {
        Value::Number(number) => number.clone(),
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    number.as_f64().is_some_and(|seconds| seconds.abs() < LATEST).then_some(number)
}

pub(super) fn not_a_text(value: &Value) -> String {
    format!("is {}, not a text", kind(value))
}

pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "a null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims(value: Value) -> Claims {
        serde_json::from_value(value).expect("an object")
    }

    fn groups_of(claims: &Claims, claim: &str, separator: Option<char>) -> Option<Vec<String>> {
        groups(&[Source { name: "test", claims }], claim, separator, &GroupMap::default())
    }

    fn read(claims: &Claims, claim: &str, separator: Option<char>) -> Vec<String> {
        groups_of(claims, claim, separator).expect("it can be read")
    }

    #[test]
    fn a_path_leads_into_objects_and_past_dots_in_names() {
        let claims = claims(json!({
            "a": { "b": { "c": 1 }, "d.e": 2 }, "x.y": { "z": 3 }, "a.b": 4, "none": null,
            "https://acme.example/groups": 5,
        }));
        for (path, expected) in [
            ("a.b", Some(4)),
            ("a.b.c", Some(1)),
            ("a.d.e", Some(2)),
            ("x.y.z", Some(3)),
            ("https://acme.example/groups", Some(5)),
            ("none", None),
            ("a.b.c.d", None),
            ("a.", None),
            ("", None),
        ] {
            assert_eq!(find(&claims, path).and_then(Value::as_i64), expected, "{path}");
        }
    }

    #[test]
    fn groups_are_a_list_or_one_text_that_is_divided_where_the_operator_says_so() {
        let dn = claims(json!({ "groups": "cn=ops,dc=x" }));
        assert_eq!(read(&dn, "groups", None), ["cn=ops,dc=x"]);
        let commas = claims(json!({ "groups": " ops, devs,,web team " }));
        assert_eq!(read(&commas, "groups", Some(',')), ["ops", "devs", "web team"]);
        let spaces = claims(json!({ "groups": "ops devs" }));
        assert_eq!(read(&spaces, "groups", Some(' ')), ["ops", "devs"]);
        let list = claims(json!({ "groups": ["a,b", null, 7] }));
        assert_eq!(read(&list, "groups", Some(',')), ["a,b"], "a list is divided already");
    }

    #[test]
    fn groups_that_cannot_be_read_are_not_none() {
        for unread in
            [json!({ "devs": true }), json!(7), json!(true), json!([7]), json!([{ "name": "devs" }])]
        {
            let claims = claims(json!({ "groups": unread }));
            assert_eq!(groups_of(&claims, "groups", None), None, "{unread}");
        }
        for none in [json!({}), json!({ "groups": null }), json!({ "groups": [] })] {
            assert_eq!(read(&claims(none.clone()), "groups", None), [""; 0], "{none}");
        }
    }

    #[test]
    fn a_time_is_in_seconds() {
        for good in [json!(1_780_315_200), json!("1780315200"), json!(" 1780315200 "), json!(1.5), json!(0)] {
            assert!(seconds(&good).is_some(), "{good}");
        }
        for bad in [
            json!(1_780_315_200_123_i64),
            json!("1780315200123"),
            json!("2026-06-01"),
            json!("1e999"),
            json!("NaN"),
            json!(""),
            json!(null),
            json!([1]),
            json!(true),
        ] {
            assert_eq!(seconds(&bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_not_understood_is_false() {
        let claims = claims(json!({
            "a": true, "b": "True", "c": 1, "d": "1", "e": false, "f": "no", "g": 2, "h": [true], "i": null,
        }));
        let source = Source { name: "test", claims: &claims };
        for yes in ["a", "b", "c", "d"] {
            assert_eq!(source.flag(yes), Some(true), "{yes}");
        }
        for no in ["e", "f", "g", "h"] {
            assert_eq!(source.flag(no), Some(false), "{no}");
        }
        for unsaid in ["i", "j"] {
            assert_eq!(source.flag(unsaid), None, "{unsaid}");
        }
    }
}
