//! Who changed something last.

use crate::domain::time::Timestamp;

/// Who changed it last, with the names of that time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastChange {
    pub at: Timestamp,
    pub by_username: String,
    pub by_name: String,
}
