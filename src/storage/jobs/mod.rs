//! What is done later, or in steps.

pub(super) mod queue;
