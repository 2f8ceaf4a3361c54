//! Strict deserialisation of forms: unknown and repeated fields refuse the form, since an ignored field could
//! have named a target.

use serde::{
    de::{self, DeserializeOwned, Deserializer, Error, Visitor},
    forward_to_deserialize_any,
};
use url::form_urlencoded;

/// Why a form is refused before its handler runs.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Misread {
    /// A field that the form does not have.
    Unread(String),
    /// Not a form that one of our pages sends.
    Malformed,
}

/// Deserialises a form. Lists are `name[]` or `name[0]`, as the islands send them.
pub(super) fn read<T: DeserializeOwned>(form: &[u8]) -> Result<T, Misread> {
    let known = names::<T>();
    let is_known = |name: &str| {
        let list = name.strip_suffix(']').and_then(|it| it.split_once('[')).map(|(list, _)| list);
        known.contains(&name) || list.is_some_and(|list| known.contains(&list))
    };
    if let Some((name, _)) = form_urlencoded::parse(form).find(|(name, _)| !is_known(name)) {
        return Err(Misread::Unread(name.into_owned()));
    }
    let form = str::from_utf8(form).map_err(|_| Misread::Malformed)?;
    // Configured as leptos does it for server functions.
    serde_qs::Config::new(5, false).deserialize_str(form).map_err(|_| Misread::Malformed)
}

/// Field names of a struct, as `#[derive(Deserialize)]` passes them to the deserialiser.
fn names<T: DeserializeOwned>() -> &'static [&'static str] {
    let mut names: &'static [&'static str] = &[];
    // Always an error, once the names are recorded: there is no data to build a `T` from.
    let _ = T::deserialize(Names(&mut names));
    names
}

struct Names<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Names<'_> {
    type Error = de::value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(Self::Error::custom("a form is a struct"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        *self.0 = fields;
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::actions::flows::set_flow::SetFlow;

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    struct Sample {
        name: String,
        #[serde(default)]
        scopes: Vec<String>,
        #[serde(default)]
        seen: Option<i64>,
    }

    fn sample(form: &str) -> Result<Sample, Misread> {
        read(form.as_bytes())
    }

    #[test]
    fn what_a_form_says_is_read() {
        let read = |scopes: &[&str], seen| {
            let scopes = scopes.iter().copied().map(String::from).collect();
            Ok(Sample { name: String::from("a b/é"), scopes, seen })
        };
        assert_eq!(sample("name=a+b%2F%C3%A9"), read(&[], None));
        assert_eq!(sample("name=a+b/é&scopes[]=x&scopes%5B%5D=y&seen=7"), read(&["x", "y"], Some(7)));
        assert_eq!(sample("name=a+b/é&scopes[0]=x"), read(&["x"], None));
    }

    #[test]
    fn a_field_that_nobody_reads_refuses_a_form() {
        for (form, unread) in [
            ("name=a&user=b", "user"),
            ("name=a&us%65r=b", "user"),
            ("user=", "user"),
            ("name=a&user[]=b", "user[]"),
            ("name=a&user[name]=b", "user[name]"),
            ("name=a&=b", ""),
        ] {
            assert_eq!(sample(form), Err(Misread::Unread(unread.to_owned())), "{form}");
        }
        let set_flow = "group=acme&flow=developer/v1&version=1&enabled=true&consent_wording=x";
        assert!(read::<SetFlow>(set_flow.as_bytes()).is_ok());
        let more = format!("{set_flow}&user=a");
        assert!(matches!(read::<SetFlow>(more.as_bytes()), Err(Misread::Unread(name)) if name == "user"));
    }

    #[test]
    fn what_is_said_twice_or_wrongly_refuses_a_form() {
        for form in [
            "",
            "scopes[]=x",
            "name=a&name=b",
            "name=a&name[]=b",
            "name[]=a&name=b",
            "name[]=a",
            "name[x]=a",
            "name=a&seen=1&seen=1",
            "name=a&seen=x",
        ] {
            assert_eq!(sample(form), Err(Misread::Malformed), "{form}");
        }
        assert_eq!(read::<Sample>(b"name=\xff"), Err(Misread::Malformed));
    }
}
