//! A row as the audit chain hashes it: its id and its columns.

use std::fmt;

use super::ids::{AuditEventId, ConsentId};

/// The id of a row in the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowId {
    Event(AuditEventId),
    Ledger(ConsentId),
}

impl RowId {
    pub const fn table(self) -> &'static str {
        match self {
            Self::Event(_) => "audit_events",
            Self::Ledger(_) => "consent_ledger",
        }
    }

    pub const fn number(self) -> i64 {
        match self {
            Self::Event(id) => id.0,
            Self::Ledger(id) => id.0,
        }
    }
}

impl fmt::Display for RowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(id) => write!(f, "audit event {id}"),
            Self::Ledger(id) => write!(f, "consent ledger row {id}"),
        }
    }
}

/// A column's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    Null,
    Number(i64),
    Text(&'a str),
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl From<&i64> for Value<'_> {
    fn from(number: &i64) -> Self {
        Self::Number(*number)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl<'a, T> From<&'a Option<T>> for Value<'a>
where
    &'a T: Into<Self>,
{
    fn from(value: &'a Option<T>) -> Self {
        value.as_ref().map_or(Self::Null, Into::into)
    }
}

/// A row to be hashed: its id, and all other columns in table order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedRow<'a> {
    pub id: RowId,
    pub columns: Vec<Value<'a>>,
}
