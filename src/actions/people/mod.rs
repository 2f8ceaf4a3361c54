//! Groups, projects and memberships.

pub mod imports;
