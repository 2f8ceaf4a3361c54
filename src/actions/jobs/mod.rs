//! What is done later, or in steps.

pub mod forms;
