//! Durability and atomicity: acknowledged writes survive and nothing is half-written, whatever happens to the
//! process, the disk or the database. Tests the real program under load.

mod backup;
mod cluster;
mod disk;
mod doctor;
mod frozen;
mod imports;
mod jobs;
mod kill;
mod nginx;
#[path = "../cli/place.rs"]
#[expect(dead_code, reason = "shared with the tests of the command line")]
mod place;
mod postgres;
mod server;
mod servers;
mod storm;
mod truth;
