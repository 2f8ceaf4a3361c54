//! The change of one field of a form: a form has more fields than are changed, and others may change some of
//! them meanwhile.

/// What a field should be, and what it was when it was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldEdit<T> {
    /// `None` for a caller who saw nothing, such as a command.
    pub seen: Option<T>,
    pub to: T,
}

/// Somebody else changed the field since it was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overtaken;

impl<T: PartialEq> FieldEdit<T> {
    /// For a caller who saw nothing.
    pub const fn to(to: T) -> Self {
        Self { seen: None, to }
    }

    /// The new value; `None` when the field was left as it was shown, or is so already.
    ///
    /// # Errors
    /// It was changed, and is neither what was shown nor what it should be.
    pub fn of(&self, now: &T) -> Result<Option<&T>, Overtaken> {
        let Self { seen, to } = self;
        if seen.as_ref() == Some(to) || to == now {
            return Ok(None);
        }
        match seen {
            Some(seen) if seen != now => Err(Overtaken),
            _ => Ok(Some(to)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_was_left_alone_never_overwrites_what_somebody_else_made_of_it() {
        let edit = |seen, to| FieldEdit { seen, to };
        let table = [
            // seen, to, now, result
            (Some(1), 1, 1, Ok(None)),
            (Some(1), 1, 2, Ok(None)),
            (Some(1), 2, 1, Ok(Some(2))),
            (Some(1), 2, 2, Ok(None)),
            (Some(1), 2, 3, Err(Overtaken)),
            (None, 2, 1, Ok(Some(2))),
            (None, 2, 2, Ok(None)),
        ];
        for (seen, to, now, expected) in table {
            assert_eq!(edit(seen, to).of(&now).map(Option::<&i32>::copied), expected, "{seen:?} {to} {now}");
        }
    }
}
