//! The command line: runs the real binary on a separate database.

mod audit;
mod chatops;
mod configuration;
mod doctor;
mod feature_changes;
mod features;
mod flows;
mod help;
mod imports;
mod jobs;
mod place;
mod secrets;
mod serve;
mod tokens;
mod traces;
mod users;
