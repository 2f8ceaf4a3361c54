//! Changes that a transaction writes to the change feed on commit.

use crate::domain::{
    change::{NewChange, Topics},
    time::Timestamp,
};

/// The changes of a unit of work so far.
#[derive(Default)]
pub(super) struct Unwritten {
    pub told: Vec<NewChange>,
    pub touched: Topics,
    /// When they happened, if known.
    pub at: Option<Timestamp>,
}
