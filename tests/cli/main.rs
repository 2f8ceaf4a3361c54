//! The program itself, run as an operator runs it: the real binary on a database of its own.

mod audit;
mod chatops;
mod configuration;
mod doctor;
mod feature_changes;
mod features;
mod flows;
mod help;
mod jobs;
mod place;
mod secrets;
mod serve;
mod tokens;
mod traces;
mod users;
