//! Stored keys that may be unknown: a log outlives releases, and after a rollback may hold keys of a newer
//! one, which are kept and shown as they are.

/// An enum whose values have a key in the database.
pub trait Word: Copy {
    fn key(self) -> &'static str;

    /// `None` for an unknown key.
    fn find(key: &str) -> Option<Self>;
}

/// A value read from the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored<W> {
    Known(W),
    /// An unknown key, written by a newer release.
    Newer(String),
}

impl<W: Word> Stored<W> {
    pub fn read(key: String) -> Self {
        W::find(&key).map_or(Self::Newer(key), Self::Known)
    }

    pub fn key(&self) -> &str {
        match self {
            Self::Known(word) => word.key(),
            Self::Newer(key) => key,
        }
    }

    /// `None` when a newer release wrote it.
    pub const fn known(&self) -> Option<W> {
        match self {
            Self::Known(word) => Some(*word),
            Self::Newer(_) => None,
        }
    }
}

impl<W: PartialEq> PartialEq<W> for Stored<W> {
    fn eq(&self, word: &W) -> bool {
        matches!(self, Self::Known(known) if known == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::actor::Surface;

    #[test]
    fn a_word_of_a_newer_release_is_carried_as_it_is() {
        let known = Stored::<Surface>::read("api".into());
        assert_eq!((known.key(), known.known()), ("api", Some(Surface::Api)));
        assert_eq!(known, Surface::Api);
        let newer = Stored::<Surface>::read("mail".into());
        assert_eq!((newer.key(), newer.known()), ("mail", None));
        assert_ne!(newer, Surface::Api);
    }
}
