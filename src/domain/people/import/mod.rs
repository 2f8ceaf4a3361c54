//! Import and export of people and groups as CSV: the four formats, what a line says, and what it would
//! change. Reading bytes and the present state is left to the use case, so a plan is the same for a dry run
//! and for what is applied.

pub mod cells;
pub mod directory;
pub mod format;
pub mod groups;
pub mod members;
pub mod plan;
pub mod seats;
pub mod users;
