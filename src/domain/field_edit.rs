//! The change of one field of a form: a form has more fields than are changed, and others may change some of
//! them meanwhile.

/// What a field should be, and what it was when it was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldEdit<T> {
    /// `None` for a caller who saw nothing, such as a command.
    pub seen: Option<T>,
    pub to: T,
}

/// Somebody else changed the field since it was shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Somebody else changed the {label} first. It is {now} now. Nothing was saved.")]
pub struct Overtaken {
    /// The name of the form's field.
    pub field: &'static str,
    /// As people call it.
    pub label: &'static str,
    /// What it is now, in words.
    pub now: String,
}

impl Overtaken {
    /// For a field whose name is a word.
    pub fn of(field: &'static str, now: impl ToString) -> Self {
        Self::labelled(field, field, now)
    }

    pub fn labelled(field: &'static str, label: &'static str, now: impl ToString) -> Self {
        let now = Some(now.to_string()).filter(|it| !it.is_empty()).unwrap_or_else(|| String::from("empty"));
        Self { field, label, now }
    }
}

impl<T> FieldEdit<T> {
    /// For a caller who saw nothing.
    pub const fn to(to: T) -> Self {
        Self { seen: None, to }
    }

    /// For a form that showed `seen`.
    pub const fn from(seen: T, to: T) -> Self {
        Self { seen: Some(seen), to }
    }
}

impl<T: PartialEq> FieldEdit<T> {
    /// The new value; `None` when the field was left as it was shown, or is so already.
    ///
    /// # Errors
    /// It was changed, and is neither what was shown nor what it should be: `overtaken` says of what it is now.
    pub fn over<'a>(
        &'a self,
        now: &T,
        overtaken: impl FnOnce(&T) -> Overtaken,
    ) -> Result<Option<&'a T>, Overtaken> {
        let Self { seen, to } = self;
        if seen.as_ref() == Some(to) || to == now {
            return Ok(None);
        }
        match seen {
            Some(seen) if seen != now => Err(overtaken(now)),
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
        let overtaken = |now: &i32| Overtaken::of("number", now);
        let table = [
            // seen, to, now, result
            (Some(1), 1, 1, Ok(None)),
            (Some(1), 1, 2, Ok(None)),
            (Some(1), 2, 1, Ok(Some(2))),
            (Some(1), 2, 2, Ok(None)),
            (Some(1), 2, 3, Err(overtaken(&3))),
            (None, 2, 1, Ok(Some(2))),
            (None, 2, 2, Ok(None)),
        ];
        for (seen, to, now, expected) in table {
            let over = edit(seen, to);
            assert_eq!(
                over.over(&now, overtaken).map(Option::<&i32>::copied),
                expected,
                "{seen:?} {to} {now}"
            );
        }
        let said = "Somebody else changed the number first. It is 3 now. Nothing was saved.";
        assert_eq!(overtaken(&3).to_string(), said);
        assert_eq!(Overtaken::labelled("email", "email address", "").now, "empty");
    }
}
