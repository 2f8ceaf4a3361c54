//! What the change feed gets of a transaction when it commits.

use crate::domain::{
    change::{NewChange, Topics},
    time::Timestamp,
};

/// What a unit of work changed so far.
#[derive(Default)]
pub(super) struct Unwritten {
    pub told: Vec<NewChange>,
    pub touched: Topics,
    /// When it happens, as far as anybody said so.
    pub at: Option<Timestamp>,
}
