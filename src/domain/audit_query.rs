//! Filters for audit events, as given in a form or a URL, and parsed.

use super::{
    audit::{AuditCursor, AuditKind},
    escape::query_value,
    ids::AuditEventId,
    time::Timestamp,
};

/// The filters as entered. An empty field does not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// The actor's username.
    pub person: String,
    /// The key of a kind.
    pub kind: String,
    /// The first and last day, inclusive: `2026-06-01`, UTC.
    pub from: String,
    pub to: String,
    /// A single event by its id.
    pub event: String,
}

/// The parsed filters; `None` does not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditSelection {
    pub person: Option<String>,
    pub kind: Option<AuditKind>,
    /// Inclusive.
    pub from: Option<Timestamp>,
    /// Exclusive.
    pub until: Option<Timestamp>,
    pub event: Option<AuditEventId>,
}

/// A field that cannot be parsed, and how to correct it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct WrongFilter {
    pub field: &'static str,
    pub message: &'static str,
}

impl AuditQuery {
    /// Reads each field by name.
    pub fn read(text: impl Fn(&str) -> String) -> Self {
        Self {
            person: text("person"),
            kind: text("kind"),
            from: text("from"),
            to: text("to"),
            event: text("event"),
        }
    }

    const fn fields(&self) -> [(&'static str, &String); 5] {
        [
            ("person", &self.person),
            ("kind", &self.kind),
            ("from", &self.from),
            ("to", &self.to),
            ("event", &self.event),
        ]
    }

    /// Whether no filter is set.
    pub fn is_empty(&self) -> bool {
        self.fields().into_iter().all(|(_, value)| value.trim().is_empty())
    }

    /// Parses all fields; the error is the first invalid one.
    pub fn parse(&self) -> Result<AuditSelection, WrongFilter> {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|it| !it.is_empty());
        let wrong = |field, message| WrongFilter { field, message };
        let day = |text: &str, field| {
            given(text)
                .map(|text| {
                    Timestamp::from_date(&text)
                        .ok_or(wrong(field, "Write a day as year-month-day, such as 2026-06-01."))
                })
                .transpose()
        };
        let person = given(&self.person);
        if person.as_ref().is_some_and(|it| it.chars().any(char::is_control)) {
            return Err(wrong("person", "No user name has such characters in it."));
        }
        let kind = given(&self.kind)
            .map(|key| AuditKind::from_key(&key).ok_or(wrong("kind", "Choose one of the kinds of the list.")))
            .transpose()?;
        let from = day(&self.from, "from")?;
        let until = day(&self.to, "to")?.map(|at| at.plus_days(1));
        if from.zip(until).is_some_and(|(from, until)| from >= until) {
            return Err(wrong("to", "The last day is before the first. Swap them."));
        }
        let event = given(&self.event)
            .map(|id| id.parse().map(AuditEventId).map_err(|_| wrong("event", "An event has a number.")))
            .transpose()?;
        Ok(AuditSelection { person, kind, from, until, event })
    }

    /// The query string, `person=ann&kind=signed_in`; empty when no filter is set.
    pub fn address(&self) -> String {
        let given = self.fields().into_iter().filter(|(_, value)| !value.trim().is_empty());
        given
            .map(|(name, value)| format!("{name}={}", query_value(value.trim())))
            .collect::<Vec<_>>()
            .join("&")
    }
}

impl AuditCursor {
    /// As it stands in a URL: `1780315200000-42`.
    pub fn address(self) -> String {
        format!("{}-{}", self.at.as_millis(), self.id)
    }

    /// `None` when malformed.
    pub fn parse(text: &str) -> Option<Self> {
        let (at, id) = text.rsplit_once('-')?;
        Some(Self { at: Timestamp::from_millis(at.parse().ok()?), id: AuditEventId(id.parse().ok()?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(field: &str, value: &str) -> AuditQuery {
        let mut query = AuditQuery::default();
        let place = match field {
            "person" => &mut query.person,
            "kind" => &mut query.kind,
            "from" => &mut query.from,
            "to" => &mut query.to,
            _ => &mut query.event,
        };
        value.clone_into(place);
        query
    }

    #[test]
    fn nothing_asks_for_everything() {
        for empty in [AuditQuery::default(), query("person", "  "), query("from", "")] {
            assert!(empty.is_empty());
            assert_eq!(empty.parse(), Ok(AuditSelection::default()));
            assert_eq!(empty.address(), "");
        }
    }

    #[test]
    fn the_last_day_is_asked_for_whole() {
        let day = AuditQuery { from: "2026-06-01".into(), to: "2026-06-01".into(), ..Default::default() };
        let asked = day.parse().expect("a day");
        let millis = asked.until.zip(asked.from).map(|(until, from)| until.as_millis() - from.as_millis());
        assert_eq!(millis, Some(24 * 60 * 60 * 1000));
        assert_eq!(day.address(), "from=2026-06-01&to=2026-06-01");
    }

    #[test]
    fn what_cannot_be_understood_is_named() {
        for (field, value) in [
            ("person", "a\u{0}b"),
            ("kind", "alien"),
            ("from", "yesterday"),
            ("to", "2026-02-30"),
            ("event", "x"),
        ] {
            assert_eq!(query(field, value).parse().map_err(|wrong| wrong.field), Err(field), "{value}");
        }
        let turned = AuditQuery { from: "2026-06-02".into(), to: "2026-06-01".into(), ..Default::default() };
        assert_eq!(turned.parse().map_err(|wrong| wrong.field), Err("to"));
    }

    #[test]
    fn an_address_says_the_same() {
        let query = AuditQuery { person: " a&b ".into(), kind: "signed_in".into(), ..Default::default() };
        assert_eq!(query.address(), "person=a%26b&kind=signed_in");
        let cursor = AuditCursor { at: Timestamp::from_millis(-5), id: AuditEventId(42) };
        assert_eq!(AuditCursor::parse(&cursor.address()), Some(cursor));
        for bad in ["", "1", "1-", "-", "x-1", "9"] {
            assert_eq!(AuditCursor::parse(bad), None, "{bad}");
        }
    }
}
