//! The command line: runs the real binary on a separate database.

mod audit;
mod chatops;
mod configuration;
mod demo;
mod doctor;
mod feature_changes;
mod features;
mod flows;
mod groups;
mod help;
mod imports;
mod jobs;
mod members;
mod place;
mod seats;
mod secrets;
mod serve;
mod tokens;
mod traces;
mod users;
