//! Enums whose values have a stable key in the database, in URLs and in responses.

/// Declares an enum from one list of variants and keys:
///
/// - `ALL`, all values in order of declaration;
/// - `key()`, the stable key, and `from_key()`, which is `None` for an unknown key;
/// - [`super::stored::Word`], so that `Stored` preserves the keys of newer releases;
/// - with `: serde` after the name, serde by key.
macro_rules! keyed_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident: serde {
            $($(#[$value_meta:meta])* $value:ident = $key:literal,)*
        }
    ) => {
        $crate::domain::keyed::keyed_enum! {
            $(#[$meta])*
            pub enum $name {
                $($(#[$value_meta])* $value = $key,)*
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.key())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let key = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::from_key(&key)
                    .ok_or_else(|| serde::de::Error::unknown_variant(&key, &[$($key),*]))
            }
        }
    };
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $($(#[$value_meta:meta])* $value:ident = $key:literal,)*
        }
    ) => {
        $(#[$meta])*
        pub enum $name {
            $($(#[$value_meta])* $value,)*
        }

        impl $name {
            /// All values, in order of declaration.
            pub const ALL: [Self; [$($key),*].len()] = [$(Self::$value),*];

            /// The stable key in the database, in URLs and in responses.
            pub const fn key(self) -> &'static str {
                match self {
                    $(Self::$value => $key,)*
                }
            }

            /// `None` for an unknown key.
            pub fn from_key(key: &str) -> Option<Self> {
                match key {
                    $($key => Some(Self::$value),)*
                    _ => None,
                }
            }
        }

        impl $crate::domain::stored::Word for $name {
            fn key(self) -> &'static str {
                self.key()
            }

            fn find(key: &str) -> Option<Self> {
                Self::from_key(key)
            }
        }
    };
}
pub(crate) use keyed_enum;

#[cfg(test)]
mod tests {
    keyed_enum! {
        /// Some.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Gait: serde {
            Walk = "walk",
            /// Two beats.
            Trot = "trot-2",
        }
    }

    #[test]
    fn each_value_has_its_word_and_no_other_word_is_read() {
        assert_eq!(Gait::ALL, [Gait::Walk, Gait::Trot]);
        assert_eq!(Gait::ALL.map(|it| it as usize), [0, 1], "counters are found by it");
        assert_eq!(Gait::ALL.map(Gait::key), ["walk", "trot-2"]);
        assert_eq!(["trot-2", "Walk", ""].map(Gait::from_key), [Some(Gait::Trot), None, None]);
        assert_eq!(serde_json::to_string(&Gait::ALL).expect("words"), r#"["walk","trot-2"]"#);
        assert_eq!(serde_json::from_str::<Gait>(r#""trot-\u0032""#).expect("a word"), Gait::Trot);
        let wrong = serde_json::from_str::<Gait>(r#""fly""#).expect_err("it is none").to_string();
        assert!(wrong.starts_with("unknown variant `fly`, expected `walk` or `trot-2`"), "{wrong}");
    }
}
