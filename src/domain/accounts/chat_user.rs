//! A user of a chat program, as Slack identifies them.

/// A user of a Slack team (workspace). Ids are unique there and never reused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChatUser {
    team: String,
    id: String,
}

impl ChatUser {
    /// `None` unless both ids are 1 to 64 ASCII letters and digits, such as `T0123ABCD` and `U0456EFGH`.
    pub fn new(team: &str, id: &str) -> Option<Self> {
        let fits =
            |it: &str| (1..=64).contains(&it.len()) && it.bytes().all(|sign| sign.is_ascii_alphanumeric());
        (fits(team) && fits(id)).then(|| Self { team: team.to_owned(), id: id.to_owned() })
    }

    pub fn team(&self) -> &str {
        &self.team
    }

    pub fn id(&self) -> &str {
        &self.id
    }
}

/// `T0123ABCD/U0456EFGH`.
impl std::fmt::Display for ChatUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.team, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_short_and_plain() {
        let ann = ChatUser::new("T0123", "U0456").expect("ids");
        assert_eq!((ann.team(), ann.id(), ann.to_string().as_str()), ("T0123", "U0456", "T0123/U0456"));
        for bad in ["", "U 1", "U/1", "U\0", "Ü1", &"U".repeat(65)] {
            assert_eq!(ChatUser::new("T0123", bad), None, "{bad:?}");
            assert_eq!(ChatUser::new(bad, "U0456"), None, "{bad:?}");
        }
    }
}
