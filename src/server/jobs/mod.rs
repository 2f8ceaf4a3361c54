//! What is done later, or in steps.

pub(super) mod forms;
pub(super) mod workers;
