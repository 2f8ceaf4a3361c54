//! JSON of imports.

pub mod refused_line;
