//! Enumerations whose values have a word in the database, in addresses and in answers.

/// Makes an enumeration from one list of its values and their words:
///
/// - `ALL`, every value in the order of the list;
/// - `key()`, the word, and `from_key()`, which is `None` for a word of none of them;
/// - [`super::stored::Word`], so that `Stored` carries the words of newer releases;
/// - with `: serde` after the name, writing and reading as the word.
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
            /// Every value, in the order in which they are declared.
            pub const ALL: [Self; [$($key),*].len()] = [$(Self::$value),*];

            /// The word for programs: in the database, in addresses, in answers.
            pub const fn key(self) -> &'static str {
                match self {
                    $(Self::$value => $key,)*
                }
            }

            /// `None` when `key` is the word of none of them.
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
